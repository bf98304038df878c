"""Columns of a PDF page: where text stands side by side, and which of it is read first.

The cells of a table stand side by side too. So a page is only parted where text runs on from line
to line on one side at least, and the other side has text too or lines on heights of their own.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from longread.sources.joining import is_wide
from longread.sources.pdf_layout import ENDED, Line, Run, rows

MAX_RUNS = 3_000
"""Runs of a page beyond which it is a drawing."""

MAX_DEPTH = 8
"""Times that a part of a page is parted again."""

MAX_EDGES = 12
"""Places on a page where most lines begin, which are looked at."""

FEWEST_LINES = 3
"""Lines that begin at one place before it may be the edge of a column."""

LONG = 20
"""Characters from which a line may be one of text."""

RAGGED = 0.75
"""Share of a column's width from which a line fills it."""

JUSTIFIED = 0.93
"""The same for texts without spaces, which break anywhere."""

RUNNING_SHARE = 0.6
"""Share of lines that fill a side among those that others follow closely, if it is prose."""

DENSE_SHARE = 0.75
"""The same on one of two sides whose lines stand on the same heights."""

PROSE_SHARE = 0.35
"""Share of such lines among all of a side."""

WITHIN_SHARE = 0.3
"""Share of such lines that one follows which begins within a sentence."""

RUNNING_LINES = 5
"""Such lines on a side before the other one stands aside of it."""

MANY_LINES = 8
"""Lines that fill a side, from which it is a column beside prose."""

ALIGNED_SHARE = 0.6
"""Share of a side's lines on the heights of others, from which both are cells of rows."""

EVEN = 0.12
"""Share of half the distance of lines by which such heights may differ."""

ROWS_SHARE = 0.7
"""Share of paragraphs that stand beside a single one, from which both are cells of rows."""

CELLS_SHARE = 0.3
"""Share of lines with several cells, from which a side belongs to a table."""

_NEAR = 4.0
"""Points that a column's edge is away from what may stand before it."""

_Arrangement = Literal["rows", "columns", "left aside", "right aside"]


def lines_of(runs: Sequence[Run]) -> list[Line]:
    """Lines of a page in reading order: columns one after the other, between lines that run over
    them; what stands aside of the text, like the words of a picture, where a paragraph ends."""
    return _lines(runs, MAX_DEPTH if len(runs) <= MAX_RUNS else 0, itertools.count(1))


def _lines(
    runs: Sequence[Run], depth: int, columns: Iterator[int], *, is_column: bool = False
) -> list[Line]:
    for edge in _edges(runs) if depth else ():
        bands = _bands(runs, edge)
        arrangements = [band.arrangement() for band in bands]
        if set(arrangements) <= {"rows"}:
            continue
        found: list[Line] = []
        rest: list[Run] = []
        for band, arrangement in zip(bands, arrangements, strict=True):
            if arrangement == "rows":
                rest += [*band.left, *band.right, *band.across]
                continue
            found += _lines(rest, depth - 1, columns, is_column=is_column)
            rest = []
            left = _lines(band.left, depth - 1, columns, is_column=True)
            right = _lines(band.right, depth - 1, columns, is_column=True)
            found += _joined(left, right, arrangement)
        return found + _lines(rest, depth - 1, columns, is_column=is_column)
    if not is_column:
        return rows(runs)
    column = next(columns)
    return [replace(line, column=column) for line in rows(runs)]


def _joined(left: list[Line], right: list[Line], arrangement: _Arrangement) -> list[Line]:
    if arrangement == "columns":
        return left + right
    text, beside = (right, left) if arrangement == "left aside" else (left, right)
    place = len(text)
    if not ENDED.search(text[-1].text):
        # The last sentence goes on below, so that a paragraph before it is the place.
        ends = (at for at in range(place - 1, 0, -1) if not _is_close(text[at - 1], text[at]))
        place = next(ends, place)
    return [*text[:place], *(replace(line, aside=True) for line in beside), *text[place:]]


def _edges(runs: Sequence[Run]) -> Iterator[float]:
    """Places where columns may begin, from left to right: several lines do, and there may be
    prose before or behind them."""
    begun: Counter[int] = Counter(round(run.left) for run in runs if len(run.text) > 2)
    within = [run.right for run in runs if _begins_within(run.text)]
    long = [run for run in runs if len(run.text) >= LONG]
    if len(within) < FEWEST_LINES and len(long) < 2 * MANY_LINES:
        return
    places = [place for place in begun if begun[place] + begun[place + 1] >= FEWEST_LINES]
    last = -2
    for place in sorted(sorted(places, key=lambda place: -begun[place])[:MAX_EDGES]):
        if place == last + 1:
            continue
        last = place
        if sum(run.right <= place for run in runs) < FEWEST_LINES:
            continue
        before = sum(right <= place for right in within)
        sides = sum(run.right <= place for run in long), sum(run.left >= place for run in long)
        if max(before, len(within) - before) >= FEWEST_LINES or min(sides) >= MANY_LINES:
            yield place - 0.5


@dataclass(slots=True)
class _Band:
    """What stands on each side of an edge, between two lines that run across it; or those."""

    edge: float
    left: list[Run] = field(default_factory=list)
    right: list[Run] = field(default_factory=list)
    across: list[Run] = field(default_factory=list)

    def arrangement(self) -> _Arrangement:
        """Whether the sides are columns, and whether one stands aside of the other."""
        if min(len(self.left), len(self.right)) < FEWEST_LINES:
            return "rows"
        beginning = [run for run in self.right if run.left < self.edge + 3 * run.size]
        if len(beginning) < FEWEST_LINES:
            return "rows"
        return _arrangement(_Side(rows(self.left)), _Side(rows(beginning)))


def _arrangement(left: _Side, right: _Side) -> _Arrangement:
    weaker, stronger = sorted((left, right), key=lambda side: (side.is_prose, side.running))
    if not stronger.is_prose and weaker.filled < MANY_LINES:
        return "rows"
    beside, aligned = _aligned(weaker.lines, stronger.lines)
    are_level = aligned >= ALIGNED_SHARE * beside
    if are_level and max(left.share, right.share) < DENSE_SHARE:
        return "rows"
    if not beside or _are_rows(left.lines, right.lines):
        return "rows"
    if weaker.is_prose or (stronger.is_prose and weaker.filled >= MANY_LINES):
        return "columns"
    if are_level or beside < FEWEST_LINES or not weaker.has_text():
        return "rows"
    if not stronger.is_prose:
        return "columns"
    return _aside(left, weaker) if stronger.running >= RUNNING_LINES else "rows"


def _aside(left: _Side, weaker: _Side) -> _Arrangement:
    if weaker is not left:
        return "right aside"
    # Cells before text are those of a table, whose last column it is.
    cells = sum(line.cells > 1 for line in left.lines)
    return "left aside" if cells < CELLS_SHARE * len(left.lines) else "rows"


def _bands(runs: Sequence[Run], edge: float) -> list[_Band]:
    """The bands of a page from top to bottom."""
    bands: list[_Band] = []
    low = 0.0
    for run in sorted(runs, key=lambda run: -(run.top + run.bottom)):
        is_across = run.left < edge - _NEAR and run.right > edge + _NEAR
        was_across = bool(bands) and bool(bands[-1].across)
        if is_across or (was_across and (run.top + run.bottom) / 2 > low):
            if not was_across:
                bands.append(_Band(edge))
            bands[-1].across.append(run)
            low = run.bottom if is_across else low
            continue
        if was_across or not bands:
            bands.append(_Band(edge))
        (bands[-1].left if run.right <= edge + _NEAR else bands[-1].right).append(run)
    return bands


class _Side:
    """The lines on a side: how many fill it, from how many of these text runs on in a line close
    below, their share among lines with one below, and whether that makes it prose."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = lines
        self.filled = self.running = 0
        pairs = chain = longest = within = 0
        widths = sorted(line.right - line.left for line in lines)
        width = widths[len(widths) * 4 // 5]
        for above, below in itertools.pairwise(lines):
            fills = above.cells == below.cells == 1 and _fills(above, width)
            self.filled += fills
            if not _is_close(above, below):
                chain = 0
                continue
            pairs += 1
            chain = chain + 1 if fills else 0
            longest = max(longest, chain)
            self.running += fills
            within += fills and _begins_within(below.text)
        self.share = self.running / max(1, pairs)
        self.is_prose = (
            longest > 1
            and self.share >= RUNNING_SHARE
            and self.running > PROSE_SHARE * len(lines)
            and within >= WITHIN_SHARE * self.running
        )

    def has_text(self) -> bool:
        """Whether there is more than numbers, marks or names."""
        return sum(len(line.text) >= LONG for line in self.lines) >= FEWEST_LINES


def _fills(line: Line, width: float) -> bool:
    """Whether a line of words is about as wide as its column."""
    if not line.text.isascii() and any(map(is_wide, line.text)):
        return line.right - line.left > JUSTIFIED * width
    words = line.text.split()
    lettered = sum(word[:1].isalpha() for word in words)
    return (
        line.right - line.left > RAGGED * width and len(words) > 2 and lettered > 0.6 * len(words)
    )


def _begins_within(text: str) -> bool:
    """Whether a line may begin within a sentence: with a letter that is no capital."""
    return text[:1].isalpha() and not text[:1].isupper()


def _is_close(above: Line, below: Line) -> bool:
    """Whether a line follows another one as within a paragraph."""
    size = max(above.size, below.size)
    return abs(above.size - below.size) < 0.15 * size and above.bottom - below.top < 0.7 * size


def _aligned(lines: Sequence[Line], others: Sequence[Line]) -> tuple[int, int]:
    """How many lines stand beside others, and how many of these on a height with one of them or
    half between two, as the cells of a table do."""
    gaps = [above.top - below.top for above, below in itertools.pairwise(others)]
    least = 0.8 * others[0].size
    distance = min((gap for gap in gaps if gap > least), default=least)
    beside = aligned = 0
    for line in lines:
        heights = [
            (other.bottom + other.top - line.bottom - line.top) / distance
            for other in others
            if other.bottom < line.top and line.bottom < other.top
        ]
        beside += bool(heights)
        aligned += any(abs(height - round(height)) < EVEN for height in heights)
    return beside, aligned


def _are_rows(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether each paragraph of one side stands beside one of the other, as cells of a row do."""
    fewer, more = sorted((_blocks(left), _blocks(right)), key=len)
    beside = [
        [at for at, other in enumerate(more) if block[0] < other[1] and other[0] < block[1]]
        for block in fewer
    ]
    single = {places[0] for places in beside if len(places) == 1}
    return len(fewer) >= FEWEST_LINES and len(single) > ROWS_SHARE * len(more)


def _blocks(lines: Sequence[Line]) -> list[tuple[float, float]]:
    """From where to where lines reach that follow each other closely."""
    blocks = [(lines[0].bottom, lines[0].top)]
    for above, line in itertools.pairwise(lines):
        if _is_close(above, line):
            blocks[-1] = line.bottom, blocks[-1][1]
        else:
            blocks.append((line.bottom, line.top))
    return blocks
