"""A scripted model for tests: says what it was told to say, and remembers what it was asked."""

from __future__ import annotations

import hashlib
import re
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from longread.engine.block import Block
from longread.engine.protocol import (
    Chunk,
    Line,
    Message,
    ModelInfo,
    Part,
    Progress,
    Sampling,
    Written,
)
from longread.errors import ModelError
from longread.stopping import never

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Script = str | Exception | Callable[[Sequence[Message]], str]


@dataclass(slots=True)
class ScriptedModel:
    """Replies in the order in which they were enqueued, and with ``fallback`` after that.

    ``chances`` gives the probability of the first choice; the rest is shared evenly. Tokens
    are words. With ``streams`` it can read texts: a block's numbers follow from all that was
    read before it. ``failures`` are raised, one by one, by calls of ``read_on``.
    """

    fallback: Script = "Not found in the text"
    chances: Callable[[Sequence[Message]], float] = lambda messages: 0.9
    context: int = 8192
    asked: list[tuple[Message, ...]] = field(default_factory=list)
    closed: bool = False
    name: str = "scripted"
    streams: bool = False
    failures: deque[Exception | None] = field(default_factory=deque)
    read: list[str] = field(default_factory=list)
    _history: str | None = None
    _writing: list[tuple[Sequence[Message], Sequence[Line]]] = field(default_factory=list)
    _written: list[tuple[str, ...]] = field(default_factory=list)
    _replies: deque[Script] = field(default_factory=deque)

    @property
    def info(self) -> ModelInfo:
        """Facts about the model."""
        if not self.streams:
            return ModelInfo(self.name, self.context, "scripted")
        return ModelInfo(
            self.name,
            self.context,
            "scripted",
            streaming="shift",
            blocks=True,
            build="scripted",
            token_bytes=32,
            layers=28,
        )

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
        # White space at the end, of which there may be much, would be looked at again and again.
        words = re.findall(r"\s*\S+", text.rstrip())
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

    def blocks(self, messages: Sequence[Message]) -> list[Block | None]:
        """Blocks of all parts that were given as text."""
        made: list[Block | None] = []
        before = ""
        for message in messages:
            for piece in message.pieces:
                text = piece.text if isinstance(piece, Part) else piece
                if isinstance(piece, Part):
                    made.append(None if piece.block is not None else _block(before, text))
                before += text
        return made

    def attention(
        self,
        messages: Sequence[Message],
        heads: Sequence[tuple[int, int]] | None = None,
        calibration: Sequence[Message] = (),
    ) -> NDArray[np.float32]:
        """For each part the share of the words behind all parts that stand in it, for all
        heads."""
        import numpy as np

        return np.array([_shared_words(messages)] * len(heads or [(0, 0)]), np.float32)

    def states(self, messages: Sequence[Message], layers: Sequence[int]) -> NDArray[np.float32]:
        """Two numbers for each part: the share of the words behind all parts that stand in it, and
        the rest."""
        import numpy as np

        pairs = [(share, 1 - share) for share in _shared_words(messages)]
        return np.array([pairs] * len(layers), np.float32)

    def start_reading(
        self, prefix: Sequence[Message], window: int, resume: Path | None = None
    ) -> None:
        """Begin with the prefix, or with what a file says was read."""
        self._history = "".join(message.text for message in prefix)
        if resume is not None:
            self._history = resume.read_text("utf-8")

    def read_on(
        self, texts: Sequence[str], *, give_way: Callable[[], bool] = never
    ) -> list[Progress]:
        """Read texts, once nobody asks."""
        while give_way():
            time.sleep(0)
        if self._history is None:
            raise ModelError("Nothing is being read.", hint="Begin a stream.")
        if self.failures and (failure := self.failures.popleft()) is not None:
            self._history = None
            raise failure
        read = []
        for text in texts:
            made = _block(self._history, text)
            # Only so much as tells histories apart.
            self._history = hashlib.sha256((self._history + text).encode()).hexdigest()
            self.read.append(text)
            read.append(Progress(len(made.tokens), made))
        return read

    def save_reading(self, file: Path) -> None:
        """Write what was read."""
        if self._history is None:
            raise ModelError("Nothing is being read.", hint="Begin a stream.")
        file.write_text(self._history, "utf-8")

    def stop_reading(self) -> None:
        """Forget what was read."""
        self._history = None

    def start_writing(
        self,
        prompts: Sequence[Sequence[Message]],
        lines: Sequence[Sequence[Line]],
        together: int,
    ) -> None:
        """Begin replies to several prompts."""
        self._writing = list(zip(prompts, lines, strict=True))
        self._written = []

    def write_on(self) -> Written:
        """Write the next scripted reply, whose lines are those of its text."""
        if self._writing:
            messages, lines = self._writing.pop(0)
            text = "".join(chunk.text for chunk in self.reply(messages, Sampling(10_000)))
            said = [*text.split("\n"), *[""] * len(lines)][: len(lines)]
            self._written.append(tuple(said))
        total = len(self._written) + len(self._writing)
        done = None if self._writing else tuple(self._written)
        return Written(len(self._written), total, done)

    def stop_writing(self) -> None:
        """Forget what was being written."""
        self._writing = []


def _shared_words(messages: Sequence[Message]) -> list[float]:
    """For each part the share of the words behind all parts that stand in it."""
    pieces = [piece for message in messages for piece in message.pieces]
    texts = [p.text for p in pieces if isinstance(p, Part) and not p.from_start]
    tail: list[str] = []
    for piece in pieces:
        tail = [] if isinstance(piece, Part) else [*tail, piece]
    wanted = set("".join(tail).split())
    return [len(wanted & set(text.split())) / max(1, len(wanted)) for text in texts]


def _block(before: str, text: str) -> Block:
    import numpy as np

    seed = int.from_bytes(hashlib.sha256(f"{before}\0{text}".encode()).digest()[:8], "big")
    words = text.split()
    tokens = tuple(int.from_bytes(word.encode()[:3], "big") for word in words)
    numbers = np.random.default_rng(seed).normal(size=(2, 2, len(tokens), 4)).astype(np.float16)
    return Block(tokens, len(before.split()), numbers[0], numbers[1])
