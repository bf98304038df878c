"""The reader with a small book and a scripted model, driven by its keys."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot, WaitForScreenTimeout
from textual.widget import Widget

from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Chunk, Message, Sampling
from longread.tui.app import ReaderApp
from longread.tui.book_screen import BookScreen
from longread.tui.status_line import StatusLine
from longread.workspace import Options

Flow = Callable[["Desk"], Coroutine[Any, Any, None]]


def story() -> str:
    """A book in Markdown: three chapters of which each begins with a name of its own."""
    chapters = []
    for number, name in enumerate(("Mara Holt", "Tobias Wren", "Ada Pell"), 1):
        lines = [f"## {number}. The {['Quay', 'Letter', 'Storm'][number - 1]}", ""]
        for index in range(30):
            lines += [
                f"“I have the lamp of day {index},” said {name}. {name} walked along the quay in "
                f"chapter {number}, counted {index + 2} boats there, and went home over the hill "
                "by the old road.",
                "",
            ]
        chapters.append("\n".join(lines))
    head = "---\ntitle: The Grey Boat\nauthor: A. Writer\nlanguage: en\n---\n\n"
    secret = "\n\nIn the end the maroon car of the doctor stood in the harbour.\n"
    return head + "\n".join(chapters) + secret


class Desk:
    """The running program with what a reader can do and see."""

    def __init__(self, app: ReaderApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def book(self) -> BookScreen:
        """The book that is open."""
        for screen in self.app.screen_stack:
            if isinstance(screen, BookScreen):
                return screen
        raise AssertionError("no book is open")

    @property
    def status(self) -> str:
        """The status line, whole."""
        return str(self.book.query_one(StatusLine).said)

    async def settle(self) -> None:
        """Let all widgets take what was sent to them. One that is removed meanwhile never says that
        it did."""
        with suppress(WaitForScreenTimeout):
            await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys, and let the screen settle."""
        with suppress(WaitForScreenTimeout):
            await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type a text."""
        for character in text:
            self.app.post_message(events.Key(character, character))
        await self.settle()

    async def until(self, true: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait for something that a thread does."""
        for _ in range(round(seconds / 0.02)):
            await self.settle()
            if true():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"it did not happen:\n{self.text()}")

    async def put(self, question: str) -> None:
        """Ask, and do not wait for the answer."""
        await self.press("a")
        await self.type(question)
        await self.press("enter")

    async def ask(self, question: str) -> None:
        """Ask, and wait for the answer."""
        await self.put(question)
        await self.until(lambda: not self.book.waits)

    def text(self, widget: Widget | None = None) -> str:
        """The characters on the screen, or on a part of it."""
        lines = [
            "".join(segment.text for segment in strip)
            for strip in self.app.screen._compositor.render_strips()
        ]
        if widget is not None:
            region = widget.region
            lines = [line[region.x : region.right] for line in lines[region.y : region.bottom]]
        return "\n".join(line.rstrip() for line in lines)

    def colours(self) -> str:
        """How the screen is painted: a letter for each style, and row by row how many cells have
        which."""
        letters: dict[str, str] = {}
        rows = []
        for strip in self.app.screen._compositor.render_strips():
            runs: list[tuple[str, int]] = []
            for segment in strip:
                said = str(segment.style.clear_meta_and_links()) if segment.style else "none"
                letter = letters.setdefault(said, _letter(len(letters)))
                if runs and runs[-1][0] == letter:
                    runs[-1] = letter, runs[-1][1] + segment.cell_length
                else:
                    runs.append((letter, segment.cell_length))
            rows.append(" ".join(f"{letter}{count}" for letter, count in runs))
        legend = [f"{letter}: {said}" for said, letter in letters.items()]
        return "\n".join([*rows, *legend])


def _letter(number: int) -> str:
    return (
        chr(97 + number) if number < 26 else f"{chr(97 + number // 26 - 1)}{chr(97 + number % 26)}"
    )


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    """The model that the reader gets, whatever is installed."""
    scripted = ScriptedModel(fallback="A maroon one. [1]")
    monkeypatch.setattr("longread.workspace.Workspace._open_model", lambda self: scripted)
    return scripted


@pytest.fixture
def book(tmp_path: Path) -> Path:
    file = tmp_path / "grey-boat.md"
    file.write_text(story(), "utf-8")
    return file


@pytest.fixture
def read(model: ScriptedModel) -> Callable[..., None]:
    """Runs a flow in the reader: ``read(flow, name, size)``."""

    def run(flow: Flow, name: object = "", size: tuple[int, int] = (140, 40)) -> None:
        show(flow, name, Options(embedder="none"), size)

    return run


def show(flow: Flow, name: object, options: Options, size: tuple[int, int] = (140, 40)) -> None:
    """Run a flow in the reader, with options of its own."""
    asyncio.run(_run(flow, str(name), options, size))


async def _run(flow: Flow, name: str, options: Options, size: tuple[int, int]) -> None:
    app = ReaderApp(options, name)
    app.animation_level = "none"
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            desk = Desk(app, pilot)
            if name:
                await desk.until(lambda: isinstance(app.screen, BookScreen))
                await desk.settle()
            await flow(desk)
    finally:
        app.let_go()


class SlowModel(ScriptedModel):
    """Writes a sentence every moment, for longer than a test takes on a busy machine. ``pause`` is
    that moment, in seconds."""

    pause = 0.01

    def reply(self, messages: Sequence[Message], sampling: Sampling) -> Iterator[Chunk]:
        asked = "Question:" in messages[-1].text
        for _ in range(10_000 if asked else 1):
            time.sleep(self.pause)
            yield Chunk("Mara Holt walked along the quay. ")
        yield Chunk("", final=True)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowModel:
    """A slow model that every command gets."""
    model = SlowModel(chances=lambda messages: 0.99)
    monkeypatch.setattr("longread.workspace.Workspace._open_model", lambda self: model)
    return model


def cited(words: str) -> Callable[[Sequence[Message]], str]:
    """Says words and cites the passage of the evidence that has them."""

    def reply(messages: Sequence[Message]) -> str:
        text = messages[-1].text
        parts = re.split(r"\[(\d+)\]", text)
        for number, passage in zip(parts[1::2], parts[2::2], strict=False):
            if words in passage:
                return f"The {words} it is. [{number}]"
        return "Not found in the text"

    return reply
