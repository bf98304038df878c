"""Questions about a stretch of the text that a reader points at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from longread.answering.evidence import Candidate
from longread.answering.texts import Texts
from longread.document import Span
from longread.text import one_line, quoted

LONGEST_SHOWN = 240
"""Most characters of the stretch that are put into the question."""

MOST_PASSAGES = 3
"""Most passages of the stretch that are evidence in any case."""


@dataclass(frozen=True, slots=True)
class About:
    """A stretch of one document of those that are asked."""

    document_id: str
    span: Span

    def spelled_out(self, question: str, texts: Texts) -> str:
        """The question with the words that it points at, so that it can be looked up."""
        words = one_line(texts.documents[self.document_id].slice(self.span), LONGEST_SHOWN)
        return f"{question} {quoted(words)}" if words else question

    def leading(self, candidates: Sequence[Candidate], texts: Texts) -> list[Candidate]:
        """The candidates with the stretch's own passages before them."""
        passages = texts.passages[self.document_id]
        own = [item.number for item in passages if item.span.touches(self.span)][:MOST_PASSAGES]
        best = max((item.score for item in candidates), default=1.0)
        first = [
            Candidate(self.document_id, number, best + len(own) - index)
            for index, number in enumerate(own)
        ]
        known = {item.key for item in first}
        return first + [c for c in candidates if c.key not in known]


@dataclass(frozen=True, slots=True)
class Ready:
    """A question that fits any stretch: its name, its words, and whether it asks only about
    what stands before."""

    name: str
    question: str
    before: bool = False


READY = (
    Ready("Explain it", "What is meant by this?"),
    Ready("Who or what is this?", "Who or what is named here?"),
    Ready("What happened before?", "What happened before this?", before=True),
)
"""Questions that a reader can ask about what was pointed at without typing."""
