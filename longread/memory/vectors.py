"""Meaning vectors in the store: int8 with one scale a vector, scanned by numpy.

A batch of passages is one row, committed by itself, so that an interrupted run goes on
where it stopped. A vector's largest component becomes ±127: the error of a cosine stays
under 0.01, at a quarter of the bytes of float32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from longread.errors import LibraryDamaged
from longread.memory.recent import Recent

if TYPE_CHECKING:
    import apsw

    from longread.memory.store import Store

CACHE_BYTES = 64 * 2**20
"""Vectors kept in memory between questions."""

Vectors = NDArray[np.float32]
"""One vector, or one in each row."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The vectors of one document: ``codes`` (n x dimension), ``scales`` (n), and the
    passage number of each row."""

    codes: NDArray[np.int8]
    scales: NDArray[np.float32]
    numbers: NDArray[np.int64]

    def scores(self, query: Vectors) -> Vectors:
        """Cosines of every row with a normalised query vector."""
        dots: Vectors = self.codes.astype(np.float32) @ query
        return dots * self.scales


def quantise(vectors: Vectors) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Codes and scales of normalised vectors; code times scale is about the vector."""
    largest = np.maximum(np.abs(vectors).max(axis=1), 1e-12)
    scales = (largest / 127).astype(np.float32)
    codes = np.rint(vectors / scales[:, None]).astype(np.int8)
    return codes, scales


class VectorCache:
    """Loads a document's vectors once, and again when there are more of them."""

    def __init__(self) -> None:
        self._kept = Recent[tuple[int, str], Matrix](CACHE_BYTES, lambda one: one.codes.nbytes)

    def load(self, store: Store, key: int, embedder_id: str) -> Matrix | None:
        """The vectors of a document by its key; None where it has none yet."""
        count = count_of(store, key, embedder_id)
        if not count:
            return None
        kept = self._kept.get((key, embedder_id))
        if kept is None or len(kept.numbers) != count:
            kept = _read(store, key, embedder_id)
            if kept is not None:
                self._kept.keep((key, embedder_id), kept)
        return kept


def count_of(store: Store, key: int, embedder_id: str) -> int:
    """How many passages of a document have vectors of an embedder."""
    row = store.row(
        "SELECT coalesce(sum(count), 0) FROM vectors WHERE document = ? AND embedder = ?",
        (key, embedder_id),
    )
    return int(row[0]) if row is not None else 0


def search(
    store: Store,
    cache: VectorCache,
    query: Vectors,
    documents: Mapping[int, int],
    limit: int,
    embedder_id: str,
) -> list[tuple[int, int, float]]:
    """Rank passages by cosine: (key, passage number, score), best first. ``documents`` are
    keys with the number of the last passage to look at."""
    norm = float(np.linalg.norm(query))
    query = np.asarray(query, dtype=np.float32) / (norm or 1.0)
    found: list[tuple[int, int, float]] = []
    for key, last in documents.items():
        matrix = cache.load(store, key, embedder_id)
        if matrix is None or matrix.codes.shape[1] != len(query):
            continue
        # Numbers ascend, so that those up to the last one stand at the front.
        scores = matrix.scores(query)[: np.searchsorted(matrix.numbers, last, side="right")]
        best = np.argsort(-scores, kind="stable")[:limit]
        found += [(key, int(matrix.numbers[row]), float(scores[row])) for row in best]
    found.sort(key=lambda item: -item[2])
    return found[:limit]


def save(
    connection: apsw.Connection, key: int, embedder_id: str, first: int, vectors: Vectors
) -> None:
    """Store the vectors of passages from number ``first`` on, within the caller's
    transaction; what another process stored meanwhile stays, being as good."""
    codes, scales = quantise(vectors)
    data = scales.astype("<f4").tobytes() + codes.tobytes()
    connection.execute(
        "INSERT OR IGNORE INTO vectors VALUES (?, ?, ?, ?, ?, ?)",
        (key, embedder_id, first, codes.shape[0], codes.shape[1], data),
    )


def _read(store: Store, key: int, embedder_id: str) -> Matrix | None:
    rows = store.rows(
        "SELECT first, count, dimension, data FROM vectors "
        "WHERE document = ? AND embedder = ? ORDER BY first",
        (key, embedder_id),
    )
    if not rows:
        return None
    codes, scales, numbers = [], [], []
    for first, count, dimension, data in rows:
        if len(data) != count * (4 + dimension) or dimension != rows[0][2]:
            raise LibraryDamaged(
                "The stored vectors of a document have a wrong size.",
                hint="Remove the document from the library and read it again.",
            )
        scales.append(np.frombuffer(data, "<f4", count))
        codes.append(np.frombuffer(data, np.int8, offset=4 * count).reshape(count, dimension))
        numbers.append(np.arange(first, first + count))
    return Matrix(np.concatenate(codes), np.concatenate(scales), np.concatenate(numbers))
