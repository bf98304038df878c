"""Fits the check for unanswerable questions: a logistic regression over its signals.

Answerable questions stand against unanswerable ones; where looking up has failed an
answerable one, declining it would be right too, but is counted as wrong.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from longread.answering.abstain import Calibration, Signals, assess
from longread.bench.results import Row
from longread.errors import UsageError

_EARLY = ("yes", "wording", "best_wording", "names")
_LATE = ("yes", "names", "together")
_RIDGE = 1e-2
_STEPS = 60

UNANSWERABLE_ANSWERED = 0.03
"""Share of unanswerable questions that may be answered before their answer is seen."""

ANSWERABLE_LOST = 0.02
"""Share of answerable questions that may be declined before their answer is seen."""

UNANSWERABLE_DECLINED = 0.85
"""Share of unanswerable questions, of those on which it is fitted, that shall be declined."""


def fit(rows: Sequence[Row]) -> tuple[Calibration, list[str]]:
    """Fit weights by Newton's method with a small ridge, and thresholds; and report.

    The classes weigh the same however many questions each has.

    Raises:
        UsageError: the results hold no unanswerable or no answerable questions, or were made
            without the signals that are fitted.
    """
    used = [row for row in rows if row["strategy"] == "longread" and row.get("assessment")]
    used = [row for row in used if row["assessment"]["signals"].get("together") is not None]
    answerable = [row for row in used if row["kind"] == "free"]
    impossible = [row for row in used if row["kind"] == "unanswerable"]
    if not answerable or not impossible:
        raise UsageError(
            "Calibrating needs answerable and unanswerable questions with an assessment.",
            hint="Run `longread bench qa` with the strategy longread over both.",
        )
    target = np.array([1.0] * len(answerable) + [0.0] * len(impossible))
    share = np.where(target == 1, 0.5 / len(answerable), 0.5 / len(impossible))
    both = answerable + impossible
    early, before = _regress(both, _EARLY, target, share)
    late, behind = _regress(both, _LATE, target, share)
    sure = float(np.quantile(before[target == 0], 1 - UNANSWERABLE_ANSWERED))
    hopeless = float(np.quantile(before[target == 1], ANSWERABLE_LOST))
    if hopeless > sure:
        # The signals tell all of them apart, and nothing is left open.
        sure = hopeless = (sure + hopeless) / 2
    # What is decided early is decided; the threshold brings the rest to the share wanted.
    lost = before < hopeless
    still_open = behind[(target == 0) & ~lost & (before < sure)]
    wanted = UNANSWERABLE_DECLINED * len(impossible) - float((lost & (target == 0)).sum())
    part = min(1.0, max(0.0, wanted / max(1, len(still_open))))
    threshold = float(np.quantile(still_open, part)) if len(still_open) else 0.5
    fitted = Calibration(early, round(sure, 3), round(hopeless, 3), late, round(threshold, 3))
    report = [_rate("answerable", answerable, fitted)]
    report.append(_rate("unanswerable", impossible, fitted))
    for name in sorted({row["dataset"] for row in used}):
        group = [row for row in used if row["dataset"] == name and row["kind"] == "free"]
        if group:
            report.append(_rate(f"{name}, answerable", group, fitted))
    return fitted, report


def _regress(
    rows: Sequence[Row],
    names: Sequence[str],
    target: np.ndarray[tuple[int], np.dtype[np.float64]],
    share: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> tuple[dict[str, float], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Weights of signals with a bias, and the probabilities that they give."""
    features = np.array(
        [[1.0, *(float(row["assessment"]["signals"][name]) for name in names)] for row in rows]
    )
    weights = _newton(features, target, share)
    rounded = [round(float(value), 3) for value in weights]
    return (
        dict(zip(("bias", *names), rounded, strict=True)),
        1 / (1 + np.exp(-features @ weights)),
    )


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
