"""Runs longread within caps of time and memory, and tells what it left behind."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.caps import MOST_BYTES, MOST_SECONDS, Peak, below
from tests.guard import WRITES, take_trespasses, watched

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; ``left`` are the files that it made outside of the library's folder,
    and ``trespasses`` what it tried to do there."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    peak: int
    hung: bool
    left: tuple[str, ...]
    trespasses: tuple[str, ...]

    @property
    def faults(self) -> list[str]:
        """What no run may do, whatever it was given."""
        said = [f"took {self.seconds:.0f} s"] if self.hung else []
        if "Traceback" in self.stderr + self.stdout:
            said.append("traceback")
        if self.code not in (0, 2, 3, 4, 5):
            said.append(f"exit code {self.code}")
        if self.peak > MOST_BYTES:
            said.append(f"{self.peak / 1e6:.0f} MB")
        return [*said, *self.left, *self.trespasses]


class Place:
    """A folder in which longread runs with a home, a user's folder and folders for temporary
    files and for work, all empty at first."""

    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self._others = [root / name for name in ("user", "temporary", "work")]
        self._trespass = root / "trespass"
        for folder in (self.home, self._trespass, *self._others):
            folder.mkdir(parents=True, exist_ok=True)

    def run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        seconds: float = MOST_SECONDS,
        settings: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run a command of longread; what takes longer than the cap is ended."""
        command = [sys.executable, "-m", "longread", *arguments]
        return self.watch(command, stdin=stdin, seconds=seconds, settings=settings)

    def watch(
        self,
        command: Sequence[str],
        *,
        stdin: bytes = b"",
        seconds: float = MOST_SECONDS,
        settings: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Run any command in this place."""
        began = time.monotonic()
        with (
            subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self._others[-1],
                env=self._environment(settings or {}),
                start_new_session=True,
            ) as process,
            Peak(process.pid) as peak,
        ):
            hung = False
            try:
                out, err = process.communicate(stdin, timeout=seconds)
            except subprocess.TimeoutExpired:
                hung = True
                _end(process.pid)
                out, err = process.communicate()
        return self._outcome(process, out, err, began, peak, hung=hung)

    def in_terminal(
        self, *arguments: str, answer: str, when: str, seconds: float = MOST_SECONDS
    ) -> Outcome:
        """Run a command of longread in a terminal of its own, and type an answer when something
        is on the screen and what is typed is not. What it prints to either stream is its
        ``stdout``."""
        controller, terminal = os.openpty()
        began = time.monotonic()
        screen = b""
        with subprocess.Popen(
            [sys.executable, "-m", "longread", *arguments],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            cwd=self._others[-1],
            env=self._environment({}),
            start_new_session=True,
        ) as process:
            os.close(terminal)
            with Peak(process.pid) as peak:
                answered, hung = False, False
                while not hung:
                    hung = time.monotonic() - began > seconds
                    if select.select([controller], [], [], 0.2)[0]:
                        # A terminal that nobody has open any more cannot be read on Linux.
                        try:
                            piece = os.read(controller, 65_536)
                        except OSError:
                            break
                        if not piece:
                            break
                        screen += piece
                    if not answered and when.encode() in screen and not _echoes(controller):
                        answered = True
                        os.write(controller, answer.encode())
                if hung:
                    _end(process.pid)
            process.wait()
        os.close(controller)
        return self._outcome(process, screen, b"", began, peak, hung=hung)

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        user, temporary, _ = self._others
        environment = {
            **watched(os.environ, self._trespass),
            "LONGREAD_HOME": str(self.home),
            "HOME": str(user),
            "TMPDIR": str(temporary),
            "COLUMNS": "200",
            "NO_COLOR": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            WRITES: os.pathsep.join(map(str, (self.home, temporary))),
            **settings,
        }
        environment["PYTHONPATH"] += os.pathsep + str(_ROOT)
        return environment

    def _outcome(
        self,
        process: subprocess.Popen[bytes],
        out: bytes,
        err: bytes,
        began: float,
        peak: Peak,
        *,
        hung: bool,
    ) -> Outcome:
        left = [str(item) for folder in self._others for item in folder.rglob("*")]
        return Outcome(
            process.returncode,
            out.decode("utf-8", "replace"),
            err.decode("utf-8", "replace"),
            time.monotonic() - began,
            peak.bytes,
            hung,
            tuple(left),
            tuple(take_trespasses(self._trespass)),
        )


def _echoes(terminal: int) -> bool:
    import termios

    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def _end(process: int) -> None:
    """End a process and all below it."""
    with suppress(psutil.Error):
        parent = psutil.Process(process)
        for item in (*below(parent), parent):
            with suppress(psutil.Error):
                item.kill()
