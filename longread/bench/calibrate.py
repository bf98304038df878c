"""Fits the check for unanswerable questions: a logistic regression over its signals.

Answerable questions stand against unanswerable ones; where looking up has failed an
answerable one, declining it would be right too, but is counted as wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from longread.answering.abstain import Calibration, Signals, assess
from longread.bench.qa import Row
from longread.errors import UsageError

_NAMES = ("yes", "wording", "best_wording", "names")
_RIDGE = 1e-2
_STEPS = 60
ANSWERABLE_DECLINED = 0.06
"""Share of answerable questions whose wrongful declining the threshold allows."""


def fit(rows: Sequence[Row]) -> tuple[Calibration, list[str]]:
    """Fit weights by Newton's method with a small ridge, and a threshold; and report.

    The classes weigh the same however many questions each has.

    Raises:
        UsageError: the results hold no unanswerable or no answerable questions.
    """
    used = [row for row in rows if row["strategy"] == "longread" and row.get("assessment")]
    answerable = [row for row in used if row["kind"] == "free"]
    impossible = [row for row in used if row["kind"] == "unanswerable"]
    if not answerable or not impossible:
        raise UsageError(
            "Calibrating needs answerable and unanswerable questions with an assessment.",
            hint="Run `longread bench qa` with the strategy longread over both.",
        )
    features = np.array([_features(row) for row in answerable + impossible])
    target = np.array([1.0] * len(answerable) + [0.0] * len(impossible))
    share = np.where(target == 1, 0.5 / len(answerable), 0.5 / len(impossible))
    weights = _newton(features, target, share)
    chances = 1 / (1 + np.exp(-features @ weights))
    threshold = float(np.quantile(chances[target == 1], ANSWERABLE_DECLINED))
    bias, *of_signals = (round(float(value), 3) for value in weights)
    named = dict(zip(_NAMES, of_signals, strict=True))
    fitted = Calibration(bias=bias, threshold=round(threshold, 3), **named)
    report = [_rate("answerable", answerable, fitted)]
    report.append(_rate("unanswerable", impossible, fitted))
    for name in sorted({row["dataset"] for row in used}):
        group = [row for row in used if row["dataset"] == name and row["kind"] == "free"]
        if group:
            report.append(_rate(f"{name}, answerable", group, fitted))
    return fitted, report


def _features(row: Row) -> list[float]:
    found = row["assessment"]["signals"]
    return [1.0, *(float(found[name]) for name in _NAMES)]


def _newton(
    features: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    target: np.ndarray[tuple[int], np.dtype[np.float64]],
    share: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    weights = np.zeros(features.shape[1])
    ridge = _RIDGE * np.eye(features.shape[1])
    ridge[0, 0] = 0.0
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-features @ weights))
        gradient = features.T @ (share * (target - chances)) - ridge @ weights
        curvature = (features * (share * chances * (1 - chances))[:, None]).T @ features + ridge
        weights = weights + np.linalg.solve(curvature, gradient)
    return weights


def _rate(name: str, rows: Sequence[Row], calibration: Calibration) -> str:
    declined = sum(
        assess(Signals(**row["assessment"]["signals"]), calibration).declined for row in rows
    )
    return f"{name}: declines {declined} of {len(rows)} ({declined / len(rows):.0%})"
