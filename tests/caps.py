"""Caps of time and memory on what a test does, its child processes included."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil

from longread.config import PARSE_MEMORY_BYTES, PARSE_SECONDS

MOST_SECONDS = PARSE_SECONDS + 30.0
"""Wall-clock time that a case may take: what a parser may, and some for what is around it."""

MOST_BYTES = 1_000_000_000
"""Resident memory that all processes of a case may take together."""

MOST_HOSTILE_BYTES = PARSE_MEMORY_BYTES + MOST_BYTES // 2
"""The same for a file that makes its parser swell until it is stopped."""

_LOOK_SECONDS = 0.02


class Peak:
    """The most resident memory that a process and those below it took while the block ran,
    beyond what it had ``before``."""

    def __init__(self, process: int, before: int = 0) -> None:
        self.bytes = 0
        self._process = process
        self._before = before
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            with suppress(psutil.Error):
                parent = psutil.Process(self._process)
                taken = sum(map(_resident, [parent, *below(parent)]))
                self.bytes = max(self.bytes, taken - self._before)
            if self._ended.wait(_LOOK_SECONDS):
                return


def below(parent: psutil.Process) -> list[psutil.Process]:
    """All processes that a process started, and those that these did."""
    return list(parent.children(recursive=True))


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


@contextmanager
def capped(seconds: float = MOST_SECONDS, memory: int = MOST_BYTES) -> Iterator[Peak]:
    """What the block does, and every process it starts, keeps within the caps."""
    began = time.monotonic()
    with Peak(os.getpid(), _resident(psutil.Process())) as peak:
        yield peak
    took = time.monotonic() - began
    assert took < seconds, f"it took {took:.1f} s"
    assert peak.bytes < memory, f"it took {peak.bytes / 1e6:.0f} MB"
