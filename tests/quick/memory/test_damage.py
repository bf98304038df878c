"""Libraries with bytes changed: refused as they are, or an error with a code."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from longread.errors import LibraryDamaged
from longread.memory.library import Library
from longread.memory.migrations import MIGRATIONS
from longread.memory.store import Store
from tests.quick.memory.books import book, long_book, sha256


def old_library(path: Path, steps: int = 5) -> str:
    """A library as an older version left it; the id of its document."""
    with closing(Store(path, steps=MIGRATIONS[:steps])) as store:
        text = long_book(3)
        record = Library(store).add(text, sha256(text))
        store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    return record.id


def change(path: Path, sql: str, *values: object) -> None:
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(sql, values)


def refused(path: Path) -> None:
    before = hashlib.sha256(path.read_bytes()).digest()
    with pytest.raises(LibraryDamaged, match="not brought up to date"):
        Library.open(path)
    assert hashlib.sha256(path.read_bytes()).digest() == before


def test_an_old_library_with_a_damaged_page_is_refused_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    old_library(path)
    data = bytearray(path.read_bytes())
    # Where the records of the page on the steps begin.
    data[8192 + 5 : 8192 + 7] = b"\x0f\xfe"
    path.write_bytes(data)
    refused(path)


def test_an_old_library_whose_tables_are_not_ours_is_refused_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    old_library(path)
    change(path, "CREATE TABLE summary (a)")
    refused(path)


SCHEMA = "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE name = 'document'"


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        ("UPDATE document SET warnings = ?", ("[",)),
        ("UPDATE document SET title = CAST(? AS TEXT)", (b"\xff\xfe",)),
        ("UPDATE content SET text = ?", (b"no zlib",)),
        ("UPDATE content SET structure = substr(structure, 1, 30) || ?", (b"x",)),
        (SCHEMA, ("author", "auth0r")),
    ],
)
def test_what_cannot_be_understood_any_more_is_an_error_with_a_code(
    tmp_path: Path, sql: str, values: tuple[object, ...]
) -> None:
    path = tmp_path / "library.db"
    document_id = old_library(path, len(MIGRATIONS))
    change(path, sql, *values)
    with Library.open(path) as library, pytest.raises(LibraryDamaged):
        library.export(document_id)


@pytest.mark.parametrize(
    ("table", "read"),
    [
        ("note", lambda library, of: library.notes(of)),
        ("summary", lambda library, of: library.summaries(of)),
    ],
)
def test_damaged_notes_and_summaries_are_an_error_with_a_code(
    tmp_path: Path, table: str, read: Callable[[Library, str], object]
) -> None:
    path = tmp_path / "library.db"
    document_id = old_library(path, len(MIGRATIONS))
    last = ", 1" if table == "note" else ""
    change(path, f"INSERT INTO {table} SELECT key, 1{last}{last}, '{{}}' FROM document")
    with Library.open(path) as library, pytest.raises(LibraryDamaged):
        read(library, document_id)


@pytest.mark.parametrize("kept", ["{", "[]"])
def test_a_damaged_conversation_is_named_and_can_be_removed(tmp_path: Path, kept: str) -> None:
    path = tmp_path / "library.db"
    with Library.open(path) as library:
        for name in ("s", "to it"):
            library.add_turn(name, "Q", "Q", {"answer": "A"})
    change(path, "UPDATE turn SET answer = ? WHERE session = 'to it'", kept)
    with Library.open(path) as library:
        for read in (library.sessions, lambda: library.turns("to it")):
            with pytest.raises(LibraryDamaged, match="“to it”") as caught:
                read()
            assert "`longread library forget 'to it'`" in caught.value.hint
        assert library.has_session("to it")
        library.remove_session("to it")
        assert [session.name for session in library.sessions()] == ["s"]


def test_a_statement_of_ours_that_is_wrong_is_not_called_damage(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        text = book("A text.")
        library.add(text, sha256(text))
        with pytest.raises(apsw.SQLError):
            library.store.rows("SELECT nothing FROM nowhere")
