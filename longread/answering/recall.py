"""Evidence from memory: blocks put back instead of their text read again.

What a block was computed behind is not what it is put behind, so answers from blocks alone are
a little poorer than from the text. Where they leave a doubt, a few sentences of the best passage
are therefore read again, next to the question (docs/benchmarks/blocks.md has the figures).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from longread.answering.evidence import Evidence, arrange, material, once_more
from longread.answering.support import excerpt
from longread.document import Document
from longread.engine.block import Block
from longread.engine.codec import AnyBlock
from longread.engine.protocol import Part, StreamingModel
from longread.memory.blocks import BlockMemory
from longread.reading.frame import Material

READ_AGAIN_WORDS = 50
"""How much of the best passage is read again as text where blocks leave a doubt. All of it takes
longer, and answers are no better (docs/benchmarks/blocks.md)."""


class Recall:
    """The use of the block memory by one model. With ``read_again``, some of the best passage
    is read from the text too where there is a doubt. Behind the ``last`` passages, where they are
    given by document, no block is put back or kept: passages may be cut off there."""

    def __init__(
        self,
        blocks: BlockMemory,
        model: StreamingModel,
        *,
        read_again: bool = True,
        last: Mapping[str, int] | None = None,
    ) -> None:
        self._blocks = blocks
        self._model = model
        self._read_again = read_again
        self._last_whole = last or {}
        self._last: tuple[list[Evidence], Material] | None = None

    def block(self, document_id: str, number: int) -> AnyBlock | None:
        """The block of a passage, if it has one."""
        return self._blocks.get(document_id, number) if self._whole(document_id, number) else None

    def _whole(self, document_id: str, number: int) -> bool:
        return number <= self._last_whole.get(document_id, number)

    def material(
        self, evidence: Sequence[Evidence], question: str, documents: Mapping[str, Document]
    ) -> Material:
        """Evidence as the model is given it, with the blocks that are kept for it."""
        if self._read_again and evidence:
            best_last = arrange(evidence, 1)
            best = best_last[-1]
            if self.block(best.document_id, best.passage.number) is not None:
                given = self._recalled(evidence, documents)
                return self.doubted(given, evidence, question, documents)
            # The best passage is read anyway, and so right before the question.
            evidence = best_last
        given = self._recalled(evidence, documents)
        self._last = list(evidence), given
        return given

    def doubted(
        self,
        given: Material,
        evidence: Sequence[Evidence],
        question: str,
        documents: Mapping[str, Document],
    ) -> Material:
        """Evidence that was given, with some of the best passage read again behind it."""
        given = replace(given, pieces=(*given.pieces, read_again(evidence, question, documents)))
        self._last = list(evidence), given
        return given

    def unread(
        self, evidence: Sequence[Evidence], documents: Mapping[str, Document]
    ) -> Material | None:
        """Evidence of which nothing is read again, to see whether that is enough; none where some
        of it has no block, or where nothing would be read again anyway."""
        if not (self._read_again and evidence):
            return None
        given = self._recalled(evidence, documents)
        if any(isinstance(piece, Part) and piece.block is None for piece in given.pieces):
            return None
        self._last = list(evidence), given
        return given

    def _recalled(
        self, evidence: Sequence[Evidence], documents: Mapping[str, Document]
    ) -> Material:
        """Evidence with its blocks, of which nothing is read again."""

        def block_of(item: Evidence) -> AnyBlock | None:
            return self.block(item.document_id, item.passage.number)

        return Material(material(evidence, documents, block_of), self._blocks.prefix())

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
            if not self._whole(item.document_id, number):
                continue
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


def read_again(
    evidence: Sequence[Evidence], question: str, documents: Mapping[str, Document]
) -> str:
    """What of the best passage the model is given once more, behind all of the evidence."""
    best = arrange(evidence, 1)[-1]
    document = documents[best.document_id]
    span = excerpt(document, best.passage, question, READ_AGAIN_WORDS)
    return once_more(best, span, documents)
