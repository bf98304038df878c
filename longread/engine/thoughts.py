"""What a model thinks before it answers, told from what it says.

A server gives the thoughts in a field of their own, or at the beginning of the text, between
``<think>`` and ``</think>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BEGIN, _END = "<think>", "</think>"
_FIELDS = ("reasoning_content", "reasoning")
_KEPT = len(_END) - 1


class Thoughts:
    """Takes a message, piece by piece, and gives out what is said in it. ``seen`` is set once
    there was a thought."""

    def __init__(self) -> None:
        self.seen = False
        self._said = False
        self._thinks: bool | None = None
        self._behind = False
        self._held = ""

    @property
    def alone(self) -> bool:
        """Whether there were thoughts, and nothing was said."""
        return self.seen and not self._said

    def take(self, message: Mapping[str, Any]) -> str:
        """Take a piece of a message; returns what it says."""
        for field in _FIELDS:
            self._think(message.get(field))
        text = message.get("content")
        return self._say(self._without(text)) if isinstance(text, str) else ""

    def finish(self) -> str:
        """Nothing more comes: returns the rest."""
        rest, self._held = self._held, ""
        if not self._thinks:
            return self._say(rest)
        self._think(rest)
        return ""

    def _without(self, text: str) -> str:
        self._held += text
        space = ""
        if self._thinks is None:
            begun = self._held.lstrip()
            # White space behind the thoughts belongs to them.
            space = "" if self._behind else self._held[: len(self._held) - len(begun)]
            self._held = begun
            if _BEGIN.startswith(begun):
                return space
            self._thinks = begun.startswith(_BEGIN)
            self._held = begun.removeprefix(_BEGIN)
        if self._thinks:
            thought, ended, behind = self._held.partition(_END)
            if not ended:
                self._think(self._held[:-_KEPT])
                self._held = self._held[-_KEPT:]
                return space
            self._think(thought)
            self._thinks, self._behind, self._held = None, True, ""
            return space + self._without(behind)
        said, self._held = space + self._held, ""
        return said

    def _think(self, thought: object) -> None:
        self.seen = self.seen or (isinstance(thought, str) and bool(thought.strip()))

    def _say(self, said: str) -> str:
        self._said = self._said or bool(said.strip())
        return said
