"""The measurements, each in a small form with the real small model."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from longread.bench.results import read_results

pytestmark = pytest.mark.small_model

WINDOW = "256"


@pytest.fixture
def novel(tmp_path: Path) -> Path:
    lines = []
    for chapter in range(1, 4):
        lines.append(f"# Chapter {chapter}\n")
        lines += [
            f"In hour {hour} of day {chapter}, Mara Holt went down to the quay, counted {hour + 3} "
            "boats there, and told Tobias Wren what the letter had said about the lamp.\n"
            for hour in range(20)
        ]
    file = tmp_path / "novel.md"
    file.write_text("\n".join(lines), "utf-8")
    return file


@pytest.fixture
def questions(tmp_path: Path, novel: Path) -> Path:
    rows = [
        {
            "id": f"q{number}",
            "dataset": "made by code",
            "doc": novel.name,
            "question": f"Who went down to the quay in hour {number}?",
            "answers": ["Mara Holt"],
            "evidence": [f"In hour {number} of day 1, Mara Holt went down to the quay"],
        }
        for number in range(2)
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return file


def bench(model: Path, home: Path, *arguments: object) -> list[dict[str, Any]]:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "longread", "bench", *map(str, arguments)),
            *("--model", str(model), "--quiet", "--json"),
        ],
        env={**os.environ, "LONGREAD_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def test_notes(small_model_path: Path, tmp_path: Path, novel: Path) -> None:
    (cost,) = bench(small_model_path, tmp_path / "home", "notes", novel, "--rounds", 1)
    assert cost["written"] >= 3
    assert cost["summaries"] >= 4
    assert cost["reading"] > 0
    assert cost["notes"] > 0
    assert cost["times_reading"] > 1
    assert cost["times_sooner"] == pytest.approx(cost["alone"] / cost["together"])
    decoding = (cost["alone"] - cost["prompts"]) / (cost["together"] - cost["prompts"])
    assert cost["decoding_times_sooner"] == pytest.approx(decoding)
    assert decoding > cost["times_sooner"] or cost["times_sooner"] < 1


def test_reading(small_model_path: Path, tmp_path: Path, novel: Path) -> None:
    arguments = ("reading", novel, "--rounds", 1, "--window", 1024)
    (speeds,) = bench(small_model_path, tmp_path / "home", *arguments)
    assert speeds["reading_ratio"] > 0
    assert 0.2 < speeds["block_share"] < 0.4
    assert set(speeds["first_token"]) == {"text", "blocks", "reread"}
    stones = bench(small_model_path, tmp_path / "home", *arguments[:4], "--tokens", 1000)
    assert stones[-1]["tokens"] >= 1000
    assert stones[-1]["resident_bytes"] > 0
    assert stones[-1]["against_fresh"] > 0


def test_perplexity(small_model_path: Path, tmp_path: Path, novel: Path) -> None:
    plot = tmp_path / "plot.svg"
    (report,) = bench(
        small_model_path,
        tmp_path / "home",
        *("perplexity", novel, "--tokens", 1500, "--window", WINDOW, "--places", 2),
        *("--plot", plot),
    )
    assert report["last_tenth"]["sinks"] > 1
    assert report["last_tenth"]["no sinks"] > 1
    assert plot.read_text("utf-8").startswith("<svg")


def test_blocks(small_model_path: Path, tmp_path: Path, novel: Path, questions: Path) -> None:
    variants = ("text", "4", "4+1", "4+excerpt")
    rows = bench(
        small_model_path,
        tmp_path / "home",
        *("blocks", "--questions", questions, "--data", novel.parent, "--embedder", "none"),
        *("--out", tmp_path / "blocks.jsonl"),
        *(word for name in variants for word in ("--variant", name)),
    )
    assert {row["variant"] for row in rows} == set(variants)
    assert len(read_results(tmp_path / "blocks.jsonl")) == 2 * len(variants)
    # What is predicted depends on how the evidence is given.
    divergence = {row["variant"]: row["median_divergence"] for row in rows}
    assert divergence["text"] == 0
    assert len({divergence[name] for name in variants}) == len(variants)


def test_passkey(small_model_path: Path, tmp_path: Path) -> None:
    rows = bench(
        small_model_path,
        tmp_path / "home",
        *("passkey", "--tokens", 4000, "--positions", 2, "--distractors", "0,3"),
        *("--evidence-tokens", 300, "--out", tmp_path / "passkey.jsonl"),
    )
    assert [(row["tokens"], row["distractors"], row["places"]) for row in rows] == [
        (4000, 0, 2),
        (4000, 3, 2),
    ]
    assert all(row["in_evidence"] == 1.0 for row in rows)
    assert all(row["cache_bytes"] > 50_000_000 for row in rows)


def test_needles(small_model_path: Path, tmp_path: Path) -> None:
    plot = tmp_path / "plot.svg"
    rows = bench(
        small_model_path,
        tmp_path / "home",
        *("needles", "--tokens", 2000, "--depths", 1, "--embedder", "none", "--plot", plot),
        *("--evidence-tokens", 300, "--out", tmp_path / "needles.jsonl"),
    )
    by_kind = {row["kind"]: row for row in rows}
    assert by_kind["single"]["in_evidence"] == 1.0
    assert by_kind["all"]["questions"] == 12
    assert plot.read_text("utf-8").startswith("<svg")
