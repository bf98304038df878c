"""Lists: "List every gift that Irene is given", from all parts of a text that may name one.

One passage after another cannot be put together into a list by a small model at once. So each part
is asked for itself, several side by side, and what it names is kept where its words stand there;
the same thing in several parts is one item with several places.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from longread.answering.answer import Answer, AnswerText, Event, Route, Stage, without_model
from longread.answering.check import Sentence
from longread.answering.evidence import Candidate
from longread.answering.parts import Scope
from longread.answering.recall import Recall
from longread.answering.support import Citations
from longread.answering.texts import Texts
from longread.document import Passage
from longread.engine.codec import AnyBlock
from longread.engine.protocol import Line, Message, Model
from longread.memory.analysis import content_terms
from longread.memory.summaries import Claim
from longread.reading.frame import material_of
from longread.reading.groups import group_passages
from longread.reading.notes import is_cut
from longread.reading.side_by_side import ITEM, TOGETHER, replies, retold
from longread.reading.support import Ground, Piece

MOST_PARTS = 12
"""So many parts of the text are asked at most: those to which the question's words lead."""

ITEMS_OF_A_PART = 4
"""So many things can a part name at most."""

ITEM_TOKENS = 24
"""Longest name of such a thing, in tokens."""

_LIST = re.compile(
    r"\s*(?:please\s+)?(?:(?:list|name|enumerate|collect|find|give(?:\s+me)?|show(?:\s+me)?|"
    r"tell\s+me|what\s+are|which\s+are)\s+(?:all|every|each)\b"
    r"(?!\s+(?:about|you|there\s+is|that\s+happen(?:s|ed))\b)|"
    # Bare "Every argument against the tunnel"; in front of a question it only tells something.
    r"(?:all|every)\s+(?!in\s+all)(?:the\s+)?\w+\s+"
    r"(?!.*[.,;:!—–-]\s*(?:(?:and|but|so)\s+)?(?:why|how|what|when|where|who|which)\b))",
    re.IGNORECASE,
)
_TASK = (
    "Question: {question}\nWhat of it do these passages name? Write each in a few words, on a line "
    "of its own. If they name nothing of it, write “none”."
)
_NONE = re.compile(r"\W*(?:none|nothing|no|not|n/?a|there\s+(?:is|are)\s+no)\b", re.IGNORECASE)


def is_list(question: str) -> bool:
    """Whether a question asks for all of something."""
    return _LIST.match(question) is not None


@dataclass(frozen=True, slots=True)
class _Place:
    """Passages of a document that are asked for themselves."""

    document_id: str
    passages: tuple[Passage, ...]


@dataclass(slots=True)
class _Item:
    """Something that was named, and the passages that name it."""

    text: str
    terms: frozenset[str]
    labels: list[str]


class Lister:
    """Answers a question with a list from texts; ``recall`` spares reading what was read."""

    def __init__(self, model: Model, texts: Texts, recall: Recall | None = None) -> None:
        self._model = model
        self._texts = texts
        self._recall = recall
        self._citations = Citations(texts)

    def answer(
        self,
        question: str,
        candidates: Sequence[Candidate],
        started: float,
        scope: Scope | None = None,
    ) -> Generator[Event]:
        """Ask the parts that hold the ``candidates``, which are what was looked up, and put
        together what they name, within the ``scope`` alone where there is one. ``started`` is the
        ``perf_counter`` of the question."""
        every = self._places(scope)
        places = _chosen(every, candidates)
        yield Stage(f"reading {len(places)} of {len(every)} parts")
        asked = [self._asked(question, place) for place in places]
        lines = [(Line(ITEM, ITEM_TOKENS),) * ITEMS_OF_A_PART] * len(asked)
        writing = replies(self._model, asked, lines, TOGETHER)
        written = yield from retold(
            writing, lambda done: Stage(f"reading {len(places)} of {len(every)} parts, {done} done")
        )
        items = self._together(question, places, written)
        where = "; ".join(scope.names) if scope else "the text"
        answer = self._told(question, items, len(places), len(every), started, where)
        yield AnswerText(answer.text)
        yield answer

    def _places(self, scope: Scope | None) -> list[_Place]:
        """The groups of passages, and of a scope none but those of it."""
        places = []
        for document_id, document in self._texts.documents.items():
            passages = self._texts.passages[document_id]
            for group in group_passages(document, passages):
                own = passages[group.first - 1 : group.last]
                if scope is not None:
                    own = [one for one in own if scope.has(document_id, one.span)]
                if own:
                    places.append(_Place(document_id, tuple(own)))
        return places

    def _asked(self, question: str, place: _Place) -> list[Message]:
        document = self._texts.documents[place.document_id]

        def block_of(number: int) -> AnyBlock | None:
            recall = self._recall
            return recall.block(place.document_id, number) if recall is not None else None

        given = material_of(document, place.passages, block_of)
        return given.asked(_TASK.format(question=question))

    def _together(
        self, question: str, places: Sequence[_Place], written: Sequence[Sequence[str]]
    ) -> list[_Item]:
        language = self._texts.language
        known = frozenset(content_terms(question, language))
        items: list[_Item] = []
        for place, lines in zip(places, written, strict=True):
            for claim in self._held(place, lines):
                terms = frozenset(content_terms(claim.text, language))
                if not terms - known:
                    continue
                label = self._citations.add(place.document_id, claim.passages[0], claim.text)
                same = next((i for i in items if terms <= i.terms or i.terms <= terms), None)
                if same is None:
                    items.append(_Item(claim.text, terms, [label]))
                elif label not in same.labels:
                    same.labels.append(label)
        return items

    def _held(self, place: _Place, lines: Sequence[str]) -> Iterator[Claim]:
        """What a part names whose words stand in it; behind a "none" nothing counts."""
        document = self._texts.documents[place.document_id]
        pieces = [
            Piece(document.slice(passage.span), (passage.number,)) for passage in place.passages
        ]
        ground = Ground(pieces, document.language)
        for line in lines:
            said = line.strip(" .;,“”\"'")
            if _NONE.match(said):
                return
            claim = ground.claim(said) if said and not is_cut(line) else None
            if claim is not None and claim.supported and claim.passages:
                yield claim

    def _told(
        self,
        question: str,
        items: Sequence[_Item],
        read: int,
        parts: int,
        started: float,
        where: str,
    ) -> Answer:
        found = f"{len(items)} found" if items else "Nothing of it was found"
        whole = f"all parts of {where}" if read == parts else f"{read} of {parts} parts of {where}"
        rest = "" if read == parts else ", those to which the words of the question lead"
        lines = [f"{found} in {whole}{rest}{':' if items else '.'}"]
        sentences = []
        for item in items:
            text = " ".join([f"- {item.text}", *(f"[{label}]" for label in item.labels)])
            lines.append(text)
            sentences.append(Sentence(text, tuple(item.labels), 1.0))
        used = {label for item in items for label in item.labels}
        answer = without_model(
            question,
            Route.EVERY,
            lines,
            started,
            citations=[one for label, one in self._citations.by_label.items() if label in used],
            figures={"parts": parts, "read": read, "items": [item.text for item in items]},
            sentences=sentences,
        )
        return replace(answer, model=self._model.info.id)


def _chosen(places: Sequence[_Place], candidates: Sequence[Candidate]) -> list[_Place]:
    """The parts with the best candidates, in the order of the text."""
    worth: dict[int, float] = defaultdict(float)
    of = {
        (place.document_id, passage.number): index
        for index, place in enumerate(places)
        for passage in place.passages
    }
    for candidate in candidates:
        index = of.get(candidate.key)
        if index is not None:
            worth[index] += candidate.score
    best = sorted(range(len(places)), key=lambda index: (-worth[index], index))[:MOST_PARTS]
    return [places[index] for index in sorted(best)]
