"""Several questions in one are looked up and answered each by itself."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from longread.answering.answer import NOT_FOUND, Answer, AnswerText, Route
from longread.answering.asker import Asker
from longread.answering.at_once import answer_at_once
from longread.answering.several import questions_in
from longread.answering.texts import Texts
from longread.document import DocumentBuilder
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.memory.library import Library

FACTS = {"lantern": "green", "mooring": "frayed", "chapel bell": "cracked"}


@pytest.fixture
def document_id(library: Library) -> str:
    builder = DocumentBuilder("text", title="The Quay", language="en")
    for number, (thing, colour) in enumerate(FACTS.items(), start=1):
        builder.section(f"Chapter {number}")
        for day in range(12):
            builder.paragraph(f"On day {day} nobody came down to the shore. " * 24)
        builder.paragraph(f"Mara Holt said that the {thing} was {colour} from end to end.")
    return library.add(builder.build(), "7" * 64).id


def replies(messages: Sequence[Message]) -> str:
    """Answers what the passages say on the thing that is asked for, and else nothing."""
    given = messages[-1].text
    question = given.rsplit("Question:", 1)[-1] if "Question:" in given else given[-200:]
    said = [
        f"The {thing} was {colour}."
        for thing, colour in FACTS.items()
        if thing in question and f"{thing} was {colour}" in given
    ]
    return " ".join(said) or NOT_FOUND


def ask(
    library: Library,
    document_id: str,
    question: str,
    turns: Sequence[tuple[str, str]] = (),
    route: Route | None = None,
) -> tuple[Answer, str]:
    model = ScriptedModel(fallback=replies, chances=lambda messages: 0.9)
    asker = Asker(library, model, Texts.of(library, [document_id]), evidence_tokens=700)
    events = list(asker.ask(question, turns, route))
    (answer,) = [event for event in events if isinstance(event, Answer)]
    return answer, "".join(event.text for event in events if isinstance(event, AnswerText))


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "What colour is the lantern and how long is the pier?",
            ["What colour is the lantern?", "How long is the pier?"],
        ),
        (
            "Who wrote the letter? In which year was the beacon built?",
            ["Who wrote the letter?", "In which year was the beacon built?"],
        ),
        (
            "Is Anna married, and who is Mara Holt?",
            ["Is Anna married?", "Who is Mara Holt?"],
        ),
        (
            "When did the bell ring, and who noticed the light?",
            ["When did the bell ring?", "Who noticed the light?"],
        ),
        (
            "How many chapters are there, and which is the longest?",
            ["How many chapters are there?", "Which chapter is the longest?"],
        ),
        (
            "Which chapters mention Anna and which are the longest?",
            ["Which chapters mention Anna?", "Which chapters are the longest?"],
        ),
        ("Who is Anna and why does she leave?", None),
        ("What is the difference between what Anna says and what Tom does?", None),
        ("How and where does Kamala’s life end?", None),
        ("When and where was Anna born?", None),
        ("Who told Tom where Anna was and what Anna had done?", None),
        ("What happens when Bob meets Alice and who wins?", None),
        ("What did Anna say about “who is there and what is here”?", None),
        ("Does the attitude of Martin change, and why?", None),
        ("Describe the levels and what effects the levels have on a person.", None),
        ("How many times is Tito mentioned and in which chapters?", None),
        ("I am lost. Who is Anna?", None),
        ("Wer ist Anna und warum geht sie fort?", None),
        ("What is A and what is B and what is C and what is D and what is E?", None),
        ("Who?", None),
        ("", None),
    ],
)
def test_one_question_holds_others_where_each_says_what_it_is_about(
    question: str, parts: list[str] | None
) -> None:
    assert list(questions_in(question)) == (parts or [question])


def test_each_is_answered_from_its_own_place(library: Library, document_id: str) -> None:
    question = "What did Mara Holt say of the lantern and what is said of the chapel bell?"
    answer, shown = ask(library, document_id, question)
    first, second = answer.citations
    assert answer.text == (
        f"The lantern was green. [{first.label}]\n\nThe chapel bell was cracked. [{second.label}]"
    )
    assert shown == answer.text
    assert (answer.question, answer.declined) == (question, False)
    assert "lantern was green" in first.quote
    assert "bell was cracked" in second.quote
    assert len(answer.sentences) == 2
    told = answer.as_json()["figures"]["questions"]
    assert [one["question"] for one in told] == [
        "What did Mara Holt say of the lantern?",
        "What is said of the chapel bell?",
    ]
    labels = [item.label for item in answer.evidence]
    assert len(labels) == len(set(labels)) > 2
    assert answer.timing.looked_up <= answer.timing.first_token <= answer.timing.total


@pytest.mark.parametrize("turned", [False, True])
def test_what_has_no_answer_is_said_behind_what_has(
    library: Library, document_id: str, *, turned: bool
) -> None:
    asked = ["what is said of the lantern", "what is said of the tall ship"]
    answer, shown = ask(library, document_id, " and ".join(asked[::-1] if turned else asked) + "?")
    (cited,) = answer.citations
    assert shown == answer.text
    assert answer.text.splitlines() == [
        f"The lantern was green. [{cited.label}]",
        "",
        f"{NOT_FOUND}: What is said of the tall ship?",
    ]
    assert not answer.declined


def test_where_none_has_an_answer_the_whole_is_declined(library: Library, document_id: str) -> None:
    answer, shown = ask(
        library, document_id, "What is said of the tall ship and what is said of the ice?"
    )
    assert (answer.declined, answer.text, shown) == (True, NOT_FOUND, "")
    assert answer.citations


def test_what_is_counted_and_what_is_looked_up_go_together(
    library: Library, document_id: str
) -> None:
    answer, shown = ask(
        library, document_id, "How many chapters are there and what is said of the lantern?"
    )
    assert shown == answer.text
    assert answer.text.startswith("There are 3 chapters.\n\nThe lantern was green.")
    counted, looked_up = answer.figures["questions"]
    assert (counted["route"], looked_up["route"]) == ("count", "detail")
    assert 3 in counted["figures"].values()


def test_all_that_is_counted_is_there_at_once(library: Library, document_id: str) -> None:
    texts = Texts.of(library, [document_id])
    question = "How many chapters are there, and which is the longest?"
    answer = answer_at_once(question, texts, library)
    assert answer is not None
    first, second = answer.text.split("\n\n")
    assert first == "There are 3 chapters."
    assert second.startswith("The longest chapter is")
    assert answer.route is Route.COUNT
    missing = answer_at_once("How many words are there and what is in chapter 9?", texts, library)
    assert missing is not None
    assert missing.text.splitlines()[-1].startswith(f"{NOT_FOUND}: it has no chapter 9")
    assert answer_at_once("How many chapters are there and who sleeps?", texts, library) is None


def test_within_a_conversation_the_first_follows_up(library: Library, document_id: str) -> None:
    turns = [("Who is Mara Holt?", "She says things.")]
    answer, _ = ask(
        library, document_id, "What is said of the lantern and how many chapters are there?", turns
    )
    assert answer.text.endswith("There are 3 chapters.")


def test_of_several_documents_it_stays_one_question(library: Library, document_id: str) -> None:
    other = library.documents()[0].id
    model = ScriptedModel(fallback=replies, chances=lambda messages: 0.9)
    asker = Asker(library, model, Texts.of(library, [document_id, other]))
    question = "What is said of the lantern and what is said of the chapel bell?"
    (answer,) = [event for event in asker.ask(question) if isinstance(event, Answer)]
    assert "questions" not in answer.figures
    kept_to, _ = ask(library, document_id, question, route=Route.DETAIL)
    assert "questions" not in kept_to.figures
