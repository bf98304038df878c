"""From logits to tokens and their probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from longread.engine.context import Logits


def softmax(logits: Logits) -> NDArray[np.float64]:
    """Probabilities of the tokens."""
    shifted = np.exp(logits.astype(np.float64) - float(logits.max()))
    chances: NDArray[np.float64] = shifted / shifted.sum()
    return chances


def choose_token(logits: Logits, temperature: float, generator: np.random.Generator) -> int:
    """The likeliest token at temperature 0, else one by its chance."""
    if temperature <= 0:
        return int(logits.argmax())
    return int(generator.choice(len(logits), p=softmax(logits / temperature)))


def costs_of(logits: Logits, tokens: Sequence[int]) -> list[float]:
    """The negative log-likelihood, in nats, of each of the last ``len(logits)`` of the tokens; the
    logits, of the shape (tokens, vocabulary), are those before each."""
    if not len(logits):
        return []
    highest = logits.max(axis=1, keepdims=True)
    totals = np.log(np.exp(logits - highest).sum(axis=1)) + highest[:, 0]
    chosen = np.asarray(tokens[len(tokens) - len(logits) :])
    costs: list[float] = (totals - logits[np.arange(len(logits)), chosen]).tolist()
    return costs
