"""Text on its way out of a model: sanitised, and ended at a stop string, piece by piece."""

from __future__ import annotations

import re
from collections.abc import Sequence

from longread.text import sanitise

_UNFINISHED = re.compile(
    r"(?:\r"
    r"|(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}"  # CSI
    r"|\x1b[\]PX^_][^\x07\x1b\x9c\n]{0,4096}\x1b?"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]{0,8}"  # two-character sequences
    r")\Z"
)


class SafeText:
    """Collects pieces; gives out what is safe to show and holds back what may still become
    a stop string or an escape sequence. ``stopped`` is set once a stop string was met."""

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._stop = [item for item in stop if item]
        self._held = ""
        self.stopped = False

    def feed(self, piece: str) -> str:
        """Take a piece; returns the text that can be shown now."""
        if self.stopped:
            return ""
        self._held += piece
        cut = min(
            (at for at in (self._held.find(item) for item in self._stop) if at >= 0), default=-1
        )
        if cut >= 0:
            self.stopped = True
            self._held = self._held[:cut]
            return self.finish()
        keep = self._undecided()
        ready, self._held = (
            self._held[: len(self._held) - keep],
            self._held[len(self._held) - keep :],
        )
        return sanitise(ready)

    def finish(self) -> str:
        """Nothing more comes: returns the rest."""
        rest, self._held = self._held, ""
        return sanitise(rest)

    def _undecided(self) -> int:
        """How many characters at the end may be the beginning of something."""
        longest = 0
        for item in self._stop:
            for size in range(min(len(item) - 1, len(self._held)), 0, -1):
                if self._held.endswith(item[:size]):
                    longest = max(longest, size)
                    break
        # Nor may the text before that end within an escape sequence.
        escape = _UNFINISHED.search(self._held[: len(self._held) - longest])
        return len(self._held) - escape.start() if escape else longest
