"""Reading a model's own attention: queries and keys are caught while it computes.

The library calls back for each node of its graph. Of the nodes ``Qcur-<layer>`` the last one of
a batch holds the queries after their rotary embedding; of the views ``cache_k_l<layer>``, the last
one is of all keys that they meet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longread.engine.watch import Floats, Watch

Head = tuple[int, int]
"""A layer, and the number of a query head in it, both from 0."""

_QUERIES = re.compile(rb"Qcur-(\d+)$")
_KEYS = re.compile(rb"cache_k_l(\d+) \(view\)$")


@dataclass(slots=True)
class Caught:
    """A batch of ``tokens`` tokens, by layer: their queries, float32, one token's after the
    other's, and the keys before them, float16, one cell's after the other's."""

    tokens: int = 0
    queries: dict[int, Floats] = field(default_factory=dict)
    keys: dict[int, NDArray[np.float16]] = field(default_factory=dict)

    def has(self, layer: int) -> bool:
        """Whether all of a layer was caught."""
        return layer in self.queries and layer in self.keys


class AttentionWatch(Watch):
    """Catches queries and keys of some layers."""

    def __init__(self) -> None:
        super().__init__()
        self._layers: frozenset[int] = frozenset()
        self._least = 0.0
        self._caught = Caught()

    def begin(self, layers: Iterable[int], tokens: int, cells: int, sharing: int) -> None:
        """Catch these layers of a batch of ``tokens`` behind ``cells`` cells; ``sharing`` query
        heads have one key head. Computing ends once the last layer was caught, so that nothing
        of that batch may be used further."""
        self._caught = Caught(tokens)
        self._layers = frozenset(layers)
        # Keys' bytes for each byte of queries, which have twice as many for each number.
        self._least = cells / tokens / sharing / 2
        self.awake = True

    def end(self) -> Caught:
        """Stop; returns the last batch."""
        self.awake = False
        return self._caught

    def wants(self, name: bytes) -> bool:
        """Whether it is a layer's queries or keys."""
        match = _QUERIES.match(name) or _KEYS.match(name)
        return match is not None and int(match[1]) in self._layers

    def take(self, name: bytes, tensor: Any) -> bool:
        """Take queries, or the keys that they meet."""
        if queries := _QUERIES.match(name):
            self._caught.queries[int(queries[1])] = self._read(tensor, np.float32)
            return True
        match = _KEYS.match(name)
        assert match is not None
        layer = int(match[1])
        # A smaller view is of the place where new keys go.
        asked = self._caught.queries.get(layer)
        if asked is not None and self._bytes(tensor) >= self._least * asked.nbytes:
            self._caught.keys[layer] = self._read(tensor, np.float16)
        return not (layer == max(self._layers) and self._caught.has(layer))


def span_attention(
    caught: Caught,
    rows: range,
    spans: Sequence[tuple[int, int]],
    heads: Sequence[Head],
    query_heads: int,
    key_heads: int,
) -> Floats:
    """How much attention the tokens of the batch in ``rows`` pay to each span of cached tokens.

    What stands behind the last span is left out of account. Returns the shape (heads, spans):
    attention summed over a span's tokens, and meant over the batch's.
    """
    last = max(end for _, end in spans)
    found = np.zeros((len(heads), len(spans)), np.float32)
    edges = np.array([edge for span in spans for edge in span])
    widths: dict[tuple[int, int], Floats] = {}
    for index, (layer, head) in enumerate(heads):
        group = head // (query_heads // key_heads)
        if (layer, group) not in widths:
            size = caught.queries[layer].size // caught.tokens // query_heads
            cells = caught.keys[layer].reshape(-1, key_heads, size)[:last]
            widths[layer, group] = cells[:, group].astype(np.float32)
        keys = widths[layer, group]
        size = keys.shape[1]
        asked = caught.queries[layer].reshape(-1, query_heads, size)[rows.start : rows.stop, head]
        weights = asked @ keys.T / np.sqrt(size)
        weights = np.exp(weights - weights.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        sums = np.concatenate([[0.0], np.cumsum(weights.mean(axis=0))])[edges]
        found[index] = sums[1::2] - sums[::2]
    return found
