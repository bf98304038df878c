"""Which of several sentences on a stretch of text stands for all of it.

One that the model believes, that has what the text's own sentences have in common, and words of its
title: Edmundson, “New Methods in Automatic Extracting” (1969), chooses sentences by the last two.
"""

from __future__ import annotations

from collections.abc import Sequence

from longread.memory.analysis import content_terms
from longread.memory.summaries import Claim
from longread.memory.terms import common_worth
from longread.reading.belief import log_odds

TITLE_WORTH = 0.5
"""What words of the title are worth, in log-odds of belief; to be the most central is worth 1."""


def most_telling(
    claims: Sequence[Claim], text: Sequence[str], title: str, language: str
) -> Claim | None:
    """The claim that stands for the sentences of a ``text`` under a ``title``; the first of equal
    ones, and none where the model was not asked about each of them."""
    believed = [claim.belief for claim in claims if claim.belief is not None]
    if not claims or len(believed) < len(claims):
        return None
    said = [content_terms(claim.text, language) for claim in claims]
    read = [content_terms(sentence, language) for sentence in text]
    common = common_worth([*said, *read])[: len(said)]
    most = max(common) or 1.0
    titled = set(content_terms(title, language))
    worth = [
        log_odds(belief) + share / most + TITLE_WORTH * (not titled.isdisjoint(terms))
        for belief, share, terms in zip(believed, common, said, strict=True)
    ]
    return claims[worth.index(max(worth))]
