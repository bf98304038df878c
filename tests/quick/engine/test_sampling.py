"""From logits to tokens and their probabilities."""

from __future__ import annotations

import numpy as np
import pytest

from longread.engine.sampling import choose_token, softmax


def test_chances_of_large_logits_are_those_of_their_differences() -> None:
    chances = softmax(np.array([1.0, 3.0, -2.0, 800.0, 799.0], np.float32))
    assert chances.sum() == pytest.approx(1.0)
    assert chances[3] / chances[4] == pytest.approx(np.e)


def test_the_coldest_choice_is_the_likeliest_token() -> None:
    generator = np.random.default_rng(3)
    logits = np.array([0.0, 2.0, 1.0], np.float32)
    assert choose_token(logits, 0.0, generator) == 1
    drawn = {choose_token(logits, 2.0, generator) for _ in range(200)}
    assert drawn == {0, 1, 2}
