"""Long texts without sense in which sentences are hidden, as documents of a library.

A haystack of more than ``DOCUMENT_TOKENS`` is several documents, as many books are.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from longread.answering.answer import Answer
from longread.answering.asker import Decline
from longread.bench.bench import Bench, answer_of
from longread.bench.json_lines import Row
from longread.bench.machine import resident_bytes
from longread.bench.samples import paragraphs
from longread.engine.protocol import Model
from longread.memory.library import Library

DOCUMENT_TOKENS = 1_000_000
"""A document's length; a long novel has 500,000 tokens."""

_POOL_WORDS = 200_000
_SAMPLE_CHARACTERS = 40_000


@dataclass(frozen=True, slots=True)
class Hidden:
    """A paragraph that is put into the text at ``place``, a share of its length."""

    place: float
    text: str


class Haystack:
    """A text of about ``tokens`` tokens of a model, in which ``standing`` paragraphs are hidden
    for good. Its documents are made when they are needed, from ``seed``, and kept in the
    library, which is for it alone: what is there, as after a run that was cut off, is removed."""

    def __init__(
        self,
        library: Library,
        model: Model,
        tokens: int,
        standing: Sequence[Hidden] = (),
        seed: int = 0,
    ) -> None:
        self._library = library
        self._standing = standing
        self._seed = seed
        self._pool = list(paragraphs(_POOL_WORDS, seed=seed))
        sample = "\n\n".join(self._pool)[:_SAMPLE_CHARACTERS]
        characters = tokens * len(sample) / model.count_tokens(sample)
        self._count = -(-tokens // DOCUMENT_TOKENS)
        self._length = int(characters / self._count)
        self._ids: dict[int, str] = {}
        self._changed: dict[int, str] = {}
        self._remove({index: one.id for index, one in enumerate(library.documents())})

    def hide(self, hidden: Sequence[Hidden]) -> list[str]:
        """Hide more paragraphs in it, instead of those of the last time; returns the ids of its
        documents."""
        places: dict[int, list[Hidden]] = {}
        for item in hidden:
            index, _ = self._where(item.place)
            places.setdefault(index, []).append(item)
        self._remove(self._changed)
        for index in range(self._count):
            if index in places:
                self._changed[index] = self._make(index, [*self._of(index), *places[index]])
            elif index not in self._ids:
                self._ids[index] = self._make(index, self._of(index))
        return [self._changed.get(index) or self._ids[index] for index in range(self._count)]

    def clear(self) -> None:
        """Remove its documents from the library."""
        self._remove(self._changed)
        self._remove(self._ids)

    def _remove(self, ids: dict[int, str]) -> None:
        for document_id in ids.values():
            self._library.remove(document_id)
        ids.clear()

    def _of(self, index: int) -> list[Hidden]:
        return [item for item in self._standing if self._where(item.place)[0] == index]

    def _where(self, place: float) -> tuple[int, float]:
        """The document in which a place is, and which share of that one lies before it."""
        index = min(int(place * self._count), self._count - 1)
        return index, place * self._count - index

    def _make(self, index: int, hidden: Sequence[Hidden]) -> str:
        text = "\n\n".join(self._paragraphs(index, hidden))
        record, _ = self._library.ingest_bytes(text.encode(), f"part {index + 1}.txt")
        return record.id

    def _paragraphs(self, index: int, hidden: Sequence[Hidden]) -> Iterator[str]:
        chance = random.Random(self._seed * 1_000_003 + index)
        waiting = sorted(hidden, key=lambda item: item.place)
        written = 0
        while written < self._length:
            while waiting and written >= self._where(waiting[0].place)[1] * self._length:
                yield waiting.pop(0).text
            paragraph = chance.choice(self._pool)
            written += len(paragraph) + 2
            yield paragraph
        yield from (item.text for item in waiting)


def ask(bench: Bench, document_ids: Sequence[str], question: str) -> tuple[Answer, Row]:
    """Ask as the product does, over several documents. The row has what it took: seconds, and
    bytes in memory and in the library."""
    asker = replace(bench.asker(document_ids, "ranked"), decline=Decline.WHEN_NOT_FOUND)
    answer = answer_of(asker.ask(question))
    asker.keep()
    kept = bench.library.info()
    return answer, {
        "question": question,
        "answer": answer.text,
        "declined": answer.declined,
        "looked_up": answer.timing.looked_up,
        "first_token": answer.timing.first_token,
        "resident_bytes": resident_bytes(with_children=True),
        "stored_bytes": kept.file_bytes + kept.wal_bytes,
        "block_bytes": kept.block_bytes,
        "model": bench.model.info.id,
    }
