"""Finding words in a text as a reader types them."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Sequence
from typing import overload

from longread.document import Span

MOST_MATCHES = 1_000_000
"""Most places that are looked for."""

_ASKED_EVERY = 1_000

APOSTROPHES = "'’‘ʼ＇`"
HYPHENS = "-‐‑"
"""Signs that stand for one another within words."""

BLANK = r"_*\s+_*"
"""Matches the white space between words; plain text has ``_`` around words in italics."""

_SIGNS = {"'": f"[{APOSTROPHES}]", '"': '["“”„«»]', "-": f"[{HYPHENS}–—]"}


class Matches(Sequence[Span]):
    """Places in a text, in its order. As spans, those of a common letter would take a hundred
    times the memory of the text."""

    def __init__(self) -> None:
        self._starts = array("Q")
        self._ends = array("Q")

    def add(self, start: int, end: int) -> None:
        """Take a place behind the others."""
        self._starts.append(start)
        self._ends.append(end)

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> Span: ...
    @overload
    def __getitem__(self, index: slice) -> list[Span]: ...
    def __getitem__(self, index: int | slice) -> Span | list[Span]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return Span(self._starts[index], self._ends[index])


def find(
    text: str, wanted: str, end: int | None = None, stopped: Callable[[], bool] = lambda: False
) -> Matches:
    """Where words stand in a text, before an offset, in its order.

    Capitals count only where some are typed; any blank stands for any white space, and plain
    quotation marks and hyphens for all kinds of them. Where ``stopped`` says so, those that were
    found by then are all.
    """
    words = wanted.split()
    found = Matches()
    if not words:
        return found
    pattern = BLANK.join("".join(_SIGNS.get(c, re.escape(c)) for c in word) for word in words)
    flags = re.NOFLAG if any(c.isupper() for c in wanted) else re.IGNORECASE
    for match in re.compile(pattern, flags).finditer(text, 0, len(text) if end is None else end):
        found.add(*match.span())
        count = len(found)
        if count >= MOST_MATCHES or (count % _ASKED_EVERY == 0 and stopped()):
            break
    return found
