"""How soon a document is askable, how fast meaning follows, and what it all takes.

Each figure is the median over fresh processes with a fresh library, measured from the
start of the command, as a user's clock would.
"""

from __future__ import annotations

import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from longread.bench import samples
from longread.bench.machine import Machine, resident_bytes, this_machine
from longread.errors import LongreadError

NOVEL_WORDS = 120_000
PDF_PAGES = 600
TEXT_CHARACTERS = 3_000_000
_QUESTION = "What was in the letter that the captain carried?"
_COMMAND = [sys.executable, "-m", "longread"]
_SAMPLE_SECONDS = 0.02

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Case:
    """One file. ``askable_seconds`` runs from the command's start to its printed passages;
    ``peak_bytes`` adds up the command's processes; ``library_ratio`` is the library file's
    bytes over the text's, with vectors where ``vector_words_a_second`` is not None."""

    name: str
    words: int
    passages: int
    text_bytes: int
    askable_seconds: float
    askable_rounds: tuple[float, ...]
    peak_bytes: int
    library_bytes: int
    library_ratio: float
    vector_words_a_second: float | None
    vector_rounds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """All figures, and the machine they were taken on."""

    machine: Machine
    rounds: int
    help_seconds: float
    cases: tuple[Case, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        return asdict(self)

    def lines(self) -> list[str]:
        """A report for a person."""
        found = [str(self.machine), f"longread --help: {self.help_seconds:.2f} s"]
        for case in self.cases:
            found.append(
                f"{case.name}: {case.words:,} words, askable in {case.askable_seconds:.2f} s, "
                f"peak memory {case.peak_bytes / 2**20:.0f} MB"
            )
            rate = case.vector_words_a_second
            vectors = "without vectors" if rate is None else f"with vectors at {rate:,.0f} words/s"
            found.append(f"  library {case.library_ratio:.2f} times the text, {vectors}")
        return found


def measure(
    files: Sequence[Path] = (), *, rounds: int = 5, on_progress: OnProgress | None = None
) -> Result:
    """Measure the files, or where none are given a novel, a report and a long text made by
    code. ``on_progress`` gets (steps done, steps in all).

    Raises:
        LongreadError: a command that is measured failed.
    """
    with tempfile.TemporaryDirectory(prefix="longread-bench-") as folder:
        chosen = [(path, True) for path in files] or _made(Path(folder))
        steps = _Steps(
            on_progress, rounds + sum(rounds + 2 + (rounds if v else 0) for _, v in chosen)
        )
        waits = []
        for _ in range(rounds):
            waits.append(_run([*_COMMAND, "--help"], Path(folder) / "help").seconds)
            steps.done()
        cases = tuple(
            _case(path, Path(folder) / f"case{number}", rounds, steps, vectors=vectors)
            for number, (path, vectors) in enumerate(chosen)
        )
    return Result(this_machine(), rounds, statistics.median(waits), cases)


@dataclass(slots=True)
class _Steps:
    on_progress: OnProgress | None
    total: int
    count: int = 0

    def done(self) -> None:
        self.count += 1
        if self.on_progress is not None:
            self.on_progress(self.count, self.total)


@dataclass(frozen=True, slots=True)
class _Run:
    seconds: float
    peak_bytes: int
    printed: str


def _made(folder: Path) -> list[tuple[Path, bool]]:
    novel, report, text = folder / "novel.epub", folder / "report.pdf", folder / "long.txt"
    samples.make_epub(novel, NOVEL_WORDS)
    samples.make_pdf(report, PDF_PAGES)
    samples.make_text(text, TEXT_CHARACTERS)
    return [(novel, True), (report, False), (text, False)]


def _case(path: Path, folder: Path, rounds: int, steps: _Steps, *, vectors: bool) -> Case:
    ask = [*_COMMAND, "search", str(path), _QUESTION, "--embedder", "none", "--json", "--quiet"]
    waits = []
    for number in range(rounds):
        waits.append(_run(ask, folder / f"home{number}").seconds)
        steps.done()
    # Sampling memory slows the command, so that it has a round of its own.
    home = folder / "sampled"
    peak = _run(ask, home, sample=True).peak_bytes
    steps.done()
    worker = [sys.executable, "-m", "longread.bench.ingest_worker"]
    library = str(home / "library.db")
    rates = []
    for part in range(rounds if vectors else 0):
        command = [*worker, "vectors", library, str(part), str(rounds)]
        found = json.loads(_run(command, home).printed)
        if found["seconds"]:
            rates.append(found["words"] / found["seconds"])
        steps.done()
    sizes = json.loads(_run([*worker, "facts", library], home).printed)
    steps.done()
    return Case(
        name=path.name,
        words=sizes["words"],
        passages=sizes["passages"],
        text_bytes=sizes["text_bytes"],
        askable_seconds=statistics.median(waits),
        askable_rounds=tuple(waits),
        peak_bytes=peak,
        library_bytes=sizes["file_bytes"],
        library_ratio=sizes["file_bytes"] / max(1, sizes["text_bytes"]),
        vector_words_a_second=statistics.median(rates) if rates else None,
        vector_rounds=tuple(rates),
    )


def _run(command: list[str], home: Path, *, sample: bool = False) -> _Run:
    home.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "LONGREAD_HOME": str(home)}
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=complaints, env=environment
        )
        peak = 0
        while sample and process.poll() is None:
            peak = max(peak, resident_bytes(process.pid, with_children=True))
            time.sleep(_SAMPLE_SECONDS)
        code = process.wait()
        seconds = time.perf_counter() - started
        out.seek(0)
        complaints.seek(0)
        printed = out.read().decode("utf-8", "replace")
        if code != 0:
            reason = complaints.read().decode("utf-8", "replace").strip()
            raise LongreadError(
                f"A measured command failed with exit code {code}: {reason[-500:]}",
                hint=f"Run it by itself: {shlex.join(command)}",
            )
    return _Run(seconds, peak, printed)
