"""``longread bench ranking``: ways of ranking beside each other, judged by their first four."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from longread.bench import ranking
from longread.bench.bench import Bench, Progress
from longread.bench.questions import choose, load
from longread.bench.results import read_results
from longread.engine.fake import ScriptedModel
from longread.engine.insight import Insight
from longread.engine.probe import Probe
from longread.engine.protocol import Message
from longread.errors import UsageError
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library

INSIGHT = Insight(((1, 1),), Probe((3,), np.array([[1.0, -1.0]], np.float32), 0.0))
EVIDENCE = "The brass key lies under the third stair."
QUESTION = "Where lies the brass key of the keeper?"


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    chapters = [
        f"## Chapter {number}\n\n"
        f"The keeper lost the brass key where the boats lie, he told them in chapter {number}. "
        + "The tide came in and the boats rose with it. "
        * 18
        for number in range(1, 13)
    ]
    chapters.insert(9, f"## Chapter X\n\n{EVIDENCE} " + "Nobody else ever came here. " * 18)
    (tmp_path / "b.md").write_text("\n\n".join(chapters), "utf-8")
    row: dict[str, Any] = {
        "id": "a", "dataset": "made", "doc": "b.md", "question": QUESTION,
        "answers": ["under the third stair"], "evidence": [EVIDENCE],
    }  # fmt: skip
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps(row) + "\n", "utf-8")
    return file


def run(
    questions: Path, model: ScriptedModel, *ways: str, together: bool = False
) -> list[Progress]:
    data = questions.parent
    with (
        Library.open(data / "bench.db") as library,
        BlockMemory(data / "bench.blocks.db", fingerprint="", build="", prefix="") as blocks,
    ):
        bench = Bench(library, model, blocks=blocks, insight=INSIGHT)
        chosen = choose(load(questions), data)
        out = data / "out.jsonl"
        return list(ranking.run(chosen, data, out, bench, ways, together=together))


def knows_the_stair(messages: Sequence[Message]) -> float:
    return 0.9 if EVIDENCE in "".join(message.text for message in messages) else 0.1


def test_each_way_is_judged_by_its_first_passages(questions: Path) -> None:
    model = ScriptedModel(chances=knows_the_stair, streams=True)
    states = run(questions, model, *ranking.WAYS)
    rows = {row["way"]: row for row in read_results(questions.parent / "out.jsonl")}
    assert set(rows) == set(ranking.WAYS)
    assert all(len(row["passages"]) == 4 for row in rows.values())
    assert rows["judged"]["passages"][0] == 10
    assert rows["judged"]["answer_in_first"]
    assert rows["judged"]["evidence_in_first"] == 1.0
    # The scripted model's state shows how many words are shared, as its attention does.
    assert rows["probe"]["passages"] == rows["attention"]["passages"]
    assert states[-1].done == states[-1].total == len(ranking.WAYS)
    summary = {(row["way"], row["dataset"]): row for row in ranking.summarise(list(rows.values()))}
    assert summary["judged", "made"]["answer_in_first"] == 1.0
    assert summary["judged", "all"]["questions"] == 1


def test_documents_are_ranked_together(questions: Path) -> None:
    """The other document's passages come first where they fit better, and count for nothing."""
    row = json.loads(questions.read_text("utf-8"))
    (questions.parent / "c.md").write_text(f"## Another key\n\n{QUESTION} Nobody knows.", "utf-8")
    other = {**row, "id": "b", "doc": "c.md", "answers": ["nobody"], "evidence": [QUESTION]}
    (questions.parent / "d.epub").write_bytes(b"PK\3\4 no book")
    gone = {**row, "id": "c", "doc": "d.epub"}
    rows = "\n".join(map(json.dumps, [row, other, gone]))
    questions.write_text(rows + "\n", "utf-8")
    states = run(questions, ScriptedModel(streams=True), "words", together=True)
    found = {one["id"]: one for one in read_results(questions.parent / "out.jsonl")}
    assert set(found) == {"a", "b"}
    assert found["a"]["passages"] == found["b"]["passages"]
    assert found["b"]["evidence_in_first"] == 1.0
    assert states[-1].done == states[-1].total == 3


def test_a_document_that_cannot_be_read_is_passed_over(questions: Path) -> None:
    (questions.parent / "b.md").write_bytes(b"")
    states = run(questions, ScriptedModel(streams=True), "fusion")
    assert states[-1].done == states[-1].total == 1
    assert read_results(questions.parent / "out.jsonl") == []


def test_what_was_ranked_is_not_ranked_again(questions: Path) -> None:
    run(questions, ScriptedModel(streams=True), "fusion")
    again = ScriptedModel(streams=True)
    states = run(questions, again, "fusion", "words")
    assert [state.row["way"] for state in states if state.row] == ["words"]
    assert again.read == []


def test_a_model_that_keeps_nothing_is_refused(questions: Path) -> None:
    with pytest.raises(UsageError):
        run(questions, ScriptedModel(), "fusion")
