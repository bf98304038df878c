"""Columns of a table, whose cells stand behind bars in the text, row by row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from longread.tui.wrapping import wrap

_BAR = re.compile(r"(?<![^ \n])\|(?![^ \n])")
_NUMBER = re.compile(r"[^\w\s]*\s*\d[\d\s.,:/]*[^\w\s]*|[-–—]+|n/a", re.IGNORECASE)
_BETWEEN = 3
"""Cells that a bar and the blanks beside it take."""

_LEAST_NAME = 16
"""To so few cells the first column is narrowed, in which rows have their names."""

Gaps = tuple[tuple[int, int], ...]
"""Blanks that are shown and not in the text: before which offset, and how many cells."""


@dataclass(frozen=True, slots=True)
class Part:
    """Characters ``start`` to ``end`` of a table's row, with the gaps between them."""

    start: int
    end: int
    gaps: Gaps = ()


@dataclass(frozen=True, slots=True)
class _Cell:
    start: int
    end: int
    cells: int
    is_number: bool


def in_columns(
    text: str, lines: Sequence[tuple[int, int]], room: int
) -> Mapping[int, Sequence[Part]]:
    """A table's rows with their cells below each other, by the indices of their lines. Where there
    is little room, a long name of a row is wrapped, and its other cells stand at its last part.

    Rows have as many cells as most of the table has; what else stands in it, as a heading over
    several columns, is left out. Empty where the columns take more than ``room`` cells.
    """
    found = {number: _cells(text, *line) for number, line in enumerate(lines)}
    counts = Counter(len(cells) for cells in found.values() if len(cells) > 1)
    if not counts:
        return {}
    most = max(counts, key=lambda count: (counts[count], count))
    rows = {number: cells for number, cells in found.items() if len(cells) == most}
    columns = list(zip(*rows.values(), strict=True))
    widths = [max(cell.cells for cell in column) for column in columns]
    left = room - sum(widths[1:]) - _BETWEEN * (most - 1)
    if len(rows) < 2 or left < min(widths[0], _LEAST_NAME):
        return {}
    widths[0] = min(widths[0], left)
    # Above numbers stands the column's name, which may take several rows.
    right = [
        2 * sum(cell.is_number for cell in column) > sum(1 for cell in column if cell.cells)
        for column in columns
    ]
    return {number: _parts(text, cells, widths, right) for number, cells in rows.items()}


def _cells(text: str, start: int, end: int) -> list[_Cell]:
    """What stands before, between and behind the bars of a line, without the blanks around it."""
    bars = [found.start() for found in _BAR.finditer(text, start, end)]
    return [
        _cell(text, begin, stop)
        for begin, stop in zip([start, *(bar + 1 for bar in bars)], [*bars, end], strict=True)
    ]


def _cell(text: str, start: int, end: int) -> _Cell:
    shown = text[start:end].strip(" ")
    first = start + len(text[start:end]) - len(text[start:end].lstrip(" "))
    is_number = _NUMBER.fullmatch(shown) is not None
    return _Cell(first, first + len(shown), cell_len(shown), is_number)


def _parts(
    text: str, cells: Sequence[_Cell], widths: Sequence[int], right: Sequence[bool]
) -> list[Part]:
    """The rows that a row of a table takes: the beginning of a long name, and all else."""
    name = cells[0]
    *above, (start, end) = wrap(text, name.start, name.end, widths[0])
    last = [_cell(text, start, end), *cells[1:]]
    return [
        *(Part(*part) for part in above),
        Part(start, max(cells[-1].end, start), _gaps(text, last, widths, right)),
    ]


def _gaps(text: str, cells: Sequence[_Cell], widths: Sequence[int], right: Sequence[bool]) -> Gaps:
    """The blanks that bring the cells of a row, and the bars between them, to their columns."""
    gaps = []
    column = used = 0
    for cell, width, is_right in zip(cells, widths, right, strict=True):
        wanted = column + (width - cell.cells if is_right else 0)
        if cell.cells and wanted > used:
            gaps.append((cell.start, wanted - used))
            used = wanted
        used += cell.cells
        column += width + _BETWEEN
        if cell is not cells[-1]:
            bar = text.index("|", cell.end)
            used += bar - cell.end
            gaps.append((bar, column - 2 - used))
            used = column - 2 + (2 if text[bar + 1 : bar + 2] == " " else 1)
    return tuple(gap for gap in gaps if gap[1] > 0)
