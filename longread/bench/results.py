"""Files of results, one JSON object a line, that a measurement goes on with."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from longread.errors import UsageError

Row = dict[str, Any]

_SETTINGS = "settings"
"""The name in the line that says how the others were made."""


@contextmanager
def results_file(out: Path, settings: Row | None = None) -> Iterator[Callable[[Row], None]]:
    """Takes rows of a results file, behind those that are there; each is written at once.
    ``settings`` are what the rows depend on, beside what stands in them; the file keeps them.

    Raises:
        UsageError: the file's rows were made with other settings.
    """
    known = _settings(out)
    if settings is not None and known is not None:
        _refuse_others(out, known, json.loads(json.dumps(settings)))
    with out.open("a+", encoding="utf-8") as file:
        # A crash may have cut the last line off; what comes next begins a new one.
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            if file.read(1) != "\n":
                file.write("\n")

        def write(row: Row) -> None:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
            file.flush()

        if settings is not None and known is None:
            write({_SETTINGS: settings})
        yield write


def read_results(out: Path) -> list[Row]:
    """The rows of a results file; a last line cut off by a crash is passed over."""
    return [line for line in _lines(out) if _SETTINGS not in line]


def _settings(out: Path) -> Row | None:
    return next((line[_SETTINGS] for line in _lines(out) if _SETTINGS in line), None)


def _refuse_others(out: Path, known: Row, wanted: Row) -> None:
    others = [
        f"{name.replace('_', ' ')} {known.get(name)!r}, now {wanted.get(name)!r}"
        for name in dict.fromkeys([*known, *wanted])
        if known.get(name) != wanted.get(name)
    ]
    if others:
        raise UsageError(
            f"{out} was made with other settings: {'; '.join(others)}.",
            hint="Name a new file with --out, or the same settings.",
        )


def _lines(out: Path) -> list[Row]:
    rows = []
    if out.exists():
        for line in out.read_text("utf-8").splitlines():
            try:
                rows.append(json.loads(line))
            except json.JSONDecodeError:
                continue
    return rows
