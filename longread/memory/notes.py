"""Notes in the store: what a model wrote about groups of passages."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from longread.memory.faults import as_kept

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


def put(connection: apsw.Connection, key: int, notes: Sequence[Note]) -> None:
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


def remove(connection: apsw.Connection, key: int, numbers: Collection[int]) -> None:
    """Remove notes of a document by their numbers, within the caller's transaction."""
    connection.executemany(
        "DELETE FROM note WHERE document = ? AND number = ?", [(key, number) for number in numbers]
    )


def load(store: Store, key: int) -> tuple[Note, ...]:
    """The notes of a document, in the order of the text."""
    rows = store.rows("SELECT data FROM note WHERE document = ? ORDER BY number", (key,))
    return tuple(_kept(data) for (data,) in rows)


def _kept(data: str) -> Note:
    with as_kept("A note"):
        return note_from_json(json.loads(data))
