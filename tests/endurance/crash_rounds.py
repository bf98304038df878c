"""Kills at random moments: ``python -m tests.endurance.crash_rounds --rounds 200``.

Each job (taking documents in, reading with a model, notes, summaries, fetching a model, bringing
an old library up to date, and reading within a budget that drops blocks) runs in processes that
are killed as by ``kill -9``, half of them after a random time, half of them at a random one of
their writes to the databases. After each kill both databases must pass SQLite's integrity check,
nothing that was there may be gone, and what the process had started must end by itself. A job
that has come to its end must have left what an undisturbed one leaves, and no other file.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import psutil

from longread.bench.crashes import digest, is_sound, left_over
from longread.memory.library import Library
from longread.memory.migrations import MIGRATIONS
from longread.memory.store import Store
from tests.endurance.common import (
    MODEL,
    Progress,
    Row,
    conclude,
    descendants,
    end_all,
    folder_for,
    novel,
    parser,
    start,
    still_there,
    until_interrupted,
)
from tests.endurance.engine import DELAY
from tests.endurance.faults import copy_home
from tests.endurance.worker import COUNT, KILL_AT
from tests.quick.engine.local_hub import model_bytes as bytes_of_a_model
from tests.quick.engine.local_hub import serve
from tests.quick.memory.books import long_book, sha256

ORPHAN_SECONDS = 15.0
"""Within so much time, what a killed process had started must have ended."""

LONGEST_RUN = 120.0
"""A run that nobody kills and that takes longer hangs."""

BUDGET = 10_000
"""Bytes for blocks in the job that drops some; a fifth of what it would keep."""

MODEL_BYTES = 2_000_000

_COUNTS = (
    ("library.db", "SELECT count(*) FROM document"),
    ("library.db", "SELECT count(*) FROM note"),
    ("library.db", "SELECT count(*) FROM summary"),
    ("library.db", "SELECT count(*) FROM migration"),
    ("blocks.db", "SELECT coalesce(sum(passages), 0) FROM reading"),
)


@dataclass(slots=True)
class Job:
    """Work that is killed: ``prepare`` makes the home it begins with."""

    name: str
    arguments: Callable[[Path], list[object]]
    prepare: Callable[[Path], None] = lambda home: None
    variables: dict[str, object] = field(default_factory=dict)
    writes: bool = True


@dataclass(slots=True)
class Result:
    """What became of a job's rounds."""

    job: str
    rounds: int = 0
    kills: int = 0
    at_writes: int = 0
    ends: int = 0
    went_on: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def row(self) -> Row:
        """For the table."""
        return {
            "job": self.job,
            "rounds": self.rounds,
            "kills": self.kills,
            "at a write": self.at_writes,
            "work was there after": self.went_on,
            "ends compared": self.ends,
            "faults": len(self.faults),
            "seconds": round(self.seconds, 1),
        }


def counts(home: Path) -> tuple[int, ...]:
    """How much there is of what was committed, and of a model that is being fetched."""
    found = []
    for name, sql in _COUNTS:
        value = 0
        if (home / name).exists():
            with closing(apsw.Connection(str(home / name))) as connection:
                try:
                    value = int(str(connection.execute(sql).fetchall()[0][0]))
                except apsw.SQLError:
                    value = 0
        found.append(value)
    models = home / "models"
    found.append(sum(f.stat().st_size for f in models.glob("*.gguf*")) if models.is_dir() else 0)
    return tuple(found)


def state_of(home: Path) -> str:
    """A hash of all that a job leaves: what the databases keep, and the files of other kinds."""
    found = hashlib.sha256()
    if (home / "library.db").exists():
        found.update(digest(home).encode())
    for folder in ("models", "out"):
        for file in sorted((home / folder).glob("*")) if (home / folder).is_dir() else ():
            if not file.name.endswith(".lock"):
                found.update(
                    f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}".encode()
                )
    return found.hexdigest()


class Rounds:
    """Kills one job again and again."""

    def __init__(self, job: Job, folder: Path, chance: random.Random) -> None:
        self.job = job
        self.folder = folder / job.name
        self.chance = chance
        self.result = Result(job.name)
        self._homes = 0
        self.folder.mkdir(parents=True)
        self._before = (0,) * (len(_COUNTS) + 1)
        self._killed = False
        self._undisturbed()
        self._home = self._new_home()

    def run(self) -> None:
        """One round: a run that is killed, or comes to its end before."""
        began = time.monotonic()
        self.result.rounds += 1
        kill_at = 0
        if self._writes and self.chance.random() < 0.5:
            kill_at = self.chance.randint(1, self._writes)
        process = self._start(self._home, **({KILL_AT: kill_at} if kill_at else {}))
        seconds = LONGEST_RUN if kill_at else self.chance.uniform(0.2, 1.05) * self._seconds
        started: list[psutil.Process] = []
        ended = self._wait(process, seconds, started)
        if not ended or process.returncode == -signal.SIGKILL:
            self.result.kills += 1
            self.result.at_writes += bool(kill_at)
            self._killed = True
            if not ended:
                os.killpg(process.pid, signal.SIGKILL)
            self._look_after_kill(process, started)
        elif self._is_fine(process):
            self._compare()
        self.result.seconds += time.monotonic() - began

    def finish(self) -> None:
        """Let the last run come to its end."""
        if self._killed:
            process = self._start(self._home)
            if self._wait(process, LONGEST_RUN, []) and self._is_fine(process):
                self._compare()

    def _undisturbed(self) -> None:
        home, file = self._new_home(), self.folder / "writes"
        began = time.monotonic()
        process = self._start(home, **{COUNT: file})
        if not self._wait(process, LONGEST_RUN, []) or not self._is_fine(process):
            raise SystemExit(f"{self.job.name} fails undisturbed: {self.result.faults}")
        self._seconds = time.monotonic() - began
        self._writes = int(file.read_text("ascii")) if self.job.writes else 0
        self._wanted = state_of(home)

    def _new_home(self) -> Path:
        self._homes += 1
        home = self.folder / f"home-{self._homes}"
        home.mkdir()
        self.job.prepare(home)
        return home

    def _start(self, home: Path, **variables: object) -> subprocess.Popen[bytes]:
        given = self.job.arguments(home)
        return start(home, *given, **{DELAY: "0.015", **self.job.variables, **variables})

    def _wait(
        self, process: subprocess.Popen[bytes], seconds: float, started: list[psutil.Process]
    ) -> bool:
        """Whether it ended within so many seconds; notes what it has started meanwhile."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            known = {one.pid for one in started}
            started += [one for one in descendants(process) if one.pid not in known]
            try:
                process.wait(min(0.05, max(0.0, deadline - time.monotonic())))
            except subprocess.TimeoutExpired:
                continue
            return True
        return process.poll() is not None

    def _is_fine(self, process: subprocess.Popen[bytes]) -> bool:
        """Whether a run that nobody killed ended well."""
        if process.poll() is None:
            end_all(process, descendants(process))
            self.result.faults.append(f"{self.job.name}: hangs when it goes on")
            return False
        _, said = process.communicate()
        if process.returncode:
            last = said.decode("utf-8", "replace").strip()[-300:]
            self.result.faults.append(f"{self.job.name}: exit code {process.returncode}: {last}")
            self._home, self._before, self._killed = (
                self._new_home(),
                (0,) * len(self._before),
                False,
            )
        return not process.returncode

    def _look_after_kill(
        self, process: subprocess.Popen[bytes], started: list[psutil.Process]
    ) -> None:
        fault = self.result.faults.append
        process.communicate()
        for one in still_there(started, ORPHAN_SECONDS):
            fault(f"{self.job.name}: a process that it had started outlived it")
            one.kill()
        # On a copy: the next run must find what the kill left, a write-ahead file included.
        copy = copy_home(self._home, self.folder / "copy")
        if not is_sound(copy):
            fault(f"{self.job.name}: a database is not sound after a kill")
        now = counts(copy)[:-1] + counts(self._home)[-1:]
        if any(a < b for a, b in zip(now, self._before, strict=True)):
            fault(f"{self.job.name}: {self._before} was there, and {now} is left")
        self.result.went_on += any(now)
        self._before = now
        remove(copy)

    def _compare(self) -> None:
        """A run came to its end: it must have left what an undisturbed one leaves."""
        fault = self.result.faults.append
        self.result.ends += self._killed
        if state_of(self._home) != self._wanted:
            fault(f"{self.job.name}: {self._home} ended with something else than undisturbed")
        if not is_sound(self._home):
            fault(f"{self.job.name}: {self._home} is not sound at the end")
        models = self._home / "models"
        others = [f.name for f in models.glob("*.part*")] if models.is_dir() else []
        if names := [*left_over(self._home), *others]:
            fault(f"{self.job.name}: left over at the end: {', '.join(names)}")
        temporary = self._home.parent / f"{self._home.name}-tmp"
        if names := [item.name for item in temporary.iterdir()]:
            fault(f"{self.job.name}: left over among temporary files: {', '.join(names)}")
        if not self.result.faults:
            remove(self._home)
        self._home, self._before, self._killed = self._new_home(), (0,) * len(self._before), False


def remove(folder: Path) -> None:
    """Remove a folder with all that is in it."""
    import shutil

    shutil.rmtree(folder)


@contextmanager
def jobs(folder: Path) -> Iterator[list[Job]]:
    """All jobs; a hub serves a model meanwhile."""
    books = folder / "books"
    books.mkdir()
    for number in range(4):
        title = f"Tide {number}"
        (books / f"tide-{number}.md").write_text(novel(title, 4, 6), "utf-8")
    book = books / "tide-0.md"

    def indexed(home: Path) -> None:
        with Library.open(home / "library.db") as library:
            library.ingest(book)

    def old(home: Path) -> None:
        # Of all versions with an index, in turns by the home's number.
        steps = MIGRATIONS[: 2 + int(home.name.rpartition("-")[2]) % (len(MIGRATIONS) - 2)]
        text = long_book(20)
        with closing(Store(home / "library.db", steps=steps)) as store:
            Library(store).add(text, sha256(text))

    model = ("--model", MODEL, "--embedder", "none")
    read: tuple[object, ...] = ("read", book, "--quiet", *model)
    with serve(bytes_of_a_model(MODEL_BYTES)) as hub:
        hub.slow = 0.01
        offline: dict[str, object] = {
            "HF_ENDPOINT": hub.address,
            "NO_PROXY": "127.0.0.1",
            "HF_TOKEN": "",
        }
        yield [
            Job("ingest", lambda home: ["read", books, "--index-only", "--embedder", "none"]),
            Job("reading", lambda home: [*read], indexed),
            Job("notes", lambda home: [*read, "--notes"], indexed),
            Job(
                "summaries",
                lambda home: [
                    *("summarize", book, "--length", "chapters", "--out", home / "out"),
                    *("--model", MODEL, "--resume", "--quiet"),
                ],
                indexed,
            ),
            Job("eviction", lambda home: [*read, "--budget", str(BUDGET)], indexed),
            Job("migration", lambda home: ["library", "list"], old),
            Job("pull", lambda home: ["pull", MODEL_BYTES], variables=offline, writes=False),
        ]


def rounds_of(
    chosen: list[Job], folder: Path, rounds: int, seed: int, progress: Progress
) -> list[Result]:
    """Kill the jobs in turns, so many times in all."""
    chance = random.Random(seed)
    every = []
    for job in chosen:
        progress(f"{job.name}, undisturbed", now=True)
        every.append(Rounds(job, folder, chance))
    with until_interrupted(progress):
        for number in range(rounds):
            one = every[number % len(every)]
            one.run()
            faults = sum(len(each.result.faults) for each in every)
            progress(f"round {number + 1} of {rounds} ({one.job.name}), {faults} faults")
    for one in every:
        one.finish()
    return [one.result for one in every]


def run(options: argparse.Namespace, folder: Path) -> int:
    """The script within a folder."""
    with jobs(folder) as every:
        chosen = [job for job in every if job.name in (options.job or job.name)]
        results = rounds_of(chosen, folder, options.rounds, options.seed, Progress())
    faults = [fault for result in results for fault in result.faults]
    return conclude(options, "crash_rounds", [result.row() for result in results], faults)


def main() -> int:
    """The script."""
    options_of = parser(__doc__, "crash_rounds")
    options_of.add_argument("--rounds", type=int, default=200)
    options_of.add_argument("--job", action="append", help="only this job; may be repeated")
    options_of.add_argument("--keep", type=Path, help="a new folder to work in, which stays")
    options = options_of.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True)
        return run(options, options.keep)
    with folder_for("crashes") as folder:
        return run(options, folder)


if __name__ == "__main__":
    sys.exit(main())
