"""Fits the check for unanswerable questions: a logistic regression over its signals.

Answerable questions stand against unanswerable ones. What declining an answerable one costs is the
score that its answer has: a wrong answer is no loss.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from longread.answering.abstain import Calibration, Signals, assess, probability
from longread.answering.logistic import regress
from longread.bench.json_lines import Row
from longread.bench.questions import ELSEWHERE, HIDDEN
from longread.bench.strategies import STRATEGIES
from longread.errors import UsageError

_EARLY = ("yes", "wording", "best_wording", "names")
_LATE = ("yes", "names", "together")
_RIDGE = 1e-3
_FOLDS = 5

UNANSWERABLE_SHOWN = 0.1
"""Share of unanswerable questions whose answer may be shown while it is written."""

SCORE_LOST_EARLY, SCORE_LOST, SCORE_DOUBTED = 0.005, 0.015, 0.05
"""Shares of the answers' score that declining may cost, before an answer is written and in all; and
that which declined and doubtful answers may have together."""

Floats = NDArray[np.float64]


def fit(rows: Sequence[Row], strategies: Sequence[str] = ()) -> tuple[Calibration, list[str]]:
    """Fit weights by Newton's method with a small ridge, and thresholds, on answers of all
    strategies that decline, or of some; and report, also on documents that the weights were not
    fitted on.

    Answerable and unanswerable questions weigh the same however many there are, and so do the
    datasets.

    Raises:
        UsageError: the results hold no unanswerable or no answerable questions, or were made
            without the signals that are fitted.
    """
    of = [row for row in rows if not strategies or row["strategy"] in strategies]
    used = [row for row in of if row.get("assessment") and _declines(row["strategy"])]
    used = [row for row in used if _signals(row).together is not None]
    if not all(_kinds(used)):
        raise UsageError(
            "Calibrating needs answerable and unanswerable questions with an assessment.",
            hint="Run `longread bench qa --without-evidence` with a strategy that declines.",
        )
    fitted = _fit(used)
    report = _rates(used, lambda row: fitted)
    documents = sorted({row["document"] for row in used})
    if len(documents) >= _FOLDS:
        folds = [documents[at::_FOLDS] for at in range(_FOLDS)]
        others = [[row for row in used if row["document"] not in fold] for fold in folds]
        if all(all(_kinds(left)) for left in others):
            by_others = [_fit(left) for left in others]
            apart = {name: by_others[at] for at, fold in enumerate(folds) for name in fold}
            held_out = _rates(used, lambda row: apart[row["document"]])
            report += [f"fitted on other documents: {line}" for line in held_out]
    answerable, _ = _kinds(used)
    early = [probability(_signals(row), fitted.early) for row in answerable]
    shown = np.mean(np.array(early) >= fitted.sure)
    report.append(f"shown while they are written: {shown:.0%} of the answerable")
    return fitted, report


def _fit(rows: Sequence[Row]) -> Calibration:
    answerable, impossible = _kinds(rows)
    both, count = answerable + impossible, len(answerable)
    target = np.array([1.0] * count + [0.0] * len(impossible))
    share = np.concatenate([_shares(answerable), _shares(impossible)]) / 2
    early, before = _regress(both, _EARLY, target, share)
    late, behind = _regress(both, _LATE, target, share)
    # Scores are higher in one dataset than in another; what is lost of each counts the same.
    worth = np.array([float(row["token_f1"]) for row in answerable])
    names = np.array([row["dataset"] for row in answerable])
    for name in np.unique(names):
        worth[names == name] /= max(worth[names == name].sum(), 1e-9)
    hopeless = _threshold(before[:count], worth, SCORE_LOST_EARLY * worth.sum())
    sure = max(hopeless, _quantile(before[count:], share[count:], 1 - UNANSWERABLE_SHOWN))
    lost = before[:count] < hopeless
    # What is as sure may fall below it by a rounded number.
    left = ~lost & (before[:count] < sure + 1e-3)
    # Where all was decided early, nothing is known of what would be left open.
    threshold, certain = (
        _threshold(behind[:count][left], worth[left], most * worth.sum() - worth[lost].sum())
        if left.any()
        else 0.5
        for most in (SCORE_LOST, SCORE_DOUBTED)
    )
    return Calibration(
        early, round(sure, 3), round(hopeless, 3), late, round(threshold, 3), round(certain, 3)
    )


def _kinds(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The answerable ones and the others."""
    answerable = [row for row in rows if row["kind"] == "free"]
    return answerable, [row for row in rows if row["kind"] == "unanswerable"]


def _shares(rows: Sequence[Row]) -> Floats:
    """What each row weighs, so that each dataset weighs the same; 1 in all."""
    count = Counter(row["dataset"] for row in rows)
    return np.array([1.0 / len(count) / count[row["dataset"]] for row in rows])


def _signals(row: Row) -> Signals:
    return Signals.of_json(row["assessment"]["signals"])


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
        [[float(row["assessment"]["signals"][name]) for name in names] for row in rows]
    )
    weights = regress(features, target, share, _RIDGE)
    rounded = [round(float(value), 3) for value in weights]
    return (
        dict(zip(("bias", *names), rounded, strict=True)),
        1 / (1 + np.exp(-features @ weights[1:] - weights[0])),
    )


def _quantile(values: Floats, share: Floats, part: float) -> float:
    """The least value that with all lower ones makes up a part of the whole."""
    order = np.argsort(values)
    at = int(np.searchsorted(np.cumsum(share[order]), part * share.sum()))
    return float(values[order[min(at, len(order) - 1)]])


def _rates(rows: Sequence[Row], calibration_of: Callable[[Row], Calibration]) -> list[str]:
    """What is declined of both kinds, and in each dataset, there also by why there is no answer."""
    answerable, impossible = _kinds(rows)
    report = [
        _rate("answerable", answerable, calibration_of),
        _rate("unanswerable", impossible, calibration_of),
    ]
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        why = next((why for why in (HIDDEN, ELSEWHERE) if row["id"].endswith(why)), row["kind"])
        groups[row["dataset"], "answerable" if why == "free" else why].append(row)
    for dataset, kind in sorted(groups):
        report.append(_rate(f"{dataset}, {kind}", groups[dataset, kind], calibration_of))
    return report


def _rate(name: str, rows: Sequence[Row], calibration_of: Callable[[Row], Calibration]) -> str:
    assessed = [assess(_signals(row), calibration_of(row)) for row in rows]
    declined = [one.declined for one in assessed]
    count, doubted = sum(declined), sum(one.doubtful for one in assessed)
    text = f"{name}: declines {count} of {len(rows)} ({count / len(rows):.0%})"
    text += f", doubts {doubted}" if doubted else ""
    worth = [float(row.get("token_f1") or 0.0) for row in rows]
    if not any(worth):
        return text
    kept = sum(value for value, gone in zip(worth, declined, strict=True) if not gone)
    return f"{text}, F1 {sum(worth) / len(rows):.3f} to {kept / len(rows):.3f}"
