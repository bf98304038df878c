"""Document, Section, Paragraph, Page, Passage, Span: frozen values over one canonical text.

All offsets count characters (Unicode code points) of ``Document.text``. Paragraphs are
separated there by one empty line; a paragraph's own lines (verse, tables, code) by
newlines. A citation resolves through this module to a section path, a paragraph number,
a page label and exact characters.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from longread.config import MAX_TEXT_CHARACTERS
from longread.errors import LimitExceeded
from longread.text import one_line, squeeze, squeeze_code, squeeze_lines

ParagraphKind = Literal[
    "prose", "heading", "verse", "list", "table", "code", "quote", "caption", "footnote"
]
LINE_KINDS: frozenset[ParagraphKind] = frozenset({"verse", "table", "code", "list"})
"""Kinds whose line breaks carry meaning and are kept."""

EmphasisKind = Literal["italic", "bold"]

SectionKind = Literal["body", "front", "back", "notes"]
"""The text itself, what stands before and behind it, and notes."""


def squeezed(text: str, kind: ParagraphKind) -> str:
    """The text of a paragraph as it stands in the canonical one."""
    if kind == "code":
        return squeeze_code(text)
    return squeeze_lines(text) if kind in LINE_KINDS else squeeze(text)


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` (exclusive) of the canonical text."""

    start: int
    end: int

    def touches(self, other: Span) -> bool:
        """Whether two stretches have some of the text in common."""
        return self.start < other.end and other.start < self.end

    def lies_in(self, other: Span) -> bool:
        """Whether another stretch holds all of this one."""
        return other.start <= self.start and self.end <= other.end


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph. ``number`` counts from 1 within its section; headings have 0."""

    span: Span
    section: int
    number: int
    kind: ParagraphKind = "prose"


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter or a part of one. ``paragraphs`` is the half-open range of its own ones,
    without those of its subsections; ``parent`` is an index into ``Document.sections``."""

    title: str
    level: int
    parent: int | None
    kind: SectionKind
    span: Span
    paragraphs: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a paginated source: its printed label and the text that starts on it."""

    label: str
    span: Span


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Words that the source sets off from those around them."""

    span: Span
    kind: EmphasisKind


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one section, the unit of looking up and citing.

    ``number`` counts from 1 over the document and is what a model cites. ``paragraphs``
    is the half-open range of paragraphs that it touches.
    """

    number: int
    span: Span
    section: int
    paragraphs: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole text with its structure."""

    title: str
    author: str
    language: str
    format: str
    text: str
    sections: tuple[Section, ...]
    paragraphs: tuple[Paragraph, ...]
    pages: tuple[Page, ...] = ()
    warnings: tuple[str, ...] = ()
    emphasis: tuple[Emphasis, ...] = ()

    def slice(self, span: Span) -> str:
        """The characters of a span."""
        return self.text[span.start : span.end]

    def section_path(self, index: int) -> tuple[str, ...]:
        """Titles from the outermost section down to this one; untitled ones are left out."""
        path: list[str] = []
        current: int | None = index
        while current is not None:
            section = self.sections[current]
            if section.title:
                path.append(section.title)
            current = section.parent
        return tuple(reversed(path))

    def paragraph_at(self, offset: int) -> int:
        """Index of the paragraph that holds a character, or the last one before it."""
        starts = bisect_right(self.paragraphs, offset, key=lambda item: item.span.start)
        return max(0, starts - 1)

    def page_at(self, offset: int) -> int | None:
        """Index of the page that holds a character; None where there are no pages."""
        if not self.pages:
            return None
        return max(0, bisect_right(self.pages, offset, key=lambda page: page.span.start) - 1)

    def place(self, span: Span) -> Place:
        """Resolve a span to what a reader can look up."""
        paragraph = self.paragraphs[self.paragraph_at(span.start)]
        page = self.page_at(span.start)
        return Place(
            section_path=self.section_path(paragraph.section),
            paragraph=paragraph.number,
            page_index=page,
            page_label=self.pages[page].label if page is not None else "",
            span=span,
        )

    def as_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``; ``document_from_json`` turns them back."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a span stands, for a person."""

    section_path: tuple[str, ...]
    paragraph: int
    page_index: int | None
    page_label: str
    span: Span

    def __str__(self) -> str:
        """Such as "p. xiv", "Chapter 12 ¶ 34", or page and section where there are both."""
        parts = []
        if self.page_label:
            parts.append(f"p. {self.page_label}")
        section = " › ".join(one_line(title, 60) for title in self.section_path[-2:])
        if section and not self.page_label:
            section += f" ¶ {self.paragraph}" if self.paragraph else ""
        elif not self.page_label:
            section = f"¶ {self.paragraph}" if self.paragraph else "the beginning"
        if section:
            parts.append(section)
        return ", ".join(parts)


def document_from_json(values: dict[str, Any]) -> Document:
    """Rebuild a Document from ``Document.as_json``."""

    def span(item: dict[str, int]) -> Span:
        return Span(item["start"], item["end"])

    return Document(
        title=values["title"],
        author=values["author"],
        language=values["language"],
        format=values["format"],
        text=values["text"],
        sections=tuple(
            Section(
                title=item["title"],
                level=item["level"],
                parent=item["parent"],
                kind=item["kind"],
                span=span(item["span"]),
                paragraphs=(item["paragraphs"][0], item["paragraphs"][1]),
            )
            for item in values["sections"]
        ),
        paragraphs=tuple(
            Paragraph(span(item["span"]), item["section"], item["number"], item["kind"])
            for item in values["paragraphs"]
        ),
        pages=tuple(Page(item["label"], span(item["span"])) for item in values["pages"]),
        warnings=tuple(values["warnings"]),
        emphasis=tuple(Emphasis(span(item["span"]), item["kind"]) for item in values["emphasis"]),
    )


@dataclass(slots=True)
class _OpenSection:
    title: str
    level: int
    parent: int | None
    kind: SectionKind
    first_paragraph: int
    last_paragraph: int
    start: int
    paragraph_count: int = 0


@dataclass(slots=True)
class DocumentBuilder:
    """Collects sections, paragraphs and pages in reading order; sanitises all of them.

    Sources call ``section``, ``paragraph`` and ``page`` as they meet them and ``build`` at
    the end. A paragraph that comes before any section goes into an untitled one.
    """

    format: str
    title: str = ""
    author: str = ""
    language: str = ""
    _parts: list[str] = field(default_factory=list)
    _length: int = 0
    _sections: list[_OpenSection] = field(default_factory=list)
    _around: list[int] = field(default_factory=list)
    _paragraphs: list[Paragraph] = field(default_factory=list)
    _pages: list[tuple[str, int]] = field(default_factory=list)
    _warnings: list[str] = field(default_factory=list)
    _emphasis: list[Emphasis] = field(default_factory=list)

    def warn(self, message: str) -> None:
        """Record something that was left out or mended; each message once."""
        line = one_line(message)
        if line not in self._warnings and len(self._warnings) < 100:
            self._warnings.append(line)

    def section(
        self, title: str, level: int = 1, kind: SectionKind = "body", *, heading: bool = True
    ) -> None:
        """Begin a section. ``heading`` puts its title into the text as a heading."""
        level = max(1, level)
        while self._around and self._sections[self._around[-1]].level >= level:
            self._around.pop()
        parent = self._around[-1] if self._around else None
        self._around.append(len(self._sections))
        title = one_line(title)
        count = len(self._paragraphs)
        self._sections.append(
            _OpenSection(title, level, parent, kind, count, count, self._next_start())
        )
        if heading and title:
            self._append(title, "heading")

    def paragraph(
        self,
        text: str,
        kind: ParagraphKind = "prose",
        page_breaks: Sequence[tuple[int, str]] = (),
        emphasis: Sequence[Emphasis] = (),
    ) -> None:
        """Add a paragraph to the current section; one without text is left out.

        ``page_breaks`` are the offsets in a squeezed text at which pages begin, with the
        pages' labels; ``emphasis`` is by such offsets too.
        """
        text = squeezed(text, kind)
        if text:
            self._append(text, kind)
        start = self._length - len(text)
        for item in emphasis:
            span = Span(start + item.span.start, start + min(item.span.end, len(text)))
            if span.start < span.end:
                self._emphasis.append(Emphasis(span, item.kind))
        for offset, label in page_breaks:
            self._pages.append((one_line(label, 40), start + min(offset, len(text))))

    def page(self, label: str) -> None:
        """Begin a page: what is added from here on stands on it."""
        self._pages.append((one_line(label, 40), self._next_start()))

    def build(self) -> Document:
        """Freeze what was collected. The canonical text ends without a newline."""
        text = "".join(self._parts)
        # A page or section that stays empty at the end starts at the text's end.
        end = len(text)
        sections = [
            Section(
                item.title,
                item.level,
                item.parent,
                item.kind,
                Span(min(item.start, end), min(following, end)),
                (item.first_paragraph, item.last_paragraph),
            )
            for item, following in zip(self._sections, self._section_ends(end), strict=True)
        ]
        starts = [min(start, end) for _, start in self._pages]
        pages = tuple(
            Page(label, Span(start, stop))
            for (label, _), start, stop in zip(self._pages, starts, [*starts, end][1:], strict=True)
        )
        return Document(
            title=one_line(self.title),
            author=one_line(self.author),
            language=one_line(self.language, 20),
            format=self.format,
            text=text,
            sections=tuple(sections),
            paragraphs=tuple(self._paragraphs),
            pages=pages,
            warnings=tuple(self._warnings),
            emphasis=tuple(self._emphasis),
        )

    def _section_ends(self, end: int) -> list[int]:
        """Where each section ends: where the next one begins that is not within it."""
        ends = [end] * len(self._sections)
        around: list[int] = []
        for index, item in enumerate(self._sections):
            while around and self._sections[around[-1]].level >= item.level:
                ends[around.pop()] = item.start
            around.append(index)
        return ends

    def _next_start(self) -> int:
        return self._length + 2 if self._parts else 0

    def _append(self, text: str, kind: ParagraphKind) -> None:
        if not self._sections:
            self.section("")
        section = self._sections[-1]
        if self._parts:
            self._parts.append("\n\n")
            self._length += 2
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        if self._length > MAX_TEXT_CHARACTERS:
            raise LimitExceeded(
                f"The text is longer than {MAX_TEXT_CHARACTERS:,} characters.",
                hint="Split the file.",
            )
        number = 0
        if kind != "heading":
            section.paragraph_count += 1
            number = section.paragraph_count
        self._paragraphs.append(
            Paragraph(Span(start, self._length), len(self._sections) - 1, number, kind)
        )
        section.last_paragraph = len(self._paragraphs)
