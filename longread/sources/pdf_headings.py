"""Headings of a PDF without an outline, by what sets them off: size, weight, numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from longread.sources.pdf_layout import Line, body_size, is_table, rounded_size

LARGER = 1.15
"""Multiple of the body's font size from which a size alone marks a heading."""

MOST_HEADINGS = 0.08
"""Share of lines beyond which what was found cannot all be headings."""

LEAST_LISTED = 3
"""Parts that a page which lists them has at least."""

_LONGEST = 120
_LETTERS = re.compile(r"[^\W\d_]")
_KEYWORD = re.compile(
    r"(?P<word>(?i:part|item|chapter|section|article|note|appendix|annex|exhibit|schedule|"
    r"kapitel|chapitre|cap[ií]tulo|capitolo|глава|часть))\s+"
    r"(?:[0-9]{1,3}[A-Za-z]?|[IVXLC]+|[A-Z])\b[.:]?(?:\s*[—–|]\s*\S.*|(?:\s*[—–|-])?(?:\s+\S.*)?)"
)
_NUMBERED = re.compile(
    r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,3}|[A-Z](?:\.\d{1,2}){1,3}|[A-Z](?=\.|\s+[A-Z]))\.?\s+"
    r"(?=\S*[^\W\d_])\S.*"
)
_DEPTHS = {"part": 1, "teil": 1, "partie": 1, "часть": 1} | dict.fromkeys(
    ("item", "chapter", "kapitel", "chapitre", "capítulo", "capitulo", "capitolo", "глава"), 2
)
_DEEPEST_KEYWORD = 3
_DIGIT = re.compile(r"\d")
_ENDS_WITH_PAGE = re.compile(r"(?:[|…]|\.\.)\s*\d+$")


@dataclass(frozen=True, slots=True)
class Headings:
    """Tells headings from text in one document. ``sizes`` mark them by themselves, the
    largest first; ``bold`` says that weight tells them where numbers or size agree;
    ``keyworded`` that parts and items make the outline, and sizes what is within them;
    ``contents`` are pages that only list those."""

    body: float
    sizes: tuple[float, ...] = ()
    bold: bool = False
    keyworded: bool = False
    contents: frozenset[int] = frozenset()

    def level(self, line: Line) -> int:
        """The level of a heading, from 1; 0 for text."""
        if not _may_be_heading(line):
            return 0
        keyword = _keyword_depth(line.text)
        if keyword and line.page in self.contents:
            return 0
        if rounded_size(line) in self.sizes and not is_table(line):
            depth = self.sizes.index(rounded_size(line)) + 1
        else:
            depth = _bold_depth(line, self.body) if self.bold else 0
            depth += len(self.sizes) if depth else 0
        if not self.keyworded or not depth:
            return depth
        return keyword or _DEEPEST_KEYWORD + depth

    def continues(self, line: Line) -> bool:
        """Whether a line may be a heading's next one: not one with a number of its own."""
        numbered = _KEYWORD.fullmatch(line.text) or _NUMBERED.fullmatch(line.text)
        larger = rounded_size(line) in self.sizes or line.bold
        return larger and numbered is None and _may_be_heading(line)


def find_headings(pages: Sequence[Sequence[Line]]) -> Headings:
    """Learn what sets a document's headings off; nothing where that is not reliable."""
    body = body_size(pages)
    counts: Counter[float] = Counter()
    total = bold = plain = keywords = 0
    for page in pages:
        for line in page:
            total += 1
            if not _may_be_heading(line):
                continue
            is_large = rounded_size(line) >= LARGER * body and not is_table(line)
            if is_large:
                counts[rounded_size(line)] += 1
            elif _bold_depth(line, body):
                bold += 1
            if is_large or line.bold:
                keywords += 0 < _keyword_depth(line.text) <= 2
            plain += not line.bold
    most = MOST_HEADINGS * total
    sizes = tuple(sorted(counts, reverse=True)[:4]) if sum(counts.values()) <= most else ()
    is_bold = 2 <= bold <= max(most, 3) and plain > 0
    return Headings(body, sizes, is_bold, keywords >= 5, _contents(pages))


def _contents(pages: Sequence[Sequence[Line]]) -> frozenset[int]:
    """Pages with several parts that all begin on later ones: tables of contents."""
    last: dict[str, int] = {}
    parts: dict[int, set[str]] = defaultdict(set)
    for page in pages:
        for line in page:
            text = line.text.strip()
            if len(text) <= _LONGEST and _keyword_depth(text) == 1:
                last[text] = line.page
                parts[line.page].add(text)
    return frozenset(
        number
        for number, found in parts.items()
        if len(found) >= LEAST_LISTED and all(last[text] > number for text in found)
    )


def _may_be_heading(line: Line) -> bool:
    """Short, with letters, within the text, and no entry of a list of contents."""
    text = line.text
    return (
        len(text) <= _LONGEST
        and len(_LETTERS.findall(text)) >= 2
        and not (line.row or line.aside)
        and line.cells <= 2
        and _ENDS_WITH_PAGE.search(text) is None
    )


def _bold_depth(line: Line, body: float) -> int:
    """Depth of a bold heading: by its number, or 1 for one that is also a little larger."""
    if not line.bold:
        return 0
    text = line.text.strip()
    if depth := _keyword_depth(text):
        return depth
    if text[-1:] in ",;" or is_table(line):
        return 0
    if match := _NUMBERED.fullmatch(text):
        return 1 + match["number"].count(".")
    return 1 if line.size >= 1.05 * body and not _DIGIT.search(text) else 0


def _keyword_depth(text: str) -> int:
    match = _KEYWORD.fullmatch(text.strip())
    if match is None:
        return 0
    return _DEPTHS.get(match["word"].casefold(), _DEEPEST_KEYWORD)
