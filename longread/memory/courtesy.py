"""Between processes: one that reads a long text makes way for one that answers.

Whoever asks holds a lock of its own while it does; whoever reads looks for such locks between
two passages.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from longread.errors import LibraryError
from longread.memory import locks

_BEGINNING = "asking-"
# A reader that takes a lock only to see whether it is free lets go of it at once.
_WAIT_SECONDS = 1.0
_own: set[Path] = set()


@contextmanager
def asking(folder: Path) -> Iterator[None]:
    """Say, while the block runs, that this process answers."""
    file = folder / f"{_BEGINNING}{secrets.token_hex(4)}"
    _own.add(file)
    try:
        with ExitStack() as held:
            # Who cannot say so is answered all the same.
            with suppress(OSError, LibraryError):
                folder.mkdir(parents=True, exist_ok=True)
                held.enter_context(locks.hold(file, "answering", wait_seconds=_WAIT_SECONDS))
            yield
    finally:
        with suppress(OSError):
            file.unlink(missing_ok=True)
        _own.discard(file)


def somebody_asks(folder: Path) -> bool:
    """Whether another process answers now; files of processes that are gone are removed."""
    others = [
        file
        for file in folder.glob(f"{_BEGINNING}*")
        if file not in _own and not locks.is_note(file)
    ]
    free = [locks.remove_free(file) for file in others]
    return not all(free)
