"""Logistic regression by Newton's method."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_STEPS = 60
_ENOUGH = 1e-9

Doubles = NDArray[np.float64]


def regress(features: Doubles, target: Doubles, share: Doubles, ridge: float) -> Doubles:
    """The weights that make ``target`` (0 or 1) likeliest, the bias first, for ``features`` of the
    shape (cases, numbers), where each case weighs its ``share``. The penalty of half the
    ``ridge`` times their squares is on all weights but the bias."""
    features = np.hstack([np.ones((len(features), 1)), features])
    penalty = np.full(features.shape[1], ridge)
    penalty[0] = 0.0
    weights = np.zeros(features.shape[1])
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-features @ weights))
        gradient = features.T @ (share * (target - chances)) - penalty * weights
        curvature = (features * (share * chances * (1 - chances))[:, None]).T @ features
        step = np.linalg.solve(curvature + np.diag(penalty), gradient)
        weights = weights + step
        if np.abs(step).max() < _ENOUGH:
            break
    return weights
