"""Headings of a plain text in their order: sequences of numbers, lists of contents, titles that
stand below numbers."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice, pairwise, takewhile

from longread.sources.headings import LONGEST_WRAPPED, Heading, is_title, recognise, undecorated
from longread.sources.plain_blocks import TERMINATED, Block
from longread.sources.plain_numbered import numbered_outline

_MIN_CONTENTS = 3
_LONGEST_ENTRY = 800
_LONGEST_TITLE = 80
_MOST_MISSING = 2
_LONG_ENOUGH = 3
_LOOKED_AT = 40
_WORDS = re.compile(r"\w+")


def with_headings(blocks: Sequence[Block]) -> list[tuple[Heading | None, Block]]:
    """Pair blocks with the headings they are, sequences and contents lists considered."""
    headings = [
        block.heading or (recognise(block.text) if len(block.lines) == 1 else None)
        for block in blocks
    ]
    for place, numbered in numbered_outline(blocks).items():
        headings[place] = numbered
    numbers: dict[int, list[int]] = {}
    for heading in headings:
        if heading is not None and heading.number is not None:
            numbers.setdefault(heading.rank, []).append(heading.number)
    following = {rank: deque(found) for rank, found in numbers.items()}
    found: list[tuple[Heading | None, Block]] = []
    sequences: dict[int, list[int]] = {}
    for heading, block in zip(headings, blocks, strict=True):
        kept = heading
        if heading is not None and heading.number is None:
            for rank in [rank for rank in sequences if rank > heading.rank]:
                del sequences[rank]
        elif heading is not None and heading.number is not None:
            later = following[heading.rank]
            later.popleft()
            depth = _depth(sequences.setdefault(heading.rank, []), heading.number, later)
            kept = None if depth is None else replace(heading, rank=heading.rank + depth)
        found.append((kept, block))
    return _without_contents_list(_without_front_list(found))


def _depth(sequence: list[int], number: int, later: Iterable[int]) -> int | None:
    """How deep a numbered heading lies: the numbers last seen at each depth are kept in
    ``sequence``, ``later`` are those that follow. None where a number goes on no sequence and
    begins none."""
    for depth in range(len(sequence) - 1, -1, -1):
        last = sequence[depth]
        if number == last + 1 or _leaves_out(last, number, later):
            sequence[depth:] = [number]
            return depth
    if number != 1:
        return None
    # A second "I." right below a first one begins a sequence within it.
    if sequence != [1]:
        sequence.clear()
    sequence.append(number)
    return len(sequence) - 1


def _leaves_out(last: int, number: int, later: Iterable[int]) -> bool:
    """Whether a number goes on a sequence though one or two before it were left out or misprinted:
    they do not come later, and what does goes on from it."""
    if not last + 1 < number <= last + 1 + _MOST_MISSING:
        return False
    rest = list(takewhile(lambda other: other != 1, islice(later, _LOOKED_AT)))
    missing = set(range(last + 1, number))
    return missing.isdisjoint(rest) and (number + 1 in rest or last >= _LONG_ENOUGH)


def _without_front_list(
    found: list[tuple[Heading | None, Block]],
) -> list[tuple[Heading | None, Block]]:
    """Headings at the start that have hardly any text and come again are a list of contents."""
    at = [index for index, (heading, _) in enumerate(found) if heading is not None]
    last = 0
    while last + 1 < len(at):
        between = found[at[last] + 1 : at[last + 1]]
        if sum(len(block.text) for _, block in between) > _LONGEST_ENTRY:
            break
        last += 1
    keys = [_key(found[index][1].text) for index in at]
    behind = set(keys[last:])
    while last and keys[last - 1] not in behind:
        last -= 1
        behind.add(keys[last])
    again = sum(key in behind for key in keys[:last])
    if last < 2 or again < 0.8 * last:
        return found
    front = (Heading("", 1, "front", "contents"), Block((), ""))
    listed: list[tuple[Heading | None, Block]] = [
        (None, block) for _, block in found[at[0] : at[last]]
    ]
    return [*found[: at[0]], front, *listed, *found[at[last] :]]


def _key(heading: str) -> str:
    """A heading without its title: "chapter iv"."""
    return " ".join(_WORDS.findall(heading.casefold())[:2])


def _without_contents_list(
    found: list[tuple[Heading | None, Block]],
) -> list[tuple[Heading | None, Block]]:
    """Headings that follow each other without text between are a list of contents."""
    kept: list[tuple[Heading | None, Block]] = []
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


def titles_below(found: Sequence[tuple[Heading | None, Block]]) -> dict[int, str]:
    """Titles of headings that stand in lines below them, as below "Chapter 3", by the places of
    these lines: those in capitals, and others where half of the headings of their rank have such a
    line below them."""
    titles: dict[int, str] = {}
    likely: dict[int, dict[int, str]] = {}
    bare: Counter[int] = Counter()
    named: Counter[int] = Counter()
    for index, ((above, _), (heading, block)) in enumerate(pairwise(found), start=1):
        if above is None or above.title or heading is not None:
            continue
        bare[above.rank] += 1
        after = found[index + 1][0] if index + 1 < len(found) else above
        if (after is not None and after.rank <= above.rank) or block.text.startswith("["):
            continue
        text = undecorated(block.text)
        if text.isupper() and len(text) <= LONGEST_WRAPPED:
            titles[index] = text
            named[above.rank] += 1
        elif len(text) <= _LONGEST_TITLE and _may_be_title(text, len(block.lines)):
            likely.setdefault(above.rank, {})[index] = text
    for rank, places in likely.items():
        if 2 * (len(places) + named[rank]) >= bare[rank]:
            titles.update(places)
    return titles


def _may_be_title(text: str, lines: int) -> bool:
    """Whether a text may be a title and not a first short paragraph, which begins with somebody's
    words or ends like a sentence."""
    titled = is_title(text)
    if lines > (2 if titled else 1) or text.endswith((",", "-", "—", "–")):
        return False
    if TERMINATED.search(text):
        return titled and text[0].isupper() and text[-1] in ".!?"
    first = text.lstrip("\"'“‘«„([")[:1]
    return first.isalnum() and not first.islower()
