"""Comparing wordings: which share of one text's telling words stands in another."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from longread.memory.analysis import content_terms

SUPPORT_SHARE = 0.5
"""Least share of a sentence's telling words that what it rests on must hold to support it."""

_TERMS_FOR_FREE = 8
_POSSESSIVE = re.compile(r"['’]s?$")


def bare(word: str) -> str:
    """A word without a possessive ending."""
    return _POSSESSIVE.sub("", word)


def weights(texts: Iterable[str], language: str) -> dict[str, float]:
    """Inverse document frequency of each term over texts; rarer terms tell more."""
    counts: Counter[str] = Counter()
    total = 0
    for text in texts:
        total += 1
        counts.update(set(content_terms(text, language)))
    return {term: math.log(1 + total / count) for term, count in counts.items()}


def coverage(
    wanted: Sequence[str], available: Iterable[str], weight: Mapping[str, float] | None = None
) -> float:
    """Weighted share (0 to 1) of the wanted terms that are available; 0 for none wanted.

    A term without a weight counts as rare: it stands in none of the weighed texts.
    """
    have = set(available)
    rare = max(weight.values(), default=1.0) if weight else 1.0
    total = found = 0.0
    # In the text's order: a sum in another one may differ in its last bit, and decide a tie.
    for term in dict.fromkeys(wanted):
        value = weight.get(term, rare) if weight else 1.0
        total += value
        if term in have:
            found += value
    return found / total if total else 0.0


def common_worth(terms: Sequence[Sequence[str]]) -> list[float]:
    """How much of what several texts have in common each of them has, from its terms; the longer,
    the more it must have."""
    distinct = [set(found) for found in terms]
    counts = Counter(term for found in distinct for term in found)
    return [
        sum(counts[term] for term in found) / (_TERMS_FOR_FREE + len(found)) for found in distinct
    ]
