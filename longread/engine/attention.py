"""Reading a model's own attention: queries are caught while it computes, keys are in its cache.

The library calls back for each node of its graph. Of the nodes ``Qcur-<layer>`` the last one of
a batch holds the queries after their rotary embedding, as the cached keys are.
"""

from __future__ import annotations

import ctypes
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longread.engine import native

Head = tuple[int, int]
"""A layer, and the number of a query head in it, both from 0."""

Floats = NDArray[np.float32]

_QUERIES = re.compile(rb"Qcur-(\d+)$")
_ENDINGS = {"darwin": "libggml-base.dylib", "win32": "ggml-base.dll"}


class Watch:
    """Catches queries while the context that was given ``callback`` computes.

    Raises:
        OSError, AttributeError: the library does not offer what is needed.
    """

    def __init__(self) -> None:
        llama = native.library()
        self._layers: frozenset[int] = frozenset()
        self._caught: dict[int, Floats] = {}
        self._base = _base_library(Path(llama.__file__).parent)
        self.callback = llama.ggml_backend_sched_eval_callback(self._see)

    def begin(self, layers: Iterable[int]) -> None:
        """Catch the queries of these layers from now on."""
        self._caught = {}
        self._layers = frozenset(layers)

    def end(self) -> dict[int, Floats]:
        """Stop; returns the last batch's queries by layer, one token's after the other's."""
        self._layers = frozenset()
        return self._caught

    def _see(self, tensor: Any, ask: bool, _data: Any) -> bool:
        match = _QUERIES.match(self._base.ggml_get_name(tensor) or b"") if self._layers else None
        wanted = match is not None and int(match[1]) in self._layers
        if ask:
            # Where nothing is wanted, whole graphs are computed at once.
            return wanted
        if match is not None and wanted:
            size = self._base.ggml_nbytes(tensor)
            queries = np.empty(size // 4, np.float32)
            self._base.ggml_backend_tensor_get(tensor, queries.ctypes.data, 0, size)
            self._caught[int(match[1])] = queries
        return True


def span_attention(
    queries: Mapping[int, Floats],
    keys: Mapping[int, NDArray[np.float16]],
    spans: Sequence[tuple[int, int]],
    heads: Sequence[Head],
    query_heads: int,
    key_heads: int,
    tail: int,
) -> Floats:
    """How much attention the last ``tail`` tokens pay to each span of cached tokens.

    ``queries`` and ``keys`` are by layer; keys have the shape (tokens, key heads × size).
    What stands behind the last span is left out of account. Returns the shape (heads, spans):
    attention summed over a span's tokens, and meant over those of the tail.
    """
    last = max(end for _, end in spans)
    found = np.zeros((len(heads), len(spans)), np.float32)
    edges = np.array([edge for span in spans for edge in span])
    for index, (layer, head) in enumerate(heads):
        cached = keys[layer][:last]
        size = cached.shape[1] // key_heads
        of_head = head // (query_heads // key_heads) * size
        asked = queries[layer].reshape(-1, query_heads, size)[-tail:, head]
        weights = asked @ cached[:, of_head : of_head + size].astype(np.float32).T / np.sqrt(size)
        weights = np.exp(weights - weights.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        sums = np.concatenate([[0.0], np.cumsum(weights.mean(axis=0))])[edges]
        found[index] = sums[1::2] - sums[::2]
    return found


def _base_library(folder: Path) -> Any:
    name = _ENDINGS.get(sys.platform, "libggml-base.so")
    base = ctypes.CDLL(str(folder / "lib" / name))
    base.ggml_get_name.restype = ctypes.c_char_p
    base.ggml_get_name.argtypes = [ctypes.c_void_p]
    base.ggml_nbytes.restype = ctypes.c_size_t
    base.ggml_nbytes.argtypes = [ctypes.c_void_p]
    base.ggml_backend_tensor_get.restype = None
    base.ggml_backend_tensor_get.argtypes = [
        *(ctypes.c_void_p, ctypes.c_void_p),
        *(ctypes.c_size_t, ctypes.c_size_t),
    ]
    return base
