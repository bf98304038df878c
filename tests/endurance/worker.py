"""The command line with the scripted model's engine, in a process that is there to be killed.

``python -m tests.endurance.worker read book.md --model scripted.gguf`` is ``longread read …``;
``pull SIZE`` fetches a model from the hub that ``HF_ENDPOINT`` names.
"""

from __future__ import annotations

import atexit
import faulthandler
import os
import signal
import sys
from pathlib import Path

from longread import config

COMMIT_SECONDS = 0.05
"""Reading is committed so often that a kill within a second falls between two commits."""

KILL_AT = "ENDURANCE_KILL_AT"
"""The variable with the number of the write at which the process kills itself."""

COUNT = "ENDURANCE_COUNT"
"""The variable with the name of a file for how many writes there were."""


def _pull(size: int) -> None:
    from longread.engine.weights import pull
    from tests.quick.engine.local_hub import HUB, model_bytes, model_entry

    pull(model_entry(model_bytes(size), HUB))


def main() -> None:
    """The process."""
    # Of a command that hangs, this says where.
    faulthandler.register(signal.SIGUSR1)
    # Before any module has taken the number as its own.
    config.COMMIT_SECONDS = COMMIT_SECONDS
    from longread.engine import pipes
    from tests.endurance.engine import PROGRAM
    from tests.endurance.faults import CountedDisk, use_disk

    pipes._PROGRAM = PROGRAM
    if os.environ.get(KILL_AT) or os.environ.get(COUNT):
        disk = CountedDisk(kill_at=int(os.environ.get(KILL_AT, "0")))
        use_disk(disk)
        if name := os.environ.get(COUNT):
            atexit.register(lambda: Path(name).write_text(str(disk.count), "ascii"))
    if sys.argv[1] == "pull":
        _pull(int(sys.argv[2]))
        return
    from longread.cli.app import run

    run()


if __name__ == "__main__":
    main()
