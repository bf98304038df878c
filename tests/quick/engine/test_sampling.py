"""From logits to tokens and their probabilities."""

from __future__ import annotations

import math

import numpy as np
import pytest

from longread.engine.sampling import choose_token, log_probability, softmax


def test_a_token_s_log_probability_is_that_of_softmax() -> None:
    logits = np.array([1.0, 3.0, -2.0, 800.0, 799.0], np.float32)
    chances = softmax(logits)
    assert chances.sum() == pytest.approx(1.0)
    for token in (3, 4):
        assert math.exp(log_probability(logits, token)) == pytest.approx(chances[token], rel=1e-4)


def test_the_coldest_choice_is_the_likeliest_token() -> None:
    generator = np.random.default_rng(3)
    logits = np.array([0.0, 2.0, 1.0], np.float32)
    assert choose_token(logits, 0.0, generator) == 1
    drawn = {choose_token(logits, 2.0, generator) for _ in range(200)}
    assert drawn == {0, 1, 2}
