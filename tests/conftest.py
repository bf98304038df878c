"""For every test: a home of its own, so that nothing touches the user's folders, and no socket
that the test did not allow, in this process and in those that it starts. For those that the table
of faults names: caps of time and memory."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.caps import MOST_HOSTILE_BYTES, capped
from tests.guard import SOCKETS, TRESPASS, sitecustomize, take_trespasses, watched
from tests.table_of_faults import named_tests

__all__ = ["sitecustomize"]

# On a busy machine, a deadline of a fifth of a second tells nothing of the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

# A shell starts background jobs with Ctrl-C ignored, and what tests start would inherit it.
signal.signal(signal.SIGINT, signal.default_int_handler)

MOST_TEST_SECONDS = 600.0
"""Wall-clock time that a test of the table may take, on a busy machine; its cases have caps of
their own."""


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


@pytest.fixture(autouse=True)
def _capped(request: pytest.FixtureRequest) -> Iterator[None]:
    path = request.node.path.relative_to(Path(__file__).parent).as_posix()
    if (path, request.node.originalname) not in named_tests():
        yield
        return
    # A test may make a case of each of many values.
    with capped(MOST_TEST_SECONDS, MOST_HOSTILE_BYTES):
        yield
