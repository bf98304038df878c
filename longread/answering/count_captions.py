"""Tables and figures, by the captions that have their numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from longread.answering.counted import Counted, several, where
from longread.document import Document, Span
from longread.structure import Part
from longread.text import one_line

Captioned = Literal["table", "figure"]

_CAPTION = re.compile(
    r"(?P<word>tab(?:le|\.)|fig(?:ure|\.))\s+(?P<number>[A-Z]?\d+(?:[.-]\d+)*)\s*[.:|—–-]",
    re.IGNORECASE,
)
_LONGEST = 100
"""Characters of a caption that are shown."""


def captions(word: Captioned, document: Document) -> dict[str, Span]:
    """The captions of a text's tables or figures by their numbers, in the order of the text."""
    found: dict[str, Span] = {}
    for paragraph in document.paragraphs:
        match = _CAPTION.match(document.text, paragraph.span.start, paragraph.span.end)
        if match and match["word"].casefold().startswith(word[:3]):
            found.setdefault(match["number"], paragraph.span)
    return found


def count_captions(word: Captioned, within: Sequence[Part], document: Document) -> Counted:
    """How many tables or figures there are by their captions, with the first words of each."""
    found = [
        span
        for span in captions(word, document).values()
        if not within or any(span.touches(part.span) for part in within)
    ]
    shown = [one_line(document.slice(span), _LONGEST) for span in found]
    figures = {f"{word}s": shown}
    if not found:
        return Counted(f"No {word} has a caption with a number{where(within)}.", (), figures)
    number = len(found)
    have = "has" if number == 1 else "have"
    text = f"{number} {several(word, number)}{where(within)} {have} a caption:"
    return Counted("\n".join([text, *shown]), tuple(found), figures)
