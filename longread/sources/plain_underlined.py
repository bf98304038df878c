"""Headings of a plain text that a row of signs stands below, as in reStructuredText and notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from longread.sources.headings import LONGEST_HEADING, Heading, recognise

FIRST_RANK = 10
"""Rank of the headings with the sign that comes first; the next sign's is one more."""

SHORTEST_RULE = 0.6
"""Share of a heading's length that the row below it has at least."""

LONGEST_RULE = 1.5
"""Multiple of a heading's length that the row below it has at most, or so many signs more:"""

MORE_SIGNS = 4

_RULE = re.compile(r"([=\-~^*+#_\"'`])\1{2,}")
_LETTER = re.compile(r"[^\W\d_]")
_CELLS = re.compile(r"\S(?:\s{2,}|\s*\|\s*)\S")
_ENDED = re.compile(r"[.,;]$")


@dataclass(frozen=True, slots=True)
class Underlined:
    """A heading and the number of lines that it takes, with the rows of signs around it."""

    heading: Heading
    lines: int


def underlined(lines: Sequence[str]) -> dict[int, Underlined]:
    """Such headings by the places of their first lines. Signs rank in the order in which they come
    first, those with a row above the heading too apart from those without."""
    found: dict[int, Underlined] = {}
    ranks: dict[tuple[str, bool], int] = {}
    for place, line in enumerate(lines):
        rule = _RULE.fullmatch(line.strip())
        if rule is None or not place:
            continue
        title = lines[place - 1].strip()
        before = lines[place - 2].strip() if place > 1 else ""
        over = _RULE.fullmatch(before)
        is_boxed = over is not None and over[1] == rule[1] and place - 2 not in found
        if not _is_title(title, len(rule[0])) or (before and not is_boxed):
            continue
        rank = ranks.setdefault((rule[1], is_boxed), FIRST_RANK + len(ranks))
        known = recognise(title)
        heading = Heading(title, rank, known.kind if known else "body", title)
        found[place - 1 - is_boxed] = Underlined(heading, 2 + is_boxed)
    return found


def _is_title(text: str, rule: int) -> bool:
    """Whether a line is a title that a row of so many signs belongs to, and not a table's head or
    the end of a paragraph."""
    length = len(text)
    if not 0 < length <= LONGEST_HEADING or _CELLS.search(text) or _ENDED.search(text):
        return False
    longest = max(LONGEST_RULE * length, length + MORE_SIGNS)
    return _LETTER.search(text) is not None and SHORTEST_RULE * length <= rule <= longest
