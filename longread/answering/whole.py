"""Answers about the whole text from its tree: what it is about, and what each chapter says.

The summaries were written before, so no model takes part. Their sentences cite the passages that
they rest on.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence

from longread.answering.answer import Answer, Route, without_model
from longread.answering.check import Sentence
from longread.answering.parts import asks_for_the_whole, scope_of
from longread.answering.support import Citations
from longread.answering.texts import Texts
from longread.document import Passage, Span
from longread.memory.library import Library
from longread.memory.summaries import Claim, Summary
from longread.reading.tree import LEAST_BETWEEN
from longread.structure import chapters

_PART = r"(?:chapter|section|part|canto|letter)"
_SENTENCE_EACH = re.compile(
    rf"\b(?:one|a|an|single|1)\s+(?:\w+\s+)?(?:sentence|line)s?\s+(?:per\s+{_PART}\b|"
    rf"(?:for|on|about|of|to)\s+(?:each|every|all)\s+(?:(?:of\s+)?the\s+)?{_PART}s?\b)|"
    rf"\b(?:each|every)\s+{_PART}\b.{{0,40}}\b(?:one|a|single)\s+(?:\w+\s+)?(?:sentence|line)",
    re.IGNORECASE,
)
_TOLD_EACH = re.compile(
    rf"\bsummar\w+\b.{{0,20}}\b(?:each|every|all(?:\s+the)?)\s+{_PART}|"
    rf"\bwhat\s+happens\s+in\s+(?:each|every)\s+{_PART}|"
    rf"\b{_PART}[- ]by[- ]{_PART}\b",
    re.IGNORECASE,
)


def route_of(question: str) -> Route | None:
    """Whether a question is about the whole text: about each chapter, or all of it together."""
    if _SENTENCE_EACH.search(question) or _TOLD_EACH.search(question):
        return Route.EACH
    return Route.OVERVIEW if asks_for_the_whole(question) else None


def answer_from_tree(
    question: str, texts: Texts, library: Library, route: Route | None = None
) -> Answer | None:
    """The answer where the question is about the whole and every text has its summaries; else
    None. ``route`` says which of the two is wanted."""
    started = time.perf_counter()
    asked = route_of(question)
    scope = None
    if asked is None and route in (None, Route.OVERVIEW):
        named = scope_of(question, texts)
        scope = named if named is not None and named.wanted == "overview" else None
    way = route or (Route.OVERVIEW if scope else asked)
    if way not in (Route.EACH, Route.OVERVIEW):
        return None
    # A sentence for a chapter is one of its own: what a small model writes of it may be wrong.
    telling = _SummaryAnswer(texts, library, quoting=_SENTENCE_EACH.search(question) is not None)
    for document_id in texts.ids if scope is None else scope.parts:
        if scope is not None:
            told = telling.parts(document_id, scope.spans(document_id))
        else:
            told = telling.document(document_id, each=way is Route.EACH)
        if not told:
            return None
    return without_model(
        question,
        way,
        telling.lines,
        started,
        citations=telling.citations.by_label.values(),
        figures={"summaries": telling.used},
        sentences=telling.sentences,
    )


class _SummaryAnswer:
    """Puts an answer together from the summaries of several texts."""

    def __init__(self, texts: Texts, library: Library, *, quoting: bool) -> None:
        self._texts = texts
        self._quoting = quoting
        self._library = library
        self.lines: list[str] = []
        self.sentences: list[Sentence] = []
        self.citations = Citations(texts)
        self.used = 0

    def document(self, document_id: str, *, each: bool) -> bool:
        """Tell of one document; false where its summaries are not there."""
        known = self._library.summaries(document_id)
        last = self._texts.last.get(document_id)
        parts = _parts(known, last)
        if not known or known[-1].kind != "document" or not parts:
            return False
        title = self._texts.documents[document_id].title
        if len(self._texts.documents) > 1:
            self.lines.append(f"{title}:")
        if each and chapters(self._texts.documents[document_id]):
            self.lines += [
                f"{part.title}: {self._said(document_id, (self._sentence_of(part),))}"
                for part in parts
                if part.kind == "chapter"
            ]
        elif last is None:
            self.lines.append(self._said(document_id, known[-1].claims))
        else:
            # The summary of the whole knows how it ends.
            self.lines.append(self._said(document_id, [part.sentence for part in parts]))
        self.used += len(parts)
        return True

    def parts(self, document_id: str, spans: Sequence[Span]) -> bool:
        """Tell of parts of a document; false where there are no summaries of all of them."""
        last = self._texts.last.get(document_id)
        known = self._library.summaries(document_id)
        read = [one for one in known if last is None or one.last <= last]
        if len(self._texts.documents) > 1:
            self.lines.append(f"{self._texts.documents[document_id].title}:")
        told: list[Summary] = []
        for span in spans:
            own = _covering(read, span, self._texts.passages[document_id])
            if not own:
                return False
            told += own
        for one in told:
            said = self._said(document_id, one.claims)
            self.lines.append(f"{one.title}: {said}" if len(told) > 1 else said)
        self.used += len(told)
        return True

    def _sentence_of(self, part: Summary) -> Claim:
        return (part.quotation if self._quoting else None) or part.sentence

    def _said(self, document_id: str, claims: Sequence[Claim]) -> str:
        return " ".join(self._sentence(document_id, claim) for claim in claims)

    def _sentence(self, document_id: str, claim: Claim) -> str:
        labels = [self.citations.add(document_id, one, claim.text) for one in claim.passages]
        text = " ".join([claim.text, *(f"[{label}]" for label in labels)])
        self.sentences.append(Sentence(text, tuple(labels), float(claim.supported)))
        return text


def _parts(known: Sequence[Summary], last: int | None) -> list[Summary]:
    """The chapters, and what text stands beside them; without chapters, the summaries next to the
    text. Only those that end before the reader's place."""
    chaptered = [one for one in known if one.kind == "chapter"]
    told = []
    for one in known:
        # Children come before what they are folded into.
        folds = any(_lies_in(other, one) for other in known if other.number < one.number)
        in_chapter = any(_lies_in(one, chapter) for chapter in chaptered)
        if one.kind == "chapter" or not (folds or in_chapter):
            told.append(one)
    return [one for one in told if last is None or one.last <= last]


def _covering(known: Sequence[Summary], span: Span, passages: Sequence[Passage]) -> list[Summary]:
    """The largest summaries that together tell of all passages of a span, but for headings and the
    like, and of no others."""
    inside = [item for item in passages if item.span.lies_in(span)]
    if not inside:
        return []
    first, last = inside[0].number, inside[-1].number
    own = [one for one in known if first <= one.first and one.last <= last]
    largest = [
        one
        for one in own
        if not any(_lies_in(one, other) for other in own if other.number > one.number)
    ]
    told = {number for one in largest for number in range(one.first, one.last + 1)}
    left = sum(item.span.end - item.span.start for item in inside if item.number not in told)
    return largest if left < LEAST_BETWEEN else []


def _lies_in(one: Summary, other: Summary) -> bool:
    return other.first <= one.first and one.last <= other.last
