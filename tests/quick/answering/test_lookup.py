"""Looking up over several documents: the one that is meant comes first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from longread.answering.asker import Asker
from longread.answering.lookup import look_up
from longread.answering.texts import Texts
from longread.document import Document
from longread.engine.fake import ScriptedModel
from longread.memory.library import Library
from longread.memory.meaning import embed_document
from tests.quick.memory.books import LetterEmbedder, book, sha256


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library.db") as opened:
        yield opened


def add(library: Library, *documents: Document) -> list[str]:
    return [library.add(one, sha256(one)).id for one in documents]


def chaptered(*paragraphs: str, title: str) -> Document:
    return book(*paragraphs, title=title, chapters=[str(n) for n in range(len(paragraphs))])


def test_passages_of_the_document_that_fits_the_question_come_first(library: Library) -> None:
    tale = chaptered(
        "Nils burned charcoal.",
        "The hut of Nils was black with charcoal.",
        "In the third spring he married a woman.",
        "Nils sold charcoal in town.",
        title="Tale",
    )
    others = [
        chaptered(
            "A woman married here, and this woman married well.",
            "No woman married for charcoal, said the woman who had married.",
            "It rained.",
            title=f"Other {number}",
        )
        for number in range(4)
    ]
    tale_id, *other_ids = add(library, tale, *others)
    found = look_up(library, [*other_ids, tale_id], "Which woman married Nils of the charcoal?")
    assert {item.document_id for item in found[:4]} == {tale_id}
    assert {item.document_id for item in found} == {tale_id, *other_ids}
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)


def test_that_a_long_book_has_all_the_words_somewhere_does_not_make_it_fit(
    library: Library,
) -> None:
    filler = [f"Day {number} went by in the usual way." for number in range(80)]
    novel = ["A sparrow sang.", *filler, "She cut her bread.", *filler, "He bit his tongue."]
    long_id, tale_id = add(
        library,
        chaptered(*novel, title="Novel"),
        chaptered("Its tongue was cut, poor sparrow.", "Off flew the sparrow.", title="Tale"),
    )
    fits = library.weigh_documents("Who cut the tongue of the sparrow?", [long_id, tale_id])
    assert fits[tale_id] > 2 * fits[long_id] > 0


def test_a_long_document_has_no_more_chances_than_a_short_one(library: Library) -> None:
    days = ["A sparrow sang." if number % 10 == 0 else "It rained." for number in range(80)]
    long_id, short_id = add(
        library,
        chaptered(*days, title="Diary"),
        chaptered("There was a sparrow.", title="Tale"),
    )
    fits = library.weigh_documents("sparrow", [long_id, short_id])
    assert fits[short_id] > 1.5 * fits[long_id] > 0


def test_only_what_may_be_looked_at_makes_a_document_fit(library: Library) -> None:
    one_id, other_id = add(
        library,
        chaptered("It rained.", "The sparrow came.", title="One"),
        chaptered("A sparrow sat.", "It rained.", title="Other"),
    )
    ids = [one_id, other_id]
    assert library.weigh_documents("sparrow", ids)[one_id] > 0
    fits = library.weigh_documents("sparrow", ids, {one_id: 1})
    assert fits[one_id] == 0 < fits[other_id]


def test_what_only_has_the_meaning_is_found_behind(library: Library) -> None:
    embedder = LetterEmbedder()
    with_words, without = add(
        library, chaptered("A car.", "Abc.", title="X"), chaptered("Arc arc.", title="Y")
    )
    for document_id in (with_words, without):
        embed_document(library, document_id, embedder)
    found = look_up(library, [without, with_words], "Which car?", embedder)
    assert found[0].document_id == with_words
    assert without in {item.document_id for item in found}


def test_no_word_of_a_question_may_be_known(library: Library) -> None:
    ids = add(library, chaptered("One.", title="X"), chaptered("Two.", title="Y"))
    assert look_up(library, ids, "zebra?") == []
    assert set(library.weigh_documents("zebra?", ids).values()) == {0.0}
    assert library.weigh_documents("", ids) == dict.fromkeys(ids, 0.0)


def test_a_title_in_the_question_says_which_document_is_meant(library: Library) -> None:
    text = "The captain sold the boat to {} in May."
    red, blue = add(
        library,
        chaptered(text.format("Ann"), title="The Red Harbour: A Novel"),
        chaptered(text.format("Ben"), "The captain had a boat.", title="Blue Water"),
    )
    asker = Asker(library, ScriptedModel(), Texts.of(library, [red, blue]))
    for question, wanted in (
        ("In The Red Harbour, to whom did the captain sell the boat?", {red}),
        ("To whom does the captain of “Blue Water” sell the boat?", {blue}),
        ("To whom do both captains, of Blue Water and The Red Harbour, sell?", {red, blue}),
        ("To whom did the captain sell the boat?", {red, blue}),
    ):
        candidates, evidence = asker.find(question)
        assert {item.document_id for item in candidates} == wanted
        assert {item.document_id for item in evidence} == wanted


def test_what_is_searched_for_may_be_a_title_too(library: Library) -> None:
    ids = add(
        library,
        chaptered("Boats lay in the red harbour.", title="Tale"),
        chaptered("The red harbour is red.", title="The Red Harbour"),
    )
    assert {item.document_id for item in look_up(library, ids, "the red harbour")} == set(ids)
