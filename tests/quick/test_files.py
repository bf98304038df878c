"""Files that are written whole, what a killed process leaves beside them, and typed paths."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from longread.files import existing, expanded, path_of, write_whole


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


def test_a_text_that_leads_nowhere_is_no_path(tmp_path: Path) -> None:
    for text in (
        "~nobody-at-all/x.md",
        "x" * 300,
        "/" + "x/" * 5_000,
        "a\0b",
        str(tmp_path / "no"),
    ):
        assert existing(text) is None
    assert existing(str(tmp_path)) == tmp_path
    assert existing("~") == Path.home()
    assert expanded("~nobody-at-all/x.md") is None
    assert path_of("~nobody-at-all/x.md") == Path("~nobody-at-all/x.md")
    assert expanded("x.md") == Path("x.md")
