"""What is said where the library's file, or what is kept in it, cannot be used."""

from __future__ import annotations

import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from longread.errors import LibraryDamaged, LibraryError, LibraryNewer

ROOM_TO_WRITE = 2**18
"""Free bytes of a disk below which it counts as full: SQLite needs some for files of its own."""

_READ_AGAIN = "Remove the document and read its file again; `longread doctor` checks the rest."
_FREE = "Free some space and run the same command again."
_RIGHTS = "Check the permissions of the folder and its files, or set LONGREAD_HOME."


@contextmanager
def as_kept(what: str, hint: str = _READ_AGAIN) -> Iterator[None]:
    """Within the block, ``what`` the library keeps is understood again; the ``hint`` is for where
    it is not.

    Raises:
        LibraryDamaged: it cannot be.
    """
    try:
        yield
    except (zlib.error, ValueError, KeyError, TypeError, IndexError) as error:
        raise LibraryDamaged(
            f"{what} in the library is damaged ({type(error).__name__}).", hint=hint
        ) from error


def damaged(library: Path, why: str) -> LibraryDamaged:
    """The file is corrupt, or none of longread's."""
    return LibraryDamaged(
        f"The library {library} cannot be used: {why}. It was left as it is.",
        hint="Move it away to begin a new one, or restore it from a backup.",
    )


def newer(library: Path) -> LibraryNewer:
    """A newer version wrote the file."""
    return LibraryNewer(
        f"The library {library} was written by a newer version of longread. It was left as it is.",
        hint="Upgrade longread, or set LONGREAD_HOME to another folder.",
    )


def not_opened(library: Path, error: OSError) -> LibraryError:
    """The system does not open the file."""
    return LibraryError(
        f"The library {library} could not be opened: {error.strerror}.",
        hint="Check its permissions, or set LONGREAD_HOME to another folder.",
    )


def full(library: Path) -> LibraryError:
    """There was no room for what was written."""
    return LibraryError(
        f"The disk of {library.parent} is full; what was being written was undone.", hint=_FREE
    )


def not_written(library: Path, why: str) -> LibraryError:
    """The file may not be written."""
    return LibraryError(f"The library {library} cannot be written ({why}).", hint=_RIGHTS)


def not_reached(library: Path, error: Exception) -> LibraryError:
    """The disk failed, or has no room for SQLite's own files."""
    if _is_full(library):
        return full(library)
    return LibraryError(
        f"The disk of {library.parent} could not be read or written ({error}).",
        hint="Check the disk and its free space; `longread doctor` checks the library.",
    )


def only_read(library: Path) -> LibraryError:
    """The file was opened to be read alone."""
    if _is_full(library):
        return LibraryError(
            f"The disk of {library.parent} is full: the library can be read, and nothing be kept.",
            hint=_FREE,
        )
    return not_written(library, "nothing can be made in its folder, so that it is read alone")


def _is_full(library: Path) -> bool:
    # A drive that was taken out has nothing to ask.
    with suppress(OSError):
        return shutil.disk_usage(library.parent).free < ROOM_TO_WRITE
    return False
