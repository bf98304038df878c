"""Look up: passages by words and by meaning, fused by reciprocal rank.

Reciprocal rank fusion: Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms
Condorcet and individual Rank Learning Methods" (SIGIR 2009), section 2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from longread.answering.evidence import Candidate
from longread.memory.library import Library
from longread.memory.meaning import Embedder

FUSION_CONSTANT = 5
"""The constant k of reciprocal rank fusion. Its paper has 60; with few rankings of one book,
whose first places are good, a small one found more (docs/benchmarks.md)."""

LOOKED_UP = 50
"""How many passages each ranking contributes."""


def fuse(
    rankings: Sequence[Sequence[tuple[str, int]]],
    weights: Sequence[float] = (),
    constant: int = FUSION_CONSTANT,
) -> list[Candidate]:
    """Fuse rankings of (document id, passage number), each best first; all of them weigh the same
    where no ``weights`` are given."""
    scores: dict[tuple[str, int], float] = defaultdict(float)
    for ranking, weight in zip(rankings, weights or [1.0] * len(rankings), strict=True):
        for rank, key in enumerate(ranking, start=1):
            scores[key] += weight / (constant + rank)
    # Ties go to the earlier passage, so that the same question gives the same evidence.
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Candidate(document, passage, score) for (document, passage), score in ordered]


def look_up(
    library: Library,
    document_ids: Sequence[str],
    question: str,
    embedder: Embedder | None = None,
    limit: int = LOOKED_UP,
    last: Mapping[str, int] | None = None,
) -> list[Candidate]:
    """Rank passages of the documents for a question, best first; none behind the ``last``
    passages, where they are given by document.

    Fused are BM25, which words stand in and next to a passage, and meaning, where an embedder is
    given and a document has vectors. Notes take no part (docs/benchmarks.md).
    """
    hits = [
        library.search_words(question, document_ids, limit, last),
        library.search_words_around(question, document_ids, limit, last),
    ]
    if embedder is not None:
        vector = embedder.embed_query(question)
        hits.append(library.search_meaning(vector, document_ids, limit, embedder.id, last))
    return fuse([[(hit.document_id, hit.passage) for hit in ranking] for ranking in hits])
