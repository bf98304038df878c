"""The command line: one module a command, no logic."""

from __future__ import annotations

import signal
import sys

_STOPPED = 128
"""With the number of a signal added, the exit code of what it stopped, as shells have it."""


def main() -> None:
    """Run ``longread``. What asks a process to end, as a batch system does, or a terminal that is
    closed, stops it as Ctrl-C does: what was done is kept, and the terminal left as it was."""
    heard = [signal.SIGINT]

    def stop(number: int, _frame: object) -> None:
        heard.append(signal.Signals(number))
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        # Not every system has each; and what is ignored, as behind nohup, stays so.
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, stop)
    try:
        # What it needs takes a moment to load, in which it can be stopped too.
        from longread.cli.app import run

        run()
    except KeyboardInterrupt:
        pass
    except SystemExit as leaving:
        if leaving.code != _STOPPED + signal.SIGINT:
            raise
    else:
        return
    sys.exit(_STOPPED + heard[-1])
