"""Untrusted text in Markdown files: what it says is shown, and is no markup, link or picture."""

from __future__ import annotations

import re

from longread.text import one_line

_LONGEST = 5_000
_MARKUP = re.compile(r"([\\`*_\[\]<>|~])")
_LABEL = re.compile(r"\\\[([A-Z]{0,2}\d+)\\\](?![(\[:])")
_BLOCK = re.compile(r"^(?=#|=|(?:-\s*){3}|-+$)")


def plain_line(text: str) -> str:
    """A text as one line, which is no heading or rule either."""
    return _BLOCK.sub(r"\\", _MARKUP.sub(r"\\\1", one_line(text, _LONGEST)))


def plain_lines(text: str) -> str:
    """A text with its lines; citations such as [3] stay readable."""
    return _LABEL.sub(r"[\1]", "\n".join(map(plain_line, text.splitlines())))
