"""What a model is asked for behind a question."""

from __future__ import annotations

import pytest

from longread.answering.prompts import answer
from longread.reading.frame import Material


def asked(question: str, language: str = "") -> str:
    return answer(Material(()), question, language)[-1].text.splitlines()[-1]


@pytest.mark.parametrize(
    "question",
    [
        "Who sold the boat?",
        "Who was the woman that he helped after he woke up?",
        "Who is Princess Irene's nursemaid?",
        "Whom did she marry?",
        "Whose car was it?",
        "To whom did he write?",
        "Where does she live?",
        "when was the bridge built?",
    ],
)
def test_where_a_name_answers_it_no_more_is_asked_for(question: str) -> None:
    assert asked(question) == "Answer with a name or a few words."


@pytest.mark.parametrize(
    "question",
    [
        "Who is Tobias Wren?",
        "Who was the Purser?",
        "Who is Anna, and what does she want?",
        "Who is Anna and why does she leave?",
        "When she left, what did he do?",
        "Why did she marry whom she did not love?",
        "What does the doctor say?",
        "Wherever did they go?",
    ],
)
def test_other_questions_are_answered_briefly(question: str) -> None:
    assert asked(question) == "Answer briefly."


def test_other_languages_have_their_own_words() -> None:
    assert asked("Wer hat das Boot verkauft?", "de") == "Antworte kurz und auf Deutsch."
