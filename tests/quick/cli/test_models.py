"""``longread models`` with a user's own file."""

import struct
from pathlib import Path

import pytest

from longread.config import load_settings, paths
from longread.errors import ModelNotFound, UsageError
from tests.quick.cli.conftest import Run, objects


@pytest.fixture
def gguf(tmp_path: Path) -> Path:
    """The smallest file with a GGUF header: no metadata and no tensors."""
    file = tmp_path / "mine.gguf"
    file.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 0) + bytes(64))
    return file


def listed(run: Run) -> dict[str, dict[str, object]]:
    rows = objects(run("models", "list", "--json", words_only=False))
    return {str(row["id"]): row for row in rows}


def test_an_own_file_is_added_used_verified_and_forgotten(run: Run, gguf: Path) -> None:
    assert run("models", "add", gguf, "--quiet", words_only=False).exit_code == 0
    assert listed(run)["mine"]["installed"] is True
    assert run("models", "use", "mine", words_only=False).exit_code == 0
    assert listed(run)["mine"]["in_use"] is True
    assert load_settings(paths()).model == "mine"
    assert run("models", "verify", "mine", "--quiet", words_only=False).exit_code == 0
    assert run("models", "remove", "mine", "--yes", words_only=False).exit_code == 0
    assert "mine" not in listed(run)
    assert gguf.exists()


def test_what_is_not_installed_cannot_be_used(run: Run) -> None:
    result = run("models", "use", "smollm2-135m-instruct-q4_1", words_only=False)
    assert isinstance(result.exception, ModelNotFound)
    assert "models pull" in result.exception.hint


def test_nothing_is_fetched_without_asking(run: Run) -> None:
    result = run("models", "pull", "smollm2-135m-instruct-q4_1", stdin="n\n", words_only=False)
    assert isinstance(result.exception, UsageError)
    assert "98.4 MB" in result.stderr
    assert listed(run)["smollm2-135m-instruct-q4_1"]["installed"] is False


def test_pull_wants_one_name(run: Run) -> None:
    assert run("models", "pull", words_only=False).exit_code != 0
    both = run("models", "pull", "smollm2-135m-instruct-q4_1", "--default", words_only=False)
    assert isinstance(both.exception, UsageError)
