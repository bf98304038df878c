"""A reader that crashes gives the terminal back."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("terminals of another kind", allow_module_level=True)

import fcntl
import struct
import termios


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, *arguments: str) -> None:
        self._controller, self._terminal = os.openpty()
        size = struct.pack("HHHH", 36, 120, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)
        self.screen = b""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "longread", *arguments],
            stdin=self._terminal,
            stdout=self._terminal,
            stderr=self._terminal,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color"},
        )

    @property
    def state(self) -> list[object]:
        """How the terminal treats what is typed."""
        return list(termios.tcgetattr(self._terminal))

    def wait(self, true: Callable[[], bool], seconds: float = 90.0) -> None:
        """Read what is drawn until something is so."""
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, self.screen[-2000:]
            if select.select([self._controller], [], [], 0.1)[0]:
                self.screen += os.read(self._controller, 65_536)

    def type(self, text: str) -> None:
        os.write(self._controller, text.encode())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._terminal)
        os.close(self._controller)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    book = tmp_path / "book.md"
    book.write_text("# One\n\nThe keeper lit the lamp at dusk.\n", "utf-8")
    one = Terminal("open", str(book), "--embedder", "none")
    yield one
    one.close()


def drawn(terminal: Terminal) -> bool:
    return b"keeper" in terminal.screen and b"Contents" in terminal.screen


def test_a_native_crash_leaves_the_terminal_as_it_was(terminal: Terminal) -> None:
    before = terminal.state
    terminal.wait(lambda: drawn(terminal))
    assert terminal.state != before
    assert b"\x1b[?1049h" in terminal.screen
    terminal.process.send_signal(signal.SIGSEGV)
    terminal.wait(lambda: b"ended unexpectedly" in terminal.screen)
    assert terminal.process.wait(30) == -signal.SIGSEGV
    assert terminal.state == before
    after = terminal.screen.rpartition(b"\x1b[?1049h")[2]
    assert b"\x1b[?1049l" in after
    assert b"\x1b[?25h" in after


def test_who_leaves_is_not_told_of_a_crash(terminal: Terminal) -> None:
    before = terminal.state
    terminal.wait(lambda: drawn(terminal))
    terminal.type("\x11")
    terminal.wait(lambda: terminal.process.poll() is not None)
    assert terminal.process.returncode == 0
    assert terminal.state == before
    assert b"unexpectedly" not in terminal.screen
