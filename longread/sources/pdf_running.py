"""Running headers, footers and page numbers of a PDF, told from the text between them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from longread.numerals import roman_value
from longread.sources.pdf_layout import Line, body_size
from longread.sources.pdf_paragraphs import CLOSING

EDGE_LINES = 4
"""How many lines at the top and at the bottom of a page may be its header or footer."""

REPEATED_SHARE = 0.15
"""Share of pages on which a line must stand again to be a header or footer."""

REPEATED_ROWS_SHARE = 0.5
"""The same share for numbers and rows of cells that stand among others, as in a table."""

NEAR_PAGES = 8
"""Neighbouring pages among which a chapter's own header stands on ``REPEATED_NEAR``."""

REPEATED_NEAR = 3
REPEATED_NUMBERS = 6
"""Fewest pages with a number of their own that stands among others."""

NUMBERED_PAGES = 4
"""Pages whose numbers must go up with them for these to be taken for page numbers."""

NUMBERED_CLOSE = 12
"""The same where they stand so close to the text that they may be figures of a table."""

SET_OFF = 1.4
"""Multiple of a page's usual distance of lines that parts a header from the text."""

LARGEST = 1.15
"""Multiple of the text's font size beyond which a line is rather a heading."""

_NUMBERS_LOOKED_AT = 4
_NUMBER = re.compile(r"\d{1,9}|^[ivxlcdm]+\b|\b[ivxlcdm]+$", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_PAGE_NUMBER = re.compile(r"(?i:page\s+)?(?:[A-Z]{1,2}-)?[-–—\s]*(\d{1,5})[-–—\s]*")
_ROMAN = re.compile(r"[ivxlcdm]+")

_OF_PAGE = "\0"
"""Stands before a number that counts from its page's."""

_Key = tuple[str, int]


def without_running_lines(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Drop headers, footers and page numbers: lines at the edge that stand at the same height on
    many pages, or on some that follow each other, in the same words but for page numbers."""
    if len(pages) < 3:
        return [list(page) for page in pages]
    edges = [_edges(page) for page in pages]
    largest = LARGEST * body_size(pages)
    seen: dict[_Key, list[int]] = defaultdict(list)
    numbered: dict[int, list[int]] = defaultdict(list)
    for number, edge in enumerate(edges):
        for key in {key for item in edge for key in _keys(item.line, largest)}:
            seen[key].append(number)
        for offset in {offset for item in edge for offset in _offsets(item)}:
            numbered[offset].append(number)
    kept = []
    for number, (page, edge) in enumerate(zip(pages, edges, strict=True)):
        running = set()
        for item in edge:
            line = item.line
            keys = _keys(line, largest)
            places = [seen[key] for key in keys]
            repeated = any(len(seen[key]) >= _needed(item, key, len(pages)) for key in keys)
            follows = [numbered[offset] for offset in _offsets(item)]
            if item.outermost and item.set_off and line.size <= largest and _is_title(line.text):
                repeated |= any(_is_near(on_pages, number, REPEATED_NEAR) for on_pages in places)
                repeated |= any(_is_near(on_pages, number, NUMBERED_PAGES) for on_pages in follows)
            fewest = NUMBERED_PAGES if item.set_off else NUMBERED_CLOSE
            if line.cells < 2:
                repeated |= any(len(on_pages) >= fewest for on_pages in follows)
            if repeated:
                running.add(id(line))
        kept.append([line for line in page if id(line) not in running])
    return kept


def _needed(item: _EdgeLine, key: _Key, pages: int) -> float:
    """On how many pages a line must stand again, which in a table may happen by chance."""
    if item.set_off or (item.line.cells < 2 and _LETTER.search(item.line.text)):
        return max(3, REPEATED_SHARE * pages)
    if _OF_PAGE in key[0]:
        return max(REPEATED_NUMBERS, REPEATED_SHARE * pages)
    return max(3, REPEATED_ROWS_SHARE * pages)


def _is_title(text: str) -> bool:
    """Whether a line has words and does not end as a sentence does."""
    return bool(_LETTER.search(text)) and text.rstrip()[-1:] not in CLOSING


def _is_near(places: Sequence[int], page: int, fewest: int) -> bool:
    """Whether some stretch of neighbouring pages with this one holds enough of the places."""
    at = bisect_left(places, page)
    return any(
        places[first + fewest - 1] - places[first] < NEAR_PAGES
        for first in range(max(0, at - fewest + 1), at + 1)
        if first + fewest <= len(places)
    )


@dataclass(frozen=True, slots=True)
class _EdgeLine:
    """A line at the top or bottom of a page: whether it is the very first or last, and whether a
    gap sets it off from what stands between."""

    line: Line
    outermost: bool
    set_off: bool


def _edges(page: Sequence[Line]) -> list[_EdgeLine]:
    ordered = sorted(page, key=lambda line: -line.top)
    if len(ordered) <= 2 * EDGE_LINES:
        # A short page may be all edge: only its very first and last line count.
        return [_EdgeLine(line, True, True) for line in [*ordered[:1], *ordered[1:][-1:]]]
    gaps = [above.top - below.top for above, below in pairwise(ordered)]
    wide = SET_OFF * median(gaps)
    return [
        _EdgeLine(line, place == 0, any(gap > wide for gap in inwards[place:EDGE_LINES]))
        for lines, inwards in ((ordered, gaps), (ordered[::-1], gaps[::-1]))
        for place, line in enumerate(lines[:EDGE_LINES])
    ]


def _offsets(item: _EdgeLine) -> list[int]:
    """How far the number that a line is, or has for its first or last cell, is from the count of
    pages."""
    if not (item.set_off or item.outermost):
        return []
    cells = item.line.text.split(" | ")
    values = {_page_number(cell.strip()) for cell in (cells[0], cells[-1])}
    return [value - item.line.page for value in values if value is not None]


def _page_number(text: str) -> int | None:
    if match := _PAGE_NUMBER.fullmatch(text):
        return int(match[1])
    return roman_value(text.upper()) if _ROMAN.fullmatch(text) else None


def _keys(line: Line, largest: float) -> list[_Key]:
    """A line's wordings with its height; two grid offsets, so that a small shift does not part
    what belongs together."""
    heights = round(line.top / 12), -1 - round((line.top + 6) / 12)
    return [(words, height) for words in _wordings(line, largest) for height in heights]


def _wordings(line: Line, largest: float) -> list[str]:
    """A line as it is, and with each of its first and last numbers counted from its page's: a
    page number is the same on every page, an amount or a date is not. A large or bold line stays
    as it is: "Lesson 1" and "Lesson 2" are headings, though each has a page."""
    text = line.text.strip().casefold()
    is_heading = line.size > largest or (line.bold and line.cells < 2)
    if is_heading and not _NUMBER.fullmatch(text):
        return [text[:80]]
    found = list(_NUMBER.finditer(text))
    half = _NUMBERS_LOOKED_AT // 2
    if len(found) > _NUMBERS_LOOKED_AT:
        found = found[:half] + found[-half:]
    wordings = [text[:80]]
    for match in found:
        value = int(match[0]) if match[0].isdecimal() else roman_value(match[0].upper())
        if value is not None:
            number = f"{_OF_PAGE}{value - line.page}"
            wordings.append(f"{text[: match.start()]}{number}{text[match.end() :]}"[:80])
    return wordings
