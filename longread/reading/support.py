"""What a written sentence rests on: the pieces of text that hold most of its telling words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from longread.memory.analysis import content_terms
from longread.memory.summaries import Claim
from longread.memory.terms import SUPPORT_SHARE, coverage, weights

MOST_PIECES = 3
"""A sentence rests on so many pieces at most."""

_LEAST_GAIN = 0.15


@dataclass(frozen=True, slots=True)
class Piece:
    """Text that a sentence may rest on, with the numbers of its passages."""

    text: str
    passages: tuple[int, ...]


class Ground:
    """The pieces that sentences were written from."""

    def __init__(self, pieces: Sequence[Piece], language: str) -> None:
        self._pieces = pieces
        self._language = language
        self._weights = weights((piece.text for piece in pieces), language)
        self._terms = [frozenset(content_terms(piece.text, language)) for piece in pieces]

    def claim(self, sentence: str) -> Claim:
        """The sentence with the passages that hold most of it: the best piece, and others as
        long as they add enough."""
        wanted = content_terms(sentence, self._language)
        chosen: list[int] = []
        held: frozenset[str] = frozenset()
        share = 0.0
        while len(chosen) < min(MOST_PIECES, len(self._pieces)):
            gains = [
                (coverage(wanted, held | terms, self._weights) - share, -index)
                for index, terms in enumerate(self._terms)
            ]
            gain, best = max(gains)
            if chosen and gain < _LEAST_GAIN:
                break
            chosen.append(-best)
            held |= self._terms[-best]
            share += gain
        passages = {number for index in chosen for number in self._pieces[index].passages}
        return Claim(sentence, tuple(sorted(passages)), share >= SUPPORT_SHARE or not wanted)
