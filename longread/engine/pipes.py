"""The parent's side of the pipes: one life of the engine's process, and requests to it.

Requests and answers have their request's number, so that what a cancelled request still sends is
known and dropped.
"""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from longread.engine.options import LoadOptions
from longread.engine.protocol import ModelInfo
from longread.errors import Cancelled, EngineCrashed, ModelError
from longread.stopping import never
from longread.text import one_line

CANCEL_SECONDS = 5.0
"""How long a cancelled request may take to end before the process is ended instead."""

LOADING = 0
"""The number of the request that loads the model."""

_LOOK_SECONDS = 0.25
# Not "-m": that would import from the current folder.
_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from longread.engine.child import main; main()"
_Answer = tuple[str, int, Any]


class Engine:
    """One life of the child process. ``arguments`` are the model's file, id and fingerprint, and
    how it is loaded.

    Raises:
        ModelNotFound, ModelDamaged, ModelError: the model cannot be loaded, or no process started.
        EngineCrashed: the process ended while loading it.
    """

    def __init__(self, arguments: tuple[Path, str, str, LoadOptions]) -> None:
        try:
            self._log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
            # In a session of its own, where the terminal's Ctrl-C does not reach it.
            self.process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                start_new_session=True,
            )
        except OSError as error:
            raise ModelError(
                f"The model's process could not be started: {error.strerror}.",
                hint="Free memory and disk space, and see that TMPDIR, if set, is a folder.",
            ) from error
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._sink, source = self.process.stdin, self.process.stdout
        self._answers: queue.SimpleQueue[_Answer | None] = queue.SimpleQueue()
        self._number = LOADING
        self._finished = LOADING - 1
        self._sending = threading.Lock()
        # Reading in a thread of its own: an interrupted read would lose its place.
        threading.Thread(target=_listen, args=(source, self._answers), daemon=True).start()
        try:
            self._send("load", LOADING, arguments)
            loaded = self.receive(LOADING)
        except BaseException:
            self.kill()
            raise
        assert isinstance(loaded, ModelInfo)
        self.info = loaded

    @property
    def alive(self) -> bool:
        """Whether it can take a request."""
        return not self._sink.closed and self.process.poll() is None

    def request(self, name: str, *arguments: Any) -> Request:
        """Send a request; its answers are read from what is returned."""
        self._number += 1
        self._send(name, self._number, arguments)
        return Request(self, self._number)

    def receive(
        self, number: int, deadline: float | None = None, stop: Callable[[], bool] = never
    ) -> Any:
        """The next answer to a request: a chunk, or the result as the last one.

        Raises:
            Cancelled: ``stop`` said so while nothing came.
            EngineCrashed: the process ended.
            TimeoutError: the deadline of the monotonic clock passed.
            LongreadError: what the request failed with.
        """
        while True:
            try:
                # With a timeout, because a wait without one cannot be interrupted everywhere.
                answer = self._answers.get(timeout=_LOOK_SECONDS)
            except queue.Empty:
                if deadline is not None and time.monotonic() > deadline:
                    raise TimeoutError from None
                if stop():
                    raise Cancelled("Stopped.") from None
                continue
            if answer is None:
                raise self._crashed()
            kind, about, value = answer
            if about != number:
                continue
            if kind != "chunk":
                self._finished = number
            if kind == "error":
                raise value
            return value

    def cancel(self) -> None:
        """Tell the child to stop what it does."""
        self._send("cancel", self._number, ())

    def settle(self, number: int) -> None:
        """Stop a request that was not read to its end; end a process that does not obey."""
        if self._finished >= number or not self.alive:
            return
        try:
            self.cancel()
            deadline = time.monotonic() + CANCEL_SECONDS
            while self._finished < number:
                self.receive(number, deadline)
        except TimeoutError:
            self.kill()
        except Exception:  # what a cancelled request failed with interests nobody
            return

    def end(self) -> None:
        """Close its input, upon which the child ends; kill it if it does not."""
        with suppress(OSError):
            self._sink.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(CANCEL_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End the process at once; safe to call again."""
        self.process.kill()
        self.process.wait()
        with suppress(OSError):
            self._sink.close()
        self._log.close()

    def _send(self, name: str, number: int, arguments: tuple[Any, ...]) -> None:
        try:
            with self._sending:
                pickle.dump((name, number, arguments), self._sink, pickle.HIGHEST_PROTOCOL)
                self._sink.flush()
        except (OSError, ValueError) as error:
            if name != "cancel":
                raise self._crashed() from error
        except BaseException:
            # A message cut in two would garble all that follow.
            self.kill()
            raise

    def _crashed(self) -> EngineCrashed:
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(CANCEL_SECONDS)
        code = self.process.poll()
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        last = self._last_words()
        self.kill()
        return EngineCrashed(
            f"The model's process ended unexpectedly ({how}{last}).",
            hint="Ask again: it is started anew. If it keeps ending, try a smaller --context, "
            "--gpu-layers 0, or `longread models verify`.",
        )

    def _last_words(self) -> str:
        if self._log.closed:
            return ""
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - 4096))
        lines = self._log.read().decode("utf-8", "replace").strip().splitlines()
        return f": {one_line(lines[-1])}" if lines else ""


class Request:
    """A request under way; leaving its block stops what was not read."""

    def __init__(self, engine: Engine, number: int) -> None:
        self._engine = engine
        self._number = number

    def __enter__(self) -> Request:
        return self

    def __exit__(self, *exception: object) -> None:
        self._engine.settle(self._number)

    def next(self, stop: Callable[[], bool] = never) -> Any:
        """The next answer; see ``Engine.receive``."""
        return self._engine.receive(self._number, stop=stop)


def _listen(source: IO[bytes], answers: queue.SimpleQueue[_Answer | None]) -> None:
    with source:
        try:
            while True:
                answers.put(pickle.load(source))
        except Exception:  # at its end, or where a dying process garbled it
            answers.put(None)
