"""A page of HTML or XHTML becomes blocks of text, in reading order.

The walk is iterative, so that no depth of nesting can end it. Inline elements never add
white space; block elements always part paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from longread.document import DocumentBuilder
from longread.sources.tree import Element, Warn
from longread.sources.untagged_headings import with_untagged_headings
from longread.sources.vocabulary import MATTER_KINDS, Block, Matter
from longread.sources.walker import Walker

__all__ = ["Block", "Matter", "add_by_headings", "blocks", "even_levels"]


def blocks(
    root: Element,
    warn: Warn,
    wanted: Collection[str] = (),
    pages: Mapping[str, str] | None = None,
    *,
    keep_nav: bool = False,
) -> list[Block]:
    """The blocks of a page in reading order.

    ``wanted`` are the anchors that blocks report in ``ids``, ``pages`` those at which printed
    pages begin, with their labels; ``keep_nav`` keeps navigation (a book's table of contents),
    which is otherwise left out.
    """
    return Walker(frozenset(wanted), pages or {}, warn, keep_nav=keep_nav).walk(root)


_CHAPTER = re.compile(
    r"^(?:chapter|chapitre|kapitel|capítulo|capitolo|hoofdstuk|глава)\s+(?:[ivxlcdm]+|\d+|\w+)\b",
    re.I,
)


def even_levels(found: Iterable[Block]) -> list[Block]:
    """Headings "Chapter N" of one text on one level, where the markup varies it."""
    items = list(found)
    chapters = [item.level for item in items if item.level and _CHAPTER.match(item.text)]
    if len(set(chapters)) < 2:
        return items
    usual = max(set(chapters), key=chapters.count)
    return [
        replace(item, level=usual) if item.level and _CHAPTER.match(item.text) else item
        for item in items
    ]


def add_by_headings(builder: DocumentBuilder, found: Iterable[Block]) -> None:
    """Put blocks into a builder, each heading beginning a section; the highest rank is 1. Where no
    block is a heading, those are that read or look like one."""
    items = with_untagged_headings(list(found))
    top = min((block.level for block in items if block.level), default=1)
    for block in items:
        if block.matter == "boilerplate":
            continue
        if block.kind == "page":
            builder.page(block.text)
        elif block.level:
            kind = MATTER_KINDS.get(block.matter, "body")
            builder.section(block.text, block.level - top + 1, kind)
        else:
            builder.paragraph(block.text, block.kind, block.page_breaks, block.emphasis)
