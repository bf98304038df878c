"""Which token a line goes on with, so that it repeats nothing."""

from __future__ import annotations

import numpy as np
import pytest

from longread.engine.writing import NO_REPEAT, OTHER_BEGINNING, _choose

SAID = list(range(100, 100 + NO_REPEAT))


def next_token(line: list[int], before: list[list[int]], likeliest: int) -> int:
    logits = np.zeros(200, dtype=np.float32)
    logits[likeliest], logits[7] = 2.0, 1.0
    return _choose(logits, line, before)


@pytest.mark.parametrize(
    ("line", "before", "repeats"),
    [
        ([*SAID, *SAID[:-1]], [], True),
        ([*SAID, *SAID[:-2]], [], False),
        (SAID[: OTHER_BEGINNING - 1], [SAID], True),
        ([1, *SAID[: OTHER_BEGINNING - 1]], [SAID], False),
        ([1, *SAID[:-1]], [[2, *SAID]], False),
        ([], [SAID], False),
    ],
)
def test_nothing_is_said_twice(line: list[int], before: list[list[int]], repeats: bool) -> None:
    likeliest = SAID[-2] if len(line) == 2 * NO_REPEAT - 2 else SAID[-1]
    assert next_token(line, before, likeliest) == (7 if repeats else likeliest)
