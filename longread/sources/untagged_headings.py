"""Headings of a text whose markup names none: paragraphs that say by their words and numbers that
they are, or short ones in bold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from longread.sources import plain_blocks
from longread.sources.headings import Heading, recognise
from longread.sources.plain_blocks import TERMINATED
from longread.sources.plain_outline import titles_below, with_headings
from longread.sources.vocabulary import Block
from longread.text import squeeze

FEWEST_WORDED = 2
"""Headings with a word for a chapter or the like from which they are believed."""

FEWEST_CHARACTERS = 200
"""Characters below each number that stands alone from which such numbers are headings."""

FEWEST_BOLD = 3
"""Bold paragraphs from which they are taken for headings."""

LONGEST_BOLD = 100
"""Characters of a bold paragraph up to which it may be a heading."""

MOST_BOLD = 0.4
"""Share of bold paragraphs among all up to which they may be headings."""

FEWEST_DISTINCT = 0.8
"""Share of different ones among bold paragraphs, which is less where they name speakers."""

_KINDS = ("prose", "quote")


def with_untagged_headings(found: Sequence[Block]) -> list[Block]:
    """The blocks of a text with headings among them; as they are where there are some, or none can
    be told."""
    if any(block.level for block in found):
        return list(found)
    made = by_words(found) or _in_bold(found)
    return [block for blocks in made for block in blocks] or list(found)


def by_words(found: Sequence[Block]) -> list[list[Block]]:
    """For each block what stands in its place where paragraphs such as "Chapter 3" are headings,
    with the titles below them; nothing at all where there are no such headings."""
    lines = [_line(block) for block in found]
    outline = with_headings([line for line in lines if line is not None])
    if _are_figures(outline):
        lines = [None if line is None or _is_figure(line) else line for line in lines]
        outline = with_headings([line for line in lines if line is not None])
    if sum(heading is not None and bool(heading.text) for heading, _ in outline) < FEWEST_WORDED:
        return []
    ranks = sorted({heading.rank for heading, _ in outline if heading})
    titles = titles_below(outline)
    made: list[list[Block]] = []
    entries = iter(enumerate(outline))
    for block, line in zip(found, lines, strict=True):
        made.append([])
        if line is None:
            made[-1] = [block]
            continue
        index, (heading, paired) = next(entries)
        if heading and paired is not line:
            level = ranks.index(heading.rank) + 1
            made[-1] = [Block("heading", "", level, matter="contents")]
            index, (heading, _) = next(entries)
        if heading:
            level = ranks.index(heading.rank) + 1
            made[-1] += _heading(block, heading, titles.get(index + 1, ""), level)
        else:
            made[-1] += _pages(block) if index in titles else [block]
    return made


def _line(block: Block) -> plain_blocks.Block | None:
    """A block as one of a plain text; what is no paragraph stands between headings, and is none."""
    if block.kind == "page":
        return None
    is_text = block.kind in _KINDS and not block.matter
    return plain_blocks.Block((block.text,) if is_text else ("", ""), block.text if is_text else "")


def _are_figures(outline: Sequence[tuple[Heading | None, plain_blocks.Block]]) -> bool:
    """Whether numbers that stand alone have too little text below them to be headings, as where
    the cells of a table are paragraphs."""
    numbers = length = 0
    below = False
    for heading, line in outline:
        if heading is None:
            length += len(line.text) if below else 0
            continue
        below = _is_figure(line)
        numbers += below
    return length < FEWEST_CHARACTERS * numbers


def _is_figure(line: plain_blocks.Block) -> bool:
    """Whether a line is a number that stands alone."""
    heading = recognise(line.text) if len(line.lines) == 1 else None
    return heading is not None and heading.number is not None and not heading.title


def _heading(block: Block, heading: Heading, below: str, level: int) -> list[Block]:
    title = f"{heading.text.rstrip('.:')}. {below}" if below else heading.text
    matter = block.matter if heading.kind == "body" else "front"
    made = replace(block, kind="heading", text=title, level=level, emphasis=(), page_breaks=())
    return [replace(made, matter=matter), *_pages(block)]


def _pages(block: Block) -> list[Block]:
    """The printed pages that begin within a block."""
    return [Block("page", label, matter=block.matter) for _, label in block.page_breaks]


def _in_bold(found: Sequence[Block]) -> list[list[Block]]:
    """For each block what stands in its place where those in bold are headings; nothing at all
    where they are too few or too many to be."""
    texts = [place for place, block in enumerate(found) if block.kind != "page"]
    bold = [_is_bold(found[place]) for place in texts]
    # What stands before all text is the title of the whole, but for the last.
    first = next((at for at, is_bold in enumerate(bold) if not is_bold), len(bold))
    headings = {
        place: found[place].text for place, is_bold in zip(texts, bold, strict=True) if is_bold
    }
    for place in texts[: max(first - 1, 0)]:
        del headings[place]
    distinct = len(set(headings.values()))
    if (
        len(headings) < FEWEST_BOLD
        or len(headings) > MOST_BOLD * len(texts)
        or distinct < FEWEST_DISTINCT * len(headings)
    ):
        return []
    return [
        [replace(block, kind="heading", level=1, emphasis=(), page_breaks=()), *_pages(block)]
        if place in headings
        else [block]
        for place, block in enumerate(found)
    ]


def _is_bold(block: Block) -> bool:
    """Whether a block is short and bold, and no sentence."""
    text = squeeze(block.text)
    if block.kind != "prose" or block.matter or len(text) > LONGEST_BOLD:
        return False
    if TERMINATED.search(text) or text.endswith(",") or not any(map(str.isalpha, text)):
        return False
    bold = [item.span for item in block.emphasis if item.kind == "bold"]
    return all(
        any(span.start <= at < span.end for span in bold)
        for at, sign in enumerate(text)
        if sign.isalnum()
    )
