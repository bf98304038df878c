"""A command whose messages go to a terminal and whose results go to a file."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path


def longread(*arguments: object, home: Path, results: Path) -> tuple[int, str]:
    """Its exit code, and what the terminal showed."""
    ours, its = pty.openpty()
    with results.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "longread", *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=its,
            env={**os.environ, "LONGREAD_HOME": str(home), "TERM": "xterm", "COLUMNS": "100"},
        )
    os.close(its)
    shown = b""
    # A terminal that its last process has left gives an error in place of an end.
    with suppress(OSError):
        while piece := os.read(ours, 65_536):
            shown += piece
    os.close(ours)
    return process.wait(60), shown.decode("utf-8", "replace")
