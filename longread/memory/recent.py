"""What was used last, kept in memory as far as there is room for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Values by their keys, those used last: as many as have sizes of at most ``limit`` together,
    and the very last one however large it is. Several threads may share it."""

    def __init__(self, limit: int, size: Callable[[Value], int]) -> None:
        self._limit = limit
        self._size = size
        self._kept: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._held = 0
        self._guard = threading.Lock()

    def get(self, key: Key) -> Value | None:
        """A value, which counts as used now; None where it is not kept."""
        with self._guard:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def keep(self, key: Key, value: Value) -> None:
        """Keep a value, in place of one with the same key and of what was used long ago."""
        size = self._size(value)
        with self._guard:
            self._forget(key)
            self._kept[key] = value, size
            self._held += size
            while self._held > self._limit and len(self._kept) > 1:
                self._forget(next(iter(self._kept)))

    def drop(self, key: Key) -> None:
        """Forget a value, if it is kept."""
        with self._guard:
            self._forget(key)

    def _forget(self, key: Key) -> None:
        if key in self._kept:
            _, size = self._kept.pop(key)
            self._held -= size
