from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import docx as word
import pytest

from longread.document import Document
from longread.sources import docx, epub, html, markdown
from longread.structure import chapters

from .build_epub_file import link, write_epub

Paragraphs = list[tuple[str, bool]]
"""Paragraphs, and whether they are bold."""


def as_docx(folder: Path, paragraphs: Paragraphs) -> Document:
    made = word.Document()
    for text, is_bold in paragraphs:
        made.add_paragraph().add_run(text).bold = is_bold
    made.save(str(folder / "a.docx"))
    return docx.read(folder / "a.docx")


def as_html(folder: Path, paragraphs: Paragraphs) -> Document:
    return html.read(in_markup(paragraphs).encode(), "a.html")


def as_markdown(folder: Path, paragraphs: Paragraphs) -> Document:
    text = "\n\n".join(f"**{text}**" if is_bold else text for text, is_bold in paragraphs)
    return markdown.read(text.encode(), "a.md")


def as_epub(folder: Path, paragraphs: Paragraphs) -> Document:
    pages = {"a.xhtml": in_markup(paragraphs)}
    return epub.read(write_epub(folder / "a.epub", pages, toc=link("a.xhtml", "Start")))


def in_markup(paragraphs: Paragraphs) -> str:
    return "".join(
        f'<p class="p1">{f"<b>{text}</b>" if is_bold else text}</p>' for text, is_bold in paragraphs
    )


FORMATS = pytest.mark.parametrize("read", [as_docx, as_html, as_markdown, as_epub])
WITHOUT_A_BOOK = pytest.mark.parametrize("read", [as_docx, as_html, as_markdown])
Read = Callable[[Path, Paragraphs], Document]


def titles(document: Document) -> list[str]:
    return [chapter.name for chapter in chapters(document)]


def text_of(*paragraphs: str) -> Paragraphs:
    return [(paragraph, False) for paragraph in paragraphs]


RAIN = "It rained all day long, and nobody came to the house. " * 5


@FORMATS
def test_chapters_are_told_by_their_words_where_the_markup_names_no_headings(
    tmp_path: Path, read: Read
) -> None:
    paragraphs = text_of("The Long Sea", "by Jane Roe")
    for number, title in (("One", "The Storm"), ("Two", "The Calm"), ("Three", "The Wave")):
        paragraphs += text_of(f"Chapter {number}", title, RAIN, "Chapter one was over by then.")
    assert titles(read(tmp_path, paragraphs)) == [
        "Chapter One. The Storm",
        "Chapter Two. The Calm",
        "Chapter Three. The Wave",
    ]


@WITHOUT_A_BOOK
def test_numbers_alone_are_chapters_where_text_stands_below_them(
    tmp_path: Path, read: Read
) -> None:
    for below, expected in ((RAIN, ["1", "2", "3"]), ("12.5", [])):
        paragraphs = text_of(*(part for number in "123" for part in (number, below)), RAIN)
        assert titles(read(tmp_path, paragraphs)) == expected


@WITHOUT_A_BOOK
def test_short_bold_paragraphs_are_headings_where_there_are_no_others(
    tmp_path: Path, read: Read
) -> None:
    paragraphs = [("Report for 2020", True), ("by Ann Writer", True)]
    for title in ("Aims", "Methods used", "Results"):
        paragraphs += [(title, True), *text_of(RAIN, RAIN)]
    document = read(tmp_path, paragraphs)
    assert [section.title for section in document.sections if section.title] == [
        "Aims",
        "Methods used",
        "Results",
    ]


@WITHOUT_A_BOOK
@pytest.mark.parametrize(
    "bold",
    [
        ["Anna", "Ben", "Anna", "Ben"],
        ["Stop that!", "Mind this:", "It is so.", "Well,"],
        ["Aims", "Results"],
    ],
)
def test_bold_names_and_sentences_are_no_headings(
    tmp_path: Path, read: Read, bold: list[str]
) -> None:
    paragraphs = text_of(RAIN)
    for text in bold:
        paragraphs += [(text, True), *text_of(RAIN, RAIN)]
    assert not titles(read(tmp_path, paragraphs))


def test_headings_of_the_markup_are_the_only_ones_where_there_are_some() -> None:
    found = html.read(
        f"<h2>A</h2><p>Chapter 1</p><p>{RAIN}</p><h2>B</h2><p>Chapter 2</p>".encode(), "a.html"
    )
    assert [section.title for section in found.sections] == ["A", "B"]
