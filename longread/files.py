"""Files that are there whole, or as they were before, and paths as people type them."""

from __future__ import annotations

import glob
import os
from errno import EISDIR
from pathlib import Path


def expanded(name: str) -> Path | None:
    """A path as it was typed, with a home folder in place of ``~``; None where that is nobody's."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return None


def existing(name: str) -> Path | None:
    """The file or folder that a typed path leads to; None where there is none, where it may not
    be looked at, and where the text cannot be a path."""
    path = expanded(name)
    try:
        return path if path is not None and path.exists() else None
    except (OSError, ValueError):
        return None


def write_whole(file: Path, text: str) -> None:
    """Write a file by way of another one beside it, which takes its place at the end.

    Raises:
        OSError: it cannot be written.
    """
    if not file.name:
        raise IsADirectoryError(EISDIR, os.strerror(EISDIR), str(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    _remove_unfinished(file)
    beside = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        with beside.open("w", encoding="utf-8") as sink:
            sink.write(text)
            sink.flush()
            os.fsync(sink.fileno())
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _remove_unfinished(file: Path) -> None:
    """Remove what processes that were killed while they wrote this file have left."""
    left = list(file.parent.glob(f".{glob.escape(file.name)}.*.new"))
    if not left:
        return
    import psutil

    for beside in left:
        number = beside.name.removesuffix(".new").rpartition(".")[2]
        if number.isdecimal() and not psutil.pid_exists(int(number)):
            beside.unlink(missing_ok=True)
