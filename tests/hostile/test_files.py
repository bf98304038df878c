"""Bad files are rejected with a code or read with a warning, within caps of time and memory."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from longread.document import Document
from longread.errors import LongreadError, SourceError
from longread.sources import read_document
from tests.caps import MOST_HOSTILE_BYTES, capped
from tests.guard import TRESPASS, WRITES, take_trespasses
from tests.hostile.bad_files import FILES, SECRET, Case


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for a file, with a secret beside it; no other file may stay anywhere."""
    folder, temporary = tmp_path / "shelf", tmp_path / "temporary"
    for item in (folder, temporary):
        item.mkdir()
    (folder / "secret").write_text(SECRET, "utf-8")
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    yield folder
    assert len(list(folder.iterdir())) == 2
    assert list(temporary.iterdir()) == []


def taken(path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float) -> Document | SourceError:
    """What a file becomes, within caps; no file but a temporary one may be made meanwhile."""
    monkeypatch.setenv(WRITES, tempfile.gettempdir())
    with capped(seconds, MOST_HOSTILE_BYTES):
        try:
            return read_document(path)
        except SourceError as error:
            return error
        finally:
            monkeypatch.delenv(WRITES)


@pytest.mark.parametrize("case", FILES, ids=lambda case: f"{case.row}-{case.name}")
def test_a_bad_file_gets_what_its_row_says(
    case: Case, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shelf / case.name
    case.make(path)
    found = taken(path, monkeypatch, case.seconds)
    assert take_trespasses(Path(os.environ[TRESPASS])) == []
    if isinstance(found, LongreadError):
        assert case.code in (found.code, "bounded"), found
        assert found.message.endswith(".")
        assert found.hint
        return
    if case.code == "bounded":
        return
    assert not case.code
    assert case.text in found.text
    assert SECRET not in found.text + found.title + "".join(s.title for s in found.sections)
    if case.warns:
        assert any(case.warns in line for line in found.warnings), found.warnings
    else:
        assert found.warnings == ()
