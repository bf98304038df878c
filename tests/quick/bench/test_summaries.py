"""``longread bench summaries``: what is summarized, from what, and how it is scored."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from longread.bench import summaries
from longread.bench.bench import Bench
from longread.bench.json_lines import Row
from longread.bench.questions import Question, load
from longread.bench.results import read_results
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.errors import UsageError
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library

PLOT = "What is the plot of the story?"
BEGINNING = "Vera rows the lantern to the island before the storm."
END = "Tobias keeps the lantern in the tower for ever."
REFERENCE = " ".join([BEGINNING, END] * 3)
FILLER = "Mile {number} of the shore had a white stone, and she wrote its number down. " * 9


@pytest.fixture
def data(tmp_path: Path) -> Path:
    parts = [BEGINNING, *(FILLER.format(number=number) for number in range(60)), END]
    (tmp_path / "lantern.txt").write_text("\n\n".join(parts), "utf-8")
    rows = [
        {"id": "name", "question": "What is the plot of the story?", "answers": ["A lantern."]},
        {"id": "who", "question": "Who keeps the lantern?", "answers": [REFERENCE]},
        {"id": "plot", "question": PLOT, "answers": ["No.", REFERENCE]},
        {"id": "again", "question": "Summarize the story.", "answers": [REFERENCE]},
    ]
    lines = (json.dumps({"dataset": "tales", "doc": "lantern.txt", **row}) for row in rows)
    (tmp_path / "questions.jsonl").write_text("\n".join(lines), "utf-8")
    return tmp_path


def tells(messages: Sequence[Message]) -> str:
    """What is told of the beginning and the end, where the text has it."""
    text = "".join(message.text for message in messages)
    said = " ".join(one for one in (BEGINNING, END) if one in text) or "She wrote numbers down."
    return f"In one sentence: {said}" if "one sentence" in text else f"- {said}"


def run(data: Path, model: ScriptedModel) -> dict[str, Row]:
    with (
        Library.open(data / "bench.db") as library,
        BlockMemory(data / "bench.blocks.db", fingerprint="", build="", prefix="") as blocks,
    ):
        bench = Bench(library, model, evidence_tokens=300, blocks=blocks, window=600)
        wanted = summaries.to_summarize(load(data / "questions.jsonl"))
        for _ in summaries.run(wanted, data, data / "out.jsonl", bench):
            pass
    return {row["way"]: row for row in read_results(data / "out.jsonl")}


def test_documents_with_a_reference_summary_are_summarized_once(data: Path) -> None:
    chosen: list[Question] = summaries.to_summarize(load(data / "questions.jsonl"))
    assert [one.id for one in chosen] == ["plot"]
    with pytest.raises(UsageError):
        summaries.to_summarize(load(data / "questions.jsonl")[:2])


def test_the_tree_knows_the_end_and_the_beginning_alone_does_not(data: Path) -> None:
    rows = run(data, ScriptedModel(fallback=tells, streams=True))
    assert tuple(rows) == summaries.WAYS
    full, truncated = rows["full"], rows["truncate"]
    assert BEGINNING in full["summary"]
    assert END in full["summary"]
    assert BEGINNING in truncated["summary"]
    assert END not in truncated["summary"]
    # The best of the references counts, and what is told twice counts once.
    assert full["summary"].count(END) == 1
    assert full["rouge_1"] > truncated["rouge_1"] > 0
    table = {row["way"]: row for row in summaries.summarise([*rows.values()])}
    assert table["full"]["documents"] == 1
    assert table["full"]["rouge_2"] == full["rouge_2"]


def test_what_was_made_is_not_made_again(data: Path) -> None:
    first = run(data, ScriptedModel(fallback=tells, streams=True))
    results = data / "out.jsonl"
    lines = results.read_text("utf-8").splitlines()
    results.write_text("\n".join(lines[:-1]) + "\n", "utf-8")
    model = ScriptedModel(fallback=tells, streams=True)
    assert run(data, model).keys() == first.keys()
    # The one that was missing, behind what makes the model forget.
    assert len(model.asked) == 2
