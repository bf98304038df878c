"""Work that can be stopped, by this process or in a program beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence

from longread.errors import Cancelled

_LOOK_SECONDS = 0.1
"""How often a program that runs is looked at."""


def never() -> bool:
    """No."""
    return False


def run(
    command: Sequence[str],
    *,
    sent: bytes = b"",
    seconds: float,
    stop: Callable[[], bool] = never,
    keeps_errors: bool = False,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """Run a program, send it what it reads, and return what it wrote, with
    ``keeps_errors`` on standard error too. It runs in a session of its own; when this is left, by
    an error too, the program has ended and all that it started.

    Raises:
        subprocess.TimeoutExpired: it took longer than ``seconds``.
        Cancelled: ``stop`` said so.
    """
    deadline = time.monotonic() + seconds
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if keeps_errors else subprocess.DEVNULL,
        env=environment,
        start_new_session=True,
    ) as process:
        to_send: bytes | None = sent
        try:
            while True:
                left = deadline - time.monotonic()
                try:
                    wrote, said = process.communicate(to_send, min(_LOOK_SECONDS, left))
                    break
                except subprocess.TimeoutExpired:
                    to_send = None
                    if left <= 0:
                        raise subprocess.TimeoutExpired(command, seconds) from None
                if stop():
                    raise Cancelled(f"{command[0]} was stopped.")
        finally:
            if process.poll() is None:
                _end(process)
    return subprocess.CompletedProcess(command, process.returncode, wrote, said)


def _end(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    # Behind an interrupt, Popen's own block does not wait for it.
    process.wait()
