"""Names of the files that summaries and conversations are written to."""

from __future__ import annotations

import re
from pathlib import Path

from longread.report.formats import Format

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST = 120
_MOST_BYTES = 200


def safe_name(text: str) -> str:
    """A text as a file's name without its ending, wherever it is written: with it, and what is
    written beside it until it is whole, it has less than the 255 bytes that most disks allow."""
    name = _UNSAFE.sub("-", text).strip("-.")[:_LONGEST]
    return name.encode()[:_MOST_BYTES].decode(errors="ignore") or "document"


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
