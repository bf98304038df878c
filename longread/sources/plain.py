"""Plain text: encodings, Project Gutenberg's frame, paragraphs, verse and chapters."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from longread.document import Document, DocumentBuilder
from longread.errors import DamagedFile, EmptyDocument
from longread.languages import language_code
from longread.sentences import STOP
from longread.sources import gutenberg
from longread.sources.encodings import decode
from longread.sources.headings import LONGEST_WRAPPED, Heading, holds_sentences, is_title, recognise
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
_TERMINATED = re.compile(r"[.!?…:;。！？；：]['\"”’»)\]】」』*_]*$")
_WRAPPED_WIDTH = 110
_MIN_CONTENTS = 3
_LONGEST_ENTRY = 800
_MOST_LINES = 3
_LONGEST_TITLE = 80
_WORDS = re.compile(r"\w+")


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
    text = _without_header(_without_frame(text, builder), builder)
    blocks = list(_blocks(text))
    if not blocks:
        raise EmptyDocument(f"There is no text in {one_line(name)}.", hint="Check the file.")
    _find_title(blocks, builder)
    builder.title = builder.title or Path(name).stem.replace("_", " ")
    _fill(builder, _with_headings(blocks))
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


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines between empty ones, with their indentation; ``verse`` keeps its lines. ``heading`` is
    what the lines are if they were recognised as one."""

    lines: tuple[str, ...]
    verse: bool = False
    heading: Heading | None = None

    @property
    def text(self) -> str:
        return ("\n" if self.verse else " ").join(line.strip() for line in self.lines)


def _blocks(text: str) -> Iterator[_Block]:
    """Blocks of the text: paragraphs, verses, and lines that are headings by themselves."""
    lines = text.expandtabs(4).split("\n")
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    if not lengths:
        return
    width = lengths[int(len(lengths) * 0.9)]
    # A line of wrapped text is full; where most are, a line's end means nothing.
    wrapped = width <= _WRAPPED_WIDTH and lengths[len(lengths) // 2] > 0.5 * width
    running = width if wrapped else 0
    collected: list[str] = []
    lines.append("")
    index = 0
    while index < len(lines):
        line = lines[index]
        found = recognise(line)
        if found is not None and collected:
            alone = found.rank < 3 and _may_interrupt(collected[-1], line, running)
            found = found if alone else None
        taken = 1
        if found is not None and not collected:
            found, taken = _whole_heading(found, lines[index : index + _MOST_LINES + 1], running)
        index += taken
        if line.strip() and found is None:
            collected.append(line.rstrip())
            continue
        if collected:
            yield from _paragraphs(collected, width, wrapped=wrapped)
            collected = []
        if found is not None:
            yield _Block((found.text,), heading=found)


def _whole_heading(found: Heading, lines: Sequence[str], width: int) -> tuple[Heading | None, int]:
    """A heading that begins a block, with the lines that it takes: in text wrapped to a width, a
    full one goes on in the next one. None for running text that only begins like a heading."""
    first, *others = itertools.takewhile(str.strip, lines)
    if not (width and others and _goes_on(first, others, width)):
        return found, 1
    if first.isupper():
        others = list(itertools.takewhile(str.isupper, others))
    whole = None
    if len(others) < _MOST_LINES:
        text = " ".join(part.strip() for part in (first, *others))
        whole = recognise(text, LONGEST_WRAPPED)
    if whole is not None and (text.isupper() or not holds_sentences(whole.title)):
        return whole, 1 + len(others)
    return (found, 1) if first.isupper() else (None, 1)


def _goes_on(line: str, others: Sequence[str], width: int) -> bool:
    """Whether a line is full, so that the first word of those behind it had no room there, or is
    long and they are all set in below it."""
    hanging = len(line) > 0.5 * width and min(map(_indent, others)) >= _indent(line) + 2
    return hanging or len(line.rstrip()) + len(others[0].split(maxsplit=1)[0]) >= width


def _may_interrupt(before: str, line: str, width: int) -> bool:
    """Whether a line that follows another one directly may be a heading: in text wrapped to a
    width, a line that only happens to begin with "chapter 3" is full or goes on a sentence."""
    if not width:
        return True
    ended = _TERMINATED.search(before) is not None or len(before) < 0.6 * width
    return ended and len(line.strip()) < 0.75 * width


def _paragraphs(lines: Sequence[str], width: int, *, wrapped: bool) -> Iterator[_Block]:
    if not wrapped:
        yield from _unwrapped(lines)
        return
    if _is_verse(lines, width):
        yield _Block(tuple(lines), verse=True)
        return
    start = 0
    for index in range(1, len(lines)):
        before, line = lines[index - 1], lines[index]
        short = len(before) < 0.8 * width and _TERMINATED.search(before)
        indented = _indent(line) >= _indent(before) + 2 and _TERMINATED.search(before)
        # Some texts part paragraphs by nothing but a line that ends early.
        begins = line.lstrip()[:1].isupper() or line.lstrip()[:1] in "\"“‘'«—–-"
        if begins and (short or indented):
            yield _Block(tuple(lines[start:index]))
            start = index
    yield _Block(tuple(lines[start:]))


def _unwrapped(lines: Sequence[str]) -> Iterator[_Block]:
    """Each line is a paragraph, but for one that breaks off within a sentence."""
    held: list[str] = []
    for line in lines:
        goes_on = held and not _TERMINATED.search(held[-1].rstrip()) and line.strip()[:1].islower()
        if held and not goes_on:
            yield _Block(tuple(held))
            held = []
        held.append(line)
    if held:
        yield _Block(tuple(held))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_verse(lines: Sequence[str], width: int) -> bool:
    """Short lines that mostly begin with a capital or are set in, and do not fill the page."""
    if len(lines) < 2:
        return False
    inner = lines[:-1]
    short = sum(len(line.strip()) < 0.75 * width for line in inner) >= 0.9 * len(inner)
    capital = sum(not line.strip()[:1].islower() for line in lines) >= 0.8 * len(lines)
    indented = all(_indent(line) >= 4 for line in lines)
    return short and (capital or indented) and (len(lines) > 2 or indented)


def _find_title(blocks: Sequence[_Block], builder: DocumentBuilder) -> None:
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


def _with_headings(blocks: Sequence[_Block]) -> list[tuple[Heading | None, _Block]]:
    """Pair blocks with the headings they are, sequences and contents lists considered."""
    found: list[tuple[Heading | None, _Block]] = []
    sequences: dict[int, list[int]] = {}
    for block in blocks:
        heading = block.heading or (recognise(block.text) if len(block.lines) == 1 else None)
        if heading is not None and heading.number is None:
            for rank in [rank for rank in sequences if rank > heading.rank]:
                del sequences[rank]
        elif heading is not None and heading.number is not None:
            depth = _depth(sequences.setdefault(heading.rank, []), heading.number)
            heading = None if depth is None else replace(heading, rank=heading.rank + depth)
        found.append((heading, block))
    return _without_contents_list(_without_front_list(found))


def _depth(sequence: list[int], number: int) -> int | None:
    """How deep a numbered heading lies: the numbers last seen at each depth are kept in
    ``sequence``. None where a number goes on no sequence and begins none."""
    for depth in range(len(sequence) - 1, -1, -1):
        if number == sequence[depth] + 1:
            sequence[depth:] = [number]
            return depth
    if number != 1:
        return None
    # A second "I." right below a first one begins a sequence within it.
    if sequence != [1]:
        sequence.clear()
    sequence.append(number)
    return len(sequence) - 1


def _without_front_list(
    found: list[tuple[Heading | None, _Block]],
) -> list[tuple[Heading | None, _Block]]:
    """Headings at the start that have hardly any text and come again are a list of contents."""
    at = [index for index, (heading, _) in enumerate(found) if heading is not None]
    last = 0
    while last + 1 < len(at):
        between = found[at[last] + 1 : at[last + 1]]
        if sum(len(block.text) for _, block in between) > _LONGEST_ENTRY:
            break
        last += 1
    keys = [_key(found[index][1].text) for index in at]
    while last and keys[last - 1] not in keys[last:]:
        last -= 1
    again = sum(key in keys[last:] for key in keys[:last])
    if last < 2 or again < 0.8 * last:
        return found
    front = (Heading("", 1, "front", "contents"), _Block(()))
    listed: list[tuple[Heading | None, _Block]] = [
        (None, block) for _, block in found[at[0] : at[last]]
    ]
    return [*found[: at[0]], front, *listed, *found[at[last] :]]


def _key(heading: str) -> str:
    """A heading without its title: "chapter iv"."""
    return " ".join(_WORDS.findall(heading.casefold())[:2])


def _without_contents_list(
    found: list[tuple[Heading | None, _Block]],
) -> list[tuple[Heading | None, _Block]]:
    """Headings that follow each other without text between are a list of contents."""
    kept: list[tuple[Heading | None, _Block]] = []
    index = 0
    while index < len(found):
        end = index
        while end < len(found) and found[end][0] is not None:
            end += 1
        run = found[index:end]
        # The last heading of a run is the one that its text follows.
        if len(run) > _MIN_CONTENTS:
            contents = 0 if run[0][0] and run[0][0].kind == "front" else -1
            for position, (heading, block) in enumerate(run):
                keeps = position == contents or position == len(run) - 1
                kept.append((heading if keeps else None, block))
        else:
            kept += run
        if end < len(found):
            kept.append(found[end])
        index = end + 1
    return kept


def _fill(builder: DocumentBuilder, found: Sequence[tuple[Heading | None, _Block]]) -> None:
    ranks = sorted({heading.rank for heading, _ in found if heading is not None})
    levels = {rank: level for level, rank in enumerate(ranks, start=1)}
    titles = _titles(found)
    for index, (heading, block) in enumerate(found):
        if heading is not None:
            title = heading.text
            if index + 1 in titles:
                title = f"{title.rstrip('.:')}. {found[index + 1][1].text}"
            builder.section(title, levels[heading.rank], heading.kind)
        elif index not in titles:
            for part in _cut(block.text):
                builder.paragraph(part, "verse" if block.verse else "prose")


def _titles(found: Sequence[tuple[Heading | None, _Block]]) -> set[int]:
    """Places of lines that are the titles of headings above them, as below "Chapter 3": those in
    capitals, and others where half of the headings of their rank have such a line below them."""
    titles: set[int] = set()
    likely: dict[int, list[int]] = {}
    bare: Counter[int] = Counter()
    named: Counter[int] = Counter()
    for index, ((above, _), (heading, block)) in enumerate(itertools.pairwise(found), start=1):
        if above is None or above.title or heading is not None:
            continue
        bare[above.rank] += 1
        after = found[index + 1][0] if index + 1 < len(found) else above
        if after is not None and after.rank <= above.rank:
            continue
        if block.text.isupper() and len(block.text) <= LONGEST_WRAPPED:
            titles.add(index)
            named[above.rank] += 1
        elif len(block.text) <= _LONGEST_TITLE and _may_be_title(block):
            likely.setdefault(above.rank, []).append(index)
    for rank, places in likely.items():
        if 2 * (len(places) + named[rank]) >= bare[rank]:
            titles.update(places)
    return titles


def _may_be_title(block: _Block) -> bool:
    """Whether a block may be a title and not a first short paragraph, which begins with somebody's
    words or ends like a sentence."""
    text = block.text
    titled = is_title(text)
    if len(block.lines) > (2 if titled else 1) or text.endswith((",", "-", "—", "–")):
        return False
    if _TERMINATED.search(text):
        return titled and text[0].isupper() and text[-1] in ".!?"
    first = text.lstrip("\"'“‘«„([")[:1]
    return first.isalnum() and not first.islower()


def _cut(text: str) -> Iterator[str]:
    """A paragraph, or pieces of an over-long one, cut behind sentences."""
    while len(text) > LONGEST_PARAGRAPH:
        window = text[:LONGEST_PARAGRAPH]
        stops = [match.end() for match in STOP.finditer(window)]
        end = stops[-1] if stops else window.rfind(" ") + 1 or LONGEST_PARAGRAPH
        yield text[:end]
        text = text[end:]
    yield text
