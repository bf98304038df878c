"""From a file to a cited answer with the real small model, as a user runs it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.small_model
SAMPLE = Path(__file__).parents[2] / "examples" / "the-uncorrected-tide.epub"


def environment(home: Path) -> dict[str, str]:
    return {**os.environ, "LONGREAD_HOME": str(home)}


def ask(home: Path, model: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(sys.executable, "-m", "longread", "ask", str(SAMPLE), *arguments),
            *("--model", str(model), "--embedder", "none", "--evidence-tokens", "300"),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env=environment(home),
    )


def test_a_question_about_the_sample_gets_a_checked_answer(
    tmp_path: Path, small_model_path: Path
) -> None:
    done = ask(tmp_path, small_model_path, "What did Hannah Stoker's stone cost?", "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["evidence"]
    assert answer["declined"] or answer["usage"]["reply_tokens"] > 0
    text = subprocess.run(
        [sys.executable, "-m", "longread", "library", "export", "The Uncorrected Tide"],
        capture_output=True,
        text=True,
        check=True,
        env=environment(tmp_path),
    ).stdout
    canonical = json.loads(text)["document"]["text"]
    for citation in answer["citations"]:
        span = citation["span"]
        assert canonical[span["start"] : span["end"]] == citation["quote"]
        assert citation["section_path"]


def test_the_same_question_gives_the_same_answer(tmp_path: Path, small_model_path: Path) -> None:
    question = ("Who keeps the tide gauge?", "--quiet")
    from_text = [ask(tmp_path, small_model_path, *question, "--budget", "0") for _ in range(2)]
    assert from_text[0].returncode == 0
    assert from_text[0].stdout == from_text[1].stdout
    ask(tmp_path, small_model_path, *question)
    from_blocks = [ask(tmp_path, small_model_path, *question) for _ in range(2)]
    assert from_blocks[0].returncode == 0
    assert from_blocks[0].stdout == from_blocks[1].stdout


def test_a_name_that_is_not_in_the_book_is_declined(tmp_path: Path, small_model_path: Path) -> None:
    done = ask(tmp_path, small_model_path, "Why does Baldassarre hate Tito Melema?", "--json")
    assert json.loads(done.stdout)["declined"] is True


def test_ctrl_c_stops_within_a_second_or_two(tmp_path: Path, small_model_path: Path) -> None:
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "longread", "ask", str(SAMPLE), "-", "--embedder", "none"),
            *("--model", str(small_model_path), "--evidence-tokens", "3000"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
    )
    assert process.stdin is not None
    process.stdin.write("Who is Winifred Marr?\n" * 20)
    process.stdin.close()
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    stopped = time.monotonic()
    assert process.wait(timeout=20) == 130
    assert time.monotonic() - stopped < 5
    assert process.stderr is not None
    complaints = process.stderr.read()
    assert "Traceback" not in complaints
    process.stdout.close()
    process.stderr.close()
