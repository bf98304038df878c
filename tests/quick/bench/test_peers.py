"""``longread bench add``: answers of other programs, judged beside our own."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from longread.bench.results import read_results
from longread.cli.app import app
from longread.errors import UsageError

QUESTIONS: list[dict[str, Any]] = [
    {"id": "a", "question": "When is the lamp lit?", "answers": ["at nine"],
     "evidence": ["The lamp is lit at nine"]},
    {"id": "b", "question": "What colour are the stairs?", "options": ["red", "green"], "gold": 1},
    {"id": "c", "claim": "The stairs are green.", "gold": True},
    {"id": "d", "question": "Who is Captain Ahab?", "answers": [], "unanswerable": True},
]  # fmt: skip
ANSWERS: list[dict[str, Any]] = [
    {"id": "a", "answer": "At nine.", "evidence": ["The lamp", "is lit at nine."], "model": "m",
     "evidence_tokens": 7, "reply_tokens": 3, "seconds": {"first_token": 1.5, "total": 2}},
    {"id": "b", "answer": "The answer is B.", "seconds": {"total": 1}},
    {"id": "c", "answer": "False"},
    {"id": "d", "answer": "The provided context does not mention Captain Ahab."},
    {"id": "elsewhere", "answer": "x"},
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lines = [json.dumps({"dataset": "lamp", "doc": "b.txt", **row}) for row in QUESTIONS]
    (tmp_path / "questions.jsonl").write_text("\n".join(lines), "utf-8")
    (tmp_path / "answers.jsonl").write_text("\n".join(map(json.dumps, ANSWERS)), "utf-8")
    return tmp_path


def add(folder: Path, strategy: str = "other") -> list[dict[str, Any]]:
    given = CliRunner().invoke(
        app,
        [
            *("bench", "add", str(folder / "answers.jsonl"), "--strategy", strategy, "--json"),
            *("--questions", str(folder / "questions.jsonl")),
            *("--out", str(folder / "results.jsonl")),
        ],
        catch_exceptions=False,
    )
    return [json.loads(line) for line in given.stdout.splitlines()]


def test_every_kind_of_answer_is_judged(folder: Path) -> None:
    summary = add(folder)
    rows = {row["id"]: row for row in read_results(folder / "results.jsonl")}
    assert set(rows) == {"a", "b", "c", "d"}
    assert rows["a"]["token_f1"] == rows["a"]["evidence_recall"] == 1.0
    assert rows["a"]["evidence_holds_answer"] is True
    assert (rows["b"]["answer"], rows["b"]["correct"]) == (1, True)
    assert (rows["c"]["answer"], rows["c"]["correct"]) == (0, False)
    assert rows["d"]["said_not_found"]
    (every,) = (row for row in summary if row["dataset"] == "all")
    assert every["strategy"] == "other"
    assert (every["token_f1"], every["choice_accuracy"]) == (1.0, 0.5)
    assert every["declined_unanswerable"] == 1.0
    assert every["evidence_tokens"] == 7


def test_what_is_there_is_not_added_twice(folder: Path) -> None:
    add(folder)
    add(folder)
    add(folder, "another")
    rows = read_results(folder / "results.jsonl")
    assert len({(row["id"], row["strategy"]) for row in rows}) == len(rows) == 8


@pytest.mark.parametrize(
    ("text", "picked"), [("B", 1), ("(b)", -1), ("A. red", 0), ("Neither", -1), ("Option B", 1)]
)
def test_an_option_is_named_by_its_letter(folder: Path, text: str, picked: int) -> None:
    (folder / "answers.jsonl").write_text(json.dumps({"id": "b", "answer": text}), "utf-8")
    add(folder)
    (row,) = read_results(folder / "results.jsonl")
    assert row["answer"] == picked


@pytest.mark.parametrize(
    ("text", "declines"),
    [
        ("Empty Response", True),
        ("I cannot find that in the context.", True),
        ("The text does not say.", True),
        ("I know that she left.", False),
        ("The text was written by Mara.", False),
        ("Not a single lamp.", False),
    ],
)
def test_other_ways_to_say_that_nothing_was_found(
    folder: Path, text: str, *, declines: bool
) -> None:
    (folder / "answers.jsonl").write_text(json.dumps({"id": "a", "answer": text}), "utf-8")
    add(folder)
    (row,) = read_results(folder / "results.jsonl")
    assert row["said_not_found"] is declines


@pytest.mark.parametrize(
    "line",
    [
        *('{"id": "a"}', "[]", "{", '"x"'),
        '{"id": "a", "answer": "At nine.", "seconds": 2}',
        '{"id": "a", "answer": "At nine.", "reply_tokens": "many"}',
    ],
)
def test_a_line_that_is_no_answer_is_named(folder: Path, line: str) -> None:
    (folder / "answers.jsonl").write_text(f"\n{line}", "utf-8")
    with pytest.raises(UsageError, match=r"answers\.jsonl, line 2"):
        add(folder)


def test_a_name_of_our_own_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="own strategies"):
        add(folder, "plain")
