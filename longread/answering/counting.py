"""Answers by counting, with their places as citations; no model takes part."""

from __future__ import annotations

import time
from collections.abc import Sequence

from longread.answering.answer import Answer, Route, without_model
from longread.answering.count import count
from longread.answering.count_kinds import Divisions, Occurrences, Query, Units
from longread.answering.count_parts import NAMED
from longread.answering.count_query import parse
from longread.answering.counted import Counted
from longread.answering.evidence import document_letters
from longread.answering.support import Citation, cite_place
from longread.answering.texts import Texts
from longread.answering.translated import in_english
from longread.answering.words import find_phrase
from longread.document import Document, Passage

_SHOWN = frozenset({"count", "titles"})


def answer_by_counting(question: str, texts: Texts, *, insisted: bool = False) -> Answer | None:
    """The answer where counting gives it in one of the texts at least; else None. Unless it is
    ``insisted`` on, nothing is said of words that may describe what a text says in others."""
    started = time.perf_counter()
    letters = document_letters(texts.ids)
    answers: list[str] = []
    citations: list[Citation] = []
    figures: dict[str, object] = {}
    for document_id, document in texts.documents.items():
        query = parse(question, document)
        if query is None or not (insisted or _can_be_meant(query, document)):
            continue
        found = count(query, document)
        several = len(texts.documents) > 1
        answers.append(f"{document.title}: {found.text}" if several else found.text)
        citations += _citations(
            found, document_id, document, texts.passages[document_id], letters[document_id]
        )
        figures |= {document_id: found.figures} if several else found.figures
    if not answers:
        return None
    return without_model(
        question, Route.COUNT, answers, started, citations=citations, figures=figures
    )


def is_of_contents(question: str, document: Document) -> bool:
    """Whether a question asks only what a text's contents show: how many chapters, parts, sections
    or pages it has, or what they are called."""
    queries = (parse(asked, document) for asked in (question, *in_english(question)))
    return any(
        isinstance(query, Divisions)
        or (isinstance(query, Units) and query.unit in NAMED and query.asked in _SHOWN)
        for query in queries
    )


def _can_be_meant(query: Query, document: Document) -> bool:
    """Whether a text has every phrase that could be a description of something."""
    return not isinstance(query, Occurrences) or all(
        find_phrase(document, phrase) for phrase in query.phrases if phrase.may_paraphrase
    )


def _citations(
    found: Counted, document_id: str, document: Document, passages: Sequence[Passage], letter: str
) -> list[Citation]:
    """What the places rest on, in their order; a sentence that holds several of them once."""
    cited = (cite_place(place, document_id, document, passages, letter) for place in found.places)
    return [citation for citation in dict.fromkeys(cited) if citation is not None]
