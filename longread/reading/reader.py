"""The reading pass: a document's passages go through the model one after another.

What it computes is committed every few seconds together with the stream's own state, so that a
pass which is cut off at any moment goes on from there, and ends as one undisturbed pass would.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from longread.config import COMMIT_SECONDS, MAX_CRASHES, READING_WINDOW
from longread.engine.protocol import Progress, StreamingModel
from longread.errors import DocumentNotFound, EngineCrashed, ModelError
from longread.memory.blocks import BlockMemory, Encoded, Reading, checksum
from longread.memory.courtesy import somebody_asks
from longread.memory.library import Library
from longread.passages import estimate_tokens
from longread.reading.frame import passage_text, prefix

BUNCH_TOKENS = 960
"""So many tokens, by estimate, are read at once: mostly two batches of the engine, which reads
large batches faster than small ones."""


@dataclass(frozen=True, slots=True)
class ReadingProgress:
    """How far a pass is. ``tokens_per_second`` is that of this run; ``seconds_left`` an
    estimate; ``block_bytes`` what the block memory takes now, over all documents."""

    passages: int
    total: int
    tokens: int
    tokens_per_second: float
    seconds_left: float
    block_bytes: int
    finished: bool = False


class Reader:
    """Reads one document with one model, from where it was left.

    ``window`` is how many tokens the model sees behind its sinks; ``commit_at`` says of a number
    of passages that what was read is needed then.
    """

    def __init__(
        self,
        library: Library,
        blocks: BlockMemory,
        model: StreamingModel,
        document_id: str,
        *,
        window: int = READING_WINDOW,
        commit_seconds: float = COMMIT_SECONDS,
        commit_at: Callable[[int], bool] = lambda passages: False,
    ) -> None:
        self._library = library
        self._blocks = blocks
        self._model = model
        self._document_id = document_id
        self._window = window
        self._commit_seconds = commit_seconds
        self._commit_at = commit_at
        self._document = library.document(document_id)
        self._passages = library.passages(document_id)
        self._texts = [passage_text(self._document, passage) for passage in self._passages]
        self._bunches = bunches(self._texts)

    def run(self) -> Generator[ReadingProgress]:
        """Read on to the end; yields after each bunch. Closing the iterator commits what was
        read and ends the pass.

        Raises:
            DocumentNotFound: it was removed meanwhile; nothing of it is kept.
            ModelError: the model cannot stream.
            EngineCrashed: its process ended several times without getting further.
        """
        crashes, furthest = 0, -1
        while True:
            try:
                return (yield from self._run())
            except EngineCrashed:
                done = self._reading().passages
                crashes = 1 if done > furthest else crashes + 1
                furthest = done
                if crashes >= MAX_CRASHES:
                    raise

    def _run(self) -> Generator[ReadingProgress]:
        reading = self._reading()
        total = len(self._passages)
        if reading.finished:
            # It may have been cut off between its end and this.
            self._remove_states()
            yield self._progress(reading, reading, 0.0)
            return
        reading = self._begin(reading)
        began = committed = reading
        fresh: list[Encoded] = []
        started = last_commit = time.monotonic()
        try:
            for bunch in self._bunches:
                if bunch.stop <= reading.passages:
                    continue
                reading = self._read_to(bunch.stop, reading, fresh)
                now = time.monotonic()
                late = now - last_commit >= self._commit_seconds
                if (late or self._commit_at(reading.passages)) and reading.passages < total:
                    committed, fresh = self._commit(reading, fresh), []
                    reading = committed
                    last_commit = time.monotonic()
                yield self._progress(began, reading, now - started)
            committed = reading = self._finish(reading, fresh)
            yield self._progress(began, reading, time.monotonic() - started)
        finally:
            if reading.passages > committed.passages:
                # Cut off between two commits; what cannot be saved now is read again.
                with suppress(ModelError, DocumentNotFound):
                    self._commit(reading, fresh)
            with suppress(ModelError):
                self._model.stop_reading()

    def _read_to(self, end: int, reading: Reading, fresh: list[Encoded]) -> Reading:
        """Read on to a passage; the blocks that come of it go behind the ``fresh`` ones."""
        before = time.monotonic()
        read = self._model.read_on(
            self._texts[reading.passages : end],
            give_way=lambda: somebody_asks(self._blocks.folder),
        )
        seconds = time.monotonic() - before
        for passage, one in zip(self._passages[reading.passages : end], read, strict=True):
            if one.block is not None:
                fresh.append(self._blocks.encode(passage.number, one.block))
        return replace(
            reading,
            passages=end,
            tokens=reading.tokens + sum(one.tokens for one in read),
            seconds=reading.seconds + seconds,
        )

    def _reading(self) -> Reading:
        known = self._blocks.reading(self._document_id)
        # With another window, other numbers would come out.
        return known if known and known.window == self._window else Reading(self._window)

    def _begin(self, reading: Reading) -> Reading:
        """Begin the stream, or go on where it was left."""
        state = self._blocks.folder / reading.state if reading.state else None
        self._remove_states(reading.state)
        if state is not None and reading.passages:
            try:
                if checksum(state) == reading.state_check:
                    self._model.start_reading(prefix(), self._window, state)
                    return reading
            except EngineCrashed:
                # It goes on from there once the engine runs again.
                raise
            except (ModelError, OSError):
                pass
        self._model.start_reading(prefix(), self._window)
        return Reading(self._window)

    def _commit(self, reading: Reading, fresh: list[Encoded]) -> Reading:
        file = self._blocks.new_state(self._document_id)
        self._model.save_reading(file)
        saved = replace(reading, state=file.name, state_check=checksum(file))
        self._keep(fresh, saved)
        self._remove_states(file.name)
        return saved

    def _finish(self, reading: Reading, fresh: list[Encoded]) -> Reading:
        ended = replace(reading, finished=True, state="", state_check=0)
        self._keep(fresh, ended)
        self._remove_states()
        return ended

    def _keep(self, fresh: list[Encoded], reading: Reading) -> None:
        self._blocks.keep(self._document_id, fresh, reading=reading)
        try:
            # Looked up behind it: who removes a document drops what is kept after that.
            self._library.record(self._document_id)
        except DocumentNotFound:
            self._blocks.forget([self._document_id])
            raise

    def _remove_states(self, except_for: str = "") -> None:
        self._blocks.remove_states(self._document_id, except_for=except_for)

    def _progress(self, began: Reading, reading: Reading, seconds: float) -> ReadingProgress:
        total = len(self._passages)
        tokens = reading.tokens - began.tokens
        speed = tokens / seconds if seconds > 0 else 0.0
        done = reading.passages - began.passages
        left = (total - reading.passages) * seconds / done if done else 0.0
        return ReadingProgress(
            reading.passages,
            total,
            reading.tokens,
            speed,
            left,
            self._blocks.info().bytes,
            reading.finished,
        )


def read_through(model: StreamingModel, texts: Sequence[str]) -> Iterator[Progress]:
    """Read passages as a pass does, in a stream that was begun; yields what became of each."""
    for bunch in bunches(texts):
        yield from model.read_on(texts[bunch.start : bunch.stop])


def bunches(texts: Sequence[str]) -> list[range]:
    """Neighbouring passages that are read at once: the same ones wherever a pass begins, so
    that it computes the same numbers."""
    return together([estimate_tokens(text) for text in texts], BUNCH_TOKENS)


def together(sizes: Sequence[int], most: int) -> list[range]:
    """Neighbours together, as long as their sizes' sum is at most ``most``."""
    found: list[range] = []
    filled = most
    for index, size in enumerate(sizes):
        if filled + size > most:
            found.append(range(index, index))
            filled = 0
        found[-1] = range(found[-1].start, index + 1)
        filled += size
    return found
