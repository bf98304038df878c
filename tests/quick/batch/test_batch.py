"""Batches that are killed, interrupted, and done by several at a time."""

from __future__ import annotations

from ctypes import c_byte
from pathlib import Path

import psutil
import pytest

from longread.batch.work import Order
from longread.batch.workers import _Worker
from longread.report.formats import Format
from longread.report.outline import Length
from longread.workspace import Workspace
from tests.quick.batch.conftest import Command, Writer, interrupt, kill_all, shelf, until, written
from tests.quick.engine.local_endpoint import LocalEndpoint


@pytest.fixture
def undisturbed(server: LocalEndpoint, tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """Twenty documents, two of them broken, and what becomes of them when nothing happens."""
    books = shelf(tmp_path / "books", 18, broken=2)
    code, said = Command(tmp_path / "other", server).run(books, tmp_path / "whole")
    assert code == 3
    assert said.count("failed: ") == 2
    made = written(tmp_path / "whole")
    assert len(made) == 18
    assert all("Vera Holt carries the lantern" in text for text in made.values())
    return books, made


def test_a_batch_that_was_killed_twice_ends_as_if_nothing_had_happened(
    command: Command, writer: Writer, undisturbed: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    (books, expected), out = undisturbed, tmp_path / "out"
    made = [0]
    for replies, jobs in ((30, "1"), (30, "2")):
        writer.limit(replies)
        process = command.start(books, out, "--resume", "--jobs", jobs)
        writer.wait_until_it_hangs()
        kill_all(process)
        made.append(len(written(out)))
    assert 0 < made[1] < made[2] < 18
    writer.let_go()
    code, said = command.run(books, out, "--resume", "--jobs", "2")
    assert code == 3
    assert f"{made[2]} of 20 are there already" in said
    assert "failed: " in said
    assert said.count("broken-0.pdf") == said.count("broken-1.pdf") > 0
    assert written(out) == expected


def test_ctrl_c_stops_all_of_them(command: Command, writer: Writer, tmp_path: Path) -> None:
    books, out = shelf(tmp_path / "books", 12), tmp_path / "out"
    writer.limit(30)
    process = command.start(books, out, "--jobs", "2")
    writer.wait_until_it_hangs()
    workers = psutil.Process(process.pid).children(recursive=True)
    interrupt(process)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in said
    until(lambda: not any(worker.is_running() for worker in workers), 10)
    writer.let_go()
    assert 0 < len(written(out)) < 12
    code, _ = command.run(books, out, "--resume")
    assert code == 0
    assert len(written(out)) == 12


def test_work_that_was_interrupted_may_keep_what_it_has() -> None:
    order = Order(Length.PAGE, Format.TEXT)
    worker = _Worker(order, Workspace(), shares=[], stopped=c_byte(1), busy=True)
    kept = []

    def work() -> None:
        try:
            worker.interrupted()
        finally:
            worker.interrupted()
            kept.append("what was read")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert kept


def test_a_worker_that_dies_is_replaced(command: Command, writer: Writer, tmp_path: Path) -> None:
    books, out = shelf(tmp_path / "books", 10), tmp_path / "out"
    writer.limit(30)
    process = command.start(books, out, "--jobs", "2")
    writer.wait_until_it_hangs()
    workers = [
        child
        for child in psutil.Process(process.pid).children(recursive=True)
        if "spawn_main" in " ".join(child.cmdline())
    ]
    assert len(workers) == 2
    assert 0 < len(written(out)) < 10
    workers[0].kill()
    writer.let_go()
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert len(written(out)) == 10


def test_what_makes_no_sense_together_is_said(command: Command, tmp_path: Path) -> None:
    books = shelf(tmp_path / "books", 2)
    code, said = command.run(books, tmp_path / "out", "--jobs", "2", "--ray", "local")
    assert code == 2
    assert "Name one" in said
