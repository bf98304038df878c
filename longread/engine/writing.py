"""Several replies written side by side, each as labelled lines.

Their prompts are read one after another, and their tokens decoded together: a batch of a few
tokens takes hardly longer than one. The labels are ours, the model completes each line, so that
what comes out has its form without a grammar.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from longread.engine import machine
from longread.engine.cells import whole_cells
from longread.engine.context import Context, Logits, NoContext
from longread.engine.loaded import LoadedModel, Runs
from longread.engine.protocol import CUT, Line, Part, Written
from longread.errors import ModelError

STEPS_AT_ONCE = 2
"""Tokens of each reply that are written before somebody else may have the turn."""

NO_REPEAT = 6
"""A line never says the same so many tokens twice: small models fall into loops. A long name is
four or five tokens, and may come twice."""

OTHER_BEGINNING = 6
"""Nor does it begin with as many tokens as one with the same label before it: the next item of a
list is another one. Further on, what stands there before may be said again."""

MEMORY_SHARE = 1 / 16
"""The part of the machine's memory that replies may take together. It is not of what is free:
how many are written side by side would change how they are rounded from run to run."""

_SPARE = 16
_FILLER = 0


@dataclass(slots=True)
class _Reply:
    """One reply: what is left of its prompt to be read, its lines so far, and the tokens that
    go into the context next. ``line`` are the tokens of the current line, ``before`` those of the
    earlier ones."""

    runs: list[tuple[list[int], Part | None]]
    lines: Sequence[Line]
    written: list[str] = field(default_factory=list)
    pending: list[int] = field(default_factory=list)
    line: list[int] = field(default_factory=list)
    before: list[list[int]] = field(default_factory=list)
    text: str = ""
    careful: bool = False


class Writer:
    """Writes replies to prompts that begin alike, up to ``together`` of them at a time, fewer where
    they would take too much memory.

    Each prompt has its own ``lines``. With ``blocks`` prompts are put together at a desk, a small
    context of its own, and go from there to where they are written. A call of ``go_on`` that was
    cancelled can be repeated.

    Raises:
        ModelError: there is no room for it.
    """

    def __init__(
        self,
        model: LoadedModel,
        prompts: Sequence[Runs],
        lines: Sequence[Sequence[Line]],
        together: int,
        threads: int,
        stop: Callable[[], bool],
        *,
        blocks: bool,
    ) -> None:
        self._model = model
        self._prefix = _common(prompts) if blocks else []
        self._waiting = [
            _Reply(_behind(runs, len(self._prefix)), own)
            for runs, own in zip(prompts, lines, strict=True)
        ]
        self._replies = list(self._waiting)
        self._live: dict[int, _Reply] = {}
        self._reading: int | None = None
        self._decoders: dict[int, codecs.IncrementalDecoder] = {}
        longest = max(map(self._size, self._waiting), default=0)
        size = whole_cells(len(self._prefix) + longest)
        room = machine.describe_machine().memory * MEMORY_SHARE
        fitting = int(room // max(1, size * model.token_bytes))
        slots = max(1, min(together, len(prompts), fitting))
        self._desk: Context | None = None
        try:
            if blocks:
                self._desk = Context(model.handle, size + machine.BATCH, threads, stop, sequences=2)
            self._context = self._opened(size, slots, threads, stop)
            self._free = list(range(self._context.runs))
        except NoContext as error:
            if self._desk is not None:
                self._desk.close()
            raise ModelError(
                f"Notes cannot be written: {error}.", hint="Close other programs, and try again."
            ) from error

    def _opened(self, size: int, slots: int, threads: int, stop: Callable[[], bool]) -> Context:
        """A context for as many runs as there is room for, at most ``slots``."""
        while True:
            try:
                return Context(
                    self._model.handle, slots * size, threads, stop, sequences=slots, separate=True
                )
            except NoContext:
                if slots == 1:
                    raise
                slots //= 2

    def close(self) -> None:
        """Release its memory; safe to call twice."""
        self._context.close()
        if self._desk is not None:
            self._desk.close()

    def go_on(self) -> Written:
        """Read a piece of a prompt, or write a few tokens of all replies at hand.

        Raises:
            Cancelled: it was told to stop; it can be called again.
            ModelError: a block does not fit the model.
        """
        self._read_prefix()
        if self._reading is None and self._waiting and self._free:
            self._begin()
        if self._reading is not None:
            self._read_prompt(self._reading)
        else:
            for _ in range(STEPS_AT_ONCE):
                if self._live:
                    self._step()
        done = sum(len(reply.written) == len(reply.lines) for reply in self._replies)
        finished = done == len(self._replies)
        return Written(
            done,
            len(self._replies),
            tuple(tuple(reply.written) for reply in self._replies) if finished else None,
        )

    def _size(self, reply: _Reply) -> int:
        labels = sum(len(self._label(line)) for line in reply.lines)
        limits = sum(line.max_tokens for line in reply.lines)
        return sum(len(tokens) for tokens, _ in reply.runs) + labels + limits + _SPARE

    def _read_prefix(self) -> None:
        desk = self._desk
        if desk is not None:
            desk.switch(0)
            while desk.length < len(self._prefix):
                desk.read(self._prefix[desk.length :][: machine.BATCH])

    def _begin(self) -> None:
        # The first ones: a step goes up to the last that is being written.
        slot = min(self._free)
        self._free.remove(slot)
        self._context.switch(slot)
        self._context.forget_from(0)
        if self._desk is not None:
            self._desk.switch(1)
            self._desk.begin_as(0)
        self._live[slot] = self._waiting.pop(0)
        self._decoders[slot] = codecs.getincrementaldecoder("utf-8")("replace")
        self._reading = slot

    def _read_prompt(self, slot: int) -> None:
        """Read one more piece of a prompt; behind its last one comes the first label."""
        reply, context = self._live[slot], self._desk or self._context
        context.switch(slot if self._desk is None else 1)
        if not reply.runs:
            if self._desk is not None:
                self._context.switch(slot)
                self._context.begin_with(self._desk)
            reply.pending = self._label(reply.lines[0])
            self._reading = None
            return
        tokens, part = reply.runs[0]
        block = part.block if part is not None else None
        if block is not None and block.tokens == tuple(tokens):
            context.put(block)
            reply.careful = True
            reply.runs.pop(0)
            return
        # Keys that were put back are moved before the next token is read, which must not be
        # cut off in the middle.
        size = 1 if reply.careful else machine.BATCH
        piece = tokens[:size]
        if piece:
            context.read(piece, interruptible=not reply.careful)
            reply.careful = False
        reply.runs[0] = (tokens[size:], None)
        if not reply.runs[0][0]:
            reply.runs.pop(0)

    def _step(self) -> None:
        """Write one token of each reply that is being written.

        Each run goes one token on, those in between that write nothing too: runs that go on
        differently, or do not lie side by side, the library computes one after another.
        """
        self._close_up()
        live = self._live
        # Nothing is chosen behind a label's first tokens.
        choosing = [slot for slot, reply in live.items() if len(reply.pending) == 1]
        logits = self._context.step(
            {
                slot: live[slot].pending[0] if slot in live else _FILLER
                for slot in range(max(live) + 1)
            },
            choosing,
        )
        for slot, reply in list(self._live.items()):
            reply.pending = reply.pending[1:]
            if not reply.pending:
                self._take(slot, reply, logits[slot])

    def _close_up(self) -> None:
        """Move the last replies into places that have become free, once nobody else will take
        them: a step costs as much as it has places."""
        while not self._waiting and self._free and min(self._free) < max(self._live):
            slot, last = min(self._free), max(self._live)
            self._context.switch(slot)
            self._context.move_here(last)
            self._live[slot] = self._live.pop(last)
            self._decoders[slot] = self._decoders.pop(last)
            self._free.remove(slot)
            self._free.append(last)

    def _take(self, slot: int, reply: _Reply, logits: Logits) -> None:
        line = reply.lines[len(reply.written)]
        alike = [said for said, one in zip(reply.before, reply.lines, strict=False) if one == line]
        token = _choose(logits, reply.line, alike)
        ended = self._model.ends_reply(token)
        piece = "" if ended else self._decoders[slot].decode(self._model.piece(token))
        before, newline, _ = piece.partition("\n")
        reply.text += before
        reply.line.append(token)
        # A new line before the first word is no end.
        ended = ended or (bool(newline) and bool(reply.text.strip()))
        if not ended and len(reply.line) < line.max_tokens:
            reply.pending = [token]
            return
        reply.written.append(reply.text.strip() + ("" if ended else CUT))
        reply.before.append(reply.line)
        reply.text, reply.line = "", []
        self._decoders[slot].reset()
        if len(reply.written) < len(reply.lines):
            reply.pending = self._label(reply.lines[len(reply.written)], first=False)
            return
        del self._live[slot]
        self._context.switch(slot)
        self._context.forget_from(0)
        self._free.append(slot)

    def _label(self, line: Line, *, first: bool = True) -> list[int]:
        return self._model.tokenize(("" if first else "\n") + line.label)


def _choose(logits: Logits, line: Sequence[int], before: Sequence[Sequence[int]]) -> int:
    """The likeliest token with which the line does not repeat itself, nor begins as one
    ``before`` it."""
    recent = list(line[1 - NO_REPEAT :])
    for at in range(len(line) - NO_REPEAT + 1):
        if list(line[at : at + NO_REPEAT - 1]) == recent:
            logits[line[at + NO_REPEAT - 1]] = -np.inf
    if len(line) == OTHER_BEGINNING - 1:
        for other in before:
            if len(other) > len(line) and list(other[: len(line)]) == list(line):
                logits[other[len(line)]] = -np.inf
    return int(logits.argmax())


def _common(prompts: Sequence[Runs]) -> list[int]:
    """Tokens with which all prompts begin, before the first that has a block."""
    common: list[int] | None = None
    for runs in prompts:
        tokens: list[int] = []
        for run, part in runs:
            if part is not None and part.block is not None and not part.from_start:
                break
            tokens += run
        if common is None:
            common = tokens
        same = 0
        while same < min(len(common), len(tokens)) and common[same] == tokens[same]:
            same += 1
        common = common[:same]
    # Of a single prompt something is left to be read, too.
    return (common or [])[:-1]


def _behind(runs: Runs, count: int) -> list[tuple[list[int], Part | None]]:
    """What of a prompt stands behind its first tokens."""
    rest: list[tuple[list[int], Part | None]] = []
    for tokens, part in runs:
        cut = min(count, len(tokens))
        count -= cut
        if tokens[cut:]:
            rest.append((tokens[cut:], part if not cut else None))
    return rest
