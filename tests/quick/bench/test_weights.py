"""Measurements that make their contexts themselves, with a model that cannot be loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from longread.bench import perplexity, reading
from longread.bench.samples import make_text
from longread.errors import ModelDamaged, ModelError, ModelNotFound
from tests.quick.engine.gguf_file import gguf


@pytest.mark.parametrize(
    ("data", "error"),
    [(None, ModelNotFound), (b"no model", ModelDamaged), (gguf(), ModelError)],
    ids=["missing", "foreign", "no language model"],
)
def test_a_model_that_cannot_be_loaded_is_said(
    data: bytes | None, error: type[ModelError], tmp_path: Path
) -> None:
    model, text = tmp_path / "tiny.gguf", tmp_path / "text.txt"
    if data is not None:
        model.write_bytes(data)
    make_text(text, 2_000)
    with pytest.raises(error, match=r"tiny\.gguf"):
        perplexity.measure(model, text.read_text("utf-8"), perplexity.Setup(1_000))
    with pytest.raises(error, match=r"tiny\.gguf"):
        reading.measure(model, text)
