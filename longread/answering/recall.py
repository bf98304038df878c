"""Evidence from memory: blocks put back instead of their text read again.

What a block was computed behind is not what it is put behind, so answers from blocks alone are
a little poorer than from the text. The best passages are therefore read again, next to the
question (docs/benchmarks.md has the figures).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from longread.answering.evidence import Evidence, arrange, material
from longread.answering.prompts import Material
from longread.document import Document
from longread.engine.block import Block
from longread.engine.protocol import StreamingModel
from longread.memory.blocks import BlockMemory

READ_AGAIN = 1
"""How many of the best passages are read again as text."""


class Recall:
    """The use of the block memory by one model. ``read_again`` passages, the best ones, are
    read from the text all the same."""

    def __init__(
        self, blocks: BlockMemory, model: StreamingModel, read_again: int = READ_AGAIN
    ) -> None:
        self._blocks = blocks
        self._model = model
        self._read_again = read_again
        self._last: tuple[list[Evidence], Material] | None = None

    def material(self, evidence: Sequence[Evidence], documents: Mapping[str, Document]) -> Material:
        """Evidence as the model is given it, with the blocks that are kept for it."""
        ordered = arrange(evidence, self._read_again)
        recalled = {item.label for item in ordered[: len(ordered) - self._read_again]}

        def block_of(item: Evidence) -> Block | None:
            if item.label not in recalled:
                return None
            return self._blocks.get(item.document_id, item.passage.number)

        given = Material(material(ordered, documents, block_of), self._blocks.prefix())
        self._last = ordered, given
        return given

    def keep(self) -> None:
        """Keep what the model computed for the last material, and note what was used."""
        if self._last is None:
            return
        (ordered, given), self._last = self._last, None
        made = self._model.blocks(given.without_numbers().asked(""))
        if made[0] is not None:
            self._blocks.keep_prefix(made[0])
        used: dict[str, list[int]] = defaultdict(list)
        fresh: dict[str, list[tuple[int, Block]]] = defaultdict(list)
        for item, block in zip(ordered, made[1:], strict=True):
            number = item.passage.number
            used[item.document_id].append(number)
            if block is not None:
                fresh[item.document_id].append((number, block))
        for document_id, numbers in used.items():
            # What the reading pass made, with its neighbours in view, is the better one.
            known = set(self._blocks.passages(document_id)) if document_id in fresh else set()
            new = [item for item in fresh[document_id] if item[0] not in known]
            made_now = [self._blocks.encode(number, block) for number, block in new]
            self._blocks.keep(document_id, made_now, used=True)
            self._blocks.mark_used(document_id, set(numbers) - {number for number, _ in new})
