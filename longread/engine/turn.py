"""One call at a time: a lock with two ranks, for calls that somebody waits for and for work
that stands back behind them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from longread.errors import ModelError

REST_SECONDS = 0.2
"""How long work that stands back waits after a call: the next one often follows at once."""


class Turn:
    """Held while a call runs, a streamed reply included. A thread that already holds it
    would wait for itself for ever, and gets an error instead."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._holder = 0
        self._waiting = 0
        self._left = -REST_SECONDS
        self._give_way: Callable[[], None] | None = None

    @property
    def mine(self) -> bool:
        """Whether this thread holds it."""
        return self._holder == threading.get_ident()

    @property
    def wanted(self) -> bool:
        """Whether a call waits for it."""
        return self._waiting > 0

    def __enter__(self) -> None:
        """Wait for it; whoever stands back is told to give way.

        Raises:
            ModelError: this thread has not finished its last reply.
        """
        self._check_not_mine()
        with self._changed:
            self._waiting += 1
            try:
                if self._give_way is not None:
                    self._give_way()
                while self._holder:
                    self._changed.wait()
                self._holder = threading.get_ident()
            finally:
                self._waiting -= 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._left = time.monotonic()
        self._release()

    @contextmanager
    def standing_back(self, give_way: Callable[[], None]) -> Iterator[None]:
        """Hold it once nobody else has it, wants it, or had it a moment ago.

        ``give_way`` is called, by the thread that wants it, when the block should end soon.

        Raises:
            ModelError: this thread has not finished its last reply.
        """
        self._check_not_mine()
        with self._changed:
            while True:
                rest = self._left + REST_SECONDS - time.monotonic()
                if not self._holder and not self._waiting and rest <= 0:
                    break
                self._changed.wait(rest if rest > 0 else None)
            self._holder = threading.get_ident()
            self._give_way = give_way
        try:
            yield
        finally:
            self._give_way = None
            self._release()

    def _check_not_mine(self) -> None:
        if self.mine:
            raise ModelError(
                "The model is still writing its last reply.",
                hint="Read that reply to its end, or close it, before the next call.",
            )

    def _release(self) -> None:
        with self._changed:
            self._holder = 0
            self._changed.notify_all()
