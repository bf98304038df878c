"""PDF: text and its places from pdfium; outline, labels, metadata and encryption from pypdf.

pdfium reads some 300 pages a second, pypdf some 14, so pypdf's text is only the fallback
where pdfium cannot open a file.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from longread.document import Document, DocumentBuilder
from longread.errors import DamagedFile, EmptyDocument, NoTextLayer, PasswordNeeded
from longread.sources import (
    pdf_apart,
    pdf_columns,
    pdf_layout,
    pdf_outline,
    pdf_sections,
    pdf_title,
)
from longread.sources.pdf_layout import Line
from longread.sources.pdf_outline import Entry
from longread.sources.pdf_running import without_running_lines
from longread.text import one_line

MAX_PAGES = 20_000
"""Pages beyond which the rest is left out."""

PICTURE_SHARE = 0.5
"""Share of pages that may be pictures without text before a file is taken for a scan."""

_NOBODY = frozenset({"anonymous", "unknown", "author", "user", "admin"})
_IMAGE = 3
_FEW_CHARACTERS = 16
_PICTURE_AREA = 0.3


@dataclass(slots=True)
class _Facts:
    """What pypdf tells of the file."""

    title: str = ""
    author: str = ""
    language: str = ""
    outline: tuple[Entry, ...] = ()
    labels: tuple[str, ...] = ()


def read(
    path: Path, name: str, password: str | None = None, picture_share: float = PICTURE_SHARE
) -> Document:
    """Read a PDF.

    Raises:
        PasswordNeeded: it is encrypted, and the password is wrong or missing.
        NoTextLayer: more than ``picture_share`` of its pages are pictures.
        DamagedFile: neither library can open it.
        EmptyDocument: there is nothing on its pages.
    """
    builder = DocumentBuilder("pdf")
    facts = _facts(path, name, password, builder)
    builder.author, builder.language = facts.author, facts.language
    pages = _pages(path, name, password, builder, picture_share)
    pages = [pdf_layout.mark_tables(page) for page in without_running_lines(pages)]
    builder.title = facts.title or pdf_title.find(name, facts.outline, pages)
    labels = [_label(facts, number) for number in range(len(pages))]
    pdf_sections.fill(builder, pdf_apart.with_apart(pages), facts.outline, labels)
    return builder.build()


def _facts(path: Path, name: str, password: str | None, builder: DocumentBuilder) -> _Facts:
    """Everything but the text. What is broken is left out, except for encryption."""
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    facts, broken = _Facts(), _errors_of_pypdf()
    try:
        reader = pypdf.PdfReader(path, strict=False)
        encrypted = reader.is_encrypted
        opened = not encrypted or bool(reader.decrypt("") or reader.decrypt(password or ""))
    except broken:
        return facts
    except NotImplementedError:
        builder.warn("This PDF's encryption is of a rare kind; its outline is left out.")
        return facts
    if not opened:
        raise _password_needed(name, password)
    with suppress(*broken):
        if reader.metadata is not None:
            facts.title = str(reader.metadata.title or "")
            facts.author = str(reader.metadata.author or "")
    with suppress(*broken):
        facts.language = str(reader.root_object["/Lang"])
    with suppress(*broken):
        if len(reader.pages) <= MAX_PAGES:
            facts.labels = tuple(reader.page_labels)
    try:
        if pdf_outline.is_too_large(reader):
            builder.warn("The outline of this PDF is too large and left out.")
        else:
            facts.outline = tuple(pdf_outline.entries_of(reader))
    except broken:
        builder.warn("The outline of this PDF is broken and left out.")
    if _is_no_title(facts.title):
        facts.title = ""
    if facts.author.strip("() ").casefold() in _NOBODY:
        facts.author = ""
    return facts


def _errors_of_pypdf() -> tuple[type[Exception], ...]:
    """What pypdf raises at broken files: its own errors, and what Python makes of nonsense."""
    from pypdf.errors import PyPdfError

    of_python = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError)
    return (PyPdfError, *of_python, RecursionError, OSError)


def _is_no_title(title: str) -> bool:
    """Programs often put a file's name or number where the title should be."""
    file_name = r"\.(?:docx?|pdf|indd|tex|dvi|qxd|pptx?|xlsx?)$|^Microsoft Word|^untitled\b"
    return not re.search(r"[^\W\d_]", title) or re.search(file_name, title, re.I) is not None


def _password_needed(name: str, password: str | None) -> PasswordNeeded:
    what = "is encrypted and this password does not open it" if password else "is encrypted"
    return PasswordNeeded(f"{one_line(name)} {what}.", hint="Give its password with --password.")


def _pages(
    path: Path, name: str, password: str | None, builder: DocumentBuilder, picture_share: float
) -> list[list[Line]]:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path, password=password)
        count = len(document)
    except pdfium.PdfiumError as error:
        if "password" in str(error).casefold():
            raise _password_needed(name, password) from error
        return _pypdf_pages(path, name, password, builder, error)
    if count > MAX_PAGES:
        builder.warn(f"Only the first {MAX_PAGES:,} of {count:,} pages were read.")
    pages: list[list[Line]] = []
    broken = pictures = 0
    pictured = False
    for index in range(min(count, MAX_PAGES)):
        try:
            page = document[index]
            lines = _page_lines(page, index, builder)
            if sum(len(line.text) for line in lines) < _FEW_CHARACTERS:
                area = _area_of_pictures(page)
                pictures += area > _PICTURE_AREA
                pictured |= area > 0
            page.close()
        except pdfium.PdfiumError:
            lines = []
            broken += 1
        pages.append(lines)
    if broken:
        builder.warn(f"{broken} damaged pages were left out.")
    if pictures > picture_share * len(pages) or (pictured and not any(pages)):
        raise NoTextLayer(
            f"{one_line(name)} has no text layer: {_share(pictures, pages)}.",
            hint="Recognise the text with ocrmypdf, or try again with --ocr.",
        )
    if pictures:
        builder.warn(f"Without a text layer, {_share(pictures, pages)}.")
    if not any(pages):
        raise EmptyDocument(
            f"There is no text on the {len(pages):,} pages of {one_line(name)}.",
            hint="Open it to see what it holds.",
        )
    return pages


def _share(pictures: int, pages: list[list[Line]]) -> str:
    """How many pages are pictures; without any text, a small picture makes them so too."""
    if any(pages):
        return f"{pictures:,} of {len(pages):,} pages are pictures"
    return "its pages are pictures"


def _area_of_pictures(page: Any) -> float:
    """The share of a page that pictures cover; what lies over another counts twice."""
    left, bottom, right, top = page.get_bbox()
    area = 0.0
    for item in page.get_objects(filter=[_IMAGE], max_depth=3):
        x0, y0, x1, y1 = item.get_bounds()
        width, height = min(x1, right) - max(x0, left), min(y1, top) - max(y0, bottom)
        area += max(width, 0) * max(height, 0)
    return float(area / max(1.0, (right - left) * (top - bottom)))


def _page_lines(page: Any, index: int, builder: DocumentBuilder) -> list[Line]:
    from longread.sources import pdf_page

    text = pdf_page.page_text(page)
    if text.hidden:
        builder.warn("Text that a reader of the page cannot see was left out.")
    lines = pdf_columns.lines_of(text.runs)
    for run in text.aside:
        lines += [replace(line, aside=True, apart=True) for line in pdf_layout.rows([run])]
    return [replace(line, page=index) for line in lines if line.text.strip()]


def _pypdf_pages(
    path: Path, name: str, password: str | None, builder: DocumentBuilder, cause: Exception
) -> list[list[Line]]:
    """The slower way, for files that pdfium refuses."""
    import pypdf

    try:
        reader = pypdf.PdfReader(path, password=password or "", strict=False)
        pages = []
        for index, page in enumerate(reader.pages[:MAX_PAGES]):
            rows = page.extract_text().splitlines()
            # Without places, one line follows the other at an even distance.
            pages.append(
                [
                    Line(row.strip(), 0, len(row) * 5.0, -12.0 * n, -12.0 * n + 10, 10, page=index)
                    for n, row in enumerate(rows)
                    if row.strip()
                ]
            )
    except _errors_of_pypdf() as error:
        raise DamagedFile(
            f"{one_line(name)} is no PDF that can be opened ({one_line(str(cause), 100)}).",
            hint="Open it in a viewer and save it anew, then try that file.",
        ) from error
    if not any(pages):
        raise DamagedFile(
            f"{one_line(name)} is damaged: no text could be recovered.",
            hint="Open it in a viewer and save it anew, then try that file.",
        )
    builder.warn("This PDF is damaged; its text was recovered without its layout.")
    return pages


def _label(facts: _Facts, page: int) -> str:
    label = facts.labels[page] if page < len(facts.labels) else ""
    return label or str(page + 1)
