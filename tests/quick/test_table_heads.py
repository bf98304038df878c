"""What stands above the rows of a table, and goes with them."""

from __future__ import annotations

import pytest

from longread.document import Document, DocumentBuilder, ParagraphKind
from longread.table_heads import TableHeads

AMOUNTS = "Cash | $ 12 | $ 14\nBoats | 1,200 | —"
MORE = "Lamps | 30 | 29\nNets | 7 | 8"


def document(*paragraphs: tuple[str, ParagraphKind]) -> Document:
    builder = DocumentBuilder("pdf", language="en")
    builder.section("Statements")
    for text, kind in paragraphs:
        builder.paragraph(text, kind)
    return builder.build()


def head_of_last(*paragraphs: tuple[str, ParagraphKind]) -> list[str]:
    item = document(*paragraphs)
    last = max(at for at, one in enumerate(item.paragraphs) if one.kind == "table")
    return [item.slice(span) for span in TableHeads(item).of(last).spans]


@pytest.mark.parametrize(
    "header",
    ["(in millions) | 2018 | 2017", "June 30, | June 30,\n2018 | 2017", "Fiscal 2018 | % Change"],
)
def test_rows_above_the_first_amounts_are_the_header(header: str) -> None:
    assert head_of_last((f"{header}\nAssets\n{AMOUNTS}", "table")) == [header]


def test_a_table_of_words_has_one_row_above_the_others() -> None:
    words = "Name | Office\nAnn Hale | Keeper\nJohn Reed | Harbour master"
    assert head_of_last((words, "table")) == ["Name | Office"]


def test_titles_are_what_stands_above_but_no_sentence_that_ends_another_table() -> None:
    assert head_of_last(
        (AMOUNTS, "table"),
        ("See the notes to these statements.", "prose"),
        ("Balance Sheets", "prose"),
        ("(in millions)", "prose"),
        (AMOUNTS, "table"),
    ) == ["Balance Sheets", "(in millions)"]


@pytest.mark.parametrize(
    ("sentence", "introduces"),
    [
        ("The following table has what was in it.", True),
        ("In it there was:", True),
        ("Nobody was in it.", False),
    ],
)
def test_a_sentence_that_introduces_a_table_is_its_title(sentence: str, introduces: bool) -> None:
    said = "The harbour was full. " * 20 + sentence
    head = head_of_last((said, "prose"), (AMOUNTS, "table"))
    assert head == ([sentence] if introduces else [])


CAPTIONS = ("Table 1: Boats by year. Counted in the evening.", "Table 2. Lamps by year.")


@pytest.mark.parametrize("below", [False, True])
def test_a_caption_stands_above_its_table_or_below(below: bool) -> None:
    pairs: list[tuple[str, ParagraphKind]] = []
    for caption in CAPTIONS:
        pairs += (
            [(AMOUNTS, "table"), (caption, "prose")]
            if below
            else [(caption, "prose"), (AMOUNTS, "table")]
        )
    item = document(("It was evening.", "prose"), *pairs)
    tables = [at for at, one in enumerate(item.paragraphs) if one.kind == "table"]
    heads = TableHeads(item)
    found = [[item.slice(span) for span in heads.of(at).spans] for at in tables]
    assert found == [["Table 1: Boats by year."], ["Table 2. Lamps by year."]]


@pytest.mark.parametrize("group", [[], ["Equity:"]])
def test_a_table_that_goes_on_has_the_head_of_its_first_part(group: list[str]) -> None:
    assert head_of_last(
        ("Balance Sheets", "prose"),
        (f"(in millions) | 2018 | 2017\n{AMOUNTS}", "table"),
        *((text, "prose") for text in group),
        (MORE, "table"),
    ) == ["Balance Sheets", "(in millions) | 2018 | 2017", *group]


@pytest.mark.parametrize(
    ("between", "rows"), [(["Cash Flows"], MORE), ([], "Lamps | 30\nNets | 7")]
)
def test_another_table_has_no_head_of_the_one_above(between: list[str], rows: str) -> None:
    assert (
        head_of_last(
            ("Balance Sheets", "prose"),
            (f"(in millions) | 2018 | 2017\n{AMOUNTS}", "table"),
            *((text, "prose") for text in between),
            (rows, "table"),
        )
        == between
    )
