"""The decision whether the evidence holds an answer at all.

A small model answers from anything it is given. So code decides: a logistic regression
over what the model says when asked yes or no, and what can be counted without it. Its
weights were fitted on development questions (docs/benchmarks.md has the figures).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from longread.answering.evidence import Evidence
from longread.answering.terms import ABBREVIATION, coverage, weights
from longread.memory.analysis import content_terms

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[\"“«(]\s*)$")


@dataclass(frozen=True, slots=True)
class Signals:
    """What the decision rests on; all between 0 and 1.

    ``yes`` is the model's own probability that the passages state the answer, ``wording``
    the share of the question's telling words in the evidence, ``best_wording`` the same in
    the best single passage, ``names`` the share of the question's names that occur
    anywhere in the documents (1 where it names nothing).
    """

    yes: float
    wording: float
    best_wording: float
    names: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the logistic regression and the threshold below which is declined."""

    bias: float
    yes: float
    wording: float
    best_wording: float
    names: float
    threshold: float


CALIBRATION = Calibration(
    bias=-5.176, yes=2.106, wording=1.806, best_wording=2.039, names=1.869, threshold=0.5
)
"""Fitted by ``longread bench calibrate`` on the development questions."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The probability that the evidence holds the answer, with the signals behind it."""

    probability: float
    declined: bool
    signals: Signals

    def as_json(self) -> dict[str, object]:
        """Plain values for ``json.dumps``."""
        return asdict(self)


def names_in(question: str) -> tuple[str, ...]:
    """Capitalised words that do not merely begin a sentence."""
    found = []
    for match in _WORD.finditer(question):
        word = match.group()
        before = question[: match.start()]
        begins = _SENTENCE_START.search(before) and not ABBREVIATION.search(before.rstrip(" ."))
        if word[0].isupper() and not begins:
            found.append(re.sub(r"['’]s?$", "", word))
    return tuple(dict.fromkeys(found))


def signals(
    question: str,
    evidence: Sequence[Evidence],
    yes: float,
    occurs: Callable[[str], bool],
    language: str,
) -> Signals:
    """Collect the signals; ``occurs`` says whether a word stands anywhere in the documents."""
    wanted = content_terms(question, language)
    texts = [item.text for item in evidence]
    weight = weights(texts, language)
    found = [content_terms(text, language) for text in texts]
    names = names_in(question)
    return Signals(
        yes=yes,
        wording=coverage(wanted, [term for terms in found for term in terms], weight),
        best_wording=max((coverage(wanted, terms, weight) for terms in found), default=0.0),
        names=sum(map(occurs, names)) / len(names) if names else 1.0,
    )


def assess(found: Signals, calibration: Calibration = CALIBRATION) -> Assessment:
    """Decide from the signals."""
    logit = (
        calibration.bias
        + calibration.yes * found.yes
        + calibration.wording * found.wording
        + calibration.best_wording * found.best_wording
        + calibration.names * found.names
    )
    probability = 1 / (1 + math.exp(-logit))
    return Assessment(probability, probability < calibration.threshold, found)
