"""Tables of markup: which hold data and which only lay a page out, and rows of cells."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from longread.sources.tree import Element, local_name, number_in
from longread.sources.vocabulary import HEADINGS, SPACES

CELL_PARAGRAPHS = 3
"""Paragraphs in one cell from which a table lays out a page of text."""

CELL_TEXT_CHARACTERS = 120
"""Characters that such paragraphs have together at least."""

CELL_SHARE = 0.6
"""Share of the table's characters that they have at least: not the longest of many values."""

CELL_CHARACTERS = 1_000
"""Characters in one cell from which a table lays out a page of text."""

MAX_SPAN = 1_000
"""Columns and rows that a cell is believed to reach over."""

CELLS = frozenset({"td", "th"})


@dataclass(slots=True)
class Table:
    """The rows of a table that is being read, and the anchors in it."""

    rows: list[list[str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    _column: int = 0
    _covered: dict[int, int] = field(default_factory=dict)
    _covered_below: dict[int, int] = field(default_factory=dict)

    def begin_row(self) -> None:
        """Begin a row; a column that a cell above reaches into is empty in it."""
        self.rows.append([])
        self._column = 0
        self._covered, self._covered_below = self._covered_below, {}
        for column, rows in self._covered.items():
            if rows > 1:
                self._covered_below[column] = rows - 1

    def begin_cell(self, text: str, cell: Element | None) -> None:
        """Add a cell to the last row."""
        if not self.rows:
            self.begin_row()
        while self._column in self._covered:
            self.rows[-1].append("")
            self._column += 1
        self.rows[-1].append(text)
        columns, rows = (_span(cell, name) for name in ("colspan", "rowspan"))
        for column in range(self._column, self._column + columns):
            if rows > 1:
                self._covered_below[column] = rows - 1
        self._column += columns

    def add_to_cell(self, text: str) -> None:
        """Add text to the row's last cell, which is begun where there is none."""
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {text}".strip()
        else:
            self.begin_cell(text, None)

    def lines(self) -> list[list[str]]:
        """The rows with even spaces."""
        return [[SPACES.sub(" ", cell).strip() for cell in row] for row in self.rows]


def _span(cell: Element | None, attribute: str) -> int:
    """How many columns or rows a cell reaches over."""
    number = number_in(cell, attribute) if cell is not None else None
    return min(max(number or 1, 1), MAX_SPAN)


def is_layout(table: Element) -> bool:
    """Whether a table puts text in its place rather than holding data: another table, a heading
    or running text stands in it."""
    if table.get("role") in ("presentation", "none"):
        return True
    cell: Element | None = None
    total = characters = paragraphs = page = 0
    for event, element in etree.iterwalk(table, events=("start", "end")):
        name = local_name(element)
        if event == "start":
            if element is not table and (name == "table" or name in HEADINGS):
                return True
            if name in CELLS and cell is None:
                cell, characters, paragraphs = element, 0, 0
            paragraphs += name == "p"
            text = element.text
        else:
            if element is cell:
                cell = None
                if paragraphs >= CELL_PARAGRAPHS and characters > CELL_TEXT_CHARACTERS:
                    page = max(page, characters)
            text = element.tail if element is not table else ""
        length = len((text or "").strip())
        total, characters = total + length, characters + length
        if cell is not None and characters > CELL_CHARACTERS:
            return True
    return page > CELL_SHARE * total
