"""A file becomes a Document: EPUB, PDF, DOCX, HTML, Markdown, plain text.

``read_document`` runs the parser in a child process with limits; ``gather`` finds the
files of a folder.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from longread.config import MAX_FILE_BYTES
from longread.errors import LimitExceeded, NoTextLayer, SourceError
from longread.languages import language_code
from longread.stopping import never
from longread.text import one_line

if TYPE_CHECKING:
    from longread.document import Document

_LANGUAGE_SAMPLE = 20_000
_FEWEST_LETTERS = 30


def read_document(
    path: Path | None,
    *,
    password: str | None = None,
    ocr: bool = False,
    data: bytes | None = None,
    name: str = "",
    stop: Callable[[], bool] = never,
) -> Document:
    """Turn a file, or bytes such as those of standard input, into a Document.

    ``ocr`` has the text of a scan recognised. ``name`` may hint at the format of bytes.

    Raises:
        SourceError: of the kind that says why it could not be read.
        Cancelled: ``stop`` said so.
    """
    if path is not None:
        document = _read(path, path.name, password, ocr, stop)
    else:
        with tempfile.NamedTemporaryFile(prefix="longread-") as file:
            file.write(data or b"")
            file.flush()
            document = _read(Path(file.name), name or "standard input", password, ocr, stop)
    language = language_code(document.language) or _guess_language(document.text)
    return replace(document, language=language)


def gather(inputs: Sequence[Path]) -> list[Path]:
    """The files to read: those named, and in folders those with a known ending.

    Folders are walked without following links; names sort as people count (2 before 10).
    """
    from longread.sources.formats import SUFFIXES

    found: dict[Path, None] = {}
    for item in inputs:
        if not item.is_dir():
            found[item] = None
            continue
        for folder, folders, files in os.walk(item):
            folders[:] = _naturally(name for name in folders if not name.startswith("."))
            for name in _naturally(files):
                known = Path(name).suffix.casefold() in SUFFIXES
                if known and not name.startswith("."):
                    found[Path(folder) / name] = None
    return list(found)


def _naturally(names: Iterable[str]) -> list[str]:
    def key(name: str) -> list[tuple[int, int, str]]:
        parts = re.split(r"(\d{1,18})", name.casefold())
        return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts]

    return sorted(names, key=key)


def _read(
    path: Path, name: str, password: str | None, ocr: bool, stop: Callable[[], bool]
) -> Document:
    from longread.sources import convert, formats, sandbox

    try:
        size = path.stat().st_size
        if path.is_dir():
            raise SourceError(f"{path} is a folder.", hint="Name the files in it.")
        if not path.is_file():
            raise SourceError(f"{path} is no regular file.", hint="Name a file.")
        if size > MAX_FILE_BYTES:
            raise LimitExceeded(
                f"{one_line(name)} has {size:,} bytes; at most {MAX_FILE_BYTES:,} are read.",
                hint="Split the file.",
            )
        kind = formats.sniff(path, name)
    except OSError as error:
        raise SourceError(
            f"{path} cannot be read: {error.strerror}.", hint="Check the path and its rights."
        ) from error
    if kind == "mobi":
        with convert.mobi_as_epub(path, name, stop) as book:
            return sandbox.parse(book, f"{Path(name).stem}.epub", password, stop=stop)
    try:
        share = 0.0 if ocr else None
        return sandbox.parse(path, name, password, picture_share=share, stop=stop)
    except NoTextLayer:
        if not ocr:
            raise
    with convert.with_text_layer(path, name, stop) as recognised:
        # What is still a picture has no text that could be recognised.
        return sandbox.parse(recognised, name, password, picture_share=1.0, stop=stop)


def _guess_language(text: str) -> str:
    import py3langid

    # The middle of a book is its own text, not a title page's.
    start = max(0, len(text) // 2 - _LANGUAGE_SAMPLE // 2)
    sample = text[start : start + _LANGUAGE_SAMPLE]
    # A few words are too little to tell.
    if sum(map(str.isalpha, sample)) < _FEWEST_LETTERS:
        return ""
    return language_code(str(py3langid.classify(sample)[0]))
