"""Which attention heads look from a question to the passage that answers it.

Found on labelled evidence, once per model: all passages of a short document are put back as
blocks, the question is read behind them, and each head's attention to each passage is compared
with that for a question without content ("N/A"), since some passages draw attention anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longread.answering import prompts
from longread.answering.lookup import look_up
from longread.answering.ranking import NO_CONTENT
from longread.bench import scores
from longread.bench.questions import Question
from longread.config import READING_WINDOW
from longread.engine.attention import Head
from longread.engine.block import Block
from longread.engine.llama import LlamaModel
from longread.engine.protocol import Part
from longread.errors import SourceError, UsageError
from longread.memory.library import Library
from longread.reading.frame import Material, passage_text, prefix
from longread.reading.reader import read_through

EVIDENCE_SHARE = 0.6
"""A passage is evidence if it holds at least so much of the labelled evidence's words."""

MOST_PASSAGES = 48
"""Longer documents are left out: their passages would not stand in the context together."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Found:
    """Heads, best first, and mean reciprocal ranks of the evidence on documents that had no
    part in choosing them: by these heads together, and by looking up without attention."""

    heads: tuple[Head, ...]
    questions: int
    chosen_on: int
    heads_rank: float
    best_head_rank: float
    look_up_rank: float

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Case:
    """One question: attention by head and passage, which passages are evidence, and the
    reciprocal rank of the first of them when looked up by words."""

    document: str
    attention: Floats
    gold: NDArray[np.bool_]
    look_up_rank: float


def find(
    questions: Sequence[Question],
    data: Path,
    library: Library,
    model: LlamaModel,
    *,
    count: int = 8,
    window: int = READING_WINDOW,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Found:
    """Choose ``count`` heads on every second document, and measure them on the others.

    Raises:
        UsageError: too few questions have labelled evidence.
    """
    labelled = [item for item in questions if item.evidence and item.kind == "free"]
    total = len({item.document for item in labelled})
    cases: list[_Case] = []
    for done, group in enumerate(groupby(labelled, key=lambda item: item.document), start=1):
        cases += _cases(group[0], list(group[1]), data, library, model, window)
        on_progress(done, total)
    names = sorted({case.document for case in cases})
    chosen_on = [case for case in cases if names.index(case.document) % 2 == 0]
    rest = [case for case in cases if names.index(case.document) % 2]
    if not chosen_on or not rest:
        raise UsageError(
            "Too few questions have evidence that is labelled.",
            hint="Name a questions file with `evidence`, on two documents or more.",
        )
    every = [(layer, head) for layer in range(model.layers) for head in range(model.query_heads)]
    each = np.mean([_ranks(case.attention, case.gold) for case in chosen_on], axis=0)
    order = np.argsort(-each, kind="stable")[:count]
    together = [
        _ranks(case.attention[order].sum(axis=0, keepdims=True), case.gold)[0] for case in rest
    ]
    best = [_ranks(case.attention[order[:1]], case.gold)[0] for case in rest]
    return Found(
        tuple(every[index] for index in order),
        len(rest),
        len(chosen_on),
        float(np.mean(together)),
        float(np.mean(best)),
        float(np.mean([case.look_up_rank for case in rest])),
    )


def _cases(
    name: str,
    questions: Sequence[Question],
    data: Path,
    library: Library,
    model: LlamaModel,
    window: int,
) -> Iterator[_Case]:
    try:
        record, _ = library.ingest(data / name)
    except SourceError:
        return
    document, passages = library.document(record.id), library.passages(record.id)
    if not 2 < len(passages) <= MOST_PASSAGES:
        return
    texts = [passage_text(document, passage) for passage in passages]
    parts = [
        Part(text, block) for text, block in zip(texts, _read(model, texts, window), strict=True)
    ]
    given = Material(tuple(parts))
    nothing = prompts.question_alone(given.without_numbers(), NO_CONTENT)
    for question in questions:
        gold = np.array(
            [
                max(scores.word_recall(text, wanted) for wanted in question.evidence)
                >= EVIDENCE_SHARE
                for text in texts
            ]
        )
        if not gold.any() or gold.all():
            continue
        looked_up = [hit.passage for hit in look_up(library, [record.id], question.text)]
        wanted = {int(index) + 1 for index in np.flatnonzero(gold)}
        places = [place for place, number in enumerate(looked_up) if number in wanted]
        yield _Case(
            name,
            model.attention(prompts.question_alone(given, question.text), None, nothing),
            gold,
            1 / (1 + places[0]) if places else 0.0,
        )


def _read(model: LlamaModel, texts: Sequence[str], window: int) -> list[Block | None]:
    model.start_reading(prefix(), window)
    read = list(read_through(model, texts))
    model.stop_reading()
    return [
        None if one.block is None else replace(one.block, digest=f"{id(texts)} {index}")
        for index, one in enumerate(read)
    ]


def _ranks(attention: Floats, gold: NDArray[np.bool_]) -> Floats:
    """Reciprocal rank of the best evidence passage, for each row."""
    best = attention[:, gold].max(axis=1, keepdims=True)
    ranks: Floats = (1 / (attention >= best).sum(axis=1)).astype(np.float32)
    return ranks
