"""The block memory: what a model computed for passages, kept within a byte budget.

A file of its own beside the library. Everything in it can be made again from the text, so what
is damaged is dropped, and never an error; what another build or prefix left gives way first.
"""

from __future__ import annotations

import secrets
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import apsw

from longread.closing import Closing
from longread.config import BLOCK_BUDGET
from longread.engine.block import Block
from longread.engine.codec import Codec, DamagedBlock, PackedBlock, packed
from longread.memory import block_file
from longread.memory.store import Store

HALF_LIFE_SECONDS = 7 * 86_400.0
"""Time after which a block is worth half as much as one that is used now."""

PREFIX_CODEC = Codec(16, 16)
"""The prefix is kept as it is: its first tokens are sinks, on which all attention leans."""

T = TypeVar("T")

# Of what seems to have been used later than now, the clock was set back.
_FADED = "pow(2, (min(used, ?1) - ?1) / ?2)"


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a document was read by a model: passages, tokens and seconds of work so far.

    ``state`` names the file in the block memory's folder from which the stream goes on;
    empty where there is none.
    """

    window: int
    passages: int = 0
    tokens: int = 0
    seconds: float = 0.0
    finished: bool = False
    state: str = ""
    state_check: int = 0


@dataclass(frozen=True, slots=True)
class Encoded:
    """A passage's block as the codec wrote it."""

    passage: int
    tokens: int
    data: bytes


class BlockMemory(Closing):
    """The blocks of one model, in the file that all models share; a context manager.

    ``fingerprint``, ``build`` and ``prefix`` say what computes the blocks, and behind what.
    """

    def __init__(
        self,
        path: Path,
        *,
        fingerprint: str,
        build: str,
        prefix: str,
        codec: Codec | None = None,
        budget: int = BLOCK_BUDGET,
    ) -> None:
        self.codec = codec or Codec()
        self.budget = budget
        self._store = block_file.open_store(path)
        self._identity = (fingerprint, build, prefix)
        try:
            self.model_key, self._outdated = self._use(self._find_model)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._store.close()

    @property
    def folder(self) -> Path:
        """Where the states of unfinished readings lie."""
        return self._store.path.parent

    def new_state(self, document_id: str) -> Path:
        """A file for the state of an unfinished reading."""
        return block_file.state(self.folder, document_id, self.model_key, secrets.token_hex(4))

    def remove_states(self, document_id: str, *, except_for: str = "") -> None:
        """Remove the states of a document but the one of this name."""
        for model in (self.model_key, *self._outdated):
            for file in block_file.states(self.folder, document_id, model):
                if file.name != except_for:
                    file.unlink(missing_ok=True)

    def get(self, document_id: str, passage: int) -> PackedBlock | None:
        """The block of a passage, where it is kept and whole."""
        found = self._rows(
            "SELECT key, data FROM block WHERE model = ? AND document = ? AND passage = ?",
            document_id,
            passage,
        )
        if not found:
            return None
        key, data = found[0]
        try:
            return packed(data)
        except DamagedBlock:
            self._write(
                "dropping a damaged block",
                lambda connection: connection.execute("DELETE FROM block WHERE key = ?", (key,)),
            )
            return None

    def passages(self, document_id: str) -> list[int]:
        """The passages of a document whose blocks are kept."""
        rows = self._rows(
            "SELECT passage FROM block WHERE model = ? AND document = ? ORDER BY passage",
            document_id,
        )
        return [int(row[0]) for row in rows]

    def encode(self, passage: int, block: Block) -> Encoded:
        """Recode a passage's block."""
        return Encoded(passage, len(block.tokens), self.codec.encode(block))

    def keep(
        self,
        document_id: str,
        blocks: Sequence[Encoded],
        *,
        used: bool = False,
        reading: Reading | None = None,
    ) -> None:
        """Keep blocks of passages as far as they are worth it, and how far the reading is, in
        one transaction. ``used`` says that they were evidence just now."""

        def put(connection: apsw.Connection) -> None:
            for block in blocks:
                self._put(connection, document_id, block, float(used), _place(block.passage))
            if reading is not None:
                self._put_reading(connection, document_id, reading)

        self._write("keeping blocks", put)

    def keep_prefix(self, block: Block) -> None:
        """Keep the block of the prefix, exactly."""
        encoded = Encoded(0, len(block.tokens), PREFIX_CODEC.encode(block))
        self._write(
            "keeping the prefix",
            # Every question uses it, so nothing is worth more.
            lambda connection: self._put(connection, "", encoded, 1e9, 1.0),
        )

    def prefix(self) -> PackedBlock | None:
        """The block of the prefix, where it is kept."""
        return self.get("", 0)

    def mark_used(self, document_id: str, passages: Iterable[int]) -> None:
        """Note that passages were evidence just now."""
        now, which = time.time(), tuple(passages)

        def mark(connection: apsw.Connection) -> None:
            connection.executemany(
                f"UPDATE block SET uses = 1 + uses * {_FADED}, used = ?1 "
                "WHERE model = ?3 AND document = ?4 AND passage = ?5",
                [(now, HALF_LIFE_SECONDS, self.model_key, document_id, one) for one in which],
            )

        self._write("noting what was used", mark)

    def reading(self, document_id: str) -> Reading | None:
        """How far the model has read a document."""
        rows = self._rows(
            "SELECT window, passages, tokens, seconds, finished, state, state_check FROM reading "
            "WHERE model = ? AND document = ?",
            document_id,
        )
        if not rows:
            return None
        window, passages, tokens, seconds, finished, state, state_check = rows[0]
        return Reading(window, passages, tokens, seconds, bool(finished), state, state_check)

    def documents(self) -> set[str]:
        """The documents of which any model has kept something."""
        return self._use(block_file.documents)

    def forget(self, document_ids: Iterable[str]) -> None:
        """Drop all that any model computed for some documents."""
        wanted = list(document_ids)
        self._use(lambda store: block_file.forget(store, wanted))

    def info(self) -> block_file.BlockInfo:
        """Counts over all models and documents."""
        return self._use(block_file.count)

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a query whose first value is the model."""
        return self._use(lambda store: store.rows(sql, (self.model_key, *values)))

    def _write(self, doing: str, change: Callable[[apsw.Connection], object]) -> None:
        def write(store: Store) -> None:
            with store.writing(doing) as connection:
                change(connection)

        self._use(write)

    def _use(self, work: Callable[[Store], T]) -> T:
        """Work with the file; where it turns out to be damaged, with a new one."""
        return block_file.use(self._store, work, begun=self._begin_with)

    def _begin_with(self, store: Store) -> None:
        self._store = store
        self.model_key, self._outdated = self._find_model(store)

    def _find_model(self, store: Store) -> tuple[int, tuple[int, ...]]:
        """The number of the model, and those of the same weights by other builds or behind other
        prefixes, whose blocks are of no use here and give way first."""
        find = "SELECT key FROM model WHERE (fingerprint, build, prefix) = (?, ?, ?)"
        row = store.row(find, self._identity)
        if row is None:
            with store.writing("beginning a model's blocks") as connection:
                connection.execute(
                    "INSERT OR IGNORE INTO model (fingerprint, build, prefix) VALUES (?, ?, ?)",
                    self._identity,
                )
            row = store.row(find, self._identity)
        assert row is not None
        same_weights = "SELECT key FROM model WHERE fingerprint = ? AND key != ?"
        outdated = store.rows(same_weights, (self._identity[0], row[0]))
        return int(row[0]), tuple(int(key) for (key,) in outdated)

    def _put(
        self,
        connection: apsw.Connection,
        document_id: str,
        block: Encoded,
        uses: float,
        place: float,
    ) -> None:
        """Keep a block in place of the passage's earlier one, whose uses count on; where there is
        no room for it, the earlier one stays."""
        now = time.time()
        key = (self.model_key, document_id, block.passage)
        earlier: list[Any] = connection.execute(
            f"SELECT key, uses * {_FADED} FROM block "
            "WHERE model = ?3 AND document = ?4 AND passage = ?5",
            (now, HALF_LIFE_SECONDS, *key),
        ).fetchall()
        replaced, faded = earlier[0] if earlier else (None, 0.0)
        uses += faded
        worth, size = uses + place, len(block.data)
        if _make_room(connection, size, worth, self.budget, now, replaced, self._outdated):
            connection.execute("DELETE FROM block WHERE key = ?", (replaced,))
            connection.execute(
                "INSERT INTO block (model, document, passage, bytes, tokens, uses, place, used, "
                "data) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*key, len(block.data), block.tokens, uses, place, now, block.data),
            )

    def _put_reading(self, connection: apsw.Connection, document_id: str, reading: Reading) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO reading VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.model_key,
                document_id,
                reading.window,
                reading.passages,
                reading.tokens,
                reading.seconds,
                reading.finished,
                reading.state,
                reading.state_check,
            ),
        )


def checksum(file: Path) -> int:
    """CRC-32 of a file."""
    value = 0
    with file.open("rb") as source:
        while chunk := source.read(2**20):
            value = zlib.crc32(chunk, value)
    return value


def _make_room(
    connection: apsw.Connection,
    size: int,
    worth: float,
    budget: int,
    now: float,
    replaced: int | None,
    outdated: Sequence[int],
) -> bool:
    """Drop what is worth less than a new block until it fits in place of the one with the key
    ``replaced``, if any; says whether it does.

    A block is worth its uses as evidence and its place, halved with every half-life since it
    was made or used last; one of the models with the keys ``outdated`` nothing.
    """
    total: Any = connection.execute(
        "SELECT coalesce(sum(bytes), 0) FROM block WHERE key IS NOT ?", (replaced,)
    ).fetchall()[0][0]
    over = total + size - budget
    if over <= 0:
        return True
    useless = f"model IN ({', '.join(map(str, outdated))})"
    their_worth = f"iif({useless}, 0, (uses + place) * {_FADED})"
    poorest: list[Any] = connection.execute(
        f"SELECT key, bytes FROM block WHERE {their_worth} < ?3 AND key IS NOT ?4 "
        f"ORDER BY {their_worth}, key DESC",
        (now, HALF_LIFE_SECONDS, worth, replaced),
    ).fetchall()
    dropped = []
    for key, freed in poorest:
        if over <= 0:
            break
        dropped.append((key,))
        over -= freed
    if over > 0:
        return False
    connection.executemany("DELETE FROM block WHERE key = ?", dropped)
    return True


def _place(passage: int) -> float:
    """What a passage is worth by its place alone, from 0 to 1, so that those which stay are
    spread evenly over the text: the number's bits in reverse order (van der Corput, 1935)."""
    value, weight = 0.0, 0.5
    while passage:
        value += weight * (passage & 1)
        passage >>= 1
        weight /= 2
    return 1 - value
