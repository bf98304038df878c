"""Headers, footers and page numbers are left out; rows that look alike are not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from longread.sources import pdf
from tests.quick.sources.build_pdf_file import Sheet

TITLES = ("Harbour", "Storm", "Landfall", "Captive", "Fire", "Winter", "Letter", "Return")


def text_of(sheet: Sheet, folder: Path) -> str:
    return pdf.read(sheet.save(folder / "a.pdf"), "a.pdf").text


def body(sheet: Sheet, page: int) -> None:
    for index in range(14):
        sheet.line(f"Line {chr(97 + index)} of leaf {chr(97 + page)} says little.")


def test_rows_that_differ_in_their_numbers_alone_are_all_kept(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(240):
        sheet.row([(72, str(100_001 + number)), (200, f"{number * 7 % 1000}.{number % 10}")])
        if number % 24 == 23:
            sheet.new_page()
    text = text_of(sheet, tmp_path)
    assert [n for n in range(240) if str(100_001 + n) not in text] == []


def test_a_column_of_small_numbers_is_no_column_of_page_numbers(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(480):
        sheet.line(f"{number * number % 37:05d}")
        if number % 24 == 23:
            sheet.new_page()
    assert text_of(sheet, tmp_path).count("000") == 480


def test_numbers_that_follow_the_pages_do_not_hide_a_header(tmp_path: Path) -> None:
    sheet = Sheet()
    for page in range(8):
        sheet.at(72, 800, f"Volume 2, page {page + 17} of 120")
        body(sheet, page)
        sheet.new_page()
    assert "Volume" not in text_of(sheet, tmp_path)


def test_a_page_number_close_below_a_table_is_left_out(tmp_path: Path) -> None:
    sheet = Sheet()
    for page in range(8):
        for index in range(20):
            sheet.row([(72, f"Item {chr(97 + index)}{chr(97 + page)}"), (200, "none")])
        sheet.line(str(page + 41)).new_page()
    assert not re.search(r"\d", text_of(sheet, tmp_path))


def test_a_header_with_the_title_of_a_chapter_is_left_out(tmp_path: Path) -> None:
    sheet = Sheet()
    for page in range(64):
        title = TITLES[page // 8]
        if page % 8:
            sheet.at(250, 800, title if page % 2 else "A Long Novel")
        else:
            sheet.line(title, size=18)
        body(sheet, page)
        sheet.new_page()
    text = text_of(sheet, tmp_path)
    assert {title: text.count(title) for title in TITLES} == dict.fromkeys(TITLES, 1)
    assert "A Long Novel" not in text


@pytest.mark.parametrize("numbers", ["9 10 11 12 13 14", "v vi vii viii ix x"])
def test_a_header_with_the_title_of_a_section_and_a_page_number_is_left_out(
    tmp_path: Path, numbers: str
) -> None:
    sheet = Sheet()
    for page, number in enumerate(numbers.split()):
        title = f"1.{page}. {TITLES[page]}"
        sheet.row([(72, number), (400, title)] if page % 2 else [(72, title), (500, number)])
        sheet.y -= 20
        body(sheet, page)
        sheet.new_page()
    text = text_of(sheet, tmp_path)
    assert [title for title in TITLES if title in text] == []


def test_amounts_in_the_first_row_of_a_page_are_no_page_numbers(tmp_path: Path) -> None:
    sheet = Sheet()
    for page in range(40):
        sheet.row([(72, f"Item {chr(97 + page % 26)} of {page}"), (400, str(page * 7 % 31))])
        sheet.y -= 20
        body(sheet, page)
        sheet.new_page()
    assert text_of(sheet, tmp_path).count("Item") == 40


def test_rows_that_come_again_within_a_table_are_kept(tmp_path: Path) -> None:
    sheet = Sheet()
    for page in range(40):
        for index in range(24):
            sheet.row([(72, "none"), (200, str((page // 3 + index) % 4))])
        sheet.new_page()
    assert text_of(sheet, tmp_path).count("none") == 960


@pytest.mark.parametrize(("size", "bold"), [(16, False), (11, True)])
def test_headings_with_a_number_a_page_are_kept(tmp_path: Path, size: float, bold: bool) -> None:
    sheet = Sheet()
    for page in range(6):
        sheet.line(f"Lesson {page + 1}", size=size, bold=bold)
        body(sheet, page)
        sheet.new_page()
    assert text_of(sheet, tmp_path).count("Lesson") == 6
