"""Ways of answering that are measured side by side, with one model and one prompt.

``longread`` is the product's own way without a reading pass. ``recalled`` is the same behind
one, from blocks; ``fast`` reads no passage again; ``ranked`` also ranks by the model's attention.
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

Strategy = Callable[[Asker, str], Sequence[Evidence]]


def _longread(asker: Asker, question: str) -> Sequence[Evidence]:
    return asker.find(question)[1]


def _plain(asker: Asker, question: str) -> Sequence[Evidence]:
    hits = [asker.library.search_words(question, asker.texts.ids)]
    if asker.embedder is not None:
        vector = asker.embedder.embed_query(question)
        hits.append(
            asker.library.search_meaning(vector, asker.texts.ids, embedder_id=asker.embedder.id)
        )
    rankings = [[(hit.document_id, hit.passage) for hit in ranking] for ranking in hits]
    return asker.evidence_of(fuse(rankings, constant=PLAIN_CONSTANT)[:PLAIN_PASSAGES])


def _truncate(asker: Asker, question: str) -> Sequence[Evidence]:
    del question
    document_id = asker.texts.ids[0]
    count = len(asker.library.passages(document_id))
    return asker.evidence_of([Candidate(document_id, n, 1.0) for n in range(1, count + 1)])


STRATEGIES: dict[str, Strategy] = {
    "longread": _longread,
    "recalled": _longread,
    "fast": _longread,
    "ranked": _longread,
    "plain": _plain,
    "truncate": _truncate,
}
"""Each way of choosing evidence for a question, by its name."""

SAME_EVIDENCE = frozenset({"truncate"})
"""Those that give a document's questions all the same evidence."""

READ_BEFORE = frozenset({"recalled", "fast", "ranked"})
"""Those that answer from blocks of a reading pass."""
