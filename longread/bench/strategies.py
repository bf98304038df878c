"""Ways of answering that are measured side by side, with one model and one prompt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from longread.answering.asker import Asker
from longread.answering.evidence import Candidate, Evidence
from longread.answering.lookup import fuse
from longread.answering.parts import scope_of
from longread.config import ANSWER_TOKENS, EVIDENCE_TOKENS, READING_WINDOW
from longread.errors import ContextFull

PLAIN_PASSAGES = 6
"""How many passages the strategy ``plain`` gives."""

PLAIN_CONSTANT = 60
"""The constant of reciprocal rank fusion that its paper recommends."""

_FRAME_TOKENS = 512
"""Room in the context for the prompt around the evidence."""

Found = tuple[Sequence[Candidate], tuple[Evidence, ...]]
"""All candidates, best first, and the evidence chosen of them."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way of answering: how it ``find``s evidence for a question.

    With ``reads_before``, it answers from blocks of a reading pass; with ``read_again``, where they
    leave a doubt, some of the best passage is read again. ``by_attention`` ranks by the model's
    attention too, ``by_probe`` by a probe of its hidden states. With ``same_evidence`` all
    questions on a document get the same. ``declines`` where the check finds no answer, beside where
    the model says so. ``budget`` names what limits its tokens: that of the evidence, the window of
    a reading pass, or the model's context.
    """

    find: Callable[[Asker, str], Found]
    reads_before: bool = False
    read_again: bool = True
    by_attention: bool = False
    by_probe: bool = False
    same_evidence: bool = False
    declines: bool = True
    budget: Literal["evidence", "window", "context"] = "evidence"

    def tokens(
        self, evidence: int = EVIDENCE_TOKENS, window: int = READING_WINDOW, context: int = 0
    ) -> int:
        """How many tokens of evidence it may take."""
        room = context - ANSWER_TOKENS - _FRAME_TOKENS
        return {"evidence": evidence, "window": window, "context": room}[self.budget]


def _looked_up(asker: Asker, question: str) -> Found:
    return asker.find(question, scope=scope_of(question, asker.texts))


def plain_ranking(asker: Asker, question: str) -> list[Candidate]:
    """Passages by BM25 and by meaning, fused as the paper on it recommends, and nothing else."""
    hits = [asker.library.search_words(question, asker.texts.ids)]
    if asker.embedder is not None:
        vector = asker.embedder.embed_query(question)
        hits.append(
            asker.library.search_meaning(vector, asker.texts.ids, embedder_id=asker.embedder.id)
        )
    rankings = [[(hit.document_id, hit.passage) for hit in ranking] for ranking in hits]
    return fuse(rankings, constant=PLAIN_CONSTANT)


def _plain(asker: Asker, question: str) -> Found:
    candidates = plain_ranking(asker, question)[:PLAIN_PASSAGES]
    return candidates, asker.evidence_of(candidates)


def _in_order(asker: Asker, numbers: Iterable[int]) -> Found:
    document_id = asker.texts.ids[0]
    candidates = [Candidate(document_id, number, 1.0) for number in numbers]
    return candidates, asker.evidence_of(candidates)


def _beginning(asker: Asker, question: str) -> Found:
    del question
    return _in_order(asker, range(1, _passages(asker) + 1))


def _end(asker: Asker, question: str) -> Found:
    del question
    return _in_order(asker, range(_passages(asker), 0, -1))


def _everything(asker: Asker, question: str) -> Found:
    candidates, evidence = _beginning(asker, question)
    if len(evidence) < len(candidates):
        raise ContextFull(
            "The document does not fit into the model's context.",
            hint="Load the model with a larger --context.",
        )
    return candidates, evidence


def _passages(asker: Asker) -> int:
    return len(asker.texts.passages[asker.texts.ids[0]])


_RECALLED = Strategy(_looked_up, reads_before=True)

STRATEGIES: dict[str, Strategy] = {
    "longread": Strategy(_looked_up),
    "recalled": _RECALLED,
    "fast": replace(_RECALLED, read_again=False),
    "attended": replace(_RECALLED, by_attention=True),
    "ranked": replace(_RECALLED, by_attention=True, by_probe=True),
    "plain": Strategy(_plain, declines=False),
    "truncate": Strategy(_beginning, same_evidence=True, declines=False),
    "full": Strategy(_everything, same_evidence=True, declines=False, budget="context"),
    "stream": Strategy(
        _end,
        reads_before=True,
        read_again=False,
        same_evidence=True,
        declines=False,
        budget="window",
    ),
}
"""Each way of answering, by its name.

``longread`` is the product's own way without a reading pass. ``recalled`` is the same behind
one, from blocks; ``fast`` reads nothing again; ``attended`` also ranks by the model's attention,
and ``ranked`` by that and a probe of its hidden states. ``plain`` gives the top six passages by
fusion and nothing else, ``truncate`` the document's beginning, ``full`` all of it, ``stream`` what
is still in the window when the document has been read: attention sinks and a sliding window without
a memory.
"""


def reading_before(names: Iterable[str]) -> list[str]:
    """Those of some strategies that need a reading pass."""
    return [name for name in names if STRATEGIES[name].reads_before]
