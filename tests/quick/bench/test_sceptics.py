"""``longread bench sceptics``: what is judged right, what wrong, and resuming."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from longread.answering.answer import Answer
from longread.answering.at_once import answer_at_once
from longread.answering.texts import Texts
from longread.bench import sceptics
from longread.bench.bench import Bench
from longread.bench.json_lines import Row
from longread.bench.questions import Question, choose, load
from longread.bench.results import read_results
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library

FILLER = "“Mile {number} of the road,” he wrote, “has a white stone and a name cut into it.” " * 6
ROWS: list[dict[str, Any]] = [
    {"id": "car", "question": "What colour was the doctor's car?", "answers": ["maroon"]},
    {"id": "dogs", "question": "What were the admiral's dogs called?", "unanswerable": True},
]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    parts = ["# The Road", "## 1. The Car", "The doctor's car was maroon, and it stood there."]
    for chapter in ("2. The Hill", "3. The Sea"):
        parts += [f"## {chapter}", *(FILLER.format(number=number) for number in range(20))]
    (tmp_path / "road.md").write_text("\n\n".join(parts), "utf-8")
    rows = [{"dataset": "road", "doc": "road.md", **row} for row in ROWS]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return tmp_path


def reads(messages: Sequence[Message]) -> str:
    """A reader who knows nothing but what stands before it."""
    text = messages[-1].text
    for word in ("maroon", "turquoise"):
        if word in text and "colour" in text:
            return f"It was {word}."
    return "He walked along the road."


def run(data: Path, model: ScriptedModel) -> dict[tuple[str, str], Row]:
    out = data / "sceptics.jsonl"
    with (
        Library.open(data / "bench.db") as library,
        BlockMemory(data / "bench.blocks.db", fingerprint="", build="", prefix="") as blocks,
    ):
        bench = Bench(library, model, evidence_tokens=300, blocks=blocks, window=600)
        questions: list[Question] = choose(load(data / "questions.jsonl"), data)
        for _ in sceptics.run(questions, data, out, bench):
            pass
        assert [record.title for record in library.documents()] == ["The Road"]
    return {(row["test"], row["question"]): row for row in read_results(out)}


def test_every_test_is_made_and_judged(data: Path) -> None:
    rows = run(data, ScriptedModel(fallback=reads, streams=True))
    car, dogs = (row["question"] for row in ROWS)
    assert rows[sceptics.DETAILS, car]["right"]
    # The dogs' names are not in the text, and nor is the admiral.
    assert rows[sceptics.DETAILS, dogs]["answer"] == "Not found in the text"
    assert rows[sceptics.DETAILS, dogs]["right"]
    # What was read long ago is no longer in the window.
    assert not rows[sceptics.STREAM, car]["right"]
    (planted,) = (row for (test, _), row in rows.items() if test == sceptics.PLANTED)
    assert planted["right"]
    assert planted["answer"].startswith("It was turquoise.")
    (words,) = (row for (test, _), row in rows.items() if test == sceptics.FIRST_WORDS)
    assert words["right"]
    assert "2. The Hill ¶ 1: Mile" in words["answer"]
    (chapters,) = (row for (test, _), row in rows.items() if test == sceptics.CHAPTERS)
    assert chapters["right"]
    assert [line.split(":")[0] for line in chapters["answer"].splitlines()] == [
        "1. The Car", "2. The Hill", "3. The Sea",
    ]  # fmt: skip
    summary = {
        row["test"]: (row["right"], row["asked"]) for row in sceptics.summarise([*rows.values()])
    }
    assert list(summary) == list(sceptics.TESTS)
    assert summary[sceptics.DETAILS] == (2, 2)
    assert summary[sceptics.STREAM][0] == 0


def test_what_was_made_is_not_made_again(data: Path) -> None:
    first = run(data, ScriptedModel(fallback=reads, streams=True))
    results = data / "sceptics.jsonl"
    lines = results.read_text("utf-8").splitlines()
    results.write_text("\n".join(lines[:-1]) + '\n{"cut o', "utf-8")
    model = ScriptedModel(fallback=reads, streams=True)
    assert set(run(data, model)) == set(first)
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    ("items", "right"),
    [
        (["Mile", "Mile"], False),
        (["The", *["Mile"] * 40], True),
        (["The", *["Mil"] * 40], False),
    ],
)
def test_first_words_are_compared_with_the_text(
    data: Path, items: list[str], right: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not with what counting itself found."""

    def other(question: str, texts: Texts, library: Library) -> Answer | None:
        answer = answer_at_once(question, texts, library)
        if answer is None or "items" not in answer.figures:
            return answer
        return replace(answer, figures={"items": [{"text": item} for item in items]})

    monkeypatch.setattr(sceptics, "answer_at_once", other)
    rows = run(data, ScriptedModel(fallback=reads, streams=True))
    (words,) = (row for (test, _), row in rows.items() if test == sceptics.FIRST_WORDS)
    assert words["right"] is right
