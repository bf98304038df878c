"""Where a reader has been in a document: how far it was read, and the way back from jumps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

_MOST_STEPS = 200
_SMALLEST_GAP = 200


@dataclass(slots=True)
class Journey:
    """``furthest`` is the offset up to which the text was read without a gap."""

    furthest: int = 0
    _behind: list[int] = field(default_factory=list)
    _ahead: list[int] = field(default_factory=list)

    def moved(self, first: int, last: int) -> bool:
        """Take what is on the screen now; returns whether more of the text counts as read.

        What lies behind a gap does not: a citation or the last page tells too much.
        """
        if self.is_gap(first) or last <= self.furthest:
            return False
        self.furthest = last
        return True

    def is_gap(self, first: int) -> bool:
        """Whether something stands unread before a screen with this first character."""
        return first > self.furthest + _SMALLEST_GAP

    def leave(self, offset: int) -> None:
        """Remember a place before a jump."""
        self._behind.append(offset)
        del self._behind[:-_MOST_STEPS]
        self._ahead.clear()

    @property
    def away(self) -> bool:
        """Whether the reader is where a jump led."""
        return bool(self._behind)

    def back(self, here: int) -> int | None:
        """The place before the last jump; None where there is none."""
        return _move(self._behind, self._ahead.append, here)

    def forth(self, here: int) -> int | None:
        """The place that ``back`` left; None where there is none."""
        return _move(self._ahead, self._behind.append, here)


def _move(steps: list[int], keep: Callable[[int], None], here: int) -> int | None:
    if not steps:
        return None
    keep(here)
    return steps.pop()
