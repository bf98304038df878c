"""Look up: passages by words and by meaning, fused by reciprocal rank.

Reciprocal rank fusion: Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms
Condorcet and individual Rank Learning Methods" (SIGIR 2009), section 2.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from longread.answering.captions import named_in, passages_of_named_captions
from longread.answering.evidence import Candidate
from longread.answering.named_tables import passages_of_named_tables
from longread.answering.texts import Texts
from longread.answering.title_page import asks_for_title_page
from longread.memory.analysis import content_terms
from longread.memory.library import Library
from longread.memory.meaning import Embedder
from longread.memory.terms import coverage

FUSION_CONSTANT = 5
"""The constant k of reciprocal rank fusion. Its paper has 60; with few rankings of one book,
whose first places are good, a small one found more (docs/benchmarks/looking-up.md)."""

LOOKED_UP = 50
"""How many passages each ranking contributes."""

LOOKED_UP_AMONG = 3
"""So many times more are taken over several documents: those of the right one may stand behind
many of others."""

COMPARED = 8
"""Passages looked up first with which one is compared that the reader's place cuts; behind them it
would hardly be evidence."""

DOCUMENT_POWER = 3.0
"""How strongly it counts how well a passage's whole document fits the question
(docs/benchmarks/hidden.md)."""

LOOKED_INTO = 4
"""Documents that are looked through for a table or figure that is named, those found first."""

TITLE_PAGE_WEIGHT = 2.0
"""What the first passage of a text weighs where it is asked what a title page says."""

LEAST_FIT = 0.1
"""What a document counts at least that has no word of the question: it may have the meaning."""


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

    Fused are BM25, which words stand in and next to a passage, meaning, where an embedder is given
    and a document has vectors, tables that the question names by their titles, tables and figures
    that it names by their numbers, and title pages where it asks what stands there. Notes take no
    part (docs/benchmarks/summaries.md). Over several documents, passages of one that fits the
    question as a whole come before those of others.
    """
    several = len(document_ids) > 1
    limit *= LOOKED_UP_AMONG if several else 1
    hits = [
        library.search_words(question, document_ids, limit, last),
        library.search_words_around(question, document_ids, limit, last),
    ]
    if embedder is not None:
        vector = embedder.embed_query(question)
        hits.append(library.search_meaning(vector, document_ids, limit, embedder.id, last))
    rankings = [[(hit.document_id, hit.passage) for hit in ranking] for ranking in hits]
    documents = _first_documents(fuse(rankings)) or document_ids[:LOOKED_INTO]
    named = _of_named_tables(library, documents, question, last or {})[:limit]
    numbered = _of_named_captions(library, documents, question, last or {})[:limit]
    begun = _title_pages(library, documents, question, last or {})
    weights = [1.0] * (len(rankings) + 2) + [TITLE_PAGE_WEIGHT]
    found = fuse([*rankings, named, numbered, begun], weights)
    if not several:
        return found
    return _favour(found, library.weigh_documents(question, document_ids, last))


def with_cut_passages(found: list[Candidate], question: str, texts: Texts) -> list[Candidate]:
    """What was looked up, and among it the passages that the reader's place cuts. The index knows
    them whole, so they are judged by what of them can be seen: each stands behind the passages that
    have as much of the question, and is not there if it has nothing of it."""
    placed, wanted = list(found), content_terms(question, texts.language)
    for document_id in texts.last:
        for passage in texts.cut_passages(document_id):
            share = _share(wanted, document_id, passage.number, texts)
            if not share:
                continue
            compared = placed[:COMPARED]
            at = next(
                (
                    place
                    for place, one in enumerate(compared)
                    if _share(wanted, one.document_id, one.passage, texts) < share
                ),
                len(compared),
            )
            score = placed[max(0, at - 1)].score if placed else 1.0
            placed.insert(at, Candidate(document_id, passage.number, score))
    return placed


def _share(wanted: Sequence[str], document_id: str, number: int, texts: Texts) -> float:
    """How much of the wanted terms a passage has, as far as it can be seen."""
    document = texts.documents[document_id]
    text = document.slice(texts.passages[document_id][number - 1].span)
    return coverage(wanted, content_terms(text, document.language))


def _first_documents(found: Sequence[Candidate]) -> list[str]:
    """The documents that are looked into by themselves."""
    return list(dict.fromkeys(item.document_id for item in found))[:LOOKED_INTO]


def _of_named_tables(
    library: Library, documents: Sequence[str], question: str, last: Mapping[str, int]
) -> list[tuple[str, int]]:
    """Passages of tables that the question names, best first."""
    named: list[tuple[float, str, int]] = []
    for document_id in documents:
        document, passages = library.document(document_id), library.passages(document_id)
        passages = passages[: last.get(document_id)]
        for number, share in passages_of_named_tables(document, passages, question):
            named.append((share, document_id, number))
    named.sort(key=lambda item: -item[0])
    return [(document_id, number) for _, document_id, number in named]


def _title_pages(
    library: Library, documents: Sequence[str], question: str, last: Mapping[str, int]
) -> list[tuple[str, int]]:
    """The first passages of documents, where the question asks what a title page says."""
    if not asks_for_title_page(question):
        return []
    return [
        (document_id, passage.number)
        for document_id in documents
        for passage in library.passages(document_id)[: last.get(document_id)][:1]
    ]


def _of_named_captions(
    library: Library, documents: Sequence[str], question: str, last: Mapping[str, int]
) -> list[tuple[str, int]]:
    """Passages of tables and figures that the question names by their numbers."""
    if next(named_in(question), None) is None:
        return []
    return [
        (document_id, number)
        for document_id in documents
        for number in passages_of_named_captions(
            library.document(document_id),
            library.passages(document_id)[: last.get(document_id)],
            question,
        )
    ]


def _favour(candidates: Sequence[Candidate], fits: Mapping[str, float]) -> list[Candidate]:
    """Candidates anew by what their documents' fit makes of their scores."""
    best = max(fits.values(), default=0.0)
    if not best:
        return list(candidates)

    def score(item: Candidate) -> float:
        share = LEAST_FIT + (1 - LEAST_FIT) * fits.get(item.document_id, 0.0) / best
        return item.score * math.pow(share, DOCUMENT_POWER)

    weighed = [replace(item, score=score(item)) for item in candidates]
    return sorted(weighed, key=lambda item: (-item.score, item.key))
