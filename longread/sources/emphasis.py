"""Emphasis on its way through the walk: marks in the text, taken out again where a block ends.

The marks are noncharacters of Unicode, which no text may hold and the sanitiser removes.
"""

from __future__ import annotations

import re

from longread.document import Emphasis, EmphasisKind, Span
from longread.sources.tree import Element
from longread.text import sanitise

_BEGIN: dict[EmphasisKind, str] = {"italic": "\ufdd0", "bold": "\ufdd1"}
_KINDS = {mark: kind for kind, mark in _BEGIN.items()}
END = "\ufdd2"
"""Ends the emphasis that began last."""

_MARK_SIGNS = frozenset({*_KINDS, END})
_MARKS = re.compile("([\ufdd0-\ufdd2])")
_ITALIC = frozenset({"i", "em", "cite", "dfn", "var"})
_BOLD = frozenset({"b", "strong"})
_ITALIC_CLASS = re.compile(r"(?:^|\s)(?:ital(?:ic)?s?|em|emphasis)(?:$|\s)", re.IGNORECASE)
_BOLD_CLASS = re.compile(r"(?:^|\s)(?:bold|strong)(?:$|\s)", re.IGNORECASE)


def mark_of(element: Element, name: str) -> str:
    """The mark that an inline element of this name begins with; empty where it emphasises
    nothing."""
    if name in _ITALIC:
        return _BEGIN["italic"]
    if name in _BOLD:
        return _BEGIN["bold"]
    classes = element.get("class") if name == "span" else None
    if classes and _ITALIC_CLASS.search(classes):
        return _BEGIN["italic"]
    return _BEGIN["bold"] if classes and _BOLD_CLASS.search(classes) else ""


def plain(text: str) -> str:
    """A text without marks."""
    return _MARKS.sub("", text)


def emphasis_in(text: str, *, lines: bool) -> tuple[Emphasis, ...]:
    """The emphasis that marks in a text stand for, by offsets in what squeezing makes of it:
    runs of white space are one blank, or with ``lines``, line ends stay."""
    found: list[Emphasis] = []
    # A beginning counts from the next character that is seen, and has no place until then.
    open_now: list[tuple[int | None, EmphasisKind]] = []
    length, blank, ends = 0, False, 0
    # What the sanitiser takes away has no offset; it would take the marks too.
    clean = (part if part in _MARK_SIGNS else sanitise(part) for part in _MARKS.split(text))
    for character in "".join(clean):
        if character in _KINDS:
            open_now.append((None, _KINDS[character]))
        elif character == END:
            if open_now:
                found += _between(*open_now.pop(), length)
        elif character.isspace():
            blank, ends = True, ends + (character == "\n")
        else:
            if blank and length:
                length += ends if ends and lines else 1
            open_now = [(length if at is None else at, kind) for at, kind in open_now]
            length, blank, ends = length + 1, False, 0
    while open_now:
        found += _between(*open_now.pop(), length)
    return tuple(sorted(found, key=lambda item: (item.span.start, -item.span.end)))


def _between(start: int | None, kind: EmphasisKind, end: int) -> list[Emphasis]:
    return [] if start is None or end <= start else [Emphasis(Span(start, end), kind)]
