"""From placed runs of a PDF page to lines in reading order.

Coordinates are PDF points, the origin at the page's lower left corner.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from longread.sources.joining import is_wide, known_words

CELL_GAP = 1.6
"""Gap between runs of a row, in font sizes, from which they are cells of a table."""

ROW_GAP = 1.5
"""Gap between the rows of a table, in font sizes."""

LABEL_GAP = 3.0
"""The same above the name of a group of rows."""

DROP_CAP = 1.8
"""Multiple of the size of the lines beside it from which a letter begins them all."""

_LEADER = re.compile(r"\s*(?:[.·…]\s?){5,}\s*(?=\S)")
_GLUED = re.compile(r"(?:^|\s)[($€£¥]+\n|\n[)%]+$")
"""A currency's sign before a number and what closes one after it are no cells."""

_LOOSE_END = re.compile(r"(?<=\d)\s+(?=\)|%)")
_NEXT_AMOUNT = re.compile(r"(?<=[\d)%—-])\s+(?=[$€£¥]\s?[\d(—-])")

LIST_MARK = re.compile(
    r"[•●▪◦‣■□►➢✓·\uf0b7\uf0a7–—*-]|\(?[a-z0-9]{1,3}[.)]|\([A-Z]\)"
    r"|\(\d{1,3}\.\d{1,3}\)|\d{1,2}(?:\.\d{1,2}){1,3}\."
)
"""What an entry of a list begins with."""

_ENTRY = re.compile(rf"({LIST_MARK.pattern}) \| (?=\S*[^\W\d_])(.*)")
"""Words behind a list's mark and a wide gap, which make no row of two cells."""

_YEAR_LAST = re.compile(r"\| (?:19|20)\d\d$")
"""The end of a row that names columns."""

ENDED = re.compile(r"(?:[.!?:;。！？：”\"’)]|(?<!\d)[.!?”\"’]\d{1,3})\s*$")
"""The end of a sentence, the number of a note behind it included."""


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text on one baseline."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row of runs. ``cells`` counts the parts that wide gaps set off, ``second`` is where the
    second of them begins; ``column`` is 0 for what is in none, else counted over the page;
    ``row`` says that it belongs to a table though it has one cell, ``aside`` that it stands beside
    the text that is read, ``apart`` that it is no part of the text that runs on around it, as a
    footnote is not."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float
    cells: int = 1
    column: int = 0
    page: int = 0
    bold: bool = False
    row: bool = False
    aside: bool = False
    apart: bool = False
    second: float = 0.0


def rows(runs: Sequence[Run]) -> list[Line]:
    """Group runs that stand on one height into lines, from top to bottom."""
    lines: list[Line] = []
    for group in _levels(_with_drop_caps(runs)):
        ordered = sorted(group, key=lambda run: run.left)
        parts = [ordered[0].text.strip()]
        cells, second = 1, 0.0
        for before, run in itertools.pairwise(ordered):
            gap = run.left - before.right
            size = max(before.size, run.size, 1.0)
            if gap > CELL_GAP * size and not _GLUED.search(f"{parts[-1]}\n{run.text.strip()}"):
                cells += 1
                second = second or run.left
                parts.append(" | ")
            elif gap > 0.12 * size and not (is_wide(run.text) or run.text[:1] in ")%"):
                parts.append(" ")
            parts.append(run.text.strip())
        text = "".join(parts)
        if cells == 2 and (entry := _ENTRY.fullmatch(text)):
            text, cells = f"{entry[1]} {entry[2]}", 1
        if cells > 1:
            text, more = _NEXT_AMOUNT.subn(" | ", _LOOSE_END.sub("", text))
            cells += more
        lines.append(
            Line(
                text,
                ordered[0].left,
                max(run.right for run in ordered),
                min(run.bottom for run in ordered),
                max(run.top for run in ordered),
                max(ordered, key=lambda run: len(run.text)).size,
                cells,
                bold=all(run.bold for run in ordered),
                second=second,
            )
        )
    return lines


def _with_drop_caps(runs: Sequence[Run]) -> list[Run]:
    """Put each large first letter before the first of the lines that stand beside it."""
    moved = list(runs)
    for place, cap in enumerate(runs):
        letters = cap.text.strip().lstrip("\"'“‘«„")
        if not (len(letters) == 1 and letters.isupper()):
            continue
        beside = [
            run
            for run in runs
            if cap.size > DROP_CAP * run.size
            and cap.bottom < (run.top + run.bottom) / 2 < cap.top
            and -1 < run.left - cap.right < run.size
        ]
        if len(beside) < 2:
            continue
        first = max(beside, key=lambda run: run.top)
        gap = first.left - cap.right
        moved[place] = replace(
            first,
            text=cap.text,
            left=first.left - 0.01 - gap,
            right=first.left if gap < 0.5 * first.size else cap.right,
        )
    return moved


def _levels(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """Runs whose heights overlap by half; superscripts go with their line."""
    group: list[Run] = []
    low = high = 0.0
    for run in sorted(runs, key=lambda run: (-(run.top + run.bottom), run.left)):
        height = max(run.top - run.bottom, 0.5)
        overlap = min(high, run.top) - max(low, run.bottom)
        if group and overlap >= 0.5 * min(height, max(high - low, 0.5)):
            group.append(run)
            if len(run.text) > 3:
                low, high = min(low, run.bottom), max(high, run.top)
            continue
        if group:
            yield group
        group, low, high = [run], run.bottom, run.top
    if group:
        yield group


def mark_tables(page: Sequence[Line]) -> list[Line]:
    """Take short lines between the rows of a table, such as the name of a group of rows, and
    entries of a list of contents for rows as well."""
    width = max((line.right - line.left for line in page), default=0.0)
    marked = [
        replace(line, row=True, text=_LEADER.sub(" … ", line.text))
        if _LEADER.search(line.text)
        else line
        for line in page
    ]
    index = 0
    while index < len(marked):
        if marked[index].cells < 2:
            index += 1
            continue
        end = index + 1
        while end < len(marked) and end - index <= 3 and marked[end].cells < 2:
            end += 1
        group = marked[index : end + 1]
        inner = group[1:-1]
        narrow = all(line.right - line.left < 0.55 * width for line in inner)
        is_table = end < len(marked) and marked[end].cells > 1
        if is_table and ((narrow and _is_close(group)) or _are_labels(group)):
            marked[index + 1 : end] = [replace(line, row=True) for line in inner]
        index = end
    return marked


def _are_labels(group: Sequence[Line]) -> bool:
    """Whether lines between two rows stay where these have their labels, as the name of a group of
    rows or the begin of a long label; further off, where the rows have the same columns."""
    first, *inner, last = group
    edge = min(first.second, last.second)
    within = all(
        line.right < edge and abs(line.size - last.size) < 0.15 * last.size for line in inner
    )
    same = first.cells == last.cells and abs(first.right - last.right) < last.size
    goes_on = same and _YEAR_LAST.search(last.text) is None
    return within and _is_close(group, LABEL_GAP if goes_on else ROW_GAP)


def _is_close(lines: Sequence[Line], most: float = ROW_GAP) -> bool:
    """Whether lines follow each other in one column with a gap of so many font sizes at most."""
    return all(
        after.column == before.column
        and -after.size < before.bottom - after.top < most * max(before.size, after.size)
        for before, after in itertools.pairwise(lines)
    )


def body_size(pages: Iterable[Sequence[Line]]) -> float:
    """The font size that most characters have."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[rounded_size(line)] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def rounded_size(line: Line) -> float:
    """A line's font size by half points: programs scale one and the same a little."""
    return round(line.size * 2) / 2


def is_table(line: Line) -> bool:
    """Whether wide gaps part a line into cells, or it stands between such lines."""
    return line.cells > 1 or line.row


def vocabulary(pages: Iterable[Sequence[Line]]) -> frozenset[str]:
    """Words and hyphenated compounds that stand within lines."""
    return known_words(line.text.rpartition(" ")[0] for page in pages for line in page)
