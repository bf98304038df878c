"""Names of the files that summaries are written to."""

from __future__ import annotations

import re
from pathlib import Path

from longread.report.formats import Format

_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST = 120


def file_name(name: str, form: Format, taken: set[str]) -> str:
    """A name for the summary of an input, different from those that are ``taken``, to which it is
    added. The same inputs in the same order get the same names."""
    stem = _UNSAFE.sub("-", Path(name).stem).strip("-.")[:_LONGEST] or "document"
    found, number = f"{stem}.{form}", 1
    while found.casefold() in taken:
        number += 1
        found = f"{stem}-{number}.{form}"
    taken.add(found.casefold())
    return found
