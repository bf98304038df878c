"""A GGUF embedding model: what it is given, and which files are refused."""

from __future__ import annotations

import ctypes
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from longread.engine import native
from longread.engine.embedding import GgufEmbedder
from longread.errors import ModelDamaged
from tests.quick.engine.gguf_file import gguf

BEGIN, END = 101, 102
TRAINED = 10


class Library:
    """As much of llama.cpp as embedding needs: one token a byte, one axis for each number of
    tokens that is read at once."""

    llama_token = ctypes.c_int32
    LLAMA_POOLING_TYPE_NONE, LLAMA_POOLING_TYPE_MEAN, LLAMA_POOLING_TYPE_RANK = 0, 1, 4

    def __init__(self) -> None:
        self.read: list[list[int]] = []
        self._vector = (ctypes.c_float * (TRAINED + 1))()

    def __getattr__(self, name: str) -> Any:
        return {
            "llama_context_default_params": SimpleNamespace,
            "llama_pooling_type": lambda context: self.LLAMA_POOLING_TYPE_MEAN,
            "llama_model_n_ctx_train": lambda model: TRAINED,
            "llama_model_n_embd": lambda model: TRAINED + 1,
        }.get(name, lambda *arguments: 1)

    def llama_tokenize(
        self, _: Any, data: bytes, size: int, buffer: Any, room: int, around: bool, special: bool
    ) -> int:
        tokens = [BEGIN, *data, END] if around else list(data)
        buffer[: len(tokens)] = tokens
        return len(tokens)

    def llama_batch_init(self, tokens: int, width: int, runs: int) -> Any:
        return SimpleNamespace(
            token=[0] * tokens,
            pos=[0] * tokens,
            n_seq_id=[0] * tokens,
            seq_id=[[0] for _ in range(tokens)],
            logits=[0] * tokens,
        )

    def llama_encode(self, context: Any, batch: Any) -> int:
        self.read.append(batch.token)
        self._vector[:] = [float(at == len(batch.token)) for at in range(TRAINED + 1)]
        return 0

    llama_decode = llama_encode

    def llama_get_embeddings_seq(self, context: Any, run: int) -> Any:
        return ctypes.addressof(self._vector)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    fake = Library()
    monkeypatch.setattr(native, "_loaded", fake)
    return fake


def embedder(folder: Path) -> GgufEmbedder:
    file = folder / "model.gguf"
    file.write_bytes(gguf())
    return GgufEmbedder(file)


def test_a_text_stands_between_the_tokens_that_begin_and_end_one(
    library: Library, tmp_path: Path
) -> None:
    embedder(tmp_path).embed_query("tide")
    assert library.read == [[BEGIN, *b"tide", END]]


def test_each_piece_of_a_long_text_stands_between_them(library: Library, tmp_path: Path) -> None:
    (row,) = embedder(tmp_path).embed_passages(["abcdefghijklmnop"])
    assert library.read == [[BEGIN, *b"abcdefgh", END], [BEGIN, *b"ijklmnop", END]]
    assert np.linalg.norm(row) == pytest.approx(1)


def test_why_a_whole_file_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged, match=r"could not load .*architecture"):
        embedder(tmp_path).embed_query("tide")


def test_a_file_that_is_cut_off_is_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "cut.gguf"
    file.write_bytes(gguf()[:-10])
    with pytest.raises(ModelDamaged, match=r"cut\.gguf") as caught:
        GgufEmbedder(file)
    assert "--embedder" in caught.value.hint
