"""A book of forty passages, and a scripted model that read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from longread.engine.fake import ScriptedModel
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.reading.reader import Reader
from tests.quick.memory.books import long_book, sha256

PASSAGES = 40


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library.db") as opened:
        text = long_book(PASSAGES)
        opened.add(text, sha256(text))
        yield opened


@pytest.fixture
def blocks(tmp_path: Path) -> Iterator[BlockMemory]:
    with BlockMemory(tmp_path / "blocks.db", fingerprint="f", build="b", prefix="p") as opened:
        yield opened


def read(library: Library, blocks: BlockMemory, until: int = PASSAGES) -> ScriptedModel:
    """Read so many passages or, as some are read together, a few more."""
    (record,) = library.documents()
    model = ScriptedModel(streams=True)
    going = Reader(library, blocks, model, record.id).run()
    for progress in going:
        if progress.passages >= until:
            break
    going.close()
    return model
