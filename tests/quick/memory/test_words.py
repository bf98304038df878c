from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from longread.document import DocumentBuilder
from longread.memory.library import Library
from tests.quick.memory.books import book, long_book, sha256


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library.open(tmp_path_factory.mktemp("words") / "library.db") as opened:
        text = book(
            "I don't know who parked the green car. The a-b test ran at @x near AND OR NOT.",
            'He said "star * light" twice, and body:colon stood there.',
            "Nothing else was said that day.",
            title="Signs",
            chapters=("The Garage", "The Study", "The End"),
        )
        opened.add(text, sha256(text))
        yield opened


@pytest.mark.parametrize(
    "question",
    ["don't", "@x", "a-b", '"star" light', "star*", "NEAR(car", "AND", "OR NOT", "body:colon",
     "^car", "car\x00", "-car", "(car", "car)", "{car}", "car + green", "'car'", "heading : car"],
)  # fmt: skip
def test_any_question_finds_its_words(library: Library, question: str) -> None:
    assert library.search_words(question)


@pytest.mark.parametrize("question", ["", " ", "*", '"', "😀", "(", "ø" * 5000, "zzz"])
def test_what_is_not_there_gives_nothing_and_no_error(library: Library, question: str) -> None:
    assert library.search_words(question) == []


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=60))
def test_a_known_word_is_found_whatever_stands_around_it(library: Library, noise: str) -> None:
    assert library.search_words(f"{noise} car {noise}")
    library.search_words(noise)


def test_a_chapter_title_finds_its_passages_behind_those_that_say_it(library: Library) -> None:
    hits = library.search_words("study")
    assert [hit.passage for hit in hits] == [2]


def test_a_tables_title_finds_all_passages_with_its_rows(tmp_path: Path) -> None:
    builder = DocumentBuilder("pdf", title="Report", language="en")
    builder.paragraph("Of the boats nothing is known. " * 80)
    builder.paragraph("Balance Sheets")
    rows = "\n".join(f"Item {n} of the harbour | {n},{n + 100} | {n},{n + 200}" for n in range(40))
    builder.paragraph(f"June | 2018 | 2017\n{rows}", "table")
    report = builder.build()
    with Library.open(tmp_path / "library.db") as library:
        record = library.add(report, sha256(report))
        with_rows = {
            one.number for one in library.passages(record.id) if "Item" in report.slice(one.span)
        }
        assert len(with_rows) > 2
        assert {hit.passage for hit in library.search_words("balance sheets")} == with_rows


def test_scores_are_bm25_with_rarity_within_the_document(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        one = book("alpha beta beta", "alpha gamma", "alpha delta", chapters=("", "", ""))
        record = library.add(one, sha256(one))
        hits = library.search_words("alpha beta", [record.id])
        rarity = {n: math.log(1 + (record.passages - n + 0.5) / (n + 0.5)) for n in (1, 3)}

        def part(frequency: int, length: int) -> float:
            average = (3 + 2 + 2) / 3
            return frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / average))

        expected = rarity[3] * part(1, 3) + rarity[1] * part(2, 3)
        assert hits[0].passage == 1
        assert hits[0].score == pytest.approx(expected, rel=1e-6)


def test_a_name_that_is_everywhere_in_its_book_does_not_outweigh_a_rare_word(
    tmp_path: Path,
) -> None:
    with Library.open(tmp_path / "library.db") as library:
        hero = [f"Holmes went out and Holmes saw street number {n}." for n in range(30)]
        hero[17] = "The street had a violin in it, somewhere at its very end, in a shop window."
        detective = book(*hero, title="Detective", chapters=[str(n) for n in range(30)])
        record = library.add(detective, sha256(detective))
        others = [f"A violin, a violin {n}." for n in range(60)]
        music = book(*others, title="Music", chapters=[str(n) for n in range(60)])
        library.add(music, sha256(music))
        best = library.search_words("Did Holmes see a violin?", [record.id], 1)[0]
        assert library.passages(record.id)[best.passage - 1].section == 17


def test_only_the_asked_documents_are_searched_however_many(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        ids = []
        for number in range(20):
            text = book(f"A needle of kind{number}.", title=f"Book {number}")
            ids.append(library.add(text, sha256(text)).id)
        assert {hit.document_id for hit in library.search_words("needle", ids[:2])} == set(ids[:2])
        assert len(library.search_words("needle", ids[:18])) == 18
        assert len(library.search_words("needle")) == 20


def test_limit_and_order_are_stable(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        text = long_book(12)
        record = library.add(text, sha256(text))
        hits = library.search_words("nothing happens", [record.id], 5)
        assert [hit.passage for hit in hits] == sorted(hit.passage for hit in hits)
        assert len(hits) == 5


def test_of_many_names_the_one_whose_words_stand_together_is_meant(tmp_path: Path) -> None:
    keys = ["The key of the black mill is 1. The key of the white chapel is 2."] * 6
    keys[4] = "The key of the black chapel is 3, as the sexton said, who had been there for years."
    with Library.open(tmp_path / "library.db") as library:
        text = book(*keys, chapters=[str(number) for number in range(len(keys))])
        record = library.add(text, sha256(text))
        hits = library.search_words_around("What is the key of the black chapel?", [record.id])
        assert hits[0].passage == 5
        assert hits[0].score > hits[1].score


def test_passages_around_are_found_in_many_documents_with_as_few_queries_as_in_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "Where does the needle3 lie near Harriet?"
    queries: list[object] = []
    with Library.open(tmp_path / "library.db") as library:
        for number in range(40):
            text = book(
                f"Harriet{number} lost it. " + "Nothing happened. " * 40,
                f"The needle{number % 5} lies in the hay. " + "Nothing happened. " * 40,
                title=f"Book {number}",
            )
            library.add(text, sha256(text))
        ids = [record.id for record in library.documents()]
        alone = {one: library.search_words_around(question, [one]) for one in ids}
        original = library.store.rows

        def counted(sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
            queries.append(sql)
            return original(sql, values)

        monkeypatch.setattr(library.store, "rows", counted)
        some = library.search_words_around(question, ids[:20])
        asked = len(queries)
        assert library.search_words_around(question, ids, 1000)
        assert len(queries) == 2 * asked
    assert set(some) == {hit for one in ids[:20] for hit in alone[one]}
