"""The decision whether the evidence holds an answer at all.

A small model answers from anything it is given. So code decides, by logistic regressions over
what the model says when asked yes or no, and what can be counted without it. Most questions are
decided before the answer is written. The others are answered first, unseen: what stands
together with the question's words in the text is likely an answer, what does not is likely
invented. The weights were fitted on development questions (docs/benchmarks/answers.md has the
figures).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from typing import Any

from longread.answering.evidence import Evidence
from longread.document import Document
from longread.errors import UsageError
from longread.memory.analysis import LETTER, content_terms
from longread.memory.terms import bare, coverage, weights
from longread.passages import sentence_spans
from longread.sentences import ABBREVIATION

NEARLY, LEAST_NEARLY = 0.85, 5
"""How like two spellings of a name are at least (twice their common letters' share), and how many
letters they have."""

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_OR = re.compile(r"\b(?:or|oder|ou|o|или)\b|还是|還是|または", re.IGNORECASE)
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+|[\"“«(]\s*)$")


@dataclass(frozen=True, slots=True)
class Signals:
    """What the decision rests on; all between 0 and 1.

    ``yes`` is the model's own probability that the passages state the answer, ``wording``
    the share of the question's telling words in the evidence, ``best_wording`` the same in
    the best single passage, ``names`` the share of the question's names that occur
    anywhere in the documents (1 where it names nothing). ``together``, once there is an
    answer, is the share of the question's and the answer's telling words that stand within two
    neighbouring sentences.
    """

    yes: float
    wording: float
    best_wording: float
    names: float
    together: float | None = None

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Signals:
        """Signals as `Assessment.as_json` wrote them.

        Raises:
            UsageError: another version wrote them, which had other signals.
        """
        try:
            return cls(**values)
        except TypeError:
            raise UsageError(
                "These results were made by another version of longread, with other signals for "
                "declining.",
                hint="Measure again into a new file with --out.",
            ) from None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of the signals, with ``bias``, ``early`` (before an answer) and ``late``.

    Early, what is at least ``sure`` is answered and what is below ``hopeless`` is declined; of
    the rest, late, what is below ``threshold`` is declined, and what is not yet ``certain`` is
    answered with a doubt.
    """

    early: Mapping[str, float]
    sure: float
    hopeless: float
    late: Mapping[str, float]
    threshold: float
    certain: float


CALIBRATION = Calibration(
    early={"bias": -7.27, "yes": 5.396, "wording": 1.434, "best_wording": 1.561, "names": 2.409},
    sure=0.735,
    hopeless=0.3,
    late={"bias": -7.291, "yes": 5.349, "names": 2.803, "together": 3.303},
    threshold=0.3,
    certain=0.382,
)
"""Weights, ``sure`` and ``certain`` were fitted by ``longread bench calibrate`` on tales and
novels, asked with their evidence, without it, and about other documents; below what is declined
was chosen by what that costs on novels (docs/benchmarks/answers.md)."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The probability that the evidence holds the answer, with the signals behind it. While
    it is ``open``, an answer must be seen before it is decided; a ``doubtful`` one is shown, but
    not as certain."""

    probability: float
    declined: bool
    signals: Signals
    open: bool = False
    doubtful: bool = False

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
            found.append(bare(word))
    return tuple(dict.fromkeys(found))


def is_nearly_named(word: str, text: str) -> bool:
    """Whether a text has a name that only a slip of the pen tells from the word, as "Rodgers"
    from "Rogers"; short words have too many neighbours."""
    if len(word) < LEAST_NEARLY:
        return False
    first = re.escape(word[0].upper())
    known = set(re.findall(rf"(?<!{LETTER}){first}[^\W\d_]{{{LEAST_NEARLY - 2},}}", text))
    return bool(get_close_matches(word.capitalize(), known, 1, NEARLY))


def signals(
    question: str,
    evidence: Sequence[Evidence],
    yes: float,
    occurs: Callable[[str], bool],
    language: str,
) -> Signals:
    """Collect the signals before an answer; ``occurs`` says whether a word stands anywhere in
    the documents."""
    wanted = content_terms(question, language)
    texts = [item.given for item in evidence]
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
    """Decide from the signals; without ``together``, as far as that can be done."""
    early = probability(found, calibration.early)
    if early >= calibration.sure or early < calibration.hopeless:
        return Assessment(early, early < calibration.hopeless, found)
    if found.together is None:
        return Assessment(early, False, found, open=True)
    late = probability(found, calibration.late)
    declined = late < calibration.threshold
    return Assessment(late, declined, found, doubtful=not declined and late < calibration.certain)


def probability(found: Signals, weights: Mapping[str, float]) -> float:
    """What a logistic regression makes of signals; ``bias`` is one of its weights."""
    values = {"bias": 1.0, **asdict(found)}
    logit = sum(weight * (values[name] or 0.0) for name, weight in weights.items())
    return 1 / (1 + math.exp(-logit))


def _is_choice(question: str, answer: str) -> bool:
    """Whether an answer may well be in the question itself: one of two things, or a name."""
    named = {name.casefold() for name in names_in(question)}
    words = {bare(word).casefold() for word in _WORD.findall(answer)}
    return bool(_OR.search(question)) or not named.isdisjoint(words)


def together(
    question: str,
    answer: str,
    evidence: Sequence[Evidence],
    documents: Mapping[str, Document],
    language: str,
) -> float:
    """How much of question and answer stands within two neighbouring sentences, at best;
    nothing of an answer that only says the question again."""
    asked = content_terms(question, language)
    known = set(asked)
    said = content_terms(answer, language)
    wanted = asked + [term for term in said if term not in known]
    if said and len(wanted) == len(asked) and not _is_choice(question, answer):
        return 0.0
    weight = weights([item.given for item in evidence], language)
    best = 0.0
    for item in evidence:
        document = documents[item.document_id]
        spans = sentence_spans(document, item.passage)
        terms = [content_terms(document.slice(span), language) for span in spans]
        for first, second in zip(terms, [*terms[1:], []], strict=True):
            best = max(best, coverage(wanted, first + second, weight))
    return best
