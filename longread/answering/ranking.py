"""Ranking what was looked up by what a question makes of it inside the model.

Many passages stand before the question together, and its attention to each of them is compared;
the best few then stand before it each alone: a probe of the hidden state behind it tells how likely
that passage answers it, and the model how likely it would ask this there. All of it needs the
passages' blocks, and no word is written. What each shows is weighed as log-odds, and added up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from longread.answering import prompts
from longread.answering.evidence import Candidate
from longread.answering.lookup import FUSION_CONSTANT, fuse
from longread.answering.texts import Texts
from longread.engine.codec import AnyBlock
from longread.engine.insight import Insight
from longread.engine.protocol import Part, StreamingModel
from longread.errors import EngineCrashed, ModelError
from longread.memory.blocks import BlockMemory
from longread.reading.frame import Material, passage_text

Shown = TypeVar("Shown")

RANKED = 32
"""How many of the looked up passages are ranked by attention."""

JUDGED, JUDGED_UNATTENDED = 12, 16
"""How many of the best of those are judged, each alone before the question; and how many where
attention does not show which they are."""

LEAST_RANKED = 8
"""With blocks of fewer of them, ranking would change little."""

RANK_WEIGHT = 7.0
"""What counts of a passage's place in what was looked up, of 1 / (constant of fusion + rank). This
and the weights below were fitted together, by a conditional logit: how likely a passage is the one
that answers falls by these log-odds (docs/benchmarks/looking-up.md)."""

ATTENTION_WEIGHT = 0.6
"""The same of the logarithm of the attention that it is paid, summed over the heads."""

ATTENTION_WEIGHT_AMONG = 0.1
"""The same over several documents: attention does not see which of them a question means."""

LEAST_ATTENTION = 1e-3
"""What is paid less counts as much."""

PROBE_WEIGHT = 1.1
"""The same of the log-odds that a probe of the hidden states behind it gives."""

LIKELIHOOD_WEIGHT = 0.1
"""The same of the question's log-likelihood behind it. A model is far too sure of words."""

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
        # What was computed for a passage that the reader's place cuts is of all of it.
        last = texts.last
        whole = [one for one in candidates if one.passage <= last.get(one.document_id, one.passage)]
        blocks = self.blocks_of(whole)
        stood = [item.key for item in candidates if item.key in blocks]
        odds = {
            key: RANK_WEIGHT / (FUSION_CONSTANT + rank) for rank, key in enumerate(stood, start=1)
        }
        paid = self.attention(question, blocks, texts)
        weight = ATTENTION_WEIGHT if _of_one_document(paid) else ATTENTION_WEIGHT_AMONG
        for key, share in paid.items():
            odds[key] += weight * math.log(max(share, LEAST_ATTENTION))
        stood.sort(key=lambda key: -odds[key])
        best = stood[: JUDGED if paid else JUDGED_UNATTENDED]
        judged = self.judge(question, {key: blocks[key] for key in best}, texts)
        if not (paid or judged):
            return list(candidates)
        for key, (relevance, likelihood) in judged.items():
            odds[key] += PROBE_WEIGHT * relevance + LIKELIHOOD_WEIGHT * likelihood
        stood.sort(key=lambda key: (key not in judged, -odds[key]))
        return [
            replace(item, relevance=judged[item.key][0] if item.key in judged else None)
            for item in _placed(candidates, stood)
        ]

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

    def attention(
        self, question: str, blocks: Mapping[Key, AnyBlock], texts: Texts
    ) -> dict[Key, float]:
        """How much attention the question pays to each of some passages, with their blocks, in
        shares of all of it that are summed over the heads; none where no heads are known, the
        passages are too few, or the model does not show its attention.

        Raises:
            EngineCrashed: its process ended.
        """
        if not self._heads or len(blocks) < LEAST_RANKED:
            return {}
        keys, given = self._given(blocks, texts)
        asked = prompts.question_alone(given, question)
        nothing = prompts.question_alone(given.without_numbers(), NO_CONTENT)
        found = _shown(lambda: self._model.attention(asked, self._heads, nothing))
        if found is None:
            return {}
        return dict(zip(keys, map(float, found.sum(axis=0)), strict=True))

    def judge(
        self, question: str, blocks: Mapping[Key, AnyBlock], texts: Texts
    ) -> dict[Key, tuple[float, float]]:
        """The log-odds that each of some passages, with their blocks, answers the question, read
        alone, and the question's log-likelihood behind it; none where no probe is known, they are
        too few, or the model does not show its states.

        Raises:
            EngineCrashed: its process ended.
        """
        if self._probe is None or len(blocks) < LEAST_RANKED:
            return {}
        keys, given = self._given(blocks, texts)
        asked, layers = prompts.question_alone(given, question), self._probe.layers
        found = _shown(lambda: self._model.likelihood(asked, layers))
        if found is None:
            return {}
        states, likely = found
        relevance = map(float, self._probe.judge(states))
        return dict(zip(keys, zip(relevance, map(float, likely), strict=True), strict=True))

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


def _of_one_document(keys: Iterable[Key]) -> bool:
    return len({document_id for document_id, _ in keys}) == 1


def _shown(look: Callable[[], Shown]) -> Shown | None:
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


def _placed(candidates: Sequence[Candidate], ranked: Sequence[Key]) -> list[Candidate]:
    """Candidates with those that were ranked in their new order, the others where they are."""
    seen, anew = set(ranked), iter(ranked)
    # By itself, for scores that fall along it.
    return fuse([[next(anew) if item.key in seen else item.key for item in candidates]])
