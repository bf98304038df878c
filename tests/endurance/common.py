"""What the scripts of this folder share: their options, progress, tables, and looking after a
home (the folder that ``LONGREAD_HOME`` names) and the processes that work in it."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from longread.bench.machine import this_machine

ROOT = Path(__file__).parents[2]
MODEL = str(Path(__file__).with_name("scripted.gguf"))
"""A file that stands for the scripted model wherever a file of a model is named."""

Row = dict[str, Any]


def parser(about: str | None, name: str) -> argparse.ArgumentParser:
    """A parser of a script's options, with those that all of them have."""
    made = argparse.ArgumentParser(
        prog=f"python -m tests.endurance.{name}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("--seed", type=int, default=0, help="what is drawn by chance follows it")
    made.add_argument("--json", type=Path, metavar="FILE", help="also write the outcome here")
    return made


@dataclass(slots=True)
class Progress:
    """Says on standard error how far a script is; not more than every other second."""

    began: float = 0.0
    _said: float = 0.0

    def __post_init__(self) -> None:
        self.began = time.monotonic()

    @property
    def seconds(self) -> float:
        """How long it runs."""
        return time.monotonic() - self.began

    def __call__(self, text: str, *, now: bool = False) -> None:
        """Say it, if it is time."""
        if now or time.monotonic() - self._said >= 2:
            self._said = time.monotonic()
            print(f"[{self.seconds:6.0f} s] {text}", file=sys.stderr, flush=True)


@contextmanager
def until_interrupted(progress: Progress) -> Iterator[None]:
    """Within the block, Ctrl-C only ends the block; what was done counts. SIGTERM does the same:
    what a shell runs in the background does not hear Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        progress("stopped; finishing", now=True)
    finally:
        signal.signal(signal.SIGTERM, before)


def table(rows: Sequence[Row]) -> str:
    """Rows with the same keys, as a table in Markdown."""
    if not rows:
        return "(nothing)"
    heads = list(rows[0])
    lines = [heads, ["---"] * len(heads)]
    lines += [[_cell(row[head]) for head in heads] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def conclude(
    options: argparse.Namespace, name: str, rows: Sequence[Row], faults: Sequence[str]
) -> int:
    """Print the final table and what went wrong, write the JSON file, and return the exit code."""
    print(table(rows))
    for fault in faults:
        print(f"FAULT: {fault}")
    print(f"{len(faults)} faults")
    if options.json:
        given = {key: str(value) for key, value in vars(options).items() if key != "json"}
        values = {
            "script": name,
            "options": given,
            "machine": str(this_machine()),
            "rows": list(rows),
            "faults": list(faults),
        }
        options.json.write_text(json.dumps(values, indent=1, default=str) + "\n", "utf-8")
    return 1 if faults else 0


@contextmanager
def folder_for(name: str) -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"longread-{name}-") as made:
        yield Path(made)


def environment(home: Path, **more: object) -> dict[str, str]:
    """The variables of a process that works in a home."""
    temporary = home.parent / f"{home.name}-tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    names = {name: str(value) for name, value in more.items()}
    return {
        **os.environ,
        "LONGREAD_HOME": str(home),
        "TMPDIR": str(temporary),
        "PYTHONPATH": str(ROOT),
        **names,
    }


def start(home: Path, *arguments: object, **variables: object) -> subprocess.Popen[bytes]:
    """Start the command line with the scripted model, as the leader of its own group."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.endurance.worker", *map(str, arguments)],
        cwd=ROOT,
        env=environment(home, **variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def descendants(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """What a process has started, and what these have."""
    with suppress(psutil.NoSuchProcess):
        return list(psutil.Process(process.pid).children(recursive=True))
    return []


def end_all(process: subprocess.Popen[bytes], started: Sequence[psutil.Process]) -> None:
    """End a process and what it had started."""
    for one in started:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    process.kill()
    process.wait()
    psutil.wait_procs(started, timeout=10)


def still_there(started: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Which of these processes have not ended by themselves within so many seconds."""
    alive = psutil.wait_procs(started, timeout=seconds)[1]
    return [one for one in started if one in alive]


CHAPTERS = ("The Quay", "The Letter", "The Boat", "The Storm", "The Kiosk", "The Return")
WORDS = ("harbour", "envelope", "lantern", "barometer", "turnstile", "anchor")


def novel(title: str, chapters: int = 3, paragraphs: int = 6, seed: int = 0) -> str:
    """A book in Markdown with names, about 90 words a paragraph; each number tells another."""
    chance = random.Random(f"{title} {seed}")
    lines = [f"---\ntitle: {title}\nauthor: A. Writer\nlanguage: en\n---\n"]
    for chapter in range(chapters):
        word = WORDS[chapter % len(WORDS)]
        lines.append(f"## {chapter + 1}. {CHAPTERS[chapter % len(CHAPTERS)]}\n")
        for number in range(paragraphs):
            sentences = [
                f"Vera Holt carries the {chance.choice(WORDS)} number {chance.randrange(1000)} "
                f"to Tobias Wren in hour {number}, behind the {word}."
                for _ in range(6)
            ]
            lines.append(" ".join(sentences) + "\n")
    return "\n".join(lines)
