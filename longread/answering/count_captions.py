"""Tables and figures counted and shown, by the captions that have their numbers."""

from __future__ import annotations

from collections.abc import Sequence

from longread.answering.captions import Captioned, captions
from longread.answering.count_kinds import Captioning, Captions
from longread.answering.counted import Counted, several, where
from longread.document import Document, Span
from longread.structure import Part
from longread.table_heads import TableHeads
from longread.text import amount, one_line

_LONGEST = 100
"""Characters of a caption that are shown of each of several."""

_LONGEST_ALONE = 1_500
"""Characters of one that is asked for."""

_MOST_ROWS, _WIDEST_ROW = 20, 200
"""Rows of a table that are shown, and characters of each."""


def tell_captions(query: Captions | Captioning, document: Document) -> Counted:
    """How many tables or figures there are, or what one of them shows."""
    if isinstance(query, Captioning):
        return _shown(query.caption, document)
    return _counted(query.word, query.within, document)


def _counted(word: Captioned, within: Sequence[Part], document: Document) -> Counted:
    """How many tables or figures there are by their captions, with the first words of each."""
    found = [
        span
        for span in captions(word, document).values()
        if not within or any(span.touches(part.span) for part in within)
    ]
    shown = [one_line(document.slice(span), _LONGEST) for span in found]
    figures = {f"{word}s": shown}
    if not found:
        return Counted(f"No {word} has a caption with a number{where(within)}.", (), figures)
    number = len(found)
    have = "has" if number == 1 else "have"
    text = f"{number} {several(word, number)}{where(within)} {have} a caption:"
    return Counted("\n".join([text, *shown]), tuple(found), figures)


def _shown(caption: Span, document: Document) -> Counted:
    """What a caption says, and the rows of the table that it belongs to."""
    said = one_line(document.slice(caption), _LONGEST_ALONE)
    tables = _tables(caption, document)
    rows = [row for table in tables for row in document.slice(table).splitlines()]
    shown = [one_line(row, _WIDEST_ROW) for row in rows[:_MOST_ROWS]]
    if len(rows) > len(shown):
        shown.append(f"… and {amount(len(rows) - len(shown), 'more row')}")
    return Counted("\n".join([said, *shown]), (caption,), {"caption": said, "rows": rows})


def _tables(caption: Span, document: Document) -> tuple[Span, ...]:
    heads = TableHeads(document)
    return tuple(
        paragraph.span
        for at, paragraph in enumerate(document.paragraphs)
        if paragraph.kind == "table"
        and any(title.touches(caption) for title in heads.of(at).titles)
    )
