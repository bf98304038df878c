"""Look up: passages by words and by meaning, fused by reciprocal rank.

Reciprocal rank fusion: Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms
Condorcet and individual Rank Learning Methods" (SIGIR 2009), section 2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from longread.answering.evidence import Candidate
from longread.memory.library import Library
from longread.memory.meaning import Embedder

FUSION_CONSTANT = 60
"""The constant k of reciprocal rank fusion, as in its paper."""

LOOKED_UP = 50
"""How many passages each ranking contributes."""

NEIGHBOUR_SHARE = 0.4
"""What a passage next to a found one inherits of its score."""


def fuse(rankings: Iterable[Sequence[tuple[str, int]]]) -> list[Candidate]:
    """Fuse rankings of (document id, passage number), each best first."""
    scores: dict[tuple[str, int], float] = defaultdict(float)
    for ranking in rankings:
        for rank, key in enumerate(ranking, start=1):
            scores[key] += 1 / (FUSION_CONSTANT + rank)
    return _sorted(scores)


def look_up(
    library: Library,
    document_ids: Sequence[str],
    question: str,
    embedder: Embedder | None = None,
    limit: int = LOOKED_UP,
) -> list[Candidate]:
    """Rank passages of the documents for a question, best first.

    Meaning takes part where an embedder is given and a document has vectors; words always.
    """
    rankings = [
        [(hit.document_id, hit.passage) for hit in library.search_words(question, document_ids, limit)]
    ]
    if embedder is not None:
        vector = embedder.embed_query(question)
        hits = library.search_meaning(vector, document_ids, limit, embedder.id)
        rankings.append([(hit.document_id, hit.passage) for hit in hits])
    return fuse(rankings)


def join_neighbours(
    candidates: Sequence[Candidate], passage_counts: dict[str, int], reach: int = 8
) -> list[Candidate]:
    """Let the best passages lift those next to them, since an answer often runs on past a
    passage's end."""
    scores = {(item.document_id, item.passage): item.score for item in candidates}
    lifted = dict(scores)
    for item in candidates[:reach]:
        for number in (item.passage - 1, item.passage + 1):
            if 1 <= number <= passage_counts[item.document_id]:
                key = (item.document_id, number)
                lifted[key] = lifted.get(key, 0.0) + NEIGHBOUR_SHARE * item.score
    return _sorted(lifted)


def _sorted(scores: dict[tuple[str, int], float]) -> list[Candidate]:
    # Ties go to the earlier passage, so that the same question gives the same evidence.
    ordered = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Candidate(document, passage, score) for (document, passage), score in ordered]
