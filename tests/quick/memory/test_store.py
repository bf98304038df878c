from __future__ import annotations

import errno
import hashlib
import multiprocessing
import os
import shutil
import threading
import time
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import apsw
import pytest

from longread.errors import LibraryBusy, LibraryDamaged, LibraryError
from longread.memory import locks
from longread.memory import store as store_module
from longread.memory.library import Library
from longread.memory.migrations import MIGRATIONS, Migration, applied
from longread.memory.notes import Note
from longread.memory.store import Store
from tests.quick.memory.books import book, long_book, sha256


def state(path: Path) -> tuple[str, int]:
    return hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns


def test_an_empty_folder_gets_every_migration_by_name(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.db")
    names = [row[0] for row in store.rows("SELECT name FROM migration ORDER BY number")]
    store.close()
    assert names == [step.name for step in MIGRATIONS]


def test_a_library_one_step_behind_is_brought_up_to_date_with_its_data(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    store = Store(path, steps=MIGRATIONS[:-1])
    text = book("An old book.")
    record = Library(store).add(text, sha256(text))
    store.close()
    with Library.open(path) as library:
        assert library.document(record.id) == text
        library.add_turn("s", "Q", "Q", {"answer": "A"})
        assert len(library.turns("s")) == 1


def test_an_old_librarys_word_index_of_notes_goes_and_the_notes_stay(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    names = [step.name for step in MIGRATIONS]
    store = Store(path, steps=MIGRATIONS[: names.index("no word index of notes")])
    text, note = book("An old book."), Note(1, 1, 1, "The tide rose.")
    record = Library(store).add(text, sha256(text))
    Library(store).add_notes(record.id, [note])
    store.rows("INSERT INTO note_words (rowid, body) VALUES (1 << 24 | 1, 'tide')")
    store.close()
    with Library.open(path) as library:
        assert library.notes(record.id) == (note,)
        found = "SELECT name FROM sqlite_schema WHERE name LIKE 'note_words%'"
        assert library.store.rows(found) == []
        assert library.store.integrity() == ()
        library.remove(record.id)
        assert library.documents() == ()


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    Store(path).close()
    broken = Migration("broken", "CREATE TABLE half (a); SELECT nonsense FROM nowhere;")
    with pytest.raises(apsw.SQLError):
        Store(path, steps=(*MIGRATIONS, broken))
    store = Store(path)
    assert store.row("SELECT 1 FROM sqlite_schema WHERE name = 'half'") is None
    store.close()


def test_a_library_from_a_newer_version_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    Store(path, steps=(*MIGRATIONS, Migration("later", "CREATE TABLE later (a)"))).close()
    before = state(path)
    with pytest.raises(LibraryDamaged, match="newer version"):
        Library.open(path)
    assert state(path) == before
    assert sorted(item.name for item in tmp_path.iterdir()) == ["library.db", "library.db.lock"]


def test_damaged_and_foreign_files_are_refused_untouched(tmp_path: Path) -> None:
    good = tmp_path / "good.db"
    with Library.open(good) as library:
        text = long_book(40)
        library.add(text, sha256(text))
        library.store.compact()
    whole = good.read_bytes()
    other = tmp_path / "other.db"
    connection = apsw.Connection(str(other))
    connection.execute("CREATE TABLE theirs (a); PRAGMA user_version = 1")
    connection.close()
    cases = {
        "text": b"This is no database, but long enough to look like a header. " * 20,
        "short": b"SQLite",
        "truncated": whole[: len(whole) // 2],
        "foreign": other.read_bytes(),
        "schema": whole[:100] + b"\xff" * 3996 + whole[4096:],
    }
    for name, data in cases.items():
        path = tmp_path / f"{name}.db"
        path.write_bytes(data)
        before = state(path)
        with pytest.raises(LibraryDamaged):
            Library.open(path)
        assert state(path) == before, name


def test_damage_inside_is_reported_by_the_integrity_check(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    with Library.open(path) as library:
        text = long_book(200)
        library.add(text, sha256(text))
        assert library.store.integrity() == ()
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096 * 4] = b"\x5a" * 4096 * 4
    path.write_bytes(bytes(data))
    with Library.open(path) as library:
        assert library.store.integrity()


def test_a_library_from_which_is_removed_while_it_is_opened_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "library.db"
    original, waiting = Path.stat, [long_book(40)]
    with Library.open(path) as other:
        kept = other.add(book("It stays."), "0" * 64)
        gone = other.add(waiting[0], sha256(waiting[0]))
        other.store.compact()

        def looked_at(file: Path, **options: bool) -> os.stat_result:
            if waiting and file.name.startswith("library.db"):
                waiting.clear()
                other.remove(gone.id)
            return original(file, **options)

        monkeypatch.setattr(Path, "stat", looked_at)
        with Library.open(path) as library:
            assert not waiting
            assert [record.id for record in library.documents()] == [kept.id]


def test_a_library_that_another_process_makes_while_it_is_opened_is_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "library.db"
    other = threading.Thread(target=lambda: Store(path).close())

    def looked_at(connection: apsw.Connection) -> tuple[str, ...]:
        found = applied(connection)
        monkeypatch.undo()
        other.start()
        # It may have to wait until this one has looked.
        other.join(timeout=0.5)
        return found

    monkeypatch.setattr(store_module, "applied", looked_at)
    with Library.open(path) as library:
        assert library.documents() == ()
    other.join()


def test_a_folder_that_another_process_makes_meanwhile_is_no_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, make = tmp_path / "home", Path.mkdir

    def late(folder: Path, *arguments: Any, **options: Any) -> None:
        if folder == home and not home.exists():
            os.mkdir(home)  # noqa: PTH102 - the other process's own call
        make(folder, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", late)
    with Library.open(home / "library.db") as library:
        assert library.documents() == ()


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LibraryError, match="could not be made"):
        Library.open(tmp_path / "file" / "library.db")


def test_a_file_that_cannot_be_made_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(os, "open", Mock(side_effect=full))
    with pytest.raises(LibraryError, match=r"library\.db could not be opened: No space left"):
        Store(tmp_path / "library.db")


@pytest.mark.parametrize(("free", "why"), [(0, "is full"), (2**40, "cannot be written")])
def test_a_library_in_whose_folder_nothing_can_be_made_is_read_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, why: str
) -> None:
    path, text = tmp_path / "library.db", book("The lamp burns.")
    with Library.open(path) as library:
        record = library.add(text, sha256(text))
        library.add_turn("talk", "Q", "Q", {"answer": "A"})
    in_the_way = path.with_name("library.db-shm")
    in_the_way.symlink_to("nowhere")
    monkeypatch.setattr("shutil.disk_usage", Mock(return_value=Mock(free=free)))
    with Library.open(path) as library:
        assert [hit.document_id for hit in library.search_words("lamp")] == [record.id]
        assert library.document(record.id) == text
        assert len(library.turns("talk")) == 1
        for change in (
            lambda: library.add_turn("talk", "Q", "Q", {"answer": "A"}),
            lambda: library.remove(record.id),
            library.store.compact,
        ):
            with pytest.raises(LibraryError, match=why):
                change()
    in_the_way.unlink()
    with Library.open(path) as library:
        library.remove(record.id)
        assert library.documents() == ()


def test_a_drive_that_was_taken_out_is_an_error_with_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(tmp_path / "library.db") as library:
        monkeypatch.setattr("shutil.disk_usage", Mock(side_effect=FileNotFoundError(2, "gone")))
        message = "could not be read or written"
        with pytest.raises(LibraryError, match=message), library.store.reading():
            raise apsw.IOError("disk I/O error")


def test_what_only_the_write_ahead_file_holds_is_not_passed_over(tmp_path: Path) -> None:
    path, text = tmp_path / "library.db", book("The lamp burns.")
    there = tmp_path / "there"
    there.mkdir()
    with Library.open(path) as library:
        library.add(text, sha256(text))
        for name in ("library.db", "library.db-wal"):
            shutil.copy(tmp_path / name, there / name)
    (there / "library.db-shm").symlink_to("nowhere")
    with pytest.raises(LibraryError, match="cannot be written"):
        Library.open(there / "library.db")
    (there / "library.db-shm").unlink()
    with Library.open(there / "library.db") as library:
        assert len(library.documents()) == 1


def test_a_full_disk_undoes_the_transaction_and_says_so(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        small, large = book("Small."), long_book(400)
        library.add(small, sha256(small))
        pages = library.store.rows("PRAGMA page_count")[0][0]
        library.store.rows(f"PRAGMA max_page_count = {pages + 10}")
        with pytest.raises(LibraryError, match="is full"):
            library.add(large, sha256(large))
        library.store.rows("PRAGMA max_page_count = 1000000")
        assert len(library.documents()) == 1
        assert library.store.integrity() == ()
        library.add(large, sha256(large))
        assert len(library.search_words("needle7")) == 1


def test_a_linked_lock_file_is_refused(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "library.db.lock").symlink_to(victim)
    with pytest.raises(LibraryError, match="symbolic link"):
        Library.open(tmp_path / "library.db")
    assert victim.read_text() == "precious"


def test_a_second_writer_waits_says_for_whom_and_gives_up(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    said: list[str] = []
    store = Store(path, on_wait=said.append)
    store.writer_wait_seconds = 0.2
    named = f"process {os.getpid()} has been adding a book"
    with locks.hold(store.lock_path, "adding a book", wait_seconds=1):
        with pytest.raises(LibraryBusy, match=named), store.writing("testing"):
            pass
        assert store.rows("SELECT count(*) FROM document") == [(0,)]
    assert len(said) == 1
    with store.writing("testing"):
        pass
    store.close()


def test_a_writer_goes_on_when_the_one_before_has_finished(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.db")
    entered, order = threading.Event(), []

    def first() -> None:
        with locks.hold(store.lock_path, "holding", wait_seconds=1):
            entered.set()
            time.sleep(0.2)
            order.append("first")

    thread = threading.Thread(target=first)
    thread.start()
    entered.wait()
    with store.writing("testing"):
        order.append("second")
    thread.join()
    store.close()
    assert order == ["first", "second"]


def test_an_error_inside_a_transaction_undoes_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.db")
    with pytest.raises(apsw.ConstraintError), store.writing("testing") as connection:
        connection.execute("INSERT INTO session VALUES ('a', 'b'), ('a', 'c')")
    assert store.rows("SELECT * FROM session") == []
    store.close()


def test_the_write_ahead_file_stays_bounded_beside_a_long_reader(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    store = Store(path)
    store.wal_bytes, store.wal_wait_seconds = 300_000, 0.3
    with store.writing("filling") as connection:
        connection.execute("INSERT INTO session VALUES ('first', 'now')")
    reader = apsw.Connection(str(path))
    reader.execute("BEGIN; SELECT count(*) FROM session").fetchall()

    def write(number: int) -> None:
        with store.writing("filling") as connection:
            connection.execute("INSERT INTO session VALUES (?, ?)", (f"s{number}", "x" * 60_000))

    def write_all(numbers: range) -> None:
        for number in numbers:
            write(number)

    with pytest.raises(LibraryBusy, match="kept one reading"):
        write_all(range(50))
    assert store.wal_size() < 300_000 + 200_000
    written = store.rows("SELECT count(*) FROM session")[0][0]
    assert 3 < written < 10
    reader.close()
    write_all(range(100, 150))
    assert store.wal_size() < 300_000 + 200_000
    assert store.rows("SELECT count(*) FROM session")[0][0] == written + 50
    assert store.integrity() == ()
    store.close()


def test_a_backup_of_the_live_library_opens_as_a_library(tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    text = long_book(10)
    with Library.open(tmp_path / "library.db") as library:
        record = library.add(text, sha256(text))
        library.store.backup(copy)
        with pytest.raises(LibraryError, match="already exists"):
            library.store.backup(copy)
    with Library.open(copy) as library:
        assert library.document(record.id) == text
        assert len(library.search_words("needle7")) == 1


def test_where_a_backup_cannot_be_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Small(apsw.Connection):
        """A disk with room for one page."""

        def __init__(self, name: str) -> None:
            super().__init__(name)
            self.execute("PRAGMA max_page_count = 1")

    target = tmp_path / "backups" / "copy.db"
    with Library.open(tmp_path / "library.db") as library:
        with pytest.raises(LibraryError, match=f"{target} could not be written: No such file"):
            library.store.backup(target)
        target.parent.mkdir()
        with monkeypatch.context() as patched:
            patched.setattr(apsw, "Connection", Small)
            with pytest.raises(LibraryError, match=f"{target} could not be written: the disk is"):
                library.store.backup(target)
        assert list(target.parent.iterdir()) == []
        library.store.backup(target)
        assert library.store.integrity() == ()


def _use(store: Store, results: multiprocessing.Queue[str]) -> None:
    try:
        store.rows("SELECT 1")
    except LibraryError as error:
        results.put(error.message)


def test_an_open_library_is_not_used_across_a_fork(tmp_path: Path) -> None:
    store = Store(tmp_path / "library.db")
    context = multiprocessing.get_context("fork")
    results: multiprocessing.Queue[str] = context.Queue()
    process = context.Process(target=_use, args=(store, results))
    process.start()
    assert "forked" in results.get(timeout=20)
    process.join()
    store.close()


def test_the_recorded_steps_must_be_ours(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    Store(path, steps=(Migration("something else", "CREATE TABLE other (a)"),)).close()
    with pytest.raises(LibraryDamaged, match="record of changes"):
        Store(path)
    connection = apsw.Connection(str(path))
    assert applied(connection) == ("something else",)
    connection.close()


@pytest.mark.parametrize("number", [0, 7])
def test_the_recorded_steps_must_have_the_numbers_of_their_places(
    tmp_path: Path, number: int
) -> None:
    path = tmp_path / "library.db"
    Store(path, steps=MIGRATIONS[:2]).close()
    connection = apsw.Connection(str(path))
    connection.execute("UPDATE migration SET number = ? WHERE number = 2", (number,))
    connection.close()
    with pytest.raises(LibraryDamaged, match=r"record of changes"):
        Store(path)


def test_a_file_whose_text_is_not_in_utf8_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    Store(path, steps=MIGRATIONS[:2]).close()
    data = bytearray(path.read_bytes())
    # SQLite takes this for none at all, and for UTF-8 until something is attached.
    data[59] = 248
    path.write_bytes(data)
    with pytest.raises(LibraryDamaged, match="another program"):
        Store(path)
    assert path.read_bytes() == data


def test_a_file_that_has_lost_the_list_of_its_tables_is_not_taken_for_a_new_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "library.db"
    Store(path).close()
    data = bytearray(path.read_bytes())
    # The first page has no entries, and is one without others below it.
    data[100:108] = bytes([13, 0, 0, 0, 0, 0, 0, 0])
    path.write_bytes(data)
    with pytest.raises(LibraryDamaged, match="list of its tables is lost"):
        Store(path)
    assert path.read_bytes() == data


def test_what_a_killed_process_said_of_its_lock_goes_once_nobody_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    Store(path).close()
    lock, note = (tmp_path / f"library.db.{ending}" for ending in ("lock", "lock.holder"))
    note.write_text('{"pid": 1, "doing": "preparing the library", "since": 0}', "utf-8")
    with locks.hold(lock, "writing", wait_seconds=0):
        Store(path).close()
        assert note.exists()
        assert "writing" in locks.holder(lock)
    note.write_text("{}", "utf-8")
    Store(path).close()
    assert not note.exists()
