"""What doctor looks at, where something is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from longread import checkup
from longread.config import paths
from longread.memory.library import Library
from tests.quick.engine.local_endpoint import serving


def test_whatever_fails_becomes_a_finding_behind_those_before_it() -> None:
    def _two_things() -> Iterator[checkup.Finding]:
        yield checkup.Finding("ok", "one", "is there")
        raise RuntimeError("no \x1b[31msuch thing")

    first, second = checkup._guarded(_two_things)
    assert (first.state, first.subject) == ("ok", "one")
    assert (second.state, second.subject) == ("problem", "two things")
    assert second.text == "RuntimeError: no such thing"


def test_a_library_that_can_only_be_read_is_said_to_be_so() -> None:
    place = paths().library
    Library.open(place).close()
    place.with_name(f"{place.name}-shm").symlink_to("nowhere")
    states = {one.text: one.state for one in checkup._library() if one.subject == "library"}
    assert list(states.values()) == ["problem", "ok"]
    assert "cannot be written" in next(iter(states))


def test_an_endpoint_is_asked_whether_it_is_there() -> None:
    with serving() as server:
        paths().settings.write_text(f'endpoint = "{server.url}"\n', "utf-8")
        (found,) = checkup._guarded(checkup._reading)
        assert (found.state, server.paths) == ("ok", ["/v1/models"])
        assert "tiny answers at the endpoint, within 4,096 tokens" in found.text
    (found,) = checkup._guarded(checkup._reading)
    assert found.state == "problem"
    assert "could not be reached" in found.text


def test_a_drive_that_is_not_there_ends_the_look_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = count()

    def exists(path: Path) -> bool:
        assert next(looks) < 1_000, "it looks for ever"
        return False

    with monkeypatch.context() as patched:
        patched.setattr(Path, "exists", exists)
        found = list(checkup._disk())
    assert [one.subject for one in found] == ["disk"]


def test_what_keeps_several_things_from_being_looked_at_is_said_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LONGREAD_HOME", str(tmp_path))
    (tmp_path / "config.toml").write_text("model = [", "utf-8")
    found = list(checkup.examine())
    problems = [one.subject for one in found if "TOML" in one.text]
    assert problems == ["settings"]
    assert [one.subject for one in found if one.text.endswith(": see settings")] == [
        "network",
        "models",
        "reading",
        "embedder",
    ]
