"""Names of the files that summaries and conversations are written to."""

from __future__ import annotations

import re
from pathlib import Path

from longread.report.formats import Format

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST = 120


def safe_name(text: str) -> str:
    """A text as a file's name without its ending, wherever it is written."""
    return _UNSAFE.sub("-", text).strip("-.")[:_LONGEST] or "document"


def file_name(name: str, form: Format, taken: set[str]) -> str:
    """A name for the summary of an input, different from those that are ``taken``, to which it is
    added."""
    stem = safe_name(Path(name).stem)
    found, number = f"{stem}.{form}", 1
    while found.casefold() in taken:
        number += 1
        found = f"{stem}-{number}.{form}"
    taken.add(found.casefold())
    return found
