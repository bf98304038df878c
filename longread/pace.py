"""How fast work goes, and how long it still takes."""

from __future__ import annotations

import time
from dataclasses import dataclass

from longread.text import duration

_TELLING_SHARE = 0.1
"""A first step of at least this share of all says how long the rest takes."""


@dataclass(slots=True)
class Pace:
    """How fast work goes since it was first looked at: what was done before took no time. A first
    step that is a small share of all does not count, since things are made ready in it. ``speed``
    is what was done a second, 0 where nobody knows yet."""

    speed: float = 0.0
    _began: float = 0.0
    _first: float | None = None
    _is_ready: bool = False

    def left(self, done: float, total: float, known: float = 0.0) -> str:
        """Look at how much is done; returns how long the rest takes, for a person, empty where
        nobody knows yet. ``known`` are the seconds left where these are known better."""
        now = time.monotonic()
        if self._first is None:
            self._first, self._began = done, now
        fresh = done - self._first
        if fresh > 0 and not self._is_ready:
            self._is_ready = True
            if fresh < _TELLING_SHARE * (total - self._first):
                self._first, self._began, fresh = done, now, 0.0
        seconds = now - self._began
        self.speed = fresh / seconds if seconds > 0 else 0.0
        if not known and fresh > 0:
            known = seconds / fresh * (total - done)
        return f"{duration(known)} left" if known >= 1 else ""
