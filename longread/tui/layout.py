"""A document as rows of a given width, laid out where it is looked at and nowhere else.

A place is a paragraph and a row within it, so that a text of any length opens at once. Empty
rows above headings and below paragraphs belong to the paragraph that they stand at.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from unicodedata import east_asian_width

from rich.cells import cell_len

from longread.document import LINE_KINDS, Document, Paragraph, ParagraphKind

_KEPT_PARAGRAPHS = 2_000
_WORD = re.compile(r"[^ \n]+ *")
_INDENTS: dict[ParagraphKind, int] = {"verse": 4, "quote": 4, "code": 2, "table": 2, "list": 2}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the screen: characters ``start`` to ``end`` of the text behind ``indent``
    empty cells. An empty row has none."""

    start: int
    end: int
    indent: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Anchor:
    """A row of the laid-out text: the paragraph's index, and the row within it."""

    paragraph: int = 0
    row: int = 0


class Layout:
    """Rows of one document at one width, in cells."""

    def __init__(self, document: Document, width: int) -> None:
        self.document = document
        self.width = max(8, width)
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
        for first, last, hanging in self._lines(paragraph):
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


def wrap(text: str, start: int, end: int, width: int) -> list[tuple[int, int]]:
    """Break characters ``start`` to ``end`` into rows of at most ``width`` cells: between words,
    between wide characters, and within a word only where it fits on no row."""
    width = max(2, width)
    if end - start <= width and text[start:end].isascii():
        return [(start, end)]
    rows: list[tuple[int, int]] = []
    # The blanks that code is indented by take room as well.
    used = min(len(text[start:end]) - len(text[start:end].lstrip(" ")), width // 2)
    row_start = row_end = end - len(text[start:end].lstrip(" ")) - used
    for begin, stop, visible in _pieces(text, start, end, width):
        if used + visible > width and row_end > row_start:
            rows.append((row_start, row_end))
            row_start, used = begin, 0
        shown = text[begin:stop].rstrip(" ")
        row_end = begin + len(shown)
        used += cell_len(text[begin:stop])
    rows.append((row_start, max(row_end, row_start)))
    return rows


def _pieces(text: str, start: int, end: int, width: int) -> list[tuple[int, int, int]]:
    """What a row may be broken between: start and end with the blanks behind it, and the cells
    that it takes without these."""
    found: list[tuple[int, int, int]] = []
    for match in _WORD.finditer(text, start, end):
        word = match[0].rstrip(" ")
        cells = cell_len(word)
        if cells <= width and (word.isascii() or not any(map(_is_wide, word))):
            found.append((match.start(), match.end(), cells))
            continue
        at = match.start()
        for part in _cut(word, width):
            found.append((at, at + len(part), cell_len(part)))
            at += len(part)
        begin, _, last = found[-1]
        found[-1] = (begin, match.end(), last)
    return found


def _cut(word: str, width: int) -> list[str]:
    """A word of wide characters, or one that is too long, in parts that may stand alone."""
    parts: list[str] = []
    for character in word:
        joins = (
            parts
            and cell_len(parts[-1] + character) <= width
            and (not (_is_wide(character) or _is_wide(parts[-1][-1])) or _sticks(character))
        )
        if joins:
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def _is_wide(character: str) -> bool:
    return east_asian_width(character) in "WF"


def _sticks(character: str) -> bool:
    """Whether no row begins with a character: closing marks, and those without width."""
    return character in "、。，．：；！？）」』】〉》’”…ー々" or cell_len(character) == 0
