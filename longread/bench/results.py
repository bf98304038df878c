"""Files of results, one JSON object a line, that a measurement goes on with."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from longread.bench.json_lines import Row, lines_of
from longread.errors import UsageError
from longread.text import escaped_json

_SETTINGS = "settings"
"""The name in the line that says how the others were made."""


@contextmanager
def results_file(out: Path, settings: Row | None = None) -> Iterator[Callable[[Row], None]]:
    """Takes rows of a results file, behind those that are there; each is written at once.
    ``settings`` are what the rows depend on, beside what stands in them; the file keeps them.

    Raises:
        UsageError: the file's rows were made with other settings, or it cannot be written.
    """
    known = _settings(out)
    if settings is not None and known is not None:
        _refuse_others(out, known, json.loads(json.dumps(settings)))
    with _opened(out) as file:
        # A crash may have cut the last line off; what comes next begins a new one.
        end = file.seek(0, os.SEEK_END)
        if end:
            file.seek(end - 1)
            if file.read(1) != b"\n":
                file.write(b"\n")

        def write(row: Row) -> None:
            file.write(escaped_json(json.dumps(row, ensure_ascii=False)).encode() + b"\n")
            file.flush()

        if settings is not None and known is None:
            write({_SETTINGS: settings})
        yield write


def read_results(out: Path) -> list[Row]:
    """The rows of a results file, none where it is not there yet; a last line cut off by a crash
    is passed over.

    Raises:
        UsageError: it cannot be read.
    """
    return _rows(out) if out.exists() else []


def named_results(files: Iterable[Path]) -> list[Row]:
    """The rows of results files that must be there.

    Raises:
        UsageError: one cannot be read.
    """
    return [row for file in files for row in _rows(file)]


def _rows(out: Path) -> list[Row]:
    return [line for line in _lines(out) if _SETTINGS not in line]


def _opened(out: Path) -> BinaryIO:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        return out.open("a+b")
    except OSError as error:
        raise UsageError(
            f"{out} cannot be written: {error.strerror}.", hint="Name another file with --out."
        ) from error


def _settings(out: Path) -> Row | None:
    lines = _lines(out) if out.exists() else ()
    return next((line[_SETTINGS] for line in lines if _SETTINGS in line), None)


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
    for line in lines_of(out):
        with suppress(ValueError):
            row = json.loads(line)
            if isinstance(row, dict):
                rows.append(row)
    return rows
