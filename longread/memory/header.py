"""The first hundred bytes of a SQLite file, looked at before SQLite opens it, by reading alone."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

_MAGIC = b"SQLite format 3\x00"
_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Header:
    """Whether it is a SQLite file, whether its end is missing, whether its text is in UTF-8, which
    program's it is, and the version of what that keeps in it."""

    is_sqlite: bool
    cut_off: bool = False
    is_utf8: bool = True
    application: int = 0
    version: int = 0


def header_of(path: Path) -> Header | None:
    """The header of a file; None where there is no file, or an empty one.

    Raises:
        OSError: it cannot be read.
    """
    try:
        data, wal, size = _looked_at(path)
    except FileNotFoundError:
        return None
    if not size:
        return None
    if len(data) < _LENGTH or not data.startswith(_MAGIC):
        return Header(is_sqlite=False)
    page_size = struct.unpack(">H", data[16:18])[0]
    page_size = 65_536 if page_size == 1 else page_size
    pages, encoding, version, application = (
        struct.unpack(">I", data[at : at + 4])[0] for at in (28, 56, 60, 68)
    )
    # While a write-ahead file holds pages, the main file may rightly be behind.
    is_cut_off = not wal and size < pages * page_size
    # An empty file has no encoding yet.
    return Header(True, is_cut_off, encoding in (0, 1), application, version)


def wal_size(path: Path) -> int:
    """Bytes of the write-ahead file beside a SQLite file now."""
    try:
        return path.with_name(path.name + "-wal").stat().st_size
    except FileNotFoundError:
        return 0


def _looked_at(path: Path) -> tuple[bytes, int, int]:
    """The header's bytes, and the sizes of the write-ahead file and of the file itself: those of
    one moment, whatever another process writes meanwhile."""
    with path.open("rb", buffering=0) as file:
        data = file.read(_LENGTH)
        while True:
            # A process that moves pages out of the write-ahead file writes the header before it
            # changes the size, and empties that file last.
            sizes = wal_size(path), path.stat().st_size
            file.seek(0)
            before, data = data, file.read(_LENGTH)
            if data == before:
                return data, *sizes
