"""Ranking by attention, and evidence from blocks, with a scripted model."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from longread.answering import recall as module
from longread.answering.evidence import Candidate, Evidence, gather
from longread.answering.recall import Recall
from longread.answering.texts import Texts
from longread.engine.attention import Caught, span_attention
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message, Part
from longread.errors import EngineCrashed, ModelError
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.reading.reader import Reader
from tests.quick.memory.books import long_book, sha256

HEADS = ((1, 0), (2, 3))
PASSAGES = 40


class Asked(ScriptedModel):
    """Remembers what was ranked."""

    def __init__(self, *, streams: bool, context: int) -> None:
        super().__init__(streams=streams, context=context)
        self.ranked: list[list[Part]] = []

    def attention(
        self,
        messages: Sequence[Message],
        heads: Sequence[tuple[int, int]] | None = None,
        calibration: Sequence[Message] = (),
    ) -> NDArray[np.float32]:
        pieces = [piece for message in messages for piece in message.pieces]
        self.ranked.append([p for p in pieces if isinstance(p, Part) and not p.from_start])
        return super().attention(messages, heads, calibration)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library.db") as opened:
        text = long_book(PASSAGES)
        opened.add(text, sha256(text))
        yield opened


@pytest.fixture
def blocks(tmp_path: Path) -> Iterator[BlockMemory]:
    with BlockMemory(tmp_path / "blocks.db", fingerprint="f", build="b", prefix="p") as opened:
        yield opened


def read(library: Library, blocks: BlockMemory, until: int = PASSAGES) -> ScriptedModel:
    """Read so many passages or, as some are read together, a few more."""
    (record,) = library.documents()
    model = ScriptedModel(streams=True)
    going = Reader(library, blocks, model, record.id).run()
    for progress in going:
        if progress.passages >= until:
            break
    going.close()
    return model


def gathered(
    library: Library, model: ScriptedModel, *numbers: int
) -> tuple[Texts, tuple[Evidence, ...]]:
    """Passages as evidence, the better the smaller their number is."""
    (record,) = library.documents()
    texts = Texts.of(library, [record.id])
    candidates = [Candidate(record.id, number, 1 / number) for number in numbers]
    return texts, gather(candidates, texts.documents, texts.passages, model.count_tokens)


def rank(library: Library, recall: Recall, question: str) -> list[int]:
    (record,) = library.documents()
    candidates = [Candidate(record.id, n, 1 / n) for n in range(1, PASSAGES + 1)]
    documents = {record.id: library.document(record.id)}
    passages = {record.id: library.passages(record.id)}
    return [item.passage for item in recall.rank(question, candidates, documents, passages)]


def test_attention_lifts_what_the_question_looks_at(library: Library, blocks: BlockMemory) -> None:
    model = read(library, blocks)
    ranked = rank(library, Recall(blocks, model, heads=HEADS), "Where is the needle20 ?")
    # First by attention and twenty-first by words, among forty.
    assert ranked.index(21) < 8
    assert sorted(ranked) == list(range(1, PASSAGES + 1))


def test_what_has_not_been_read_yet_keeps_its_place(library: Library, blocks: BlockMemory) -> None:
    model = read(library, blocks, until=20)
    (record,) = library.documents()
    ids = blocks.passages(record.id)
    assert 20 <= len(ids) < PASSAGES - 5
    unread = [number for number in range(1, PASSAGES + 1) if number not in ids]
    best, *rest = unread
    candidates = [Candidate(record.id, n, 1.0) for n in [best, *ids, *rest]]
    ranked = Recall(blocks, model, heads=HEADS).rank(
        "Where is the needle10 ?",
        candidates,
        {record.id: library.document(record.id)},
        {record.id: library.passages(record.id)},
    )
    order = [item.passage for item in ranked]
    assert order[0] == best
    assert order[1 + len(ids) :] == rest
    # What is looked at most was eleventh of those that were read.
    assert 0 < order.index(11) < 6
    assert [item.score for item in ranked] == sorted((one.score for one in ranked), reverse=True)


def test_attention_says_less_over_several_documents(library: Library, blocks: BlockMemory) -> None:
    model = read(library, blocks)
    recall = Recall(blocks, model, heads=HEADS)
    alone = rank(library, recall, "Where is the needle20 ?")
    other = long_book(3, "Other")
    other_id = library.add(other, sha256(other)).id
    deque(Reader(library, blocks, model, other_id).run(), maxlen=0)
    texts = Texts.of(library, [record.id for record in library.documents()])
    own = [Candidate(texts.ids[0], n, 1 / n) for n in range(1, PASSAGES + 1)]

    def among_others(candidates: list[Candidate]) -> list[int]:
        given = "Where is the needle20 ?", candidates, texts.documents, texts.passages
        return [one.passage for one in recall.rank(*given) if one.document_id == texts.ids[0]]

    # Where the others have nothing that was looked up, they change nothing.
    assert among_others(own) == alone
    among = among_others([*own[:25], Candidate(other_id, 1, 0.01), *own[25:]])
    # What is looked at most comes further up, but not past all that was looked up.
    assert alone.index(21) < among.index(21) < 20
    assert among[0] == 1


def test_without_heads_or_blocks_the_order_stays(library: Library, blocks: BlockMemory) -> None:
    model = ScriptedModel(streams=True)
    assert rank(library, Recall(blocks, model, heads=HEADS), "needle20") == list(
        range(1, PASSAGES + 1)
    )
    model = read(library, blocks)
    assert rank(library, Recall(blocks, model), "needle20") == list(range(1, PASSAGES + 1))


class Blind(ScriptedModel):
    """Fails where its attention is asked for."""

    def __init__(self, error: ModelError) -> None:
        super().__init__(streams=True)
        self.error = error

    def attention(self, *_: object, **options: object) -> NDArray[np.float32]:
        raise self.error


def test_a_model_that_shows_no_attention_leaves_the_order(
    library: Library, blocks: BlockMemory
) -> None:
    read(library, blocks)
    blind = Blind(ModelError("The model library does not show the attention of this model."))
    recall = Recall(blocks, blind, heads=HEADS)
    assert rank(library, recall, "Where is needle17?") == list(range(1, PASSAGES + 1))
    crashed = Recall(blocks, Blind(EngineCrashed("The model's process ended.")), heads=HEADS)
    with pytest.raises(EngineCrashed):
        rank(library, crashed, "Where is needle17?")


def test_only_so_many_as_the_context_holds_are_ranked(
    library: Library, blocks: BlockMemory
) -> None:
    read(library, blocks)
    model = Asked(streams=True, context=2_000)
    rank(library, Recall(blocks, model, heads=HEADS), "needle3")
    (parts,) = model.ranked
    assert all(part.block is not None for part in parts)
    assert 500 < sum(len(part.text.split()) for part in parts) <= 2_000 - module._ROOM_TOKENS


def test_blocks_are_enough_only_where_all_of_the_evidence_has_one(
    library: Library, blocks: BlockMemory
) -> None:
    model = read(library, blocks)
    texts, evidence = gathered(library, model, 3, 9, 27)
    (document_id,) = texts.ids
    recall = Recall(blocks, model)
    given = recall.unread(evidence, texts.documents)
    assert given is not None
    parts = [piece for piece in given.pieces if isinstance(piece, Part)]
    assert [part.text[:4] for part in parts] == ["[3] ", "[9] ", "[27]"]
    assert all(part.block for part in parts)
    # Nothing would be read again anyway.
    assert Recall(blocks, model, read_again=False).unread(evidence, texts.documents) is None
    blocks.forget([document_id])
    assert recall.unread(evidence, texts.documents) is None


def test_some_of_the_best_passage_is_read_again_behind_all(
    library: Library, blocks: BlockMemory
) -> None:
    model = read(library, blocks)
    texts, evidence = gathered(library, model, 9, 3, 27)
    (document_id,) = texts.ids
    recall = Recall(blocks, model)
    given = recall.material(evidence, "Where is the needle8 ?", texts.documents)
    *parts, again = given.pieces
    assert [isinstance(part, Part) and part.block is not None for part in parts] == [True] * 3
    assert isinstance(again, str)
    assert again.startswith("[3] ")
    assert len(again.split()) <= module.READ_AGAIN_WORDS + 1
    whole = texts.documents[document_id].slice(texts.passages[document_id][2].span)
    assert again.removeprefix("[3] ").strip() in whole
    assert len(again) < len(whole)
    # What is kept of it is about the passages alone.
    recall.keep()
    unread = Recall(blocks, model, read_again=False)
    assert unread.material(evidence, "needle8", texts.documents).pieces == tuple(parts)
    # Without a block the best passage is read anyway, and so at the end.
    blocks.forget([document_id])
    given = recall.material(evidence, "Where is the needle8 ?", texts.documents)
    shown = [piece.text[:4] for piece in given.pieces if isinstance(piece, Part)]
    assert shown == ["[9] ", "[27]", "[3] "]
    assert len(given.pieces) == 3


def test_attention_is_summed_over_spans_and_meant_over_the_rows() -> None:
    generator = np.random.default_rng(2)
    keys = generator.normal(size=(10, 2 * 8)).astype(np.float16)
    queries = generator.normal(size=(5, 4 * 8)).astype(np.float32)
    spans = [(2, 4), (4, 9)]
    caught = Caught(5, {3: queries.reshape(-1)}, {3: keys.reshape(-1)})
    found = span_attention(caught, range(3, 5), spans, [(3, 0), (3, 3)], 4, 2)
    for row, head, key_head in ((0, 0, 0), (1, 3, 1)):
        asked = queries[-2:, head * 8 : head * 8 + 8]
        cached = keys[:9, key_head * 8 : key_head * 8 + 8].astype(np.float32)
        weights = np.exp(asked @ cached.T / np.sqrt(8))
        weights /= weights.sum(axis=1, keepdims=True)
        expected = [weights[:, start:end].sum(axis=1).mean() for start, end in spans]
        assert found[row] == pytest.approx(expected, rel=1e-4)
