"""Books, a server that writes notes on them, and a command that runs in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.quick.engine.local_endpoint import LocalEndpoint, serving

CHAPTERS = ("The Quay", "The Letter", "The Boat")
WORDS = ("harbour", "envelope", "lantern")


def novel(title: str) -> str:
    parts = [f"# {title}\n"]
    for chapter, word in zip(CHAPTERS, WORDS, strict=True):
        parts.append(f"## {chapter}\n")
        parts += [f"Vera Holt carries the {word} to Tobias in hour {n}.\n" * 6 for n in range(4)]
    return "\n".join(parts)


def shelf(folder: Path, books: int, broken: int = 0) -> Path:
    """A folder of books, some of them broken files."""
    folder.mkdir()
    for number in range(books):
        (folder / f"tide-{number:02}.md").write_text(novel(f"Tide {number}"), "utf-8")
    for number in range(broken):
        (folder / f"broken-{number}.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    return folder


class Writer:
    """Writes what a small model would. With a ``limit``, it hangs behind so many replies, until
    it is let go: whoever asks it is in the middle of something then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: int | None = None
        self._hangs = threading.Event()
        self._goes_on = threading.Event()

    def limit(self, replies: int) -> None:
        self._goes_on.set()
        self._left, self._hangs, self._goes_on = replies, threading.Event(), threading.Event()

    def let_go(self) -> None:
        self._left = None
        self._goes_on.set()

    def hangs(self, seconds: float = 60.0) -> bool:
        return self._hangs.wait(seconds)

    def wait_until_it_hangs(self) -> None:
        assert self.hangs()

    def __call__(self, asked: str) -> str:
        with self._lock:
            if self._left is not None:
                self._left -= 1
            hangs, goes_on, left = self._hangs, self._goes_on, self._left
        if left is not None and left < 0:
            hangs.set()
            goes_on.wait(60)
        return tell(asked)


def tell(asked: str) -> str:
    """Notes, and sentences on them, always about what was given."""
    told = [f"Vera Holt carries the {word} to Tobias." for word in WORDS if word in asked]
    if "two questions" in asked:
        return f"- {told[0]}\nQuestion: How does she carry it?\nQuestion: Why?"
    return f"In one sentence: {told[0]}"


@pytest.fixture
def writer() -> Iterator[Writer]:
    one = Writer()
    yield one
    one.let_go()


@pytest.fixture
def server(writer: Writer) -> Iterator[LocalEndpoint]:
    with serving() as endpoint:
        endpoint.reply = writer
        yield endpoint
        writer.let_go()


@dataclass(slots=True)
class Command:
    """``longread summarize`` over a shelf, into a folder."""

    home: Path
    server: LocalEndpoint

    def start(self, books: Path, out: Path, *more: str) -> subprocess.Popen[str]:
        arguments = ["summarize", str(books), "--out", str(out), "--endpoint", self.server.url]
        return subprocess.Popen(
            [sys.executable, "-m", "longread", *arguments, "--length", "full", *more],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env={
                **os.environ,
                "LONGREAD_HOME": str(self.home),
                "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
            },
        )

    def run(self, books: Path, out: Path, *more: str) -> tuple[int, str]:
        """Its exit code and what it said on standard error."""
        process = self.start(books, out, *more)
        try:
            _, said = process.communicate(timeout=120)
        except subprocess.TimeoutExpired:
            kill_all(process)
            raise
        return process.returncode, said


def kill_all(process: subprocess.Popen[str]) -> str:
    """As a power cut does: the process and all that it has started; returns what it had said."""
    for one in [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    return process.communicate()[1]


def interrupt(process: subprocess.Popen[str]) -> None:
    """As Ctrl-C in a terminal does."""
    os.killpg(process.pid, signal.SIGINT)


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def written(out: Path) -> dict[str, str]:
    """The summaries in a folder with what is in them."""
    return {file.name: file.read_text("utf-8") for file in out.glob("[!.]*")}


@pytest.fixture
def command(server: LocalEndpoint, tmp_path: Path) -> Command:
    return Command(tmp_path / "home", server)
