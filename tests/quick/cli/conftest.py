"""A small book, a scripted model in place of a real one, and a way to run commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from longread.cli.app import app
from longread.engine.fake import ScriptedModel

BOOK = """---
title: The Grey Boat
author: A. Writer
language: en
---

## 1. The Quay

Mara Holt came down to the quay at dawn. The ferry was late again, and Tobias Wren was
mending a net beside the green kiosk.

He told her that the letter had cost him eleven shillings.

## 2. The Letter

The doctor's car, a maroon Austin, stood before the post office. Inside lay the letter, and
in it one sentence: “I never sold the boat.”

Mara read it twice and went home along the sea wall.
"""

Run = Callable[..., Result]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    file = tmp_path / "grey-boat.md"
    file.write_text(BOOK, "utf-8")
    return file


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """The model that every command gets, whatever is installed."""
    scripted = ScriptedModel(fallback="A maroon Austin.")
    monkeypatch.setattr("longread.workspace.Workspace._open_model", lambda self: scripted)
    monkeypatch.setattr("longread.cli.models.ensure_model", lambda *args, **options: None)
    return scripted


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setenv("LONGREAD_HOME", str(tmp_path / "home"))

    def invoke(*arguments: object, stdin: str | bytes = "", words_only: bool = True) -> Result:
        extra = ["--embedder", "none"] if words_only else []
        return CliRunner().invoke(app, [*map(str, arguments), *extra], input=stdin)

    return invoke


def objects(result: Result) -> list[dict[str, Any]]:
    """The JSON objects that a command printed."""
    return [json.loads(line) for line in result.stdout.splitlines() if line.startswith("{")]
