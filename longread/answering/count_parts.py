"""The parts that a text is counted by: its chapters, sections or pages."""

from __future__ import annotations

from collections.abc import Sequence

from longread.answering.count_query import Unit
from longread.document import Document, Span
from longread.structure import CutDocument, Part, chapters, page_parts, section_part


def parts_of(document: Document, unit: Unit) -> tuple[Part, ...]:
    """The units of a text that have names, in its order: its pages or sections, else chapters."""
    if unit == "page":
        return page_parts(document)
    if unit == "section":
        return tuple(
            section_part(document, index)
            for index, section in enumerate(document.sections)
            if section.title
        )
    return chapters(document)


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
