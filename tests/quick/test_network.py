"""Offline is a promise: what needs the network is refused, and nothing else gets around it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from longread import network
from longread.batch.cluster import on_cluster
from longread.batch.work import Order
from longread.config import paths
from longread.engine.endpoint import EndpointModel
from longread.engine.weights import pull
from longread.errors import Offline, UsageError
from longread.report.formats import Format
from longread.report.outline import Length
from tests.quick.cli.test_command_line import longread
from tests.quick.engine.local_hub import HUB, model_bytes, model_entry, serve

CONNECTS = """
import socket, sys
from longread import network
network.{call}()
try:
    socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=5).close()
    print("connected")
except PermissionError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("value", "offline"), [("1", True), ("yes", True), ("0", False), ("off", False), ("", False)]
)
def test_the_variable_switches_it_off(
    monkeypatch: pytest.MonkeyPatch, value: str, offline: bool
) -> None:
    monkeypatch.setenv(network.OFFLINE, value)
    assert network.is_offline() is offline


def test_the_setting_holds_whatever_the_variable_says(monkeypatch: pytest.MonkeyPatch) -> None:
    paths().settings.write_text("offline = true\n", "utf-8")
    monkeypatch.setenv(network.OFFLINE, "0")
    assert network.is_offline()


def test_settings_that_cannot_be_read_do_not_open_the_network() -> None:
    paths().settings.write_text("offline = maybe\n", "utf-8")
    with pytest.raises(UsageError, match="not valid TOML"):
        network.require("A model")


def _pull() -> None:
    pull(model_entry(model_bytes(), HUB))


def _endpoint() -> None:
    EndpointModel("http://127.0.0.1:9/v1")


def _cluster() -> None:
    list(on_cluster([], Order(Length.PAGE, Format.MARKDOWN), "local"))


@pytest.mark.parametrize("use", [_pull, _endpoint, _cluster])
def test_what_needs_the_network_is_refused_with_a_code(
    monkeypatch: pytest.MonkeyPatch, use: Callable[[], None]
) -> None:
    monkeypatch.setenv(network.OFFLINE, "1")
    with pytest.raises(Offline, match="needs the network") as caught:
        use()
    assert (caught.value.code, caught.value.exit_code) == ("offline", 2)
    assert "config.toml" in caught.value.hint


@pytest.mark.parametrize("call", ["go_offline", "stay_offline"])
def test_no_library_connects_either(monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.setenv(network.OFFLINE, "1")
    with serve(b"") as server:
        port = server.address.rpartition(":")[2]
        command = [sys.executable, "-c", CONNECTS.format(call=call), port]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "longread is offline\n"


def test_a_process_that_was_not_told_may_connect() -> None:
    with serve(b"") as server:
        port = server.address.rpartition(":")[2]
        command = [sys.executable, "-c", CONNECTS.format(call="stay_offline"), port]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "connected\n"


def test_the_option_refuses_an_endpoint_and_answers_what_needs_none(tmp_path: Path) -> None:
    book = tmp_path / "b.txt"
    book.write_text("The lamp is lit at nine. The lamp goes out.", "utf-8")
    home = tmp_path / "home"
    with serve(b"") as server:
        refused = longread(
            *("--offline", "ask", str(book), "Why is the lamp lit?", "--json"),
            *("--endpoint", f"{server.address}/v1", "--embedder", "none"),
            home=home,
        )
        assert server.asked == []
    assert refused.returncode == 2
    assert json.loads(refused.stdout.splitlines()[-1])["code"] == "offline"
    question = "How many times is the lamp mentioned?"
    counted = longread("--offline", "ask", str(book), question, "--embedder", "none", home=home)
    assert counted.returncode == 0, counted.stderr
    assert "occurs twice" in counted.stdout


def test_the_option_may_stand_behind_the_command(tmp_path: Path) -> None:
    done = longread("models", "pull", "--default", "--yes", "--offline", home=tmp_path)
    assert done.returncode == 2
    assert "longread is offline" in done.stderr


def test_behind_two_dashes_the_option_is_what_is_looked_for(tmp_path: Path) -> None:
    book = tmp_path / "b.txt"
    book.write_text("Whoever is offline reads on.", "utf-8")
    typed = ("search", str(book), "--embedder", "none", "--", "--offline")
    done = longread(*typed, home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert "Whoever is offline" in done.stdout


def test_the_option_refuses_to_fetch_a_model_before_it_looks_for_one(tmp_path: Path) -> None:
    done = longread("--offline", "models", "pull", "--default", "--yes", home=tmp_path)
    assert done.returncode == 2
    assert "offline" in done.stderr
    assert "Looking which model" not in done.stderr


def test_doctor_says_it(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("offline = true\n", "utf-8")
    done = longread("doctor", "--json", home=tmp_path)
    found = {item["subject"]: item["text"] for item in map(json.loads, done.stdout.splitlines())}
    assert found["network"] == "offline: nothing connects"
