"""For every test: a home of its own, so that nothing touches the user's folders, and no socket
that the test did not allow, in this process and in those that it starts."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guard import SOCKETS, TRESPASS, sitecustomize, take_trespasses, watched

__all__ = ["sitecustomize"]

# A shell starts background jobs with Ctrl-C ignored, and what tests start would inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def _watched(tmp_path_factory: pytest.TempPathFactory) -> None:
    trespass = tmp_path_factory.mktemp("trespass")
    os.environ.update(watched(os.environ, trespass))
    os.environ.setdefault(SOCKETS, "")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home: Path = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LONGREAD_HOME", str(home))
    for name in ("LONGREAD_API_KEY", "LONGREAD_OFFLINE", "HF_TOKEN", "HF_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _no_trespass(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    # What the test allows is allowed to it alone.
    monkeypatch.setenv(SOCKETS, os.environ[SOCKETS])
    yield
    assert take_trespasses(Path(os.environ[TRESPASS])) == []
