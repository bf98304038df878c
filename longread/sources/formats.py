"""Which reader a file is for: by its content first, by its name second."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Literal

from longread.document import Document
from longread.errors import DamagedFile, EmptyDocument, UnsupportedFormat
from longread.text import one_line

Format = Literal["epub", "pdf", "docx", "html", "markdown", "plain", "mobi"]

SUFFIXES: dict[str, Format] = {
    ".epub": "epub",
    ".pdf": "pdf",
    ".docx": "docx",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "plain",
    ".text": "plain",
    ".mobi": "mobi",
    ".azw": "mobi",
    ".azw3": "mobi",
}
"""What each ending promises."""

_HEAD_BYTES = 4096
_MOBI_AT = 60


def sniff(path: Path, name: str) -> Format:
    """Tell a file's format.

    Raises:
        UnsupportedFormat: it is none that longread reads.
        DamagedFile: it is named as one but is something else.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    suffix = Path(name).suffix.casefold()
    promised = SUFFIXES.get(suffix)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head[_MOBI_AT : _MOBI_AT + 8] in (b"BOOKMOBI", b"TEXtREAd"):
        return "mobi"
    if head.startswith(b"PK") and promised != "epub":
        return _zip_format(path, name)
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")) and promised in (None, "plain", "html"):
        return "html"
    if promised is not None:
        return promised
    if suffix and suffix[1:].isalpha() and b"\0" in head:
        raise UnsupportedFormat(
            f"{one_line(name)} is of a kind that longread does not read.",
            hint="It reads EPUB, PDF, DOCX, HTML, Markdown, plain text, MOBI and AZW3.",
        )
    return "plain"


def _zip_format(path: Path, name: str) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()[:20_000])
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise DamagedFile(
            f"{one_line(name)} is a damaged ZIP archive.", hint="Fetch the file again."
        ) from error
    if "META-INF/container.xml" in names or any(item.endswith(".opf") for item in names):
        return "epub"
    if "word/document.xml" in names:
        return "docx"
    raise UnsupportedFormat(
        f"{one_line(name)} is a ZIP archive, but no EPUB and no DOCX.",
        hint="Unpack it, and read the folder.",
    )


def read_file(
    path: Path, name: str, password: str | None, picture_share: float | None = None
) -> Document:
    """Read a file of any format but MOBI; runs within the sandbox. ``picture_share`` is that of
    a PDF's pages that may be pictures without text.

    Raises:
        SourceError: of the fitting kind.
    """
    kind = sniff(path, name)
    if path.stat().st_size == 0:
        raise EmptyDocument(f"{one_line(name)} is empty.", hint="Check the file.")
    document = _read(kind, path, name, password, picture_share)
    if not document.text.strip():
        raise EmptyDocument(
            f"There is no text in {one_line(name)}.", hint="Open it to see what it holds."
        )
    title = document.title or one_line(Path(name).stem.replace("_", " "))
    return replace(document, title=title)


def _read(
    kind: Format, path: Path, name: str, password: str | None, picture_share: float | None
) -> Document:
    match kind:
        case "epub":
            from longread.sources import epub

            return epub.read(path)
        case "docx":
            from longread.sources import docx

            return docx.read(path)
        case "pdf":
            from longread.sources import pdf

            share = pdf.PICTURE_SHARE if picture_share is None else picture_share
            return pdf.read(path, name, password, share)
        case "html":
            from longread.sources import html

            return html.read(path.read_bytes(), name)
        case "markdown":
            from longread.sources import markdown

            return markdown.read(path.read_bytes(), name)
        case _:
            from longread.sources import plain

            return plain.read(path.read_bytes(), name)
