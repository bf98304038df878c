"""Files of one JSON object a line, as questions, answers and results come."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from longread.errors import UsageError

Row = dict[str, Any]
"""One object, by its names."""

Made = TypeVar("Made")


def lines_of(file: Path) -> list[bytes]:
    """The lines of a file. Only a line feed ends one: JSON may hold other separators.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return file.read_bytes().split(b"\n")
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}.", hint="Check the path."
        ) from error


def parsed(file: Path, parse: Callable[[Row], Made], what: str) -> Iterator[Made]:
    """What ``parse`` makes of each object, one line after the other; empty ones are passed over.

    Raises:
        UsageError: the file cannot be read, or a line is not ``what`` ("a question").
    """
    for number, line in enumerate(lines_of(file), start=1):
        if not line.strip():
            continue
        try:
            # Some editors put a byte order mark first.
            row = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        except ValueError as error:
            raise _not(file, number, what, f"it is no JSON in UTF-8 ({error})") from error
        if not isinstance(row, dict):
            raise _not(file, number, what, "it is no object")
        try:
            made = parse(row)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _not(file, number, what, repr(error)) from error
        yield made


def _not(file: Path, number: int, what: str, why: str) -> UsageError:
    return UsageError(
        f"{file}, line {number} is not {what}: {why}.",
        hint="docs/benchmarks/answers.md describes the format.",
    )
