"""Settings that follow from the machine."""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import pytest

from longread.engine import machine

GIGABYTE = 2**30


@pytest.mark.parametrize(
    ("trained", "spare", "wanted", "size"),
    [
        (32768, 8 * GIGABYTE, 0, 8192),
        (2048, 8 * GIGABYTE, 0, 2048),
        (32768, GIGABYTE, 0, 2048),
        (32768, 2 * GIGABYTE, 0, 4096),
        (32768, 0, 0, 2048),
        (32768, 0, 16384, 16384),
        (4096, 8 * GIGABYTE, 16384, 4096),
        (0, 8 * GIGABYTE, 0, 8192),
    ],
)
def test_the_context_fits_memory_and_training(
    trained: int, spare: int, wanted: int, size: int
) -> None:
    token_bytes = 147_456
    assert machine.choose_context(trained, token_bytes, spare, wanted) == size


_GAPS = """
import psutil
from longread.engine import machine

own = lambda: psutil.Process().memory_info().rss // 2**20
before = own()
pieces = [b"x" * 100_000 for _ in range(2_000)]
# Every hundredth stays, so that none of the heap can simply be cut off.
kept = pieces[99::100]
del pieces
held = own()
machine.give_back_memory()
print(held - before, own() - before)
"""


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"),
    reason="only the GNU C library can be told to",
)
def test_freed_memory_is_given_back() -> None:
    said = subprocess.run([sys.executable, "-c", _GAPS], capture_output=True, check=True, text=True)
    held, left = map(int, said.stdout.split())
    assert held > 150
    assert left < 30


def test_the_machine_is_described_within_its_bounds() -> None:
    found = machine.describe_machine()
    assert found.cores >= 1
    assert 0 < found.available <= found.memory
    assert found.system
    assert found.processor


def test_a_containers_limits_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "cpu.max": "50000 100000",
        "memory.max": str(GIGABYTE),
        "memory.current": str(GIGABYTE // 2),
        "memory.stat": f"anon 1\ninactive_file {GIGABYTE // 4}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(machine, "_CONTROL_GROUP", tmp_path)
    found = machine.describe_machine()
    assert found.cores == 1
    assert found.memory == GIGABYTE
    assert found.available <= GIGABYTE * 3 // 4


def test_a_container_without_limits_has_the_machines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpu.max").write_text("max 100000")
    (tmp_path / "memory.max").write_text("max")
    monkeypatch.setattr(machine, "_CONTROL_GROUP", tmp_path)
    found = machine.describe_machine()
    monkeypatch.setattr(machine, "_CONTROL_GROUP", tmp_path / "none")
    assert found.memory == machine.describe_machine().memory
