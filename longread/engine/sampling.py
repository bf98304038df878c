"""From logits to tokens and their probabilities."""

from __future__ import annotations

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
