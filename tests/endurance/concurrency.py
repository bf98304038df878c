"""Eight processes on one library: ``python -m tests.endurance.concurrency --minutes 10``.

They take documents in, read them with a model, write notes and summaries, ask, search, and
remove the very books that the others use. Each command must end in time, with exit code 0 or an
error that this may lead to; what was said to be kept must be there in the end, and be whole; and
the write-ahead files must stay bounded.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from longread.bench.crashes import is_sound, left_over
from longread.errors import LibraryError
from longread.memory.block_file import held_at
from longread.memory.library import Library
from longread.memory.store import WAL_BYTES
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
    until_interrupted,
)
from tests.endurance.engine import DELAY

PROCESSES = 8

LONGEST_COMMAND = 180.0
"""A command that takes longer hangs."""

EXPECTED = frozenset({"document-not-found", "library-busy"})
"""Errors to which others may lead: a book was removed, or somebody else reads."""

LONGEST_WAL = 2 * WAL_BYTES
"""Bytes of a write-ahead file: its bound, and as much again for one transaction."""

STAYING, SHARED = 3, 4
"""Books that nobody removes, and that are removed and taken in again all the time."""

QUESTIONS = (
    "What does Vera Holt carry to Tobias Wren?",
    "Who carries the lantern?",
    "How many times is the harbour mentioned?",
    "What stands behind the turnstile?",
)


@dataclass(slots=True)
class Ledger:
    """What the commands did, and what they said is kept; all threads write to it."""

    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    turns: Counter[str] = field(default_factory=Counter)
    added: set[Path] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    largest: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(slots=True)
class Worker:
    """One of those that give commands, one after another."""

    number: int
    home: Path
    books: Sequence[Path]
    ledger: Ledger
    chance: random.Random
    until: float
    own: int = 0

    def run(self) -> None:
        """Give commands until the time is over."""
        while time.monotonic() < self.until:
            name, arguments = self._next()
            code, error = self._command(arguments)
            with self.ledger.lock:
                self.ledger.done[name, error or "ok"] += 1
                if code == 0:
                    self._note(name, arguments)
                elif error not in EXPECTED:
                    self.ledger.faults.append(f"{name}: exit code {code}: {error}")

    def _next(self) -> tuple[str, list[object]]:
        draw, model = self.chance, ("--model", MODEL)
        book = draw.choice(self.books)
        staying, shared = self.books[:STAYING], self.books[STAYING:]
        words_only = ("--embedder", "none")
        match draw.choices(
            ("ask", "search", "read", "summarize", "remove", "add", "new"),
            (6, 4, 3, 2, 3, 3, 2),
        )[0]:
            case "ask":
                session = f"talk-{self.number}"
                question = draw.choice(QUESTIONS)
                talk = ("--session", session, "--json")
                return "ask", ["ask", draw.choice(staying), question, *talk, *model, *words_only]
            case "search":
                name = draw.choice(("library", draw.choice(shared).stem, book))
                return "search", ["search", name, "lantern harbour", "--json", *words_only]
            case "read":
                return "read", ["read", book, "--notes", "--json", "--quiet", *model, *words_only]
            case "summarize":
                out = self.home.parent / f"out-{self.number}"
                return "summarize", ["summarize", book, "--out", out, "--json", "--quiet", *model]
            case "remove":
                return "remove", ["library", "remove", draw.choice(shared).stem, "--yes"]
            case "add":
                taken: tuple[object, ...] = (draw.choice(shared), "--index-only")
                return "add", ["read", *taken, "--json", "--quiet", *words_only]
            case _:
                self.own += 1
                file = self.home.parent / f"own-{self.number}-{self.own}.md"
                file.write_text(novel(file.stem, 1, 3), "utf-8")
                return "new", ["read", file, "--index-only", "--json", "--quiet", *words_only]

    def _note(self, name: str, arguments: list[object]) -> None:
        if name == "ask":
            self.ledger.turns[f"talk-{self.number}"] += 1
        elif name == "new":
            self.ledger.added.add(Path(str(arguments[1])))

    def _command(self, arguments: list[object]) -> tuple[int, str]:
        """Exit code, and the code of the error or the last words; empty where all is well."""
        began = time.monotonic()
        process = start(self.home, *arguments, **{DELAY: "0.01"})
        try:
            told, said = process.communicate(timeout=LONGEST_COMMAND)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGUSR1)
            time.sleep(1)
            end_all(process, descendants(process))
            where = process.communicate()[1].decode("utf-8", "replace")[-2000:]
            return -1, f"took longer than {LONGEST_COMMAND:.0f} s: {where}"
        with self.ledger.lock:
            self.ledger.longest = max(self.ledger.longest, time.monotonic() - began)
        if process.returncode == 0:
            return 0, ""
        return process.returncode, _error(told + said)


def _error(said: bytes) -> str:
    """The code of the error in what a command said, or else its last words."""
    text = said.decode("utf-8", "replace")
    for line in text.splitlines():
        with suppress(ValueError, TypeError, KeyError, AttributeError):
            return str(json.loads(line)["code"])
    # Removing has no --json.
    if "There is no document" in text:
        return "document-not-found"
    return "library-busy" if "library is in use" in text.lower() else text.strip()[-400:]


def watch(home: Path, ledger: Ledger, over: threading.Event) -> None:
    """Note how large the write-ahead files become."""
    while not over.wait(0.05):
        for name in ("library.db-wal", "blocks.db-wal"):
            with suppress(OSError):
                size = (home / name).stat().st_size
                ledger.largest[name] = max(ledger.largest[name], size)


def check(home: Path, books: Sequence[Path], ledger: Ledger) -> None:
    """All that was said to be kept is there, and whole."""
    fault = ledger.faults.append
    with Library.open(home / "library.db") as library:
        if wrong := library.store.integrity():
            fault(f"the library is not whole: {wrong[0]}")
        paths = {record.path for record in library.documents()}
        for file in (*books[:STAYING], *ledger.added):
            if str(file) not in paths:
                fault(f"{file.name} was added and is gone")
        for record in library.documents():
            try:
                text = library.document(record.id).text
                notes, summaries = library.notes(record.id), library.summaries(record.id)
            except LibraryError as error:
                fault(f"{record.title} cannot be read: {error.message}")
                continue
            if len(text) != record.characters or "Vera Holt" not in text:
                fault(f"{record.title} has lost text")
            if summaries and not notes:
                fault(f"{record.title} has summaries and no notes")
        for session, turns in ledger.turns.items():
            if len(library.turns(session)) != turns:
                fault(f"{session}: {turns} answers were given, {len(library.turns(session))} kept")
        known = {record.id for record in library.documents()}
        strange = set(held_at(home / "blocks.db")) - known - {""}
        if strange:
            fault(f"there are blocks of {len(strange)} documents that were removed")
    if not is_sound(home):
        fault("a database is not sound")
    if names := [name for name in left_over(home) if not name.startswith("reading-")]:
        fault(f"left over: {', '.join(names)}")
    for name, size in ledger.largest.items():
        if size > LONGEST_WAL:
            fault(f"{name} grew to {size:,} bytes")


def run(
    folder: Path, seconds: float, processes: int, seed: int, progress: Progress
) -> tuple[list[Row], list[str]]:
    """Work for so long with so many processes; rows for the table, and what was wrong."""
    home, shelf = folder / "home", folder / "books"
    shelf.mkdir()
    books = []
    for number in range(STAYING + SHARED):
        file = shelf / f"Tide {number}.md"
        file.write_text(novel(file.stem, 2 + number % 3, 4), "utf-8")
        books.append(file)
    # The ones that stay are there from the beginning.
    process = start(home, "read", *books[:STAYING], "--index-only", "--embedder", "none")
    if process.wait(LONGEST_COMMAND):
        raise SystemExit("the books could not be taken in")
    process.communicate()
    ledger, over = Ledger(), threading.Event()
    until = time.monotonic() + seconds
    workers = [
        Worker(number, home, books, ledger, random.Random(f"{seed} {number}"), until)
        for number in range(processes)
    ]
    threads = [threading.Thread(target=worker.run) for worker in workers]
    watcher = threading.Thread(target=watch, args=(home, ledger, over))
    for thread in (*threads, watcher):
        thread.start()
    with until_interrupted(progress):
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.5)
            progress(f"{sum(ledger.done.values())} commands, {len(ledger.faults)} faults")
    for worker in workers:
        worker.until = 0.0
    for thread in threads:
        thread.join()
    over.set()
    watcher.join()
    check(home, books, ledger)
    rows = []
    for name in sorted({name for name, _ in ledger.done}):
        codes = {code: count for (of, code), count in ledger.done.items() if of == name}
        row: Row = {"command": name, "times": sum(codes.values()), "ok": codes.get("ok", 0)}
        row |= {code: codes.get(code, 0) for code in sorted(EXPECTED)}
        rows.append({**row, "else": row["times"] - sum(list(row.values())[2:])})
    sizes = ", ".join(f"{name} {size:,} bytes" for name, size in sorted(ledger.largest.items()))
    progress(f"longest command {ledger.longest:.1f} s; largest: {sizes}", now=True)
    rows.append(
        {
            **dict.fromkeys(rows[0], ""),
            "command": "longest command, s",
            "times": round(ledger.longest, 1),
        }
    )
    for name, size in sorted(ledger.largest.items()):
        rows.append({**dict.fromkeys(rows[0], ""), "command": f"{name}, bytes", "times": size})
    return rows, ledger.faults


def main() -> int:
    """The script."""
    options_of = parser(__doc__, "concurrency")
    options_of.add_argument("--minutes", type=float, default=10.0)
    options_of.add_argument("--processes", type=int, default=PROCESSES)
    options: argparse.Namespace = options_of.parse_args()
    with folder_for("concurrency") as folder:
        rows, faults = run(
            folder, 60 * options.minutes, options.processes, options.seed, Progress()
        )
    return conclude(options, "concurrency", rows, faults)


if __name__ == "__main__":
    sys.exit(main())
