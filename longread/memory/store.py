"""The SQLite file: opening, checking, migrating, reading, writing, backing up.

``synchronous=NORMAL`` under WAL: a power cut may lose the last commits, never the file's
soundness, and all but the sessions can be made again from the sources.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw

from longread.errors import LibraryBusy, LibraryDamaged, LibraryError
from longread.memory import faults, locks
from longread.memory.header import header_of, wal_size
from longread.memory.migrations import (
    APPLICATION_ID,
    MIGRATIONS,
    Migration,
    applied,
    is_as_made,
    migrate,
)

BUSY_MILLISECONDS = 10_000
"""How long SQLite itself waits for another connection."""

WRITER_WAIT_SECONDS = 120.0
"""How long a writer waits for the writer before it."""

WAL_BYTES = 16 * 2**20
"""Size of the write-ahead file above which a writer first waits until readers let it be
emptied; the file stays below this and one transaction."""

WAL_WAIT_SECONDS = 30.0
"""How long a writer waits for such readers before it gives up."""

PAGE_CACHE_KIBIBYTES = 16_384
"""Page cache of a connection."""

Values = Sequence[Any]
"""Values for the question marks of a statement."""


class Store:
    """One connection to the library file; threads take turns, processes have their own.

    On a disk that is full or can only be read, the file is opened to be read alone.
    """

    def __init__(
        self,
        path: Path,
        *,
        steps: tuple[Migration, ...] = MIGRATIONS,
        on_wait: Callable[[str], None] | None = None,
    ) -> None:
        """Open or create the file.

        Raises:
            LibraryDamaged: no SQLite file, not longread's, or corrupt.
            LibraryNewer: a newer version wrote it.
            LibraryBusy: it must be migrated and another process is writing.
            LibraryError: the folder or file cannot be written.
        """
        self.path = path
        self.on_wait = on_wait
        self.wal_bytes = WAL_BYTES
        self.wal_wait_seconds = WAL_WAIT_SECONDS
        self.writer_wait_seconds = WRITER_WAIT_SECONDS
        self._steps = steps
        self._guard = threading.RLock()
        self._process = os.getpid()
        self._is_read_alone = False
        self._make_folder()
        self._check_header()
        with self._translated():
            self._connection = self._connect()
        try:
            with self._translated():
                self._open()
        except BaseException:
            self.close()
            raise

    @property
    def lock_path(self) -> Path:
        """The file of the one-writer lock."""
        return self.path.with_name(self.path.name + ".lock")

    @property
    def why_not_written(self) -> LibraryError | None:
        """Why nothing can be kept, where the file is read alone."""
        return faults.only_read(self.path) if self._is_read_alone else None

    def close(self) -> None:
        """Close the connection; safe to call twice."""
        with self._guard, suppress(apsw.FullError, apsw.IOError):
            if os.getpid() == self._process:
                # What cannot be moved out of the write-ahead file now is safe in it.
                self._connection.close()

    def rows(self, sql: str, values: Values = ()) -> list[tuple[Any, ...]]:
        """All rows of a query, fetched at once so that no read stays open."""
        with self._guard, self._translated():
            self._refuse_fork()
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Values = ()) -> tuple[Any, ...] | None:
        """The first row of a query, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See one state of the library in all the reads of a block; keep the block short."""
        with self._guard, self._translated():
            self._refuse_fork()
            with self._connection:
                yield

    @contextmanager
    def writing(self, doing: str) -> Iterator[apsw.Connection]:
        """One transaction: all of it is committed at the block's end, or nothing.

        Raises:
            LibraryBusy: another process wrote, or a reader blocked, for too long.
            LibraryError: the disk is full or read-only.
        """
        with self._guard:
            self._refuse_fork()
            self._refuse_reading_alone()
            with (
                locks.hold(
                    self.lock_path,
                    doing,
                    wait_seconds=self.writer_wait_seconds,
                    on_wait=self.on_wait,
                ),
                self._translated(),
            ):
                self._bound_wal()
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                    self._connection.execute("COMMIT")
                except BaseException:
                    # A full disk may already have rolled the transaction back.
                    if self._connection.in_transaction:
                        self._connection.execute("ROLLBACK")
                    raise

    def backup(self, target: Path) -> None:
        """Copy the live library to a new file through SQLite's backup interface.

        Raises:
            LibraryError: the target exists or cannot be written.
        """
        if target.exists():
            raise LibraryError(f"{target} already exists.", hint="Choose another name.")
        temporary = target.with_name(target.name + ".part")
        with self._guard, self._translated():
            self._refuse_fork()
            try:
                self._copy(temporary)
                temporary.replace(target)
            except (OSError, apsw.FullError) as error:
                with suppress(OSError):
                    temporary.unlink(missing_ok=True)
                why = error.strerror if isinstance(error, OSError) else "the disk is full"
                raise LibraryError(
                    f"{target} could not be written: {why}.",
                    hint="Free some space there, or name another place.",
                ) from error

    def _copy(self, target: Path) -> None:
        target.unlink(missing_ok=True)
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with closing(apsw.Connection(str(target))) as copy:
            with copy.backup("main", self._connection, "main") as backup:
                while not backup.done:
                    backup.step(1000)
            copy.execute("PRAGMA journal_mode = DELETE")

    def integrity(self) -> tuple[str, ...]:
        """What SQLite's own check finds wrong; empty when the file is sound."""
        try:
            found = [str(row[0]) for row in self.rows("PRAGMA integrity_check(20)")]
            found += [
                f"{row[0]}: row {row[1]} refers to a missing row of {row[2]}"
                for row in self.rows("PRAGMA foreign_key_check")
            ]
        except LibraryDamaged as error:
            return (error.message,)
        return tuple(line for line in found if line != "ok")

    def compact(self) -> None:
        """Give freed pages back to the file system."""
        with self._guard, self._translated():
            self._refuse_fork()
            self._refuse_reading_alone()
            with locks.hold(
                self.lock_path,
                "compacting the library",
                wait_seconds=self.writer_wait_seconds,
                on_wait=self.on_wait,
            ):
                self._connection.execute("PRAGMA incremental_vacuum").fetchall()
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def wal_size(self) -> int:
        """Bytes of the write-ahead file now."""
        return wal_size(self.path)

    def _make_folder(self) -> None:
        folder = self.path.parent
        try:
            # Another process may make it at the same moment.
            folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"The library's folder {folder} could not be made: {error.strerror}.",
                hint="Set LONGREAD_HOME to a folder that you can write to.",
            ) from error

    def _check_header(self) -> None:
        """Refuse what is not ours by reading alone, so that it stays as it is."""
        try:
            header = header_of(self.path)
        except OSError as error:
            raise faults.not_opened(self.path, error) from error
        if header is None:
            return
        if not header.is_sqlite:
            raise faults.damaged(self.path, "it is not a SQLite file")
        if header.cut_off:
            raise faults.damaged(self.path, "its end is missing")
        if header.application not in (0, APPLICATION_ID) or not header.is_utf8:
            raise faults.damaged(self.path, "another program wrote it")
        if header.application and header.version > len(self._steps):
            raise faults.newer(self.path)

    def _connect(self) -> apsw.Connection:
        if not self.path.exists():
            try:
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            except OSError as error:
                raise faults.not_opened(self.path, error) from error
        connection = apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READWRITE)
        connection.set_busy_timeout(BUSY_MILLISECONDS)
        return connection

    def _open(self) -> None:
        try:
            self._bring_up_to_date()
        except (apsw.CantOpenError, apsw.IOError):
            # There may be no room for the small file that all who have the library open share.
            # It is not needed where nothing waits in the write-ahead file, and nobody can write.
            if self.wal_size() or not self.path.stat().st_size:
                raise
            self.close()
            self._is_read_alone = True
            self._connection = apsw.Connection(
                f"{self.path.absolute().as_uri()}?immutable=1",
                flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI,
            )
            self._bring_up_to_date()

    def _bring_up_to_date(self) -> None:
        connection = self._connection
        # Of one moment, since another process may just be making the tables.
        with connection:
            names = applied(connection)
            has_tables = connection.execute("SELECT 1 FROM sqlite_schema").fetchone() is not None
            pages = connection.execute("PRAGMA page_count").fetchall()
        known = tuple(step.name for step in self._steps)
        if len(names) > len(known):
            raise faults.newer(self.path)
        if names != known[: len(names)]:
            raise faults.damaged(self.path, "its record of changes is not longread's")
        if has_tables and not names:
            raise faults.damaged(self.path, "another program wrote it")
        if not has_tables and pages > [(1,)]:
            raise faults.damaged(self.path, "the list of its tables is lost")
        if len(names) < len(known):
            self._refuse_reading_alone()
            with locks.hold(
                self.lock_path,
                "preparing the library",
                wait_seconds=self.writer_wait_seconds,
                on_wait=self.on_wait,
            ):
                if names := applied(connection):
                    self._check_before_migrating(names)
                else:
                    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
                    connection.execute("PRAGMA journal_mode = WAL").fetchall()
                migrate(connection, self._steps)
                # The main file's header then tells every later version what it is.
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        else:
            locks.tidy(self.lock_path)
            self._write_ahead()
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        # What is removed from a library is gone from its file too.
        connection.execute("PRAGMA secure_delete = ON").fetchall()
        connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIBIBYTES}")
        connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES // 4}").fetchall()

    def _write_ahead(self) -> None:
        """See that readers and a writer do not hold up each other, in a backup too."""
        mode = self._connection.execute("PRAGMA journal_mode").fetchall()
        if mode != [("wal",)] and not self._is_read_alone:
            # Where it cannot be written, or others have it open, it is used as it is.
            with suppress(apsw.ReadOnlyError, apsw.BusyError):
                self._connection.execute("PRAGMA journal_mode = WAL").fetchall()

    def _check_before_migrating(self, names: tuple[str, ...]) -> None:
        """Refuse a damaged library as it is: a step would change it further."""
        check = self._connection.execute("PRAGMA integrity_check(1)").fetchall()
        if check != [("ok",)] or not is_as_made(self._connection, self._steps[: len(names)]):
            raise faults.damaged(self.path, "it is corrupt, and was not brought up to date")

    def _bound_wal(self) -> None:
        """Wait until the write-ahead file can be begun anew, once it has grown too long."""
        deadline = time.monotonic() + self.wal_wait_seconds
        while self.wal_size() > self.wal_bytes:
            self._connection.set_busy_timeout(200)
            try:
                busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()[0][0]
            except apsw.BusyError:
                busy = 1
            finally:
                self._connection.set_busy_timeout(BUSY_MILLISECONDS)
            if busy and time.monotonic() > deadline:
                raise LibraryBusy(
                    "Another program has kept one reading of the library open for long, so "
                    f"that its write-ahead file has grown to {self.wal_size() / 2**20:.0f} MB.",
                    hint=f"End what has {self.path} open, and try again.",
                )

    def _is_whole(self) -> bool:
        try:
            connection = self._connection
            steps = self._steps[: len(applied(connection))]
            return (
                is_as_made(connection, steps)
                and connection.execute("PRAGMA integrity_check(1)").fetchall() == [("ok",)]
                and not connection.execute("PRAGMA foreign_key_check").fetchall()
            )
        except (apsw.Error, UnicodeDecodeError):
            return False

    def _refuse_fork(self) -> None:
        if os.getpid() != self._process:
            raise LibraryError(
                "The library was opened before this process was forked.",
                hint="Open it in the process that uses it.",
            )

    def _refuse_reading_alone(self) -> None:
        if (why := self.why_not_written) is not None:
            raise why

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn what SQLite reports into longread's errors."""
        try:
            yield
        except (
            apsw.CorruptError,
            apsw.NotADBError,
            apsw.FormatError,
            apsw.MismatchError,
            UnicodeDecodeError,
        ) as error:
            raise faults.damaged(self.path, f"it is corrupt ({error})") from error
        except (apsw.SQLError, apsw.ConstraintError) as error:
            # With the tables as we made them, and whole, the mistake would be ours.
            if self._is_whole():
                raise
            raise faults.damaged(self.path, f"it is corrupt ({error})") from error
        except apsw.FullError as error:
            raise faults.full(self.path) from error
        except (apsw.ReadOnlyError, apsw.CantOpenError, apsw.PermissionsError) as error:
            raise faults.not_written(self.path, str(error)) from error
        except (apsw.BusyError, apsw.LockedError) as error:
            raise LibraryBusy(
                f"The library {self.path} is in use by another program.",
                hint="Wait until it has finished, and try again.",
            ) from error
        except apsw.IOError as error:
            raise faults.not_reached(self.path, error) from error
        except PermissionError as error:
            raise LibraryError(
                f"The library's folder {self.path.parent} cannot be written.",
                hint="Check its permissions, or set LONGREAD_HOME to another folder.",
            ) from error
