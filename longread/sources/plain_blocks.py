"""Blocks of a plain text: paragraphs, verses, and lines that are headings by themselves."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from longread.sources.headings import LONGEST_WRAPPED, Heading, holds_sentences, recognise
from longread.sources.joining import WIDE, Joiner
from longread.sources.plain_underlined import underlined

TERMINATED = re.compile(r"[.!?…:;。！？；：]['\"”’»)\]】」』*_]*$")
"""The end of a line that ends a sentence or a part of one."""

_OPENS = "\"“‘'«「『《（—–-"
_WRAPPED_WIDTH = 110
_MOST_LINES = 3
_FEWEST_FULL = 4
_ROOMY = 0.3
_NARROW = 45


@dataclass(frozen=True, slots=True)
class Block:
    """Lines between empty ones, with their indentation. ``text`` is what they say, ``verse`` that
    its lines are kept, ``heading`` what they are if they were recognised as one."""

    lines: tuple[str, ...]
    text: str
    verse: bool = False
    heading: Heading | None = None


def blocks(text: str) -> Iterator[Block]:
    """Blocks of the text: paragraphs, verses, and lines that are headings by themselves."""
    lines = text.expandtabs(4).split("\n")
    lengths = sorted(len(line.rstrip()) for line in lines if line.strip())
    if not lengths:
        return
    width = lengths[int(len(lengths) * 0.9)]
    # A line of wrapped text is full; where most are, a line's end means nothing.
    wrapped = width <= _WRAPPED_WIDTH and lengths[len(lengths) // 2] > 0.5 * width
    running = width if wrapped else 0
    joiner = Joiner.of(text)
    collected: list[str] = []
    end = 0
    marked = underlined(lines)
    for index, line in enumerate([*lines, ""]):
        if index < end:
            continue
        title = marked.get(index)
        found = title.heading if title else recognise(line)
        if title is not None:
            end = index + title.lines
        elif found is not None and collected:
            alone = found.rank < 3 and _may_interrupt(collected[-1], line, running)
            found = found if alone else None
        elif found is not None:
            found, taken = _whole_heading(found, lines[index : index + _MOST_LINES + 1], running)
            end = index + taken
        if found is None and (text := line.rstrip()):
            collected.append(text)
            continue
        if collected:
            for part, verse in _paragraphs(collected, width, wrapped=wrapped):
                text = "\n".join(map(str.strip, part)) if verse else joiner.joined(part)
                yield Block(tuple(part), text, verse=verse)
            collected = []
        if found is not None:
            yield Block((found.text,), found.text, heading=found)


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
    word = others[0].split(maxsplit=1)[0]
    room = 1 if WIDE.match(word) else len(word)
    return hanging or len(line.rstrip()) + room >= width


def _may_interrupt(before: str, line: str, width: int) -> bool:
    """Whether a line that follows another one directly may be a heading: in text wrapped to a
    width, a line that only happens to begin with "chapter 3" is full or goes on a sentence."""
    if not width:
        return True
    ended = TERMINATED.search(before) is not None or len(before) < 0.6 * width
    return ended and len(line.strip()) < 0.75 * width


def _paragraphs(
    lines: Sequence[str], width: int, *, wrapped: bool
) -> Iterator[tuple[Sequence[str], bool]]:
    """The lines of each paragraph, and whether they are verse."""
    if not wrapped:
        yield from ((part, False) for part in _unwrapped(lines))
        return
    if _is_verse(lines, width):
        yield lines, True
        return
    start = 0
    for index in range(1, len(lines)):
        before, line = lines[index - 1], lines[index]
        short = len(before) < 0.8 * width and TERMINATED.search(before)
        indented = _indent(line) >= _indent(before) + 2 and TERMINATED.search(before)
        # Some texts part paragraphs by nothing but a line that ends early.
        if (short or indented) and _begins(line.lstrip()[:1]):
            yield lines[start:index], False
            start = index
    yield lines[start:], False


def _begins(first: str) -> bool:
    """Whether a paragraph may begin with a character; no capitals tell it in many scripts."""
    return first in _OPENS or (first.isalpha() and not first.islower())


def _unwrapped(lines: Sequence[str]) -> Iterator[list[str]]:
    """Each line is a paragraph, but for one that breaks off within a sentence."""
    held: list[str] = []
    for line in lines:
        goes_on = held and not TERMINATED.search(held[-1].rstrip()) and line.strip()[:1].islower()
        if held and not goes_on:
            yield held
            held = []
        held.append(line)
    if held:
        yield held


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
    if short and (capital or indented) and (len(lines) > 2 or indented):
        return True
    return len(lines) >= _FEWEST_FULL and _are_verses(lines, width)


def _are_verses(lines: Sequence[str], width: int) -> bool:
    """Whether lines that may be as long as any of the text each begin with a capital, and are
    shorter than prose is, or end where the next one's first word had room."""
    capitals = sum(line.lstrip(_OPENS + " ")[:1].isupper() for line in lines)
    roomy = sum(
        len(line.rstrip()) + 1 + len(following.split(maxsplit=1)[0]) <= width
        for line, following in itertools.pairwise(lines)
    )
    is_shouted = any(line.isupper() for line in lines)
    is_open = width < _NARROW or roomy >= _ROOMY * len(lines)
    return capitals >= 0.9 * len(lines) and is_open and not is_shouted
