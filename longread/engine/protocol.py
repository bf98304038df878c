"""What the rest of longread knows of a model.

Three classes implement ``Model``: llama.cpp in a process of its own, any
OpenAI-compatible endpoint, and a scripted fake for tests.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Role = Literal["system", "user", "assistant"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. ``content`` is untrusted: it is tokenized with special tokens off."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen. Temperature 0 is greedy; ``stop`` strings end the reply and
    are not part of it."""

    max_tokens: int = 320
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Facts about a loaded model. ``context`` is in tokens; ``fingerprint`` changes when
    answers could: weights' hash, or endpoint and model name. ``warnings`` are sentences on
    what was worked around while loading."""

    id: str
    context: int
    fingerprint: str
    backend: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a streamed reply. The last one has ``final`` set and carries the counts.

    ``prompt_tokens`` is the prompt's length, ``cached_tokens`` how many of them were
    still in the KV cache, ``reply_tokens`` the reply's length, ``finish`` why it ended.
    """

    text: str
    final: bool = False
    prompt_tokens: int = 0
    cached_tokens: int = 0
    reply_tokens: int = 0
    finish: Literal["", "stop", "length", "cancelled"] = ""


class Model(Protocol):
    """A loaded model. One call runs at a time; calls from several threads wait in turn."""

    @property
    def info(self) -> ModelInfo:
        """Facts about the model."""
        ...

    def count_tokens(self, text: str) -> int:
        """Number of tokens of a text, special tokens off; an estimate for endpoints."""
        ...

    def reply(self, messages: Sequence[Message], sampling: Sampling) -> Iterator[Chunk]:
        """Stream the assistant's next turn.

        Closing the iterator cancels within a second. The KV cache keeps the prompt, so a
        next call whose prompt begins the same way reads only what differs.

        Raises:
            ContextFull: prompt and ``max_tokens`` do not fit the context.
            EngineCrashed, EndpointError: the model went away.
        """
        ...

    def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> list[float]:
        """Probability of each choice as the assistant's next words, normalised over the
        choices. The choices must differ in their first token.

        Raises:
            ContextFull, EngineCrashed, EndpointError: as ``reply``.
        """
        ...

    def close(self) -> None:
        """Release the model; safe to call twice."""
        ...
