"""Choosing a model in the reader, whatever was chosen before."""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import DataTable

from longread.attendant import Attendant
from longread.engine.catalogue import ModelEntry
from longread.engine.fake import ScriptedModel
from longread.engine.installed import add
from longread.engine.protocol import Message
from longread.errors import Cancelled
from longread.tui.book_screen import BookScreen
from longread.workspace import Options
from tests.quick.tui.conftest import Desk, show

Read = Callable[..., None]


@pytest.mark.parametrize("chosen", ["gone-model", "/nowhere/mine.gguf"])
def test_models_are_shown_where_the_chosen_one_is_gone(
    read: Read, book: Path, chosen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(tmp_path, f'model = "{chosen}"\n', monkeypatch)

    async def flow(desk: Desk) -> None:
        await desk.press("M")
        assert desk.app.screen.query_one(DataTable).row_count > 3
        await desk.press("escape")

    read(flow, book)


def settings(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be a file of settings."""
    home = folder / "home"
    home.mkdir()
    (home / "config.toml").write_text(text, "utf-8")
    monkeypatch.setenv("LONGREAD_HOME", str(home))


def installed_models(folder: Path, *names: str) -> None:
    """Let there be models of the user's own: headers with nothing in them, never loaded."""
    for name in names:
        file = folder / f"{name}.gguf"
        file.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 0) + name.encode() * 10)
        add(file, name=name)


@pytest.mark.parametrize(
    "options",
    [
        Options(model="one", embedder="none"),
        Options(endpoint="http://127.0.0.1:9/v1", embedder="none"),
    ],
)
def test_a_chosen_model_answers_whatever_the_program_was_started_with(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: Options
) -> None:
    settings(tmp_path, 'endpoint = "http://127.0.0.1:9/other"\n', monkeypatch)
    installed_models(tmp_path, "one", "two")
    opened: list[tuple[str, str]] = []

    def open_model(path: Path | None, *, endpoint: str, **rest: object) -> ScriptedModel:
        opened.append((path.stem if path else "", endpoint))
        return ScriptedModel(fallback="A maroon one. [1]")

    monkeypatch.setattr("longread.engine.open.open_model", open_model)

    async def flow(desk: Desk) -> None:
        await desk.press("M")
        table = desk.app.screen.query_one(DataTable)
        rows = [str(table.get_row_at(number)[1]) for number in range(table.row_count)]
        table.move_cursor(row=rows.index("two"))
        await desk.press("enter")
        await desk.until(lambda: "two answers from now on" in desk.text())
        await desk.press("escape")
        await desk.ask("Who has the lamp of day 3?")
        assert opened[-1] == ("two", "")
        assert desk.status.endswith("offline")

    show(flow, book, options)


def test_a_chosen_model_reads_on_although_its_list_was_closed_meanwhile(
    read: Read, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = threading.Event()
    monkeypatch.setattr(Attendant, "change_model", lambda *arguments: closed.wait(20))

    async def flow(desk: Desk) -> None:
        changed = threading.Event()
        monkeypatch.setattr(desk.app, "model_changed", changed.set)
        await desk.press("M", "enter", "escape")
        await desk.until(lambda: isinstance(desk.app.screen, BookScreen))
        closed.set()
        await desk.until(changed.is_set)

    read(flow, book)


def test_who_leaves_the_program_does_not_wait_for_a_model(
    read: Read, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stopped = threading.Event(), threading.Event()

    def pull(model: ModelEntry, *, cancel: threading.Event, **rest: object) -> None:
        begun.set()
        if cancel.wait(20):
            stopped.set()
        raise Cancelled("The download was stopped.")

    monkeypatch.setattr("longread.engine.weights.pull", pull)

    async def flow(desk: Desk) -> None:
        await desk.press("M", "p")
        await desk.until(begun.is_set)
        await desk.press("ctrl+q")

    read(flow, book)
    assert stopped.is_set()


def test_the_reader_ends_although_a_chosen_model_waits_for_an_answer_that_is_owed(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(tmp_path, "", monkeypatch)
    installed_models(tmp_path, "one")
    asked, ended = threading.Event(), threading.Event()
    in_time: list[bool] = []

    def owe(messages: Sequence[Message]) -> str:
        if "lamp of day 3?" in messages[-1].text:
            asked.set()
            in_time.append(ended.wait(20))
        return "A maroon one."

    model = ScriptedModel(fallback=owe)
    monkeypatch.setattr("longread.workspace.Workspace._open_model", lambda self: model)
    waits = threading.Event()
    change = Attendant.change_model

    def changing(*arguments: Any) -> None:
        waits.set()
        change(*arguments)

    monkeypatch.setattr(Attendant, "change_model", changing)

    async def flow(desk: Desk) -> None:
        await desk.put("Who has the lamp of day 3?")
        await desk.until(asked.is_set)
        await desk.press("M")
        table = desk.app.screen.query_one(DataTable)
        rows = [str(table.get_row_at(number)[1]) for number in range(table.row_count)]
        table.move_cursor(row=rows.index("one"))
        await desk.press("enter")
        await desk.until(waits.is_set)

    show(flow, book, Options(model="one", embedder="none"))
    ended.set()
    assert in_time in ([], [True])
