"""Counting by structure: how many units there are, which is longest, their first and last words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from longread.answering.count_query import Edges, Unit, Units
from longread.answering.counted import MOST_NAMED, Counted, listed, where
from longread.answering.words import Measure, count_words, measure_of, spans_of, words_in
from longread.document import LINE_KINDS, Document, Paragraph, Span
from longread.passages import sentences_of
from longread.structure import Part, chapters

_NOT_APART = "the script sets no words apart"


def count_units(query: Units, document: Document) -> Counted:
    """How many units there are, which is longest or shortest, what they are called, or how long a
    part is."""
    if query.asked == "titles":
        titled = query.within or parts_of(document, query.unit)
        places = tuple(Span(part.span.start, part.span.start) for part in titled)
        names = [part.name for part in titled]
        text = "\n".join(names) if names else f"The text has no {query.unit}s with titles."
        return Counted(text, places, {"titles": names})
    measure = measure_of(document)
    apart = f"; {_NOT_APART}" if query.unit == "word" and measure == "character" else ""
    if query.asked == "length":
        number = count_words(document, spans_of(document, query.within), measure)
        name = listed([part.name for part in query.within]) or "The text"
        told = f"{name} has {number:,} {_several(measure, number)}{apart}."
        return Counted(told, (), {f"{measure}s": number})
    if apart and query.asked != "count":
        return Counted(f"{_NOT_APART.capitalize()}.")
    unit = measure if query.unit == "word" else query.unit
    spans = list(_each(document, query.unit, query.within, measure))
    figures: dict[str, Any] = {f"{unit}s": len(spans)}
    has_names = query.unit in ("chapter", "section", "page")
    if has_names and not parts_of(document, query.unit):
        return Counted(f"The text has no {unit}s that are marked as such.", (), figures)
    inside = where(query.within)
    if query.asked == "count" or not spans:
        shown = f"{f'{len(spans):,}' if spans else 'no'} {_several(unit, len(spans))}"
        text = f"There {'is' if len(spans) == 1 else 'are'} {shown}{inside}{apart}."
        return Counted(text, tuple(span for _, span in spans) if has_names else (), figures)
    sizes = [
        span.end - span.start if query.unit == "word" else count_words(document, [span], measure)
        for _, span in spans
    ]
    extreme = max(sizes) if query.asked == "longest" else min(sizes)
    sized = "letter" if query.unit == "word" else measure
    best = [entry for entry, size in zip(spans, sizes, strict=True) if size == extreme]
    figures |= {f"{sized}s": extreme}
    if query.unit in ("chapter", "section"):
        named = listed(list(dict.fromkeys(name for name, _ in best)))
    elif query.unit == "word":
        named = listed(list(dict.fromkeys(f"“{document.slice(span)}”" for _, span in best))[:3])
    else:
        named = str(document.place(best[0][1]))
    size = f"{extreme:,} {_several(sized, extreme)}"
    text = f"The {query.asked} {query.unit}{inside} is {named}: {size}."
    return Counted(text, tuple(span for _, span in best[:MOST_NAMED]), figures)


def find_edges(query: Edges, document: Document) -> Counted:
    """The first or last word, sentence, line or paragraph of every unit, or of parts alone."""
    measure = measure_of(document)
    if query.unit is None:
        stretches = [(part.name, part.span) for part in query.within or (_whole(document),)]
    else:
        stretches = list(_each(document, query.unit, query.within, measure))
    rows: list[tuple[str, Span]] = []
    for name, span in stretches:
        inside = list(_each(document, query.element, (Part(name, span),), measure, edges=True))
        if inside:
            rows.append((name, inside[0 if query.end == "first" else -1][1]))
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


def parts_of(document: Document, unit: Unit) -> tuple[Part, ...]:
    """The units of a text that have names, in its order: its pages or sections, else chapters."""
    if unit == "page":
        return tuple(Part(f"p. {page.label}", page.span) for page in document.pages)
    if unit == "section":
        return tuple(
            Part(section.title, section.span, index)
            for index, section in enumerate(document.sections)
            if section.title
        )
    return chapters(document)


def _each(
    document: Document,
    unit: Unit,
    within: Sequence[Part],
    measure: Measure,
    *,
    edges: bool = False,
) -> Iterator[tuple[str, Span]]:
    """Every unit of the text or of some parts, with what it is called there. A heading is no
    paragraph, sentence or line, and prose has no lines. For the ``edges`` of a part a heading has
    no words either, and a paragraph of prose is a line."""
    if unit in ("chapter", "section", "page"):
        for part in parts_of(document, unit):
            if not within or any(_belongs(part, outer) for outer in within):
                yield part.name, part.span
        return
    for outer in within or (_whole(document),):
        for paragraph in _paragraphs(document, outer.span):
            if paragraph.kind == "heading" and (edges or unit != "word"):
                continue
            span = _common(document, paragraph.span, outer.span)
            if unit == "paragraph":
                yield str(document.place(span)), span
            elif unit == "sentence":
                for sentence in sentences_of(document, paragraph):
                    if _inside(sentence, outer.span):
                        yield str(document.place(sentence)), sentence
            elif unit == "line":
                if edges or paragraph.kind in LINE_KINDS:
                    lines = _lines(document, paragraph, span)
                    yield from ((str(document.place(line)), line) for line in lines)
            elif unit == "word":
                words = words_in(document, span, measure)
                yield from ((document.slice(word), word) for word in words)


def _belongs(part: Part, outer: Part) -> bool:
    """Whether a section lies within another part, or a page has some of it."""
    if part.section is None:
        return _touches(part.span, outer.span)
    return _inside(part.span, outer.span) and part.section != outer.section


def _paragraphs(document: Document, span: Span) -> Iterator[Paragraph]:
    """The paragraphs that have some of a stretch."""
    for index in range(document.paragraph_at(span.start), len(document.paragraphs)):
        paragraph = document.paragraphs[index]
        if paragraph.span.start >= span.end:
            return
        if _touches(paragraph.span, span):
            yield paragraph


def _lines(document: Document, paragraph: Paragraph, span: Span) -> Iterator[Span]:
    """What a stretch has of a paragraph's lines; prose is one line."""
    if paragraph.kind not in LINE_KINDS:
        yield span
        return
    start = paragraph.span.start
    for line in document.slice(paragraph.span).split("\n"):
        own = Span(start, start + len(line))
        if _touches(own, span):
            yield _common(document, own, span)
        start += len(line) + 1


def _several(unit: str, number: int) -> str:
    return unit if number == 1 else f"{unit}s"


def _whole(document: Document) -> Part:
    return Part("The text", Span(0, len(document.text)))


def _touches(one: Span, other: Span) -> bool:
    return one.start < other.end and one.end > other.start


def _common(document: Document, one: Span, other: Span) -> Span:
    """What two stretches share, without white space at its ends."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    text = document.text[start:end]
    return Span(end - len(text.lstrip()), start + len(text.rstrip()))


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
