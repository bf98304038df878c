"""Locks between processes: one writer of the library, one ingest of a book, one embedder.

A lock is a file that the operating system locks, so that it is free again when its holder
ends, however it ends. A second file beside it says who holds it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from longread.errors import LibraryBusy, LibraryError
from longread.text import one_line

POLL_SECONDS = 0.05
"""How often a waiting process looks whether the lock is free."""

TELL_SECONDS = 1.0
"""How long a process waits before it says so: most locks are free again sooner."""

_NOTE_ENDING = ".holder"


@contextmanager
def hold(
    path: Path, doing: str, *, wait_seconds: float, on_wait: Callable[[str], None] | None = None
) -> Iterator[None]:
    """Hold a lock while the block runs.

    ``doing`` is shown to who waits for it. ``on_wait`` is called once, with a sentence on
    who holds the lock, when it is not free soon.

    Raises:
        LibraryBusy: the lock was not free within ``wait_seconds``.
        LibraryError: the lock file is a link, or cannot be made.
    """
    from filelock import FileLock, Timeout

    _refuse_link(path)
    lock = FileLock(path, mode=0o600)
    silent = min(TELL_SECONDS, wait_seconds)
    try:
        try:
            lock.acquire(timeout=silent, poll_interval=POLL_SECONDS)
        except Timeout:
            if on_wait is not None:
                on_wait(f"Waiting: {holder(path)}.")
            lock.acquire(timeout=wait_seconds - silent, poll_interval=POLL_SECONDS)
    except Timeout as error:
        raise LibraryBusy(
            f"The library is in use: {holder(path)}.",
            hint="Wait until it has finished, or end that process, and try again.",
        ) from error
    except OSError as error:
        raise LibraryError(
            f"The lock file {path} could not be made: {error.strerror or error}.",
            hint="Check that the folder can be written to, and that the path is a plain file.",
        ) from error
    note = _note(path)
    try:
        with suppress(OSError):
            note.unlink(missing_ok=True)
            values = {"pid": os.getpid(), "doing": doing, "since": time.time()}
            # Created afresh and not followed, so that no link is ever written through.
            descriptor = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(values, file)
        yield
    finally:
        with suppress(OSError):
            note.unlink(missing_ok=True)
        lock.release()


def tidy(path: Path) -> None:
    """Remove what a process that was killed left to say that it held a lock."""
    if _note(path).exists():
        with suppress(LibraryError), hold(path, "tidying up", wait_seconds=0):
            pass


def remove_free(path: Path) -> bool:
    """Remove a lock's file, and what says who held it, if nobody holds it; says whether so."""
    from filelock import FileLock, Timeout

    try:
        with FileLock(path, timeout=0, mode=0o600):
            for file in (_note(path), path):
                file.unlink(missing_ok=True)
    except Timeout:
        return False
    except OSError:
        # What cannot be locked is held by nobody.
        return True
    return True


def is_note(path: Path) -> bool:
    """Whether a file only says who holds the lock beside it."""
    return path.suffix == _NOTE_ENDING


def holder(path: Path) -> str:
    """Who holds a lock, as the middle of a sentence."""
    try:
        values = json.loads(_note(path).read_text("utf-8")[:2000])
        seconds = max(0, round(time.time() - float(values["since"])))
        doing = one_line(str(values["doing"]), 100)
        return f"process {int(values['pid'])} has been {doing} for {seconds} s"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process holds it"


def _note(path: Path) -> Path:
    return path.with_name(path.name + _NOTE_ENDING)


def _refuse_link(path: Path) -> None:
    if path.is_symlink():
        raise LibraryError(
            f"The lock file {path} is a symbolic link, which could point a write elsewhere.",
            hint="Remove it and try again.",
        )
