"""A text of any length through a window of fixed size.

Sink tokens at the beginning stay; behind them the oldest part is evicted and what follows
moves into its place. Xiao et al., "Efficient Streaming Language Models with Attention Sinks"
(ICLR 2024), section 3.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from longread.engine import machine
from longread.engine.block import Block, UnknownState
from longread.engine.context import Context, Logits
from longread.engine.loaded import LoadedModel
from longread.engine.protocol import Progress
from longread.errors import Cancelled, ModelError

LEAST_EVICTED, MOST_EVICTED = 256, 512
"""How many tokens go at once, a quarter of the window between these: each time, all keys that
stay are rotated to their new places."""

SCORED_AT_ONCE = 128
"""Tokens read at once where each one's logits are wanted, which take much memory."""

_ROUNDING = 256


class TextStream:
    """One stream: ``sinks`` are its first tokens, ``window`` the most tokens behind them.

    A call that failed can be repeated with the same texts, and then gives the same.

    Raises:
        NoContext: there is no room for it.
        Cancelled: ``stop`` said so.
    """

    def __init__(
        self,
        model: LoadedModel,
        sinks: Sequence[int],
        window: int,
        threads: int,
        stop: Callable[[], bool],
    ) -> None:
        self._sinks = list(sinks)
        self._window = window
        size = -(-(len(self._sinks) + window) // _ROUNDING) * _ROUNDING
        self.context = Context(model.handle, size, threads, stop, flash=model.on_gpu)
        self._split = False
        # How far a call is that failed: whole batches, and tokens of an over-long text.
        self._batches_done = 0
        self._made: list[Progress] = []
        self._done = 0
        self._expected: NDArray[np.float32] | None = None
        try:
            self._read_sinks()
        except BaseException:
            self.close()
            raise

    @property
    def length(self) -> int:
        """Tokens in the window and its sinks now."""
        return self.context.length

    def close(self) -> None:
        """Release its memory; safe to call twice."""
        self.context.close()

    def save(self, file: Path) -> None:
        """Write the stream's state to a file, from which another stream with the same sinks
        and window goes on exactly as this one does."""
        self.context.save(file)

    def load(self, file: Path) -> None:
        """Go on from a file.

        Raises:
            ModelError: it does not fit; the stream begins anew.
        """
        try:
            self.context.load(file)
        except ModelError:
            self._read_sinks()
            raise
        self._split = False

    def read(
        self, runs: Sequence[Sequence[int]], *, blocks: bool, surprisal: bool
    ) -> list[Progress]:
        """Read texts, as their tokens, behind what was read; see ``StreamingModel.read_on``."""
        for batch in _batches(runs, self._most)[self._batches_done :]:
            self._read_batch(batch, blocks=blocks, surprisal=surprisal)
            self._batches_done += 1
        made, self._made, self._batches_done = self._made, [], 0
        return made

    def _read_batch(self, batch: Sequence[Sequence[int]], *, blocks: bool, surprisal: bool) -> None:
        length = sum(map(len, batch))
        if length > self._most:
            costs: list[float] = []
            (run,) = batch
            for start in range(self._done, length, self._most):
                piece = run[start : start + self._most]
                costs += self._read_piece(piece, surprisal=surprisal)
                self._done = start + len(piece)
            self._done = 0
            self._made.append(Progress(length, None, tuple(costs)))
            return
        tokens = [token for run in batch for token in run]
        costs = self._read_piece(tokens, surprisal=surprisal) if tokens else []
        # Of the very first token behind the sinks nothing was expected.
        known = [math.nan] * (length - len(costs)) + costs if surprisal else []
        at, behind = 0, self.length - length
        for run in batch:
            taken = self._take(behind + at, run) if blocks else None
            of_run = [cost for cost in known[at : at + len(run)] if not math.isnan(cost)]
            self._made.append(Progress(len(run), taken, tuple(of_run)))
            at += len(run)

    def _take(self, start: int, tokens: Sequence[int]) -> Block | None:
        if not tokens or self.context.streaming != "shift":
            return None
        try:
            return self.context.take(start, tokens)
        except UnknownState:
            return None

    @property
    def _most(self) -> int:
        """Tokens that are made room for at once."""
        return min(machine.BATCH, self._window)

    def _read_sinks(self) -> None:
        self.context.forget_from(0)
        for start in range(0, len(self._sinks), machine.BATCH):
            self.context.read(self._sinks[start : start + machine.BATCH])

    def _read_piece(self, tokens: Sequence[int], *, surprisal: bool) -> list[float]:
        self._make_room(len(tokens))
        start = self.length
        costs: list[float] = []
        try:
            if self._split:
                # Keys are moved before this token is read. Cut off in the middle of that they
                # would be lost, so it may not be; a single token takes little time.
                costs += self._decode(tokens[:1], surprisal, interruptible=False)
            step = SCORED_AT_ONCE if surprisal else machine.BATCH
            rest = tokens[len(tokens[:1]) if self._split else 0 :]
            for first in range(0, len(rest), step):
                costs += self._decode(rest[first : first + step], surprisal)
        except (Cancelled, ModelError):
            self.context.forget_from(start)
            raise
        self._split = False
        return costs

    def _decode(
        self, tokens: Sequence[int], surprisal: bool, *, interruptible: bool = True
    ) -> list[float]:
        if not surprisal:
            self._expected = None
            self.context.read(tokens, interruptible=interruptible)
            return []
        logits = self.context.read(tokens, "all", interruptible=interruptible)
        assert logits is not None
        known = [] if self._expected is None else [self._expected]
        costs = _costs(np.vstack([*known, logits[:-1]]) if known else logits[:-1], tokens)
        self._expected = logits[-1:].copy()
        return costs

    def _make_room(self, count: int) -> None:
        first = len(self._sinks)
        over = self.length + count - first - self._window
        if over <= 0 or self.context.streaming == "plain":
            return
        if self.context.streaming == "windows":
            self.context.forget_from(first)
            if not self.length:
                self._read_sinks()
            return
        step = min(max(LEAST_EVICTED, self._window // 4), MOST_EVICTED)
        self.context.evict(first, min(max(over, step), self.length - first))
        self._split = self.length > first


def _batches(runs: Sequence[Sequence[int]], most: int) -> list[list[Sequence[int]]]:
    """Neighbouring runs together, up to ``most`` tokens; what is longer stands alone."""
    batches: list[list[Sequence[int]]] = []
    room = 0
    for run in runs:
        if not batches or len(run) > room:
            batches.append([])
            room = most
        batches[-1].append(run)
        room -= len(run)
    return batches


def _costs(logits: Logits, tokens: Sequence[int]) -> list[float]:
    """Negative log-likelihood of the last ``len(logits)`` of the tokens, in nats."""
    if not len(logits):
        return []
    highest = logits.max(axis=1, keepdims=True)
    totals = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
    chosen = np.asarray(tokens[len(tokens) - len(logits) :])
    costs: list[float] = (totals - logits[np.arange(len(logits)), chosen]).tolist()
    return costs
