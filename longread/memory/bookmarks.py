"""What a reader leaves in a document: the place that was reached, and bookmarks with notes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from longread.document import Span
from longread.errors import LibraryError
from longread.memory import catalogue
from longread.memory.records import now
from longread.text import squeeze

if TYPE_CHECKING:
    from longread.memory.store import Store

NOTE_LENGTH = 4_000
"""Longest note of a reader's own, in characters."""


@dataclass(frozen=True, slots=True)
class ReadingPlace:
    """Where a reader is: the first character on the screen, and the one up to which the text
    was read. ``upto``: whether what is behind it is kept out of answers; None: not decided.
    ``opened`` is when, in UTC."""

    position: int = 0
    furthest: int = 0
    upto: bool | None = None
    opened: str = ""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A marked stretch of a document, with the reader's note, which may be empty."""

    key: int
    document_id: str
    span: Span
    note: str
    made: str


class Bookmarks:
    """The part of a library that remembers for its reader."""

    store: Store

    def place(self, document_id: str) -> ReadingPlace:
        """Where the reader is in a document; its beginning where it was never opened.

        Raises:
            DocumentNotFound: there is no such document.
        """
        row = self.store.row(
            "SELECT position, furthest, upto, opened FROM reading_place WHERE document = ?",
            (catalogue.key(self.store, document_id),),
        )
        return ReadingPlace() if row is None else _place(row)

    def places(self) -> dict[str, ReadingPlace]:
        """Where the reader is in each document that was opened, by id."""
        rows = self.store.rows(
            "SELECT id, position, furthest, upto, opened FROM reading_place "
            "JOIN document ON document.key = reading_place.document"
        )
        return {str(row[0]): _place(row[1:]) for row in rows}

    def keep_place(self, document_id: str, place: ReadingPlace) -> None:
        """Remember where the reader is; the time is set to now.

        Raises:
            DocumentNotFound: the document was removed.
            LibraryError: the library cannot be written.
        """
        kept = replace(place, opened=now())
        about = catalogue.writing_about(self.store, document_id, "keeping the reading place")
        with about as (connection, key):
            connection.execute(
                "INSERT OR REPLACE INTO reading_place VALUES (?, ?, ?, ?, ?)",
                (key, kept.position, kept.furthest, kept.upto, kept.opened),
            )

    def bookmarks(self, document_id: str) -> tuple[Bookmark, ...]:
        """The bookmarks of a document, in the order of the text."""
        rows = self.store.rows(
            'SELECT key, start, "end", note, made FROM bookmark WHERE document = ? '
            'ORDER BY start, "end", key',
            (catalogue.key(self.store, document_id),),
        )
        return tuple(
            Bookmark(key, document_id, Span(start, end), note, made)
            for key, start, end, note, made in rows
        )

    def add_bookmark(self, document_id: str, span: Span, note: str = "") -> Bookmark:
        """Mark a stretch of a document.

        Raises:
            DocumentNotFound: there is no such document.
            LibraryError: the library cannot be written.
        """
        text, made = squeeze(note)[:NOTE_LENGTH], now()
        about = catalogue.writing_about(self.store, document_id, "keeping a bookmark")
        with about as (connection, key):
            connection.execute(
                'INSERT INTO bookmark (document, start, "end", note, made) VALUES (?, ?, ?, ?, ?)',
                (key, span.start, span.end, text, made),
            )
            number = connection.last_insert_rowid()
        return Bookmark(number, document_id, span, text, made)

    def change_bookmark(self, key: int, note: str) -> None:
        """Write another note on a bookmark.

        Raises:
            LibraryError: it is gone, or the library cannot be written.
        """
        with self.store.writing("changing a bookmark") as connection:
            connection.execute(
                "UPDATE bookmark SET note = ? WHERE key = ?", (squeeze(note)[:NOTE_LENGTH], key)
            )
            if not connection.changes():
                raise LibraryError("That bookmark is gone.", hint="Mark the place again.")

    def remove_bookmark(self, key: int) -> None:
        """Remove a bookmark; one that is gone already is no error."""
        with self.store.writing("removing a bookmark") as connection:
            connection.execute("DELETE FROM bookmark WHERE key = ?", (key,))


def _place(row: tuple[Any, ...]) -> ReadingPlace:
    position, furthest, upto, opened = row
    return ReadingPlace(position, furthest, None if upto is None else bool(upto), opened)
