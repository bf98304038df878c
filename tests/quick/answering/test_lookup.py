"""Looking up over several documents: the one that is meant comes first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from longread.answering.asker import Asker
from longread.answering.lookup import look_up
from longread.answering.named_tables import passages_of_named_tables
from longread.answering.texts import Texts
from longread.document import Document, DocumentBuilder
from longread.engine.fake import ScriptedModel
from longread.memory.library import Library
from longread.memory.meaning import embed_document
from longread.passages import split_passages
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


def report(*tables: str, title: str = "Report") -> Document:
    """A report with prose on all of its tables, each of which has a title and rows."""
    builder = DocumentBuilder("pdf", title=title, language="en")
    for table in tables:
        builder.section("Notes")
        said = f"What the {table.lower()} show is estimated by our judgment of boats and lamps. "
        builder.paragraph(said * 30)
    builder.section("Item 8")
    for table in tables:
        builder.paragraph("Harbour Company")
        builder.paragraph(table)
        rows = "\n".join(f"Row {n} of it | {n},{n + 100} | {n},{n + 200}" for n in range(30))
        builder.paragraph(f"(in millions) | 2018 | 2017\n{rows}", "table")
        builder.paragraph("See the notes to these statements.")
    return builder.build()


TABLES = ("Consolidated Balance Sheets", "Statements of Income", "Statements of Cash Flows")


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("By our judgment of boats and lamps, what does the balance sheet show?", TABLES[0]),
        ("What is estimated of boats and lamps in the income statement?", TABLES[1]),
        ("From the cash flow statement, what is the judgment of the boats?", TABLES[2]),
    ],
)
def test_a_table_that_a_question_names_is_among_the_first(
    library: Library, question: str, title: str
) -> None:
    document = report(*TABLES)
    (document_id,) = add(library, document)
    passages = library.passages(document_id)
    first = [passages[item.passage - 1] for item in look_up(library, [document_id], question)[:3]]
    table = next(one for one in document.paragraphs if document.slice(one.span).startswith(title))
    assert any(one.span.start <= table.span.start + 100 < one.span.end for one in first)


def test_what_most_tables_are_called_names_none(library: Library) -> None:
    document = report(*(f"Boats of the Harbour Company {letter}" for letter in "ABCDEF"))
    named = passages_of_named_tables(
        document, split_passages(document), "What boats has the harbour company?"
    )
    assert named == []


def test_a_named_table_behind_the_readers_place_is_not_looked_up(library: Library) -> None:
    document = report(*TABLES)
    (document_id,) = add(library, document)
    last = len(library.passages(document_id)) // 2
    question = "What does the cash flow statement show?"
    found = look_up(library, [document_id], question, last={document_id: last})
    assert found
    assert all(item.passage <= last for item in found)


def test_a_table_that_is_named_is_found_among_several_documents(library: Library) -> None:
    document_id, _ = add(library, report(*TABLES), book("A tale of boats.", title="Tale"))
    found = look_up(library, [document_id, _], "What does the balance sheet show of row 1?")
    passage = library.passages(document_id)[found[0].passage - 1]
    assert found[0].document_id == document_id
    assert "Balance Sheets\n\n" in library.document(document_id).slice(passage.span)


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("When is the tide highest, by fig. 2?", "Figure 2: Heights in each month."),
        ("When is the tide highest, by Figure 1 and 12?", "Figure 12: Tides of the years."),
    ],
)
def test_a_figure_that_is_named_by_its_number_is_found_by_its_caption(
    library: Library, question: str, first: str
) -> None:
    builder = DocumentBuilder("pdf", title="Tides", language="en")
    for number in range(40):
        builder.section(f"Section {number}")
        builder.paragraph("The tide is highest when the moon is full, by all that is known. " * 9)
    builder.section("Last")
    builder.paragraph("Figure 2: Heights in each month.", kind="caption")
    builder.section("Behind")
    builder.paragraph("Figure 12: Tides of the years.", kind="caption")
    document = builder.build()
    (document_id,) = add(library, document)
    passages = library.passages(document_id)
    found = look_up(library, [document_id], question)[:3]
    told = [document.slice(passages[one.passage - 1].span) for one in found]
    assert any(first in text for text in told)
