"""The passages of one document as a writer gives them to the model, from what was kept of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from longread.document import Document, Passage
from longread.engine.codec import AnyBlock
from longread.memory.blocks import BlockMemory
from longread.reading.frame import Material, material_of


class Given:
    """A document with its passages; ``blocks`` spare the model reading them again."""

    def __init__(
        self,
        document_id: str,
        document: Document,
        passages: Sequence[Passage],
        blocks: BlockMemory | None,
    ) -> None:
        self._document_id = document_id
        self._document = document
        self._passages = passages
        self._blocks = blocks

    @property
    def folder(self) -> Path | None:
        """Where who asks about it says so, if it has blocks at all."""
        return self._blocks.folder if self._blocks is not None else None

    def material(self, numbers: Iterable[int]) -> Material:
        """The passages with these numbers, with the blocks that there are of them."""
        passages = [self._passages[number - 1] for number in numbers]
        return material_of(self._document, passages, self._block)

    def _block(self, number: int) -> AnyBlock | None:
        return self._blocks.get(self._document_id, number) if self._blocks is not None else None
