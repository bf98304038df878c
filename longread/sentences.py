"""Where sentences end."""

from __future__ import annotations

import re
from functools import lru_cache

ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Prof|Sr|Jr|Mme|Mlle|vs|etc|No|Nr|Hr|Fr|cf|al|e\.g|i\.e)|\b[A-ZÀ-Þ])$"
)
"""The end of a text after which a full stop does not end the sentence."""

# Neither part may begin within a run of its own characters: that would take quadratic time.
STOP = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+\s+|[。！？]++[」』”’]*+")
"""What may end a sentence, with the space behind it."""


@lru_cache(maxsize=4096)
def sentence_ends(text: str, language: str) -> tuple[int, ...]:
    """Offsets at which sentences end, in text without line breaks; the last may be missing."""
    if not STOP.search(text):
        return ()
    from sentencex import segment

    cuts, at = [], 0
    for sentence in segment(language or "en", text):
        core = sentence.strip()
        found = text.find(core, at) if core else -1
        if found >= 0:
            at = found + len(core)
            cuts.append(at)
    return tuple(cuts)
