"""Breaks lines of a text into rows of so many cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import east_asian_width

from rich.cells import cell_len

_WORD = re.compile(r"[^ \n]+ *")
_WITH_MARKS = re.compile(r"(?:[«‹] )?[^ \n]+(?: [»›?!:;]+(?![^ \n]))* *")
"""A word with the marks that stand beside it behind blanks, as in French."""


def wrap(text: str, start: int, end: int, width: int) -> list[tuple[int, int]]:
    """Break characters ``start`` to ``end`` into rows of at most ``width`` cells: between words,
    between wide characters, and within a word only where it fits on no row."""
    width = max(2, width)
    if end - start <= width and text[start:end].isascii():
        return [(start, end)]
    rows: list[tuple[int, int]] = []
    # The blanks that code is indented by take room as well.
    used = min(len(text[start:end]) - len(text[start:end].lstrip(" ")), width // 2)
    row_start = row_end = end - len(text[start:end].lstrip(" ")) - used
    for begin, stop, visible in _pieces(text, start, end, width):
        if used + visible > width and row_end > row_start:
            rows.append((row_start, row_end))
            row_start, used = begin, 0
        shown = text[begin:stop].rstrip(" ")
        row_end = begin + len(shown)
        used += cell_len(text[begin:stop])
    rows.append((row_start, max(row_end, row_start)))
    return rows


def _pieces(text: str, start: int, end: int, width: int) -> list[tuple[int, int, int]]:
    """What a row may be broken between: start and end with the blanks behind it, and the cells
    that it takes without these."""
    found: list[tuple[int, int, int]] = []
    for match in _words(text, start, end, width):
        word = match[0].rstrip(" ")
        cells = cell_len(word)
        if cells <= width and (word.isascii() or not any(map(_is_wide, word))):
            found.append((match.start(), match.end(), cells))
            continue
        at = match.start()
        for part in _cut(word, width):
            found.append((at, at + len(part), cell_len(part)))
            at += len(part)
        begin, _, last = found[-1]
        found[-1] = (begin, match.end(), last)
    return found


def _words(text: str, start: int, end: int, width: int) -> Iterator[re.Match[str]]:
    """Words with the blanks behind them, and with marks that no row is to begin or end with where
    these fit on one row."""
    for match in _WITH_MARKS.finditer(text, start, end):
        if cell_len(match[0].rstrip(" ")) <= width:
            yield match
        else:
            yield from _WORD.finditer(text, match.start(), match.end())


def _cut(word: str, width: int) -> list[str]:
    """A word of wide characters, or one that is too long, in parts that may stand alone."""
    parts: list[str] = []
    for character in word:
        joins = (
            parts
            and cell_len(parts[-1] + character) <= width
            and (not (_is_wide(character) or _is_wide(parts[-1][-1])) or _sticks(character))
        )
        if joins:
            parts[-1] += character
        else:
            parts.append(character)
    return parts


def _is_wide(character: str) -> bool:
    return east_asian_width(character) in "WF"


def _sticks(character: str) -> bool:
    """Whether no row begins with a character: closing marks, and those without width."""
    return character in "、。，．：；！？）」』】〉》’”…ー々" or cell_len(character) == 0
