"""The cells of a context, taken out of it and put back as the library's own bytes.

They come and go through a sequence that nothing else uses, the scratch one: the library hands out
whole sequences only, and takes them back at the positions they were computed at.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from longread.engine import native
from longread.engine.block import (
    HEADER_BYTES,
    Block,
    UnknownState,
    as_stream,
    is_transposed,
    to_state,
)
from longread.errors import ModelError
from longread.files import is_disk_full

_ROUNDED_TO = 256


def whole_cells(tokens: int) -> int:
    """How many cells the library gives a run of so many tokens: it rounds up."""
    return -(-tokens // _ROUNDED_TO) * _ROUNDED_TO


class Cells:
    """The cells behind a context's ``handle``; ``scratch`` is the number of the sequence they come
    and go through. ``transposed`` says how values lie until a state has shown it."""

    def __init__(self, handle: Any, scratch: int, *, transposed: bool) -> None:
        self._llama = llama = native.library()
        self._handle = handle
        self._memory = llama.llama_get_memory(handle)
        self._scratch = scratch
        self._transposed = transposed
        self._header = b""

    def state(self, run: int, start: int, end: int) -> bytearray:
        """A run's positions from ``start`` to ``end``, as the library hands them out.

        Raises:
            UnknownState: it does not hand them out.
        """
        llama, memory, scratch = self._llama, self._memory, self._scratch
        llama.llama_memory_seq_cp(memory, run, scratch, start, end)
        try:
            size = llama.llama_state_seq_get_size(self._handle, scratch)
            state = bytearray(size)
            buffer = (ctypes.c_uint8 * size).from_buffer(state)
            written = llama.llama_state_seq_get_data(self._handle, buffer, size, scratch)
        finally:
            llama.llama_memory_seq_rm(memory, scratch, -1, -1)
        if written != size:
            raise UnknownState("the library did not hand out its state")
        self._header = bytes(state[:HEADER_BYTES])
        if start < end:
            self._transposed = is_transposed(state)
        return state

    def state_of(self, blocks: Sequence[Block], like: Cells | None = None) -> bytearray:
        """Blocks as such a state; ``like`` are the cells of another context of the same model, for
        one that hands out nothing itself."""
        header = (like or self).header()
        return to_state(blocks, header, self._scratch, transposed=self._transposed)

    def header(self) -> bytes:
        """What any state of the context begins with."""
        if not self._header:
            self.state(0, 0, 0)
        return self._header

    def append(self, state: bytearray, run: int, start: int, to: int) -> bool:
        """Put a state that begins at the position ``start`` into a run, at the position ``to``;
        false where it does not fit, and then anything may be lost."""
        llama, memory, scratch = self._llama, self._memory, self._scratch
        if not self._set(state, scratch):
            return False
        if start != to:
            llama.llama_memory_seq_add(memory, scratch, -1, -1, to - start)
        llama.llama_memory_seq_cp(memory, scratch, run, -1, -1)
        llama.llama_memory_seq_rm(memory, scratch, -1, -1)
        return True

    def fill(self, state: bytearray, run: int, runs: int) -> bool:
        """Begin one of so many separate runs with a state; false where it does not fit, and then
        anything may be lost."""
        return self._set(as_stream(state, runs), run)

    def _set(self, state: bytearray, sequence: int) -> bool:
        size = len(state)
        buffer = (ctypes.c_uint8 * size).from_buffer(state)
        taken = self._llama.llama_state_seq_set_data(self._handle, buffer, size, sequence)
        return bool(taken == size)


def write_state(state: bytearray, file: Path) -> None:
    """Write a state to a new file that only its owner can read.

    Raises:
        ModelError: the disk is full, or cannot be written; no part of the file stays.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as sink:
                sink.write(state)
                sink.flush()
                os.fsync(sink.fileno())
        except BaseException:
            with suppress(OSError):
                file.unlink(missing_ok=True)
            raise
    except OSError as error:
        full = is_disk_full(error)
        why = "is full" if full else f"could not be written ({error.strerror})"
        raise ModelError(
            f"The disk of {file.parent} {why}: how far the model has read was not saved.",
            hint="Free some space and read on; it goes on from what was saved before."
            if full
            else "Check the folder's permissions and the disk, and read on.",
        ) from error
