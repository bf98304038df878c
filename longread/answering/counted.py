"""What counting gave, and how it is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from longread.document import Document, Span
from longread.structure import CutDocument, Part
from longread.text import one_line

MOST_NAMED = 12
"""How many parts are named in one answer."""

TITLE_CHARACTERS = 60
"""Characters that the name of a part has at most within a sentence."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What counting gave for one document: a sentence or a list, the places it rests on, and
    the figures as plain values."""

    text: str
    places: tuple[Span, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)


def title_of(part: Part) -> str:
    """The name of a part, as long as it may be within a sentence."""
    return one_line(part.name, TITLE_CHARACTERS)


def listed(names: Sequence[str]) -> str:
    """Names within a sentence; of many the first ones, and how many more there are."""
    shown = [one_line(name, TITLE_CHARACTERS) for name in names[:MOST_NAMED]]
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def where(within: Sequence[Part]) -> str:
    """The parts that a count is of, as they go on a sentence; nothing for the whole text."""
    return f" in {listed([part.name for part in within])}" if within else ""


def so_far(document: Document) -> str:
    """Where a text ends at the reader's place, that something is missing up to there; goes on a
    sentence."""
    return " in what has been read" if isinstance(document, CutDocument) else ""


def times(number: int) -> str:
    """How often something stands there."""
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def several(unit: str, number: int) -> str:
    """A word for units, of which there are so many."""
    return unit if number == 1 else f"{unit}s"
