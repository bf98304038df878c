"""A PDF's outline: its entries, and the lines of the text that they begin at."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from longread.sources.pdf_layout import Line
from longread.text import one_line

MAX_OUTLINE = 5_000
"""Entries beyond which an outline is dropped."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An outline entry; ``top`` is the height on the page that it points at, if told."""

    title: str
    level: int
    page: int
    top: float | None


def is_too_large(reader: Any) -> bool:
    """Whether the outline has more entries than are taken, or a loop that passes for many; told
    before pypdf makes something of each, which takes minutes for a million."""
    stack: list[Any] = [reader.root_object.get("/Outlines")]
    count = 0
    while stack and count <= MAX_OUTLINE:
        item = stack.pop()
        item = item.get_object() if item is not None else None
        if isinstance(item, dict):
            count += 1
            stack += [item.get("/Next"), item.get("/First")]
    return count > MAX_OUTLINE


def entries_of(reader: Any) -> Iterator[Entry]:
    """Walk the outline without recursion."""
    stack: list[tuple[Any, int]] = [(item, 1) for item in reversed(reader.outline)]
    while stack:
        item, level = stack.pop()
        if isinstance(item, list):
            stack += [(child, level + 1) for child in reversed(item)]
            continue
        page = reader.get_destination_page_number(item)
        if page is None or page < 0:
            continue
        top = item.get("/Top")
        title = one_line(str(item.title))
        if title:
            yield Entry(title, level, page, float(top) if isinstance(top, int | float) else None)


def section_starts(
    pages: list[list[Line]], outline: tuple[Entry, ...]
) -> dict[tuple[int, int], list[Entry]]:
    """For each outline entry the line it begins at, as (page, position on the page)."""
    placed: list[tuple[Entry, tuple[int, int], bool]] = []
    for entry in outline:
        number = min(entry.page, len(pages) - 1)
        while number < len(pages) and not pages[number]:
            number += 1
        if number < len(pages):
            position, is_titled = _position(pages[number], entry)
            placed.append((entry, (number, position), is_titled))
    in_order = _in_order([place for _, place, _ in placed])
    starts: dict[tuple[int, int], list[Entry]] = {}
    last = (0, 0)
    for index, (entry, place, is_titled) in enumerate(placed):
        if index in in_order:
            last = place
        # What points elsewhere stays in order, unless its title stands where it points.
        starts.setdefault(place if is_titled else last, []).append(entry)
    return starts


def _in_order(places: Sequence[tuple[int, int]]) -> set[int]:
    """Indices of the most places that go through the text in order: those that no earlier one
    lies behind, unless one that lies far behind keeps out many."""
    furthest = list(accumulate(places, max))
    records = {index for index, place in enumerate(places) if place == furthest[index]}
    ends: list[tuple[int, int]] = []
    last_of: list[int] = []
    before: list[int] = []
    for index, place in enumerate(places):
        length = bisect_right(ends, place)
        before.append(last_of[length - 1] if length else -1)
        ends[length : length + 1] = [place]
        last_of[length : length + 1] = [index]
    found: set[int] = set()
    index = last_of[-1] if last_of else -1
    while index >= 0:
        found.add(index)
        index = before[index]
    return found if len(found) > len(records) else records


def _position(page: list[Line], entry: Entry) -> tuple[int, bool]:
    """The line that an entry points at, and whether its title stands there."""
    titled = [index for index in range(len(page)) if title_lines(entry.title, page, index)]
    if titled:
        height = entry.top
        if height is None:
            return titled[0], True
        return min(titled, key=lambda index: abs(page[index].top - height)), True
    if entry.top is not None:
        below = [i for i, line in enumerate(page) if line.bottom <= entry.top + 2]
        return (below[0] if below else 0), False
    return 0, False


def title_lines(title: str, page: list[Line], position: int) -> int:
    """How many lines from a position on are a heading's own, its number and punctuation
    aside; 0 where they are not."""
    wanted = _core(title)
    text = ""
    for count, line in enumerate(page[position : position + 4], start=1):
        text += _core(line.text)
        if text == wanted:
            return count if wanted else 0
        if not wanted.startswith(text):
            return 0
    return 0


def _core(text: str) -> str:
    return re.sub(r"[\W\d_]+", "", text).casefold()
