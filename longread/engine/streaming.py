"""A text of any length through a window of fixed size.

Sink tokens at the beginning stay; behind them the oldest part is evicted and what follows
moves into its place. Xiao et al., "Efficient Streaming Language Models with Attention Sinks"
(ICLR 2024), section 3.2.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from longread.engine import machine
from longread.engine.block import UnknownState
from longread.engine.cells import whole_cells
from longread.engine.context import Context, Logits
from longread.engine.loaded import LoadedModel
from longread.engine.protocol import Progress
from longread.errors import Cancelled, ModelError

LEAST_EVICTED, MOST_EVICTED = 256, 512
"""How many tokens go at once, a quarter of the window between these: each time, all keys that
stay are rotated to their new places."""

SCORED_AT_ONCE = 128
"""Tokens read at once where each one's logits are wanted, which take much memory."""

UNINTERRUPTED = 16
"""Tokens that are read to their end whoever asks, after an eviction."""


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
        size = whole_cells(len(self._sinks) + window)
        self.context = Context(model.handle, size, threads, stop, flash=model.on_gpu)
        self._split = False
        # How far a call is that failed: texts, tokens, and what these cost.
        self._made: list[Progress] = []
        self._done = 0
        self._costs: list[float] = []
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
        tokens = [token for run in runs for token in run]
        ends = list(accumulate(map(len, runs)))
        while len(self._made) < len(runs):
            piece = tokens[self._done : self._done + self._most]
            costs = self._read_piece(piece, surprisal=surprisal) if piece else []
            # Of the very first token behind the sinks nothing was expected.
            self._costs += [math.nan] * (len(piece) - len(costs)) + costs
            self._done += len(piece)
            while len(self._made) < len(runs) and ends[len(self._made)] <= self._done:
                index = len(self._made)
                self._made.append(self._progress(runs[index], ends[index], blocks, surprisal))
        made, self._made = self._made, []
        self._costs, self._done = [], 0
        return made

    def _progress(self, run: Sequence[int], end: int, blocks: bool, surprisal: bool) -> Progress:
        """A text that was read up to the token ``end`` of this call."""
        costs = self._costs[end - len(run) : end] if surprisal else []
        taken = None
        if blocks and 0 < len(run) <= self._most and self.context.streaming == "shift":
            with suppress(UnknownState):
                taken = self.context.take(self.length - (self._done - end) - len(run), run)
        return Progress(len(run), taken, tuple(cost for cost in costs if not math.isnan(cost)))

    @property
    def _most(self) -> int:
        """Tokens that are made room for at once. A text of so many is still in the window when
        its end was read, wherever it begins in a batch."""
        return min(machine.BATCH, max(1, self._window // 2))

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
                # Keys are moved before these tokens are read. Cut off in the middle of that they
                # would be lost, so it may not be; a few tokens take little time.
                costs += self._decode(tokens[:UNINTERRUPTED], surprisal, interruptible=False)
            step = SCORED_AT_ONCE if surprisal else machine.BATCH
            rest = tokens[UNINTERRUPTED if self._split else 0 :]
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


def _costs(logits: Logits, tokens: Sequence[int]) -> list[float]:
    """Negative log-likelihood of the last ``len(logits)`` of the tokens, in nats."""
    if not len(logits):
        return []
    highest = logits.max(axis=1, keepdims=True)
    totals = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
    chosen = np.asarray(tokens[len(tokens) - len(logits) :])
    costs: list[float] = (totals - logits[np.arange(len(logits)), chosen]).tolist()
    return costs
