"""Tables of markup: which hold data and which only lay a page out, and rows of cells."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from longread.sources.tree import Element, local_name
from longread.sources.vocabulary import HEADINGS, SPACES

CELL_PARAGRAPHS = 3
"""Paragraphs in one cell from which a table lays out a page of text."""

CELL_TEXT_CHARACTERS = 120
"""Characters that such paragraphs have together at least."""

CELL_SHARE = 0.6
"""Share of the table's characters that they have at least: not the longest of many values."""

CELL_CHARACTERS = 1_000
"""Characters in one cell from which a table lays out a page of text."""

CELLS = frozenset({"td", "th"})


@dataclass(slots=True)
class Table:
    """The rows of a table that is being read, and the anchors in it."""

    rows: list[list[str]] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    def cells(self) -> list[str]:
        """The last row, which is begun where there is none."""
        if not self.rows:
            self.rows.append([])
        return self.rows[-1]

    def lines(self) -> list[list[str]]:
        """The rows with even spaces."""
        return [[SPACES.sub(" ", cell).strip() for cell in row] for row in self.rows]


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
