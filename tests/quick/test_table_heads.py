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


def test_the_sentence_before_a_table_introduces_it() -> None:
    said = "The harbour was full. " * 20 + "The following table has what was in it."
    assert head_of_last((said, "prose"), (AMOUNTS, "table")) == [
        "The following table has what was in it."
    ]


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
