from __future__ import annotations

import pytest

from longread.answering.answer import Answer, Route
from longread.answering.at_once import answer_at_once
from longread.answering.texts import Texts
from longread.document import DocumentBuilder
from longread.memory.library import Library

FILLER = "The tide went out and the gulls walked about on the mud as they had always done. " * 20
"""More than a passage, so that what stands on its two sides shares none."""


@pytest.fixture
def document_id(library: Library) -> str:
    builder = DocumentBuilder("plain", title="The Boat", language="en")
    builder.section("Chapter 1")
    for said in (
        "“Yes,” said Mara Holt to Tobias Wren. She smiled, and he said nothing.",
        "“No,” said Mara Holt to Ada Pell, and she went home to Varholm.",
        "“Why?” said Mara Holt. “Because,” said Tobias Wren. He laughed at Varholm.",
    ):
        builder.paragraph(said)
        builder.paragraph(FILLER)
    builder.section("Chapter 2")
    builder.paragraph("“Well,” said Mara Holt. “Well,” said Ada Pell to Mara, and she rowed on.")
    builder.paragraph(FILLER)
    builder.paragraph("“Never,” said Ben Loy, and he rowed alone. Ben Loy had said so before.")
    return library.add(builder.build(), sha256="1" * 64).id


def ask(library: Library, document_id: str, question: str, upto: str = "") -> Answer | None:
    return answer_at_once(question, Texts.of(library, [document_id], upto), library)


@pytest.mark.parametrize(
    "question",
    [
        "Who appears with Mara Holt?",
        "Who appears with Mara most often?",
        "Who else is mentioned together with Mara Holt in the book?",
        "Which characters appear most often with Mara?",
        "Who appears most often together with Mara?",
        "Who is Mara Holt most often seen with?",
        "With whom does Mara appear most often?",
        "With which characters is Mara Holt named together?",
    ],
)
def test_who_appears_with_somebody(library: Library, document_id: str, question: str) -> None:
    found = ask(library, document_id, question)
    assert found is not None
    assert found.route is Route.EVERY
    assert found.text == (
        "2 persons are named in the same passages as Mara Holt.\n"
        "- Tobias Wren, in 2 passages [1]\n"
        "- Ada Pell, in 2 passages [3]"
    )
    assert found.figures == {"together": {"Tobias Wren": 2, "Ada Pell": 2}}
    assert [one.quote for one in found.citations] == [
        "“Yes,” said Mara Holt to Tobias Wren.",
        "“No,” said Mara Holt to Ada Pell, and she went home to Varholm.",
    ]


@pytest.mark.parametrize(
    "question",
    ["Who appears together most?", "Which two characters are mentioned most often together?"],
)
def test_which_two_appear_together(library: Library, document_id: str, question: str) -> None:
    found = ask(library, document_id, question)
    assert found is not None
    assert found.text.split("\n")[:2] == [
        "2 pairs are named in the same passages.",
        "- Mara Holt and Tobias Wren, in 2 passages [1]",
    ]


@pytest.mark.parametrize(
    ("question", "told"),
    [
        (
            "Who appears with Mara Holt in chapter 2?",
            "One person is named in the same passages as Mara Holt in Chapter 2.\n"
            "- Ada Pell, in one passage [",
        ),
        ("Who appears with Ben Loy?", "No other person is named in the same passages as Ben Loy."),
        (
            "Who is mentioned with Varholm?",
            "3 persons are named in the same passages as Varholm.",
        ),
        (
            "Which two characters appear together most often in chapter 2?",
            "Two persons are named in the same passages in Chapter 2.",
        ),
    ],
)
def test_parts_places_and_who_is_alone(
    library: Library, document_id: str, question: str, told: str
) -> None:
    found = ask(library, document_id, question)
    assert found is not None
    assert found.text.startswith(told)


def test_where_the_language_does_not_tell_persons_they_are_names(library: Library) -> None:
    builder = DocumentBuilder("plain", title="Das Boot", language="de")
    for _ in range(3):
        builder.paragraph("Da sah die kleine Mara auf den alten Tobias, und sie lachte.")
    texts = Texts.of(library, [library.add(builder.build(), sha256="2" * 64).id])
    found = answer_at_once("Mit wem kommt Mara am häufigsten vor?", texts, library)
    assert found is not None
    assert found.text.startswith("One name is met in the same passages as Mara.\n- Tobias, in ")


def test_what_stands_further_on_is_not_told(library: Library, document_id: str) -> None:
    found = ask(library, document_id, "Who appears with Mara Holt?", "chapter 1")
    assert found is not None
    # Ada Pell is named once there, and so is no name yet.
    assert found.figures == {"together": {"Tobias Wren": 2}}


@pytest.mark.parametrize(
    "question",
    [
        "Who appears with the lantern?",
        "Who is with Mara when the boat sinks?",
        "Who appears with Mara at the harbour?",
        "Who went home with Mara Holt?",
        "Who did Mara Holt speak with?",
    ],
)
def test_what_a_text_tells_is_not_counted(
    library: Library, document_id: str, question: str
) -> None:
    assert ask(library, document_id, question) is None
