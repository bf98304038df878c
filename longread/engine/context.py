"""One context of the model library: runs of tokens with their keys and values.

The cells of its first run are kept in the order of their positions, also after a part was
evicted or put back, so that the same steps give the same numbers whatever happened before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from longread.engine import machine, native
from longread.engine.block import Block, UnknownState, count_cells, from_state
from longread.engine.cells import Cells, write_state
from longread.engine.codec import AnyBlock, DamagedBlock, PackedBlock
from longread.engine.watch import Watch
from longread.errors import Cancelled, ModelError

Logits = NDArray[np.float32]
Streaming = Literal["shift", "windows", "plain"]

_ABORTED = 2


class NoContext(Exception):
    """The library could not make the context; the message says why, and ``hint`` what to do."""

    hint = "Try a smaller --context or a smaller model; `longread doctor` shows the machine."


class Context:
    """Keys and values of up to ``size`` tokens, in ``sequences`` runs side by side.

    Calls are about one run at a time, at first that with number 0. ``stop`` is looked at while
    it computes, ``watch`` sees what it computes. With ``flash`` attention, which is what the
    library chooses where it can, less memory is taken; a CPU reads long stretches faster
    without. ``streaming`` says how a text that is longer than the context can go through it: by
    ``shift`` (what follows an evicted part moves into its place), in separate ``windows``, or
    ``plain`` (a recurrent model, whose state has one size).

    With ``separate`` runs each has cells of its own, an equal part of ``size``: a step of many
    runs is faster, for none looks through the others' cells; but they share no cells, and begin
    with what another context holds, or with blocks at the places they were computed at.

    Raises:
        NoContext: there is no room for it.
    """

    def __init__(
        self,
        model: Any,
        size: int,
        threads: int,
        stop: Callable[[], bool],
        watch: Watch | None = None,
        sequences: int = 1,
        *,
        flash: bool = True,
        separate: bool = False,
    ) -> None:
        self._llama = llama = native.library()
        self._stop = stop
        self._interruptible = True
        self._torn = False
        self.size = size
        self._lengths = [0] * sequences
        self._current = 0
        settings = llama.llama_context_default_params()
        settings.n_ctx = size
        settings.n_batch = settings.n_ubatch = machine.BATCH
        settings.n_seq_max = sequences if separate else sequences + 1
        settings.kv_unified = not separate
        settings.swa_full = True
        settings.flash_attn_type = (
            llama.LLAMA_FLASH_ATTN_TYPE_AUTO if flash else llama.LLAMA_FLASH_ATTN_TYPE_DISABLED
        )
        settings.n_threads = settings.n_threads_batch = threads or machine.usable_cores()
        # The library keeps a pointer to it for as long as the context lives.
        self._abort = llama.ggml_abort_callback(lambda data: self._interruptible and stop())
        settings.abort_callback = self._abort
        if watch is not None:
            settings.cb_eval = watch.callback
        self.watch = watch
        native.take_reason()
        self._handle = llama.llama_init_from_model(model, settings)
        if not self._handle:
            reason = native.take_reason()
            raise NoContext(
                f"there is no room for a context of {size:,} tokens"
                + (f" ({reason})" if reason else "")
            )
        self._memory = llama.llama_get_memory(self._handle)
        self._cells = Cells(self._handle, sequences, transposed=not flash)
        self._batch = llama.llama_batch_init(machine.BATCH, 0, 1)
        vocabulary = llama.llama_model_get_vocab(model)
        self._vocabulary_size = int(llama.llama_vocab_n_tokens(vocabulary))
        self.streaming = self._find_streaming(model)

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return not self._handle

    @property
    def runs(self) -> int:
        """How many runs stand side by side."""
        return len(self._lengths)

    @property
    def current(self) -> int:
        """The run that calls are about."""
        return self._current

    @property
    def length(self) -> int:
        """Positions taken so far."""
        return self._lengths[self._current]

    @length.setter
    def length(self, value: int) -> None:
        self._lengths[self._current] = value

    def switch(self, sequence: int) -> None:
        """Go on with another run."""
        self._current = sequence

    def begin_as(self, other: int) -> None:
        """Begin the current run with all of another one, whose cells they share."""
        self.forget_from(0)
        self._llama.llama_memory_seq_cp(self._memory, other, self._current, -1, -1)
        self.length = self._lengths[other]

    def begin_with(self, other: Context) -> None:
        """Begin the current run, one of separate ones, with all of another context's.

        Raises:
            ModelError: it does not fit.
        """
        self._begin(other._cells.state(other.current, 0, other.length), other.length)

    def begin_from(self, blocks: Sequence[Block], like: Context) -> None:
        """Begin the current run, one of separate ones, with blocks that stay at their places, each
        of them behind the last; ``like`` is another context of the same model.

        Raises:
            ModelError: they do not fit.
        """
        end = blocks[-1].position + len(blocks[-1].tokens)
        self._begin(self._cells.state_of(blocks, like._cells), end)

    def _begin(self, state: bytearray, length: int) -> None:
        self.forget_from(0)
        if not self._cells.fill(state, self._current, len(self._lengths)):
            self._forget_all()
            raise ModelError("What was read cannot be read on.", hint="Update longread.")
        self.length = length

    def move_here(self, other: int) -> None:
        """Make all of another run, both of them separate ones, the current run; nothing is left
        of it in its place."""
        self.forget_from(0)
        # The cells themselves follow with the next step, before it computes.
        self._llama.llama_memory_seq_cp(self._memory, other, self._current, -1, -1)
        self._llama.llama_memory_seq_rm(self._memory, other, -1, -1)
        self.length, self._lengths[other] = self._lengths[other], 0

    def close(self) -> None:
        """Release it; safe to call twice."""
        if self._handle:
            self._llama.llama_batch_free(self._batch)
            self._llama.llama_free(self._handle)
        self._handle = self._batch = None

    def read(
        self,
        tokens: Sequence[int],
        want: Literal["nothing", "last", "all"] = "nothing",
        *,
        interruptible: bool = True,
    ) -> Logits | None:
        """Read at most ``machine.BATCH`` tokens behind what was read.

        Returns the logits behind the last one, of the shape (vocabulary,), or behind each of
        them, (tokens, vocabulary); they are valid until the next call.

        Raises:
            Cancelled: it was told to stop; what was read before is kept, or nothing at all.
            ModelError: the library failed.
        """
        if self.closed:
            raise ModelError("The model was closed.", hint="Open it again.")
        if interruptible and self._stop():
            raise Cancelled("Stopped.")
        last = len(tokens) - 1
        self._fill(
            (
                (token, self._current, want == "all" or (want == "last" and index == last))
                for index, token in enumerate(tokens)
            )
        )
        self._decode(interruptible=interruptible)
        return self._logits(len(tokens)) if want == "all" else self._last(want)

    def step(self, tokens: Mapping[int, int], wanted: Iterable[int]) -> dict[int, Logits]:
        """Read on in several runs at once: one token for each, by the run's number.

        Returns a copy of the logits in each run ``wanted``, of the shape (vocabulary,).

        Raises:
            Cancelled, ModelError: as ``read``, and none of the runs was read on.
        """
        if self._stop():
            raise Cancelled("Stopped.")
        chosen = set(wanted)
        self._fill((token, run, run in chosen) for run, token in tokens.items())
        self._decode(interruptible=True)
        shape = (self._vocabulary_size,)
        return {
            run: np.ctypeslib.as_array(
                self._llama.llama_get_logits_ith(self._handle, row), shape=shape
            ).copy()
            for row, run in enumerate(tokens)
            if run in chosen
        }

    def read_rows(self, rows: Iterable[tuple[int, int]]) -> None:
        """Read tokens, each with the run that it goes behind, at most ``machine.BATCH`` at once.

        Raises:
            Cancelled, ModelError: as ``read``, and none of the runs was read on.
        """
        if self._stop():
            raise Cancelled("Stopped.")
        self._fill((token, run, False) for token, run in rows)
        self._decode(interruptible=True)

    def _fill(self, rows: Iterable[tuple[int, int, bool]]) -> None:
        """Put tokens, each with its run and whether its logits are wanted, into the batch."""
        batch = self._batch
        past = list(self._lengths)
        count = 0
        for token, sequence, wanted in rows:
            batch.token[count] = token
            batch.pos[count] = past[sequence]
            batch.n_seq_id[count] = 1
            batch.seq_id[count][0] = sequence
            batch.logits[count] = wanted
            past[sequence] += 1
            count += 1
        batch.n_tokens = count
        self._filled = past

    def _decode(self, *, interruptible: bool) -> None:
        self._interruptible = interruptible
        code = self._llama.llama_decode(self._handle, self._batch)
        if code == 0:
            self._lengths = self._filled
            self._torn = False
            return
        # How much of it was kept is unknown; and of keys that were to move first, some may
        # have been moved.
        if self._torn:
            self._forget_all()
        current = self._current
        for sequence, length in enumerate(self._lengths):
            if self._filled[sequence] != length:
                self.switch(sequence)
                self.forget_from(length)
        self.switch(current)
        if code == _ABORTED:
            raise Cancelled("Stopped.")
        raise ModelError(
            f"The model library failed to decode (code {code}).",
            hint="Try a smaller --context; `longread doctor` shows the back end.",
        )

    def _forget_all(self) -> None:
        self._llama.llama_memory_clear(self._memory, True)
        self._lengths = [0] * len(self._lengths)
        self._torn = False

    def forget_from(self, position: int) -> None:
        """Forget what stands from a position on; all of it where the model cannot do less."""
        if self._llama.llama_memory_seq_rm(self._memory, self._current, position, -1):
            self.length = min(self.length, position)
        else:
            # Recurrent models cannot forget their last tokens alone.
            self._forget_all()
        if not any(self._lengths):
            self._torn = False

    def evict(self, start: int, count: int) -> None:
        """Drop ``count`` tokens from ``start`` on, and move what follows into their place."""
        end = self.length
        rest = self._state(start + count, end) if start + count < end else None
        self.forget_from(start)
        if rest is not None:
            self._append(rest, start + count, end, start)

    def take(self, start: int, tokens: Sequence[int]) -> Block:
        """The block of the tokens that stand from ``start`` on.

        Raises:
            UnknownState: the library hands out its state in a form that is not known.
        """
        return from_state(self._state(start, start + len(tokens)), tuple(tokens))

    def put(self, block: AnyBlock) -> None:
        """Put a block behind what was read, wherever it was taken from.

        Raises:
            ModelError: it does not fit this model or its context.
        """
        end = block.position + len(block.tokens)
        try:
            known = block.unpack() if isinstance(block, PackedBlock) else block
            state = self._cells.state_of([known])
        except DamagedBlock as error:
            raise ModelError(
                f"What was kept of a passage cannot be used: {error}.",
                hint="Ask again: the text is read instead.",
            ) from error
        self._append(state, block.position, end, self.length)

    def knows_state(self) -> bool:
        """Whether blocks can be taken out and put back, found by trying with one token."""
        try:
            self.read([0], interruptible=False)
            block = self.take(0, [0])
            self.put(block)
            return self._cells.state_of([self.take(1, [0])]) == self._state(1, 2)
        except (UnknownState, ModelError):
            return False
        finally:
            self.forget_from(0)

    def save(self, file: Path) -> None:
        """Write all of it to a new file that only its owner can read.

        Raises:
            ModelError: the disk is full, or cannot be written; no part of the file stays.
        """
        write_state(self._state(0, self.length), file)

    def load(self, file: Path) -> None:
        """Continue from a file that ``save`` wrote.

        Raises:
            ModelError: it does not fit; nothing is kept.
        """
        self.forget_from(0)
        state = bytearray(file.read_bytes())
        self._append(state, 0, count_cells(state), 0)

    def _append(self, state: bytearray, start: int, end: int, to: int) -> None:
        """Put the positions from start to end, as a state has them, to the position ``to``."""
        if not self._cells.append(state, self._current, start, to):
            self._forget_all()
            raise ModelError(
                "Keys and values that were kept do not fit the model.",
                hint="Ask again: the text is read instead.",
            )
        self._torn = self._torn or start != to
        self.length = to + end - start

    def _state(self, start: int, end: int) -> bytearray:
        return self._cells.state(self._current, start, end)

    def _last(self, want: str) -> Logits | None:
        if want != "last":
            return None
        pointer = self._llama.llama_get_logits_ith(self._handle, -1)
        return np.ctypeslib.as_array(pointer, shape=(self._vocabulary_size,))

    def _logits(self, count: int) -> Logits:
        pointer = self._llama.llama_get_logits(self._handle)
        return np.ctypeslib.as_array(pointer, shape=(count, self._vocabulary_size))

    def _find_streaming(self, model: Any) -> Streaming:
        llama = self._llama
        if llama.llama_model_is_recurrent(model) or llama.llama_model_is_hybrid(model):
            return "plain"
        return "shift" if llama.llama_memory_can_shift(self._memory) else "windows"
