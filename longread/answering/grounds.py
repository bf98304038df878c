"""What a sentence of an answer rests on: the passage that holds most of it, and how much."""

from __future__ import annotations

import re
from collections.abc import Sequence

from longread.answering.evidence import Evidence
from longread.memory.analysis import content_terms
from longread.memory.terms import SUPPORT_SHARE, coverage, weights

_ASSENT = re.compile(
    r"\W*(?:yes|no|indeed|correct|ja|nein|oui|non|s[ií]|sim|não|да|нет)\W*", re.IGNORECASE
)


class Grounds:
    """The passages that an answer to a question may rest on."""

    def __init__(self, evidence: Sequence[Evidence], question: str, language: str) -> None:
        self._language = language
        self._question = question
        self._weights = weights((item.given for item in evidence), language)
        self._terms = {
            item.label: frozenset(content_terms(item.given, language)) for item in evidence
        }

    def best(self, said: str) -> str | None:
        """The label of the passage that holds most of what is said, and on a tie most of the
        question; None where none holds enough."""
        wanted, asked = self._wanted(said), content_terms(self._question, self._language)
        if not wanted:
            return None
        best, best_score = None, (SUPPORT_SHARE, -1.0)
        for label, terms in self._terms.items():
            score = coverage(wanted, terms, self._weights), coverage(asked, terms, self._weights)
            if score >= best_score:
                best, best_score = label, score
        return best

    def support(self, said: str, labels: Sequence[str]) -> float:
        """The share of the telling words of what is said that stand in passages; all where it has
        none, or is a bare yes or no, and rests on one."""
        wanted = self._wanted(said)
        if not labels or not wanted or _ASSENT.fullmatch(said):
            return 1.0 if labels else 0.0
        available = frozenset().union(*(self._terms[label] for label in labels))
        return coverage(wanted, available, self._weights)

    def _wanted(self, said: str) -> Sequence[str]:
        """The words that tell something; a bare "Yes." tells nothing but what was asked."""
        return content_terms(self._question if _ASSENT.fullmatch(said) else said, self._language)
