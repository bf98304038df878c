"""Answers from blocks beside answers from the text, question by question, in turns.

The documents are first read from beginning to end, and the blocks of all passages that will be
evidence are kept as they are. Each variant then answers from the same passages.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from pathlib import Path

import numpy as np

from longread.answering import prompts
from longread.answering.asker import Asker, Decline
from longread.answering.evidence import Evidence, arrange, material
from longread.answering.recall import read_again
from longread.answering.texts import Texts
from longread.bench import scores
from longread.bench.bench import Progress, displace, settings_of
from longread.bench.json_lines import Row
from longread.bench.questions import Question
from longread.bench.results import read_results, results_file
from longread.config import ANSWER_TOKENS, EVIDENCE_TOKENS, READING_WINDOW
from longread.document import Document
from longread.engine.block import Block
from longread.engine.codec import Codec, decode
from longread.engine.llama import LlamaModel
from longread.engine.protocol import Message, Sampling
from longread.engine.sampling import softmax
from longread.errors import SourceError, UsageError
from longread.memory.library import Library
from longread.memory.meaning import Embedder, embed_document
from longread.reading.frame import Material, passage_text, prefix, prefix_block
from longread.reading.reader import read_through

TEXT = "text"
EXCERPT = "excerpt"


@dataclass(frozen=True, slots=True)
class Variant:
    """``name`` is ``text``, or bits and what is read again: nothing as in ``4``, so many of the
    best passages instead of their blocks as in ``4+1``, or as in ``4+excerpt`` some of the best one
    beside its block. 16 bits are the blocks as they were computed."""

    name: str
    bits: int = 0
    read_again: int = 0
    excerpt: bool = False

    @classmethod
    def parse(cls, name: str) -> Variant:
        """A variant by its name.

        Raises:
            UsageError: it is none.
        """
        if name == TEXT:
            return cls(name)
        bits, _, again = name.partition("+")
        try:
            Codec(int(bits), int(bits))
            if again == EXCERPT:
                return cls(name, int(bits), excerpt=True)
            return cls(name, int(bits), int(again or 0))
        except (ValueError, UsageError):
            raise UsageError(
                f"There is no variant {name!r}.",
                hint="Write text, 16, 8, 4, 3, 2, or as 4+excerpt or 4+1.",
            ) from None


@dataclass(frozen=True, slots=True)
class Setup:
    """What is compared: variants, with so many tokens of evidence, read through a window."""

    variants: tuple[Variant, ...]
    evidence_tokens: int = EVIDENCE_TOKENS
    window: int = READING_WINDOW


def run(
    questions: Sequence[Question],
    data: Path,
    out: Path,
    library: Library,
    model: LlamaModel,
    embedder: Embedder | None,
    setup: Setup,
) -> Iterator[Progress]:
    """Answer every free and choice question with every variant that the results file lacks."""
    variants = setup.variants
    done = {(row["variant"], row["id"]) for row in read_results(out)}
    wanted = [item for item in questions if item.kind in ("free", "choice")]
    total = len(wanted) * len(variants)
    finished = sum((variant.name, item.id) in done for variant in variants for item in wanted)
    settings = settings_of(model, embedder, setup.evidence_tokens, setup.window)
    with results_file(out, settings) as write:
        for name, group in groupby(wanted, key=lambda item: item.document):
            left = [
                item
                for item in group
                if any((variant.name, item.id) not in done for variant in variants)
            ]
            if not left:
                continue
            try:
                record, _ = library.ingest(data / name)
            except SourceError:
                finished += len(left) * len(variants)
                continue
            if embedder is not None:
                embed_document(library, record.id, embedder)
            texts = Texts.of(library, [record.id])
            asker = Asker(library, model, texts, embedder, setup.evidence_tokens, Decline.NEVER)
            document = library.document(record.id)
            chosen = [(item, asker.find(item.looked_up_by)[1]) for item in left]
            numbers = {item.passage.number for _, evidence in chosen for item in evidence}
            blocks = _read(model, document, library, record.id, numbers, setup.window)
            for question, evidence in chosen:
                for row in _answers(model, document, question, evidence, blocks, variants):
                    if (row["variant"], question.id) in done:
                        continue
                    write(row)
                    finished += 1
                    yield Progress(finished, total, row)


def _read(
    model: LlamaModel,
    document: Document,
    library: Library,
    document_id: str,
    numbers: set[int],
    window: int,
) -> dict[int, Block]:
    """One pass over a document; returns the blocks of some passages."""
    model.start_reading(prefix(), window)
    kept: dict[int, Block] = {}
    texts = [passage_text(document, passage) for passage in library.passages(document_id)]
    read = islice(read_through(model, texts), max(numbers, default=0))
    for number, one in enumerate(read, start=1):
        if one.block is not None and number in numbers:
            kept[number] = one.block
    model.stop_reading()
    return kept


def _answers(
    model: LlamaModel,
    document: Document,
    question: Question,
    evidence: Sequence[Evidence],
    blocks: dict[int, Block],
    variants: Sequence[Variant],
) -> Iterator[Row]:
    reference = None
    opening = prefix_block(model)
    if opening is not None:
        opening = replace(opening, digest="prefix")
    for variant in variants:
        given = _material(document, question, evidence, blocks, variant)
        displace(model)
        started = time.perf_counter()
        messages = _messages(replace(given, prefix=opening), question)
        row: Row = {
            **question.as_row(),
            "variant": variant.name,
            "evidence": [item.label for item in evidence],
        }
        if question.kind == "choice":
            chances = model.choose(messages, question.letters)
            row["answer"] = chances.index(max(chances))
            row["score"] = float(row["answer"] == question.gold)
            row["first_token"] = time.perf_counter() - started
        else:
            text, first = "", 0.0
            for chunk in model.reply(messages, Sampling(max_tokens=ANSWER_TOKENS // 4)):
                first = first or time.perf_counter() - started
                text += chunk.text
            row["answer"] = text.strip()
            row["score"] = scores.best(scores.token_f1, text, question.answers)
            row["first_token"] = first
        chances_now = softmax(model.next_token_logits(messages))
        if reference is None:
            reference = chances_now
        shares = np.log(reference + 1e-12) - np.log(chances_now + 1e-12)
        row["divergence"] = float((reference * shares).sum())
        yield row


def _material(
    document: Document,
    question: Question,
    evidence: Sequence[Evidence],
    blocks: dict[int, Block],
    variant: Variant,
) -> Material:
    documents = {evidence[0].document_id: document} if evidence else {}
    if variant.name == TEXT:
        return Material(material(evidence, documents))
    ordered = arrange(evidence, variant.read_again)
    recalled = {item.label for item in ordered[: len(ordered) - variant.read_again]}

    def block_of(item: Evidence) -> Block | None:
        block = blocks.get(item.passage.number)
        if block is None or item.label not in recalled:
            return None
        if variant.bits == 16:
            return replace(block, digest=f"{item.document_id} {item.label}")
        return decode(Codec(variant.bits, variant.bits).encode(block))

    pieces = material(ordered, documents, block_of)
    if variant.excerpt and evidence:
        pieces = (*pieces, read_again(evidence, question.looked_up_by, documents))
    return Material(pieces)


def _messages(given: Material, question: Question) -> list[Message]:
    if question.kind == "choice":
        return prompts.choose_option(given, question.text, question.options)
    return prompts.answer(given, question.text)


def summarise(rows: Sequence[Row]) -> list[Row]:
    """Means by variant and dataset, with one line ``all`` for each variant. ``same_words`` is
    the share of answers in the same words as from the text."""
    text = {row["id"]: row for row in rows if row["variant"] == TEXT}
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["variant"], "all"].append(row)
        groups[row["variant"], row["dataset"]].append(row)
    summary = []
    for (variant, dataset), group in sorted(groups.items()):
        both = [(row, text[row["id"]]) for row in group if row["id"] in text]
        seconds = [row["first_token"] for row in group]
        ratios = [other["first_token"] / row["first_token"] for row, other in both]
        divergences = [row["divergence"] for row in group]
        summary.append(
            {
                "variant": variant,
                "dataset": dataset,
                "questions": len(group),
                "score": scores.mean([row["score"] for row in group]),
                "text_score": scores.mean([other["score"] for _, other in both]),
                "same_words": scores.mean(
                    [float(_said(row) == _said(other)) for row, other in both]
                ),
                "median_divergence": scores.median(divergences),
                "median_first_token": scores.median(seconds),
                "median_times_sooner": scores.median(ratios) if ratios else None,
            }
        )
    return summary


def _said(row: Row) -> str:
    return str(row["answer"]).strip().casefold()
