"""Fits the check for unanswerable questions: a logistic regression over its signals.

Answerable questions stand against unanswerable ones. What declining an answerable one costs is the
score that its answer has: a wrong answer is no loss.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from longread.answering.abstain import Calibration, Signals, assess
from longread.bench.results import Row
from longread.bench.strategies import STRATEGIES
from longread.errors import UsageError

_EARLY = ("yes", "wording", "best_wording", "names")
_LATE = ("yes", "names", "together")
_RIDGE = 1e-2
_STEPS = 60

UNANSWERABLE_SHOWN = 0.1
"""Share of unanswerable questions whose answer may be shown while it is written."""

SCORE_LOST_EARLY, SCORE_LOST = 0.01, 0.05
"""Shares of the answers' score that declining may cost, before an answer is written and in all."""

Floats = NDArray[np.float64]


def fit(rows: Sequence[Row]) -> tuple[Calibration, list[str]]:
    """Fit weights by Newton's method with a small ridge, and thresholds; and report.

    The classes weigh the same however many questions each has.

    Raises:
        UsageError: the results hold no unanswerable or no answerable questions, or were made
            without the signals that are fitted.
    """
    used = [row for row in rows if row.get("assessment") and _declines(row["strategy"])]
    used = [row for row in used if row["assessment"]["signals"].get("together") is not None]
    answerable = [row for row in used if row["kind"] == "free"]
    impossible = [row for row in used if row["kind"] == "unanswerable"]
    if not answerable or not impossible:
        raise UsageError(
            "Calibrating needs answerable and unanswerable questions with an assessment.",
            hint="Run `longread bench qa --without-evidence` with a strategy that declines.",
        )
    count = len(answerable)
    target = np.array([1.0] * count + [0.0] * len(impossible))
    share = np.where(target == 1, 0.5 / count, 0.5 / len(impossible))
    both = answerable + impossible
    early, before = _regress(both, _EARLY, target, share)
    late, behind = _regress(both, _LATE, target, share)
    worth = np.array([float(row["token_f1"]) for row in answerable])
    hopeless = _threshold(before[:count], worth, SCORE_LOST_EARLY * worth.sum())
    sure = max(hopeless, float(np.quantile(before[count:], 1 - UNANSWERABLE_SHOWN)))
    lost = before[:count] < hopeless
    left = ~lost & (before[:count] < sure)
    room = SCORE_LOST * worth.sum() - worth[lost].sum()
    # Where all was decided early, nothing is known of what would be left open.
    threshold = _threshold(behind[:count][left], worth[left], room) if left.any() else 0.5
    fitted = Calibration(early, round(sure, 3), round(hopeless, 3), late, round(threshold, 3))
    report = [_rate("answerable", answerable, fitted)]
    report.append(_rate("unanswerable", impossible, fitted))
    for name in sorted({row["dataset"] for row in used}):
        for kind, group in (("answerable", answerable), ("unanswerable", impossible)):
            part = [row for row in group if row["dataset"] == name]
            if part:
                report.append(_rate(f"{name}, {kind}", part, fitted))
    shown = float((before[:count] >= sure).mean())
    report.append(f"shown while they are written: {shown:.0%} of the answerable")
    return fitted, report


def _declines(strategy: str) -> bool:
    return strategy in STRATEGIES and STRATEGIES[strategy].declines


def _threshold(chances: Floats, worth: Floats, most: float) -> float:
    """The highest chance below which answers are worth no more than ``most`` in all."""
    order = np.argsort(chances)
    spent = np.cumsum(worth[order])
    declined = int(np.searchsorted(spent, most, side="right"))
    # What would be declined last may be told apart from the next one by a rounded number.
    return float(chances[order[declined]]) - 1e-3 if declined < len(order) else 1.0


def _regress(
    rows: Sequence[Row],
    names: Sequence[str],
    target: Floats,
    share: Floats,
) -> tuple[dict[str, float], Floats]:
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


def _newton(features: Floats, target: Floats, share: Floats) -> Floats:
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
    declined = [
        assess(Signals.of_json(row["assessment"]["signals"]), calibration).declined for row in rows
    ]
    count = sum(declined)
    text = f"{name}: declines {count} of {len(rows)} ({count / len(rows):.0%})"
    worth = [float(row.get("token_f1") or 0.0) for row in rows]
    if not any(worth):
        return text
    kept = sum(value for value, gone in zip(worth, declined, strict=True) if not gone)
    return f"{text}, F1 {sum(worth) / len(rows):.3f} to {kept / len(rows):.3f}"
