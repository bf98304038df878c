"""Counting by structure: how many units there are, which is longest, their first and last words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from longread.answering.count_parts import beginning, no_parts, own_text, parts_of
from longread.answering.count_query import Edges, Unit, Units
from longread.answering.counted import MOST_NAMED, Counted, listed, where
from longread.answering.words import Measure, count_words, measure_of, spans_of, words_in
from longread.document import LINE_KINDS, Document, Paragraph, Span
from longread.passages import sentences_of
from longread.structure import Part

_NAMED: tuple[Unit, ...] = ("chapter", "section", "page")
"""Units that have names, and are marked in the text or not there."""

_NOT_APART = "the script sets no words apart"


def count_units(query: Units, document: Document) -> Counted:
    """How many units there are, which is longest or shortest, what they are called, or how long a
    part is."""
    if query.asked == "titles":
        titled = query.within or parts_of(document, query.unit)
        places = tuple(map(beginning, titled))
        names = [part.name for part in titled]
        text = "\n".join(names) if names else f"The text has no {query.unit}s with titles."
        return Counted(text, places, {"titles": names})
    measure = measure_of(document)
    apart = f"; {_NOT_APART}" if query.unit == "word" and measure == "character" else ""
    if query.asked == "length":
        size = count_words(document, spans_of(document, query.within), measure)
        name = listed([part.name for part in query.within]) or "The text"
        told = f"{name} has {size:,} {_several(measure, size)}{apart}."
        return Counted(told, (), {f"{measure}s": size})
    if apart and query.asked != "count":
        return Counted(f"{_NOT_APART.capitalize()}.")
    units = list(_each(document, query.unit, query.within, measure))
    counted = measure if query.unit == "word" else query.unit
    figures: dict[str, Any] = {f"{counted}s": len(units)}
    is_named = query.unit in _NAMED
    if is_named and not parts_of(document, query.unit):
        return Counted(no_parts(document, query.unit), (), figures)
    if query.asked == "count" or not units:
        number = f"{len(units):,}" if units else "no"
        are = "is" if len(units) == 1 else "are"
        text = f"There {are} {number} {_several(counted, len(units))}{where(query.within)}{apart}."
        return Counted(text, tuple(unit.span for unit in units) if is_named else (), figures)
    return _extremes(query, document, units, measure, figures)


def _extremes(
    query: Units,
    document: Document,
    units: Sequence[Part],
    measure: Measure,
    figures: dict[str, Any],
) -> Counted:
    """Which of some units is longest or shortest. A section counts without those below it, unless
    it has nothing but them."""
    own: dict[Part, list[Span]] = {}
    if query.unit in _NAMED:
        every = parts_of(document, query.unit)
        own = dict(zip(every, own_text(every), strict=True))
        told = [unit for unit in units if _has_text(document, unit, own[unit])]
        units = told or units
    if query.unit == "word":
        sizes = [unit.span.end - unit.span.start for unit in units]
    else:
        sizes = [count_words(document, own.get(unit, [unit.span]), measure) for unit in units]
    extreme = max(sizes) if query.asked == "longest" else min(sizes)
    best = [unit for unit, size in zip(units, sizes, strict=True) if size == extreme]
    sized = "letter" if query.unit == "word" else measure
    figures |= {f"{sized}s": extreme}
    shown = "“{}”" if query.unit == "word" else "{}"
    names = list(dict.fromkeys(shown.format(unit.name) for unit in best))
    several = len(names if query.unit == "word" else best) > 1
    are = f"{'are' if several else 'is'}{' in' if query.unit in ('sentence', 'line') else ''}"
    size = f"{extreme:,} {_several(sized, extreme)}{' each' if several else ''}"
    text = f"The {query.asked} {_several(query.unit, 1 + several)}{where(query.within)} "
    text += f"{are} {listed(names)}: {size}"
    if any(_has_parts(unit, own.get(unit)) for unit in best):
        text += f", without the {query.unit}s below"
    return Counted(f"{text}.", tuple(unit.span for unit in best[:MOST_NAMED]), figures)


def _has_text(document: Document, part: Part, own: Sequence[Span]) -> bool:
    """Whether a part is more than a heading over others."""
    return not _has_parts(part, own) or any(
        paragraph.kind != "heading" for span in own for paragraph in _paragraphs(document, span)
    )


def _has_parts(part: Part, own: Sequence[Span] | None) -> bool:
    return own is not None and sum(s.end - s.start for s in own) < part.span.end - part.span.start


def find_edges(query: Edges, document: Document) -> Counted:
    """The first or last word, sentence, line or paragraph of every unit, or of parts alone."""
    measure = measure_of(document)
    if query.unit is None:
        stretches: Sequence[Part] = query.within or (_whole(document),)
    else:
        stretches = list(_each(document, query.unit, query.within, measure))
    rows: list[tuple[str, Span]] = []
    for stretch in stretches:
        inside = list(_each(document, query.element, (stretch,), measure, edges=True))
        if inside:
            rows.append((stretch.name, inside[0 if query.end == "first" else -1].span))
    figures = {
        "items": [{"of": name, "text": document.slice(span)} for name, span in rows],
    }
    if not rows:
        return Counted("There is no text there.", (), figures)
    lines = [f"{name}: {document.slice(span)}" for name, span in rows]
    text = document.slice(rows[0][1]) if len(rows) == 1 else "\n".join(lines)
    if query.element == "word" and measure == "character":
        text += f"\n{_NOT_APART.capitalize()}: these are characters."
    return Counted(text, tuple(span for _, span in rows), figures)


def _each(
    document: Document,
    unit: Unit,
    within: Sequence[Part],
    measure: Measure,
    *,
    edges: bool = False,
) -> Iterator[Part]:
    """Every unit of the text or of some parts, with what it is called there. A heading is no
    paragraph, sentence or line, and prose has no lines. For the ``edges`` of a part a heading has
    no words either, and a paragraph of prose is a line."""
    if unit in _NAMED:
        for part in parts_of(document, unit):
            if not within or any(_belongs(part, outer) for outer in within):
                yield part
        return

    def placed(span: Span) -> Part:
        return Part(str(document.place(span)), span)

    for outer in within or (_whole(document),):
        for paragraph in _paragraphs(document, outer.span):
            if paragraph.kind == "heading" and (edges or unit != "word"):
                continue
            span = _common(document, paragraph.span, outer.span)
            if unit == "paragraph":
                yield placed(span)
            elif unit == "sentence":
                for sentence in sentences_of(document, paragraph):
                    if sentence.lies_in(outer.span):
                        yield placed(sentence)
            elif unit == "line":
                if edges or paragraph.kind in LINE_KINDS:
                    yield from map(placed, _lines(document, paragraph, span))
            elif unit == "word":
                words = words_in(document, span, measure)
                yield from (Part(document.slice(word), word) for word in words)


def _belongs(part: Part, outer: Part) -> bool:
    """Whether a section lies within another part, or a page has some of it."""
    if part.section is None:
        return part.span.touches(outer.span)
    return part.span.lies_in(outer.span) and part.section != outer.section


def _paragraphs(document: Document, span: Span) -> Iterator[Paragraph]:
    """The paragraphs that have some of a stretch."""
    for index in range(document.paragraph_at(span.start), len(document.paragraphs)):
        paragraph = document.paragraphs[index]
        if paragraph.span.start >= span.end:
            return
        if paragraph.span.touches(span):
            yield paragraph


def _lines(document: Document, paragraph: Paragraph, span: Span) -> Iterator[Span]:
    """What a stretch has of a paragraph's lines; prose is one line."""
    if paragraph.kind not in LINE_KINDS:
        yield span
        return
    start = paragraph.span.start
    for line in document.slice(paragraph.span).split("\n"):
        own = Span(start, start + len(line))
        if own.touches(span):
            yield _common(document, own, span)
        start += len(line) + 1


def _several(unit: str, number: int) -> str:
    return unit if number == 1 else f"{unit}s"


def _whole(document: Document) -> Part:
    return Part("The text", Span(0, len(document.text)))


def _common(document: Document, one: Span, other: Span) -> Span:
    """What two stretches share, without white space at its ends."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    text = document.text[start:end]
    return Span(end - len(text.lstrip()), start + len(text.rstrip()))
