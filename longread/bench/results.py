"""Files of results, one JSON object a line, that a measurement goes on with."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@contextmanager
def results_file(out: Path) -> Iterator[Callable[[Row], None]]:
    """Takes rows of a results file, behind those that are there; each is written at once."""
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

        yield write


def read_results(out: Path) -> list[Row]:
    """The rows of a results file; a last line cut off by a crash is passed over."""
    rows = []
    if out.exists():
        for line in out.read_text("utf-8").splitlines():
            try:
                rows.append(json.loads(line))
            except json.JSONDecodeError:
                continue
    return rows
