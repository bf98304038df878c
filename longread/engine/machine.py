"""What the machine offers: cores, memory, and the settings that follow from them."""

from __future__ import annotations

import ctypes
import os
import platform
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

DEFAULT_CONTEXT = 8192
"""Context in tokens where memory allows and the model was trained for it."""

LEAST_CONTEXT = 2048
"""Context in tokens below which memory does not shrink the default: evidence and an answer
would no longer fit."""

CONTEXT_SHARE = 0.5
"""Part of the memory left beside the weights that the default context may take."""

BATCH = 512
"""Tokens decoded at once."""

_CONTROL_GROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Machine:
    """Facts about this machine. Memory in bytes, within the container's limit."""

    system: str
    processor: str
    cores: int
    memory: int
    available: int


def describe_machine() -> Machine:
    """Look at the machine, containers' limits included."""
    import psutil

    memory = psutil.virtual_memory()
    limit, used = _control_group_memory()
    total = min(memory.total, limit or memory.total)
    free = max(0, limit - used) if limit else memory.available
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        processor=processor_name(),
        cores=usable_cores(),
        memory=total,
        available=min(memory.available, free),
    )


def usable_cores() -> int:
    """Physical cores that this process may use."""
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    physical = psutil.cpu_count(logical=False) or allowed or 1
    return max(1, min(allowed or physical, physical, _control_group_cores() or physical))


def give_back_memory() -> None:
    """Give the system what the C library keeps of freed memory, where it can: what lies between
    pieces that are in use it otherwise keeps for ever."""
    if sys.platform == "linux":
        # Not every C library of Linux has it.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _control_group_cores() -> int:
    """Cores of the container's quota, rounded; 0 without one."""
    try:
        quota, period = (_CONTROL_GROUP / "cpu.max").read_text("ascii").split()
        return 0 if quota == "max" else max(1, round(int(quota) / int(period)))
    except (OSError, ValueError, ZeroDivisionError):
        return 0


def _control_group_memory() -> tuple[int, int]:
    """The container's limit and what it uses of it, caches that can be dropped left out;
    zeros without a limit."""
    try:
        limit = int((_CONTROL_GROUP / "memory.max").read_text("ascii"))
        used = int((_CONTROL_GROUP / "memory.current").read_text("ascii"))
        counts = dict(
            line.split()
            for line in (_CONTROL_GROUP / "memory.stat").read_text("ascii").splitlines()
        )
    except (OSError, ValueError):
        return 0, 0
    return limit, max(0, used - int(counts.get("inactive_file", 0)))


def processor_name() -> str:
    """What the processor calls itself."""
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or "unknown processor"


def choose_context(trained: int, token_bytes: int, spare_bytes: int, wanted: int = 0) -> int:
    """Context in tokens: what is wanted, else the default, within what was trained.

    The default is halved until its keys and values, of ``token_bytes`` a token, fit into
    their share of ``spare_bytes``.
    """
    size = wanted or DEFAULT_CONTEXT
    if not wanted:
        while size > LEAST_CONTEXT and size * token_bytes > spare_bytes * CONTEXT_SHARE:
            size //= 2
    return min(size, trained) if trained else size
