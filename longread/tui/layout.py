"""A document as rows of a given width, laid out where it is looked at and nowhere else.

A place is a paragraph and a row within it, so that a text of any length opens at once. Empty
rows above headings and below paragraphs belong to the paragraph that they stand at.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from longread.document import LINE_KINDS, Document, Paragraph, ParagraphKind
from longread.tui.table_columns import Gaps, Part, in_columns
from longread.tui.wrapping import wrap

_KEPT_PARAGRAPHS = 2_000
_INDENTS: dict[ParagraphKind, int] = {"verse": 4, "quote": 4, "code": 2, "table": 2, "list": 2}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the screen: characters ``start`` to ``end`` of the text behind ``indent``
    empty cells, with ``gaps`` between them. An empty row has none."""

    start: int
    end: int
    indent: int = 0
    gaps: Gaps = ()


@dataclass(frozen=True, slots=True, order=True)
class Anchor:
    """A row of the laid-out text: the paragraph's index, and the row within it."""

    paragraph: int = 0
    row: int = 0


class Layout:
    """Rows of one document at one width, in cells. Tables may take more: ``room`` cells."""

    def __init__(self, document: Document, width: int, room: int = 0) -> None:
        self.document = document
        self.width = max(8, width)
        self._room = max(self.width, room)
        self._rows: OrderedDict[int, tuple[Row, ...]] = OrderedDict()

    def rows(self, paragraph: int) -> tuple[Row, ...]:
        """The rows of a paragraph, empty ones among them."""
        known = self._rows.get(paragraph)
        if known is None:
            known = self._rows[paragraph] = self._lay_out(paragraph)
            if len(self._rows) > _KEPT_PARAGRAPHS:
                self._rows.popitem(last=False)
        return known

    def view(self, top: Anchor, height: int) -> list[tuple[int, Row]]:
        """So many rows from a place on, each with its paragraph's index; fewer at the end."""
        found: list[tuple[int, Row]] = []
        paragraph, first = top.paragraph, top.row
        while len(found) < height and paragraph < len(self.document.paragraphs):
            rows = self.rows(paragraph)[first:]
            found += [(paragraph, row) for row in rows[: height - len(found)]]
            paragraph, first = paragraph + 1, 0
        return found

    def step(self, anchor: Anchor, rows: int) -> Anchor:
        """The place so many rows further on, or back; it stays within the text."""
        paragraph, row = anchor.paragraph, anchor.row + rows
        last = len(self.document.paragraphs) - 1
        while row < 0:
            if paragraph == 0:
                return Anchor()
            paragraph -= 1
            row += len(self.rows(paragraph))
        while row >= (size := len(self.rows(paragraph))):
            if paragraph == last:
                return Anchor(last, size - 1)
            row -= size
            paragraph += 1
        return Anchor(paragraph, row)

    def last(self, height: int) -> Anchor:
        """The furthest place to which a view of this height scrolls."""
        end = len(self.document.paragraphs) - 1
        if end < 0:
            return Anchor()
        return self.step(Anchor(end, len(self.rows(end)) - 1), 2 - height)

    def at(self, offset: int) -> Anchor:
        """The row that shows a character of the text."""
        if not self.document.paragraphs:
            return Anchor()
        paragraph = self.document.paragraph_at(offset)
        rows = self.rows(paragraph)
        found = [number for number, row in enumerate(rows) if row.end > row.start]
        best = found[0]
        for number in found:
            if rows[number].start <= offset:
                best = number
        return Anchor(paragraph, best)

    def offset(self, anchor: Anchor) -> int:
        """The first character at or behind a row."""
        if not self.document.paragraphs:
            return 0
        for row in self.rows(anchor.paragraph)[anchor.row :]:
            if row.end > row.start:
                return row.start
        following = self.document.paragraphs[anchor.paragraph + 1 : anchor.paragraph + 2]
        return (following or self.document.paragraphs[-1:])[0].span.start

    def _lay_out(self, index: int) -> tuple[Row, ...]:
        paragraph = self.document.paragraphs[index]
        start = paragraph.span.start
        above = 1 if paragraph.kind == "heading" and index else 0
        indent = min(_INDENTS.get(paragraph.kind, 0), self.width // 4)
        rows = [Row(start, start)] * above
        lines = self._lines(paragraph)
        columns: Mapping[int, Sequence[Part]] = {}
        if paragraph.kind == "table":
            spans = [(first, last) for first, last, _ in lines]
            columns = in_columns(self.document.text, spans, self._room - indent)
        for line, (first, last, hanging) in enumerate(lines):
            if line in columns:
                rows += [Row(part.start, part.end, indent, part.gaps) for part in columns[line]]
                continue
            wrapped = wrap(self.document.text, first, last, self.width - indent - 4 * hanging)
            for number, (begin, end) in enumerate(wrapped):
                rows.append(Row(begin, end, indent + (4 if hanging and number else 0)))
        rows.append(Row(paragraph.span.end, paragraph.span.end))
        return tuple(rows)

    def _lines(self, paragraph: Paragraph) -> list[tuple[int, int, bool]]:
        """The paragraph's own lines; those of verse and lists hang where they are wrapped."""
        start, end = paragraph.span.start, paragraph.span.end
        if paragraph.kind not in LINE_KINDS:
            return [(start, end, False)]
        lines, at = [], start
        for line in self.document.text[start:end].split("\n"):
            lines.append((at, at + len(line), True))
            at += len(line) + 1
        return lines
