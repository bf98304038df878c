"""A model file on its way: the partial file, what is known of it, and how long to wait.

Beside ``NAME.part`` lies ``NAME.part.json`` with the source it came from, that source's
ETag and, for wheels, the sizes of the parts that are complete. Both survive a stop, so
that the next pull goes on where this one ended.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from longread.config import SOURCE_CONNECT_SECONDS
from longread.errors import Cancelled, DownloadFailed
from longread.files import is_disk_full, write_whole

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all."""

Event = Callable[[str], None]
"""Called with a sentence for the user."""

CHUNK_BYTES = 1 << 20
"""How much is read, hashed or written at once."""

SPARE_BYTES = 64 << 20
"""Disk space that a pull leaves free."""


class DiskFull(DownloadFailed):
    """There is no room for the file; no other source could change that."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a pull waits. ``connect_seconds``: for a source's first answer, looking up
    its name included. ``stall_seconds``: for more bytes. ``retries``: how often in a row
    a transfer may break without a new byte; the pauses between double from ``pause_seconds``.
    """

    connect_seconds: float = SOURCE_CONNECT_SECONDS
    stall_seconds: float = 30
    wheel_stall_seconds: float = 180
    retries: int = 5
    pause_seconds: float = 1


@dataclass(frozen=True, slots=True)
class Pull:
    """What a source needs to know of the pull it works for."""

    size: int
    on_progress: Progress
    on_event: Event
    cancel: threading.Event
    patience: Patience

    def check_cancelled(self) -> None:
        """Raise ``Cancelled`` when the user has asked to stop."""
        if self.cancel.is_set():
            raise Cancelled(
                "The download was stopped.", hint="What has come so far is kept for the next try."
            )

    def wait(self, seconds: float) -> None:
        """Sleep, but end at once when the user asks to stop."""
        self.cancel.wait(seconds)
        self.check_cancelled()

    def pause_after(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row."""
        return float(min(60, self.patience.pause_seconds * 2 ** (failures - 1)))


class PartialFile:
    """The bytes that have come so far, and the note beside them."""

    def __init__(self, target: Path) -> None:
        self.path = target.with_name(target.name + ".part")
        self._note = target.with_name(target.name + ".part.json")
        for path in (self.path, self._note):
            # A link planted here would send the download's bytes into another file.
            if path.is_symlink():
                path.unlink()
        self.source = ""
        self.etag = ""
        self.parts: list[int] = []
        self._read_note()

    @property
    def length(self) -> int:
        """Bytes on disk."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def note(self, source: str, *, etag: str = "", parts: list[int] | None = None) -> None:
        """Record where the bytes come from."""
        self.source, self.etag, self.parts = source, etag, list(parts or ())
        values = {"source": self.source, "etag": self.etag, "parts": self.parts}
        with disk_full_is_told():
            write_whole(self._note, json.dumps(values), private=True)

    @contextmanager
    def writing(self, offset: int) -> Iterator[BinaryIO]:
        """Open for writing at ``offset``, dropping what lies behind it; synced on leaving.

        Raises:
            DiskFull: there is no room for what was written.
        """
        with disk_full_is_told(), self.path.open("r+b" if self.path.exists() else "w+b") as file:
            file.truncate(offset)
            file.seek(offset)
            try:
                yield file
            finally:
                file.flush()
                os.fsync(file.fileno())

    def discard(self) -> None:
        """Remove the bytes and the note."""
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)
        self.source, self.etag, self.parts = "", "", []

    def install(self, target: Path) -> None:
        """Give the finished file its name, atomically."""
        self.path.replace(target)
        self._note.unlink(missing_ok=True)
        if os.name == "posix":
            folder = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    def _read_note(self) -> None:
        try:
            values = json.loads(self._note.read_text("utf-8"))
            source, etag = str(values["source"]), str(values["etag"])
            parts = [int(part) for part in values["parts"]]
        except (OSError, ValueError, KeyError, TypeError):
            return
        self.source, self.etag, self.parts = source, etag, parts


@contextmanager
def disk_full_is_told() -> Iterator[None]:
    """Turn the system's "no space left" into an error with a next step."""
    try:
        yield
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise DiskFull(
            "The disk became full while the model was being fetched.",
            hint="Free some space and pull again; what has come so far is kept.",
        ) from error


def check_space(folder: Path, needed: int) -> None:
    """See that ``needed`` bytes and a little more are free.

    Raises:
        DiskFull: they are not.
    """
    import shutil

    free = shutil.disk_usage(folder).free
    if free < needed + SPARE_BYTES:
        raise DiskFull(
            f"There is too little space in {folder}: {(needed + SPARE_BYTES) / 1e9:.1f} GB are "
            f"needed and {free / 1e9:.1f} GB are free.",
            hint="Free some space, `longread models remove` one, or set LONGREAD_HOME elsewhere.",
        )


class Stopwatch:
    """Counts down from a number of seconds."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds left; 0 when over."""
        return max(0.0, self._end - time.monotonic())
