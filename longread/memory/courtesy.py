"""Between processes: one that reads a long text makes way for one that answers.

Whoever asks leaves a file with its process's number while it does; whoever reads looks for such
files between two passages.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NAME = "asking-{}"


@contextmanager
def asking(folder: Path) -> Iterator[None]:
    """Say, while the block runs, that this process answers."""
    file = folder / _NAME.format(os.getpid())
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
    try:
        yield
    finally:
        with suppress(OSError):
            file.unlink(missing_ok=True)


def somebody_asks(folder: Path) -> bool:
    """Whether another process answers now; files of processes that are gone are removed."""
    files = list(folder.glob(_NAME.format("*")))
    if not files:
        return False
    import psutil

    found = False
    for file in files:
        number = file.name.rpartition("-")[2]
        if not number.isdecimal() or not psutil.pid_exists(int(number)):
            with suppress(OSError):
                file.unlink(missing_ok=True)
        elif int(number) != os.getpid():
            found = True
    return found
