"""The file of the block memory: opening and counting it, and dropping what is of a document.

It is beside the library, with the states of unfinished readings. All of it can be made again from
the texts, so a damaged file is removed and begun anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from longread.errors import LibraryDamaged, LibraryNewer
from longread.memory.migrations import Migration
from longread.memory.store import Store

T = TypeVar("T")

_STATE_NAME = "reading-{document}-{model}-{number}.state"

_STEPS = (
    Migration(
        "blocks and readings",
        """
        CREATE TABLE model (
            key INTEGER PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            build TEXT NOT NULL,
            prefix TEXT NOT NULL,
            UNIQUE (fingerprint, build, prefix)
        );
        CREATE TABLE block (
            key INTEGER PRIMARY KEY,
            model INTEGER NOT NULL REFERENCES model (key) ON DELETE CASCADE,
            document TEXT NOT NULL,
            passage INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            tokens INTEGER NOT NULL,
            uses REAL NOT NULL,
            place REAL NOT NULL,
            used REAL NOT NULL,
            data BLOB NOT NULL,
            UNIQUE (model, document, passage)
        );
        CREATE TABLE reading (
            model INTEGER NOT NULL REFERENCES model (key) ON DELETE CASCADE,
            document TEXT NOT NULL,
            window INTEGER NOT NULL,
            passages INTEGER NOT NULL,
            tokens INTEGER NOT NULL,
            seconds REAL NOT NULL,
            finished INTEGER NOT NULL,
            state TEXT NOT NULL,
            state_check INTEGER NOT NULL,
            PRIMARY KEY (model, document)
        ) WITHOUT ROWID;
        """,
    ),
)


@dataclass(frozen=True, slots=True)
class BlockInfo:
    """Counts of the whole block memory, over all models and documents."""

    blocks: int = 0
    tokens: int = 0
    bytes: int = 0


def open_store(path: Path) -> Store:
    """Open or create the file; one that is damaged is begun anew.

    Raises:
        LibraryNewer: a newer version wrote it; it is left untouched.
        LibraryError: its folder cannot be written.
    """
    try:
        return Store(path, steps=_STEPS)
    except LibraryNewer:
        raise
    except LibraryDamaged:
        return _begin_anew(path)


def _begin_anew(path: Path) -> Store:
    """Remove the file, and open one that is empty."""
    for ending in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + ending).unlink()
    return Store(path, steps=_STEPS)


def use(store: Store, work: Callable[[Store], T], *, begun: Callable[[Store], object]) -> T:
    """Work with the open file; where it turns out to be damaged, with an empty one, of which
    ``begun`` is told first."""
    try:
        return work(store)
    except LibraryDamaged:
        store.close()
        store = _begin_anew(store.path)
        begun(store)
        return work(store)


def _use_at(path: Path, work: Callable[[Store], T]) -> T:
    """Open the file for some work."""
    with ExitStack() as opened:
        store = open_store(path)
        opened.callback(store.close)
        return use(store, work, begun=lambda anew: opened.callback(anew.close))


def count_at(path: Path) -> BlockInfo:
    """Counts of the block memory in a file, where there is one."""
    if not path.exists():
        return BlockInfo()
    return _use_at(path, count)


def count(store: Store) -> BlockInfo:
    """Counts of an open block memory."""
    row = store.rows(
        "SELECT count(*), coalesce(sum(tokens), 0), coalesce(sum(bytes), 0) FROM block"
    )[0]
    return BlockInfo(*map(int, row))


def held_at(path: Path) -> dict[str, tuple[int, int]]:
    """Of each document with blocks or a reading in a file: bytes kept, over all models, and how
    many passages the model that is furthest has read."""
    if not path.exists():
        return {}
    sizes, passages = _use_at(
        path,
        lambda store: (
            store.rows("SELECT document, sum(bytes) FROM block GROUP BY document"),
            store.rows("SELECT document, max(passages) FROM reading GROUP BY document"),
        ),
    )
    read = {str(name): int(count) for name, count in passages}
    held = {str(name): (int(held), read.get(name, 0)) for name, held in sizes}
    return {name: (0, count) for name, count in read.items()} | held


def forget_document(path: Path, document_id: str) -> None:
    """Drop all that any model computed for a document."""
    if path.exists():
        _use_at(path, lambda store: forget(store, [document_id]))
    else:
        _remove_states(path.parent, document_id)


def forget(store: Store, document_ids: Iterable[str]) -> None:
    """Drop all that any model computed for some documents."""
    wanted = [(one,) for one in document_ids]
    for (document_id,) in wanted:
        _remove_states(store.path.parent, document_id)
    with store.writing("forgetting documents' blocks") as connection:
        connection.executemany("DELETE FROM block WHERE document = ?", wanted)
        connection.executemany("DELETE FROM reading WHERE document = ?", wanted)
    store.compact()


def documents(store: Store) -> set[str]:
    """The documents of which anything is kept."""
    rows = store.rows("SELECT document FROM block UNION SELECT document FROM reading")
    return {str(name) for (name,) in rows if name}


def _remove_states(folder: Path, document_id: str) -> None:
    # Also those that were written just before a crash, and that no reading names.
    for file in states(folder, document_id):
        file.unlink(missing_ok=True)


def state(folder: Path, document_id: str, model: int, number: str) -> Path:
    """The file of one state of an unfinished reading."""
    return folder / _STATE_NAME.format(document=document_id, model=model, number=number)


def states(folder: Path, document_id: str, model: int | str = "*") -> list[Path]:
    """The states of a document's unfinished readings, by one model or by all."""
    return list(folder.glob(_STATE_NAME.format(document=document_id, model=model, number="*")))
