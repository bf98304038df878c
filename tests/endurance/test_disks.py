"""Disks that fail, in short, and that they do fail."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from longread.errors import LibraryError
from longread.memory.library import Library
from tests.endurance.disk_rounds import Home, with_failing_disk, with_power_cuts
from tests.endurance.faults import ForgetfulDisk, FullDisk, on_disk
from tests.quick.memory.books import book, sha256

EVERY = 100


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("homes"))


@pytest.mark.parametrize("broken", [False, True], ids=["full", "broken"])
def test_a_disk_that_fails_at_any_write_loses_nothing_committed(homes: Home, broken: bool) -> None:
    assert homes.changes > 300
    faults = [
        fault
        for at in range(1, homes.changes, EVERY)
        for fault in with_failing_disk(homes, at, broken)
    ]
    assert faults == []


def test_power_cuts_at_any_change_leave_what_work_can_go_on_from(
    homes: Home, tmp_path: Path
) -> None:
    assert with_power_cuts(homes, tmp_path, 6, random.Random(1)) == []


def test_a_full_disk_is_told_of(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db"):
        pass
    text = book("A text.")
    with (
        on_disk(FullDisk(1)),
        Library.open(tmp_path / "library.db") as library,
        pytest.raises(LibraryError, match="is full"),
    ):
        library.add(text, sha256(text))


def rows_after_power_cuts(folder: Path, synchronous: str, journal: str) -> list[int]:
    """How many of ten commits are there after power cuts; -1 where the file is damaged."""
    home, after = folder / "home", folder / "after"
    home.mkdir()
    disk = ForgetfulDisk(home, after, frozenset(range(20, 120, 3)), random.Random(7))
    with on_disk(disk), closing(apsw.Connection(str(home / "a.db"))) as connection:
        connection.execute(f"PRAGMA journal_mode = {journal}").fetchall()
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute("CREATE TABLE t (a, b); CREATE INDEX i ON t (b, a)")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        for number in range(60):
            connection.execute("INSERT INTO t VALUES (?, ?)", (number, "x" * 200 * (number % 9)))
    found = []
    for left in sorted(after.iterdir(), key=lambda path: int(path.name)):
        with closing(apsw.Connection(str(left / "a.db"))) as connection:
            try:
                sound = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                count = connection.execute("SELECT count(*) FROM t").fetchall()[0][0]
                found.append(int(str(count)) if sound else -1)
            except apsw.SQLError:
                # Nothing at all has reached the file, the table included.
                found.append(0)
            except apsw.Error:
                found.append(-1)
    return found


def test_the_forgetful_disk_forgets_what_was_not_synced(tmp_path: Path) -> None:
    for name in ("safe", "normal", "off"):
        (tmp_path / name).mkdir()
    safe = rows_after_power_cuts(tmp_path / "safe", "FULL", "WAL")
    assert safe == sorted(safe)
    assert -1 not in safe
    # Commits are lost, never the file.
    normal = rows_after_power_cuts(tmp_path / "normal", "NORMAL", "WAL")
    assert sum(normal) < sum(safe)
    assert -1 not in normal
    # Without any sync, the file itself is damaged.
    assert -1 in rows_after_power_cuts(tmp_path / "off", "OFF", "DELETE")
