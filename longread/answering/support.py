"""Citations that open: each cited passage resolved to its place and its supporting words."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from longread.answering.check import Sentence
from longread.answering.evidence import Candidate, Evidence, document_letters
from longread.answering.texts import Texts
from longread.document import Document, Passage, Place, Span
from longread.memory.analysis import content_terms
from longread.memory.terms import coverage, weights
from longread.passages import sentence_spans

NEAREST = 3
"""How many passages are shown where the text holds no answer."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A passage that an answer rests on. ``quote`` is verbatim the text at ``span``."""

    label: str
    document_id: str
    document_title: str
    passage: int
    place: Place
    span: Span
    quote: str

    def as_json(self) -> dict[str, Any]:
        """Plain values, the place as a person reads it among them."""
        return {
            "label": self.label,
            "document_id": self.document_id,
            "document_title": self.document_title,
            "passage": self.passage,
            "place": str(self.place),
            "section_path": list(self.place.section_path),
            "paragraph": self.place.paragraph,
            "page_index": self.place.page_index,
            "page_label": self.place.page_label,
            "span": asdict(self.span),
            "quote": self.quote,
        }


class Citations:
    """The passages that an answer cites while it is put together, ``by_label``."""

    def __init__(self, texts: Texts) -> None:
        self.by_label: dict[str, Citation] = {}
        self._texts = texts
        self._letters = document_letters(texts.ids)

    def add(self, document_id: str, number: int, said: str) -> str:
        """Cite a passage for what is said, with its words for what was said of it first; returns
        its label."""
        label = f"{self._letters[document_id]}{number}"
        if label not in self.by_label:
            document = self._texts.documents[document_id]
            passage = self._texts.passages[document_id][number - 1]
            self.by_label[label] = cite_passage(label, document_id, document, passage, said, "")
        return label


def cite(
    sentences: Sequence[Sentence],
    evidence: Sequence[Evidence],
    documents: Mapping[str, Document],
    question: str,
) -> tuple[Citation, ...]:
    """The cited passages in the order in which the answer names them."""
    by_label = {item.label: item for item in evidence}
    said: dict[str, str] = {}
    for sentence in sentences:
        for label in sentence.labels:
            said[label] = f"{said.get(label, '')} {sentence.text}"
    return tuple(
        cite_passage(
            label,
            by_label[label].document_id,
            documents[by_label[label].document_id],
            by_label[label].passage,
            text,
            question,
        )
        for label, text in said.items()
    )


def nearest(
    candidates: Sequence[Candidate],
    documents: Mapping[str, Document],
    passages: Mapping[str, Sequence[Passage]],
    question: str,
    limit: int = NEAREST,
) -> tuple[Citation, ...]:
    """The best passages for a question, where there is no answer to cite."""
    letters = document_letters(list(documents))
    return tuple(
        cite_passage(
            f"{letters[item.document_id]}{item.passage}",
            item.document_id,
            documents[item.document_id],
            passages[item.document_id][item.passage - 1],
            question,
            question,
        )
        for item in candidates[:limit]
    )


def cite_passage(
    label: str, document_id: str, document: Document, passage: Passage, said: str, question: str
) -> Citation:
    """A passage as a citation: the sentence of it that holds most of what was said."""
    span = _supporting_words(document, passage, said, question)
    return Citation(
        label=label,
        document_id=document_id,
        document_title=document.title,
        passage=passage.number,
        place=document.place(span),
        span=span,
        quote=document.slice(span),
    )


def cite_place(
    place: Span, document_id: str, document: Document, passages: Sequence[Passage], letter: str
) -> Citation | None:
    """The citation of a place, with the sentence around it, or with the paragraph where that has
    none, as a heading; None before the first passage."""
    index = bisect_right(passages, place.start, key=lambda item: item.span.start) - 1
    if index < 0:
        return None
    around = document.paragraphs[document.paragraph_at(place.start)].span
    span = next(
        (
            one
            for one in sentence_spans(document, passages[index])
            if around.start <= one.start and place.start < one.end <= around.end
        ),
        around,
    )
    return Citation(
        label=f"{letter}{passages[index].number}",
        document_id=document_id,
        document_title=document.title,
        passage=passages[index].number,
        place=replace(document.place(place), span=span),
        span=span,
        quote=document.slice(span),
    )


def with_label(line: str, citation: Citation | None, cited: dict[str, Citation]) -> str:
    """A line with its citation's label behind it; the citation is put among those that are
    ``cited``, by label, unless another one has it."""
    if citation is None:
        return line
    cited.setdefault(citation.label, citation)
    return f"{line} [{citation.label}]"


def excerpt(document: Document, passage: Passage, question: str, words: int) -> Span:
    """The sentence of a passage that holds most of what was asked, with as many of those next to
    it as fit into so many words, those behind it first."""
    spans = sentence_spans(document, passage)
    first = last = spans.index(_supporting_words(document, passage, question, question))

    def stretch(first: int, last: int) -> Span:
        return Span(spans[first].start, spans[last].end)

    def fits(first: int, last: int) -> bool:
        within = first >= 0 and last < len(spans)
        return within and len(document.slice(stretch(first, last)).split()) <= words

    while True:
        if fits(first, last + 1):
            last += 1
        elif fits(first - 1, last):
            first -= 1
        else:
            return stretch(first, last)


def _supporting_words(document: Document, passage: Passage, said: str, question: str) -> Span:
    """The sentence of the passage that holds most of what was said; on a tie, most of what
    was asked."""
    spans = sentence_spans(document, passage)
    language = document.language
    texts = [document.slice(span) for span in spans]
    weight = weights(texts, language)
    wanted, asked = content_terms(said, language), content_terms(question, language)

    def score(index: int) -> tuple[float, float]:
        terms = content_terms(texts[index], language)
        return (
            coverage(wanted, terms, weight) + 0.5 * coverage(asked, terms, weight),
            -float(index),
        )

    return spans[max(range(len(spans)), key=score)]
