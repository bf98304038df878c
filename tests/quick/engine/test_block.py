"""Blocks go into the library's bytes and come out as they were."""

from __future__ import annotations

import numpy as np
import pytest

from longread.engine.block import (
    HEADER_BYTES,
    Block,
    UnknownState,
    as_stream,
    count_cells,
    from_state,
    is_transposed,
    to_state,
)

HEADER = bytes(range(HEADER_BYTES))


def block() -> Block:
    numbers = np.random.default_rng(1).normal(size=(2, 3, 5, 4)).astype(np.float16)
    return Block((7, 8, 9, 10, 11), 20, numbers[0], numbers[1])


@pytest.mark.parametrize("transposed", [False, True])
def test_a_block_comes_back_from_the_librarys_bytes(transposed: bool) -> None:
    made = block()
    state = to_state([made], HEADER, 1, transposed=transposed)
    back = from_state(state, made.tokens)
    assert is_transposed(state) == transposed
    assert count_cells(state) == 5
    assert (back.tokens, back.position) == (made.tokens, 20)
    assert (back.keys == made.keys).all()
    assert (back.values == made.values).all()


def test_values_that_are_transposed_stand_by_channel() -> None:
    made = block()
    state = to_state([made], HEADER, 1, transposed=True)
    last = np.frombuffer(state[-5 * 2 :], np.float16)
    assert (last == made.values[-1, :, -1]).all()


def test_a_state_goes_to_a_context_whose_sequences_have_cells_of_their_own() -> None:
    state = to_state([block()], HEADER, 1, transposed=False)
    moved = as_stream(state, 3)
    # One number of streams, the cells of the first as they were, and none of the two others.
    assert moved[:HEADER_BYTES] == HEADER
    assert int.from_bytes(moved[HEADER_BYTES : HEADER_BYTES + 4], "little") == 3
    assert moved[HEADER_BYTES + 4 :] == state[HEADER_BYTES + 4 :] + bytes(8)


@pytest.mark.parametrize("transposed", [False, True])
def test_bytes_that_are_no_state_are_refused(transposed: bool) -> None:
    made = block()
    state = to_state([made], HEADER, 1, transposed=transposed)
    for damaged in (state[:-2], state + b"\0\0", state[: len(state) // 2], b""):
        with pytest.raises(UnknownState):
            from_state(damaged, made.tokens)
    with pytest.raises(UnknownState):
        from_state(state, made.tokens[1:])
