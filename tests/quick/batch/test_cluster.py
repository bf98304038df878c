"""A batch on a Ray cluster of this machine: the same summaries, also where a worker dies."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from longread.batch.cluster import on_cluster
from longread.batch.work import Item, Order, Outcome
from longread.errors import UsageError
from longread.report.formats import Format
from longread.report.outline import Length
from tests.guard import ANY, allow
from tests.quick.batch.conftest import Command, Writer, kill_all, shelf, written
from tests.quick.engine.local_endpoint import LocalEndpoint

pytest.importorskip("ray", reason="Ray has no wheel for this Python")


@pytest.fixture(autouse=True)
def _between_processes(_no_trespass: None) -> None:
    """Ray's processes talk to each other."""
    allow(ANY)


def workers_at_work(pid: int) -> list[psutil.Process]:
    """Ray's worker processes that have a task; Ray writes it into their title."""
    found = []
    for process in psutil.Process(pid).children(recursive=True):
        try:
            if process.cmdline()[:1] == ["ray::_work"]:
                found.append(process)
        except psutil.Error:
            continue
    return found


def started(command: Command, writer: Writer, books: Path, out: Path) -> subprocess.Popen[str]:
    """A batch in the middle of its work; Ray itself does not always come up on a busy machine."""
    said = []
    for _ in range(3):
        writer.limit(20)
        process = command.start(books, out, "--ray", "local", "--threads", "1", "--resume")
        if writer.hangs(60):
            return process
        said.append(kill_all(process))
        writer.let_go()
    raise AssertionError(said)


def test_the_cluster_makes_the_same_though_a_worker_dies(
    command: Command, server: LocalEndpoint, writer: Writer, tmp_path: Path
) -> None:
    books = shelf(tmp_path / "books", 8, broken=1)
    code, _ = Command(tmp_path / "other", server).run(books, tmp_path / "whole")
    assert code == 3
    expected, out = written(tmp_path / "whole"), tmp_path / "out"
    process = started(command, writer, books, out)
    (killed, *_) = workers_at_work(process.pid)
    killed.kill()
    assert len(written(out)) < 8
    writer.let_go()
    _, said = process.communicate(timeout=120)
    assert process.returncode == 3, said
    assert "broken-0.pdf" in said
    assert "Traceback" not in said
    assert written(out) == expected


@pytest.mark.parametrize(
    ("address", "name", "said"),
    [
        ("127.0.0.1:1", "book.md", "No Ray cluster answers"),
        ("local", "The Title", "no file"),
    ],
)
def test_what_cannot_be_is_said(tmp_path: Path, address: str, name: str, said: str) -> None:
    (tmp_path / "book.md").write_text("# Tide\n\nThe tide.\n", "utf-8")
    order = Order(Length.PAGE, Format.MARKDOWN)
    with pytest.raises(UsageError, match=said):
        list(on_cluster([Item(str(tmp_path / name), "book.md")], order, address))


class Cluster:
    """As much of Ray as a batch asks for; each task is done as soon as it is there."""

    def init(self, **options: object) -> None:
        pass

    shutdown = init

    def nodes(self) -> list[dict[str, object]]:
        return [{"Alive": True, "Resources": {"CPU": 2}}]

    def cluster_resources(self) -> dict[str, float]:
        return {}

    def remote(self, **options: object) -> Callable[[object], object]:
        return lambda work: SimpleNamespace(remote=lambda item, *rest: item)

    def put(self, data: bytes) -> bytes:
        return data

    def wait(self, waiting: list[Item], timeout: float) -> tuple[list[Item], list[Item]]:
        return waiting, []

    def get(self, item: Item) -> Outcome:
        return Outcome(item)


def test_a_file_that_cannot_be_read_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [Item(str(tmp_path / name), name) for name in ("a.md", "b.md")]
    for item in items:
        Path(item.name).write_text("# Tide\n\nThe tide.\n", "utf-8")
    whole = Path.read_bytes

    def read(file: Path) -> bytes:
        if file.name == "a.md":
            raise PermissionError(13, "Permission denied")
        return whole(file)

    monkeypatch.setattr("longread.batch.cluster._ray", Cluster)
    monkeypatch.setattr(Path, "read_bytes", read)
    done = list(on_cluster(items, Order(Length.PAGE, Format.MARKDOWN), "local"))
    assert [outcome.item for outcome in done] == items
    assert "Permission denied" in str(done[0].error)
    assert done[1].error is None
