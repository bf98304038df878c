"""Lines of a PDF in reading order become sections, paragraphs and pages."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from longread.document import DocumentBuilder
from longread.sources import pdf_apart, pdf_layout, pdf_outline
from longread.sources.joining import join
from longread.sources.pdf_headings import Headings, find_headings
from longread.sources.pdf_layout import Line
from longread.sources.pdf_outline import Entry
from longread.sources.pdf_paragraphs import Joined, Paragraphs, column_edges

FEW_ENTRIES = 2
"""Entries up to which an outline is no table of contents."""

LEAST_OUTLINED = 0.1
"""Share of pages that an outline's entries must reach beyond to be one."""

MOST_TITLE_LINES = 10
"""Lines that a heading takes at most, as in a narrow column."""


def fill(
    builder: DocumentBuilder,
    pages: list[list[Line]],
    outline: tuple[Entry, ...],
    labels: Sequence[str],
) -> None:
    """Put the lines of pages with these labels into a builder, in the sections that the outline
    names or, where it names too little, that headings begin."""
    _Filler(builder, pages, labels).fill(outline)


class _Filler:
    """Puts lines into a builder."""

    def __init__(
        self, builder: DocumentBuilder, pages: list[list[Line]], labels: Sequence[str]
    ) -> None:
        self._builder = builder
        self._pages = pages
        self._labels = labels
        self._begun = 0
        self._known = pdf_layout.vocabulary(pages)
        self._joiner = Paragraphs(self._known, column_edges(pages))
        self._apart: list[Line] = []

    def fill(self, outline: tuple[Entry, ...]) -> None:
        """Put all lines."""
        found = find_headings(self._pages) if _is_coarse(outline, len(self._pages)) else None
        starts = pdf_outline.section_starts(self._pages, outline)
        depth = 0
        for number, page in enumerate(self._pages):
            position = 0
            while position < len(page):
                line = page[position]
                entries = starts.get((number, position), ())
                level = found.level(line) if found and not line.apart else 0
                if entries or level:
                    self._put(self._joiner.finish())
                    self._begin_pages(number)
                for entry in entries:
                    self._builder.section(entry.title, entry.level)
                taken = pdf_outline.title_lines(entries[-1].title, page, position) if entries else 0
                if entries:
                    # A heading that the outline names too tells how deep those like it are.
                    depth = entries[-1].level - (level if taken else 0)
                if level and not taken:
                    title = _wrapped_title(found, page, position) if found else [line]
                    text = self._title_text(title)
                    self._builder.section(text.replace(" | ", " "), max(1, depth + level))
                    taken = len(title)
                if not taken:
                    self._add(line)
                position += max(1, taken)
        self._put(self._joiner.finish())
        self._begin_pages(len(self._pages) - 1)

    def _title_text(self, lines: Sequence[Line]) -> str:
        text = lines[0].text
        for line in lines[1:]:
            text = join(text, line.text, self._known)
        return text

    def _add(self, line: Line) -> None:
        """Take a line that is no heading's."""
        if line.apart:
            self._apart.append(line)
            return
        if not self._joiner.is_within:
            self._put_apart(self._apart)
            self._apart = []
        if done := self._joiner.add(line):
            self._put(done)

    def _put(self, done: Joined | None) -> None:
        """Put a paragraph, if there is one, and what stands apart of it: before it where it runs on
        from their page, else behind it."""
        behind = self._apart
        self._apart = []
        if done is not None:
            last = done.page if done.breaks else done.page - 1
            self._put_apart([line for line in behind if line.page <= last])
            self._put_paragraph(done)
            behind = [line for line in behind if line.page > last]
        self._put_apart(behind)

    def _put_paragraph(self, done: Joined) -> None:
        self._begin_pages(done.page)
        breaks = [(offset, self._labels[page]) for offset, page in done.breaks]
        self._builder.paragraph(done.text, "table" if done.table else "prose", breaks)
        self._begun = max(self._begun, done.page + len(breaks) + 1)

    def _put_apart(self, lines: Sequence[Line]) -> None:
        for page, group in itertools.groupby(lines, key=lambda line: line.page):
            self._begin_pages(page)
            for item in pdf_apart.texts_apart(group, self._known):
                self._builder.paragraph(item.text, item.kind)

    def _begin_pages(self, last: int) -> None:
        """Begin the pages up to one that have not begun."""
        for label in self._labels[self._begun : last + 1]:
            self._builder.page(label)
        self._begun = max(self._begun, last + 1)


def _is_coarse(outline: tuple[Entry, ...], pages: int) -> bool:
    """Whether an outline names too little for headings to be left aside."""
    last = max((entry.page for entry in outline), default=0)
    return len(outline) <= FEW_ENTRIES or last < LEAST_OUTLINED * pages


def _wrapped_title(found: Headings, page: list[Line], position: int) -> list[Line]:
    """A heading's lines: those below it of its own size and weight, close to it."""
    title = [page[position]]
    for line in page[position + 1 : position + MOST_TITLE_LINES]:
        last = title[-1]
        same = abs(line.size - last.size) < 0.3 and line.bold == last.bold
        close = last.bottom - line.top < 0.6 * last.size
        if not (same and close and found.continues(line)):
            break
        title.append(line)
    return title
