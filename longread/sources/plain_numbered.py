"""Headings of a plain text that are numbered as "1", "1.1" and "2", in one outline."""

from __future__ import annotations

import re
from collections.abc import Sequence

from longread.sources.headings import Heading, recognise
from longread.sources.plain_blocks import TERMINATED, Block

MAX_CANDIDATES = 3_000
"""Lines with such numbers beyond which none is looked for."""

FEWEST_SECTIONS = 2
"""Sections of the highest level that an outline has at least; it has some below these too."""

TOP_RANK = 2
"""Rank of the headings with one number, as of chapters."""

DEEPER_RANK = 20
"""Rank that those with more numbers have, one more for each."""

_NUMBERED = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+(?P<title>\S.{0,100})")
_LISTED = re.compile(r"(?:\.\s?){3,}|…|\s{3,}\S+$|\s\d+$")

_Number = tuple[int, ...]


def numbered_outline(blocks: Sequence[Block]) -> dict[int, Heading]:
    """The headings of the longest outline by the places of their blocks; none where no number has
    a part. What is listed before it, as in a table of contents, is left."""
    found = [(place, *named) for place, block in enumerate(blocks) if (named := _candidate(block))]
    if len(found) > MAX_CANDIDATES:
        return {}
    chain = _longest([number for _, number, _ in found])
    depths = [len(found[at][1]) for at in chain]
    if depths.count(1) < FEWEST_SECTIONS or max(depths) < 2:
        return {}
    return {found[at][0]: _heading(blocks[found[at][0]], *found[at][1:]) for at in chain}


def _candidate(block: Block) -> tuple[_Number, str] | None:
    """The number and title of a line of its own that may be a heading."""
    if len(block.lines) != 1:
        return None
    line = block.lines[0].strip()
    match = _NUMBERED.fullmatch(line)
    if match is None or TERMINATED.search(line) or _LISTED.search(line):
        return None
    first = match["title"].lstrip("\"'“‘«„(")[:1]
    if not first.isalpha() or first.islower():
        return None
    return tuple(map(int, match["number"].split("."))), match["title"]


def _heading(block: Block, number: _Number, title: str) -> Heading:
    text = block.lines[0].strip()
    known = recognise(title)
    depth = len(number)
    rank = TOP_RANK if depth == 1 else DEEPER_RANK + depth
    return Heading(text, rank, known.kind if known and depth == 1 else "body", title)


def _longest(numbers: Sequence[_Number]) -> list[int]:
    """The longest run of numbers, of which each goes on the outline that the last one is in; of
    several the last."""
    lengths = [1] * len(numbers)
    following = [-1] * len(numbers)
    last: dict[_Number, int] = {}
    for at in range(len(numbers) - 1, -1, -1):
        for number in _next(numbers[at]):
            place = last.get(number, -1)
            if place >= 0 and lengths[place] + 1 > lengths[at]:
                lengths[at], following[at] = lengths[place] + 1, place
        best = last.get(numbers[at])
        if best is None or lengths[at] > lengths[best]:
            last[numbers[at]] = at
    at = last.get((1,), -1)
    chain: list[int] = []
    while at >= 0:
        chain.append(at)
        at = following[at]
    return chain


def _next(number: _Number) -> list[_Number]:
    """The numbers that may follow one in an outline."""
    siblings = [(*number[:depth], number[depth] + 1) for depth in range(len(number))]
    return [(*number, 1), *siblings]
