"""The reader with the real small model: in tmux, from the shell and out again; and in a crash."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from longread.engine.process import ProcessModel
from longread.tui.app import ReaderApp
from longread.tui.book_screen import BookScreen
from longread.workspace import Options
from tests.quick.tui.conftest import Desk

pytestmark = pytest.mark.small_model
SAMPLE = Path(__file__).parents[2] / "examples" / "the-uncorrected-tide.epub"
QUESTION = "What did Hannah Stoker's stone cost?"


class Terminal:
    """A shell in tmux."""

    def __init__(self, folder: Path) -> None:
        self._tmux = ["tmux", "-L", f"longread-test-{os.getpid()}", "-f", "/dev/null"]
        self._environment = {
            **os.environ,
            "TMUX_TMPDIR": str(folder),
            "LONGREAD_HOME": str(folder / "home"),
            "TERM": "xterm-256color",
        }
        self._environment.pop("TMUX", None)
        self._run("new-session", "-d", "-s", "one", "-x", "120", "-y", "36", "sh")

    def keys(self, *keys: str) -> None:
        """Send keys by tmux's names for them."""
        self._run("send-keys", "-t", "one", *keys)

    def resize(self, width: int, height: int) -> None:
        """Make the window another size."""
        self._run("resize-window", "-t", "one", "-x", str(width), "-y", str(height))

    @property
    def screen(self) -> str:
        """What is on the screen."""
        return self._run("capture-pane", "-p", "-t", "one")

    def wait(self, true: Callable[[str], bool], seconds: float = 120.0) -> str:
        """Wait until the screen shows something."""
        deadline = time.monotonic() + seconds
        while not true(screen := self.screen):
            assert time.monotonic() < deadline, screen
            time.sleep(0.2)
        return screen

    def close(self) -> None:
        """End the shell and all that runs in it."""
        self._run("kill-server")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._tmux, *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=self._environment,
        )
        return done.stdout


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    one = Terminal(tmp_path)
    yield one
    one.close()


def test_from_the_shell_to_an_answer_and_out_again(
    terminal: Terminal, small_model_path: Path
) -> None:
    command = f"{sys.executable} -m longread open {SAMPLE} --embedder none -m {small_model_path}"
    terminal.keys("-l", "echo before")
    terminal.keys("Enter")
    terminal.keys("-l", command)
    terminal.keys("Enter")
    terminal.wait(lambda screen: "1. The Line on the Drum" in screen and "Ask anything" in screen)
    terminal.keys("u")
    terminal.keys("a")
    terminal.keys("-l", "How many times is the harbour mentioned?")
    terminal.keys("Enter")
    terminal.wait(lambda screen: "occurs 13 times" in screen)
    terminal.resize(80, 24)
    terminal.wait(lambda screen: "Contents  Text  Ask" in screen)
    terminal.keys("1")
    terminal.wait(lambda screen: "▌" in screen and "Commissioners" in screen)
    terminal.resize(120, 36)
    terminal.keys("a")
    terminal.keys("-l", QUESTION)
    terminal.keys("Enter")
    terminal.wait(lambda screen: QUESTION in screen and "[1]" in screen.split(QUESTION)[1])
    terminal.keys("C-q")
    terminal.wait(lambda screen: "╭" not in screen and "before" in screen)
    terminal.keys("-l", "echo after $((40 + 2))")
    terminal.keys("Enter")
    terminal.wait(lambda screen: "after 42" in screen)


def test_an_engine_that_is_killed_is_started_again(
    small_model_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONGREAD_HOME", str(tmp_path))

    async def flow() -> None:
        app = ReaderApp(Options(model=str(small_model_path), embedder="none"), str(SAMPLE))
        try:
            async with app.run_test(size=(120, 36), notifications=True) as pilot:
                desk = Desk(app, pilot)
                await desk.until(lambda: isinstance(app.screen, BookScreen))
                await desk.until(lambda: "tokens/s" in desk.status, 60)
                await desk.press("u", "a")
                await desk.type(QUESTION)
                await desk.press("enter")
                await desk.until(lambda: "reading the evidence" in desk.text(), 60)
                model = app.attendant._workspace.model
                assert isinstance(model, ProcessModel)
                assert model.process_id is not None
                os.kill(model.process_id, signal.SIGKILL)
                await desk.until(lambda: "ended unexpectedly" in desk.text(), 60)
                await desk.press("r")
                await desk.until(lambda: not desk.book.waits, 120)
                assert len(app.library.turns(f"book {desk.book.document_id}")) == 1
                await desk.until(lambda: "tokens/s" in desk.status, 60)
        finally:
            app.let_go()

    asyncio.run(flow())
