"""Evidence from memory: blocks put back instead of their text read again.

What a block was computed behind is not what it is put behind, so answers from blocks alone are
a little poorer than from the text. Where they leave a doubt, a few sentences of the best passage
are therefore read again, next to the question (docs/benchmarks.md has the figures).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from longread.answering import prompts
from longread.answering.evidence import Candidate, Evidence, arrange, material, once_more
from longread.answering.lookup import fuse
from longread.answering.support import excerpt
from longread.document import Document, Passage
from longread.engine.block import Block
from longread.engine.codec import AnyBlock
from longread.engine.protocol import Part, StreamingModel
from longread.errors import EngineCrashed, ModelError
from longread.memory.blocks import BlockMemory
from longread.reading.frame import Material, passage_text

READ_AGAIN_WORDS = 50
"""How much of the best passage is read again as text where blocks leave a doubt. All of it takes
longer, and answers are no better (docs/benchmarks.md)."""

RANKED = 32
"""How many of the looked up passages are ranked by attention."""

LEAST_RANKED = 8
"""With blocks of fewer of them, ranking would change little."""

ATTENTION_WEIGHT = 4.0
"""What the ranking by attention weighs against that of looking up (docs/benchmarks.md)."""

ATTENTION_WEIGHT_AMONG = 0.5
"""The same over several documents: attention does not see which of them a question means."""

NO_CONTENT = "N/A"
"""The question whose attention is taken off: some passages draw attention anyway."""

_ROOM_TOKENS = 512


class Recall:
    """The use of the block memory by one model. With ``read_again``, some of the best passage
    is read from the text too where there is a doubt; ``heads`` are those by whose attention
    passages are ranked, if any."""

    def __init__(
        self,
        blocks: BlockMemory,
        model: StreamingModel,
        *,
        read_again: bool = True,
        heads: Sequence[tuple[int, int]] = (),
    ) -> None:
        self._blocks = blocks
        self._model = model
        self._read_again = read_again
        self._heads = tuple(heads)
        self._last: tuple[list[Evidence], Material] | None = None

    def block(self, document_id: str, number: int) -> AnyBlock | None:
        """The block of a passage, if it has one."""
        return self._blocks.get(document_id, number)

    def rank(
        self,
        question: str,
        candidates: Sequence[Candidate],
        documents: Mapping[str, Document],
        passages: Mapping[str, Sequence[Passage]],
    ) -> list[Candidate]:
        """Rank candidates anew: how they were looked up, fused with the attention that the
        question pays to them when it is read behind their blocks. Those without a block keep their
        places: nothing is known against them, and of a text that is being read they are most."""
        by_attention = self.by_attention(question, candidates, documents, passages)
        if not by_attention:
            return list(candidates)
        looked_up = [item.key for item in candidates]
        seen = set(by_attention)
        alone = len({document_id for document_id, _ in seen}) == 1
        weight = ATTENTION_WEIGHT if alone else ATTENTION_WEIGHT_AMONG
        fused = fuse([[key for key in looked_up if key in seen], by_attention], (1.0, weight))
        anew = iter(fused)
        # By itself, for scores that fall along it.
        return fuse([[next(anew).key if key in seen else key for key in looked_up]])

    def by_attention(
        self,
        question: str,
        candidates: Sequence[Candidate],
        documents: Mapping[str, Document],
        passages: Mapping[str, Sequence[Passage]],
    ) -> list[tuple[str, int]]:
        """Document and number of the candidates that have blocks, those to which the question
        pays most attention first; none where no heads are known, too few have blocks, or the
        model does not show its attention.

        Raises:
            EngineCrashed: its process ended.
        """
        blocks = self._blocks_of(candidates[:RANKED]) if self._heads else {}
        if len(blocks) < LEAST_RANKED:
            return []
        order = {document_id: place for place, document_id in enumerate(documents)}
        keys = sorted(blocks, key=lambda key: (order[key[0]], key[1]))
        pieces = tuple(
            Part(
                passage_text(documents[document_id], passages[document_id][number - 1]),
                blocks[document_id, number],
            )
            for document_id, number in keys
        )
        given = Material(pieces, self._blocks.prefix())
        try:
            found = self._model.attention(
                prompts.question_alone(given, question),
                self._heads,
                prompts.question_alone(given.without_numbers(), NO_CONTENT),
            ).sum(axis=0)
        except EngineCrashed:
            raise
        except ModelError:
            return []
        return [key for _, key in sorted(zip(-found, keys, strict=True))]

    def _blocks_of(self, candidates: Sequence[Candidate]) -> dict[tuple[str, int], AnyBlock]:
        """The blocks of the candidates that have one, as many as fit into the context."""
        room = self._model.info.context - _ROOM_TOKENS
        found: dict[tuple[str, int], AnyBlock] = {}
        for item in candidates:
            block = self.block(*item.key)
            if block is not None and len(block.tokens) <= room:
                found[item.key] = block
                room -= len(block.tokens)
        return found

    def material(
        self, evidence: Sequence[Evidence], question: str, documents: Mapping[str, Document]
    ) -> Material:
        """Evidence as the model is given it, with the blocks that are kept for it."""
        if self._read_again and evidence:
            best_last = arrange(evidence, 1)
            best = best_last[-1]
            if self.block(best.document_id, best.passage.number) is not None:
                given = self.recalled(evidence, documents)
                return self.doubted(given, evidence, question, documents)
            # The best passage is read anyway, and so right before the question.
            evidence = best_last
        given = self.recalled(evidence, documents)
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
        given = self.recalled(evidence, documents)
        if any(isinstance(piece, Part) and piece.block is None for piece in given.pieces):
            return None
        self._last = list(evidence), given
        return given

    def recalled(self, evidence: Sequence[Evidence], documents: Mapping[str, Document]) -> Material:
        """Evidence of which nothing is read again, for another look; ``keep`` is not about it."""

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
