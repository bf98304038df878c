"""Measurements of other processes: one that ends too soon, and one that is to end with us."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from longread.bench import crashes, latency
from longread.errors import LimitExceeded


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such terminals")
@pytest.mark.parametrize("said", ["", "Ask anything"])
def test_a_reader_that_ends_before_it_is_measured_is_said(said: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", f"print({said!r})"]
    with pytest.raises(LimitExceeded, match="ended before"):
        latency._measure(command, (80, 24), None, str(tmp_path), 20, None, reads=False)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_ctrl_c_ends_the_reading_pass_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Interrupted(subprocess.Popen[bytes]):
        def wait(self, timeout: float | None = None) -> int:
            if self not in started:
                started.append(self)
                raise KeyboardInterrupt
            return super().wait(timeout)

    # A model that never comes.
    os.mkfifo(tmp_path / "model.gguf")
    (tmp_path / "text.txt").write_text("The lamp is lit at nine.", "utf-8")
    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    reading = crashes.Pass(tmp_path / "model.gguf", tmp_path / "text.txt")
    with pytest.raises(KeyboardInterrupt):
        crashes.run(reading, tmp_path)
    (process,) = started
    assert process.returncode is not None
