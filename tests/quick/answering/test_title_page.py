"""Questions on a document as a thing: they are answered from its beginning."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from longread.answering.answer import Answer
from longread.answering.asker import Asker
from longread.answering.texts import Texts
from longread.answering.title_page import asked_of_makers, asks_for_title_page
from longread.document import DocumentBuilder
from longread.engine.fake import ScriptedModel
from longread.memory.library import Library
from tests.quick.memory.books import sha256


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library.db") as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Who are the authors?", "Who are the authors?"),
        ("who is the first author of this paper?", "who is the first author of this paper?"),
        ("Which universities are the authors from?", "Which universities are the authors from?"),
        ("Who wrote this article?", "Who are the authors?"),
        ("By whom was the book translated?", "Who are the translators?"),
        ("Who wrote the letter?", ""),
        ("Who wrote the poem?", ""),
        ("Who is the author's brother?", ""),
        ("What do the authors say of attention?", ""),
        ("", ""),
    ],
)
def test_who_made_the_text_is_asked_in_the_words_of_a_title_page(question: str, asked: str) -> None:
    assert asked_of_makers(question) == asked


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("When was this paper published?", True),
        ("What is the date of publication of the document?", True),
        ("When was the letter written?", False),
        ("What is the date of the battle?", False),
    ],
)
def test_when_the_text_was_made_is_asked_of_its_title_page(question: str, *, asks: bool) -> None:
    assert asks_for_title_page(question) is asks


def test_the_authors_of_others_are_no_evidence(library: Library) -> None:
    builder = DocumentBuilder("pdf", title="Of Tides", language="en")
    builder.paragraph("Of Tides. Mara Holt, Tobias Wren.")
    for number in range(9):
        builder.section(f"Section {number}")
        builder.paragraph(
            "The authors of Of Boats wrote that paper, and other authors did too. " * 9
        )
    document = builder.build()
    document_id = library.add(document, sha256(document)).id
    model = ScriptedModel(fallback="Mara Holt and Tobias Wren [1]")
    asker = Asker(library, model, Texts.of(library, [document_id]))
    answers = [one for one in asker.ask("Who wrote this paper?") if isinstance(one, Answer)]
    assert [one.passage.number for one in answers[0].evidence] == [1]
    assert "Who are the authors?" in model.asked[-1][-1].text
    assert answers[0].question == "Who wrote this paper?"
    (dated,) = (one for one in asker.ask("When was this paper written?") if isinstance(one, Answer))
    assert dated.evidence[0].passage.number == 1
