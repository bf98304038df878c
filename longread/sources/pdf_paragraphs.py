"""From lines of a PDF in reading order to its paragraphs and tables."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from longread.sources.joining import is_wide, join
from longread.sources.pdf_layout import ENDED, LIST_MARK, Line, is_table
from longread.text import squeeze

FULL_LINES = 3
"""Lines of a column that must reach its edge before one that does is known to be full."""

RAGGED = 5
"""Font sizes by which lines that reach an edge may differ."""

CLOSING = ".,:;!?。、：；！？"
"""What ends a sentence or goes on with it, and does not end a title."""

TITLE_PLACE = 2
"""Font sizes by which a title may stand off its column's middle, or off its left edge."""

TITLE_SHARE = 0.6
"""Share of a column's width that a title and the first word below it take up at most where that is
a title of its own."""

_HYPHENS = "-\u2010\u00ad"
_SENTENCE = re.compile(r"[^\W\d_]{3}[.!?][”\"’)]*\s+[^\Wa-z\d_]")
"""Where one sentence ends and another begins."""

_WORDS = re.compile(r"[^\W\d_]{3}")
_ITEM = re.compile(rf"(?:{LIST_MARK.pattern})\s")
"""How an entry of a list begins."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A paragraph: its text, the page it begins on, and where it runs on to further ones, as
    (offset, page)."""

    text: str
    page: int
    breaks: tuple[tuple[int, int], ...] = ()
    table: bool = False


@dataclass(slots=True)
class Paragraphs:
    """Joins lines to paragraphs: feed lines in reading order, take what is complete.

    ``known`` are the words of the whole document, which decide whether a hyphen at a
    line's end belongs to its word; ``edges`` are the left and the right ones of columns, by page
    and number.
    """

    known: frozenset[str]
    edges: Mapping[tuple[int, int], tuple[float, float]] = field(default_factory=dict)
    _lines: list[Line] | None = None
    _above: list[Line] = field(default_factory=list)
    """The lines of the column that the last one stands in, down to it."""

    @property
    def is_within(self) -> bool:
        """Whether a paragraph has begun that is not complete."""
        return self._lines is not None

    def add(self, line: Line) -> Joined | None:
        """Take a line; returns the paragraph that it ends."""
        done = self._take(line)
        if self._above and not _is_beside(self._above[-1], line):
            self._above = []
        self._above.append(line)
        return done

    def _take(self, line: Line) -> Joined | None:
        held = self._lines
        if held and not self._goes_on(held, line):
            done = self.finish()
            self._lines = [line]
            return done
        self._lines = [*(held or ()), line]
        return None

    def finish(self) -> Joined | None:
        """The paragraph held so far, if any."""
        held, self._lines = self._lines, None
        if not held:
            return None
        if is_table(held[0]):
            return Joined("\n".join(line.text for line in held), held[0].page, table=True)
        text = squeeze(held[0].text)
        breaks = []
        for before, line in itertools.pairwise(held):
            following = squeeze(line.text)
            text = join(text, following, self.known)
            if line.page != before.page:
                breaks.append((len(text) - len(following), line.page))
        return Joined(text, held[0].page, tuple(breaks))

    def _goes_on(self, held: list[Line], line: Line) -> bool:
        before = held[-1]
        if is_table(before) or is_table(line):
            return is_table(before) and is_table(line) and _is_beside(before, line)
        if abs(line.size - before.size) > 0.15 * before.size:
            return False
        if before.bold != line.bold and before.right < line.right - 3 * before.size:
            return False
        if _ITEM.match(line.text) and before.text[-1:] not in _HYPHENS:
            return False
        ended = ENDED.search(before.text) is not None
        if not (_is_beside(before, line) or _is_below(before, line)):
            begins_within = line.text[:1].islower() or is_wide(line.text)
            return not ended and (begins_within or self._is_cut(held, line))
        height = max(before.size, 1.0)
        is_far = before.bottom - line.top > 0.9 * height or line.top > before.top + height
        if is_far or _is_left_below(before, line) or self._are_titles(before, line):
            return False
        above = [item for item in held if item.column == before.column]
        right = max(item.right for item in above)
        short = before.right < right - 3 * height and len(above) > 1
        if ended and (short or line.left > before.left + 0.8 * height):
            return False
        return not (ended and len(above) == 1 and line.right > before.right + 6 * height)

    def _are_titles(self, before: Line, line: Line) -> bool:
        """Whether two lines, in the middle of their column or bold at its edge, are titles of their
        own, as a company's name and what a table shows: the second one's first word would have had
        room in the first."""
        edges = self.edges.get((line.page, line.column))
        if edges is None or not (_WORDS.search(before.text) and _WORDS.search(line.text)):
            return False
        left, right = edges
        near = TITLE_PLACE * before.size
        is_title = all(
            abs(one.left + one.right - left - right) < 2 * near
            or (one.bold and one.left - left < near)
            for one in (before, line)
        )
        first_word = len(line.text.split(maxsplit=1)[0]) / len(line.text)
        needed = before.right - before.left + first_word * (line.right - line.left)
        has_room = needed < TITLE_SHARE * (right - left)
        return is_title and has_room and not line.text[:1].islower()

    def _is_cut(self, held: list[Line], line: Line) -> bool:
        """Whether a sentence goes on in the next column however its first word is written: one
        that others stand before, or whose last line is full."""
        before = held[-1]
        follows = line.page == before.page + 1 or line.column > before.column > 0
        if not follows or before.bold != line.bold or line.text.isupper():
            return False
        is_narrow = line.right - line.left < 0.7 * (before.right - before.left)
        if is_narrow and line.text.rstrip()[-1:] not in CLOSING:
            return False
        if self._is_full(line):
            return True
        is_aside = any(before.left > item.left + before.size for item in self._above[-2:-1])
        return not is_aside and bool(_SENTENCE.search(" ".join(item.text for item in held)))

    def _is_full(self, line: Line) -> bool:
        """Whether the first word of the next column had no room in the last line of this one,
        whose edge others reach as well."""
        before = self._above[-1]
        left, right = (
            min(item.left for item in self._above),
            max(item.right for item in self._above),
        )
        reach = sum(item.right > right - RAGGED * before.size for item in self._above)
        if reach < FULL_LINES or before.right - before.left < 0.5 * (right - left):
            return False
        first_word = len(line.text.split(maxsplit=1)[0]) / len(line.text)
        return before.right + first_word * (line.right - line.left) > right


def column_edges(pages: Iterable[Sequence[Line]]) -> dict[tuple[int, int], tuple[float, float]]:
    """Where the columns of pages begin and end, by page and number."""
    edges: dict[tuple[int, int], tuple[float, float]] = {}
    for page in pages:
        for line in page:
            left, right = edges.get((line.page, line.column), (line.left, line.right))
            edges[line.page, line.column] = min(left, line.left), max(right, line.right)
    return edges


def _is_beside(before: Line, line: Line) -> bool:
    """Whether two lines stand in one column of one page."""
    return line.page == before.page and line.column == before.column


def _is_left_below(before: Line, line: Line) -> bool:
    """Whether a line ends further left than the one above it begins, as a table's first row does
    below the names of its columns."""
    return line.right < before.left and line.top < before.bottom + 0.3 * before.size


def _is_below(before: Line, line: Line) -> bool:
    """Whether a line stands right below another one, where a column begins or ends beside it."""
    gap = before.bottom - line.top
    near = abs(line.left - before.left) < before.size and abs(gap) < before.size
    return line.page == before.page and line.aside == before.aside and near
