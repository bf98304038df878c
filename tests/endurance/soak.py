"""A thousand questions to one engine: ``python -m tests.endurance.soak --questions 1000``.

One process with one engine's process asks questions on many documents, which it reads in
between, some at a time. Memory of either may grow by at most 1 MB in 100 questions, open
descriptors not at all, and the first ten questions must get the same answers in the end as in the
beginning. What an answer or a reading takes for a moment, tens of megabytes with a real model, is
not what is meant: so the least of each twentieth of the questions is looked at behind the first
tenth, by least squares.

Without --model it is the scripted one, in a process of its own all the same; with --model FILE
a real one, which takes hours.
"""

from __future__ import annotations

import argparse
import random
import sys
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil

from longread.answering.answer import Answer
from longread.config import Paths
from longread.desk import Desk
from longread.engine import pipes
from longread.engine.process import ProcessModel
from longread.errors import ModelError
from longread.workspace import Options, Workspace
from tests.endurance.common import (
    MODEL,
    Progress,
    Row,
    conclude,
    folder_for,
    novel,
    parser,
    until_interrupted,
)
from tests.endurance.engine import PROGRAM
from tests.quick.engine.local_hub import folders

MOST_GROWTH = 1.0
"""Megabytes in 100 questions."""

MOST_DESCRIPTORS = 4
"""More descriptors than in the beginning, that may be open for a moment."""

ASKED_AGAIN = 10

PARTS = 20
"""Parts of a run, of each of which the least memory counts."""

WARM_UP = 0.1
"""The share of the questions after which memory is measured: caches fill before."""

_QUESTIONS = (
    "What does Vera Holt carry to Tobias Wren?",
    "Who carries the lantern number {number}?",
    "What is behind the {word}?",
    "Where does Vera Holt carry the {word}?",
    "What happens in hour {hour}?",
)


@dataclass(slots=True)
class Measured:
    """Megabytes of its own (resident, without what is mapped from files) and descriptors of one
    process, by questions asked."""

    name: str
    questions: list[int] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)

    def take(self, questions: int, one: psutil.Process) -> None:
        """Look at the process."""
        found = one.memory_info()
        self.questions.append(questions)
        # Pages of weights and programs come and go as the system likes: they are no growth.
        self.memory.append((found.rss - getattr(found, "shared", 0)) / 1e6)
        self.descriptors.append(one.num_fds())

    @property
    def slope(self) -> float:
        """Megabytes in 100 questions, by least squares over the least of each part."""
        parts = self._parts(PARTS)
        if len(parts) < 2:
            return 0.0
        middles = [(first + last - 1) / 2 for first, last in parts]
        questions = np.interp(middles, range(len(self.questions)), self.questions)
        least = [min(self.memory[first:last]) for first, last in parts]
        return 100 * float(np.polyfit(questions, least, 1)[0])

    def _parts(self, count: int) -> list[tuple[int, int]]:
        """So many parts of what was measured, each from a first to behind a last place."""
        edges = [round(index * len(self.memory) / count) for index in range(count + 1)]
        return [(first, last) for first, last in pairwise(edges) if first < last]

    @property
    def more_descriptors(self) -> int:
        """How many more are open in the end than in the beginning."""
        return self.descriptors[-1] - self.descriptors[0]

    def row(self) -> Row:
        """For the table."""
        return {
            "process": self.name,
            "questions": self.questions[-1],
            "MB at first": round(self.memory[0], 1),
            "MB at last": round(self.memory[-1], 1),
            "least by fifths": ", ".join(
                f"{min(self.memory[first:last]):.0f}" for first, last in self._parts(5)
            ),
            "MB at most": round(max(self.memory), 1),
            "MB in 100 questions": round(self.slope, 3),
            "descriptors at first": self.descriptors[0],
            "at last": self.descriptors[-1],
        }


def question(chance: random.Random) -> str:
    """One of many."""
    return chance.choice(_QUESTIONS).format(
        number=chance.randrange(1000),
        word=chance.choice(("harbour", "envelope", "lantern", "barometer")),
        hour=chance.randrange(6),
    )


def ask(workspace: Workspace, document_id: str, text: str) -> str:
    """The answer to a question, with what it cites."""
    desk = Desk(workspace, [document_id])
    known = desk.at_once(text)
    answers = [known] if known else [e for e in desk.ask(text) if isinstance(e, Answer)]
    cited = ", ".join(f"{one.label} {one.span.start}" for one in answers[-1].citations)
    return f"{answers[-1].text} | {cited}"


def read_some(workspace: Workspace, document_id: str, steps: int) -> None:
    """Let the model read and write for some steps, from where it was left."""
    with closing(Desk(workspace, [document_id]).read()) as reading:
        for _, _ in zip(range(steps), reading, strict=False):
            pass


def run(
    workspace: Workspace, folder: Path, questions: int, documents: int, seed: int
) -> tuple[list[Row], list[str]]:
    """Ask and read; rows for the table, and what was wrong."""
    progress, chance = Progress(), random.Random(seed)
    ids = []
    for number in range(documents):
        file = folder / f"tide-{number}.md"
        file.write_text(novel(f"Tide {number}", 4, 6), "utf-8")
        ids.append(workspace.library.ingest(file)[0].id)
    model = workspace.model
    if not isinstance(model, ProcessModel) or model.process_id is None:
        raise ModelError("There is no engine's process.", hint="Name a GGUF file.")
    engine = psutil.Process(model.process_id)
    processes = {"longread": psutil.Process(), "engine": engine}
    measured = [Measured(name) for name in processes]
    # What these are on is read to its end, so that reading on changes nothing for them.
    first = [(ids[n % min(2, documents)], question(chance)) for n in range(ASKED_AGAIN)]
    for document_id in dict.fromkeys(one for one, _ in first):
        read_some(workspace, document_id, 100_000)
    for document_id, text in first:
        ask(workspace, document_id, text)
    before = [ask(workspace, document_id, text) for document_id, text in first]
    warm = round(WARM_UP * questions)
    with until_interrupted(progress):
        for number in range(questions):
            if number % 5 == 4:
                read_some(workspace, chance.choice(ids), 3)
            ask(workspace, chance.choice(ids), question(chance))
            if number >= warm:
                for one in measured:
                    one.take(number + 1, processes[one.name])
            progress(f"{number + 1} of {questions} questions")
    if not measured[0].questions:
        return [], ["it was stopped before anything was measured"]
    after = [ask(workspace, document_id, text) for document_id, text in first]
    faults = [
        f"“{text}” was answered “{was}”, and is now “{now}”"
        for (_, text), was, now in zip(first, before, after, strict=True)
        if was != now
    ]
    if model.process_id != engine.pid:
        faults.append("the engine's process was started anew")
    for one in measured:
        if one.slope > MOST_GROWTH:
            faults.append(f"{one.name} grows by {one.slope:.2f} MB in 100 questions")
        if one.more_descriptors > MOST_DESCRIPTORS:
            faults.append(f"{one.name} has {one.more_descriptors} more descriptors open")
    return [one.row() for one in measured], faults


def main() -> int:
    """The script."""
    options_of = parser(__doc__, "soak")
    options_of.add_argument("--questions", type=int, default=1000)
    options_of.add_argument("--documents", type=int, default=20)
    options_of.add_argument("--model", default=MODEL, metavar="FILE", help="a GGUF file")
    options: argparse.Namespace = options_of.parse_args()
    if options.model == MODEL:
        pipes._PROGRAM = PROGRAM
    with folder_for("soak") as folder:
        place: Paths = folders(folder / "home")
        with Workspace(Options(model=options.model, embedder="none"), place) as workspace:
            rows, faults = run(
                workspace, folder, options.questions, options.documents, options.seed
            )
    return conclude(options, "soak", rows, faults)


if __name__ == "__main__":
    sys.exit(main())
