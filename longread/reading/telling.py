"""Which sentence stands for a stretch of text.

Of those that a model wrote on it, one that the model believes, that has what the text's own
sentences have in common, and words of its title: Edmundson, “New Methods in Automatic Extracting”
(1969), chooses sentences by the last two. Where it has to be right, a sentence of the text itself,
which the others choose.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from longread.memory.analysis import content_terms
from longread.memory.summaries import Claim
from longread.memory.terms import common_worth, coverage, weights
from longread.reading.belief import log_odds
from longread.text import quoted

TITLE_WORTH = 0.5
"""What words of the title are worth, in log-odds of belief; to be the most central is worth 1."""

CENTRAL_WORTH, TITLED_WORTH = 0.5, 0.25
"""What it is worth in a quotation to be the most central, and to have all words of the title; to
have all that a claim says is worth 1."""

_OPENS_UNNAMED = 0.3
_QUOTED_TERMS = range(5, 19)
_UNNAMED = re.compile(
    r"(?:(?:and|but|then|so|now|for|when|as)\s+)?"
    r"(?:he|she|they|it|this|that|these|those|his|her|their)\b",
    re.IGNORECASE,
)
_SPOKEN = re.compile(r"[“”\"„«»「」『』?？]|(?:^|\s)[‘'’—-]|--")
_ENDS = (".", "!", "。", "！")


@dataclass(frozen=True)
class Telling:
    """The sentences of a stretch of text with the numbers of their passages, under a title."""

    text: Sequence[tuple[int, str]]
    title: str
    language: str

    def most_telling(self, claims: Sequence[Claim]) -> Claim | None:
        """The claim that stands for the text; the first of equal ones, and none where the model
        was not asked about each of them."""
        believed = [claim.belief for claim in claims if claim.belief is not None]
        if not claims or len(believed) < len(claims):
            return None
        said = [self._terms(claim.text) for claim in claims]
        common = common_worth([*said, *self._read])[: len(said)]
        most = max(common) or 1.0
        titled = set(self._terms(self.title))
        worth = [
            log_odds(belief) + share / most + TITLE_WORTH * (not titled.isdisjoint(terms))
            for belief, share, terms in zip(believed, common, said, strict=True)
        ]
        return claims[worth.index(max(worth))]

    def quotation(self, claims: Sequence[Claim]) -> Claim | None:
        """The sentence of the text that says most of what one of the claims says and is central;
        speech only where there is nothing else."""
        if not self.text:
            return None
        rarity = weights((sentence for _, sentence in self.text), self.language)
        central = common_worth(self._read)
        most = max(central) or 1.0
        told = [(self._terms(claim.text), claim.belief or 1.0) for claim in claims]
        titled = self._terms(self.title)

        def worth(index: int) -> tuple[bool, float]:
            terms, sentence = self._read[index], self.text[index][1]
            said = max((coverage(t, terms, rarity) * belief for t, belief in told), default=0.0)
            unnamed = _OPENS_UNNAMED if _UNNAMED.match(sentence) else 0.0
            value = said + CENTRAL_WORTH * central[index] / most - unnamed
            value += TITLED_WORTH * coverage(titled, terms, rarity)
            return _tells(sentence) and len(terms) in _QUOTED_TERMS, value

        number, sentence = self.text[max(range(len(self.text)), key=worth)]
        return Claim(quoted(sentence), (number,))

    @cached_property
    def _read(self) -> list[list[str]]:
        return [self._terms(sentence) for _, sentence in self.text]

    def _terms(self, text: str) -> list[str]:
        return content_terms(text, self.language)


def _tells(sentence: str) -> bool:
    """Whether it is a whole sentence that nobody speaks."""
    return sentence.endswith(_ENDS) and not _SPOKEN.search(sentence)
