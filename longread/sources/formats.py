"""Which reader a file is for: by its content first, by its name second."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Literal

from longread.document import Document
from longread.errors import EmptyDocument, UnsupportedFormat
from longread.sources.archive import Archive
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
    ".rst": "plain",
    ".srt": "plain",
    ".vtt": "plain",
    ".mobi": "mobi",
    ".azw": "mobi",
    ".azw3": "mobi",
}
"""What each ending promises."""

_HEAD_BYTES = 4096
_MOBI_AT = 60
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PDF = re.compile(rb"(?:^|[\r\n\0])%PDF-\d")
_WORD_TEXT = re.compile(r"word/document\d*\.xml", re.I)
_ROOT = re.compile(
    rb"[\s\xef\xbb\xbf]*+(?P<declared><\?xml\b[^>]*+>\s*+)?(?:<!--.*?-->\s*+)*+"
    rb"(?:<!doctype\s+(?P<type>[\w:.-]+)[^>]*+>\s*+(?:<!--.*?-->\s*+)*+)?"
    rb"(?:<(?:\w+:)?(?P<name>[a-z][\w.-]*)(?=[\s/>]))?",
    re.I | re.S,
)
_HASHED = re.compile(rb"^#{1,6}[ \t]+\S", re.M)
_HEADING = re.compile(rb"(?:\A|^[ \t\r]*\n)#{1,6}[ \t]+\S[^\n]*\n(?=[ \t\r]*$)", re.M)
_FEWEST_HEADINGS = 2
_BLOCK_NAMES = frozenset(
    b"article blockquote body center div dl h1 h2 h3 h4 h5 h6 head header main nav ol p pre "
    b"section table title ul".split()
)


def sniff(path: Path, name: str) -> Format | Literal["zip"]:
    """Tell a file's format by its beginning; which archive a ZIP file is, ``read_file`` tells.

    Raises:
        UnsupportedFormat: it is none that longread reads.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    suffix = Path(name).suffix.casefold()
    promised = SUFFIXES.get(suffix)
    is_text = promised in ("plain", "markdown", "html")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"%PDF-"):
        return "pdf"
    if _PDF.search(head[:1024]) and not is_text:
        return "pdf"
    if head[_MOBI_AT : _MOBI_AT + 8] in (b"BOOKMOBI", b"TEXtREAd"):
        return "mobi"
    if head.startswith(_ZIP) and promised != "epub":
        return "zip"
    if head.startswith(b"{\\rtf"):
        raise _unsupported(name, "an RTF document")
    if promised in (None, "plain", "html") and (marked := _markup(head, name, promised)):
        return marked
    if promised is not None:
        return promised
    if suffix and suffix[1:].isalpha() and b"\0" in head:
        raise _unsupported(name, "of a kind that longread does not read")
    return "plain"


def _markup(head: bytes, name: str, promised: Format | None) -> Format | None:
    """Tell markup from a text that only has some; what is named as a text must be a whole page."""
    match = _ROOT.match(head)
    if match is None:
        return None
    kind, root = ((match[key] or b"").lower() for key in ("type", "name"))
    if b"html" in (kind, root) or (promised is None and root in _BLOCK_NAMES):
        return "html"
    if match["declared"] and promised != "html" and (root or kind):
        raise _unsupported(name, f"an XML file ({(root or kind).decode('ascii', 'replace')})")
    return None


def _unsupported(name: str, what: str) -> UnsupportedFormat:
    return UnsupportedFormat(
        f"{one_line(name)} is {what}.",
        hint="longread reads EPUB, PDF, DOCX, HTML, Markdown, plain text, MOBI and AZW3.",
    )


def _zip_format(path: Path, name: str) -> Format:
    with Archive(path, "ZIP", warn=lambda _: None) as archive:
        names = set(archive)
    if "META-INF/container.xml" in names or any(item.endswith(".opf") for item in names):
        return "epub"
    if any(_WORD_TEXT.fullmatch(item) for item in names):
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
    found = sniff(path, name)
    kind = _zip_format(path, name) if found == "zip" else found
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
            from longread.sources import markdown, plain

            data = path.read_bytes()
            read = markdown.read if _is_markdown(data) else plain.read
            return read(data, name)


def _is_markdown(text: bytes) -> bool:
    """Whether a text has headings as Markdown writes them, each between empty lines; comments of
    programs stand right above what they are on."""
    headings = len(_HEADING.findall(text))
    return headings >= _FEWEST_HEADINGS and 2 * headings >= len(_HASHED.findall(text))
