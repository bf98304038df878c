"""The title of a PDF that does not name it: that of its outline, or what stands largest on its
first page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from longread.sources.joining import join
from longread.sources.pdf_layout import Line, body_size, is_table
from longread.sources.pdf_outline import Entry
from longread.sources.starts import kind_of_title

LARGE = 1.15
"""Multiple of the text's font size from which the largest line of a page may be the title."""

LONGEST = 200
"""Characters of a title at most."""

FEWEST_ENTRIES = 3
"""Entries from which an outline says which of them is above all others."""

MOST_DIGITS = 0.25
"""Share of a title's characters that may be digits at most."""

_ALIKE = 0.3
_WORDS = re.compile(r"[^\W\d_]{2,}")
_TELLING = re.compile(r"[^\W\d_]{4,}")
_NO_NAME = re.compile(
    r"[0-9a-f-]{16,}|\W*(?:doc(?:ument)?|download|untitled|file|paper|scan|main|article|fulltext)"
    r"[\W\d_]*",
    re.IGNORECASE,
)


def find(name: str, outline: Sequence[Entry], pages: Sequence[Sequence[Line]]) -> str:
    """The title; "" where there is none, or ``name``, the file's, tells as much."""
    if title := _lone_top(outline):
        return title
    stem = PurePath(name).stem
    if _TELLING.search(stem) and not _NO_NAME.fullmatch(stem):
        return ""
    return _largest(pages)


def _lone_top(outline: Sequence[Entry]) -> str:
    """The first entry of an outline, where all others stand below it."""
    if len(outline) < FEWEST_ENTRIES:
        return ""
    top, *others = outline
    is_lone = top.page == 0 and all(entry.level > top.level for entry in others)
    is_title = _WORDS.search(top.title) is not None and not kind_of_title(top.title)
    return top.title if is_lone and is_title else ""


def _largest(pages: Sequence[Sequence[Line]]) -> str:
    """What stands in the largest letters on the first page with text."""
    first = next((page for page in pages if page), ())
    lines = [line for line in first if not (line.aside or line.apart or is_table(line))]
    size = max((line.size for line in lines if len(_WORDS.findall(line.text)) > 1), default=0.0)
    if size < LARGE * body_size(pages):
        return ""
    text = ""
    for line in lines:
        if abs(line.size - size) < _ALIKE:
            text = join(text, line.text, frozenset()) if text else line.text
        elif text:
            break
    # A stamp of a court or an archive is mostly dates and numbers.
    digits = sum(map(str.isdecimal, text))
    return text if len(text) <= LONGEST and digits < MOST_DIGITS * len(text) else ""
