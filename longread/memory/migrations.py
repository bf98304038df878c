"""The library's schema, as named steps that are applied once each, in order.

A step is never changed after a release: a new step changes what it made. ``user_version``
counts the steps applied, so that a library from a newer version is known by its first
hundred bytes, before anything is opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apsw import Connection

APPLICATION_ID = 0x6C6F6E67
"""Marks a SQLite file as a library of longread ("long")."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: a name that is recorded, and the statements that make it."""

    name: str
    sql: str


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "documents and passages",
        """
        CREATE TABLE document (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            sha256 TEXT NOT NULL UNIQUE,
            title TEXT NOT NULL,
            author TEXT NOT NULL,
            language TEXT NOT NULL,
            format TEXT NOT NULL,
            path TEXT NOT NULL,
            added TEXT NOT NULL,
            version_of TEXT,
            superseded_by TEXT,
            characters INTEGER NOT NULL,
            text_bytes INTEGER NOT NULL,
            words INTEGER NOT NULL,
            sections INTEGER NOT NULL,
            passages INTEGER NOT NULL,
            warnings TEXT NOT NULL
        );
        CREATE INDEX document_path ON document (path);
        CREATE TABLE content (
            document INTEGER PRIMARY KEY REFERENCES document (key) ON DELETE CASCADE,
            text BLOB NOT NULL,
            structure BLOB NOT NULL
        );
        CREATE TABLE passage (
            document INTEGER NOT NULL REFERENCES document (key) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            start INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            section INTEGER NOT NULL,
            first_paragraph INTEGER NOT NULL,
            last_paragraph INTEGER NOT NULL,
            PRIMARY KEY (document, number)
        ) WITHOUT ROWID;
        """,
    ),
    Migration(
        "word index",
        """
        CREATE VIRTUAL TABLE words USING fts5 (
            body, heading, content = '', contentless_delete = 1, tokenize = 'ascii'
        );
        """,
    ),
    Migration(
        "meaning vectors",
        """
        CREATE TABLE vectors (
            document INTEGER NOT NULL REFERENCES document (key) ON DELETE CASCADE,
            embedder TEXT NOT NULL,
            first INTEGER NOT NULL,
            count INTEGER NOT NULL,
            dimension INTEGER NOT NULL,
            data BLOB NOT NULL,
            PRIMARY KEY (document, embedder, first)
        );
        CREATE TABLE embedding_queue (
            number INTEGER PRIMARY KEY,
            document INTEGER NOT NULL REFERENCES document (key) ON DELETE CASCADE,
            embedder TEXT NOT NULL,
            UNIQUE (document, embedder)
        );
        """,
    ),
    Migration(
        "sessions",
        """
        CREATE TABLE session (
            name TEXT PRIMARY KEY,
            created TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE turn (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            session TEXT NOT NULL REFERENCES session (name) ON DELETE CASCADE,
            asked TEXT NOT NULL,
            question TEXT NOT NULL,
            standalone_question TEXT NOT NULL,
            answer TEXT NOT NULL
        );
        CREATE INDEX turn_session ON turn (session, key);
        """,
    ),
    Migration(
        "notes",
        """
        CREATE TABLE note (
            document INTEGER NOT NULL REFERENCES document (key) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            data TEXT NOT NULL,
            PRIMARY KEY (document, number)
        ) WITHOUT ROWID;
        CREATE VIRTUAL TABLE note_words USING fts5 (
            body, content = '', contentless_delete = 1, tokenize = 'ascii'
        );
        """,
    ),
    Migration(
        "summaries",
        """
        CREATE TABLE summary (
            document INTEGER NOT NULL REFERENCES document (key) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            data TEXT NOT NULL,
            PRIMARY KEY (document, number)
        ) WITHOUT ROWID;
        """,
    ),
    Migration(
        "reader",
        """
        CREATE TABLE reading_place (
            document INTEGER PRIMARY KEY REFERENCES document (key) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            furthest INTEGER NOT NULL,
            upto INTEGER,
            opened TEXT NOT NULL
        );
        CREATE TABLE bookmark (
            key INTEGER PRIMARY KEY AUTOINCREMENT,
            document INTEGER NOT NULL REFERENCES document (key) ON DELETE CASCADE,
            start INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            note TEXT NOT NULL,
            made TEXT NOT NULL
        );
        CREATE INDEX bookmark_document ON bookmark (document, start);
        """,
    ),
    Migration("no word index of notes", "DROP TABLE note_words"),
)


def applied(connection: Connection) -> tuple[str, ...]:
    """Names of the steps that a library has had, in order; an empty one for a step whose number is
    not that of its place."""
    known = connection.execute(
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migration'"
    ).fetchone()
    if known is None:
        return ()
    rows = connection.execute("SELECT number, name FROM migration ORDER BY number").fetchall()
    places = enumerate(rows, start=1)
    return tuple(str(name) if number == place else "" for place, (number, name) in places)


def migrate(connection: Connection, steps: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Apply the steps that are missing, each in a transaction of its own with its record.

    The caller holds the writer lock and has checked that the steps applied so far are the
    first ones of ``steps``.
    """
    done = len(applied(connection))
    for number, step in enumerate(steps[done:], start=done + 1):
        with connection:
            if number == 1:
                connection.execute(
                    "CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                    "applied TEXT NOT NULL)"
                )
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(step.sql)
            connection.execute(
                "INSERT INTO migration VALUES (?, ?, datetime('now'))", (number, step.name)
            )
            connection.execute(f"PRAGMA user_version = {number}")


def is_as_made(connection: Connection, steps: tuple[Migration, ...]) -> bool:
    """Whether the tables of a library are those that ``steps`` make."""
    import apsw

    fresh = apsw.Connection(":memory:")
    try:
        migrate(fresh, steps)
        return _schema(fresh) == _schema(connection)
    finally:
        fresh.close()


def _schema(connection: Connection) -> list[tuple[str, ...]]:
    rows = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
    named = [tuple(map(str, row)) for row in rows]
    # What FTS5 makes for itself may differ from one SQLite to the next.
    indexes = tuple(f"{name}_" for _, name, _, sql in named if sql.startswith("CREATE VIRTUAL"))
    ours = [row for row in named if not row[1].startswith((*indexes, "sqlite_"))]
    return sorted(ours)
