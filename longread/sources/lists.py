"""Lists of markup: their markers, and items that are lines of one paragraph or stand alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from longread.numerals import roman_numeral
from longread.sources.marks import plain, prefixed

LONG_ITEM_CHARACTERS = 400
"""A list with an item longer than this becomes a paragraph an item."""

LONG_LIST_CHARACTERS = 1500
"""A list longer than this in all becomes a paragraph an item."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LARGEST_ROMAN = 3999


def numeral(number: int, kind: str) -> str:
    """A number as the items of a list are counted: with letters for the kinds "a" and "A", roman
    for "i" and "I"."""
    if kind in ("i", "I") and 0 < number <= _LARGEST_ROMAN:
        written = roman_numeral(number)
        return written if kind == "I" else written.lower()
    if kind not in ("a", "A") or number <= 0:
        return str(number)
    written = ""
    while number:
        number, letter = divmod(number - 1, len(_LETTERS))
        written = _LETTERS[letter] + written
    return written.upper() if kind == "A" else written


@dataclass(slots=True)
class Items:
    """The items of a list that is being read, and the anchors in them. ``marker`` is what the
    next text begins with: a number or dash, "dt" for a term and "dd" for its meaning."""

    lines: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    linked: int = 0
    marker: str = ""

    def add(self, text: str, linked: int) -> None:
        """Take text: an item, or more of the last one."""
        self.linked += linked
        marker, self.marker = self.marker, ""
        if marker == "dt":
            self.lines.append(text)
        elif marker == "dd" and self.lines:
            joint = " " if plain(self.lines[-1])[-1:] in ":.;?!,—–" else ": "
            self.lines[-1] += joint + text
        elif marker or not self.lines:
            self.lines.append(prefixed(marker.replace("dd", ""), text))
        else:
            self.lines[-1] += " " + text

    def paragraphs(self, *, whole: bool) -> Iterator[tuple[str, int]]:
        """The list as one paragraph, or where it is long and need not be ``whole``, one for each
        item; with the number of characters that are links."""
        lengths = [len(plain(line)) for line in self.lines]
        total = sum(lengths)
        linked = min(self.linked, total)
        if not whole and (total > LONG_LIST_CHARACTERS or max(lengths) > LONG_ITEM_CHARACTERS):
            for text, length in zip(self.lines, lengths, strict=True):
                yield text, -(-linked * length // total)
        else:
            yield "\n".join(self.lines), linked
