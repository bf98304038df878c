"""The word index: FTS5 over analysed terms, ranked by BM25 within what is searched.

FTS5 weighs a term by how rare it is in the whole table. In a library of many books the
hero's name is rare there and in every passage of his own book, so the weight is taken
again over the documents that are searched.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from longread.document import Document, Passage
from longread.memory.analysis import QueryTerm, passage_terms, query_terms
from longread.table_heads import TableHeads

if TYPE_CHECKING:
    import apsw

    from longread.memory.store import Store

BODY_WEIGHT = 1.0
"""Weight of a term in a passage."""

HEADING_WEIGHT = 0.3
"""Weight of a term in the titles of the sections that a passage stands in, and in the heads of the
tables that it has rows of."""

NEIGHBOUR_WEIGHT = 0.3
"""What a term next to a passage counts, against one within it; it adds to that one too."""

PAIR_WEIGHT = 0.25
"""What two neighbouring terms of a question count where they stand together in a passage, against
a term: of many keys and many chapels it is the key of one chapel that is asked for. Metzler and
Croft, "A Markov Random Field Model for Term Dependencies" (SIGIR 2005), section 3."""

DOCUMENT_SATURATION, DOCUMENT_LENGTH = 1.2, 0.9
"""The constants k1 and b of BM25 over whole documents. The b is high: a novel has most words of any
question on a tale, so length must count (docs/benchmarks/hidden.md)."""

DOCUMENT_CHANCE = 0.15
"""The power of a document's number of passages that its fit is divided by: a question is about one
of the documents however long they are, and a long one has more passages that fit by chance
(docs/benchmarks/hidden.md)."""

MAX_QUERY_TERMS = 64
"""Terms of a question that are looked up; a pasted page is cut to its first ones."""

_NUMBER_BITS = 24
_MASK = (1 << _NUMBER_BITS) - 1
_FEW_DOCUMENTS = 16


def row_of(key: int, number: int) -> int:
    """The row of the word index that is of a document's passage of this number."""
    return key << _NUMBER_BITS | number


def key_and_number(row: int) -> tuple[int, int]:
    """What a row is of."""
    return row >> _NUMBER_BITS, row & _MASK


def bounds(key: int, last: int = _MASK) -> tuple[int, int]:
    """The first and the last row of a document, up to the number ``last``."""
    return row_of(key, 0), row_of(key, last)


def quoted(term: QueryTerm) -> str:
    """A term as FTS5 looks it up."""
    return '"' + term.text.replace('"', '""') + '"' + ("*" if term.prefix else "")


def _together(terms: Sequence[QueryTerm]) -> list[str]:
    """Neighbouring terms as FTS5 looks them up together: at most two words between them, in
    either order."""
    return [
        f"NEAR({quoted(first)} {quoted(second)}, 2)"
        for first, second in pairwise(terms)
        if not (first.prefix or second.prefix)
    ]


def add_passages(
    connection: apsw.Connection, key: int, document: Document, passages: Iterable[Passage]
) -> None:
    """Index the passages of a document, within the caller's transaction."""
    language = document.language
    headings = [
        " ".join(passage_terms(" ".join(document.section_path(index)), language))
        for index in range(len(document.sections))
    ]
    heads = TableHeads(document)
    connection.executemany(
        "INSERT INTO words (rowid, body, heading) VALUES (?, ?, ?)",
        (
            (
                row_of(key, passage.number),
                " ".join(passage_terms(document.slice(passage.span), language)),
                " ".join([headings[passage.section], *_head_terms(heads, passage)]),
            )
            for passage in passages
        ),
    )


def _head_terms(heads: TableHeads, passage: Passage) -> list[str]:
    """The terms of the heads of the tables that a passage has rows of."""
    document = heads.document
    spans = dict.fromkeys(
        span
        for index in range(*passage.paragraphs)
        if document.paragraphs[index].kind == "table"
        for span in (*heads.of(index).titles, *heads.of(index).group)
    )
    return passage_terms("\n".join(map(document.slice, spans)), document.language)


def remove_passages(connection: apsw.Connection, key: int) -> None:
    """Take a document's passages out, within the caller's transaction, and merge the index
    so that its words are gone from the file too."""
    connection.execute("DELETE FROM words WHERE rowid BETWEEN ? AND ?", bounds(key))
    connection.execute("INSERT INTO words (words) VALUES ('optimize')")


def search(
    store: Store,
    question: str,
    documents: Sequence[tuple[int, str, int]],
    limit: int,
) -> list[tuple[int, int, float]]:
    """Rank passages of documents, each given as (key, language, number of the last passage).

    Returns (key, passage number, score), best first; earlier passages first among equals.
    """
    scores: dict[int, float] = defaultdict(float)
    with store.reading():
        table_rows = store.rows("SELECT coalesce(sum(passages), 0) FROM document")[0][0]
        for language, group in _by_language(documents).items():
            total = sum(count for _, count in group)
            for term in query_terms(question, language)[:MAX_QUERY_TERMS]:
                rows = _matches(store, quoted(term), group, BODY_WEIGHT, HEADING_WEIGHT)
                if not rows:
                    continue
                weight = _rarity(total, len(rows)) / _table_rarity(store, term, table_rows)
                for row, score in rows:
                    scores[row] -= score * weight
    return _ranked(scores, documents, limit)


def search_around(
    store: Store, question: str, documents: Sequence[tuple[int, str, int]], limit: int
) -> list[tuple[int, int, float]]:
    """Rank passages by which of a question's terms stand in them and next to them.

    Each distinct term counts once, by its rarity, however often it occurs, and so do two
    neighbouring ones that stand together; a term in the passage before or behind counts
    ``NEIGHBOUR_WEIGHT``. Where the words of a question are spread over two passages, as a name
    here and what is asked about it there, this finds them and BM25 does not. Arguments and result
    are those of ``search``.
    """
    held: dict[int, float] = defaultdict(float)
    near: dict[int, float] = defaultdict(float)
    with store.reading():
        for language, group in _by_language(documents).items():
            lasts = dict(group)
            terms = query_terms(question, language)[:MAX_QUERY_TERMS]
            for pair in _together(terms):
                for key, rows in _standing(store, pair, group).items():
                    rarity = _rarity(lasts[key], len(rows))
                    for row in rows:
                        held[row] += PAIR_WEIGHT * rarity
            for term in terms:
                for key, rows in _standing(store, quoted(term), group).items():
                    rarity = _rarity(lasts[key], len(rows))
                    for row in rows:
                        held[row] += rarity
                    first, last = row_of(key, 1), row_of(key, lasts[key])
                    around = {place for row in rows for place in (row - 1, row, row + 1)}
                    for row in around:
                        if first <= row <= last:
                            near[row] += NEIGHBOUR_WEIGHT * rarity
    scores = {row: held.get(row, 0.0) + score for row, score in near.items()}
    return _ranked(scores, documents, limit)


def weigh_documents(
    store: Store, question: str, documents: Sequence[tuple[int, str, int]]
) -> dict[int, float]:
    """How well each document as a whole fits the words of a question, by its key.

    BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009, section 3.4) with
    documents in place of passages: a term counts by how many of a document's passages have it, and
    a document is as long as it has passages. Of long documents it is a little less, so that each is
    as likely to be meant. Arguments are those of ``search``.
    """
    held: dict[str, Counter[int]] = defaultdict(Counter)
    with store.reading():
        for language, group in _by_language(documents).items():
            for term in query_terms(question, language)[:MAX_QUERY_TERMS]:
                standing = _standing(store, quoted(term), group)
                held[quoted(term)].update({key: len(rows) for key, rows in standing.items()})
    mean = sum(count for _, _, count in documents) / max(1, len(documents))
    fits: dict[int, float] = {}
    for key, _, count in documents:
        saturation = DOCUMENT_SATURATION * (
            1 - DOCUMENT_LENGTH + DOCUMENT_LENGTH * count / max(1.0, mean)
        )
        fit = sum(
            _rarity(len(documents), len(counts)) * counts[key] / (counts[key] + saturation)
            for counts in held.values()
        )
        fits[key] = fit / max(1, count) ** DOCUMENT_CHANCE
    return fits


def _ranked(
    scores: Mapping[int, float], documents: Sequence[tuple[int, str, int]], limit: int
) -> list[tuple[int, int, float]]:
    """Scores of rows as (key, passage number, score), best first."""
    order = {key: index for index, (key, _, _) in enumerate(documents)}
    found = [(*key_and_number(row), score) for row, score in scores.items()]
    found.sort(key=lambda item: (-item[2], order[item[0]], item[1]))
    return found[:limit]


def _by_language(documents: Sequence[tuple[int, str, int]]) -> dict[str, list[tuple[int, int]]]:
    """Documents, each by its key and its last passage, by their language."""
    groups: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for key, language, last in documents:
        groups[language].append((key, last))
    return groups


def _standing(
    store: Store, query: str, documents: Sequence[tuple[int, int]]
) -> dict[int, list[int]]:
    """The rows in which it stands, by the keys of documents that have any."""
    rows: dict[int, list[int]] = defaultdict(list)
    for (row,) in _found(store, "rowid", (), query, documents):
        rows[key_and_number(row)[0]].append(row)
    return rows


def _matches(
    store: Store,
    query: str,
    documents: Sequence[tuple[int, int]],
    body_weight: float,
    heading_weight: float,
) -> list[tuple[int, float]]:
    """Rows and scores within documents."""
    columns = "rowid, bm25(words, ?, ?)"
    rows = _found(store, columns, (body_weight, heading_weight), query, documents)
    return [(row, score) for row, score in rows]


def _found(
    store: Store,
    columns: str,
    values: tuple[float, ...],
    query: str,
    documents: Sequence[tuple[int, int]],
) -> list[tuple[Any, ...]]:
    """Columns, of which the first is the row's number, of what is found within documents, each
    given by its key and its last passage."""
    sql = f"SELECT {columns} FROM words WHERE words MATCH ?"
    if len(documents) <= _FEW_DOCUMENTS:
        return [
            found
            for document in documents
            for found in store.rows(
                f"{sql} AND rowid BETWEEN ? AND ?", (*values, query, *bounds(*document))
            )
        ]
    lasts = dict(documents)
    kept = []
    for found in store.rows(sql, (*values, query)):
        key, number = key_and_number(found[0])
        if number <= lasts.get(key, 0):
            kept.append(found)
    return kept


def _rarity(total: int, matching: int) -> float:
    """Inverse document frequency, in the form that stays above zero."""
    return math.log(1 + (total - matching + 0.5) / (matching + 0.5))


def _table_rarity(store: Store, term: QueryTerm, total: int) -> float:
    """The weight that FTS5's bm25() has put into its scores, as its source defines it."""
    sql = "SELECT count(*) FROM words WHERE words MATCH ?"
    matching = store.rows(sql, (quoted(term),))[0][0]
    weight = math.log((total - matching + 0.5) / (matching + 0.5)) if total > matching else 0.0
    return weight if weight > 0 else 1e-6
