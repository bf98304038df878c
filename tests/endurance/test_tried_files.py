"""The script that tries files tells what became of each, and what went wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.endurance import files
from tests.hostile.harness import Outcome


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "good.txt").write_text("The keeper lit the lamp at dusk.", "utf-8")
    (folder / "bad.epub").write_bytes(b"no archive")
    (folder / "picture.png").write_bytes(b"no book")
    return folder


def test_each_file_is_tried_and_told(
    shelf: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    out = tmp_path / "outcome.tsv"
    monkeypatch.setattr(sys, "argv", ["files", str(shelf), "--out", str(out)])
    assert files.main() == 0
    rows = [line.split("\t") for line in out.read_text("utf-8").splitlines()]
    assert [(Path(row[0]).name, row[1]) for row in rows] == [
        ("bad.epub", "damaged-file"),
        ("good.txt", "read"),
    ]
    shown = capsys.readouterr().out
    assert "| epub | damaged-file | 1 |" in shown
    assert "at fault: 0 of 2" in shown


def test_a_fault_is_told_and_counts(
    shelf: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    crashed = Outcome(1, "", "Traceback (most recent call last)", 1.0, 1, False, ("/stray",), ())
    monkeypatch.setattr("tests.endurance.files.Place.run", lambda *_, **__: crashed)
    monkeypatch.setattr(sys, "argv", ["files", str(shelf)])
    assert files.main() == 1
    said = capsys.readouterr()
    assert "traceback; exit code 1; /stray" in said.err
    assert "at fault: 2 of 2" in said.out
