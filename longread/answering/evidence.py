"""Evidence: chosen passages, in the order of the text, within a token budget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from longread.config import EVIDENCE_TOKENS
from longread.document import Document, Passage


@dataclass(frozen=True, slots=True)
class Evidence:
    """One passage as the model is given it. ``label`` is what the model cites: the
    passage's number, behind a letter for the document where there are several."""

    label: str
    document_id: str
    document_title: str
    passage: Passage
    text: str
    score: float

    def rendered(self) -> str:
        """The passage behind its label."""
        return f"[{self.label}] {self.text}"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was looked up, best first by ``score``."""

    document_id: str
    passage: int
    score: float


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
        key = (candidate.document_id, candidate.passage)
        if key in taken:
            continue
        passage = passages[candidate.document_id][candidate.passage - 1]
        document = documents[candidate.document_id]
        item = Evidence(
            label=f"{letters[candidate.document_id]}{passage.number}",
            document_id=candidate.document_id,
            document_title=document.title,
            passage=passage,
            text=document.slice(passage.span),
            score=candidate.score,
        )
        cost = count_tokens(item.rendered()) + 2
        if taken and spent + cost > budget:
            # Filling up with ever poorer passages costs reading time and gains nothing.
            if budget - spent < budget // 8:
                break
            continue
        taken[key] = item
        spent += cost
    order = {document_id: index for index, document_id in enumerate(documents)}
    return tuple(
        sorted(taken.values(), key=lambda item: (order[item.document_id], item.passage.number))
    )


def render(evidence: Sequence[Evidence], documents: Mapping[str, Document]) -> str:
    """What the model is given: numbered passages, under their document's and section's
    titles wherever these change."""
    lines: list[str] = []
    last_document = last_path = ""
    for item in evidence:
        document = documents[item.document_id]
        if len(documents) > 1 and item.document_id != last_document:
            lines.append(f"Document: {document.title}")
            last_path = ""
        path = " › ".join(document.section_path(item.passage.section))
        if path and path != last_path:
            lines.append(f"({path})")
        lines.append(item.rendered())
        last_document, last_path = item.document_id, path
    return "\n\n".join(lines)
