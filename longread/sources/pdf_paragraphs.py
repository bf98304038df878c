"""From lines of a PDF in reading order to its paragraphs and tables."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from longread.sources.pdf_layout import Line, is_table, is_wide, join
from longread.text import squeeze


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
    line's end belongs to its word.
    """

    known: frozenset[str]
    _lines: list[Line] | None = None

    def add(self, line: Line) -> Joined | None:
        """Take a line; returns the paragraph that it ends."""
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
            same_place = line.page == before.page and line.column == before.column
            return is_table(before) and is_table(line) and same_place
        if abs(line.size - before.size) > 0.15 * before.size:
            return False
        if before.bold != line.bold and before.right < line.right - 3 * before.size:
            return False
        ended = re.search(r"[.!?:;。！？：”\"’)]\s*$", before.text) is not None
        if line.page != before.page or line.column != before.column:
            return not ended and (line.text[:1].islower() or is_wide(line.text))
        if re.match(r"(?:[•●▪◦‣–—*-]|\(?[a-z0-9]{1,3}[.)])\s", line.text):
            return False
        height = max(before.size, 1.0)
        if before.bottom - line.top > 0.9 * height or line.top > before.top + height:
            return False
        right = max(item.right for item in held)
        short = before.right < right - 3 * height and len(held) > 1
        if ended and (short or line.left > before.left + 0.8 * height):
            return False
        return not (ended and len(held) == 1 and line.right > before.right + 6 * height)
