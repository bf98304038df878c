"""What the rest of longread knows of a model.

Three classes implement ``Model``: llama.cpp in a process of its own, any
OpenAI-compatible endpoint, and a scripted fake for tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, cast

from longread.stopping import never

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from longread.engine.block import Block
    from longread.engine.codec import AnyBlock

Role = Literal["system", "user", "assistant"]
Streaming = Literal["shift", "windows", "plain", "none"]


@dataclass(frozen=True, slots=True)
class Part:
    """A run of a message that is tokenized by itself, so that its keys and values can be kept
    as a block and put back. Where ``block`` is given, the text is not read. With
    ``from_start``, the block is that of everything up to the end of this text."""

    text: str
    block: AnyBlock | None = None
    from_start: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One turn. ``content`` is untrusted: it is tokenized with special tokens off."""

    role: Role
    content: str | tuple[str | Part, ...]

    @property
    def text(self) -> str:
        """The content as one text."""
        return self.content if isinstance(self.content, str) else "".join(map(_text, self.content))

    @property
    def pieces(self) -> tuple[str | Part, ...]:
        """The content as its runs."""
        return (self.content,) if isinstance(self.content, str) else self.content


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
    what was worked around while loading.

    ``streaming`` says how a text longer than the context goes through the model: by ``shift``
    (the cache moves), in separate ``windows``, ``plain`` (recurrent), or not at all. With
    ``blocks``, keys and values can be taken out and put back anywhere; ``build`` names what
    computes them, ``heads`` how many heads their width is made of, and ``token_bytes`` is how
    many bytes they take a token. ``layers`` is how many layers it has."""

    id: str
    context: int
    fingerprint: str
    warnings: tuple[str, ...] = ()
    streaming: Streaming = "none"
    blocks: bool = False
    build: str = ""
    heads: int = 1
    token_bytes: int = 0
    layers: int = 0


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
    finish: Literal["", "stop", "length"] = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """One text that went through a stream: its ``tokens``, its ``block`` where one can be had, and
    the negative log-likelihood of each token, in nats, where that was wanted."""

    tokens: int
    block: Block | None = None
    surprisal: tuple[float, ...] = ()


CUT = "…"
"""Ends a line that had more to say than was allowed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a reply: the ``label`` it begins with, and how many tokens may follow."""

    label: str
    max_tokens: int


@dataclass(frozen=True, slots=True)
class Written:
    """Replies that are being written: how many of ``total`` are done, and once all are, what
    the model wrote behind each label, for each reply."""

    done: int
    total: int
    replies: tuple[tuple[str, ...], ...] | None = None


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


class StreamingModel(Model, Protocol):
    """A model that a text of any length can be streamed through, beside its answers.

    The stream is a sequence of its own: sink tokens, and a sliding window behind them whose
    oldest part is evicted. Xiao et al., "Efficient Streaming Language Models with Attention
    Sinks" (ICLR 2024), section 3.2. A call of ``read_on`` stands back behind all others.
    """

    def blocks(self, messages: Sequence[Message]) -> list[Block | None]:
        """The blocks of the messages' parts, as far as the KV cache holds them from the text;
        None for the others."""
        ...

    def attention(
        self,
        messages: Sequence[Message],
        heads: Sequence[tuple[int, int]] | None = None,
        calibration: Sequence[Message] = (),
    ) -> NDArray[np.float32]:
        """How much attention what stands behind the messages' last part pays to each part.

        ``heads`` are (layer, head), from 0; all of them where none are named. The same for
        ``calibration`` is taken off, which has the same parts, their blocks without numbers.
        Returns the shape (heads, parts), shares of all attention to what stands before.

        Raises:
            NotShown: the build does not show it.
        """
        ...

    def states(self, messages: Sequence[Message], layers: Sequence[int]) -> NDArray[np.float32]:
        """The hidden states of layers (from 0) at the end of what stands behind the messages' last
        part, once for each part alone before it. Each part must have its block.

        Returns the shape (layers, parts, width).

        Raises:
            NotShown: the build does not show them.
            ModelError: a block is missing or damaged, or there is no room.
        """
        ...

    def start_reading(
        self, prefix: Sequence[Message], window: int, resume: Path | None = None
    ) -> None:
        """Begin a stream; the prefix up to the last message's end is its sinks.

        ``resume`` names a file that ``save_reading`` wrote, to go on from there.

        Raises:
            ModelError: the file does not fit, or the model cannot stream.
        """
        ...

    def read_on(
        self, texts: Sequence[str], *, give_way: Callable[[], bool] = never
    ) -> list[Progress]:
        """Read on: texts that follow one another, together in one batch as far as they fit,
        with a block of each. A call that was cancelled can be repeated, and gives the same.
        While ``give_way`` says yes, which is looked at several times a second, it waits.

        Raises:
            Cancelled: the model was closed meanwhile.
            ModelError: it was closed before, or no stream was begun.
            EngineCrashed: the engine went away, and the stream with it.
        """
        ...

    def save_reading(self, file: Path) -> None:
        """Write the stream's state to a new file.

        Raises:
            ModelError: no stream was begun, or the disk is full or cannot be written; no part of
                the file stays.
        """
        ...

    def stop_reading(self) -> None:
        """End the stream and release its memory; safe to call twice."""
        ...

    def start_writing(
        self,
        prompts: Sequence[Sequence[Message]],
        lines: Sequence[Sequence[Line]],
        together: int,
    ) -> None:
        """Begin replies to prompts that begin alike, so many side by side, beside answers and
        the stream; each is written as its lines.

        Raises:
            ModelError: there is no room for it.
        """
        ...

    def write_on(self) -> Written:
        """Write a little more. It stands back behind all other calls.

        Raises:
            Cancelled: the model was closed meanwhile.
            ModelError: it was closed before, or nothing was begun.
            EngineCrashed: the engine went away, and what it wrote with it.
        """
        ...

    def stop_writing(self) -> None:
        """Release the memory of what is being written; safe to call twice."""
        ...


def as_streaming(model: Model) -> StreamingModel | None:
    """The model as one that texts can be streamed through, where it is one."""
    return cast("StreamingModel", model) if model.info.streaming != "none" else None


def _text(piece: str | Part) -> str:
    return piece if isinstance(piece, str) else piece.text
