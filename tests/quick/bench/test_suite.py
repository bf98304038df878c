"""``longread bench all``: steps as processes, figures kept, the page, resuming."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from longread.bench import suite
from longread.cli.app import app
from longread.errors import UsageError

Rows = list[dict[str, Any]]
GIVEN = suite.Materials(Path("book.epub"), Path("questions.jsonl"), Path("data"))
PRINTED: dict[str, Rows] = {
    "reading": [
        {
            "schema": "longread.bench.reading/1",
            "reading": 81.25,
            "first_token": {"text": 12.634, "blocks": 0.5},
            "while_reading": [0.61, 0.67],
            "resident_bytes": 1_500_000_000,
            "machine": {"cores": 2},
            "points": [{"tokens": number} for number in range(30)],
            "cases": [{"name": "novel", "seconds": 1.5}, {"name": "report", "seconds": None}],
        }
    ],
    "passkey": [
        {"schema": "x", "tokens": 10_000, "found": 1.0, "page_hit": None},
        {"schema": "x", "tokens": 100_000, "found": 0.5, "page_hit": None},
    ],
    "qa": [{"schema": "longread.error/1", "message": "questions.jsonl cannot be read."}],
    "ingest": [],
}


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The commands that were run; what they print is scripted."""
    seen: list[list[str]] = []

    def run(command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
        assert list(command[:4]) == [sys.executable, "-m", "longread", "bench"]
        seen.append(list(command[4:]))
        rows = PRINTED.get(command[4], [{"schema": "x", "value": 1}])
        if "--plot" in command:
            Path(command[command.index("--plot") + 1]).write_text("<svg/>", "utf-8")
        printed = "".join(json.dumps(row) + "\n" for row in rows)
        code = -9 if "killed.gguf" in "".join(command) and command[4] == "needles" else 0
        return subprocess.CompletedProcess(list(command), code, printed + '{"cut o', "")

    monkeypatch.setattr("longread.bench.suite.subprocess.run", run)
    return seen


def run(folder: Path, *options: str, model: str = "small.gguf") -> tuple[int, str]:
    question = {"id": "a", "dataset": "d", "doc": "b.md", "question": "Who?", "answers": ["I"]}
    (folder / "questions.jsonl").write_text(json.dumps(question), "utf-8")
    (folder / model).touch()
    given = CliRunner().invoke(
        app,
        [
            "bench",
            "all",
            "book.epub",
            "--questions",
            str(folder / "questions.jsonl"),
            "--data",
            "data",
            "--out",
            str(folder),
            "--model",
            str(folder / model),
            *options,
        ],
        catch_exceptions=False,
    )
    return given.exit_code, given.output


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, commands: list[list[str]]) -> None:
    with pytest.raises(UsageError, match="figures cannot be written"):
        run(tmp_path, "--out", str(tmp_path / "small.gguf" / "figures"))
    assert commands == []


def test_figures_of_all_steps_come_onto_one_page(tmp_path: Path, commands: list[list[str]]) -> None:
    code, said = run(tmp_path)
    page = (tmp_path / suite.PAGE).read_text("utf-8")
    assert code == 1
    assert "4 of 6 measurements" in said
    assert "failed: ingest, qa." in said
    assert "| reading | 81.2 |" in page
    assert "| first token: text | 12.6 |" in page
    assert "| while reading | 0.61, 0.67 |" in page
    assert "| resident | 1.5 GB |" in page
    assert "| name | seconds |\n| --- | --- |\n| novel | 1.5 |\n| report |  |" in page
    assert "points" not in page
    assert "cores |" not in page
    # Columns that no row has a value for are left out.
    assert "| tokens | found |\n| --- | --- |\n| 10,000 | 1 |\n| 100,000 | 0.5 |" in page
    assert "![Facts hidden in a text](needles.svg)" in page
    assert "Failed: questions.jsonl cannot be read." in page
    assert "Failed: It printed no figures." in page
    assert f"`longread bench reading book.epub --rounds 1 --model {tmp_path}/small.gguf`" in page
    assert all("--json" in command for command in commands)
    models = {command[0]: "--model" in command for command in commands}
    assert models == {step.name: step.takes_model for step in suite.short(GIVEN)}


def test_a_second_run_makes_what_is_missing(tmp_path: Path, commands: list[list[str]]) -> None:
    run(tmp_path)
    commands.clear()
    code, _ = run(tmp_path)
    assert (code, [command[0] for command in commands]) == (1, ["ingest", "qa"])


def test_figures_of_another_model_are_made_anew(tmp_path: Path, commands: list[list[str]]) -> None:
    run(tmp_path)
    files = {command[command.index("--out") + 1] for command in commands if "--out" in command}
    commands.clear()
    run(tmp_path, model="other.gguf")
    assert [command[0] for command in commands] == [step.name for step in suite.short(GIVEN)]
    page = (tmp_path / suite.PAGE).read_text("utf-8")
    assert "other.gguf" in page
    assert "small.gguf" not in page
    others = {command[command.index("--out") + 1] for command in commands if "--out" in command}
    assert not files & others


def test_a_step_that_was_killed_has_failed(tmp_path: Path, commands: list[list[str]]) -> None:
    code, said = run(tmp_path, model="killed.gguf")
    assert code == 1
    assert "needles" in said
    assert "Failed: It ended with -9." in (tmp_path / suite.PAGE).read_text("utf-8")


def test_questions_are_asked_among_as_many_documents_as_there_are() -> None:
    def crowds(documents: int) -> list[str]:
        steps = suite.full(replace(GIVEN, documents=documents))
        return [step.name for step in steps if step.name.startswith("among")]

    assert crowds(1) == []
    assert crowds(16) == ["among-0", "among-3", "among-15"]


@pytest.mark.parametrize("steps", [suite.short, suite.full])
def test_every_step_is_a_command_that_there_is(
    tmp_path: Path, steps: Callable[[suite.Materials], list[suite.Step]]
) -> None:
    made = steps(GIVEN)
    assert len({step.name for step in made}) == len(made)
    for step in made:
        command = step.command(tmp_path, ("--model", "small"))
        # Options that it does not know end it before it begins.
        given = CliRunner().invoke(app, ["bench", *command, "--help"])
        assert given.exit_code == 0, (command, given.output)
        named = [part for part in command if part.startswith("--")]
        assert all(part in given.output for part in named), command
