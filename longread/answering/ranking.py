"""Ranking what was looked up by what a question makes of it inside the model.

Many passages stand before the question together, and its attention to each of them is compared;
the best few then stand before it each alone, and a probe of the hidden state behind it tells how
likely that passage answers it. Both need the passages' blocks, and no word is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from longread.answering import prompts
from longread.answering.evidence import Candidate
from longread.answering.lookup import fuse
from longread.answering.texts import Texts
from longread.engine.codec import AnyBlock
from longread.engine.insight import Insight
from longread.engine.protocol import Part, StreamingModel
from longread.errors import EngineCrashed, ModelError
from longread.memory.blocks import BlockMemory
from longread.reading.frame import Material, passage_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RANKED = 32
"""How many of the looked up passages are ranked by attention, or by the probe where no heads are
known."""

PROBED = 10
"""How many of the best of those the probe judges."""

LEAST_RANKED = 8
"""With blocks of fewer of them, ranking would change little."""

ATTENTION_WEIGHT = 4.0
"""What the ranking by attention weighs against that of looking up
(docs/benchmarks/looking-up.md)."""

ATTENTION_WEIGHT_AMONG = 0.5
"""The same over several documents: attention does not see which of them a question means."""

PROBE_WEIGHT, PROBE_WEIGHT_ALONE = 1.0, 4.0
"""What the probe weighs against the ranking before it: behind attention, and alone."""

NO_CONTENT = "N/A"
"""The question whose attention is taken off: some passages draw attention anyway."""

_ROOM_TOKENS = 512

Key = tuple[str, int]
"""A document's id and the number of one of its passages."""


class Ranker:
    """Ranks passages that have blocks by what the ``insight`` into one model shows."""

    def __init__(
        self,
        blocks: BlockMemory,
        model: StreamingModel,
        insight: Insight,
    ) -> None:
        self._blocks = blocks
        self._model = model
        self._heads = insight.heads
        self._probe = insight.probe

    def rank(self, question: str, candidates: Sequence[Candidate], texts: Texts) -> list[Candidate]:
        """Rank candidates anew, those that were judged with their ``relevance``. Those without a
        block keep their places: nothing is known against them, and of a text that is being read
        they are most.

        Raises:
            EngineCrashed: the model's process ended.
        """
        ranked = list(candidates)
        # What was computed for a passage that the reader's place cuts is of all of it.
        blocks = self.blocks_of(
            [one for one in ranked if one.passage <= texts.last.get(one.document_id, one.passage)]
        )
        by_attention = self.by_attention(question, blocks, texts)
        if by_attention:
            alone = len({document_id for document_id, _ in by_attention}) == 1
            weight = ATTENTION_WEIGHT if alone else ATTENTION_WEIGHT_AMONG
            ranked = _anew(ranked, by_attention, weight)
            best = {item.key for item in ranked[:PROBED]}
            blocks = {key: block for key, block in blocks.items() if key in best}
        relevance = self.relevance(question, blocks, texts)
        if not relevance:
            return ranked
        judged = sorted(relevance, key=lambda key: -relevance[key])
        ranked = _anew(ranked, judged, PROBE_WEIGHT if by_attention else PROBE_WEIGHT_ALONE)
        return [replace(item, relevance=relevance.get(item.key)) for item in ranked]

    def blocks_of(self, candidates: Sequence[Candidate]) -> dict[Key, AnyBlock]:
        """The blocks of the best candidates, by document and number: of those that have one, as
        many as fit into the context together."""
        room = self._model.info.context - _ROOM_TOKENS
        found: dict[Key, AnyBlock] = {}
        if self._heads or self._probe is not None:
            for item in candidates[:RANKED]:
                block = self._blocks.get(*item.key)
                if block is not None and len(block.tokens) <= room:
                    found[item.key] = block
                    room -= len(block.tokens)
        return found

    def by_attention(
        self, question: str, blocks: Mapping[Key, AnyBlock], texts: Texts
    ) -> list[Key]:
        """Document and number of passages with their blocks, those to which the question pays most
        attention first; none where no heads are known, the passages are too few, or the model does
        not show its attention.

        Raises:
            EngineCrashed: its process ended.
        """
        if not self._heads or len(blocks) < LEAST_RANKED:
            return []
        keys, given = self._given(blocks, texts)
        asked = prompts.question_alone(given, question)
        nothing = prompts.question_alone(given.without_numbers(), NO_CONTENT)
        found = _shown(lambda: self._model.attention(asked, self._heads, nothing))
        if found is None:
            return []
        return [key for _, key in sorted(zip(-found.sum(axis=0), keys, strict=True))]

    def relevance(
        self, question: str, blocks: Mapping[Key, AnyBlock], texts: Texts
    ) -> dict[Key, float]:
        """The log-odds that each of some passages, with their blocks, answers the question, read
        alone; none where no probe is known, they are too few, or the model does not show its
        states.

        Raises:
            EngineCrashed: its process ended.
        """
        if self._probe is None or len(blocks) < LEAST_RANKED:
            return {}
        keys, given = self._given(blocks, texts)
        asked, layers = prompts.question_alone(given, question), self._probe.layers
        found = _shown(lambda: self._model.states(asked, layers))
        if found is None:
            return {}
        return dict(zip(keys, map(float, self._probe.judge(found)), strict=True))

    def _given(self, blocks: Mapping[Key, AnyBlock], texts: Texts) -> tuple[list[Key], Material]:
        """Passages in the order of the text, and as the model is given them."""
        order = {document_id: place for place, document_id in enumerate(texts.ids)}
        keys = sorted(blocks, key=lambda key: (order[key[0]], key[1]))
        pieces = tuple(
            Part(
                passage_text(texts.documents[document_id], texts.passages[document_id][number - 1]),
                blocks[document_id, number],
            )
            for document_id, number in keys
        )
        return keys, Material(pieces, self._blocks.prefix())


def _shown(look: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32] | None:
    """What a model shows of itself, where it does and there is room for it.

    Raises:
        EngineCrashed: its process ended.
    """
    try:
        return look()
    except EngineCrashed:
        raise
    except ModelError:
        return None


def _anew(candidates: Sequence[Candidate], ranked: Sequence[Key], weight: float) -> list[Candidate]:
    """Candidates anew: those that were ranked by that and by where they stood, the others where
    they are."""
    seen = set(ranked)
    stood = [item.key for item in candidates]
    fused = fuse([[key for key in stood if key in seen], ranked], (1.0, weight))
    anew = iter(fused)
    # By itself, for scores that fall along it.
    return fuse([[next(anew).key if key in seen else key for key in stood]])
