"""Files that are written whole, what a killed process leaves beside them, and typed paths."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from longread.cli.output import make_ready
from longread.files import (
    existing,
    expanded,
    keep,
    path_of,
    whole_path,
    write_named,
    write_whole,
)


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


@pytest.mark.skipif(sys.platform == "win32", reason="rights are not kept in a mode there")
def test_what_is_kept_is_its_owners_alone_and_what_is_replaced_keeps_its_rights(
    tmp_path: Path,
) -> None:
    kept, page = tmp_path / "kept.json", tmp_path / "page.html"
    keep(kept, "one", 1)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    before = os.umask(0o027)
    try:
        write_whole(page, "first")
    finally:
        os.umask(before)
    assert stat.S_IMODE(page.stat().st_mode) == 0o640
    page.chmod(0o604)
    write_whole(page, "second")
    assert stat.S_IMODE(page.stat().st_mode) == 0o604


def test_a_text_that_leads_nowhere_is_no_path(tmp_path: Path) -> None:
    for text in (
        "~nobody-at-all/x.md",
        "x" * 300,
        "/" + "x/" * 5_000,
        "a\0b",
        str(tmp_path / "no"),
    ):
        assert existing(text) is None
    assert existing("") is None
    assert existing(str(tmp_path)) == tmp_path
    assert existing("~") == Path.home()
    assert expanded("~nobody-at-all/x.md") is None
    assert path_of("~nobody-at-all/x.md") == Path("~nobody-at-all/x.md")
    assert expanded("x.md") == Path("x.md")


def test_a_file_is_known_by_one_path_and_behind_a_link_by_that_of_its_own(tmp_path: Path) -> None:
    for name in ("here", "there/below"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "here" / "link").symlink_to(tmp_path / "there" / "below")
    here, behind = tmp_path / "here" / "a.txt", tmp_path / "here" / "link" / ".." / "a.txt"
    (tmp_path / "there" / "a.txt").write_text("Another text.")
    assert whole_path(behind) == behind
    here.write_text("A text.")
    assert whole_path(behind) == behind
    assert whole_path(tmp_path / "there" / ".." / "here" / "a.txt") == here
    assert whole_path(tmp_path / "there" / ".." / "nothing.txt") == tmp_path / "nothing.txt"


@pytest.mark.parametrize("there", [True, False])
def test_a_link_that_is_named_stays_one(tmp_path: Path, *, there: bool) -> None:
    link, target = tmp_path / "link.md", tmp_path / "notes" / "target.md"
    target.parent.mkdir()
    if there:
        target.write_text("before")
    link.symlink_to(target)
    make_ready(link)
    assert (link.is_symlink(), target.exists()) == (True, there)
    write_named(link, "after")
    assert (link.is_symlink(), target.read_text()) == (True, "after")
    assert [file.name for file in target.parent.iterdir()] == ["target.md"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes there")
def test_what_is_no_regular_file_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_named(pipe, "a summary")
        assert os.read(reading, 100) == b"a summary"
    finally:
        os.close(reading)
    assert pipe.is_fifo()
