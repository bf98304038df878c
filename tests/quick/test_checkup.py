"""What doctor looks at, where something is not as it should be."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from longread import checkup


def test_a_drive_that_is_not_there_ends_the_look_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = count()

    def exists(path: Path) -> bool:
        assert next(looks) < 1_000, "it looks for ever"
        return False

    with monkeypatch.context() as patched:
        patched.setattr(Path, "exists", exists)
        found = list(checkup._disk())
    assert [one.subject for one in found] == ["disk"]
