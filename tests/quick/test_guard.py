"""The tests' own guard sees what it is there to see, in this process and in others."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.guard import TRESPASS, WRITES, allow, take_trespasses


def trespasses() -> list[str]:
    """What was noted since the last look, without the processes' numbers."""
    found = take_trespasses(Path(os.environ[TRESPASS]))
    return [item.partition(" ")[2] for item in found]


def test_a_connection_that_no_test_allowed_is_refused_and_noted() -> None:
    with socket.socket() as one:
        with pytest.raises(PermissionError, match="no test allowed this"):
            one.connect(("127.0.0.1", 9))
        with pytest.raises(PermissionError):
            one.bind(("127.0.0.1", 0))
    with pytest.raises(PermissionError):
        socket.getaddrinfo("name.invalid", 80)
    assert trespasses() == [
        "socket.bind 127.0.0.1:0",
        "socket.connect 127.0.0.1:9",
        "socket.getaddrinfo name.invalid:80",
    ]


def test_an_address_is_allowed_as_a_whole() -> None:
    allow("127.0.0.1:99")
    with socket.socket() as one, pytest.raises(PermissionError):
        one.connect(("127.0.0.1", 9))
    assert trespasses() == ["socket.connect 127.0.0.1:9"]


@pytest.mark.parametrize(
    "how",
    ["socket.create_connection(('127.0.0.1', 9))", "urllib.request.urlopen('http://x.invalid')"],
)
def test_processes_that_a_test_starts_are_watched(how: str) -> None:
    code = f"import socket, urllib.request\ntry:\n    {how}\nexcept Exception:\n    pass"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    (noted,) = trespasses()
    assert noted.startswith("socket.getaddrinfo")


def test_files_outside_of_the_named_folders_are_refused_and_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    monkeypatch.setenv(WRITES, str(inside))
    (inside / "file").write_text("x")
    (inside / "file").rename(inside / "other")
    refusals = 0
    acts: list[Callable[[], object]] = [
        outside.touch,
        outside.mkdir,
        lambda: outside.symlink_to(inside),
    ]
    for act in acts:
        try:
            act()
        except PermissionError:
            refusals += 1
    with pytest.raises(PermissionError):
        (inside / ".." / "outside").write_text("x")
    monkeypatch.delenv(WRITES)
    assert refusals == 3
    assert [Path(item.partition(" ")[2]).name for item in trespasses()] == ["outside"] * 3
    assert not outside.exists()
