"""Sentences of one shape: where many say the same of different things, that on the thing asked for.

A list, or facts told in one form, confuse a small model: of a hundred keys it names another one's.
Where sentences of the evidence are nearly the same, and only one of that shape has all that a
question names, there is nothing left to choose for a model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from longread.answering.evidence import Evidence
from longread.document import Document, Span
from longread.memory.analysis import content_terms
from longread.passages import sentence_spans

LEAST_TERMS = 2
"""A question with fewer telling words names no one of several things."""

LEAST_OTHERS = 2
"""So many other sentences of the same shape make a list."""

SAME_SHARE = 0.5
"""Sentences have one shape that have so much of all their words in common. With this and two
others, it is the case for none of 567 development questions on tales, novels and articles."""

_WORD = re.compile(r"[^\W\d_]+")


def singled_out(
    question: str, evidence: Sequence[Evidence], documents: Mapping[str, Document], language: str
) -> tuple[Evidence, Span] | None:
    """The sentence that has all of a question's telling words and more, with its passage, where
    others of the same shape lack some of them; none where it is not the only one or not one of
    many."""
    wanted = frozenset(content_terms(question, language))
    if len(wanted) < LEAST_TERMS:
        return None
    whole: list[tuple[Evidence, Span, frozenset[str]]] = []
    others: list[frozenset[str]] = []
    for item in evidence:
        document = documents[item.document_id]
        for span in sentence_spans(document, item.passage):
            text = document.slice(span)
            words = frozenset(_WORD.findall(text.casefold()))
            # What says no more than the question does not answer it.
            if wanted < frozenset(content_terms(text, language)):
                whole.append((item, span, words))
            else:
                others.append(words)
    if len(whole) != 1:
        return None
    item, span, words = whole[0]
    alike = sum(len(words & other) >= SAME_SHARE * len(words | other) for other in others)
    return (item, span) if alike >= LEAST_OTHERS else None
