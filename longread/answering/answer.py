"""One question, from looking up to the checked answer, as a stream of events."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any

from longread.answering import abstain, prompts
from longread.answering.check import AnswerChecker, Quotation, Sentence
from longread.answering.evidence import Candidate, Evidence, gather, material
from longread.answering.follow_up import make_self_contained
from longread.answering.lookup import look_up
from longread.answering.recall import Recall
from longread.answering.support import Citation, cite, nearest
from longread.config import ANSWER_TOKENS, EVIDENCE_TOKENS
from longread.document import Document, Passage
from longread.engine.protocol import Chunk, Model, Sampling
from longread.memory.library import Library
from longread.memory.meaning import Embedder
from longread.text import squeeze

NOT_FOUND = "Not found in the text"
"""The reply where the evidence does not hold an answer."""

SCHEMA = "longread.answer/1"
"""Version of the JSON that ``Answer.as_json`` gives."""


class Decline(Enum):
    """What becomes of a question whose evidence does not hold an answer.

    ``ANSWER_ANYWAY`` records the assessment and answers all the same, for measurements.
    """

    WHEN_NOT_FOUND = "when-not-found"
    ANSWER_ANYWAY = "answer-anyway"
    NEVER = "never"


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
    """A checked answer, or ``declined`` with the nearest passages as citations."""

    question: str
    standalone_question: str
    text: str
    declined: bool
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    quotations: tuple[Quotation, ...]
    evidence: tuple[Evidence, ...]
    evidence_text: str
    assessment: abstain.Assessment | None
    unknown_citations: int
    unfound_quotations: int
    finish: str
    usage: Usage
    timing: Timing
    model: str

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object of ``longread ask --json``."""
        return {
            "schema": SCHEMA,
            "question": self.question,
            "standalone_question": self.standalone_question,
            "answer": self.text,
            "declined": self.declined,
            "sentences": [
                {**asdict(sentence), "supported": sentence.supported} for sentence in self.sentences
            ],
            "citations": [citation.as_json() for citation in self.citations],
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


Event = Stage | AnswerText | Answer


@dataclass(slots=True)
class Asker:
    """Answers questions over chosen documents of a library with one model.

    ``evidence_tokens`` is the budget for evidence; ``decline`` says what becomes of
    unanswerable questions; ``embedder`` and ``recall``, the use of blocks, may be absent.
    """

    library: Library
    model: Model
    document_ids: Sequence[str]
    embedder: Embedder | None = None
    evidence_tokens: int = EVIDENCE_TOKENS
    decline: Decline = Decline.WHEN_NOT_FOUND
    sampling: Sampling = field(default_factory=lambda: Sampling(max_tokens=ANSWER_TOKENS))
    recall: Recall | None = None
    _documents: dict[str, Document] = field(default_factory=dict)
    _passages: dict[str, Sequence[Passage]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for document_id in self.document_ids:
            self._documents[document_id] = self.library.document(document_id)
            self._passages[document_id] = self.library.passages(document_id)

    @property
    def language(self) -> str:
        """The language of the first document, which decides how wordings are compared."""
        return next((document.language for document in self._documents.values()), "")

    def ask(self, question: str, turns: Sequence[tuple[str, str]] = ()) -> Iterator[Event]:
        """Answer one question; ``turns`` are earlier (question, answer) pairs.

        Yields stages and pieces of text as they come, and the ``Answer`` at the end.
        Closing the iterator stops the model within a second.
        """
        started = time.perf_counter()
        standalone = question = squeeze(question)
        if turns:
            yield Stage("understanding the question")
            standalone = make_self_contained(self.model, turns, question, self.language)
        yield Stage("looking up")
        candidates, evidence = self.find(standalone)
        yield from self.answer_from(evidence, candidates, question, standalone, started)

    def answer_from(
        self,
        evidence: tuple[Evidence, ...],
        candidates: Sequence[Candidate],
        question: str,
        standalone: str,
        started: float,
    ) -> Iterator[Event]:
        """Answer from given evidence; ``started`` is the ``perf_counter`` of the question."""
        looked_up = time.perf_counter() - started
        given = self.material(evidence)
        assessment = None
        if self.decline is not Decline.NEVER:
            yield Stage("reading the evidence")
            assessment = self.assess(standalone, evidence, given)
        refused = assessment is not None and assessment.declined
        checker = AnswerChecker(evidence, standalone, self.language)
        pieces: list[str] = []
        last = Chunk("")
        first_token = 0.0
        if not refused or self.decline is Decline.ANSWER_ANYWAY:
            yield Stage("answering")
            for chunk in self.model.reply(prompts.answer(given, standalone), self.sampling):
                last = chunk
                for piece in checker.feed(chunk.text):
                    first_token = first_token or time.perf_counter() - started
                    pieces.append(piece)
                    yield AnswerText(piece)
            for piece in checker.finish():
                pieces.append(piece)
                yield AnswerText(piece)
        text = "".join(pieces).strip()
        declined = not text or text.casefold().startswith(NOT_FOUND.casefold())
        total = time.perf_counter() - started
        if declined:
            citations = nearest(candidates, self._documents, self._passages, standalone)
        else:
            citations = cite(checker.sentences, evidence, self._documents, standalone)
        yield Answer(
            question=question,
            standalone_question=standalone,
            text=NOT_FOUND if declined else text,
            declined=declined,
            sentences=() if declined else tuple(checker.sentences),
            citations=citations,
            quotations=() if declined else tuple(checker.quotations),
            evidence=evidence,
            evidence_text=given.text,
            assessment=assessment,
            unknown_citations=checker.unknown_citations,
            unfound_quotations=checker.unfound_quotations,
            finish=last.finish,
            usage=Usage(last.prompt_tokens, last.cached_tokens, last.reply_tokens),
            timing=Timing(looked_up, first_token or total, total),
            model=self.model.info.id,
        )

    def find(self, question: str) -> tuple[list[Candidate], tuple[Evidence, ...]]:
        """Look up a question: all candidates, best first, and the evidence chosen of them."""
        candidates = look_up(self.library, self.document_ids, question, self.embedder)
        if self.recall is not None:
            candidates = self.recall.rank(question, candidates, self._documents, self._passages)
        return candidates, self.evidence_of(candidates)

    def evidence_of(self, candidates: Sequence[Candidate]) -> tuple[Evidence, ...]:
        """Choose evidence from ranked candidates within the budget."""
        return gather(
            candidates,
            self._documents,
            self._passages,
            self.model.count_tokens,
            self.evidence_tokens,
        )

    def material(self, evidence: Sequence[Evidence]) -> prompts.Material:
        """Evidence as the model is given it, with what it has read of it before."""
        if self.recall is not None:
            return self.recall.material(evidence, self._documents)
        return prompts.Material(material(evidence, self._documents))

    def keep(self) -> None:
        """Keep what the model computed for the last answer's evidence, for the next questions;
        best done once the answer is shown."""
        if self.recall is not None:
            self.recall.keep()

    def assess(
        self, question: str, evidence: Sequence[Evidence], given: prompts.Material
    ) -> abstain.Assessment:
        """Decide whether the evidence holds the answer to a question."""
        if not evidence:
            return abstain.assess(abstain.Signals(0.0, 0.0, 0.0, 0.0))
        yes, _ = self.model.choose(prompts.check(given, question), ("yes", "no"))
        found = abstain.signals(question, evidence, yes, self._occurs, self.language)
        return abstain.assess(found)

    def _occurs(self, word: str) -> bool:
        return bool(self.library.search_words(word, self.document_ids, 1))
