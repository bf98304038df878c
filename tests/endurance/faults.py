"""Disks that fail: SQLite writes to them by way of these classes (a virtual file system of
apsw's), which count, refuse, kill the process, or lose what was not synced.

Power loss is taken at its worst: of the writes that no sync has followed, any subset has reached
the disk, in any state of completeness by sectors of 512 bytes.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import apsw

SECTOR = 512
"""Bytes that a disk writes whole or not at all."""

Operation = Literal["write", "sync", "truncate"]


class Disk:
    """Hears of every change before it is made; what it raises is what SQLite gets."""

    def before(self, operation: Operation, file: str) -> None:
        """A file is about to be changed."""

    def wrote(self, file: str, offset: int, data: bytes) -> None:
        """Bytes were written."""

    def cut(self, file: str, size: int) -> None:
        """A file was made shorter."""

    def synced(self, file: str) -> None:
        """All that was written of a file is on the disk."""

    def opened(self, file: str) -> None:
        """A file was opened."""

    def deleted(self, file: str) -> None:
        """A file was removed."""


@dataclass(slots=True)
class CountedDisk(Disk):
    """Counts the changes, and kills its process before one of them; 0 means none."""

    kill_at: int = 0
    count: int = 0

    def before(self, operation: Operation, file: str) -> None:
        """Count it."""
        self.count += 1
        if self.count == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass(slots=True)
class FullDisk(Disk):
    """Is full from the change of this number on, or fails then as broken disks do."""

    from_: int
    broken: bool = False
    count: int = 0
    refused: int = 0

    def before(self, operation: Operation, file: str) -> None:
        """Refuse it, when it is time."""
        self.count += 1
        if self.count >= self.from_ and (self.broken or operation == "write"):
            self.refused += 1
            raise apsw.IOError("broken") if self.broken else apsw.FullError("full")


@dataclass(slots=True)
class _Contents:
    """What of a file is certainly on the disk, and what was done to it since."""

    durable: bytearray
    since: list[tuple[int, bytes | None]] = field(default_factory=list)


@dataclass(slots=True)
class ForgetfulDisk(Disk):
    """Knows at each change what a power cut would leave, and hands out such states: one before
    each change whose number is in ``moments``, into folders of ``after``."""

    home: Path
    after: Path
    moments: frozenset[int]
    chance: random.Random
    count: int = 0
    _files: dict[str, _Contents] = field(default_factory=dict)

    def before(self, operation: Operation, file: str) -> None:
        """Take a state, when it is time."""
        self.count += 1
        if self.count in self.moments:
            self._cut_power(self.after / str(self.count))

    def opened(self, file: str) -> None:
        """What was there before is on the disk."""
        if file not in self._files:
            path = Path(file)
            data = path.read_bytes() if path.exists() else b""
            self._files[file] = _Contents(bytearray(data))

    def deleted(self, file: str) -> None:
        """It is gone."""
        self._files.pop(file, None)

    def wrote(self, file: str, offset: int, data: bytes) -> None:
        """Bytes that may be lost."""
        self._files[file].since.append((offset, data))

    def cut(self, file: str, size: int) -> None:
        """A change that may be lost."""
        self._files[file].since.append((size, None))

    def synced(self, file: str) -> None:
        """Nothing of the file can be lost now."""
        contents = self._files[file]
        for place, data in contents.since:
            _apply(contents.durable, place, data)
        contents.since.clear()

    def _cut_power(self, target: Path) -> None:
        target.mkdir(parents=True)
        for path in self.home.iterdir():
            if path.is_dir() or path.name.endswith((".lock", "-shm")):
                continue
            contents = self._files.get(str(path))
            if contents is not None:
                (target / path.name).write_bytes(self._left(contents))
            else:
                data = path.read_bytes()
                # Files that nobody has synced may be there in part.
                kept = self.chance.choice((len(data), 0, self.chance.randint(0, len(data))))
                (target / path.name).write_bytes(data[:kept])

    def _left(self, contents: _Contents) -> bytes:
        image = bytearray(contents.durable)
        share = self.chance.random()
        for place, data in contents.since:
            if self.chance.random() > share:
                continue
            torn = data is not None and self.chance.random() < 0.2
            whole = len(data or b"") // SECTOR
            sectors = self.chance.randint(0, whole) if torn else whole + 1
            _apply(image, place, data if data is None else data[: SECTOR * sectors])
        return bytes(image)


def _apply(image: bytearray, place: int, data: bytes | None) -> None:
    """Write bytes at a place, or where there are none, cut the image there."""
    if data is None:
        del image[place:]
    else:
        image.extend(bytes(max(0, place - len(image))))
        image[place : place + len(data)] = data


class _File(apsw.VFSFile):
    def __init__(self, base: str, name: apsw.URIFilename | str | None, flags: list[int]) -> None:
        super().__init__(base, name, flags)
        self._name = name.filename() if isinstance(name, apsw.URIFilename) else name or ""

    def xWrite(self, data: bytes, offset: int) -> None:
        if _disk is not None and self._name:
            _disk.before("write", self._name)
            super().xWrite(data, offset)
            _disk.wrote(self._name, offset, bytes(data))
        else:
            super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        if _disk is not None and self._name:
            _disk.before("truncate", self._name)
            super().xTruncate(newsize)
            _disk.cut(self._name, newsize)
        else:
            super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        if _disk is not None and self._name:
            _disk.before("sync", self._name)
            super().xSync(flags)
            _disk.synced(self._name)
        else:
            super().xSync(flags)


class _Files(apsw.VFS):
    def __init__(self) -> None:
        super().__init__(_NAME, _BASE)

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> apsw.VFSFile:
        file = _File(_BASE, name, flags)
        if _disk is not None and file._name:
            _disk.opened(file._name)
        return file

    def xDelete(self, filename: str, syncdir: bool) -> None:
        super().xDelete(filename, syncdir)
        if _disk is not None:
            _disk.deleted(filename)


_BASE = "unix"
_NAME = "faulty"
_disk: Disk | None = None
_files: _Files | None = None


def use_disk(disk: Disk) -> None:
    """From here on, connections of this process write to this disk."""
    global _disk, _files  # noqa: PLW0603 - SQLite's list of file systems is global too
    if _files is None:
        _files = _Files()
    _disk = disk
    apsw.set_default_vfs(_NAME)


@contextmanager
def on_disk(disk: Disk) -> Iterator[None]:
    """Within the block, connections that are opened write to this disk."""
    global _disk  # noqa: PLW0603 - as above
    use_disk(disk)
    try:
        yield
    finally:
        apsw.set_default_vfs(_BASE)
        _disk = None


def copy_home(home: Path, target: Path) -> Path:
    """The files of a home as they are, without what belongs to running processes."""
    target.mkdir(parents=True)
    for file in home.iterdir():
        if file.is_file() and not file.name.endswith((".lock", ".holder", "-shm")):
            shutil.copyfile(file, target / file.name)
    return target
