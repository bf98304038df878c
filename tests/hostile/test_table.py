"""The table of faults in the documentation is kept true."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.hostile.bad_files import FILES
from tests.table_of_faults import named_tests, rows

TESTS = Path(__file__).parents[1]
FAULTS = 56


def test_every_row_is_there_and_names_a_test() -> None:
    assert [row.number for row in rows()] == list(range(1, FAULTS + 1))
    assert [row.number for row in rows() if not row.tests] == []


def test_every_test_that_is_named_exists() -> None:
    known = set()
    for path in {path for path, _ in named_tests()}:
        for node in ast.walk(ast.parse((TESTS / path).read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                known.add((path, node.name))
    assert named_tests() - known == set()


def test_rows_that_are_files_have_their_files() -> None:
    of_files = ("hostile/test_files.py", "test_a_bad_file_gets_what_its_row_says")
    assert {row.number for row in rows() if of_files in row.tests} == {case.row for case in FILES}
