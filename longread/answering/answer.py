"""What a question gives: stages, pieces of text as they come, and the checked answer."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from longread.answering.abstain import Assessment
from longread.answering.check import Quotation, Sentence
from longread.answering.evidence import Evidence
from longread.answering.support import Citation

NOT_FOUND = "Not found in the text"
"""The reply where the evidence does not hold an answer."""

DOUBTFUL = "Not certain: the passages may not answer this."
"""What stands below an answer that they may not hold."""

SCHEMA = "longread.answer/1"
"""Version of the JSON that ``Answer.as_json`` gives."""


class Route(StrEnum):
    """How a question is answered: from evidence, by counting over the full text, from the
    summaries of the whole or of each chapter, or by every name that is met."""

    DETAIL = "detail"
    COUNT = "count"
    OVERVIEW = "overview"
    EACH = "each"
    EVERY = "every"


@dataclass(frozen=True, slots=True)
class Stage:
    """What is being done now, for a progress line."""

    name: str


@dataclass(frozen=True, slots=True)
class AnswerText:
    """A piece of the checked answer, ready to be shown."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the evidence prompt, of it those still cached, and of the reply."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    reply_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds from the question to each point."""

    looked_up: float
    first_token: float
    total: float


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer, or ``declined`` with the nearest passages as citations; ``doubtful`` where
    the passages may well not say so. ``figures`` are what was counted, as plain values; ``model``
    is empty where none was needed."""

    question: str
    standalone_question: str
    route: Route
    text: str
    declined: bool
    timing: Timing
    citations: tuple[Citation, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)
    sentences: tuple[Sentence, ...] = ()
    quotations: tuple[Quotation, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    evidence_text: str = ""
    assessment: Assessment | None = None
    unknown_citations: int = 0
    unfound_quotations: int = 0
    finish: str = "stop"
    usage: Usage = field(default_factory=Usage)
    model: str = ""
    doubtful: bool = False

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object of ``longread ask --json``."""
        return {
            "schema": SCHEMA,
            "question": self.question,
            "standalone_question": self.standalone_question,
            "route": self.route,
            "answer": self.text,
            "declined": self.declined,
            "doubtful": self.doubtful,
            "sentences": [
                {**asdict(sentence), "supported": sentence.supported} for sentence in self.sentences
            ],
            "citations": [citation.as_json() for citation in self.citations],
            "figures": self.figures,
            "quotations": [asdict(quotation) for quotation in self.quotations],
            "evidence": [
                {
                    "label": item.label,
                    "document_id": item.document_id,
                    "passage": item.passage.number,
                    "span": asdict(item.passage.span),
                    "score": round(item.score, 6),
                }
                for item in self.evidence
            ],
            "assessment": self.assessment.as_json() if self.assessment else None,
            "unknown_citations": self.unknown_citations,
            "unfound_quotations": self.unfound_quotations,
            "finish": self.finish,
            "usage": asdict(self.usage),
            "seconds": asdict(self.timing),
            "model": self.model,
        }


def without_model(
    question: str,
    route: Route,
    lines: Sequence[str],
    started: float,
    *,
    citations: Iterable[Citation] = (),
    figures: dict[str, Any] | None = None,
    sentences: Iterable[Sentence] = (),
) -> Answer:
    """An answer that is there at once, line by line; ``started`` is the ``perf_counter`` of the
    question."""
    seconds = time.perf_counter() - started
    return Answer(
        question=question,
        standalone_question=question,
        route=route,
        text="\n".join(lines),
        declined=False,
        timing=Timing(seconds, seconds, seconds),
        citations=tuple(citations),
        figures=figures or {},
        sentences=tuple(sentences),
    )


Event = Stage | AnswerText | Answer
"""What is told of a question as it is answered; the answer itself comes last."""
