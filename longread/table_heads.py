"""The heads of tables: the titles above a table, and the rows that name its columns.

A long table is cut into several passages, and the rows of all but the first do not say what they
are of, nor of which year. Everything here is a function of the document alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from longread.document import LINE_KINDS, Document, Passage, Span
from longread.sentences import sentence_ends

MOST_TITLES = 4
"""Paragraphs above a table that may be titles of it."""

TITLE_CHARACTERS = 200
"""Characters that such a paragraph, or the sentence right before a table, has at most."""

MOST_HEADER_ROWS = 4
"""Rows at a table's top that may name its columns."""

MOST_PARTS = 30
"""Parts of a table, such as one on each page, through which its head is looked for."""

ROWS_COMPARED = 40
"""Rows of two parts from which it is seen whether they have the same columns."""

VALUE_CHARACTERS = 40
"""Characters that a cell with an amount has at most."""

_CELLS = " | "
_ENDED = re.compile(r"[.!?。！？][\"'”’»)\]]*$")
_YEAR = re.compile(r"\W*(?:19|20)\d\d(?:[/–-]\d\d(?:\d\d)?)?\W*")
_CAPTION = re.compile(
    r"(?:table|tab\.|exhibit|tabelle|tableau|tabla|tabella|tabela|tabel|таблица|表)\s*[A-Z]?[.-]?\d+",
    re.IGNORECASE,
)
_INTRODUCES = re.compile(
    r":$|\b(?:tables?|following|follows|below|tabellen?|folgend\w*|unten|tableaux?|suivante?s?|"
    r"ci-dessous|tablas?|siguientes?|tabell[ae]|seguent[ei]|tabelas?|seguintes?|volgende|"
    r"таблиц\w*|следующ\w*|ниже)\b",
    re.IGNORECASE,
)
_VALUE = re.compile(r"\W*\d[\d.,'\s/:–-]*\W*[^\W\d]{0,3}\W*|[—–-]")
"""A number with a unit at most, or the dash that stands for none."""


@dataclass(frozen=True, slots=True)
class TableHead:
    """What stands above a table's rows. A table that goes on has the ``titles`` and the
    ``headers`` of its first part; ``group`` is what stands above this part alone. ``is_first``
    says that only its section's title stands above the titles."""

    titles: tuple[Span, ...]
    headers: tuple[Span, ...]
    group: tuple[Span, ...] = ()
    is_first: bool = False

    @property
    def spans(self) -> tuple[Span, ...]:
        """All of it in the order of the text."""
        return (*self.titles, *self.headers, *self.group)


@dataclass(frozen=True, slots=True)
class _Above:
    """The paragraphs right above a table that are titles of it, and what stands above these: the
    table that nothing else parts from it, or the section's title."""

    titles: tuple[Span, ...] = ()
    first: int = 0
    table: int | None = None
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class TableHeads:
    """The heads of a document's tables, each looked for once."""

    document: Document
    _known: dict[int, TableHead] = field(default_factory=dict)

    def of(self, index: int) -> TableHead:
        """The head of the table that is the paragraph of this index."""
        if index not in self._known:
            self._known[index] = self._find(index)
        return self._known[index]

    def _find(self, index: int) -> TableHead:
        own = above = _above(self.document, index)
        header = _header(self.document, index)
        for _ in range(MOST_PARTS):
            part = above.table
            if header or part is None or not _goes_on(self.document, part, index):
                break
            if part in self._known:
                return replace(self._known[part], group=own.titles)
            index, above, header = part, _above(self.document, part), _header(self.document, part)
        titles, headers = above.titles, (header,) if header else ()
        if not any(_CAPTION.match(self.document.slice(title)) for title in titles):
            titles += _caption_below(self.document, index)
        return TableHead(titles, headers, own.titles if above is not own else (), above.is_first)

    def outside(self, passage: Passage) -> str:
        """The head of the table that a passage begins in, as far as the passage does not hold it,
        in lines; empty where there is none."""
        first = passage.paragraphs[0]
        if self.document.paragraphs[first].kind != "table":
            return ""
        spans = [span for span in self.of(first).spans if not span.lies_in(passage.span)]
        return "\n".join(map(self.document.slice, spans))


def opening(document: Document, index: int) -> tuple[int, int]:
    """What belongs together at the top of a table: the paragraph that its titles begin with, and
    the offset at which its first row below the header ends."""
    header = _header(document, index)
    below = header.end if header else document.paragraphs[index].span.start
    rows = list(islice((row for row in _rows(document, index) if row.start >= below), 1))
    return _above(document, index).first, rows[0].end if rows else below


def _above(document: Document, index: int) -> _Above:
    titles: list[Span] = []
    first = index
    section = document.paragraphs[index].section
    while first > 0 and document.paragraphs[first - 1].section == section:
        paragraph = document.paragraphs[first - 1]
        if paragraph.kind == "table":
            return _Above(tuple(titles), first, table=first - 1)
        if paragraph.kind == "heading":
            return _Above(tuple(titles), first, is_first=True)
        if paragraph.kind in LINE_KINDS or len(titles) == MOST_TITLES:
            break
        caption = _caption(document, first - 1)
        if caption is not None:
            if not _stands_below(document, first - 1):
                titles.insert(0, caption)
                first -= 1
            break
        text = document.slice(paragraph.span)
        if len(text) > TITLE_CHARACTERS or _ENDED.search(text):
            sentence = None if titles else _introduction(document, paragraph.span)
            if sentence is not None:
                titles = [sentence]
                first -= sentence == paragraph.span
            break
        titles.insert(0, paragraph.span)
        first -= 1
    return _Above(tuple(titles), first)


def _introduction(document: Document, span: Span) -> Span | None:
    """The last sentence of a paragraph, where it is short and speaks of what follows."""
    # Splitters may take quadratic time.
    text = document.slice(span)[-2 * TITLE_CHARACTERS :]
    cuts = [0, *(end for end in sentence_ends(text, document.language) if text[end:].strip())]
    sentence = text[cuts[-1] :].strip()
    if len(sentence) > TITLE_CHARACTERS or not _INTRODUCES.search(sentence):
        return None
    return Span(span.end - len(sentence), span.end)


def _caption(document: Document, number: int) -> Span | None:
    """The first sentence of a paragraph that begins with the number of a table."""
    if not 0 <= number < len(document.paragraphs):
        return None
    span = document.paragraphs[number].span
    text = document.slice(span)[:TITLE_CHARACTERS]
    numbered = _CAPTION.match(text)
    if numbered is None or document.paragraphs[number].kind in LINE_KINDS:
        return None
    # The number may have a full stop behind it, which ends no sentence.
    ends = sentence_ends(text, document.language)
    end = next((end for end in ends if end > numbered.end() + 2), len(text))
    return Span(span.start, span.start + len(text[:end].rstrip()))


def _caption_below(document: Document, index: int) -> tuple[Span, ...]:
    """The caption of a table that stands below it."""
    caption = _caption(document, index + 1)
    return (caption,) if caption and _stands_below(document, index + 1) else ()


def _stands_below(document: Document, number: int) -> bool:
    """Whether a caption is that of the table above it: where tables and captions stand in turns, a
    table comes first."""
    for _ in range(MOST_PARTS):
        at = number - 1
        while at > 0 and _is_table(document, at) and _is_table(document, at - 1):
            at -= 1
        if not _is_table(document, at):
            return False
        number = at - 1
        if _caption(document, number) is None:
            return True
    return False


def _is_table(document: Document, number: int) -> bool:
    return number >= 0 and document.paragraphs[number].kind == "table"


def _rows(document: Document, index: int) -> Iterator[Span]:
    span = document.paragraphs[index].span
    for match in re.finditer(r"[^\n]+", document.slice(span)):
        yield Span(span.start + match.start(), span.start + match.end())


def _header(document: Document, index: int) -> Span | None:
    """The rows with several cells above the first one with values, and what stands between them;
    of a table of words, its first row."""
    headers: list[Span] = []
    rows, has_values = 0, False
    for row in _rows(document, index):
        rows += 1
        cells = document.slice(row).split(_CELLS)
        has_values = any(map(_is_value, cells[1:]))
        if has_values or len(headers) > MOST_HEADER_ROWS:
            break
        if len(cells) > 1:
            headers.append(row)
    if not has_values:
        headers = headers[:1] if rows > 2 else []
    return Span(document.paragraphs[index].span.start, headers[-1].end) if headers else None


def _is_value(cell: str) -> bool:
    """Whether a cell holds an amount rather than words or a year."""
    text = cell.strip()
    if len(text) > VALUE_CHARACTERS or _YEAR.fullmatch(text):
        return False
    return _VALUE.fullmatch(text) is not None


def _goes_on(document: Document, above: int, index: int) -> bool:
    """Whether a table without a header of its own is the rest of the one above: at most the name of
    a group of rows stands between them."""
    end, start = document.paragraphs[above].span.end, document.paragraphs[index].span.start
    between = document.slice(Span(end, start)).strip()
    is_group = not between or (between.endswith(":") and "\n" not in between)
    return is_group and _columns(document, above) == _columns(document, index)


def _columns(document: Document, index: int) -> int:
    """The number of cells that most rows have."""
    rows = islice(_rows(document, index), ROWS_COMPARED)
    cells = Counter(document.slice(row).count(_CELLS) + 1 for row in rows)
    del cells[1]
    return max(cells, key=lambda count: cells[count], default=1)
