"""Ways of answering that are measured side by side, with one model and one prompt.

``longread`` is the product's own way without a reading pass. ``recalled`` is the same behind
one, from blocks; ``fast`` reads no passage again; ``ranked`` also ranks by the model's attention,
and ``further`` also answers from other evidence where it is hard to decide.
``plain`` gives the top six passages by fusion and nothing else. ``truncate`` gives the document's
beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from longread.answering.asker import Asker
from longread.answering.evidence import Candidate, Evidence
from longread.answering.lookup import fuse

PLAIN_PASSAGES = 6
"""How many passages the strategy ``plain`` gives."""

PLAIN_CONSTANT = 60
"""The constant of reciprocal rank fusion that its paper recommends."""

Found = tuple[Sequence[Candidate], tuple[Evidence, ...]]
"""All candidates, best first, and the evidence chosen of them."""

Strategy = Callable[[Asker, str], Found]


def _longread(asker: Asker, question: str) -> Found:
    return asker.find(question)


def _plain(asker: Asker, question: str) -> Found:
    hits = [asker.library.search_words(question, asker.texts.ids)]
    if asker.embedder is not None:
        vector = asker.embedder.embed_query(question)
        hits.append(
            asker.library.search_meaning(vector, asker.texts.ids, embedder_id=asker.embedder.id)
        )
    rankings = [[(hit.document_id, hit.passage) for hit in ranking] for ranking in hits]
    candidates = fuse(rankings, constant=PLAIN_CONSTANT)[:PLAIN_PASSAGES]
    return candidates, asker.evidence_of(candidates)


def _truncate(asker: Asker, question: str) -> Found:
    del question
    document_id = asker.texts.ids[0]
    count = len(asker.library.passages(document_id))
    candidates = [Candidate(document_id, n, 1.0) for n in range(1, count + 1)]
    return candidates, asker.evidence_of(candidates)


STRATEGIES: dict[str, Strategy] = {
    "longread": _longread,
    "recalled": _longread,
    "fast": _longread,
    "ranked": _longread,
    "further": _longread,
    "plain": _plain,
    "truncate": _truncate,
}
"""Each way of choosing evidence for a question, by its name."""

SAME_EVIDENCE = frozenset({"truncate"})
"""Those that give a document's questions all the same evidence."""

READ_BEFORE = frozenset({"recalled", "fast", "ranked", "further"})
"""Those that answer from blocks of a reading pass."""
