"""Plain text: encodings, Project Gutenberg's frame, paragraphs, verse and chapters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from longread.document import Document, DocumentBuilder
from longread.errors import DamagedFile, EmptyDocument
from longread.languages import language_code
from longread.sentences import STOP
from longread.sources import gutenberg
from longread.sources.encodings import decode
from longread.sources.headings import Heading, recognise
from longread.sources.plain_blocks import Block, blocks
from longread.sources.plain_outline import titles_below, with_headings
from longread.sources.plain_underlined import FIRST_RANK
from longread.sources.subtitles import without_cues
from longread.text import one_line

LONGEST_PARAGRAPH = 4_000
"""Characters beyond which a paragraph is cut at sentence ends."""

NOISE_SHARE = 0.02
"""Share of control characters from which a file is no text."""

_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
_FIELD = re.compile(r"^(title|author|language):[ \t]*(\S.*(?:\n[ \t]+\S.*)*)", re.M | re.I)
_HEADER_LINE = re.compile(
    r"(?:title|subtitle|author|editor|translator|illustrator|language|publisher|source|series|isbn|"
    r"(?:publication |release )?date|year|published|released?)s?:(?:\s|$)",
    re.IGNORECASE,
)
_BY = re.compile(r"by[:\s]+(?P<author>[^\W\d_].{2,60})", re.IGNORECASE)


def _check_is_text(text: str) -> None:
    sample = text[:200_000]
    # A few stray NULs are a mishap; many control characters are no text at all.
    if len(_CONTROL.findall(sample.replace("\0", ""))) > NOISE_SHARE * max(len(sample), 50):
        raise DamagedFile(
            "This is no text, though it is named as one.", hint="Check what kind of file it is."
        )


def read(data: bytes, name: str) -> Document:
    """Read a plain text file; ``name`` is the fallback title's source.

    Raises:
        DamagedFile: it is no text.
        EmptyDocument: there is nothing in it.
    """
    builder = DocumentBuilder("plain")
    text = decode(data, builder.warn)
    _check_is_text(text)
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    text = without_cues(_without_header(_without_frame(text, builder), builder))
    found = list(blocks(text))
    if not found:
        raise EmptyDocument(f"There is no text in {one_line(name)}.", hint="Check the file.")
    found = _with_title(found, builder)
    _find_title(found, builder)
    builder.title = builder.title or Path(name).stem.replace("_", " ")
    _fill(builder, with_headings(found))
    return builder.build()


def _without_frame(text: str, builder: DocumentBuilder) -> str:
    """Cut Project Gutenberg's header and licence, keeping what they say of the book."""
    lines = text.split("\n")
    start = next((place for place, line in enumerate(lines) if gutenberg.START.search(line)), None)
    if start is None:
        return text
    _take_fields("\n".join(lines[:start]), builder)
    # A long title may wrap the line.
    ends = (
        place for place, line in enumerate(lines[start : start + 3]) if line.rstrip()[-3:] == "***"
    )
    book = lines[start + next(ends, 0) + 1 :]
    return "\n".join(book[: gutenberg.end_of_book(book)])


def _without_header(text: str, builder: DocumentBuilder) -> str:
    """Cut lines at the very start that say title, author and the like, keeping what they say."""
    header, _, rest = text.lstrip().partition("\n\n")
    lines = [line for line in header.split("\n") if line[:1].strip()]
    if not (rest.strip() and all(_HEADER_LINE.match(line) for line in lines)):
        return text
    if not any(line.casefold().startswith("title:") for line in lines):
        return text
    _take_fields(header, builder)
    return rest


def _take_fields(header: str, builder: DocumentBuilder) -> None:
    for field, wrapped in _FIELD.findall(header):
        value = " ".join(wrapped.split())
        if field.casefold() == "title":
            builder.title = value
        elif field.casefold() == "author":
            builder.author = value
        else:
            builder.language = language_code(value)


def _with_title(found: list[Block], builder: DocumentBuilder) -> list[Block]:
    """The blocks, the first of which is the title and begins no section where it is underlined as
    no other is."""
    first, *others = found
    if first.heading is None or first.heading.rank < FIRST_RANK:
        return found
    ranks = [block.heading.rank for block in others if block.heading is not None]
    if first.heading.rank in ranks or not ranks:
        return found
    builder.title = builder.title or first.text
    return [Block(first.lines, first.text), *others]


def _find_title(blocks: Sequence[Block], builder: DocumentBuilder) -> None:
    """A short first line is the title where an author's line or capitals say so."""
    if builder.title:
        return
    first = blocks[0].lines[0].strip()
    early = [line.strip() for block in blocks[:6] for line in block.lines[:4]]
    by = next((match for line in early if (match := _BY.fullmatch(line))), None)
    named = (by or first.isupper()) and not first.startswith(("<", "Produced by"))
    if len(first) <= 80 and named and recognise(first) is None:
        builder.title = first.title() if first.isupper() else first
        builder.title = re.sub(r"(['’])S\b", r"\1s", builder.title).strip("《》 ")
    if by and not builder.author:
        author = by["author"].strip(" .,")
        builder.author = author.title() if author.isupper() else author


def _fill(builder: DocumentBuilder, found: Sequence[tuple[Heading | None, Block]]) -> None:
    ranks = sorted({heading.rank for heading, _ in found if heading is not None})
    levels = {rank: level for level, rank in enumerate(ranks, start=1)}
    titles = titles_below(found)
    for index, (heading, block) in enumerate(found):
        if heading is not None:
            title = heading.text
            if below := titles.get(index + 1):
                title = f"{title.rstrip('.:')}. {below}"
            builder.section(title, levels[heading.rank], heading.kind)
        elif index not in titles:
            for part in _cut(block.text):
                builder.paragraph(part, "verse" if block.verse else "prose")


def _cut(text: str) -> Iterator[str]:
    """A paragraph, or pieces of an over-long one, cut behind sentences."""
    while len(text) > LONGEST_PARAGRAPH:
        window = text[:LONGEST_PARAGRAPH]
        stops = [match.end() for match in STOP.finditer(window)]
        end = stops[-1] if stops else window.rfind(" ") + 1 or LONGEST_PARAGRAPH
        yield text[:end]
        text = text[end:]
    yield text
