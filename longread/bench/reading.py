"""Speeds of reading and recalling, each against what it replaces, in turns in one run."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from itertools import cycle
from pathlib import Path
from typing import Any

from longread.answering.recall import READ_AGAIN_WORDS
from longread.bench.machine import Machine, resident_bytes, this_machine
from longread.bench.weights import weights
from longread.config import BLOCK_BUDGET, READING_WINDOW
from longread.engine.codec import Codec, decode
from longread.engine.context import Context
from longread.engine.llama import LlamaModel
from longread.engine.machine import BATCH
from longread.engine.options import LoadOptions
from longread.engine.process import ProcessModel
from longread.engine.protocol import Part, Sampling
from longread.engine.streaming import TextStream
from longread.errors import UsageError
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.reading.frame import Material, passage_text, prefix
from longread.reading.reader import BUNCH_TOKENS, Reader, bunches, read_through, together
from longread.stopping import never

EVIDENCE_TOKENS = 1024
"""Tokens of evidence whose restoring is timed."""

FRESH_TOKENS = 20_000
"""A pass of so many tokens is what a long one is timed against."""

TURN_TOKENS = 5_000
"""So many each of them reads in one turn."""

_SHORT = Sampling(max_tokens=8)
_ASKED = "Question: Who is the person that is spoken of here?\nAnswer briefly."
_ASKED_MEANWHILE = (
    "Question: What do lighthouses do?\nAnswer briefly.",
    "Question: How many days are there in a week?\nAnswer briefly.",
    "Question: What is a library for?\nAnswer briefly.",
)
"""Short questions that need no evidence."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """Medians over the rounds; a ratio is the median of each round's own.

    ``reading`` and ``prefill`` are tokens a second of the pass with its blocks and of plain
    prefill over the same windows, ``from_empty`` those of prefill in windows that are empty at
    first; ``first_token`` seconds are by how the evidence came: ``text``, ``blocks``, or
    ``reread`` (blocks, and some of one passage as text too); ``while_reading`` those of a
    short question during a pass.
    """

    machine: Machine
    model: str
    rounds: int
    reading: float
    prefill: float
    from_empty: float
    reading_ratio: float
    ratio_from_empty: float
    block_share: float
    first_token: dict[str, float]
    times_sooner: dict[str, float]
    while_reading: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Milestone:
    """A long pass after ``tokens`` tokens: speed over the last stretch, resident memory of the
    process, and bytes of blocks; at its end also that speed over the speed of a new pass."""

    tokens: int
    tokens_per_second: float
    resident_bytes: int
    block_bytes: int
    against_fresh: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def measure(
    model_file: Path,
    document_file: Path,
    *,
    rounds: int = 5,
    window: int = READING_WINDOW,
    threads: int = 0,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Speeds:
    """Time reading, recalling, and asking during a pass.

    Raises:
        UsageError: the document is shorter than two windows, or the window than two batches.
        SourceError, ModelError: one of the files cannot be used.
    """
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(Path(folder) / "library.db") as library:
            record, _ = library.ingest(document_file)
            document = library.document(record.id)
            texts = [passage_text(document, one) for one in library.passages(record.id)]
        total = 2 * rounds + 1
        passes = list(_passes(model_file, texts, window, rounds, threads))
        on_progress(rounds, total)
        firsts = []
        with closing(ProcessModel(model_file, options=LoadOptions(threads=threads))) as model:
            pieces = _recorded(model, texts, window)
            for index in range(rounds):
                firsts.append({name: _first_token(model, pieces, name) for name in _WAYS})
                on_progress(rounds + index + 1, total)
            delays = _while_reading(model, Path(folder), window)
            name = model.info.id
    median = statistics.median
    return Speeds(
        this_machine(),
        name,
        rounds,
        median(one.reading for one in passes),
        median(one.prefill for one in passes),
        median(one.from_empty for one in passes),
        median(one.reading / one.prefill for one in passes),
        median(one.reading / one.from_empty for one in passes),
        median(one.share for one in passes),
        {way: median(one[way] for one in firsts) for way in _WAYS},
        {way: median(one["text"] / one[way] for one in firsts) for way in _WAYS},
        delays,
    )


def endure(
    model_file: Path,
    files: Sequence[Path],
    *,
    tokens: int,
    budget: int = BLOCK_BUDGET,
    window: int = READING_WINDOW,
    threads: int = 0,
    rounds: int = 5,
) -> Iterator[Milestone]:
    """Read so many tokens in one stream, the files again and again, and keep blocks within the
    budget; yields some fifty times. At the end the stream is timed against one that has just
    begun, in ``rounds`` turns: a machine's speed may change within an hour."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        texts: list[str] = []
        with Library.open(Path(folder) / "library.db") as library:
            for file in files:
                record, _ = library.ingest(file)
                document = library.document(record.id)
                texts += [passage_text(document, one) for one in library.passages(record.id)]

        def begin(name: str) -> _LongPass:
            options = LoadOptions(threads=threads, context=512)
            model = stack.enter_context(closing(LlamaModel(model_file, options=options)))
            kept = BlockMemory(
                Path(folder) / name, fingerprint="", build="", prefix="", budget=budget
            )
            blocks = stack.enter_context(kept)
            model.start_reading(prefix(), window)
            return _LongPass(model, blocks, texts)

        reading = begin("blocks.db")
        mark, began = 0, time.perf_counter()
        while reading.tokens < tokens:
            reading.read()
            if reading.tokens - mark >= max(10_000, tokens // 50) or reading.tokens >= tokens:
                speed = (reading.tokens - mark) / (time.perf_counter() - began)
                size = reading.blocks.info().bytes
                stone = Milestone(reading.tokens, speed, resident_bytes(), size)
                yield stone
                mark, began = reading.tokens, time.perf_counter()
        fresh = begin("fresh.db")
        fresh.speed(min(tokens, FRESH_TOKENS))
        turn = min(tokens, TURN_TOKENS)
        ratios = [reading.speed(turn) / fresh.speed(turn) for _ in range(rounds)]
        yield replace(stone, against_fresh=statistics.median(ratios))


class _LongPass:
    """A pass that has no end; ``tokens`` have been read."""

    def __init__(self, model: LlamaModel, blocks: BlockMemory, texts: Sequence[str]) -> None:
        self.blocks = blocks
        self.tokens = 0
        self._model = model
        self._texts = texts
        self._bunches = cycle(bunches(texts))
        self._number = 0

    def read(self) -> None:
        """Read on by some passages, and keep their blocks."""
        bunch = next(self._bunches)
        for read in self._model.read_on(self._texts[bunch.start : bunch.stop]):
            self.tokens += read.tokens
            self._number += 1
            if read.block is not None:
                self.blocks.keep("d", [self.blocks.encode(self._number, read.block)])

    def speed(self, tokens: int) -> float:
        """Tokens per second over the next ones, so many or a few more."""
        before, began = self.tokens, time.perf_counter()
        while self.tokens - before < tokens:
            self.read()
        return (self.tokens - before) / (time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class _Pass:
    reading: float
    prefill: float
    from_empty: float
    share: float


def _passes(
    model_file: Path, texts: Sequence[str], window: int, rounds: int, threads: int
) -> Iterator[_Pass]:
    """Windows of the text, each read by the pass and by plain prefill: behind as many tokens as
    the pass sees, and as a window that is empty at first, half full in the mean."""
    if window < 2 * BATCH:
        raise UsageError(f"A window of {window} is too small.", hint=f"Name {2 * BATCH} or more.")
    with weights(model_file) as model, ExitStack() as opened:
        runs = [model.tokenize(text) for text in texts]
        if sum(map(len, runs)) < 2 * window:
            raise UsageError("The document is too short.", hint="Name a longer one.")
        sinks = [token for run, _ in model.prompt(prefix())[:-1] for token in run]
        stream = opened.enter_context(closing(TextStream(model, sinks, window, threads, never)))

        def context() -> Context:
            size = len(sinks) + window + BATCH
            # As the stream reads: on a CPU the other way of attending is slower for long windows.
            made = Context(model.handle, size, threads, never, flash=model.on_gpu)
            return opened.enter_context(closing(made))

        behind, empty = context(), context()
        codec = Codec(heads=model.heads)
        endless = cycle(runs)
        while stream.length < window - BATCH:
            run = next(endless)
            stream.read([run], blocks=False, surprisal=False)
            _prefill(behind, run)
        for _ in range(rounds):
            part: list[list[int]] = []
            while sum(map(len, part)) < window - BATCH:
                part.append(next(endless))
            empty.forget_from(0)
            empty.read(sinks)
            yield _timed(part, stream, behind, empty, codec)


def _timed(
    part: Sequence[list[int]], stream: TextStream, behind: Context, empty: Context, codec: Codec
) -> _Pass:
    """Passages read by the pass, and by plain prefill behind as many tokens and in an empty
    window."""
    flat = [token for run in part for token in run]
    written = exact = done = 0
    passing = prefilling = filling = 0.0
    # In turns by the bunch: a machine's speed may change within seconds.
    for some in together(list(map(len, part)), BUNCH_TOKENS):
        began = time.perf_counter()
        for read in stream.read(part[some.start : some.stop], blocks=True, surprisal=False):
            if read.block is not None:
                written += len(codec.encode(read.block))
                exact += read.block.keys.nbytes + read.block.values.nbytes
        passing += time.perf_counter() - began
        count = sum(map(len, part[some.start : some.stop]))
        behind.forget_from(min(behind.length, stream.length - count))
        prefilling += _prefill(behind, flat[done : done + count])
        filling += _prefill(empty, flat[done : done + count])
        done += count
    return _Pass(
        len(flat) / passing,
        len(flat) / prefilling,
        len(flat) / filling,
        written / max(1, exact),
    )


def _prefill(context: Context, tokens: Sequence[int]) -> float:
    """Read tokens in whole batches; returns the seconds."""
    began = time.perf_counter()
    for start in range(0, len(tokens), BATCH):
        context.read(tokens[start : start + BATCH])
    return time.perf_counter() - began


_WAYS = ("text", "blocks", "reread")


@dataclass(frozen=True, slots=True)
class _Recorded:
    """Evidence of about 1,024 tokens, each passage with the bytes of its block."""

    texts: list[str]
    encoded: list[bytes]
    opening: bytes


def _recorded(model: ProcessModel, texts: Sequence[str], window: int) -> _Recorded:
    model.start_reading(prefix(), window)
    chosen: list[str] = []
    encoded: list[bytes] = []
    codec = Codec(heads=model.info.heads)
    size = 0
    for text, read in zip(texts, read_through(model, texts), strict=True):
        if size >= EVIDENCE_TOKENS:
            break
        if read.block is not None:
            chosen.append(text)
            encoded.append(codec.encode(read.block))
            size += read.tokens
    model.stop_reading()
    list(model.reply(prefix(), Sampling(max_tokens=1)))
    (opening,) = model.blocks(prefix())
    assert opening is not None
    return _Recorded(chosen, encoded, Codec(16, 16).encode(opening))


def _first_token(model: ProcessModel, recorded: _Recorded, way: str) -> float:
    """Seconds to the first token, decoding of the blocks included."""
    list(model.reply([replace(prefix()[0], content="-")], Sampling(max_tokens=1)))
    began = time.perf_counter()
    opening = decode(recorded.opening)
    pieces: list[str | Part] = [
        Part(text, None if way == "text" else decode(encoded))
        for text, encoded in zip(recorded.texts, recorded.encoded, strict=True)
    ]
    if way == "reread":
        pieces.append(" ".join(recorded.texts[-1].split()[:READ_AGAIN_WORDS]) + "\n\n")
    messages = Material(tuple(pieces), opening).asked(_ASKED)
    with closing(model.reply(messages, _SHORT)) as chunks:
        next(chunks)
        return time.perf_counter() - began


def _while_reading(model: ProcessModel, folder: Path, window: int) -> tuple[float, ...]:
    """Seconds to the first token of short questions without evidence, asked while a pass runs.

    Raises:
        ModelError: the pass failed.
    """
    delays = []
    stopped = threading.Event()
    started = threading.Event()

    def read() -> None:
        with (
            Library.open(folder / "library.db") as library,
            BlockMemory(folder / "blocks.db", fingerprint="", build="", prefix="") as blocks,
        ):
            (record,) = library.documents()
            run = Reader(library, blocks, model, record.id, window=window).run()
            with closing(run) as states:
                for _ in states:
                    started.set()
                    if stopped.is_set():
                        return

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        # It may also fail before it begins, which its result says.
        reading.add_done_callback(lambda done: started.set())
        started.wait()
        for pause, question in zip((0.3, 0.9, 1.7), _ASKED_MEANWHILE, strict=True):
            time.sleep(pause)
            began = time.perf_counter()
            messages = Material(()).asked(question)
            with closing(model.reply(messages, _SHORT)) as chunks:
                next(chunks)
                delays.append(time.perf_counter() - began)
        stopped.set()
        reading.result()
    return tuple(delays)
