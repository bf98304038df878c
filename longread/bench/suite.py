"""All measurements one after another, and their figures as one page.

Each is a command of its own in a process of its own; what it prints is kept with the command, so
that a run which was stopped goes on with the next, and figures of another command, model or book
are made anew. The page is written anew after each.
"""

from __future__ import annotations

import hashlib
import json
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longread.bench.machine import this_machine
from longread.files import write_whole
from longread.text import size

PAGE = "benchmarks.md"
"""The page's name in the folder of results."""

MOST_LISTED = 20
"""Lists of more are curves, which the plots show."""

ERROR = "longread.error/1"
"""The schema of an error that a command prints."""


@dataclass(frozen=True, slots=True)
class Materials:
    """What is measured on: one ``book`` of some chapters, and questions on so many ``documents``
    in ``data``, all of which may be the same book's."""

    book: Path
    questions: Path
    data: Path
    documents: int = 1

    @property
    def asked(self) -> tuple[str, ...]:
        """The options of commands that ask them."""
        return ("--questions", str(self.questions), "--data", str(self.data))


@dataclass(frozen=True, slots=True)
class Step:
    """One measurement: a command behind ``longread bench``. ``results`` has it write its rows to
    a file too, by which it goes on where it was stopped; ``plot`` an SVG file. One that ``judges``
    ends with 1 where what it found is bad."""

    name: str
    title: str
    arguments: tuple[str, ...]
    results: bool = False
    plot: bool = False
    takes_model: bool = True
    judges: bool = False

    def command(self, folder: Path, common: Sequence[str] = ()) -> list[str]:
        """What is run; ``common`` options are those on model and threads."""
        command = [*self.arguments, *(common if self.takes_model else ())]
        if self.results:
            # Rows of another command are not to be gone on with.
            digest = hashlib.sha256(shlex.join(command).encode()).hexdigest()[:8]
            command += ["--out", str(folder / f"{self.name}-{digest}.rows.jsonl")]
        if self.plot:
            command += ["--plot", str(folder / f"{self.name}.svg")]
        return command


_LITTLE = ("--evidence-tokens", "600")
"""What short measurements give the model to read for a question."""


def short(given: Materials) -> list[Step]:
    """Enough to see that everything works, and about how well."""
    book = str(given.book)
    return [
        Step("ingest", "Ingest", ("ingest", book, "--rounds", "1"), takes_model=False),
        Step("reading", "Reading and recalling", ("reading", book, "--rounds", "1")),
        Step(
            "perplexity",
            "Perplexity along a text",
            ("perplexity", book, "--tokens", "3000", "--window", "1024", "--places", "2"),
            plot=True,
        ),
        Step(
            "passkey",
            "A number hidden in a text",
            (
                *("passkey", "--tokens", "10000", "--positions", "2", "--distractors", "0,10"),
                *_LITTLE,
            ),
            results=True,
        ),
        Step(
            "needles",
            "Facts hidden in a text",
            ("needles", "--tokens", "10000", "--depths", "1", *_LITTLE),
            results=True,
            plot=True,
        ),
        Step(
            "qa",
            "Questions on real texts",
            ("qa", *given.asked, *_strategies("longread", "plain", "truncate"), "--limit", "4"),
            results=True,
        ),
    ]


def full(given: Materials) -> list[Step]:
    """All figures: many hours with a model of 1.5 billion parameters on two cores."""
    book = str(given.book)
    steps = [
        Step("ingest", "Ingest", ("ingest",), takes_model=False),
        Step("latency", "The reader's keys", ("latency", book, "--keys", "300")),
        Step("reading", "Reading and recalling", ("reading", book)),
        Step(
            "endurance",
            "A pass of a million tokens",
            ("reading", book, "--tokens", "1000000", "--budget", "50MB"),
        ),
        Step(
            "perplexity",
            "Perplexity along a text",
            (
                "perplexity",
                book,
                "--tokens",
                "200000",
                "--without-sinks",
                "20000",
                "--score-every",
                "4",
            ),
            plot=True,
        ),
        Step(
            "blocks",
            "Answers from blocks",
            ("blocks", *given.asked, "--limit", "300"),
            results=True,
        ),
        Step(
            "ranking",
            "Ranking by attention",
            ("ranking", *given.asked, "--limit", "300"),
            results=True,
        ),
        Step(
            "crashes",
            "Killed while it reads",
            ("crashes", book, "--kills", "20"),
            judges=True,
        ),
        Step("notes", "Notes and summaries", ("notes", book)),
        Step(
            "passkey",
            "A number hidden in a text",
            ("passkey", "--tokens", "10000,100000,1000000,4000000,16000000"),
            results=True,
        ),
        Step(
            "needles",
            "Facts hidden in a text",
            ("needles", "--tokens", "10000,100000,1000000"),
            results=True,
            plot=True,
        ),
        Step("sceptics", "What the sceptics said", ("sceptics", *given.asked), results=True),
        Step("injections", "Documents that give orders", ("injections",), results=True),
        Step(
            "qa",
            "Questions on real texts",
            (
                "qa",
                *given.asked,
                "--limit",
                "400",
                "--context",
                "32768",
                *_strategies("ranked", "plain", "truncate", "full", "stream"),
            ),
            results=True,
        ),
    ]
    crowds = [count for count in (3, 15, 63) if count < given.documents]
    for others in (0, *crowds) if crowds else ():
        steps.append(
            Step(
                f"among-{others}",
                f"The same questions among {others} other documents",
                (
                    "qa",
                    *given.asked,
                    "--limit",
                    "40",
                    "--among",
                    str(others),
                    *_strategies("longread", "plain"),
                ),
                results=True,
            )
        )
    return steps


def _strategies(*names: str) -> tuple[str, ...]:
    return tuple(part for name in names for part in ("--strategy", name))


@dataclass(frozen=True, slots=True)
class State:
    """The step that begins now, and how many are done; ``failed`` are those that did not go."""

    done: int
    total: int
    step: Step | None
    failed: tuple[str, ...] = ()


def run(steps: Sequence[Step], folder: Path, common: Sequence[str] = ()) -> Iterator[State]:
    """Make the measurements whose figures the folder, which is there, does not have yet, and the
    page on all.

    One that fails is said so on the page, and made again the next time; the rest goes on.
    """
    failed: dict[str, str] = {}
    for number, step in enumerate(steps):
        yield State(number, len(steps), step, tuple(failed))
        if _figures(step, folder, common) is None:
            rows, failure = _made(step, folder, common)
            if failure:
                failed[step.name] = failure
            else:
                kept = {
                    "command": _command(step, common),
                    "machine": str(this_machine()),
                    "rows": rows,
                }
                text = json.dumps(kept, ensure_ascii=False, indent=1) + "\n"
                write_whole(folder / f"{step.name}.json", text)
        write_whole(folder / PAGE, page(steps, folder, common, failed))
    yield State(len(steps), len(steps), None, tuple(failed))


def _command(step: Step, common: Sequence[str]) -> str:
    return shlex.join(["longread", "bench", *step.command(Path(), common)])


def _figures(step: Step, folder: Path, common: Sequence[str]) -> dict[str, Any] | None:
    """What the folder keeps of a step, if just this command made it."""
    try:
        kept: dict[str, Any] = json.loads((folder / f"{step.name}.json").read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return kept if kept.get("command") == _command(step, common) else None


def _made(step: Step, folder: Path, common: Sequence[str]) -> tuple[list[dict[str, Any]], str]:
    """Make one measurement; returns what it printed, and why it failed, if it did."""
    made = subprocess.run(
        [sys.executable, "-m", "longread", "bench", *step.command(folder, common), "--json"],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    rows = []
    for line in made.stdout.split("\n"):
        with suppress(json.JSONDecodeError):
            rows.append(json.loads(line))
    rows = [row for row in rows if isinstance(row, dict)]
    errors = [row["message"] for row in rows if row.get("schema") == ERROR]
    if errors:
        return [], " ".join(errors)
    if made.returncode not in ((0, 1) if step.judges else (0,)):
        return [], f"It ended with {made.returncode}."
    return rows, "" if rows else "It printed no figures."


def page(
    steps: Sequence[Step], folder: Path, common: Sequence[str], failed: Mapping[str, str]
) -> str:
    """The figures that the folder has, as Markdown: each with its command and machine."""
    parts = ["# Measurements"]
    for step in steps:
        command = _command(step, common)
        kept = _figures(step, folder, common)
        if kept is not None:
            parts += [f"## {step.title}", f"`{command}`", f"{kept['machine']}"]
            parts.append(_tables(kept["rows"]))
            if step.plot and (folder / f"{step.name}.svg").exists():
                parts.append(f"![{step.title}]({step.name}.svg)")
        elif step.name in failed:
            parts += [f"## {step.title}", f"`{command}`", f"Failed: {failed[step.name]}"]
    return "\n\n".join(parts) + "\n"


def _tables(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with columns for what some row has a value of; one row alone is turned over, and what
    it lists stands in tables of their own. Long lists are for the plots."""
    flat = [dict(_flat(row)) for row in rows]
    if len(flat) != 1:
        return _table(flat)
    (row,) = flat
    lists = {name: value for name, value in row.items() if isinstance(value, list)}
    single = [
        {"": _heading(name), " ": _shown(name, value)}
        for name, value in row.items()
        if name not in lists and value not in (None, "")
    ]
    parts = [_table(single)] if single else []
    parts += [_table([dict(_flat(item)) for item in lists[name]]) for name in lists]
    return "\n\n".join(parts)


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    columns = [
        name
        for name in dict.fromkeys(name for row in rows for name in row)
        if any(row.get(name) not in (None, "") for row in rows)
    ]
    lines = [[_heading(name) for name in columns], ["---"] * len(columns)]
    lines += [[_shown(name, row.get(name)) for name in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _flat(row: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Values with their names; plain lists are joined, and of the others those that a reader
    would look through are kept."""
    for name, value in row.items():
        if name in ("schema", "machine"):
            continue
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}: ")
        elif isinstance(value, list) and not any(isinstance(item, dict) for item in value):
            yield f"{before}{name}", ", ".join(_shown(name, item) for item in value)
        elif not isinstance(value, list) or len(value) <= MOST_LISTED:
            yield f"{before}{name}", value


def _heading(name: str) -> str:
    return name.replace("_", " ").removesuffix(" bytes")


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and name.endswith("bytes"):
        return size(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return str(value).replace("|", "\\|").replace("\n", " ")
