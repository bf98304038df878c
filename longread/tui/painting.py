"""Rows of a text as they are painted: its own emphasis, and what is set off for the reader."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypedDict

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from longread.document import Document, Span
from longread.tui.layout import Row

LEFT_MARGIN = 3
"""Least cells before a row; a sign may stand in them."""

_ITALIC = Style(italic=True)
_BOLD = Style(bold=True)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is set off in the text. ``matches`` are in the order of the text; ``match`` is the index
    of the current one, or -1."""

    matches: Sequence[Span] = ()
    match: int = -1
    cited: Span | None = None
    marked: Sequence[Span] = ()
    chosen: Span | None = None


class Changed(TypedDict, total=False):
    """What of ``Shown`` becomes another."""

    matches: Sequence[Span]
    match: int
    cited: Span | None
    marked: Sequence[Span]
    chosen: Span | None


class Painter:
    """Paints rows of a document; ``style`` gives the style of a component by its name."""

    def __init__(self, document: Document, style: Callable[[str], Style]) -> None:
        self._document = document
        self._style = style
        self._pages = [page.span.start for page in document.pages]

    def strip(
        self, paragraph: int, row: Row, shown: Shown, plain: Style, left: int, width: int
    ) -> Strip:
        """A row of a paragraph in so many cells, its words behind ``left`` of them."""
        kind = self._document.paragraphs[paragraph].kind
        base = plain
        if kind == "heading":
            base = self._style("text--heading")
        elif kind in ("footnote", "caption"):
            base = self._style("text--aside")
        segments = [
            Segment(" " * (left - 2), plain),
            Segment(_sign(row, shown) or " ", self._style("text--margin")),
            Segment(" " * (1 + row.indent), plain),
            *self._words(row, shown, base),
        ]
        label = self._page_label(row)
        used = sum(cell_len(segment.text) for segment in segments)
        if label and used + len(label) + 1 <= width:
            segments.append(Segment(" " * (width - used - len(label)), plain))
            segments.append(Segment(label, self._style("text--margin")))
        return Strip(segments).adjust_cell_length(width, plain)

    def _words(self, row: Row, shown: Shown, base: Style) -> list[Segment]:
        """A row's characters, cut where what is set off begins or ends, and its gaps."""
        gaps = dict(row.gaps)
        over = [*self._emphasis(row), *self._overlays(row, shown)]
        cuts = {row.start, row.end, *gaps}
        for span, _ in over:
            cuts |= {max(row.start, span.start), min(row.end, span.end)}
        bounds = sorted(cuts)
        segments = []
        for start, end in pairwise(bounds):
            if start in gaps:
                segments.append(Segment(" " * gaps[start], base))
            style = base
            for span, overlay in over:
                if span.start <= start and end <= span.end:
                    style += overlay
            segments.append(Segment(self._document.text[start:end], style))
        return segments

    def _emphasis(self, row: Row) -> list[tuple[Span, Style]]:
        """What the book sets off. No emphasis begins before its paragraph does."""
        items = self._document.emphasis
        start = self._document.paragraphs[self._document.paragraph_at(row.start)].span.start
        found = []
        for index in range(bisect_left(items, start, key=lambda e: e.span.start), len(items)):
            span, kind = items[index].span, items[index].kind
            if span.start >= row.end:
                break
            if span.end > row.start:
                found.append((span, _ITALIC if kind == "italic" else _BOLD))
        return found

    def _overlays(self, row: Row, shown: Shown) -> list[tuple[Span, Style]]:
        """What is set off beside that, in the order in which it is laid over the text."""
        if row.end <= row.start:
            return []
        over = [(span, self._style("text--marked")) for span in shown.marked if _touches(span, row)]
        if shown.cited is not None and _touches(shown.cited, row):
            over.append((shown.cited, self._style("text--cited")))
        first = bisect_left(shown.matches, row.start, key=lambda span: span.end)
        for number in range(first, len(shown.matches)):
            span = shown.matches[number]
            if span.start >= row.end:
                break
            current = number == shown.match
            over.append((span, self._style("text--match-current" if current else "text--match")))
        if shown.chosen is not None and _touches(shown.chosen, row):
            over.append((shown.chosen, self._style("text--chosen")))
        return over

    def _page_label(self, row: Row) -> str:
        if row.end <= row.start:
            return ""
        index = bisect_right(self._pages, row.end - 1) - 1
        if index < 0 or self._pages[index] < row.start:
            return ""
        return f"p. {self._document.pages[index].label}"


def _sign(row: Row, shown: Shown) -> str:
    """What stands in the margin: a bookmark, or a cited place."""
    if any(row.start <= span.start < max(row.end, row.start + 1) for span in shown.marked):
        return "◆"
    cited = shown.cited
    return "▌" if cited is not None and row.end > row.start and _touches(cited, row) else ""


def _touches(span: Span, row: Row) -> bool:
    return span.start < row.end and row.start < span.end
