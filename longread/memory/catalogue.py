"""The list of documents: finding them by hash, path and name, and their versions."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longread.errors import DocumentNotFound, LibraryError, UsageError
from longread.files import existing, path_of, whole_path
from longread.memory.faults import as_kept
from longread.memory.records import DocumentRecord
from longread.text import one_line

if TYPE_CHECKING:
    import apsw

    from longread.memory.store import Store

ID_CHARACTERS = 12
"""How much of the hash is a document's id."""

WHOLE_LIBRARY = "library"
"""The name that stands for every document there is, each in its newest version, where a command
that takes several is given no other."""

_FIELDS = (
    "id, sha256, title, author, language, format, path, added, version_of, superseded_by, "
    "characters, words, sections, passages, warnings"
)
_SHORTEST_PREFIX = 4
_LISTED = 8


def everything(store: Store) -> tuple[DocumentRecord, ...]:
    """All documents, in the order in which they were added; old versions too."""
    return tuple(_record(row) for row in store.rows(f"SELECT {_FIELDS} FROM document ORDER BY key"))


def current(documents: Iterable[DocumentRecord]) -> tuple[DocumentRecord, ...]:
    """Those that are no old versions, in the order in which they are given."""
    return tuple(item for item in documents if item.superseded_by is None)


def record(store: Store, document_id: str) -> DocumentRecord:
    """The record of a document by its whole id.

    Raises:
        DocumentNotFound: there is none.
    """
    row = store.row(f"SELECT {_FIELDS} FROM document WHERE id = ?", (document_id,))
    if row is None:
        raise not_found(document_id)
    return _record(row)


def key(store: Store, document_id: str) -> int:
    """The number that stands for a document inside the library file.

    Raises:
        DocumentNotFound: there is none.
    """
    row = store.row("SELECT key FROM document WHERE id = ?", (document_id,))
    if row is None:
        raise not_found(document_id)
    return int(row[0])


@contextmanager
def writing_about(
    store: Store, document_id: str, doing: str
) -> Iterator[tuple[apsw.Connection, int]]:
    """One transaction about a document that is there while it lasts; yields the connection and
    the document's number.

    Raises:
        DocumentNotFound: it was removed, also while this waited for another writer.
        LibraryError: the library cannot be written.
    """
    with store.writing(doing) as connection:
        yield connection, key(store, document_id)


def by_hash(store: Store, sha256: str) -> DocumentRecord | None:
    """The record of the document whose source file had this hash."""
    row = store.row(f"SELECT {_FIELDS} FROM document WHERE sha256 = ?", (sha256,))
    return None if row is None else _record(row)


def stored_path(path: str) -> str | bytes:
    """A path as SQLite takes it: its bytes, where they are no UTF-8."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def current_at(store: Store, path: str) -> str | None:
    """Id of the newest version of what was read from a path; an empty path has none."""
    row = store.row(
        "SELECT id FROM document WHERE path = ? AND path != '' AND superseded_by IS NULL "
        "ORDER BY key DESC",
        (stored_path(path),),
    )
    return None if row is None else str(row[0])


def new_id(store: Store, sha256: str) -> str:
    """An id that is not taken: the beginning of the hash."""
    for length in range(ID_CHARACTERS, len(sha256) + 1):
        if store.row("SELECT 1 FROM document WHERE id = ?", (sha256[:length],)) is None:
            return sha256[:length]
    raise LibraryError(
        "The library already has a document with this hash.",
        hint="`longread library list` shows it.",
    )


def resolve(store: Store, name: str) -> DocumentRecord:
    """Find a document by id, path, title or file name; see ``Library.resolve``."""
    documents = everything(store)
    newest = current(documents)
    wanted = name.strip()
    folded, path = wanted.casefold(), str(whole_path(path_of(name)))
    is_prefix = len(folded) >= _SHORTEST_PREFIX
    # The hyphen of some title is not meant by the "-" that is standard input elsewhere.
    is_part = any(map(str.isalnum, folded))
    attempts: tuple[list[DocumentRecord], ...] = (
        [item for item in documents if folded in (item.id, item.sha256)],
        [item for item in newest if item.path == path],
        [item for item in newest if item.title == wanted and wanted],
        [item for item in newest if item.title.casefold() == folded and folded],
        [item for item in newest if folded and folded in _file_names(item)],
        [item for item in documents if is_prefix and item.sha256.startswith(folded)],
        [item for item in newest if is_part and folded in item.title.casefold()],
    )
    for found in attempts:
        if len(found) == 1:
            return found[0]
        if found:
            listed = "; ".join(f"{item.id} {one_line(item.title, 60)}" for item in found[:_LISTED])
            raise UsageError(
                f"“{one_line(name, 80)}” fits {len(found)} documents.",
                hint=f"Use one of these ids: {listed}.",
            )
    raise not_found(name)


def _file_names(record: DocumentRecord) -> tuple[str, ...]:
    """Its file's name, with its ending and without, whatever its case."""
    path = Path(record.path)
    return (path.name.casefold(), path.stem.casefold()) if record.path else ()


def known(store: Store, sha256: str, path: str) -> DocumentRecord | None:
    """The record of known bytes; a moved file's path, and a version that came back, are
    brought up to date."""
    found = by_hash(store, sha256)
    if found is None or not path or not _is_news(found, path):
        return found
    with store.writing("updating a document's path") as connection:
        # Another process may have removed it while this one waited for the lock.
        found = by_hash(store, sha256)
        if found is None:
            return None
        if found.superseded_by is not None:
            close_gap(connection, found)
            found = replace(found, version_of=None)
        current = current_at(store, path)
        before = found.version_of if current in (None, found.id) else current
        connection.execute(
            "UPDATE document SET superseded_by = ? WHERE id = ? AND id != ?",
            (found.id, current, found.id),
        )
        connection.execute(
            "UPDATE document SET path = ?, superseded_by = NULL, version_of = ? WHERE id = ?",
            (stored_path(path), before, found.id),
        )
    return record(store, found.id)


def _is_news(found: DocumentRecord, path: str) -> bool:
    """Whether a known document's file was moved to a path, or came back, there or as a copy."""
    if found.path == path:
        return found.superseded_by is not None
    return found.superseded_by is not None or not (found.path and Path(found.path).exists())


def close_gap(connection: apsw.Connection, removed: DocumentRecord) -> None:
    """Join the versions before and after a removed one, within the caller's transaction."""
    connection.execute(
        "UPDATE document SET superseded_by = ? WHERE superseded_by = ?",
        (removed.superseded_by, removed.id),
    )
    connection.execute(
        "UPDATE document SET version_of = ? WHERE version_of = ?",
        (removed.version_of, removed.id),
    )


def not_found(name: str) -> DocumentNotFound:
    """The error for a name that fits nothing."""
    shown, listed = one_line(name, 80), "`longread library list` shows what is there"
    if name == WHOLE_LIBRARY:
        return DocumentNotFound(
            "“library” is the whole library only by itself, for `ask` and `search`.",
            hint=f"Name documents; {listed}.",
        )
    if "://" in name:
        return DocumentNotFound(
            f"{shown} is an address, and longread fetches no documents.",
            hint="Save it to a file, and name that.",
        )
    file = existing(name)
    if file is not None and file.is_file():
        return DocumentNotFound(
            f"The file {shown} is not in the library.", hint="`longread read FILE` adds it."
        )
    if file is not None and not file.is_dir():
        return DocumentNotFound(
            f"{shown} is no regular file.",
            hint="“-” reads standard input, as in: pandoc notes.org -t html | longread read -",
        )
    if Path(name).suffix or "/" in name:
        return DocumentNotFound(
            f"There is no file {shown!r}, and nothing in the library has that name.",
            hint=f"Check the path; {listed}.",
        )
    return DocumentNotFound(
        f"There is no document “{shown}” in the library.",
        hint=f"{listed}; `longread read FILE` adds a file.",
    )


def _record(row: tuple[Any, ...]) -> DocumentRecord:
    with as_kept(f"The record of the document {row[0]!r}"):
        values: list[Any] = [*row[:-1], tuple(json.loads(row[-1]))]
        path = _FIELDS.split(", ").index("path")
        values[path] = os.fsdecode(values[path])
        return DocumentRecord(*values)
