"""Replies written side by side, or one after another where the model cannot."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from longread.engine.protocol import Line, Message, Model, Sampling, as_streaming
from longread.errors import EngineCrashed, ModelError
from longread.memory.courtesy import somebody_asks

TOGETHER = 6
"""So many replies are written side by side."""

MAX_CRASHES = 3
"""Crashes of the engine in a row after which writing gives up."""

LOOK_SECONDS = 0.2
"""How often writing that makes way looks whether it may go on."""

_LABEL_TOKENS = 8

News = TypeVar("News")
Result = TypeVar("Result")


def replies(
    model: Model,
    asked: Sequence[Sequence[Message]],
    lines: Sequence[Sequence[Line]],
    together: int = TOGETHER,
    folder: Path | None = None,
) -> Generator[int, None, Sequence[Sequence[str]]]:
    """What the model writes behind the labels, for each prompt; yields how many are done.

    It makes way while somebody asks about what ``folder`` holds.

    Raises:
        ModelError: the model cannot write.
        EngineCrashed: its process ended, several times.
    """
    crashes = 0
    while True:
        try:
            return (yield from _replies(model, asked, lines, together, folder))
        except EngineCrashed:
            crashes += 1
            if crashes >= MAX_CRASHES:
                raise


class Pace:
    """How long each of the things takes that are written batch by batch."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._written = 0
        self._began = 0.0

    def begin(self) -> None:
        """A batch begins."""
        self._began = time.monotonic()

    def end(self, written: int) -> None:
        """The batch ends, so many are written."""
        self._seconds += time.monotonic() - self._began
        self._written += written

    def each(self, more: int = 0) -> float:
        """Seconds for each; ``more`` are written of a batch that has not ended."""
        spent = self._seconds + (time.monotonic() - self._began if more else 0.0)
        written = self._written + more
        return spent / written if written else 0.0


def retold(
    run: Generator[int, None, Result], tell: Callable[[int], News]
) -> Generator[News, None, Result]:
    """A run whose news are told in another way; it gives what the run gives."""
    with closing(run):
        while True:
            try:
                done = next(run)
            except StopIteration as end:
                result: Result = end.value
                return result
            yield tell(done)


def _replies(
    model: Model,
    asked: Sequence[Sequence[Message]],
    lines: Sequence[Sequence[Line]],
    together: int,
    folder: Path | None,
) -> Generator[int, None, Sequence[Sequence[str]]]:
    streaming = as_streaming(model)
    if streaming is None:
        written = []
        for messages, wanted in zip(asked, lines, strict=True):
            written.append(_plain_reply(model, messages, wanted))
            yield len(written)
        return written
    streaming.start_writing(asked, lines, together)
    try:
        while True:
            while folder is not None and somebody_asks(folder):
                time.sleep(LOOK_SECONDS)
            state = streaming.write_on()
            yield state.done
            if state.replies is not None:
                return state.replies
    finally:
        with suppress(ModelError):
            streaming.stop_writing()


def _plain_reply(model: Model, messages: Sequence[Message], lines: Sequence[Line]) -> list[str]:
    """The lines of a reply from a model that writes all of it by itself."""
    limit = sum(line.max_tokens + _LABEL_TOKENS for line in lines)
    text = "".join(chunk.text for chunk in model.reply(messages, Sampling(max_tokens=limit)))
    if len(lines) == 1:
        label = re.escape(lines[0].label)
        return [re.sub(rf"^\s*{label}", "", text).replace("\n", " ").strip()]
    rows = [row.strip(" *-#\t") for row in text.splitlines() if row.strip()]
    said = []
    for line in lines:
        found = next((row for row in rows if row.startswith(line.label)), "")
        if found:
            rows.remove(found)
        said.append(found.removeprefix(line.label).strip())
    return said
