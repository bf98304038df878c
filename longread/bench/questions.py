"""Questions for benchmarks, one JSON object a line.

``id``, ``dataset``, ``doc`` (path relative to the data folder) and one of: ``question``
with ``answers`` (free), ``question`` with ``options`` and ``gold`` (an index), ``claim``
with ``gold`` (true or false). Optional: ``unanswerable``, ``evidence`` (texts),
``evidence_pages0`` or ``evidence_pages1`` (page indexes counted from 0 or 1).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Literal

from longread.bench.json_lines import Row, parsed
from longread.config import parse_share

Kind = Literal["free", "choice", "claim", "unanswerable"]

HIDDEN, ELSEWHERE = "evidence hidden", "another document"
"""Why a question cannot be answered that has an answer otherwise; its id ends with it."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what is known of its answer; ``pages`` are indexes from 0. Passages that
    say what is ``hidden`` are not used for it."""

    id: str
    dataset: str
    document: str
    kind: Kind
    text: str
    answers: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    gold: int = 0
    evidence: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def looked_up_by(self) -> str:
        """What its evidence is looked up by: the question, with its options."""
        return " ".join((self.text, *self.options)) if self.kind == "choice" else self.text

    @property
    def letters(self) -> list[str]:
        """What its options are chosen by, from A on."""
        return [chr(65 + index) for index in range(len(self.options))]

    def as_row(self) -> Row:
        """What a row of results says of it."""
        return {
            "id": self.id,
            "dataset": self.dataset,
            "document": self.document,
            "kind": self.kind,
            "question": self.text,
            "gold": self.answers or self.gold,
        }


def load(file: Path) -> list[Question]:
    """Read a questions file.

    Raises:
        UsageError: the file cannot be read, or a line is not such a question.
    """
    return list(parsed(file, _question, "a question"))


def without_evidence(questions: Sequence[Question]) -> list[Question]:
    """Each question, and behind each free one whose evidence, or else answer, is known the same
    with the passages hidden that say so, which makes it one that cannot be answered."""
    found: list[Question] = []
    for question in questions:
        found.append(question)
        hidden = question.evidence or question.answers
        if question.kind == "free" and hidden:
            found.append(_unanswerable(question, HIDDEN, hidden=hidden))
    return found


def on_other_documents(questions: Sequence[Question]) -> list[Question]:
    """All questions, and each free one about a document also about the next one of its dataset,
    which does not answer it; those on one document stay together."""
    by_dataset: dict[str, list[str]] = defaultdict(list)
    for question in questions:
        if question.document not in by_dataset[question.dataset]:
            by_dataset[question.dataset].append(question.document)
    following = {
        name: after
        for names in by_dataset.values()
        for name, after in zip(names, [*names[1:], names[0]], strict=True)
        if name != after
    }
    moved = [
        _unanswerable(question, ELSEWHERE, document=following[question.document])
        for question in questions
        if question.kind == "free" and question.document in following
    ]
    order = {name: place for place, name in enumerate(chain(*by_dataset.values()))}
    return sorted([*questions, *moved], key=lambda item: order[item.document])


def _unanswerable(
    question: Question, why: str, *, hidden: tuple[str, ...] = (), document: str = ""
) -> Question:
    return replace(
        question,
        id=f"{question.id}, {why}",
        document=document or question.document,
        kind="unanswerable",
        answers=(),
        evidence=(),
        pages=(),
        hidden=hidden,
    )


def _question(row: Row) -> Question:
    kind: Kind = "free"
    if row.get("unanswerable"):
        kind = "unanswerable"
    elif "claim" in row:
        kind = "claim"
    elif "options" in row:
        kind = "choice"
    pages = [int(page) for page in row.get("evidence_pages0") or ()]
    pages += [int(page) - 1 for page in row.get("evidence_pages1") or ()]
    evidence = row.get("evidence") or ()
    return Question(
        id=str(row["id"]),
        dataset=str(row["dataset"]),
        document=str(row["doc"]),
        kind=kind,
        text=" ".join(str(row["claim"] if kind == "claim" else row["question"]).split()),
        answers=tuple(map(str, row.get("answers") or ())),
        options=tuple(map(str, row.get("options") or ())),
        gold=int(row.get("gold", 0)),
        evidence=tuple(str(item) for item in evidence if isinstance(item, str)),
        pages=tuple(pages),
    )


def choose(
    questions: Sequence[Question],
    data: Path,
    datasets: Sequence[str] = (),
    kinds: Sequence[str] = (),
    documents: int = 0,
    share: str = "",
    limit: int = 0,
    seed: int = 0,
) -> list[Question]:
    """Take a stated sample: of the named datasets (a part of the name is enough) and kinds,
    only the ``documents`` shortest documents of each, of these the share ``2/3`` (the second and
    every third from there, by name), and ``limit`` questions in all, spread evenly
    over datasets and drawn with ``seed``; questions on one document stay together."""
    first, step = parse_share(share)
    groups: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        if kinds and question.kind not in kinds:
            continue
        if not datasets or any(part.casefold() in question.dataset.casefold() for part in datasets):
            groups[question.dataset].append(question)
    generator = random.Random(seed)
    for name, group in groups.items():
        names = sorted({item.document for item in group}, key=lambda doc: _size(data / doc))
        kept = set(sorted(names[: documents or None])[first::step])
        groups[name] = [item for item in group if item.document in kept]
        generator.shuffle(groups[name])
    chosen: list[Question] = []
    remaining = limit or sum(map(len, groups.values()))
    for index, group in enumerate(sorted(groups.values(), key=len)):
        part = min(len(group), remaining // (len(groups) - index))
        chosen += group[:part]
        remaining -= part
    return sorted(chosen, key=lambda item: (item.dataset, item.document, item.id))


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
