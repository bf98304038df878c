"""The caps that tests run under see what they are there to see."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.caps import capped
from tests.hostile.harness import Place

SWELLS = "import time; kept = b'x' * 300_000_000; time.sleep(1)"


def test_memory_of_child_processes_counts() -> None:
    with pytest.raises(AssertionError, match="MB"), capped(memory=200_000_000):
        subprocess.run([sys.executable, "-c", SWELLS], check=True)


def test_memory_of_this_process_counts_beyond_what_it_had() -> None:
    def swell() -> int:
        kept = b"x" * 300_000_000
        time.sleep(0.2)
        return len(kept)

    with pytest.raises(AssertionError, match="MB"), capped(memory=200_000_000):
        swell()
    with capped(memory=200_000_000):
        time.sleep(0.1)


def test_time_counts() -> None:
    with pytest.raises(AssertionError, match=r"it took 0\.\d s"), capped(0.1):
        time.sleep(0.2)


def test_a_run_that_hangs_swells_or_strays_is_at_fault(tmp_path: Path) -> None:
    place = Place(tmp_path)
    hanging = place.watch([sys.executable, "-c", "import time; time.sleep(60)"], seconds=1)
    assert hanging.hung
    assert hanging.faults
    swelling = place.watch([sys.executable, "-c", SWELLS])
    assert swelling.peak > 250_000_000
    assert swelling.faults == []
    straying = place.watch([sys.executable, "-c", "import os; open('stray', 'w').close()"])
    assert any("stray" in fault for fault in straying.faults)
    native = place.watch(["touch", "native"])
    assert any(fault.endswith("/work/native") for fault in native.faults)
    failing = place.watch([sys.executable, "-c", "raise ValueError"])
    assert "traceback" in failing.faults
