"""A prompt in a context: brought in from texts and blocks, and kept for the next one.

What stands in the context does not depend on what was asked before. The library rounds
differently in batches of fewer than 64 tokens, so a text is read in batches of at least so
many, or in one; what would have to be read in another way is not reused. The last text is always
read by itself, so that another one in its place costs no more than its own tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from longread.engine import machine
from longread.engine.block import Block, UnknownState
from longread.engine.codec import AnyBlock, DamagedBlock, PackedBlock
from longread.engine.context import Context, Logits
from longread.engine.loaded import Runs
from longread.errors import ModelError

LEAST_BATCH = 64
"""A text is read in batches of at least so many tokens where it has them."""

# Rows are computed in groups of so many, from a batch's first.
_ALIGNMENT = 4
_READ, _WRITTEN, _UNKNOWN = "", "written", "unknown"


@dataclass(frozen=True, slots=True)
class _Segment:
    """Neighbouring runs that are read as one text, or one run that is put back from a block;
    ``origin`` says where its keys and values come from."""

    start: int
    tokens: list[int]
    block: AnyBlock | None

    @property
    def end(self) -> int:
        return self.start + len(self.tokens)

    @property
    def cells(self) -> int:
        """How many cells it takes: a block may keep fewer tokens than it spans."""
        return len(self.tokens) if self.block is None else self.block.kept

    @property
    def origin(self) -> str:
        if self.block is not None:
            return self.block.digest or _UNKNOWN
        # A short text is read in one batch, and is the same only with the same neighbours.
        return _READ if len(self.tokens) >= LEAST_BATCH else f"{self.start} to {self.end}"


class Prompt:
    """The prompt and reply that a context holds now."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._held: list[tuple[int, str]] = []

    def read(self, runs: Runs) -> tuple[Logits, int]:
        """Bring a prompt in; returns the logits behind it, and how many of its tokens were
        there already.

        Raises:
            Cancelled, ModelError: what was brought in so far is kept.
        """
        try:
            return self._read(_plan(runs))
        except ModelError:
            if all(part is None or part.block is None for _, part in runs):
                raise
            # Blocks that do not fit are worth no failure: their text says the same.
            return self._read(_plan([(tokens, None) for tokens, _ in runs]))

    def write(self, token: int) -> Logits:
        """Append a token of the reply; returns the logits behind it."""
        logits = self._context.read([token], "last")
        self._held.append((token, _WRITTEN))
        assert logits is not None
        return logits

    def blocks(self, runs: Runs) -> list[Block | None]:
        """The blocks of a prompt's parts that it holds as they were read from the text."""
        entries = _entries(_plan(runs))
        same = _common(entries, self._held)
        found: list[Block | None] = []
        position = 0
        for tokens, part in runs:
            end = position + len(tokens)
            if part is not None:
                start = 0 if part.from_start else position
                whole = [token for token, _ in entries[start:end]]
                known = part.block is None and end <= same and bool(tokens)
                found.append(self._take(start, whole) if known else None)
            position = end
        return found

    def _take(self, start: int, tokens: list[int]) -> Block | None:
        try:
            return self._context.take(start, tokens)
        except UnknownState:
            return None

    def hold(self, runs: Runs, count: int) -> list[tuple[int, int]]:
        """Bring in the first ``count`` runs of a prompt alone; returns the cells that each of
        them takes, from the first one up to the one behind its last.

        Raises:
            Cancelled, ModelError: what was brought in so far is kept.
        """
        edges = list(accumulate((len(tokens) for tokens, _ in runs[:count]), initial=0))
        plan = [
            replace(segment, tokens=segment.tokens[: edges[-1] - segment.start])
            for segment in _plan(runs)
            if segment.start < edges[-1]
        ]
        self._bring(plan)
        return list(pairwise(_cell(plan, edge) for edge in edges))

    def _read(self, plan: list[_Segment]) -> tuple[Logits, int]:
        logits, cached = self._bring(plan)
        assert logits is not None
        return logits, cached

    def _bring(self, plan: list[_Segment]) -> tuple[Logits | None, int]:
        entries = _entries(plan)
        self._context.forget_from(_reusable(plan, _common(entries, self._held)))
        cached = self._context.length
        logits = None
        wanted = [one.block for one in plan if one.end > cached and one.block is not None]
        try:
            blocks = unpacked(wanted)
            for segment in plan:
                if segment.end <= cached:
                    continue
                if segment.block is not None:
                    self._context.put(next(blocks))
                    continue
                while (rest := segment.end - self._context.length) > 0:
                    batch = segment.tokens[-rest:][: _batch_size(rest)]
                    logits = self._context.read(batch, "last")
        finally:
            self._held = entries[: self._context.length]
        return logits, cached


def unpacked(blocks: Sequence[AnyBlock]) -> Iterator[AnyBlock]:
    """Blocks ready to be put back, unpacked on all cores; one that is damaged as it is."""
    if len(blocks) < 2:
        yield from blocks
        return
    with ThreadPoolExecutor(machine.usable_cores()) as threads:
        yield from threads.map(_unpack, blocks)


def _unpack(block: AnyBlock) -> AnyBlock:
    try:
        return block.unpack() if isinstance(block, PackedBlock) else block
    except DamagedBlock:
        # It is refused where it is put back.
        return block


def _plan(runs: Runs) -> list[_Segment]:
    plan: list[_Segment] = []
    text: list[int] = []
    position = 0
    # Behind the last text stands what the template ends with.
    last = len(runs) - 2
    for index, (tokens, part) in enumerate(runs):
        if index == last and text and part is None:
            plan.append(_Segment(position - len(text), text, None))
            text = []
        block = part.block if part is not None and index < len(runs) - 1 else None
        if block is not None and part is not None and part.from_start:
            before = [token for segment in plan for token in segment.tokens] + text + tokens
            if block.tokens == tuple(before) and not block.position:
                plan, text = [_Segment(0, before, block)], []
            else:
                text = text + tokens
        elif block is not None and block.tokens == tuple(tokens):
            if text:
                plan.append(_Segment(position - len(text), text, None))
            plan.append(_Segment(position, tokens, block))
            text = []
        else:
            text = text + tokens
        position += len(tokens)
    if text:
        plan.append(_Segment(position - len(text), text, None))
    return plan


def _cell(plan: Sequence[_Segment], position: int) -> int:
    """The cell of a position, or the one behind all where nothing stands there."""
    before = 0
    for segment in plan:
        if position < segment.end:
            return before + min(position - segment.start, segment.cells)
        before += segment.cells
    return before


def _entries(plan: Sequence[_Segment]) -> list[tuple[int, str]]:
    return [(token, segment.origin) for segment in plan for token in segment.tokens]


def _common(entries: Sequence[tuple[int, str]], held: Sequence[tuple[int, str]]) -> int:
    count = 0
    for wanted, there in zip(entries, held, strict=False):
        if wanted != there or wanted[1] == _UNKNOWN:
            break
        count += 1
    return count


def _reusable(plan: Sequence[_Segment], same: int) -> int:
    """How much of what is the same can be kept, so that the rest is read as it always is."""
    for segment in plan:
        if same >= segment.end and segment is not plan[-1]:
            continue
        if segment.origin != _READ:
            return segment.start
        inside = min(same - segment.start, len(segment.tokens) - LEAST_BATCH)
        return segment.start + max(0, inside) // _ALIGNMENT * _ALIGNMENT
    return 0


def _batch_size(rest: int) -> int:
    """How many of the remaining tokens to read at once, so that no small batch is left over."""
    if rest <= machine.BATCH:
        return rest
    return machine.BATCH if rest >= machine.BATCH + LEAST_BATCH else machine.BATCH // 2
