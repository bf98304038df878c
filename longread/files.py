"""Files by the names that people write, and files that are there whole or as they were before."""

from __future__ import annotations

import errno
import glob
import json
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Any

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def is_disk_full(error: OSError) -> bool:
    """Whether there was no room for what was written."""
    return error.errno in _DISK_FULL


def expanded(name: str) -> Path | None:
    """The path that a name stands for, with a home in place of "~"; None where nobody has it."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return None


def path_of(name: str) -> Path:
    """The path that a name stands for; "~" is a home only where somebody has it."""
    return expanded(name) or Path(name)


def existing(name: str) -> Path | None:
    """The path that a name stands for, if something is there that may be looked at. A name that no
    file can have, as one that is too long or empty, stands for nothing."""
    path = path_of(name)
    try:
        return path if name and path.exists() else None
    except (OSError, ValueError):
        return None


def whole_path(path: Path) -> Path:
    """The path from the root, by which a file is known again: without "..", unless this leads
    elsewhere there, behind a link."""
    whole = path.absolute()
    short = Path(os.path.abspath(whole))  # noqa: PTH100 - resolving would follow links
    if existing(str(whole)) and not (existing(str(short)) and short.samefile(whole)):
        return whole
    return short


def write_whole(
    file: Path, text: str, *, private: bool = False, newline: str | None = None
) -> None:
    """Write a file by way of another one beside it, which takes its place, be that a link's, and
    its rights at the end. Where there was none, a ``private`` one can be read by its owner alone.
    What becomes of line ends, ``newline`` says as for ``open``.

    Raises:
        OSError: it cannot be written.
    """
    if not file.name:
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    _remove_unfinished(file)
    beside = file.with_name(f".{file.name}.{os.getpid()}.new")
    try:
        rights = _rights(file)
        closed = private or rights is not None
        made = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600 if closed else 0o666)
        with os.fdopen(made, "w", encoding="utf-8", newline=newline) as sink:
            sink.write(text)
            sink.flush()
            os.fsync(sink.fileno())
        if rights is not None:
            # Not every file system has them; then it stays its owner's alone.
            with suppress(OSError):
                beside.chmod(rights)
        beside.replace(file)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_named(file: Path, text: str) -> None:
    """Write a file as the person who names it means it: through a link into what that leads to, and
    straight into what is no regular file, such as a device; else as ``write_whole`` does.

    Raises:
        OSError: it cannot be written.
    """
    if file.exists() and not (file.is_file() or file.is_dir()):
        with file.open("w", encoding="utf-8") as sink:
            sink.write(text)
    else:
        write_whole(file.resolve() if file.is_symlink() else file, text)


def kept(file: Path) -> dict[str, Any]:
    """What was kept in a small file of JSON, by name; nothing where it cannot be read."""
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def keep(file: Path, name: str, value: Any) -> None:
    """Keep something by its name beside the others, unless it is there already; where the file
    cannot be written, it is found out again another time."""
    found = kept(file)
    if found.get(name) != value:
        with suppress(OSError):
            write_whole(file, json.dumps({**found, name: value}, indent=1), private=True)


def _rights(file: Path) -> int | None:
    """Who may do what with a file; None where there is none."""
    try:
        return stat.S_IMODE(file.stat().st_mode)
    except OSError:
        return None


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
