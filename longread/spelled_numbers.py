"""Numbers of parts that a person writes in words, as digits."""

from __future__ import annotations

import re

from longread.number_words import LAST, number_ahead, ordinal_at_end
from longread.structure import CHAPTER_WORD, ENGLISH_PART_WORDS, PAGE_WORD, PART_WORD, singular

_BLANK = re.compile(r"\s+")
_PART_WORD = re.compile(
    rf"(?<!\w)(?P<word>{CHAPTER_WORD}|{PART_WORD}|{PAGE_WORD})(?!\w)", re.IGNORECASE
)


def in_digits(text: str) -> str:
    """A text in which numbers of parts that stand there in words of other languages than English
    are written in digits: "im dritten Kapitel", "chapitre trois"."""
    at, written = 0, ""
    for match in _PART_WORD.finditer(text):
        if match.start() < at:
            continue
        before, word = text[at : match.start()], singular(match["word"])
        behind = None if word in ENGLISH_PART_WORDS else _BLANK.match(text, match.end())
        word = match["word"] if word == match["word"].casefold() else word
        if ordinal := ordinal_at_end(before):
            value, begins = ordinal
            written += before[:begins] + ("last" if value == LAST else f"{value}.") + f" {word}"
            at = match.end()
        elif behind and (number := number_ahead(text[behind.end() :])):
            value, length = number
            written += f"{before}{word} {value}"
            at = behind.end() + length
    return written + text[at:]
