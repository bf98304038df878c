"""The table of faults in the documentation, with the tests that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "security.md"

_ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


@dataclass(frozen=True, slots=True)
class Row:
    """A fault, what becomes of it, and its tests: paths below ``tests`` with names."""

    number: int
    fault: str
    outcome: str
    tests: tuple[tuple[str, str], ...]


@cache
def rows() -> tuple[Row, ...]:
    """The table's rows, in their order."""
    return tuple(
        Row(int(number), fault, outcome, tuple(_TEST.findall(tests)))
        for number, fault, outcome, tests in _ROW.findall(PAGE.read_text("utf-8"))
    )


@cache
def named_tests() -> frozenset[tuple[str, str]]:
    """Every test that the table names."""
    return frozenset(test for row in rows() for test in row.tests)
