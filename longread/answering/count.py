"""Answers by counting over the full text: exact, with every place."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from longread.answering.count_captions import tell_captions
from longread.answering.count_kinds import (
    Beside,
    Captioning,
    Captions,
    Description,
    Divisions,
    Edges,
    Occurrences,
    Query,
    Unit,
    Units,
    Whereabouts,
)
from longread.answering.count_parts import beginning, no_parts, own_text, parts_of
from longread.answering.count_places import count_divisions, find_beside, find_whereabouts
from longread.answering.count_together import count_holding, count_together
from longread.answering.count_units import count_units, find_edges
from longread.answering.counted import MOST_NAMED, Counted, listed, so_far, times, title_of, where
from longread.answering.phrases import Phrase
from longread.answering.words import find_phrase, pattern_of, spans_of, words_in
from longread.document import Document, Span
from longread.memory.analysis import passage_terms
from longread.structure import Part

_TWO = 2
_WHOEVER_SPEAKS = "That is in all, whoever says it."
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")


def count(query: Query, document: Document) -> Counted:
    """Answer a query over the whole of a document."""
    counted = _count(query, document)
    if isinstance(query, Edges):
        return counted
    # A title may end in a full stop, and then a sentence has it already.
    text = _TWO_STOPS.sub(".", counted.text)
    if isinstance(query, Occurrences) and query.speaker and counted.places:
        text += f" {_WHOEVER_SPEAKS}"
    return replace(counted, text=text)


def _count(query: Query, document: Document) -> Counted:
    if isinstance(query, Occurrences):
        return _occurrences(query, document)
    if isinstance(query, Units):
        return count_units(query, document)
    if isinstance(query, Edges):
        return find_edges(query, document)
    if isinstance(query, (Captions, Captioning)):
        return tell_captions(query, document)
    if isinstance(query, Divisions):
        return count_divisions(query, document)
    if isinstance(query, Beside):
        return find_beside(query, document)
    if isinstance(query, Whereabouts):
        return find_whereabouts(query, document)
    return _description(query, document)


def _description(query: Description, document: Document) -> Counted:
    if query.asked == "author":
        return Counted(f"It was written by {document.author}.", (), {"author": document.author})
    return Counted(f"It is called “{document.title}”.", (), {"title": document.title})


def _occurrences(query: Occurrences, document: Document) -> Counted:
    found = [find_phrase(document, phrase, query.within) for phrase in query.phrases]
    if query.asked == "compare":
        return _compare(query, found, document)
    if query.asked == "together":
        return count_together(query, found, document)
    told = [
        _told(query, phrase, spans, document)
        for phrase, spans in zip(query.phrases, found, strict=True)
    ]
    if len(told) == 1:
        return told[0]
    places = _in_order([one.places for one in told])
    return Counted("\n".join(one.text for one in told), places, _numbers(query, found))


def _told(query: Occurrences, phrase: Phrase, spans: Sequence[Span], document: Document) -> Counted:
    """What was asked about one of the phrases."""
    figures = _numbers(query, [spans], [phrase])
    name = f"“{phrase.text}”"
    if not spans:
        others = _other_forms(document, query, phrase, figures)
        here = where(query.within) or so_far(document)
        return Counted(f"{name} does not occur{here}.{others}", (), figures)
    if query.asked in ("first", "last"):
        return _at_the_edge(query, name, spans, document, figures)
    if query.asked == "holding":
        return count_holding(query, phrase, spans, document)
    parts = [
        part
        for part in parts_of(document, query.unit)
        if not query.within or any(part.span.touches(outer.span) for outer in query.within)
    ]
    own = [_standing(spans, stretches) for stretches in own_text(parts)]
    whole = [_standing(spans, [part.span]) for part in parts]
    inside = [(part, len(found)) for part, found in zip(parts, own, strict=True) if found]
    figures["by_" + query.unit] = {part.name: number for part, number in inside}
    if query.asked == "each" and parts:
        lines = [f"{title_of(part)}: {len(found)}" for part, found in zip(parts, own, strict=True)]
        text = f"{name} occurs {times(len(spans))}{where(query.within)}, of these in"
        return Counted("\n".join([text, *lines]), tuple(spans), figures)
    if query.asked == "absent":
        without = [part for part, found in zip(parts, whole, strict=True) if not found]
        if not parts:
            return Counted(no_parts(document, query.unit), (), figures)
        return _absent(name, without, len(parts), query.unit, figures)
    if query.asked in ("most", "least") and inside:
        # A section has the least only where those below it have no more.
        by_part = own if query.asked == "most" else whole
        number = (max if query.asked == "most" else min)(map(len, by_part))
        best = [one for one in zip(parts, by_part, strict=True) if len(one[1]) == number]
        each = " each" if len(best) > 1 and number else ""
        named = listed([part.name for part, _ in best])
        text = f"{name} occurs {query.asked} in {named}: {times(number)}{each}."
        places = [span for part, found in best for span in found or (beginning(part),)]
        return Counted(text, tuple(places), figures)
    text = f"{name} occurs {times(len(spans))}{where(query.within)}"
    if len(inside) > 1 or (query.asked == "places" and inside and len(parts) > 1):
        text += f", in {len(inside)} of {len(parts)} {query.unit}s: "
        text += _by_part(inside, in_order=query.asked == "places")
        if outside := len(spans) - sum(number for _, number in inside):
            text += f"; {times(outside)} outside of them"
    others = _other_forms(document, query, phrase, figures)
    return Counted(f"{text}.{others}", tuple(spans), figures)


def _at_the_edge(
    query: Occurrences,
    name: str,
    spans: Sequence[Span],
    document: Document,
    figures: dict[str, Any],
) -> Counted:
    """Where a phrase occurs first or last, and in which of the chapters, where that is outside of
    them, as in a preface."""
    ordered = spans if query.asked == "first" else spans[::-1]
    places = [ordered[0]]
    text = f"{name} occurs {query.asked} in {document.place(ordered[0])}"
    parts = [part.span for part in parts_of(document, query.unit)]
    inside = next((one for one in ordered if any(one.lies_in(part) for part in parts)), None)
    if inside is not None and inside != ordered[0]:
        places.append(inside)
        text += f", and of the {query.unit}s {query.asked} in {document.place(inside)}"
    return Counted(f"{text}.", tuple(places), figures)


def _standing(spans: Sequence[Span], stretches: Sequence[Span]) -> list[Span]:
    """Those of some spans, in the order of the text, that begin in some stretches."""
    return [
        span
        for stretch in stretches
        for span in spans[
            bisect_left(spans, stretch.start, key=_start) : bisect_left(
                spans, stretch.end, key=_start
            )
        ]
    ]


def _by_part(inside: Sequence[tuple[Part, int]], *, in_order: bool) -> str:
    """The parts where something stands with how often it does, as far as there is room for them:
    those of the text's beginning where its order counts, else those with most."""
    chosen = list(inside) if in_order else sorted(inside, key=lambda item: -item[1])
    shown = ", ".join(f"{title_of(part)} ({number})" for part, number in chosen[:MOST_NAMED])
    more = len(chosen) - MOST_NAMED
    if more <= 0:
        return shown
    return f"{'' if in_order else 'most '}{shown}, and {more} more"


def _absent(
    name: str, without: Sequence[Part], parts: int, unit: Unit, figures: dict[str, Any]
) -> Counted:
    figures[f"{unit}s_without"] = [part.name for part in without]
    places = tuple(map(beginning, without))
    if without:
        named = listed([part.name for part in without])
        text = f"{name} does not occur in {len(without)} of {parts} {unit}s: {named}."
    else:
        text = f"{name} occurs in every {unit}."
    return Counted(text, places, figures)


def _compare(query: Occurrences, found: Sequence[Sequence[Span]], document: Document) -> Counted:
    here = where(query.within)
    figures = _numbers(query, found)
    by_phrase = [
        (f"“{phrase.text}”", len(spans)) for phrase, spans in zip(query.phrases, found, strict=True)
    ]
    most = max(number for _, number in by_phrase)
    leading = listed([name for name, number in by_phrase if number == most])
    others = sorted((one for one in by_phrase if one[1] < most), key=lambda one: -one[1])
    rest = "".join(f"; {name} {times(number)}" for name, number in others)
    if not most:
        text = f"{leading} do not occur{here or so_far(document)}."
    elif not others:
        text = f"{leading} occur equally often{here}: {times(most)} each."
    else:
        alone = len(others) == len(by_phrase) - 1
        often = "more often" if len(by_phrase) == _TWO else "most often"
        occur = "occurs" if alone else "occur"
        text = f"{leading} {occur} {often}{here}: {times(most)}{'' if alone else ' each'}{rest}."
    return Counted(text, _in_order(found), figures)


def _numbers(
    query: Occurrences,
    found: Sequence[Sequence[Span]],
    phrases: Sequence[Phrase] = (),
) -> dict[str, Any]:
    named = zip(phrases or query.phrases, found, strict=True)
    return {"phrases": {phrase.text: len(spans) for phrase, spans in named}}


def _in_order(found: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
    return tuple(sorted((span for spans in found for span in spans), key=_start))


def _other_forms(
    document: Document, query: Occurrences, phrase: Phrase, figures: dict[str, Any]
) -> str:
    """What else a reader may have meant: the word's other forms, and a name in small letters."""
    if phrase.exact or " " in phrase.text or not phrase.text[:1].isalpha():
        return ""
    wanted = set(passage_terms(phrase.text, document.language))
    forms: Counter[str] = Counter()
    own = pattern_of(phrase)
    for stretch in spans_of(document, query.within):
        for span in words_in(document, stretch):
            word = document.slice(span)
            alike = word[:3].casefold() == phrase.text[:3].casefold() and not own.fullmatch(word)
            if alike and wanted & set(passage_terms(word, document.language)):
                forms[word.casefold()] += 1
    # What holds the phrase as a word of its own, as in a hyphened one, is counted already.
    rest = {form: number for form, number in forms.items() if not own.search(form)}
    if phrase.text[:1].isupper():
        rest = {form: number for form, number in rest.items() if form == phrase.text.casefold()}
    if not rest:
        return ""
    figures["other_forms"] = rest
    named = ", ".join(f"“{form}” {times(n)}" for form, n in sorted(rest.items()))
    return f" Besides, {named}."


def _start(span: Span) -> int:
    return span.start
