"""Bounds on the steps, time and memory of untrusted code that runs in this thread."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

MAX_STEPS = 200_000
"""Lines of Python that may run; a long chat template takes a few thousand."""

MAX_SECONDS = 2.0
"""Wall-clock time that may pass."""

MAX_MORE_BYTES = 256 * 2**20
"""Address space that may be added, where the system can limit it (Linux)."""

MAX_INTEGER_BITS = 1024
"""Size of a product of whole numbers."""


class TooMuch(Exception):
    """A bound was reached."""


@contextmanager
def limited() -> Iterator[None]:
    """Run the block within the bounds.

    Raises:
        TooMuch: it took too many steps or too long.
        MemoryError: it took too much memory.
    """
    deadline = time.monotonic() + MAX_SECONDS
    steps = 0

    def step(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal steps
        steps += 1
        if steps > MAX_STEPS or (steps % 256 == 0 and time.monotonic() > deadline):
            raise TooMuch
        return step

    before = sys.gettrace()
    with _memory_limit():
        sys.settrace(step)
        try:
            yield
        finally:
            sys.settrace(before)


@contextmanager
def _memory_limit() -> Iterator[None]:
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (ImportError, OSError):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = pages * resource.getpagesize() + MAX_MORE_BYTES
    lowered = soft == resource.RLIM_INFINITY or wanted < soft
    if lowered:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    try:
        yield
    finally:
        if lowered:
            with suppress(ValueError, OSError):
                resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
