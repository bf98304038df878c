"""What a text is counted by: its chapters, sections or pages, paragraphs, sentences and words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from longread.answering.count_kinds import Unit
from longread.answering.words import Measure, words_in
from longread.document import LINE_KINDS, Document, Paragraph, Span
from longread.numbered_parts import parts_with_word
from longread.passages import sentences_of
from longread.structure import (
    CutDocument,
    Part,
    chapters,
    page_parts,
    section_part,
    told_apart,
)

NAMED: frozenset[Unit] = frozenset({"chapter", "section", "page", "part"})
"""Units that have names, and are marked in the text or not there."""


def parts_of(document: Document, unit: Unit) -> tuple[Part, ...]:
    """The units of a text that have names, in its order: its pages or sections, else chapters."""
    if unit == "page":
        return page_parts(document)
    if unit == "part":
        return tuple(parts_with_word(document, "part"))
    if unit == "chapter":
        return told_apart(document, chapters(document))
    titled = (index for index, section in enumerate(document.sections) if section.title)
    return told_apart(document, [section_part(document, index) for index in titled])


def no_parts(document: Document, unit: Unit) -> str:
    """What there is to say where a text has none of a unit, or none before the reader's place."""
    if isinstance(document, CutDocument):
        return f"No {unit} that is marked as such begins in what has been read."
    return f"The text has no {unit}s that are marked as such."


def own_text(parts: Sequence[Part]) -> list[list[Span]]:
    """What each of some parts, in the order of the text, has of it outside of those within it."""
    own: list[list[Span]] = [[] for _ in parts]
    outer: list[int] = []
    at = 0

    def take(end: int) -> None:
        nonlocal at
        if at < end:
            own[outer[-1]].append(Span(at, end))
        at = max(at, end)

    for index, part in enumerate(parts):
        while outer and parts[outer[-1]].span.end <= part.span.start:
            take(parts[outer[-1]].span.end)
            outer.pop()
        if outer:
            take(part.span.start)
        at = max(at, part.span.start)
        outer.append(index)
    while outer:
        take(parts[outer[-1]].span.end)
        outer.pop()
    return own


def beginning(part: Part) -> Span:
    """The place that stands for all of a part."""
    return Span(part.span.start, part.span.start)


def whole_text(document: Document) -> Part:
    """All of a text as one part."""
    return Part("The text", Span(0, len(document.text)))


def each_unit(
    document: Document,
    unit: Unit,
    within: Sequence[Part],
    measure: Measure,
    *,
    edges: bool = False,
) -> Iterator[Part]:
    """Every unit of the text or of some parts, with what it is called there. A heading is no
    paragraph, sentence or line, and prose has no lines. For the ``edges`` of a part a heading has
    no words either, and a sentence of prose is a line."""
    if unit in NAMED:
        for part in parts_of(document, unit):
            if not within or any(_belongs(part, outer) for outer in within):
                yield part
        return
    for outer in within or (whole_text(document),):
        for paragraph in paragraphs_of(document, outer.span):
            if paragraph.kind == "heading" and (edges or unit != "word"):
                continue
            for span in _spans_of(document, unit, paragraph, outer.span, measure, edges=edges):
                name = document.slice(span) if unit == "word" else str(document.place(span))
                yield Part(name, span)


def _spans_of(
    document: Document,
    unit: Unit,
    paragraph: Paragraph,
    outer: Span,
    measure: Measure,
    *,
    edges: bool,
) -> Iterator[Span]:
    """A paragraph's words, sentences or lines, or itself, as far as they lie in a part."""
    if unit == "paragraph":
        yield _common(document, paragraph.span, outer)
    elif unit == "word":
        yield from words_in(document, _common(document, paragraph.span, outer), measure)
    elif unit == "sentence":
        for one in sentences_of(document, paragraph):
            # A quotation mark that stands apart is none.
            if one.lies_in(outer) and any(map(str.isalnum, document.slice(one))):
                yield one
    elif unit == "line" and (edges or paragraph.kind in LINE_KINDS):
        lines = (line for line in _lines(document, paragraph) if line.touches(outer))
        yield from (_common(document, line, outer) for line in lines)


def _belongs(part: Part, outer: Part) -> bool:
    """Whether a section lies within another part, or a page has some of it."""
    if part.section is None:
        return part.span.touches(outer.span)
    return part.span.lies_in(outer.span) and part.section != outer.section


def paragraphs_of(document: Document, span: Span) -> Iterator[Paragraph]:
    """The paragraphs that have some of a stretch."""
    for index in range(document.paragraph_at(span.start), len(document.paragraphs)):
        paragraph = document.paragraphs[index]
        if paragraph.span.start >= span.end:
            return
        if paragraph.span.touches(span):
            yield paragraph


def _lines(document: Document, paragraph: Paragraph) -> Iterator[Span]:
    """A paragraph's lines but for blank ones; of prose, whose lines are not kept, its sentences."""
    if paragraph.kind not in LINE_KINDS:
        yield from sentences_of(document, paragraph)
        return
    start = paragraph.span.start
    for line in document.slice(paragraph.span).split("\n"):
        if line:
            yield Span(start, start + len(line))
        start += len(line) + 1


def _common(document: Document, one: Span, other: Span) -> Span:
    """What two stretches share, without white space at its ends."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    text = document.text[start:end]
    return Span(end - len(text.lstrip()), start + len(text.rstrip()))
