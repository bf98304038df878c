"""The engine's process: a model in a child of its own, so that a native crash cannot take
the interface or the store with it.

One request runs at a time. The parent sends it over a pipe and reads the chunks that come
back; a shared event stops the child's work, prompt evaluation included, within a second.
The child is spawned, never forked, and ends when the pipe to its parent closes.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from longread.engine.llama import LoadOptions
from longread.engine.protocol import Chunk, Message, ModelInfo, Sampling
from longread.errors import EngineCrashed, LongreadError, ModelError

_STOP_SECONDS = 5.0


class ProcessModel:
    """A GGUF model behind a process boundary; started when it is first needed, and started
    anew by the next call after a crash.

    Raises:
        ModelNotFound, ModelDamaged, ModelError: the model cannot be loaded.
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
        self._spawn = multiprocessing.get_context("spawn")
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._stop: Event | None = None
        self._info: ModelInfo = self._start()

    @property
    def info(self) -> ModelInfo:
        """Facts about the model."""
        return self._info

    @property
    def process_id(self) -> int | None:
        """The engine's process, where one runs."""
        return self._process.pid if self._process is not None else None

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens off."""
        with self._lock:
            return int(self._ask("count_tokens", text))

    def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> list[float]:
        """Probability of each choice as the next words; see ``Model.choose``."""
        with self._lock:
            return [float(value) for value in self._ask("choose", list(messages), list(choices))]

    def reply(self, messages: Sequence[Message], sampling: Sampling) -> Iterator[Chunk]:
        """Stream the assistant's next turn; see ``Model.reply``."""
        with self._lock:
            self._send("reply", list(messages), sampling)
            ended = False
            try:
                while not ended:
                    kind, value = self._receive()
                    ended = kind != "chunk"
                    if kind == "error":
                        raise value
                    if kind == "chunk":
                        yield value
            finally:
                if not ended:
                    self._cancel()

    def close(self) -> None:
        """End the process; safe to call twice."""
        if self._stop is not None:
            self._stop.set()
        with self._lock:
            self._end()

    def _start(self) -> ModelInfo:
        ours, theirs = self._spawn.Pipe()
        self._stop = self._spawn.Event()
        self._process = self._spawn.Process(
            target=_serve, args=(theirs, self._stop, *self._arguments), daemon=True
        )
        self._process.start()
        theirs.close()
        self._pipe = ours
        try:
            kind, value = self._receive()
        except BaseException:
            self._end()
            raise
        if kind == "error":
            self._end()
            raise value
        assert isinstance(value, ModelInfo)
        return value

    def _ask(self, name: str, *arguments: Any) -> Any:
        self._send(name, *arguments)
        try:
            kind, value = self._receive()
        except KeyboardInterrupt:
            self._cancel()
            raise
        if kind == "error":
            raise value
        return value

    def _send(self, name: str, *arguments: Any) -> None:
        if self._process is None or not self._process.is_alive():
            self._end()
            self._info = self._start()
        assert self._pipe is not None
        assert self._stop is not None
        self._stop.clear()
        try:
            self._pipe.send((name, arguments))
        except OSError as error:
            raise self._crashed() from error

    def _receive(self) -> tuple[str, Any]:
        assert self._pipe is not None
        try:
            message: tuple[str, Any] = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise self._crashed() from error
        return message

    def _cancel(self) -> None:
        """Stop the running request and read what is left of its answer."""
        assert self._stop is not None
        self._stop.set()
        try:
            while self._pipe is not None and self._pipe.poll(_STOP_SECONDS):
                if self._receive()[0] != "chunk":
                    return
        except EngineCrashed:
            return
        # It did not obey, as a back end without an abort callback may not: end it.
        self._end()

    def _crashed(self) -> EngineCrashed:
        process = self._process
        self._end()
        code = process.exitcode if process is not None else None
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        return EngineCrashed(
            f"The model's process ended unexpectedly ({how}).",
            hint="Ask again: it is started anew. If it keeps ending, try a smaller --context, "
            "--gpu-layers 0, or `longread models verify`.",
        )

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        if self._process is not None:
            self._process.join(_STOP_SECONDS)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._process = None


def _serve(
    pipe: Connection,
    stop: Event,
    path: Path,
    model_id: str,
    fingerprint: str,
    options: LoadOptions,
) -> None:
    """The child: loads the model and answers requests until the pipe closes."""
    # Ctrl-C reaches the whole terminal's group; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()
    from longread.engine.llama import LlamaModel

    def stopped() -> bool:
        return stop.is_set() or os.getppid() != parent

    try:
        model = LlamaModel(
            path, model_id=model_id, fingerprint=fingerprint, options=options, stop=stopped
        )
    except Exception as error:
        _report(pipe, error)
        return
    try:
        pipe.send(("result", model.info))
        while True:
            name, arguments = pipe.recv()
            _answer(pipe, model, name, arguments)
    except (EOFError, OSError):
        pass
    finally:
        model.close()


def _answer(pipe: Connection, model: Any, name: str, arguments: tuple[Any, ...]) -> None:
    try:
        if name == "reply":
            for chunk in model.reply(*arguments):
                pipe.send(("chunk", chunk))
            pipe.send(("end", None))
        else:
            pipe.send(("result", getattr(model, name)(*arguments)))
    except OSError:
        raise
    except Exception as error:
        _report(pipe, error)


def _report(pipe: Connection, error: Exception) -> None:
    if not isinstance(error, LongreadError):
        error = ModelError(
            f"The model failed: {type(error).__name__}: {error}.",
            hint="`longread doctor` shows what is installed.",
        )
    pipe.send(("error", error))
