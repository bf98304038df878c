"""The tree's summaries in the store, each with the passages that its sentences rest on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from longread.memory.faults import as_kept

if TYPE_CHECKING:
    import apsw

    from longread.memory.store import Store


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of a summary, and the numbers of the passages it rests on. It is ``supported``
    where these hold enough of its words; ``belief`` is how far the model believes it, from 0 to 1,
    where it was asked."""

    text: str
    passages: tuple[int, ...] = ()
    supported: bool = True
    belief: float | None = None


@dataclass(frozen=True, slots=True)
class Summary:
    """What passages ``first`` to ``last`` say, by the number and kind of their branch of the tree.

    ``sentence`` is all of it in one sentence; ``quotation``, of a chapter, a sentence of the text
    that stands for it. ``source`` is a digest of what it was made of: a summary with another one
    is out of date. ``extracted``: the model wrote none that held.
    """

    number: int
    kind: str
    title: str
    first: int
    last: int
    claims: tuple[Claim, ...]
    sentence: Claim
    source: str
    extracted: bool = False
    model: str = ""
    quotation: Claim | None = None

    @property
    def text(self) -> str:
        """Its sentences as a paragraph."""
        return " ".join(claim.text for claim in self.claims)

    def as_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        return asdict(self)


def summary_from_json(values: dict[str, Any]) -> Summary:
    """Rebuild a Summary from ``Summary.as_json``."""
    quotation = values.get("quotation")
    return Summary(
        **values
        | {
            "claims": tuple(map(_claim, values["claims"])),
            "sentence": _claim(values["sentence"]),
            "quotation": _claim(quotation) if quotation is not None else None,
        }
    )


def _claim(values: dict[str, Any]) -> Claim:
    passages, belief = tuple(values["passages"]), values.get("belief")
    return Claim(values["text"], passages, values["supported"], belief)


def put(connection: apsw.Connection, key: int, summaries: Sequence[Summary]) -> None:
    """Store summaries of a document, within the caller's transaction, in place of older ones."""
    connection.executemany(
        "INSERT OR REPLACE INTO summary VALUES (?, ?, ?)",
        [(key, one.number, json.dumps(one.as_json(), ensure_ascii=False)) for one in summaries],
    )


def load(store: Store, key: int) -> tuple[Summary, ...]:
    """The summaries of a document, children before what they are folded into."""
    rows = store.rows("SELECT data FROM summary WHERE document = ? ORDER BY number", (key,))
    with as_kept("A summary"):
        return tuple(summary_from_json(json.loads(data)) for (data,) in rows)
