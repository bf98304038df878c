"""Evidence: chosen passages, in the order of the text, within a token budget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from longread.config import EVIDENCE_TOKENS
from longread.document import Document, Passage, Span
from longread.engine.codec import AnyBlock
from longread.engine.protocol import Part
from longread.reading.frame import passage_text
from longread.table_heads import TableHeads


@dataclass(frozen=True, slots=True)
class Evidence:
    """One passage that the model is given. ``label`` is what an answer cites: the passage's
    number, behind a letter for the document where there are several. ``relevance`` is as with
    ``Candidate``; ``table_head`` is what stands above the rows of the table it begins in."""

    label: str
    document_id: str
    document_title: str
    passage: Passage
    text: str
    score: float
    relevance: float | None = None
    table_head: str = ""

    @property
    def given(self) -> str:
        """All that the model is told of it: its text, below the head of its table."""
        return f"{self.table_head}\n{self.text}" if self.table_head else self.text


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was looked up, best first by ``score``; ``relevance`` is the log-odds that it
    answers the question, where it was judged by itself."""

    document_id: str
    passage: int
    score: float
    relevance: float | None = None

    @property
    def key(self) -> tuple[str, int]:
        """Its document's id and its number."""
        return self.document_id, self.passage


def document_letters(document_ids: Sequence[str]) -> dict[str, str]:
    """Label prefixes: none for a single document, else A to Z, then AA and on."""
    if len(document_ids) == 1:
        return {document_ids[0]: ""}
    letters: dict[str, str] = {}
    for index, document_id in enumerate(document_ids):
        name, rest = "", index + 1
        while rest:
            rest, digit = divmod(rest - 1, 26)
            name = chr(65 + digit) + name
        letters[document_id] = name
    return letters


def gather(
    candidates: Iterable[Candidate],
    documents: Mapping[str, Document],
    passages: Mapping[str, Sequence[Passage]],
    count_tokens: Callable[[str], int],
    budget: int = EVIDENCE_TOKENS,
) -> tuple[Evidence, ...]:
    """Take the best candidates until the budget is full, and put them into text order.

    A passage that does not fit is passed over, so that a shorter one behind it may; the
    best one is always taken, since nothing at all would be worse.
    """
    letters = document_letters(list(documents))
    taken: dict[tuple[str, int], Evidence] = {}
    spent = 0
    for candidate in candidates:
        if candidate.key in taken:
            continue
        passage = passages[candidate.document_id][candidate.passage - 1]
        document = documents[candidate.document_id]
        head = TableHeads(document).outside(passage)
        cost = count_tokens(passage_text(document, passage, head))
        if taken and spent + cost > budget:
            # Filling up with ever poorer passages costs reading time and gains nothing.
            if budget - spent < budget // 8:
                break
            continue
        taken[candidate.key] = Evidence(
            label=f"{letters[candidate.document_id]}{passage.number}",
            document_id=candidate.document_id,
            document_title=document.title,
            passage=passage,
            text=document.slice(passage.span),
            score=candidate.score,
            relevance=candidate.relevance,
            table_head=head,
        )
        spent += cost
    order = {document_id: index for index, document_id in enumerate(documents)}
    return tuple(
        sorted(taken.values(), key=lambda item: (order[item.document_id], item.passage.number))
    )


def arrange(evidence: Sequence[Evidence], last: int) -> list[Evidence]:
    """The order in which the model is given evidence: that of the text, but the ``last`` best
    passages at the end, next to the question."""
    best = sorted(evidence, key=lambda item: -item.score)[:last]
    return [item for item in evidence if item not in best] + [
        item for item in evidence if item in best
    ]


def by_relevance(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Evidence with the best passage next to the question, where a model's own states have judged
    it; else in the order of the text. What stands in the middle of a context is used least (Liu et
    al., "Lost in the Middle", TACL 2024, section 2.3)."""
    if all(item.relevance is None for item in evidence):
        return evidence
    return tuple(sorted(evidence, key=lambda item: item.score))


def material(
    evidence: Sequence[Evidence],
    documents: Mapping[str, Document],
    block_of: Callable[[Evidence], AnyBlock | None] = lambda item: None,
) -> tuple[str | Part, ...]:
    """What the model is given: numbered passages, each under its section's title, and their
    documents' titles where there are several."""
    pieces: list[str | Part] = []
    last_document = ""
    for item in evidence:
        document = documents[item.document_id]
        if len(documents) > 1 and item.document_id != last_document:
            pieces.append(_heading(document))
        text = passage_text(document, item.passage, item.table_head)
        pieces.append(Part(text, block_of(item)))
        last_document = item.document_id
    return tuple(pieces)


def once_more(item: Evidence, span: Span, documents: Mapping[str, Document]) -> str:
    """A stretch of a passage that is given already, once more behind all of the evidence."""
    document = documents[item.document_id]
    heading = _heading(document) if len(documents) > 1 else ""
    return f"{heading}[{item.passage.number}] {document.slice(span)}\n\n"


def _heading(document: Document) -> str:
    return f"Document: {document.title}\n\n"
