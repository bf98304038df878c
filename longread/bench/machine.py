"""Facts about the machine that a measurement is worth nothing without."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from longread.engine.machine import processor_name


@dataclass(frozen=True, slots=True)
class Machine:
    """``cores`` are those this process may use; ``memory_bytes`` is all that is built in."""

    cores: int
    processor: str
    memory_bytes: int
    system: str
    python: str
    date: str

    def as_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        return asdict(self)

    def __str__(self) -> str:
        """One line for a report."""
        memory = self.memory_bytes / 2**30
        return (
            f"{self.cores} cores of {self.processor}, {memory:.0f} GB, {self.system}, "
            f"Python {self.python}, {self.date}"
        )


def this_machine() -> Machine:
    """Look at the machine this runs on."""
    import psutil

    usable = getattr(os, "sched_getaffinity", None)
    return Machine(
        cores=len(usable(0)) if usable else os.cpu_count() or 1,
        processor=processor_name(),
        memory_bytes=psutil.virtual_memory().total,
        system=f"{platform.system()} {platform.machine()}",
        python=platform.python_version(),
        date=datetime.now(UTC).date().isoformat(),
    )


def resident_bytes(pid: int | None = None, *, with_children: bool = False) -> int:
    """Resident memory of a process, this one by default, and of all that it started, such as
    the model's; pages that several of them share count each time. 0 where it is gone."""
    import psutil

    total = 0
    try:
        parent = psutil.Process(pid)
        for process in (parent, *(parent.children(recursive=True) if with_children else ())):
            total += process.memory_info().rss
    except psutil.Error:
        pass
    return total
