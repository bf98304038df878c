"""Killing, working side by side and asking for long, in short."""

from __future__ import annotations

from pathlib import Path

import pytest

from longread.engine import pipes
from longread.memory.library import Library
from longread.workspace import Options, Workspace
from tests.endurance import concurrency, soak
from tests.endurance.common import MODEL, Progress
from tests.endurance.crash_rounds import jobs, rounds_of, state_of
from tests.endurance.engine import PROGRAM
from tests.quick.engine.local_hub import folders
from tests.quick.memory.books import book, long_book, sha256


def test_killed_jobs_end_as_undisturbed_ones(tmp_path: Path) -> None:
    with jobs(tmp_path) as every:
        chosen = [job for job in every if job.name in ("reading", "migration")]
        results = rounds_of(chosen, tmp_path, 4, 3, Progress())
    assert [fault for result in results for fault in result.faults] == []
    assert sum(result.kills for result in results) >= 2
    assert all(result.ends for result in results)


def test_what_a_job_leaves_is_told_from_less(tmp_path: Path) -> None:
    text = long_book(3)
    for name in ("one", "same", "less"):
        with Library.open(tmp_path / name / "library.db") as library:
            record = library.add(text, sha256(text))
            if name == "less":
                library.remove(record.id)
    assert state_of(tmp_path / "one") == state_of(tmp_path / "same")
    assert state_of(tmp_path / "one") != state_of(tmp_path / "less")


def test_several_at_work_lose_nothing(tmp_path: Path) -> None:
    rows, faults = concurrency.run(tmp_path, 4, 4, 0, Progress())
    assert faults == []
    commands = [row for row in rows if row["ok"] != ""]
    assert sum(row["times"] for row in commands) >= 4
    assert sum(row["ok"] for row in commands) >= 1


def test_what_is_gone_is_a_fault(tmp_path: Path) -> None:
    ledger = concurrency.Ledger()
    ledger.added.add(tmp_path / "gone.md")
    ledger.turns["talk-1"] = 2
    ledger.largest["library.db-wal"] = concurrency.LONGEST_WAL + 1
    with Library.open(tmp_path / "library.db") as library:
        text = book("Another text.")
        library.add(text, sha256(text))
        library.add_turn("talk-1", "Q", "Q", {"answer": "A"})
    concurrency.check(tmp_path, [], ledger)
    assert len(ledger.faults) == 4


def test_many_questions_are_answered_the_same_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipes, "_PROGRAM", PROGRAM)
    options = Options(model=MODEL, embedder="none")
    with Workspace(options, folders(tmp_path / "home")) as workspace:
        rows, faults = soak.run(workspace, tmp_path, 15, 2, 0)
    # In so few questions, memory says nothing yet.
    assert [fault for fault in faults if "grows" not in fault] == []
    assert [row["process"] for row in rows] == ["longread", "engine"]
    assert all(row["questions"] > 10 for row in rows)


def test_growth_is_measured_by_least_squares() -> None:
    grows = soak.Measured("x", [100, 200, 300], [50.0, 52.5, 55.0], [5, 6, 9])
    assert grows.slope == pytest.approx(2.5)
    assert grows.more_descriptors == 4


@pytest.mark.parametrize("slope", [0.0, 3.0])
def test_what_is_taken_for_a_moment_is_no_growth(slope: float) -> None:
    questions = list(range(100, 1000))
    moments = [100.0 if number % 7 > 6 - number // 150 else 0.0 for number in questions]
    memory = [
        500 + slope * number / 100 + moment
        for number, moment in zip(questions, moments, strict=True)
    ]
    measured = soak.Measured("x", questions, memory, [5] * len(questions))
    assert measured.slope == pytest.approx(slope, abs=0.01)
    assert measured.row()["MB at most"] >= 600
