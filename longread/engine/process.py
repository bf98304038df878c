"""A model behind a process boundary, so that a native crash cannot take the interface or
the store with it.

One request runs at a time. Requests and answers go through pipes, each with its request's
number, so that what a cancelled request still sends is known and dropped.
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
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from longread.engine.block import Block
from longread.engine.options import LoadOptions
from longread.engine.protocol import (
    Chunk,
    Line,
    Message,
    ModelInfo,
    Progress,
    Sampling,
    Written,
    never,
)
from longread.engine.turn import Turn
from longread.errors import Cancelled, EngineCrashed, ModelError
from longread.text import one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CANCEL_SECONDS = 5.0
"""How long a cancelled request may take to end before the process is ended instead."""

_LOOK_SECONDS = 0.25
_LOADING = 0
# Not "-m": that would import from the current folder.
_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from longread.engine.child import main; main()"
_Answer = tuple[str, int, Any]


class ProcessModel:
    """A GGUF model in a process of its own, spawned and never forked. After a crash the
    next call starts it anew.

    Raises:
        ModelNotFound, ModelDamaged, ModelError: the model cannot be loaded.
        EngineCrashed: the process ended while loading it.
    """

    def __init__(
        self,
        path: Path,
        *,
        model_id: str = "",
        fingerprint: str = "",
        options: LoadOptions | None = None,
    ) -> None:
        self._arguments = (path, model_id, fingerprint, options or LoadOptions())
        self._turn = Turn()
        self._closed = False
        self._engine: _Engine | None = None
        # The lives of the process in which a stream and a writing were begun.
        self._begun: dict[str, _Engine | None] = {}
        self._info = self._started().info

    @property
    def info(self) -> ModelInfo:
        """Facts about the model."""
        return self._info

    @property
    def process_id(self) -> int | None:
        """The engine's process, where one runs."""
        return self._engine.process.pid if self._engine is not None else None

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens off."""
        with self._turn:
            return int(self._ask("count_tokens", text))

    def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> list[float]:
        """Probability of each choice as the next words; see ``Model.choose``."""
        with self._turn:
            return [float(value) for value in self._ask("choose", list(messages), list(choices))]

    def reply(
        self, messages: Sequence[Message], sampling: Sampling
    ) -> Generator[Chunk, None, None]:
        """Stream the assistant's next turn; see ``Model.reply``."""
        with self._turn:
            engine = self._started()
            with engine.request("reply", list(messages), sampling) as request:
                while (chunk := request.next()) is not None:
                    yield chunk

    def blocks(self, messages: Sequence[Message]) -> list[Block | None]:
        """Blocks of the messages' parts; see ``StreamingModel.blocks``."""
        with self._turn:
            return list(self._ask("blocks", list(messages)))

    def attention(
        self,
        messages: Sequence[Message],
        heads: Sequence[tuple[int, int]] | None = None,
        calibration: Sequence[Message] = (),
    ) -> NDArray[np.float32]:
        """Attention to each part; see ``StreamingModel.attention``."""
        with self._turn:
            found: NDArray[np.float32] = self._ask(
                "attention", list(messages), heads, list(calibration)
            )
            return found

    def states(self, messages: Sequence[Message], layers: Sequence[int]) -> NDArray[np.float32]:
        """Hidden states behind the question for each part alone; see ``StreamingModel.states``."""
        with self._turn:
            found: NDArray[np.float32] = self._ask("states", list(messages), list(layers))
            return found

    def start_reading(
        self, prefix: Sequence[Message], window: int, resume: Path | None = None
    ) -> None:
        """Begin a stream; see ``StreamingModel.start_reading``."""
        with self._turn:
            self._ask("start_reading", list(prefix), window, resume)
            self._begun["read_on"] = self._engine

    def read_on(
        self,
        texts: Sequence[str],
        *,
        blocks: bool = True,
        surprisal: bool = False,
        give_way: Callable[[], bool] = never,
    ) -> list[Progress]:
        """Read on in the text, while nobody asks; see ``StreamingModel.read_on``."""
        read = self._stand_back(
            give_way, "read_on", list(texts), blocks=blocks, surprisal=surprisal
        )
        assert isinstance(read, list)
        return read

    def save_reading(self, file: Path) -> None:
        """Write the stream's state to a file."""
        with self._turn:
            self._ask("save_reading", file)

    def stop_reading(self) -> None:
        """End the stream and release its memory; safe to call twice."""
        with self._turn:
            if self._engine is not None and self._engine.alive:
                self._ask("stop_reading")

    def start_writing(
        self,
        prompts: Sequence[Sequence[Message]],
        lines: Sequence[Sequence[Line]],
        together: int,
    ) -> None:
        """Begin several replies; see ``StreamingModel.start_writing``."""
        with self._turn:
            self._ask("start_writing", [list(one) for one in prompts], list(lines), together)
            self._begun["write_on"] = self._engine

    def write_on(self) -> Written:
        """Write a little more, while nobody asks; see ``StreamingModel.write_on``."""
        written = self._stand_back(never, "write_on")
        assert isinstance(written, Written)
        return written

    def stop_writing(self) -> None:
        """Release what is being written; safe to call twice."""
        with self._turn:
            if self._engine is not None and self._engine.alive:
                self._ask("stop_writing")

    def close(self) -> None:
        """End the process; safe to call twice, and while a reply is being read."""
        self._closed = True
        if self._turn.mine:
            self._end()
            return
        self._interrupt()
        with self._turn:
            self._end()

    def _interrupt(self) -> None:
        if (engine := self._engine) is not None:
            engine.cancel()

    def _stand_back(
        self, give_way: Callable[[], bool], name: str, *arguments: Any, **options: Any
    ) -> Any:
        """A request that gives way to others and is repeated behind them."""
        while True:
            while give_way() and not self._closed:
                time.sleep(_LOOK_SECONDS)
            with self._turn.standing_back(self._interrupt):
                engine = self._started()
                if self._begun.get(name, engine) is not engine:
                    raise EngineCrashed(
                        "The model's process was started anew, and what it had begun is gone.",
                        hint="Begin it again; it goes on from what was committed.",
                    )
                try:
                    with engine.request(name, *arguments, **options) as asked:
                        if self._turn.wanted:
                            # It came before there was a request to interrupt.
                            engine.cancel()
                        return asked.next(give_way)
                except Cancelled:
                    if self._closed:
                        raise

    def _ask(self, name: str, *arguments: Any) -> Any:
        with self._started().request(name, *arguments) as request:
            return request.next()

    def _started(self) -> _Engine:
        """The running engine, started if it is not."""
        if self._closed:
            raise ModelError("The model was closed.", hint="Open it again.")
        if self._engine is None or not self._engine.alive:
            self._end()
            self._engine = _Engine(self._arguments)
            self._info = self._engine.info
        return self._engine

    def _end(self) -> None:
        if self._engine is not None:
            self._engine.end()
            self._engine = None


class _Engine:
    """One life of the child process. Raises as ``ProcessModel``."""

    def __init__(self, arguments: tuple[Any, ...]) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        # In a session of its own, where the terminal's Ctrl-C does not reach it.
        self.process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._sink, source = self.process.stdin, self.process.stdout
        self._answers: queue.SimpleQueue[_Answer | None] = queue.SimpleQueue()
        self._number = _LOADING
        self._finished = _LOADING - 1
        self._sending = threading.Lock()
        # Reading in a thread of its own: an interrupted read would lose its place.
        threading.Thread(target=_listen, args=(source, self._answers), daemon=True).start()
        try:
            self._send("load", _LOADING, arguments, {})
            loaded = self.receive(_LOADING)
        except BaseException:
            self.kill()
            raise
        assert isinstance(loaded, ModelInfo)
        self.info = loaded

    @property
    def alive(self) -> bool:
        """Whether it can take a request."""
        return not self._sink.closed and self.process.poll() is None

    def request(self, name: str, *arguments: Any, **options: Any) -> _Request:
        """Send a request; its answers are read from what is returned."""
        self._number += 1
        self._send(name, self._number, arguments, options)
        return _Request(self, self._number)

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
        self._send("cancel", self._number, (), {})

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

    def _send(
        self, name: str, number: int, arguments: tuple[Any, ...], options: dict[str, Any]
    ) -> None:
        try:
            with self._sending:
                pickle.dump((name, number, arguments, options), self._sink, pickle.HIGHEST_PROTOCOL)
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


class _Request:
    """A request under way; leaving its block stops what was not read."""

    def __init__(self, engine: _Engine, number: int) -> None:
        self._engine = engine
        self._number = number

    def __enter__(self) -> _Request:
        return self

    def __exit__(self, *exception: object) -> None:
        self._engine.settle(self._number)

    def next(self, stop: Callable[[], bool] = never) -> Any:
        """The next answer; see ``_Engine.receive``."""
        return self._engine.receive(self._number, stop=stop)


def _listen(source: IO[bytes], answers: queue.SimpleQueue[_Answer | None]) -> None:
    with source:
        try:
            while True:
                answers.put(pickle.load(source))
        except Exception:  # at its end, or where a dying process garbled it
            answers.put(None)
