"""A scripted model for tests: says what it was told to say, and remembers what it was asked."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from longread.engine.protocol import Chunk, Message, ModelInfo, Sampling

Script = str | Exception | Callable[[Sequence[Message]], str]


@dataclass(slots=True)
class ScriptedModel:
    """Replies in the order in which they were enqueued, and with ``fallback`` after that.

    ``chances`` gives the probability of the first choice; the rest is shared evenly. Tokens
    are words.
    """

    fallback: Script = "Not found in the text"
    chances: Callable[[Sequence[Message]], float] = lambda messages: 0.9
    context: int = 8192
    asked: list[tuple[Message, ...]] = field(default_factory=list)
    closed: bool = False
    _replies: deque[Script] = field(default_factory=deque)

    @property
    def info(self) -> ModelInfo:
        """Facts about the model."""
        return ModelInfo("scripted", self.context, "scripted", "none")

    def enqueue(self, *replies: Script) -> None:
        """Add replies: a text, an exception to be raised, or a function of the messages."""
        self._replies.extend(replies)

    def count_tokens(self, text: str) -> int:
        """Number of words."""
        return len(text.split())

    def reply(self, messages: Sequence[Message], sampling: Sampling) -> Iterator[Chunk]:
        """Stream the next scripted reply, word by word."""
        self.asked.append(tuple(messages))
        script = self._replies.popleft() if self._replies else self.fallback
        if isinstance(script, Exception):
            raise script
        text = script if isinstance(script, str) else script(messages)
        for stop in sampling.stop:
            text = text.partition(stop)[0]
        words = re.findall(r"\s*\S+", text)
        said = words[: sampling.max_tokens]
        for word in said:
            yield Chunk(word)
        prompt = sum(self.count_tokens(message.text) for message in messages)
        finish: Literal["stop", "length"] = "stop" if said == words else "length"
        yield Chunk("", True, prompt, 0, len(said), finish)

    def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> list[float]:
        """The scripted chance for the first choice."""
        self.asked.append(tuple(messages))
        first = self.chances(messages)
        rest = len(choices) - 1
        return [first, *([(1 - first) / rest] * rest if rest else [])]

    def close(self) -> None:
        """Note that it was closed."""
        self.closed = True
