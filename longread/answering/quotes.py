"""Quotations: a wording is shown in quotation marks only where the text has it.

A match is tried exactly, then tolerant of white space, letter case, dashes, dots and the
shapes of quotation marks; what is shown is then the text's own wording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

OPENING = {
    '"': '"',
    "“": "”",
    "„": "“”",
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
}
"""Opening quotation marks with the marks that may close them."""

MAX_QUOTATION = 600
"""Characters after which an open quotation mark is taken for a stray one."""

_FOLD = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "«": '"',
        "»": '"',
        "‘": "'",
        "’": "'",
        "‚": "'",
        "–": "-",
        "—": "-",
        "‐": "-",
        "‑": "-",
    }
)

_DOTS = re.compile(r"…|\.{3}")
_DOTS_PATTERN = f"(?:{_DOTS.pattern})"


def find_verbatim(quotation: str, texts: Sequence[str]) -> tuple[int, int, int] | None:
    """Where a quotation stands: index of the text, start and end of the characters.

    Punctuation at the quotation's ends is not required to match. None where no text has it.
    """
    wanted = quotation.strip()
    if not wanted:
        return None
    for index, text in enumerate(texts):
        for match in re.finditer(re.escape(wanted), text):
            if _whole_words(text, match.start(), match.end()):
                return index, match.start(), match.end()
    core = wanted.strip(" \n\t.,;:!?…'’‘\"“”").translate(_FOLD)
    words = core.split()
    if not words:
        return None
    pattern = re.compile(r"\s+".join(map(_word_pattern, words)), re.IGNORECASE)
    for index, text in enumerate(texts):
        for match in pattern.finditer(text.translate(_FOLD)):
            if _whole_words(text, match.start(), match.end()):
                return index, match.start(), match.end()
    return None


def _word_pattern(word: str) -> str:
    return _DOTS_PATTERN.join(map(re.escape, _DOTS.split(word)))


def _whole_words(text: str, start: int, end: int) -> bool:
    before = start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
    after = end == len(text) or not (text[end - 1].isalnum() and text[end].isalnum())
    # Scripts without spaces have no word borders to keep.
    return (before and after) or ord(text[start]) > 0x2E80
