"""What notes and the tree cost beside reading, and what writing them side by side saves."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from longread.bench.bench import KEEP_ALL
from longread.bench.machine import Machine, this_machine
from longread.config import READING_WINDOW
from longread.engine.options import LoadOptions
from longread.engine.process import ProcessModel
from longread.engine.protocol import Line, Model
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.reading.note_writer import NotesProgress, NoteWriter
from longread.reading.notes import lines
from longread.reading.reader import ReadingProgress
from longread.reading.side_by_side import TOGETHER, replies
from longread.reading.study import study
from longread.reading.tree_writer import TreeProgress


@dataclass(frozen=True, slots=True)
class NotesCost:
    """Seconds spent on a document: ``reading`` it, on its ``notes``, and on its ``tree``;
    ``times_reading`` is all of it against reading alone. ``alone`` and ``together`` are the
    seconds that a batch of notes took one by one and side by side, medians over the rounds, and
    ``times_sooner`` the median of each round's ratio; ``decoding_times_sooner`` is that of what is
    left of them without ``prompts``, the seconds until each note has its first token."""

    machine: Machine
    model: str
    tokens: int
    written: int
    summaries: int
    reading: float
    notes: float
    tree: float
    times_reading: float
    rounds: int
    alone: float
    together: float
    times_sooner: float
    prompts: float
    decoding_times_sooner: float

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def measure(
    model_file: Path,
    document_file: Path,
    *,
    rounds: int = 3,
    window: int = READING_WINDOW,
    threads: int = 0,
    on_progress: Callable[[str, int, int], None] = lambda doing, done, total: None,
) -> NotesCost:
    """Read a document with notes and tree, and write a batch of notes in both ways, in turns.

    Raises:
        UsageError, SourceError, ModelError: one of the files cannot be used.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(ProcessModel(model_file, options=LoadOptions(threads=threads))) as model,
        Library.open(Path(folder) / "library.db") as library,
        BlockMemory(
            Path(folder) / "blocks.db", fingerprint="", build="", prefix="", budget=KEEP_ALL
        ) as blocks,
    ):
        record, _ = library.ingest(document_file)
        writer = NoteWriter(library, model, record.id, blocks)
        spent: dict[type, float] = defaultdict(float)
        tokens = summaries = 0
        last = time.perf_counter()
        for news in study(library, model, record.id, blocks, writer, window):
            now = time.perf_counter()
            spent[type(news)] += now - last
            last = now
            if isinstance(news, ReadingProgress):
                tokens = news.tokens
                on_progress("reading", news.passages, news.total)
            elif isinstance(news, TreeProgress):
                summaries = news.total
                on_progress("summaries", news.summaries, news.total)
        reading, notes, tree = (spent[k] for k in (ReadingProgress, NotesProgress, TreeProgress))
        every = lines(record.language)
        # A single token each: what is left is reading.
        first = (replace(every[0], max_tokens=1),)
        ways: list[tuple[float, float, float]] = []
        for done in range(rounds):
            on_progress("writing in both ways", done, rounds)
            alone = _batch_seconds(model, writer, every, 1)
            together = _batch_seconds(model, writer, every, TOGETHER)
            ways.append((alone, together, _batch_seconds(model, writer, first, TOGETHER)))
        return NotesCost(
            this_machine(),
            model.info.id,
            tokens,
            len(writer.groups),
            summaries,
            reading,
            notes,
            tree,
            (reading + notes + tree) / reading if reading else 0.0,
            rounds,
            statistics.median(alone for alone, _, _ in ways),
            statistics.median(together for _, together, _ in ways),
            statistics.median(alone / together for alone, together, _ in ways),
            statistics.median(read for _, _, read in ways),
            statistics.median((one - read) / (many - read) for one, many, read in ways),
        )


def _batch_seconds(
    model: Model, writer: NoteWriter, wanted: Sequence[Line], together: int
) -> float:
    """How long a batch from the middle of the document takes, each with the wanted lines and so
    many at a time; what is written is not kept."""
    middle = max(0, (len(writer.groups) - TOGETHER) // 2)
    asked = [writer.prompt(group) for group in writer.groups[middle : middle + TOGETHER]]
    began = time.perf_counter()
    for _ in replies(model, asked, [wanted] * len(asked), together):
        pass
    return time.perf_counter() - began
