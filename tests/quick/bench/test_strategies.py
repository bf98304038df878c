"""Strategies of ``longread bench qa`` that take the text as it stands."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from longread.bench import qa
from longread.bench.bench import Bench
from longread.bench.json_lines import Row
from longread.bench.questions import choose, load
from longread.bench.results import read_results
from longread.bench.strategies import STRATEGIES
from longread.cli.app import app
from longread.engine.fake import ScriptedModel
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library

PARAGRAPH = "Mile {number} of the road has a white stone and a name cut into it by hand. "
SHORT, LONG = 3, 120


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, count in (("short", SHORT), ("long", LONG)):
        text = "\n\n".join(PARAGRAPH.format(number=n + 1) * 9 for n in range(count))
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    rows = [
        {"id": name, "dataset": "roads", "doc": f"{name}.txt", "question": "What has mile 1?",
         "answers": ["a white stone"]}
        for name in ("short", "long")
    ]  # fmt: skip
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return tmp_path


def run(data: Path, model: ScriptedModel, *strategies: str) -> dict[tuple[str, str], Row]:
    out = data / "results.jsonl"
    with (
        Library.open(data / "bench.db") as library,
        BlockMemory(data / "bench.blocks.db", fingerprint="", build="", prefix="") as blocks,
    ):
        bench = Bench(library, model, evidence_tokens=300, blocks=blocks, window=600)
        chosen = choose(load(data / "questions.jsonl"), data)
        for _ in qa.run(chosen, data, out, bench, strategies):
            pass
    return {(row["strategy"], row["id"]): row for row in read_results(out)}


def test_full_gives_the_whole_text_where_it_fits(data: Path) -> None:
    model = ScriptedModel(fallback="A white stone.", context=4_000)
    rows = run(data, model, "truncate", "full")
    assert rows["full", "short"]["token_f1"] == 1.0
    asked = "".join(message.text for message in model.asked[-1])
    assert all(f"Mile {number} of" in asked for number in range(1, SHORT + 1))
    assert rows["full", "long"]["kind"] == "unreadable"
    assert rows["full", "long"]["error"] == "context-full"
    assert "answer" not in rows["full", "long"]
    assert rows["truncate", "long"]["evidence_tokens"] <= 300


def test_stream_gives_what_is_left_in_the_window_at_the_end(data: Path) -> None:
    model = ScriptedModel(fallback="A white stone.", streams=True)
    rows = run(data, model, "stream")
    with Library.open(data / "bench.db") as library:
        counts = {record.title: record.passages for record in library.documents()}
    numbers = [int(label) for label in rows["stream", "long"]["evidence"]]
    assert numbers == list(range(numbers[0], counts["long"] + 1))
    assert 300 < rows["stream", "long"]["evidence_tokens"] <= 600
    # All of it is put back as the reading pass left it.
    for messages in model.asked:
        parts = [p for m in messages for p in m.pieces if not isinstance(p, str)]
        assert all(part.block is not None for part in parts if not part.from_start)


def test_scores_over_the_questions_that_all_strategies_answered(data: Path) -> None:
    run(data, ScriptedModel(fallback="A white stone.", context=4_000), "full", "plain")
    results = data / "results.jsonl"

    def counted(*options: str) -> dict[str, Any]:
        given = CliRunner().invoke(app, ["bench", "scores", str(results), "--json", *options])
        rows = [json.loads(line) for line in given.stdout.splitlines()]
        return {
            row["strategy"]: (row["questions"], row["unreadable"])
            for row in rows
            if row["dataset"] == "all"
        }

    assert counted() == {"full": (2, 1), "plain": (2, 0)}
    assert counted("--shared") == {"full": (1, 0), "plain": (1, 0)}


def test_every_strategy_names_a_budget_that_grows_with_what_it_is_named_after() -> None:
    limits = {name: way.tokens(1_000, 2_000, 9_000) for name, way in STRATEGIES.items()}
    assert limits.pop("stream") == 2_000
    assert 8_000 < limits.pop("full") < 9_000
    assert set(limits.values()) == {1_000}
