"""The tree over a document's notes: what is folded into which summary.

A function of the document alone. Its leaves are the groups that have notes; they fold into
chapters, chapters into the parts of the book, and these into the whole. What would have too many
children gets stretches between, evenly filled, so that every fold is small enough for any model.
Wu et al., "Recursively Summarizing Books with Human Feedback" (2021), section 2, fold a book so.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from longread.document import Document, Span
from longread.reading.groups import Group
from longread.structure import chapters

FAN_IN = 8
"""Most children of a branch."""

RUNS = 6
"""Where there are more than that, what is above them all has so many children at least: each gives
it a sentence."""

LEAST_BETWEEN = 1_500
"""Text outside of the chapters counts from so many characters on; what is shorter is a title page
or a part's heading."""

Kind = Literal["stretch", "chapter", "part", "document"]
"""What a branch is of; a stretch is some neighbouring text without a title."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of the document that gets a summary. ``number`` counts from 1, children before
    what they are folded into; ``notes`` or ``branches`` are its children's numbers, in the order
    of the text. ``title`` is empty for a stretch."""

    number: int
    kind: Kind
    title: str
    first: int
    last: int
    span: Span
    height: int
    notes: tuple[int, ...] = ()
    branches: tuple[int, ...] = ()


def grow(document: Document, groups: Sequence[Group]) -> tuple[Branch, ...]:
    """The branches of a document, the whole of it last; none for a document without text."""
    return _Growing(document).all_of(groups)


class _Growing:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._made: list[Branch] = []

    def all_of(self, groups: Sequence[Group]) -> tuple[Branch, ...]:
        if not groups:
            return ()
        parts = chapters(self._document)
        starts = [part.span.start for part in parts]
        begins = [group.span.start for group in groups]

        def beginning_in(start: int, end: int) -> Sequence[Group]:
            return groups[bisect_left(begins, start) : bisect_left(begins, end)]

        top: list[Branch] = []
        sections: list[int | None] = []
        opening = beginning_in(0, starts[0]) if parts else ()
        if self._length(opening) >= LEAST_BETWEEN:
            top.append(self._over_notes("stretch", "", self._body(opening)))
            sections.append(None)
        for index, part in enumerate(parts):
            own = beginning_in(part.span.start, part.span.end)
            if own:
                top.append(self._over_notes("chapter", part.name, self._body(own)))
                sections.append(part.section)
            end = starts[index + 1] if index + 1 < len(parts) else len(self._document.text) + 1
            between = beginning_in(part.span.end, end)
            if self._length(between) >= LEAST_BETWEEN:
                top.append(self._over_notes("stretch", "", self._body(between)))
                sections.append(None)
        if top:
            self._over_branches("document", self._document.title, self._parts(top, sections))
        else:
            self._over_notes("document", self._document.title, groups)
        return tuple(self._made)

    def _length(self, groups: Sequence[Group]) -> int:
        """Characters of the body in some groups."""
        return sum(g.span.end - g.span.start for g in groups if self._is_body(g))

    def _body(self, groups: Sequence[Group]) -> Sequence[Group]:
        """Without notices and indexes behind the text, unless there is nothing else."""
        return [group for group in groups if self._is_body(group)] or groups

    def _is_body(self, group: Group) -> bool:
        document = self._document
        paragraph = document.paragraphs[document.paragraph_at(group.span.start)]
        return document.sections[paragraph.section].kind == "body"

    def _parts(self, top: list[Branch], sections: Sequence[int | None]) -> list[Branch]:
        """The chapters of each part of the book together, where it has parts."""
        outermost = [self._outermost(section) for section in sections]
        shared = {part for part in outermost if part is not None and outermost.count(part) > 1}
        if len(set(outermost)) < 2 or not shared:
            return top
        folded: list[Branch] = []
        at = 0
        while at < len(top):
            end = at + 1
            part = outermost[at]
            while part in shared and end < len(top) and outermost[end] == part:
                end += 1
            if end - at > 1 and part is not None:
                title = self._document.sections[part].title
                folded.append(self._over_branches("part", title, top[at:end]))
            else:
                folded += top[at:end]
            at = end
        return folded

    def _outermost(self, section: int | None) -> int | None:
        """The section around a chapter that no other is around."""
        if section is None:
            return None
        found: int | None = None
        parent = self._document.sections[section].parent
        while parent is not None:
            found, parent = parent, self._document.sections[parent].parent
        return found

    def _over_notes(self, kind: Kind, title: str, groups: Sequence[Group]) -> Branch:
        if len(groups) <= FAN_IN:
            return self._add(
                Branch(
                    0,
                    kind,
                    title,
                    groups[0].first,
                    groups[-1].last,
                    Span(groups[0].span.start, groups[-1].span.end),
                    1,
                    notes=tuple(group.number for group in groups),
                )
            )
        runs = _even(len(groups), 1)
        stretches = [self._over_notes("stretch", "", groups[run.start : run.stop]) for run in runs]
        return self._over_branches(kind, title, stretches)

    def _over_branches(self, kind: Kind, title: str, branches: Sequence[Branch]) -> Branch:
        children = list(branches)
        while len(children) > FAN_IN:
            children = [
                self._over_branches("stretch", "", children[run.start : run.stop])
                if len(run) > 1
                else children[run.start]
                for run in _even(len(children), RUNS)
            ]
        return self._add(
            Branch(
                0,
                kind,
                title,
                children[0].first,
                children[-1].last,
                Span(children[0].span.start, children[-1].span.end),
                1 + max(child.height for child in children),
                branches=tuple(child.number for child in children),
            )
        )

    def _add(self, branch: Branch) -> Branch:
        self._made.append(replace(branch, number=len(self._made) + 1))
        return self._made[-1]


def _even(count: int, least: int) -> list[range]:
    """As few runs of at most ``FAN_IN`` as there can be, but ``least`` of them, alike in size."""
    runs = max(least, -(-count // FAN_IN))
    edges = [count * index // runs for index in range(runs + 1)]
    return [range(start, end) for start, end in itertools.pairwise(edges)]
