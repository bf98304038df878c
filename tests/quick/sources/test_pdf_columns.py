"""Columns are read one after the other; the rows of a table stay together."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from longread.document import Document
from longread.sources import pdf
from tests.quick.sources.build_pdf_file import TOP, Sheet

SENTENCE = "the keeper of a lamp went down to where water had lain and counted what tides bring"


def read(sheet: Sheet, folder: Path) -> Document:
    return pdf.read(sheet.save(folder / "a.pdf"), "a.pdf")


def text_of(document: Document, kind: str = "prose") -> str:
    found = (document.slice(item.span) for item in document.paragraphs if item.kind == kind)
    return "\n".join(found)


def prose(name: str, lines: int, width: int) -> list[str]:
    """Lines of running text, each with one word of its own."""
    words = itertools.cycle(SENTENCE.split())
    made = []
    for number in range(lines):
        line = f"{next(words)} {name}{number}"
        while len(line) < width:
            line += f" {next(words)}"
        made.append(line)
    return made


def draw(sheet: Sheet, x: float, lines: Sequence[str], *, top: float = TOP, by: float = 12) -> None:
    for number, line in enumerate(lines):
        sheet.at(x, top - by * number, line)


def marks(text: str, *names: str) -> Iterator[str]:
    """The words of their own in the order of the text."""
    return (word for word in text.split() if word.rstrip("0123456789") in names)


def in_order(name: str, lines: int) -> list[str]:
    return [f"{name}{number}" for number in range(lines)]


@pytest.mark.parametrize("right", [3, 4, 7, 9, 30])
def test_a_column_of_few_lines_is_one(tmp_path: Path, right: int) -> None:
    sheet = Sheet()
    draw(sheet, 60, prose("west", 40, 44))
    draw(sheet, 320, prose("east", right, 44))
    text = text_of(read(sheet, tmp_path))
    assert [*marks(text, "west", "east")] == in_order("west", 40) + in_order("east", right)


def test_three_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    sheet = Sheet()
    for x, name in ((40, "one"), (222, "two"), (404, "three")):
        draw(sheet, x, prose(name, 30, 28))
    text = text_of(read(sheet, tmp_path))
    columns = in_order("one", 30) + in_order("two", 30) + in_order("three", 30)
    assert [*marks(text, "one", "two", "three")] == columns


def test_a_narrow_column_stands_before_a_wide_one(tmp_path: Path) -> None:
    sheet = Sheet()
    draw(sheet, 40, prose("side", 30, 20))
    draw(sheet, 200, prose("main", 40, 60))
    text = text_of(read(sheet, tmp_path))
    assert [*marks(text, "side", "main")] == in_order("side", 30) + in_order("main", 40)


def test_columns_end_at_a_line_that_runs_over_both(tmp_path: Path) -> None:
    sheet = Sheet()
    for part, top in (("a", TOP), ("b", TOP - 300)):
        draw(sheet, 60, [f"{part} {'wide ' * 18}line"], top=top)
        draw(sheet, 60, prose(f"west{part}", 12, 44), top=top - 30)
        draw(sheet, 320, prose(f"east{part}", 12, 44), top=top - 30)
    text = text_of(read(sheet, tmp_path))
    names = ("westa", "easta", "westb", "eastb")
    found = [*marks(text, *names)]
    assert found == [mark for name in names for mark in in_order(name, 12)]


FIGURE = ("Boats in the harbour by year and by kind", "2017 | 41 | 12", "2018 | 52 | 13")


def figure(sheet: Sheet, top: float) -> None:
    sheet.canvas.setFont("Times-Bold", 13)
    sheet.canvas.drawString(330, top, FIGURE[0])
    for number, row in enumerate(FIGURE[1:]):
        for x, cell in zip((330, 400, 460), row.split(" | "), strict=True):
            sheet.at(x, top - 28 - 23 * number, cell)
    for number in range(2):
        draw(sheet, 330, [f"Note {number} on what was counted there"], top=top - 91 - 10 * number)


def test_a_figure_stands_aside_of_the_text(tmp_path: Path) -> None:
    sheet = Sheet()
    draw(sheet, 60, [f"{'wide ' * 20}line with"], top=TOP)
    draw(sheet, 60, [*prose("first", 8, 46)[:-1], "the end first7 of it."], top=TOP - 16, by=16)
    draw(sheet, 60, prose("second", 6, 46), top=TOP - 164, by=16)
    draw(sheet, 60, [f"Albert and {'wide ' * 18}line"], top=TOP - 260)
    figure(sheet, TOP - 25)
    document = read(sheet, tmp_path)
    text = text_of(document)
    assert [*marks(text, "first", "second")] == in_order("first", 8) + in_order("second", 6)
    assert "second5" in text.partition(" Albert and wide")[0].split("\n")[-1]
    assert "\n".join(FIGURE[1:]) in text_of(document, "table")
    assert [section.title for section in document.sections] == [""]


def test_cells_of_several_lines_stay_in_their_rows(tmp_path: Path) -> None:
    sheet = Sheet()
    top = TOP
    for number in range(6):
        draw(sheet, 72, [f"command{number} --with-options"], top=top - 6)
        draw(sheet, 280, prose(f"does{number}x", 2, 44), top=top)
        top -= 34
    text = read(sheet, tmp_path).text
    places = [text.index(f"{name}{number}") for number in range(6) for name in ("command", "does")]
    assert all(
        places[2 * number] < places[2 * number + 2] > places[2 * number + 1] for number in range(5)
    )


def test_a_table_of_words_keeps_its_rows(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(20):
        action = f"action {number} {SENTENCE[: 22 + 10 * (number % 3)]}"
        sheet.row([(72, action), (320, f"Key {number} {SENTENCE[: 25 + 9 * (number % 4)]}")])
    table = text_of(read(sheet, tmp_path), "table").split("\n")
    assert [line.count(" | ") for line in table] == [1] * 20


def test_marks_and_numbers_beside_text_are_no_column(tmp_path: Path) -> None:
    sheet = Sheet()
    for number, line in enumerate(prose("text", 24, 70)):
        sheet.at(100, TOP - 12 * number, line)
        if number % 4 == 0:
            sheet.at(60, TOP - 12 * number - 3, f"{number}.")
    text = read(sheet, tmp_path).text
    assert [*marks(text, "text")] == in_order("text", 24)
    assert text.index("20.") > text.index("text19")
