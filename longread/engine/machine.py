"""What the machine offers: cores, memory, and the settings that follow from them."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

DEFAULT_CONTEXT = 8192
"""Context in tokens where memory allows and the model was trained for it."""

SMALL_CONTEXT = 4096
"""Context in tokens on a machine with little memory."""

LITTLE_MEMORY_BYTES = 4 * 2**30
"""Below this much available memory the small context is taken."""

BATCH = 512
"""Tokens decoded at once; small enough that a stop is obeyed within a second."""


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
    limit = _control_group_memory() or memory.total
    return Machine(
        system=f"{platform.system()} {platform.machine()}",
        processor=_processor_name(),
        cores=usable_cores(),
        memory=min(memory.total, limit),
        available=min(memory.available, limit),
    )


def usable_cores() -> int:
    """Physical cores that this process may use."""
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    physical = psutil.cpu_count(logical=False) or allowed or 1
    return max(1, min(allowed or physical, physical, _control_group_cores() or physical))


def _control_group_cores() -> int:
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        return 0 if quota == "max" else max(1, round(int(quota) / int(period)))
    except (OSError, ValueError):
        return 0


def _control_group_memory() -> int:
    try:
        return int(Path("/sys/fs/cgroup/memory.max").read_text("ascii"))
    except (OSError, ValueError):
        return 0


def _processor_name() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def choose_context(trained: int, wanted: int = 0) -> int:
    """Context in tokens: what is wanted, else the default, within what was trained."""
    if wanted:
        return min(wanted, trained) if trained else wanted
    little = describe_machine().available < LITTLE_MEMORY_BYTES
    size = SMALL_CONTEXT if little else DEFAULT_CONTEXT
    return min(size, trained) if trained else size
