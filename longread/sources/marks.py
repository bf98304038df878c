"""What belongs to a place in a text, on its way through the walk: emphasis, and where printed pages
begin. Both are marks in the text, taken out again where a block ends.

The marks are noncharacters of Unicode, which no text may hold and the sanitiser removes. That of a
page holds the page's label.
"""

from __future__ import annotations

import re

from longread.document import (
    LINE_KINDS,
    Emphasis,
    EmphasisKind,
    ParagraphKind,
    Span,
    squeezed,
)
from longread.sources.tree import Element
from longread.text import one_line, sanitise

_BEGIN: dict[EmphasisKind, str] = {"italic": "\ufdd0", "bold": "\ufdd1"}
_KINDS = {mark: kind for kind, mark in _BEGIN.items()}
END = "\ufdd2"
"""Ends the emphasis that began last."""

_PAGE = "\ufdd3"
_PAGE_END = "\ufdd4"
_LABEL_CHARACTERS = 40

_SIGNS = re.compile("[\ufdd0-\ufdd4]")
_EMPHASIS = re.compile("[\ufdd0-\ufdd2]")
_ONE_PAGE = f"{_PAGE}[^{_PAGE_END}]*{_PAGE_END}"
_PAGES = re.compile(_ONE_PAGE)
_FIRST_PAGES = re.compile(f"(?:{_ONE_PAGE})*")
_LAST_PAGES = re.compile(rf"(?:{_ONE_PAGE})+\Z")
_PAGES_AND_SPACE = re.compile(rf"{_ONE_PAGE}(?:{_ONE_PAGE}|[\s\ufdd0-\ufdd2])*")
# A class at the front lets a search pass over text quickly.
_MARKS = re.compile(f"[\ufdd0-{_PAGE}](?:(?<={_PAGE})[^{_PAGE_END}]*{_PAGE_END})?")
_MARKS_APART = re.compile(f"({_MARKS.pattern})")
_ITALIC = frozenset({"i", "em", "cite", "dfn", "var"})
_BOLD = frozenset({"b", "strong"})
_ITALIC_CLASS = re.compile(r"(?:^|\s)(?:ital(?:ic)?s?|em|emphasis)(?:$|\s)", re.IGNORECASE)
_BOLD_CLASS = re.compile(r"(?:^|\s)(?:bold|strong)(?:$|\s)", re.IGNORECASE)

PageBreak = tuple[int, str]
"""The offset at which a printed page begins, and its label."""


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


def page_mark(label: str) -> str:
    """The mark where a printed page begins."""
    return f"{_PAGE}{one_line(label, _LABEL_CHARACTERS)}{_PAGE_END}"


def unmarked(text: str) -> str:
    """A text of a file, without what would pass for a mark."""
    return text if text.isascii() else _SIGNS.sub("", text)


def plain(text: str) -> str:
    """A text without marks."""
    return text if text.isascii() else _MARKS.sub("", text)


def without_emphasis(text: str) -> str:
    """A text with no marks but those of pages."""
    return _EMPHASIS.sub("", text)


def pages_of(text: str) -> str:
    """The marks of the pages that begin in a text, without the text."""
    return "".join(_PAGES.findall(text)) if _PAGE in text else ""


def labels_of(text: str) -> list[str]:
    """The labels of the pages that begin in a text."""
    return [mark[1:-1] for mark in _PAGES.findall(text)]


def prefixed(prefix: str, text: str) -> str:
    """A text with something put before it, on the page that begins with the text."""
    first = [_FIRST_PAGES.match(part) for part in (prefix, text)]
    ends = [match.end() if match else 0 for match in first]
    return prefix[: ends[0]] + text[: ends[1]] + prefix[ends[0] :] + text[ends[1] :]


def settled(text: str) -> tuple[str, str]:
    """A text in which the marks of pages stand right before what is seen first on them, and, apart,
    the marks of pages on which nothing of it is seen."""
    if _PAGE not in text:
        return text, ""
    text = _PAGES_AND_SPACE.sub(lambda run: _PAGES.sub("", run[0]) + pages_of(run[0]), text)
    last = _LAST_PAGES.search(text)
    return (text[: last.start()], last[0]) if last else (text, "")


def places_in(text: str, kind: ParagraphKind) -> tuple[tuple[Emphasis, ...], tuple[PageBreak, ...]]:
    """The emphasis and the beginnings of pages that marks in a paragraph's text stand for, by
    offsets in what squeezing makes of it."""
    if kind == "code":
        return (), _pages_in_code(text)
    lines = kind in LINE_KINDS
    emphasis: list[Emphasis] = []
    pages: list[PageBreak] = []
    # A beginning counts from the next character that is seen, and has no place until then.
    open_now: list[tuple[int | None, EmphasisKind]] = []
    labels: list[str] = []
    length, blank, ends = 0, False, 0
    for part in _MARKS_APART.split(text):
        if part in _KINDS:
            open_now.append((None, _KINDS[part]))
            continue
        if part == END:
            if open_now:
                emphasis += _between(*open_now.pop(), length)
            continue
        if part.startswith(_PAGE):
            labels.append(part[1:-1])
            continue
        # What the sanitiser takes away has no offset; it would take the marks too.
        for character in sanitise(part):
            if character.isspace():
                blank, ends = True, ends + (character == "\n")
                continue
            if blank and length:
                length += ends if ends and lines else 1
            if open_now:
                open_now = [(length if at is None else at, kind) for at, kind in open_now]
            if labels:
                pages += [(length, label) for label in labels]
                labels = []
            length, blank, ends = length + 1, False, 0
    while open_now:
        emphasis += _between(*open_now.pop(), length)
    pages += [(length, label) for label in labels]
    emphasis.sort(key=lambda item: (item.span.start, -item.span.end))
    return tuple(emphasis), tuple(pages)


def _pages_in_code(text: str) -> tuple[PageBreak, ...]:
    """The beginnings of pages in code, of which white space stays: a page begins with the character
    that as many others stand before as before its mark."""
    whole = squeezed(plain(text), "code")
    seen = [place for place, sign in enumerate(whole) if not sign.isspace()]
    pages: list[PageBreak] = []
    before = 0
    for part in _MARKS_APART.split(text):
        if part.startswith(_PAGE):
            offset = seen[before] if before < len(seen) else len(whole)
            pages.append((offset, part[1:-1]))
        elif not part.startswith(tuple(_KINDS)) and part != END:
            before += sum(not sign.isspace() for sign in sanitise(part))
    return tuple(pages)


def _between(start: int | None, kind: EmphasisKind, end: int) -> list[Emphasis]:
    return [] if start is None or end <= start else [Emphasis(Span(start, end), kind)]
