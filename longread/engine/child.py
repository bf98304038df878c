"""The engine's side of the pipes: a process that owns one model.

Requests come on standard input, answers go to standard output, each a pickled
``(name, number, …)``. It ends when its input ends, also in the middle of a request. A
thread of its own listens, so that an order to cancel is heard while the model computes.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import Any, BinaryIO

from longread.engine import machine
from longread.engine.llama import LlamaModel
from longread.engine.pipes import LOADING
from longread.errors import LongreadError, ModelError
from longread.network import stay_offline
from longread.text import one_line

_Order = tuple[int, str, tuple[Any, ...]]

GIVE_BACK_SECONDS = 10.0
"""How often what requests took for a moment, tens of megabytes each, is given back to the system:
the next one has to ask for it again."""

_GRACE_SECONDS = 5.0


class _Orders:
    """What the parent sends: numbered requests, and orders to cancel one."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._requests: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._running = LOADING
        self._cancelled = LOADING - 1
        threading.Thread(target=self._listen, daemon=True).start()

    def next(self) -> _Order | None:
        """Wait for a request; none once the parent is gone."""
        request = self._requests.get()
        if request is not None:
            self._running = request[0]
        return request

    def stopped(self) -> bool:
        """Whether the running request was cancelled, or nobody waits for it any more."""
        return self._cancelled >= self._running

    def _listen(self) -> None:
        try:
            while True:
                name, number, arguments = pickle.load(self._source)
                if name == "cancel":
                    self._cancelled = max(self._cancelled, number)
                else:
                    self._requests.put((number, name, arguments))
        except Exception:  # at its end, or where a dying parent cut a message in two
            self._cancelled = sys.maxsize
            self._requests.put(None)
        # A back end that cannot be stopped must not outlive the parent for long.
        time.sleep(_GRACE_SECONDS)
        os._exit(1)


def main() -> None:
    """Load the model that the first request names, and answer requests until they end."""
    # Ctrl-C reaches the whole terminal's group, and so may what ends a job or a terminal; the
    # parent decides what it means, and this process ends with it.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, signal.SIG_IGN)
    stay_offline()
    source, sink = _take_pipes()
    orders = _Orders(source)
    request = orders.next()
    if request is None:
        return
    try:
        path, model_id, fingerprint, load_options = request[2]
        model = LlamaModel(
            path,
            model_id=model_id,
            fingerprint=fingerprint,
            options=load_options,
            stop=orders.stopped,
        )
    except Exception as error:
        _send(sink, "error", LOADING, _coded(error))
        return
    _send(sink, "result", LOADING, model.info)
    given_back = time.monotonic()
    while (request := orders.next()) is not None:
        number, name, arguments = request
        try:
            if name == "reply":
                for chunk in model.reply(*arguments):
                    _send(sink, "chunk", number, chunk)
                _send(sink, "result", number, None)
            else:
                _send(sink, "result", number, getattr(model, name)(*arguments))
        except Exception as error:
            _send(sink, "error", number, _coded(error))
        if time.monotonic() >= given_back + GIVE_BACK_SECONDS:
            machine.give_back_memory()
            given_back = time.monotonic()
    model.close()


def _take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes to this module: native code may read from or print to the streams."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nowhere, stream)
    os.close(nowhere)
    return source, sink


def _send(sink: BinaryIO, kind: str, number: int, value: Any) -> None:
    # The listening thread notices a parent that is gone.
    with suppress(OSError):
        pickle.dump((kind, number, value), sink, pickle.HIGHEST_PROTOCOL)
        sink.flush()


def _coded(error: Exception) -> LongreadError:
    if isinstance(error, LongreadError):
        return error
    return ModelError(
        f"The model failed: {type(error).__name__}: {one_line(str(error))}.",
        hint="`longread doctor` shows what is installed.",
    )
