"""What becomes of a command whose output has nowhere to go, or whose questions nobody answers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from longread.errors import UsageError
from tests.quick.cli.conftest import Run, objects

FULL = Path("/dev/full")


def shell(line: str, home: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """A line of a shell in which ``longread`` is this one."""
    python = f'longread() {{ "{sys.executable}" -m longread "$@"; }}; set -o pipefail; '
    return subprocess.run(
        ["bash", "-c", python + line, "bash", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"LONGREAD_HOME": str(home)},
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def home(tmp_path: Path, book: Path) -> Path:
    done = shell('longread read --index-only --embedder none "$1"', tmp_path / "home", book)
    assert done.returncode == 0, done.stderr
    return tmp_path / "home"


@pytest.mark.skipif(sys.platform == "win32", reason="the lines are a POSIX shell's")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("longread library list --json | true", 0),
        ("longread library list | true", 0),
        ("longread --help | true", 0),
        ("longread ask --help | true", 0),
        ("longread library | true", 0),
        ("longread | true", 0),
        ("longread ask 'The Grey Boat' 'How many words are there?' | true", 0),
        ("longread read nothing.epub --json | true", 4),
    ],
)
def test_a_reader_of_the_output_may_go_away(line: str, code: int, home: Path) -> None:
    # What is written into a pipe that nobody reads fails once there is nobody.
    done = shell(line.replace("| true", "| (exec 0<&-)"), home)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="there is no full device")
@pytest.mark.parametrize(
    "line",
    [
        "library list",
        "library list --json",
        "ask 'The Grey Boat' 'How many words are there?'",
        "--help",
        "ask --help",
    ],
)
def test_a_full_disk_behind_the_output_is_said(line: str, home: Path) -> None:
    done = shell(f"longread {line} > /dev/full", home)
    assert done.returncode == 2
    assert "Standard output cannot be written: No space left on device" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="the lines are a POSIX shell's")
@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("library list >&-", 0),
        ("ask 'The Grey Boat' 'How many words are there?' >&- 2>&-", 0),
        ("read nothing.epub 2>&-", 4),
        ("ask 'The Grey Boat' - <&-", 0),
        ("read - <&-", 3),
        ("<&-", 2),
    ],
)
def test_a_stream_that_is_closed_leads_nowhere(line: str, code: int, home: Path) -> None:
    done = shell(f"longread {line}", home)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="the lines are a POSIX shell's")
@pytest.mark.parametrize(
    "line",
    ["search 'The Grey Boat' boat --json --embedder none", "library export 'The Grey Boat'"],
)
@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "utf-8"])
def test_json_is_whole_whatever_the_locale_can_write(line: str, encoding: str, home: Path) -> None:
    done = shell(f"PYTHONIOENCODING={encoding} longread {line}", home)
    said = [json.loads(row) for row in done.stdout.splitlines()]
    assert "“I never sold the boat.”" in str(said)
    assert done.stdout.isascii() == (encoding != "utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="the lines are a POSIX shell's")
@pytest.mark.parametrize(
    "line", ["library remove 'The Grey Boat'", "models pull smollm2-135m-instruct-q4_1"]
)
def test_where_nobody_can_agree_nothing_is_done(line: str, home: Path) -> None:
    done = shell(f"longread {line}", home)
    assert done.returncode == 2
    assert "--yes" in done.stderr


def test_standard_input_is_the_document_or_the_questions(run: Run, model: object) -> None:
    result = run("ask", "-", "-", stdin="The lamp is lit at nine.")
    assert isinstance(result.exception, UsageError)
    assert "both" in result.exception.message


def test_a_question_that_cannot_be_counted_stops_no_other(
    run: Run, model: object, book: Path
) -> None:
    asked = "How many words are there?\nWho mends a net?\nHow many paragraphs are there?\n"
    result = run("ask", book, "-", "--route", "count", "--json", stdin=asked)
    assert [item.get("input", "") for item in objects(result)] == ["", "Who mends a net?", ""]
    assert result.exit_code == 2


def test_notes_without_reading_are_refused(run: Run, book: Path) -> None:
    result = run("read", book, "--index-only", "--notes")
    assert isinstance(result.exception, UsageError)


@pytest.mark.parametrize(
    ("command", "stage"),
    [
        (("ask", "The Grey Boat", "How many words are there?"), "looking through the text"),
        (("doctor",), "checking: reading"),
    ],
)
def test_what_may_take_long_without_a_model_is_said(
    command: tuple[str, ...], stage: str, home: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    @contextmanager
    def stages(*, quiet: bool) -> Iterator[Callable[[str], None]]:
        yield said.append

    monkeypatch.setattr("longread.cli.output.stages", stages)
    assert run(*command, words_only=False).exit_code == 0
    assert stage in said
    assert said[-1] == ""
