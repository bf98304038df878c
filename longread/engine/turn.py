"""One call at a time: a lock that other threads wait for."""

from __future__ import annotations

import threading
from types import TracebackType

from longread.errors import ModelError


class Turn:
    """Held while a call runs, a streamed reply included. A thread that already holds it
    would wait for itself for ever, and gets an error instead."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holder = 0

    @property
    def mine(self) -> bool:
        """Whether this thread holds it."""
        return self._holder == threading.get_ident()

    def __enter__(self) -> None:
        """Wait for it.

        Raises:
            ModelError: this thread has not finished its last reply.
        """
        if self.mine:
            raise ModelError(
                "The model is still writing its last reply.",
                hint="Read that reply to its end, or close it, before the next call.",
            )
        self._lock.acquire()
        self._holder = threading.get_ident()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._holder = 0
        self._lock.release()
