"""What the scripts in examples/peers share, which ask other programs."""

import argparse
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from longread.bench.results import results_file

SCRIPTS = Path(__file__).parents[3] / "examples" / "peers"


@pytest.fixture
def common() -> ModuleType:
    spec = importlib.util.spec_from_file_location("peers_common", SCRIPTS / "common.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_questions_of_a_results_file_are_asked_once(common: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "boat.txt").write_text("The boat is grey.", "utf-8")
    (tmp_path / "boat.pdf").write_bytes(b"%PDF")
    questions = [
        {"id": f"{doc}-{n}", "doc": doc, "question": f"What is {n}?", "answers": ["grey"]}
        for doc in ("boat.txt", "boat.pdf")
        for n in range(3)
    ]
    asked = tmp_path / "questions.jsonl"
    asked.write_text("\n".join(map(json.dumps, questions)), "utf-8")
    results = tmp_path / "results.jsonl"
    with results_file(results, {"model": "m"}) as write:
        for name in ("boat.txt-0", "boat.txt-2", "boat.pdf-1"):
            told = {"instruction": "Say a colour."} if name == "boat.txt-2" else {}
            write({"id": name, "strategy": "plain", **told})

    def ready(text: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        return lambda row: {"answer": f"{common.request(row)} {text}"}

    given = argparse.Namespace(
        model=Path("model.gguf"),
        questions=asked,
        data=tmp_path,
        results=results,
        out=tmp_path / "answers.jsonl",
    )
    for _ in range(2):
        common.answer_all(given, ready)
    answers = [json.loads(line) for line in given.out.read_text("utf-8").splitlines()]
    assert [row["id"] for row in answers] == ["boat.txt-0", "boat.txt-2"]
    assert answers[0]["answer"] == "What is 0?\nAnswer briefly. The boat is grey."
    assert answers[1]["answer"] == "What is 2?\nSay a colour. The boat is grey."
    assert answers[0]["model"] == "model"
