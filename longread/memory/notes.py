"""Notes in the store: what a model wrote about groups of passages, found again by words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from longread.memory.analysis import passage_terms, query_terms
from longread.memory.store import as_kept
from longread.memory.words import MAX_QUERY_TERMS, bounds, quoted, row_of

if TYPE_CHECKING:
    import apsw

    from longread.memory.store import Store


@dataclass(frozen=True, slots=True)
class Note:
    """What a reader would write down about passages ``first`` to ``last``.

    ``gist`` says in a few sentences what stands there; ``names`` are the main ones, each with the
    sentence of the gist that speaks of it, if any; ``topics`` are telling words, and
    ``questions`` some that the passages answer. ``extracted``: the gist is
    sentences of the text, since the model wrote none that held. ``model`` is who wrote it, and
    ``beliefs`` how far it believes each sentence of the gist, from 0 to 1, where it was asked.
    """

    number: int
    first: int
    last: int
    gist: str
    names: tuple[tuple[str, str], ...] = ()
    topics: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    extracted: bool = False
    model: str = ""
    beliefs: tuple[float, ...] = ()

    @property
    def text(self) -> str:
        """All of it, for looking up."""
        named = ", ".join(name for name, _ in self.names)
        return "\n".join([self.gist, named, ", ".join(self.topics), *self.questions])

    def as_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        return asdict(self)


def note_from_json(values: dict[str, Any]) -> Note:
    """Rebuild a Note from ``Note.as_json``."""
    return Note(
        **values
        | {
            "names": tuple((name, what) for name, what in values["names"]),
            "topics": tuple(values["topics"]),
            "questions": tuple(values["questions"]),
            "beliefs": tuple(values.get("beliefs", ())),
        }
    )


def put(connection: apsw.Connection, key: int, language: str, notes: Sequence[Note]) -> None:
    """Store notes of a document, within the caller's transaction; known numbers stay."""
    for note in notes:
        connection.execute(
            "INSERT OR IGNORE INTO note VALUES (?, ?, ?, ?, ?)",
            (
                key,
                note.number,
                note.first,
                note.last,
                json.dumps(note.as_json(), ensure_ascii=False),
            ),
        )
        if connection.changes():
            connection.execute(
                "INSERT INTO note_words (rowid, body) VALUES (?, ?)",
                (row_of(key, note.number), " ".join(passage_terms(note.text, language))),
            )


def remove(connection: apsw.Connection, key: int) -> None:
    """Take a document's notes out, within the caller's transaction."""
    connection.execute("DELETE FROM note_words WHERE rowid BETWEEN ? AND ?", bounds(key))
    connection.execute("INSERT INTO note_words (note_words) VALUES ('optimize')")
    connection.execute("DELETE FROM note WHERE document = ?", (key,))


def load(store: Store, key: int) -> tuple[Note, ...]:
    """The notes of a document, in the order of the text."""
    rows = store.rows("SELECT data FROM note WHERE document = ? ORDER BY number", (key,))
    return tuple(_kept(data) for (data,) in rows)


def search(
    store: Store, question: str, documents: Sequence[tuple[int, str, int]], limit: int
) -> list[tuple[int, Note, float]]:
    """Rank notes by BM25: (document key, note, score), best first.

    ``documents`` are (key, language, number of the last passage that may be looked at).
    """
    found: list[tuple[int, Note, float]] = []
    for key, language, last in documents:
        terms = query_terms(question, language)[:MAX_QUERY_TERMS]
        if not terms:
            continue
        first, end = bounds(key)
        query = " OR ".join(map(quoted, terms))
        rows = store.rows(
            "SELECT data, bm25(note_words) AS rank FROM note_words "
            "JOIN note ON note.document = ? AND note.number = note_words.rowid - ? "
            "WHERE note_words MATCH ? AND note_words.rowid BETWEEN ? AND ? AND note.last <= ? "
            "ORDER BY rank, note.number LIMIT ?",
            (key, first, query, first, end, last, limit),
        )
        found += [(key, _kept(data), -score) for data, score in rows]
    found.sort(key=lambda item: -item[2])
    return found[:limit]


def _kept(data: str) -> Note:
    with as_kept("A note"):
        return note_from_json(json.loads(data))
