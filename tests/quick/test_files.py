"""Files that are written whole, and what a killed process leaves beside them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from longread.files import write_whole


def number_of_an_ended_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_what_a_killed_writer_left_is_removed_and_what_a_living_one_writes_is_not(
    tmp_path: Path,
) -> None:
    file = tmp_path / "out[1].md"
    left = tmp_path / f".out[1].md.{number_of_an_ended_process()}.new"
    living = tmp_path / f".out[1].md.{os.getppid()}.new"
    other = tmp_path / f".other.md.{number_of_an_ended_process()}.new"
    for beside in (left, living, other):
        beside.write_text("half")
    write_whole(file, "whole")
    assert file.read_text() == "whole"
    assert not left.exists()
    assert living.exists()
    assert other.exists()
