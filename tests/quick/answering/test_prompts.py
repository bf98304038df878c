"""What a model is asked for behind a question."""

from __future__ import annotations

import pytest

from longread.answering.prompts import answer
from longread.reading.frame import Material


def asked(question: str, language: str = "") -> str:
    return answer(Material(()), question, language)[-1].text.splitlines()[-1]


@pytest.mark.parametrize(
    ("question", "sought"),
    [
        ("Who sold the boat?", "name"),
        ("Who was the woman that he helped after he woke up?", "name"),
        ("Who is Princess Irene's nursemaid?", "name"),
        ("Whom did she marry?", "name"),
        ("Whose car was it?", "name"),
        ("To whom did he write?", "name"),
        ("Where does she live?", "place"),
        ("when was the bridge built?", "time"),
    ],
)
def test_where_a_name_a_place_or_a_time_answers_it_no_more_is_asked_for(
    question: str, sought: str
) -> None:
    assert asked(question) == f"Answer with a {sought} or a few words."


def test_why_asks_for_the_reason() -> None:
    assert asked("Why did she marry whom she did not love?") == "Give the reason briefly."


@pytest.mark.parametrize(
    "question",
    [
        "Who is Tobias Wren?",
        "Who was the Purser?",
        "Who is Anna, and what does she want?",
        "Who is Anna and why does she leave?",
        "When she left, what did he do?",
        "Who sold the boat and when was that?",
        "Why did she leave and where did she go?",
        "What does the doctor say?",
        "Wherever did they go?",
    ],
)
def test_other_questions_are_answered_briefly(question: str) -> None:
    assert asked(question) == "Answer briefly."


def test_other_languages_have_their_own_words() -> None:
    assert asked("Wer hat das Boot verkauft?", "de") == "Antworte kurz und auf Deutsch."
