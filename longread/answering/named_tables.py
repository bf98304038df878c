"""Tables that a question names by their titles: "the balance sheet", "Table 3"."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from longread.document import Document, Passage
from longread.memory.analysis import content_terms
from longread.memory.terms import coverage, weights
from longread.table_heads import TITLE_CHARACTERS, TableHead, TableHeads

LEAST_NAMED = 0.4
"""Least share of a title's words, weighed by how rare they are among titles, that a question has
where it names a table."""

FEW_TABLES, FEW_SHARE = 4, 0.05
"""Tables, and share of all tables, up to which two words in their titles tell them from others:
"years ended" names none."""

_ASIDE = re.compile(r"\([^)]*\)")
_PARTS = re.compile(r"[:.]\s+|\s+[–—-]\s+|\n")


def passages_of_named_tables(
    document: Document, passages: Sequence[Passage], question: str
) -> list[tuple[int, float]]:
    """The numbers of passages with rows of tables that a question names, and how well it names
    them, best first; of one table those first that have most words of the question.

    A title is named where two neighbouring words of it are neighbours in the question too, in
    either order, and enough of its other words stand there as well: "income statement" names
    "Consolidated Statements of Income".
    """
    asked = content_terms(question, document.language)
    named = _named(document, asked)
    found: dict[int, tuple[float, float]] = {}
    for passage in passages if named else ():
        share = max((named.get(at, 0.0) for at in range(*passage.paragraphs)), default=0.0)
        if share:
            words = content_terms(document.slice(passage.span), document.language)
            found[passage.number] = share, coverage(asked, words)
    ordered = sorted(found, key=lambda number: (*(-value for value in found[number]), number))
    return [(number, found[number][0]) for number in ordered]


def _named(document: Document, asked: Sequence[str]) -> dict[int, float]:
    """Tables that a question of these terms names, by the indices of their paragraphs, with the
    share of the title that it has."""
    heads = TableHeads(document)
    tables = [at for at, one in enumerate(document.paragraphs) if one.kind == "table"]
    titles = [(at, title) for at in tables for title in _titles(document, at, heads.of(at))]
    rare = weights((title for _, title in titles), document.language)
    pairs = _pairs(asked)
    found = [(at, content_terms(title, document.language)) for at, title in titles]
    within: dict[frozenset[str], set[TableHead]] = defaultdict(set)
    for at, terms in found:
        for pair in _pairs(terms) & pairs:
            # The parts of one table have its title in common.
            within[pair].add(replace(heads.of(at), group=()))
    few = max(FEW_TABLES, FEW_SHARE * len(tables))
    telling = {pair for pair in within if len(within[pair]) <= few}
    named: dict[int, float] = {}
    for at, terms in found:
        share = coverage(terms, asked, rare) if telling & _pairs(terms) else 0.0
        if share >= LEAST_NAMED:
            named[at] = max(share, named.get(at, 0.0))
    return named


def _pairs(terms: Sequence[str]) -> set[frozenset[str]]:
    """Neighbouring terms, in either order."""
    return {frozenset(pair) for pair in pairwise(terms) if pair[0] != pair[1]}


def _titles(document: Document, index: int, head: TableHead) -> Iterator[str]:
    """Each title of a table in its parts, as "Table 3" and what it is called; without what stands
    in brackets, such as a unit."""
    texts = [document.slice(span) for span in head.titles]
    if head.is_first:
        title = document.sections[document.paragraphs[index].section].title
        texts.append(title[:TITLE_CHARACTERS])
    for text in texts:
        yield from _PARTS.split(_ASIDE.sub(" ", text))
