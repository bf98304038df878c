"""Gives the terminal back where the reader's process ends without doing so itself.

A crash in native code, or the system's killer of large processes, leaves no time for that: the
shell would be on a screen that shows nothing of what is typed. So a small process holds the
terminal's state, and puts it back when the reader is gone without having said goodbye.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_RESTORE = (
    "\x1b[?1049l\x1b[?25h\x1b[?7h"  # the shell's own screen, with a cursor
    "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1016l"  # no mouse
    "\x1b[?1004l\x1b[?2004l\x1b[?2048l\x1b[<u\x1b[0m"  # nor any other report, nor colours
)
_SAID = "longread ended unexpectedly. What was read so far is kept; `longread open` goes on.\r\n"
_GOODBYE = b"."
_WATCH = """
import os, sys, termios
terminal = int(sys.argv[1])
state = termios.tcgetattr(terminal)
os.write(1, b"+")
os.close(1)
if not os.read(0, 1):
    termios.tcsetattr(terminal, termios.TCSAFLUSH, state)
    os.write(terminal, sys.argv[2].encode())
"""


@contextmanager
def kept() -> Iterator[None]:
    """While the block runs, the terminal of standard output comes back however it ends. Does
    nothing where there is none, or none of this kind (Windows)."""
    if sys.platform == "win32" or not sys.stdout.isatty():
        yield
        return
    # Its own number would be the watcher's standard output.
    terminal = os.dup(sys.stdout.fileno())
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _WATCH, str(terminal), _RESTORE + _SAID],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pass_fds=(terminal,),
        # Where no Ctrl-C and no closing of the terminal reaches it.
        start_new_session=True,
    ) as watcher:
        os.close(terminal)
        assert watcher.stdin is not None
        assert watcher.stdout is not None
        # The state is that of now, and not what the reader makes of it.
        watcher.stdout.read()
        try:
            yield
        finally:
            with suppress(OSError):
                watcher.stdin.write(_GOODBYE)
                watcher.stdin.flush()
