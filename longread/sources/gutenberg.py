"""The frame that Project Gutenberg puts around its books: what says that it begins and ends."""

from __future__ import annotations

import re
from collections.abc import Sequence

START = re.compile(r"\*{3} ?START OF (?:THE|THIS) PROJECT GUTENBERG", re.I)
"""Stands before the book."""

TITLE = re.compile(r"^The Project Gutenberg e-?(?:book|text) of\b.{0,300}$", re.I)
"""Names the edition rather than the book."""

_END = re.compile(r"\*{3} ?END OF (?:THE|THIS) PROJECT GUTENBERG", re.I)
_LAST_WORDS = re.compile(r"^\s*END OF (?:THE |THIS )?PROJECT GUTENBERG", re.I)
_LICENCE = re.compile(r"^\s*(?:THE )?FULL PROJECT GUTENBERG(?:-TM|™)? LICEN[SC]E", re.I)


def end_of_book(texts: Sequence[str]) -> int | None:
    """Which of a book's lines or paragraphs the frame goes on with; None where it does not.

    A collection of volumes says "End of the Project Gutenberg EBook" behind each of them: the
    last one counts.
    """
    found: dict[re.Pattern[str], list[int]] = {_END: [], _LAST_WORDS: [], _LICENCE: []}
    for place, text in enumerate(texts):
        for pattern, places in found.items():
            if pattern.search(text[:5000]):
                places.append(place)
    if not found[_END]:
        return next(iter([*found[_LAST_WORDS][-1:], *found[_LICENCE]]), None)
    end = found[_END][-1]
    before = [place for place in found[_LAST_WORDS] if place < end][-1:]
    if before and not any(text.strip() for text in texts[before[0] + 1 : end]):
        return before[0]
    return end
