"""Finding words in a text as a reader types them."""

from __future__ import annotations

import re

from longread.document import Span

MOST_MATCHES = 10_000
"""Most places that are looked for."""

APOSTROPHES = "'’‘ʼ＇`"
HYPHENS = "-‐‑"
BLANK = r"_*\s+_*"
"""Matches the white space between words; plain text has ``_`` around words in italics."""

_SIGNS = {"'": f"[{APOSTROPHES}]", '"': '["“”„«»]', "-": f"[{HYPHENS}–—]"}


def find(text: str, wanted: str, end: int | None = None) -> list[Span]:
    """Where words stand in a text, before an offset, in its order.

    Capitals count only where some are typed; any blank stands for any white space, and plain
    quotation marks and hyphens for all kinds of them.
    """
    words = wanted.split()
    if not words:
        return []
    pattern = BLANK.join("".join(_SIGNS.get(c, re.escape(c)) for c in word) for word in words)
    flags = re.NOFLAG if any(c.isupper() for c in wanted) else re.IGNORECASE
    found = []
    for match in re.compile(pattern, flags).finditer(text, 0, len(text) if end is None else end):
        found.append(Span(*match.span()))
        if len(found) >= MOST_MATCHES:
            break
    return found
