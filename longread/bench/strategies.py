"""Ways of answering that are measured side by side, with one model and one prompt.

``longread`` is the product's own way. ``plain`` gives the top six passages by fusion and
nothing else. ``truncate`` gives the document's beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from longread.answering.answer import Asker
from longread.answering.evidence import Candidate, Evidence
from longread.answering.lookup import look_up

PLAIN_PASSAGES = 6
"""How many passages the strategy ``plain`` gives."""

Strategy = Callable[[Asker, str], Sequence[Evidence]]


def _longread(asker: Asker, question: str) -> Sequence[Evidence]:
    return asker.find(question)[1]


def _plain(asker: Asker, question: str) -> Sequence[Evidence]:
    found = look_up(asker.library, asker.document_ids, question, asker.embedder)
    return asker.evidence_of(found[:PLAIN_PASSAGES])


def _truncate(asker: Asker, question: str) -> Sequence[Evidence]:
    del question
    document_id = asker.document_ids[0]
    count = len(asker.library.passages(document_id))
    return asker.evidence_of([Candidate(document_id, n, 1.0) for n in range(1, count + 1)])


STRATEGIES: dict[str, Strategy] = {
    "longread": _longread,
    "plain": _plain,
    "truncate": _truncate,
}
"""Each way of choosing evidence for a question, by its name."""
