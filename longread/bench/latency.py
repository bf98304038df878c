"""How soon the reader in the terminal answers a key, while the model reads at full speed.

The program runs in a terminal of its own, inside tmux where that is installed, as it would before a
person; what is measured is the time from writing a key to the last of what it paints.
"""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from longread.errors import LimitExceeded

PAINTED_BYTES = 600
"""A scrolled text paints more than this; a change of the status line paints less."""

_SHOWN = re.compile(rb"Ask anything")
_READS = re.compile(rb"tokens/s")
_OPENING_SECONDS = 120.0
_LOADING_SECONDS = 180.0
_QUIET_SECONDS = 0.02
_LONGEST_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds from key to paint, over so many keys; ``opened`` are seconds from the start
    of the program to the book's text, ``painted`` the bytes that a key sends to the terminal in
    the median, which is what counts over a slow link."""

    keys: int
    median: float
    p95: float
    longest: float
    opened: float
    painted: float
    terminal: str

    def as_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        return asdict(self)


def run(
    file: Path,
    *,
    model: Path | None = None,
    keys: int = 200,
    size: tuple[int, int] = (140, 40),
    on_progress: Callable[[int, int], None] | None = None,
) -> Latency:
    """Open a document in a library of its own, wait until the ``model`` reads, where there is
    one, and press keys that scroll.

    Raises:
        LimitExceeded: the program did not show the text, or did not paint.
        SourceError: the file could not become a document.
    """
    from longread.memory.library import Library

    tmux = shutil.which("tmux")
    command = [sys.executable, "-m", "longread", "open"]
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(Path(folder) / "library.db") as library:
            record, _ = library.ingest(file)
        command += [record.id, "--embedder", "none"]
        command += ["--model", str(model)] if model is not None else []
        return _measure(command, size, tmux, folder, keys, on_progress, reads=model is not None)


def _measure(
    command: list[str],
    size: tuple[int, int],
    tmux: str | None,
    folder: str,
    keys: int,
    on_progress: Callable[[int, int], None] | None,
    *,
    reads: bool,
) -> Latency:
    started = time.perf_counter()
    with _terminal(command, size, tmux, folder) as end:
        _await(end, _SHOWN, _OPENING_SECONDS)
        opened = time.perf_counter() - started
        if reads:
            _await(end, _READS, _LOADING_SECONDS)
        times, sizes = [], []
        for number in range(keys):
            if on_progress is not None:
                on_progress(number, keys)
            _drain(end)
            seconds, painted = _press(end, b"k" if number % 20 >= 10 else b"j")
            times.append(seconds * 1_000)
            sizes.append(painted)
            time.sleep(0.05)
        cuts = quantiles(times, n=20)
        name = "tmux" if tmux else "no multiplexer"
        return Latency(keys, cuts[9], cuts[18], max(times), opened, median(sizes), name)


@contextmanager
def _terminal(
    command: list[str], size: tuple[int, int], tmux: str | None, folder: str
) -> Iterator[int]:
    """A program in a terminal of its own; yields the terminal's other end."""
    import fcntl
    import termios

    server = ["-L", f"longread-latency-{os.getpid()}", "-f", "/dev/null"]
    if tmux is not None:
        width, height = map(str, size)
        command = [tmux, *server, "new-session", "-x", width, "-y", height, *command]
    end, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    environment |= {"LONGREAD_HOME": folder, "TMUX_TMPDIR": folder}
    environment.pop("TMUX", None)
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    try:
        yield end
    finally:
        with suppress(OSError):
            os.write(end, b"\x11")
        _until_gone(process, end)
        if tmux is not None:
            subprocess.run(
                [tmux, *server, "kill-server"], env=environment, capture_output=True, check=False
            )
        os.close(end)


def _until_gone(process: subprocess.Popen[bytes], end: int) -> None:
    """Read what it still says, so that it does not wait for a reader, until it has ended."""
    deadline = time.monotonic() + 30.0
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(LimitExceeded):
            _drain(end)
        time.sleep(0.05)
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _press(end: int, key: bytes) -> tuple[float, int]:
    """Seconds from a key to the last of what it paints, and how many bytes that is."""
    pressed = time.perf_counter()
    os.write(end, key)
    painted, last = 0, pressed
    while True:
        wait = _QUIET_SECONDS if painted >= PAINTED_BYTES else _LONGEST_SECONDS
        if not select.select([end], [], [], wait)[0]:
            if painted >= PAINTED_BYTES:
                return last - pressed, painted
            raise LimitExceeded(
                f"A key painted nothing within {_LONGEST_SECONDS:.0f} seconds.",
                hint="Use a longer text: each key scrolls a line.",
            )
        painted += len(_read(end))
        last = time.perf_counter()


def _await(end: int, wanted: re.Pattern[bytes], seconds: float) -> None:
    seen = b""
    deadline = time.monotonic() + seconds
    while not wanted.search(seen):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([end], [], [], left)[0]:
            raise LimitExceeded(
                f"The screen did not show {wanted.pattern.decode()!r} within {seconds:.0f} s.",
                hint="Try `longread open` by hand.",
            )
        seen = seen[-4_096:] + _read(end)


def _drain(end: int) -> None:
    while select.select([end], [], [], 0)[0]:
        _read(end)


def _read(end: int) -> bytes:
    """What the program paints next.

    Raises:
        LimitExceeded: it has ended.
    """
    painted = b""
    with suppress(OSError):
        painted = os.read(end, 65_536)
    if not painted:
        raise LimitExceeded(
            "The program ended before all was measured.", hint="Try `longread open` by hand."
        )
    return painted
