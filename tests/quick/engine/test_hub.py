from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from longread.engine import hub
from longread.engine.partial import PartialFile, Patience, Pull
from longread.errors import Cancelled, DownloadFailed
from tests.quick.engine.local_hub import (
    HUB,
    HUB_PATH,
    QUICK,
    LocalHub,
    isolate,
    model_bytes,
    serve,
    wait_until,
)

DATA = model_bytes()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalHub]:
    isolate(monkeypatch)
    with serve(DATA) as running:
        monkeypatch.setenv("HF_ENDPOINT", running.address + "/")
        yield running


class Fetch:
    """One pull from the hub, with everything it said."""

    def __init__(self, folder: Path, patience: Patience = QUICK) -> None:
        self.events: list[str] = []
        self.progress: list[int] = []
        self.part = PartialFile(folder / "small.gguf")
        self.pull = Pull(
            len(DATA),
            lambda done, _total: self.progress.append(done),
            self.events.append,
            threading.Event(),
            patience,
        )

    def run(self) -> bytes:
        hub.fetch(HUB, self.part, self.pull)
        return self.part.path.read_bytes()


def test_a_whole_file_comes_from_the_endpoint(server: LocalHub, tmp_path: Path) -> None:
    fetch = Fetch(tmp_path)
    assert fetch.run() == DATA
    assert [path for path, _ in server.asked] == [HUB_PATH]
    assert fetch.progress == sorted(fetch.progress)
    assert fetch.progress[-1] == len(DATA)
    assert "authorization" not in server.asked[0][1]


def test_the_token_goes_to_the_hub_and_not_to_where_it_redirects(
    server: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    with serve(DATA) as store:
        server.redirect_to = store.address
        assert Fetch(tmp_path).run() == DATA
    assert server.asked[0][1]["authorization"] == "Bearer hf_secret"
    assert store.asked[0][0] == "/blob"
    assert "authorization" not in store.asked[0][1]


def test_a_broken_transfer_goes_on_where_it_broke(server: LocalHub, tmp_path: Path) -> None:
    server.cut_after = [100_000, 50_000]
    fetch = Fetch(tmp_path)
    assert fetch.run() == DATA
    ranges = [headers.get("range") for _, headers in server.asked]
    assert ranges == [None, "bytes=100000-", "bytes=150000-"]
    assert server.asked[1][1]["if-range"] == server.etag
    assert len(fetch.events) == 2
    assert all("trying again" in event for event in fetch.events)


def test_a_transfer_that_keeps_breaking_is_given_up_with_its_bytes_kept(
    server: LocalHub, tmp_path: Path
) -> None:
    server.cut_after = [100_000, 0, 0, 0]
    fetch = Fetch(tmp_path)
    with pytest.raises(DownloadFailed):
        fetch.run()
    assert fetch.part.path.read_bytes() == DATA[:100_000]
    assert len(server.asked) == 3


def test_a_stopped_pull_is_resumed_by_the_next(server: LocalHub, tmp_path: Path) -> None:
    server.cut_after = [100_000, 0, 0]
    with pytest.raises(DownloadFailed):
        Fetch(tmp_path).run()
    server.asked.clear()
    assert Fetch(tmp_path).run() == DATA
    assert [headers["range"] for _, headers in server.asked] == ["bytes=100000-"]


def test_a_server_that_ignores_ranges_starts_over(server: LocalHub, tmp_path: Path) -> None:
    server.ranges = False
    server.cut_after = [100_000]
    fetch = Fetch(tmp_path)
    assert fetch.run() == DATA
    assert any("starting from its beginning" in event for event in fetch.events)


def test_a_file_that_changed_meanwhile_starts_over(server: LocalHub, tmp_path: Path) -> None:
    fetch = Fetch(tmp_path)
    fetch.part.path.write_bytes(b"older bytes" * 1000)
    fetch.part.note(HUB.key, etag='"older"')
    assert fetch.run() == DATA
    assert server.asked[0][1]["if-range"] == '"older"'


def test_a_partial_file_longer_than_the_hub_allows_starts_over(
    server: LocalHub, tmp_path: Path
) -> None:
    fetch = Fetch(tmp_path)
    fetch.part.path.write_bytes(b"x" * 1000)
    server.statuses = [416]
    assert fetch.run() == DATA
    assert "range" not in server.asked[1][1]


def test_another_size_is_refused_before_anything_is_written(
    server: LocalHub, tmp_path: Path
) -> None:
    server.data = DATA + b"more"
    fetch = Fetch(tmp_path)
    with pytest.raises(DownloadFailed, match="300,004 bytes instead of 300,000"):
        fetch.run()
    assert fetch.part.length == 0


@pytest.mark.parametrize(
    ("status", "says"), [(401, "asks for a login"), (403, "refuses"), (404, "does not have")]
)
def test_a_refusal_is_final_and_said(
    status: int, says: str, server: LocalHub, tmp_path: Path
) -> None:
    server.statuses = [status]
    with pytest.raises(DownloadFailed, match=says) as caught:
        Fetch(tmp_path).run()
    assert ("HF_TOKEN" in caught.value.hint) == (status != 404)
    assert len(server.asked) == 1


def test_a_busy_hub_is_asked_again(server: LocalHub, tmp_path: Path) -> None:
    server.statuses = [503, 429]
    assert Fetch(tmp_path).run() == DATA


def test_a_hub_that_accepts_and_never_answers_is_given_up_on_time(
    server: LocalHub, tmp_path: Path
) -> None:
    server.hang = True
    begin = time.monotonic()
    with pytest.raises(DownloadFailed, match="in time"):
        Fetch(tmp_path, replace(QUICK, connect_seconds=0.5, stall_seconds=20)).run()
    assert time.monotonic() - begin < 15


def test_a_hub_that_refuses_connections_is_given_up_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    isolate(monkeypatch)
    with serve(DATA) as gone:
        monkeypatch.setenv("HF_ENDPOINT", gone.address)
    fetch = Fetch(tmp_path)
    with pytest.raises(DownloadFailed, match=r"127\.0\.0\.1 could not be reached"):
        fetch.run()
    assert fetch.events == []


def test_a_server_that_falls_silent_is_asked_again(server: LocalHub, tmp_path: Path) -> None:
    server.slow = 10
    fetch = Fetch(tmp_path, replace(QUICK, stall_seconds=0.3))

    def recover() -> None:
        wait_until(lambda: fetch.events)
        server.slow = 0

    thread = threading.Thread(target=recover)
    thread.start()
    assert fetch.run() == DATA
    thread.join()
    assert "fell silent" in fetch.events[0]


def test_cancelling_ends_a_slow_transfer_within_a_second(server: LocalHub, tmp_path: Path) -> None:
    server.slow = 5
    fetch = Fetch(tmp_path, replace(QUICK, stall_seconds=20))
    stopped: list[float] = []

    def stop() -> None:
        wait_until(lambda: fetch.progress)
        stopped.append(time.monotonic())
        fetch.pull.cancel.set()

    thread = threading.Thread(target=stop)
    thread.start()
    with pytest.raises(Cancelled):
        fetch.run()
    thread.join()
    assert time.monotonic() - stopped[0] < 10
    kept = fetch.part.path.read_bytes()
    assert kept
    assert DATA.startswith(kept)


def test_a_proxy_from_the_environment_is_used(
    server: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    monkeypatch.setenv("HTTP_PROXY", server.address)
    assert Fetch(tmp_path).run() == DATA
    assert server.asked[0][0] == "http://hub.invalid" + HUB_PATH


@pytest.mark.parametrize("address", ["ftp://hub.invalid", "hub.invalid", "https://", "http://[::1"])
def test_an_endpoint_that_is_no_address_is_said(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch)
    monkeypatch.setenv("HF_ENDPOINT", address)
    with pytest.raises(DownloadFailed, match="HF_ENDPOINT"):
        Fetch(tmp_path).run()
    assert not hub.hub_reachable(1, HUB)


def test_a_login_in_the_endpoint_is_never_shown(
    server: LocalHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", server.address.replace("//", "//me:secret@"))
    server.statuses = [404]
    with pytest.raises(DownloadFailed) as caught:
        Fetch(tmp_path).run()
    assert "secret" not in str(caught.value)


def test_reachable_means_that_the_file_itself_comes(server: LocalHub) -> None:
    assert hub.hub_reachable(1, HUB)
    assert server.asked[0][1]["range"] == "bytes=0-3"
    with serve(DATA) as gone:
        server.redirect_to = gone.address
    assert not hub.hub_reachable(1, HUB)


def test_a_login_page_in_the_hubs_place_is_not_reachable(server: LocalHub) -> None:
    server.data = b"<html>Please log in to this network</html>"
    assert not hub.hub_reachable(1, HUB)


def test_a_hanging_hub_is_not_reachable(server: LocalHub) -> None:
    server.hang = True
    begin = time.monotonic()
    assert not hub.hub_reachable(0.3, HUB)
    assert time.monotonic() - begin < 10
