"""Counting what phrases stand in: the sentences and paragraphs that hold one, and the parts of the
text in which all of several stand together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from longread.answering.count_kinds import Occurrences
from longread.answering.count_parts import NAMED, each_unit, no_parts, parts_of
from longread.answering.counted import Counted, listed, several, where
from longread.answering.phrases import Phrase
from longread.answering.words import measure_of
from longread.document import Document, Span
from longread.structure import Part


def count_holding(
    query: Occurrences, phrase: Phrase, spans: Sequence[Span], document: Document
) -> Counted:
    """How many sentences or paragraphs hold a phrase, which stands at the ``spans``."""
    found = _with_all(query, [spans], document)
    number = len(found)
    text = f"“{phrase.text}” occurs in {number:,} {several(query.unit, number)}"
    places = tuple(at for _, at in found)
    return Counted(f"{text}{where(query.within)}.", places, {f"{query.unit}s": number})


def count_together(
    query: Occurrences, found: Sequence[Sequence[Span]], document: Document
) -> Counted:
    """In which parts of a text, or in how many sentences or paragraphs, all of some phrases
    stand."""
    if query.unit in NAMED and not parts_of(document, query.unit):
        return Counted(no_parts(document, query.unit))
    together = _with_all(query, found, document)
    names = listed([f"“{phrase.text}”" for phrase in query.phrases])
    number = len(together)
    if not number:
        text = f"{names} occur together in no {query.unit}"
    elif query.unit in NAMED:
        every = sum(1 for _ in each_unit(document, query.unit, query.within, "word"))
        text = f"{names} occur in {number:,} of {every:,} {query.unit}s"
    else:
        text = f"{names} occur together in {number:,} {several(query.unit, number)}"
    text += where(query.within)
    if number and query.unit in NAMED:
        text += f": {listed([part.name for part, _ in together])}"
    places = tuple(at for _, at in together)
    return Counted(f"{text}.", places, {f"{query.unit}s": number})


def _with_all(
    query: Occurrences, found: Sequence[Sequence[Span]], document: Document
) -> list[tuple[Part, Span]]:
    """The units in which each of some phrases stands, with the place of the first one there."""
    together = []
    for unit in each_unit(document, query.unit, query.within, measure_of(document)):
        first, *others = (_first_in(spans, unit.span) for spans in found)
        if first is not None and None not in others:
            together.append((unit, first))
    return together


def _first_in(spans: Sequence[Span], stretch: Span) -> Span | None:
    """The first of some spans, in the order of the text, that a stretch has some of."""
    at = bisect_right(spans, stretch.start, key=lambda span: span.end)
    return spans[at] if at < len(spans) and spans[at].touches(stretch) else None
