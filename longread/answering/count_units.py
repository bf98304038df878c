"""Counting by structure: how many units there are, what they are called, their first and last
words."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from longread.answering.count_kinds import Edges, Units
from longread.answering.count_parts import (
    NAMED,
    beginning,
    each_unit,
    no_parts,
    own_text,
    parts_of,
    whole_text,
)
from longread.answering.count_sizes import by_size
from longread.answering.counted import Counted, listed, several, times, where
from longread.answering.words import count_words, measure_of, spans_of, words_in
from longread.document import Document, Span
from longread.memory.analysis import content_terms
from longread.structure import Part, main_text

_NOT_APART = "the script sets no words apart"


def count_units(query: Units, document: Document) -> Counted:
    """How many units there are, which is longest or shortest, what they are called, how long they
    are, and the like."""
    if query.asked in ("titles", "names", "around"):
        return _titles(query, document)
    measure = measure_of(document)
    apart = f"; {_NOT_APART}" if query.unit == "word" and measure == "character" else ""
    if query.asked == "length":
        sizes = [
            (part.name, count_words(document, [part.span], measure))
            for part in query.within or (whole_text(document),)
        ]
        told = [f"{name} has {size:,} {several(measure, size)}{apart}." for name, size in sizes]
        return Counted("\n".join(told), (), {f"{measure}s": sum(size for _, size in sizes)})
    if apart and query.asked != "count":
        return Counted(f"{_NOT_APART.capitalize()}.")
    if query.asked in ("distinct", "frequent"):
        return _different_words(query, document)
    units = list(each_unit(document, query.unit, query.within, measure))
    counted = measure if query.unit == "word" else query.unit
    figures: dict[str, Any] = {f"{counted}s": len(units)}
    is_named = query.unit in NAMED
    if is_named and not parts_of(document, query.unit):
        return Counted(no_parts(document, query.unit), (), figures)
    if query.asked == "count" or not units:
        number = f"{len(units):,}" if units else "no"
        are = "is" if len(units) == 1 else "are"
        text = f"There {are} {number} {several(counted, len(units))}{where(query.within)}{apart}"
        around = [part.section for part in query.within if part.section is not None]
        right_below = sum(
            unit.section is not None and document.sections[unit.section].parent in around
            for unit in units
        )
        if query.unit == "section" and 0 < right_below < len(units):
            text += f", {right_below:,} of them right below it"
        text += "."
        return Counted(text, tuple(unit.span for unit in units) if is_named else (), figures)
    return by_size(query, document, units, measure, figures)


def _titles(query: Units, document: Document) -> Counted:
    """What some parts are called, or the units within them or around them."""
    titled: Sequence[Part] = query.within
    if query.asked == "titles":
        titled = list(each_unit(document, query.unit, query.within, "word"))
    elif query.asked == "around":
        every = parts_of(document, query.unit)
        titled = [
            part
            for part, own in zip(every, own_text(every), strict=True)
            if any(span.touches(page.span) for span in own for page in query.within)
        ]
    names = [part.name for part in titled]
    none = f"{listed([part.name for part in query.within]) or 'The text'} has no {query.unit}s"
    text = "\n".join(names) if names else f"{none} with titles."
    return Counted(text, tuple(map(beginning, titled)), {"titles": names})


def _different_words(query: Units, document: Document) -> Counted:
    """How many different words there are, or which are most frequent; function words, which are so
    in any text, are none of these."""
    words: Counter[str] = Counter()
    for span in spans_of(document, query.within):
        words.update(document.slice(word).casefold() for word in words_in(document, span))
    if query.asked == "distinct":
        text = f"There are {len(words):,} different words{where(query.within)}."
        return Counted(text, (), {"different_words": len(words)})
    telling = (one for one in words.most_common() if content_terms(one[0], document.language))
    shown = dict(islice(telling, query.number))
    if not shown:
        return Counted(f"There are no words{where(query.within)}.", (), {"words": {}})
    text = f"The most frequent {several('word', len(shown))}{where(query.within)}, without function"
    text += f" words: {', '.join(f'“{word}” {times(n)}' for word, n in shown.items())}."
    return Counted(text, (), {"words": shown})


def find_edges(query: Edges, document: Document) -> Counted:
    """The first or last words, sentences, lines or paragraphs of every unit, or of parts alone."""
    measure = measure_of(document)
    if query.unit is None:
        whole = (Part("The text", main_text(document)),)
        stretches: Sequence[Part] = query.within or whole
    else:
        stretches = list(each_unit(document, query.unit, query.within, measure))
    rows: list[tuple[str, Span]] = []
    for stretch in stretches:
        inside = _at_the_end(
            each_unit(document, query.element, (stretch,), measure, edges=True), query
        )
        if inside:
            rows.append((stretch.name, Span(inside[0].span.start, inside[-1].span.end)))
    figures = {
        "items": [{"of": name, "text": document.slice(span)} for name, span in rows],
    }
    if not rows:
        named = listed([part.name for part in query.within]) or "The text"
        told = "not so many" if query.nth > 1 else "no"
        return Counted(f"{named} has {told} {query.element}s.", (), figures)
    lines = [f"{name}: {document.slice(span)}" for name, span in rows]
    text = document.slice(rows[0][1]) if len(rows) == 1 else "\n".join(lines)
    if query.element == "word" and measure == "character":
        text += f"\n{_NOT_APART.capitalize()}: these are characters."
    return Counted(text, tuple(span for _, span in rows), figures)


def _at_the_end(units: Iterable[Part], query: Edges) -> list[Part]:
    """Those of some units that are meant, counted from either end, in the order of the text."""
    wanted = query.nth - 1 + query.number
    if query.end == "first":
        return list(islice(units, wanted))[query.nth - 1 :]
    last = deque(units, wanted)
    return list(last)[: len(last) - (query.nth - 1)]
