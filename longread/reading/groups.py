"""Groups: runs of neighbouring passages of about 1,500 tokens, each of which gets a note.

A function of the document alone. A group never crosses a chapter's beginning or end; within a
chapter it ends with a section where one ends nearby, else at a paragraph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from longread.document import Document, Passage, Span
from longread.passages import estimate_tokens
from longread.structure import chapters

GROUP_TOKENS = 1_500
"""Aimed size of a group, in estimated tokens."""

_SECTION_END, _PARAGRAPH_END = 2.0, 1.0


@dataclass(frozen=True, slots=True)
class Group:
    """Passages ``first`` to ``last``, both included, by their numbers. ``number`` counts from 1
    over the document."""

    number: int
    first: int
    last: int
    span: Span


def group_passages(document: Document, passages: Sequence[Passage]) -> tuple[Group, ...]:
    """All passages in groups, in the order of the text."""
    sizes = [estimate_tokens(document.slice(passage.span)) for passage in passages]
    groups: list[Group] = []
    for start, end in _stretches(document, passages):
        for first, last in _cut(passages, sizes, start, end):
            span = Span(passages[first].span.start, passages[last].span.end)
            groups.append(
                Group(len(groups) + 1, passages[first].number, passages[last].number, span)
            )
    return tuple(groups)


class Numbered(Protocol):
    """What is numbered over a document and covers passages ``first`` to ``last``."""

    @property
    def number(self) -> int:
        """From 1 on."""

    @property
    def first(self) -> int:
        """The first passage's number."""

    @property
    def last(self) -> int:
        """The last passage's number."""


Kept = TypeVar("Kept", bound=Numbered)


def fitting(parts: Iterable[Numbered], kept: Iterable[Kept]) -> dict[int, Kept]:
    """What was kept on these parts, by their numbers. Else it was written when the text was divided
    otherwise."""
    covered = {part.number: (part.first, part.last) for part in parts}
    return {one.number: one for one in kept if covered.get(one.number) == (one.first, one.last)}


def _stretches(document: Document, passages: Sequence[Passage]) -> Iterator[tuple[int, int]]:
    """Half-open ranges of passages within chapters, and between them."""
    divided = chapters(document)
    borders = sorted({at for part in divided for at in (part.span.start, part.span.end)})
    start = 0
    for border in [*borders, len(document.text) + 1]:
        end = start
        while end < len(passages) and passages[end].span.start < border:
            end += 1
        if end > start:
            yield start, end
        start = end


def _cut(
    passages: Sequence[Passage], sizes: Sequence[int], start: int, end: int
) -> Iterator[tuple[int, int]]:
    """First and last passage of each group, evenly filled."""
    left = sum(sizes[start:end])
    while start < end:
        count = max(1, round(left / GROUP_TOKENS))
        aim = left / count
        best, best_cost, filled = end - 1, float("inf"), 0
        for index in range(start, end):
            filled += sizes[index]
            if count == 1:
                best = end - 1
                break
            # A good border is worth some unevenness.
            cost = abs(filled - aim) / aim - 0.15 * _border(passages, index)
            if cost < best_cost:
                best, best_cost = index, cost
            if filled > 2 * aim:
                break
        yield start, best
        left -= sum(sizes[start : best + 1])
        start = best + 1


def _border(passages: Sequence[Passage], index: int) -> float:
    """How good a place it is to end behind a passage."""
    if index + 1 >= len(passages):
        return _SECTION_END
    this, following = passages[index], passages[index + 1]
    if this.section != following.section:
        return _SECTION_END
    return _PARAGRAPH_END if this.paragraphs[1] <= following.paragraphs[0] else 0.0
