"""A prompt in a context: which cells its parts take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from longread.engine.block import Block
from longread.engine.codec import AnyBlock, Codec, packed
from longread.engine.context import Context
from longread.engine.prompt import Prompt
from longread.engine.protocol import Part


class Counted:
    """A context that only counts positions."""

    def __init__(self) -> None:
        self.length = 0

    def forget_from(self, position: int) -> None:
        self.length = min(self.length, position)

    def put(self, block: AnyBlock) -> None:
        self.length += len(block.tokens)

    def read(self, tokens: Sequence[int], *_: Any) -> None:
        self.length += len(tokens)


def block(first: int, tokens: int) -> Block:
    numbers = np.random.default_rng(first).normal(size=(2, 2, tokens, 32)).astype(np.float16)
    return Block(tuple(range(first, first + tokens)), 10, numbers[0], numbers[1])


def part(whole: Block, share: float = 1.0) -> tuple[list[int], Part]:
    kept = packed(Codec(8, 8, share=share).encode(whole))
    return list(whole.tokens), Part("", kept)


def test_a_block_takes_as_many_cells_as_it_keeps_tokens() -> None:
    runs = [([1, 2, 3], None), part(block(10, 20), 0.5), part(block(40, 30)), ([7, 8], None)]
    prompt = Prompt(cast(Context, Counted()))
    assert prompt.hold(runs, 3) == [(0, 3), (3, 13), (13, 43)]


def test_the_beginning_may_be_a_block_of_several_runs() -> None:
    begin = block(10, 8)
    runs = [
        (list(begin.tokens[:5]), None),
        (list(begin.tokens[5:]), Part("", begin, from_start=True)),
        part(block(40, 20), 0.5),
        ([60, 61], Part("read as text")),
        ([7, 8], None),
    ]
    prompt = Prompt(cast(Context, Counted()))
    assert prompt.hold(runs, 4) == [(0, 5), (5, 8), (8, 18), (18, 20)]


class Reading(Counted):
    """A context that also writes down how much it reads at once."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def read(self, tokens: Sequence[int], *_: Any) -> Any:
        super().read(tokens)
        self.batches.append(len(tokens))
        return np.zeros(1, np.float32)


def test_another_last_text_costs_no_more_than_its_own_tokens() -> None:
    context = Reading()
    prompt = Prompt(cast(Context, context))
    system, passage = list(range(30)), (list(range(100, 300)), Part("read as text"))
    question, ending = list(range(400, 412)), [7, 8]
    check, answer = list(range(500, 520)), [600, 601, 602]

    prompt.read([(system, None), passage, (question, None), (check, None), (ending, None)])
    prompt.read([(system, None), passage, (question, None), (answer, None), (ending, None)])
    assert context.batches == [30 + 200 + 12, 20 + 2, 3 + 2]


def test_what_is_read_of_a_prompt_does_not_depend_on_the_one_before() -> None:
    """Batches of fewer tokens are rounded otherwise, and so they must be the same ones."""
    begin, answer, ending = (list(range(90)), None), ([600, 601], None), ([7, 8], None)
    fresh, used = Reading(), Reading()
    after = Prompt(cast(Context, used))
    for short in ([400, 401, 402], [400, 405]):
        after.read([begin, (short, None), answer, ending])
    alone = Prompt(cast(Context, fresh))
    alone.read([begin, ([400, 405], None), answer, ending])
    # The text before the last one is long enough to be gone on with, the last one is not.
    assert fresh.batches == [92, 4]
    assert used.batches == [93, 4, 64, 4]
