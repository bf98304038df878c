"""Passages: a document cut into whole sentences of about 200 tokens.

Everything here is a function of the document alone, so that a passage's number means the
same for every model and on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from longread.config import PASSAGE_TOKENS
from longread.document import LINE_KINDS, Document, Paragraph, Passage, Span
from longread.sentences import STOP, sentence_ends
from longread.table_heads import opening

SPLITTER_CHARACTERS = 5_000
"""Longest text that is given to the sentence splitter in one piece; what is longer is cut
at plain full stops first, since splitters may take quadratic time."""

LARGEST_PASSAGE = 1.5
"""A passage may grow to this multiple of its aimed size rather than leave a tiny rest."""

_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\u0e00-\u0e7f\U00020000-\U0003ffff]")
_WORD = re.compile(r"\w+")
_PUNCTUATION = re.compile(r"[^\w\s]")
_BREAK = re.compile(r"[,;:，、；]\s*|\s+")
_CHARACTERS_A_WORD_PIECE, _NOT_ASCII = 5, 2


def estimate_tokens(text: str) -> int:
    """Tokens that a model's vocabulary would need, estimated from characters alone.

    A word counts as one token for each five of its letters (for each two where some are not
    ASCII, for such words split more), a number as one for each digit, a wide character (CJK,
    Thai) as three quarters of one, a punctuation mark as one.
    """
    wide = len(_WIDE.findall(text))
    narrow = _WIDE.sub(" ", text) if wide else text
    pieces = 0
    for word in _WORD.findall(narrow):
        size = _CHARACTERS_A_WORD_PIECE if word.isascii() else _NOT_ASCII
        pieces += 1 + (len(word) - 1) // size if not word.isdigit() else len(word)
    return pieces + len(_PUNCTUATION.findall(narrow)) + (3 * wide + 3) // 4


@dataclass(frozen=True, slots=True)
class _Piece:
    """A unit that is never split: a sentence, a line, or a part of an over-long one; the top of a
    table, with its titles and its first row, where it ``opens`` one."""

    span: Span
    tokens: int
    paragraphs: tuple[int, int]
    opens: bool = False


def split_passages(document: Document) -> tuple[Passage, ...]:
    """Cut a document into passages, numbered from 1.

    A passage never crosses a section's end. Paragraphs stay whole where they fit; headings and
    the titles of tables go with what follows them. All characters but white space belong to
    some passage.
    """
    passages: list[Passage] = []
    paragraphs = document.paragraphs
    index = 0
    while index < len(paragraphs):
        end = index
        while end < len(paragraphs) and paragraphs[end].section == paragraphs[index].section:
            end += 1
        units = list(_units(document, index, end))
        for group in _groups(units):
            first, last = group[0], group[-1]
            passages.append(
                Passage(
                    number=len(passages) + 1,
                    span=Span(first.span.start, last.span.end),
                    section=paragraphs[index].section,
                    paragraphs=(first.paragraphs[0], last.paragraphs[1]),
                )
            )
        index = end
    return tuple(passages)


def sentence_spans(document: Document, passage: Passage) -> tuple[Span, ...]:
    """The sentences of a passage, lines where its lines carry meaning; never empty."""
    spans: list[Span] = []
    for number in range(*passage.paragraphs):
        paragraph = document.paragraphs[number]
        start = max(paragraph.span.start, passage.span.start)
        end = min(paragraph.span.end, passage.span.end)
        if start < end and paragraph.kind != "heading":
            part = Paragraph(Span(start, end), paragraph.section, paragraph.number, paragraph.kind)
            spans += sentences_of(document, part)
    return tuple(spans) or (passage.span,)


def _units(document: Document, start: int, end: int) -> Iterator[_Piece]:
    """The units of a section's paragraphs from ``start`` to ``end``."""
    tables: dict[int, tuple[int, int]] = {}
    for number in range(start, end):
        if document.paragraphs[number].kind == "table":
            first, behind_a_row = opening(document, number)
            tables[first] = number, behind_a_row
    number = start
    while number < end:
        begun = document.paragraphs[number].span.start
        if number in tables and (top := _top(document, number, *tables[number])):
            yield top
            number, begun = tables[number][0], top.span.end
        yield from _rest(document, number, begun)
        number += 1


def _top(document: Document, first: int, table: int, behind_a_row: int) -> _Piece | None:
    """A table with its titles, of which the first is a paragraph's index, where they fit a passage;
    else the titles with what stands up to behind its first row, where these do."""
    start = document.paragraphs[first].span.start
    for end in (document.paragraphs[table].span.end, behind_a_row):
        tokens = estimate_tokens(document.text[start:end])
        if tokens <= PASSAGE_TOKENS:
            return _Piece(Span(start, end), tokens, (first, table + 1), opens=True)
    return None


def _rest(document: Document, number: int, begun: int) -> Iterator[_Piece]:
    """A paragraph whole where it fits a passage, else its sentences; what stands from an offset
    on."""
    paragraph = document.paragraphs[number]
    whole = _piece(document, paragraph.span, number)
    if begun == paragraph.span.start and whole.tokens <= PASSAGE_TOKENS:
        yield whole
        return
    for span in sentences_of(document, paragraph):
        if span.start >= begun:
            for part in _parts(document.text, span):
                yield _piece(document, part, number)


def _piece(document: Document, span: Span, number: int) -> _Piece:
    return _Piece(span, estimate_tokens(document.slice(span)), (number, number + 1))


def _groups(units: Sequence[_Piece]) -> Iterator[Sequence[_Piece]]:
    """Fill passages evenly: the aimed size is the section's share, not the fixed one, so
    that a section's last passage is no tiny rest."""
    left = sum(unit.tokens for unit in units)
    start = 0
    while start < len(units):
        aim = left / max(1, round(left / PASSAGE_TOKENS))
        size, end = 0, start
        while end < len(units):
            if units[end].opens and size >= aim / 2:
                # Else the rows of a table stand in other passages than its titles.
                break
            grown = size + units[end].tokens
            if end > start and (grown - aim > aim - size or grown > LARGEST_PASSAGE * aim):
                break
            size, end = grown, end + 1
        yield units[start:end]
        left -= size
        start = end


def sentences_of(document: Document, paragraph: Paragraph) -> list[Span]:
    """The sentences of a paragraph; its lines where they carry meaning."""
    text = document.slice(paragraph.span)
    start = paragraph.span.start
    if paragraph.kind in LINE_KINDS:
        cuts = [match.end() for match in re.finditer(r"\n", text)]
        return _spans(text, start, cuts)
    spans: list[Span] = []
    for offset, chunk in _chunks(text):
        spans += _spans(chunk, start + offset, list(sentence_ends(chunk, document.language)))
    return spans


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """Pieces short enough for the sentence splitter, cut behind a full stop or a space."""
    start = 0
    while len(text) - start > SPLITTER_CHARACTERS:
        window = text[start : start + SPLITTER_CHARACTERS]
        stops = [match.end() for match in STOP.finditer(window)]
        end = stops[-1] if stops else window.rfind(" ") + 1 or len(window)
        yield start, window[:end]
        start += end
    yield start, text[start:]


def _spans(text: str, start: int, cuts: Sequence[int]) -> list[Span]:
    spans, previous = [], 0
    for cut in [*cuts, len(text)]:
        if part := _trimmed(text, previous, cut):
            spans.append(Span(start + part.start, start + part.end))
        previous = max(previous, cut)
    return spans


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """A stretch of a text without white space at its ends; None where nothing else is there."""
    piece = text[start:end]
    if not piece.strip():
        return None
    return Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))


def _parts(text: str, span: Span) -> Iterator[Span]:
    """An over-long sentence at clauses or words; one without any at a fixed length."""
    start = span.start
    tokens = estimate_tokens(text[start : span.end])
    # Scripts differ in how many characters make a token.
    limit = max(1, (span.end - start) * PASSAGE_TOKENS // max(tokens, 1))
    while span.end - start > limit:
        breaks = [match.end() for match in _BREAK.finditer(text, start, start + limit)]
        end = breaks[-1] if breaks and breaks[-1] > start + limit // 4 else start + limit
        if part := _trimmed(text, start, end):
            yield part
        start = end
    if rest := _trimmed(text, start, span.end):
        yield rest
