"""Other weights are another model, also under the same name and of the same size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from longread.engine.embedding import GgufEmbedder
from longread.engine.fingerprint import HEAD_BYTES, fingerprint
from longread.engine.llama import LlamaModel
from tests.quick.engine.gguf_file import gguf

WEIGHTS = 12 * HEAD_BYTES
LAYER = HEAD_BYTES // 4


class Unloaded(LlamaModel):
    """A model whose file is looked at and not loaded."""

    def _load(self, path: Path, warnings: list[str]) -> None:
        self._model = loaded(warnings=(), heads=1, token_bytes=1, layers=1)
        self._context = loaded(size=512, streaming="none")
        self._prompt = loaded()


def loaded(**facts: Any) -> Any:
    return SimpleNamespace(close=lambda: None, **facts)


def of_model(file: Path) -> str:
    model = Unloaded(file)
    model.close()
    return model.info.fingerprint


def of_embedder(file: Path) -> str:
    return GgufEmbedder(file).id


@pytest.mark.parametrize("changed", [0, 2 * HEAD_BYTES, 7 * HEAD_BYTES, WEIGHTS - LAYER])
@pytest.mark.parametrize("name_of", [of_model, of_embedder, fingerprint])
def test_weights_that_differ_anywhere_have_another_name(
    tmp_path: Path, name_of: Callable[[Path], str], changed: int
) -> None:
    file = tmp_path / "mine.gguf"
    whole = gguf(tensor_bytes=WEIGHTS, elements=WEIGHTS // 4)
    file.write_bytes(whole)
    before = name_of(file)
    assert name_of(file) == before
    start = len(whole) - WEIGHTS + changed
    file.write_bytes(whole[:start] + b"\1" * LAYER + whole[start + LAYER :])
    assert file.stat().st_size == len(whole)
    assert name_of(file) != before


@pytest.mark.parametrize("size", [0, 1, HEAD_BYTES, HEAD_BYTES + 1, 2 * HEAD_BYTES])
def test_a_file_of_any_size_has_one(tmp_path: Path, size: int) -> None:
    names = set()
    for more in range(2):
        file = tmp_path / f"{more}.gguf"
        file.write_bytes(bytes(size + more))
        names.add(fingerprint(file))
    assert len(names) == 2
