"""Replies written side by side, or one after another where the model cannot."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from longread.config import MAX_CRASHES
from longread.engine.protocol import CUT, Line, Message, Model, Sampling, as_streaming
from longread.errors import EngineCrashed, ModelError
from longread.memory.courtesy import somebody_asks

TOGETHER = 16
"""So many replies are written side by side at most: a CPU's kernels take a step of sixteen tokens
for little more than one of eight."""

LOOK_SECONDS = 0.2
"""How often writing that makes way looks whether it may go on."""

ITEM = "-"
"""The label of lines that are items of a list."""

_LABEL_TOKENS = 8
_ITEM_MARK = re.compile(r"^(?:[-–•]|\*(?!\*)|\d+[.)])\s*")

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
    """The lines of a reply from a model that writes all of it by itself, labels included."""
    limit = sum(line.max_tokens + _LABEL_TOKENS for line in lines)
    last = messages[-1]
    form = "".join(f"\n{line.label} …" for line in lines)
    asked = [*messages[:-1], replace(last, content=(*last.pieces, f"\n\nIn this form:{form}"))]
    chunks = list(model.reply(asked, Sampling(max_tokens=limit)))
    text = "".join(chunk.text for chunk in chunks)
    if chunks and chunks[-1].finish == "length":
        text += CUT
    if len(lines) == 1:
        label = re.escape(lines[0].label)
        return [re.sub(rf"^\s*{label}", "", text).replace("\n", " ").strip()]
    return _behind_labels(text, lines)


def _behind_labels(text: str, lines: Sequence[Line]) -> list[str]:
    """What a reply says behind each of some labels, in whatever order it has them; an item of a
    list may have another mark."""
    rows = [_row(line) for line in text.splitlines() if line.strip()]
    others = tuple(line.label for line in lines if line.label != ITEM)
    said = []
    for line in lines:
        if line.label == ITEM:
            fitting = [row for row in rows if row[0] and not row[1].startswith(others)]
        else:
            fitting = [row for row in rows if row[1].startswith(line.label)]
        if fitting:
            rows.remove(fitting[0])
        said.append(fitting[0][1].removeprefix(line.label).strip() if fitting else "")
    return said


def _row(line: str) -> tuple[bool, str]:
    """A line of a reply without Markdown, and whether it is an item of a list."""
    bare = line.strip().strip("#").strip()
    text = _ITEM_MARK.sub("", bare)
    return text != bare, text.strip("* \t")
