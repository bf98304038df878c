"""What becomes of a command that is stopped."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("signals of another kind", allow_module_level=True)

WORDS = "How many words are there?\n"


def asking(book: Path, *prelude: str) -> subprocess.Popen[str]:
    """A command that has answered a question and waits for the next; before it, a line of bash."""
    line = f'{"".join(prelude)} exec "$0" -m longread ask "$1" - --json --embedder none'
    # The tests themselves may run behind nohup, and what is ignored is so by a child too.
    heard = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    process = subprocess.Popen(
        ["bash", "-c", line, sys.executable, book],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "LONGREAD_HOME": str(book.parent / "home")},
    )
    signal.signal(signal.SIGHUP, heard)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(WORDS)
    process.stdin.flush()
    assert "longread.answer/1" in process.stdout.readline()
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_asks_a_command_to_end_ends_it_as_ctrl_c_does(
    number: signal.Signals, book: Path
) -> None:
    process = asking(book)
    process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert said == ""


def test_what_is_to_be_ignored_is_ignored(book: Path) -> None:
    process = asking(book, "trap '' HUP;")
    process.send_signal(signal.SIGHUP)
    answered, _ = process.communicate(WORDS, timeout=60)
    assert "longread.answer/1" in answered
    assert process.returncode == 0


@pytest.mark.parametrize(("answer", "code"), [(None, 130), ("\x04", 2), ("n\n", 2)])
def test_ctrl_c_at_a_question_stops_the_command(answer: str | None, code: int, book: Path) -> None:
    environment = {**os.environ, "LONGREAD_HOME": str(book.parent / "home")}
    longread = [sys.executable, "-m", "longread"]
    search = [*longread, "search", str(book), "quay", "--embedder", "none"]
    subprocess.run(search, env=environment, check=True, capture_output=True)
    ours, its = os.openpty()
    process = subprocess.Popen(
        [*longread, "library", "remove", "The Grey Boat"], stdin=its, stderr=its, env=environment
    )
    os.close(its)
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(ours, 1024)
    # A terminal that its last process has left gives an error in place of an end.
    with suppress(OSError):
        while process.poll() is None:
            # What is typed as the question begins to listen may be lost.
            if answer is None:
                process.send_signal(signal.SIGINT)
            else:
                os.write(ours, answer.encode())
            while select.select([ours], [], [], 2)[0]:
                shown += os.read(ours, 1024)
    with suppress(OSError):
        while select.select([ours], [], [], 0)[0] and (piece := os.read(ours, 1024)):
            shown += piece
    os.close(ours)
    assert process.wait(60) == code
    assert (b"Nothing was removed" in shown) == (code == 2)
    assert b"Aborted" not in shown
