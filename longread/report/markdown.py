"""Untrusted text in Markdown files: what it says is shown, and is no markup, link or picture."""

from __future__ import annotations

import re

from longread.text import one_line

_LONGEST = 5_000
_MARKUP = re.compile(r"([\\`*_\[\]<>|~])")
_LABEL = re.compile(r"\\\[([A-Z]{0,2}\d+)\\\](?![(\[:])")
_HEADING = re.compile(r"^(\s*)(#|=|-{3})")


def plain_line(text: str) -> str:
    """A text as one line."""
    return _MARKUP.sub(r"\\\1", one_line(text, _LONGEST))


def plain_lines(text: str) -> str:
    """A text with its lines, of which none is a heading; citations such as [3] stay readable."""
    lines = (_HEADING.sub(r"\1\\\2", plain_line(line)) for line in text.splitlines())
    return _LABEL.sub(r"[\1]", "\n".join(lines))
