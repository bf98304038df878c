"""Ranking by attention and by a probe, with a scripted model."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from longread.answering import ranking as module
from longread.answering.answer import Answer
from longread.answering.asker import Asker
from longread.answering.evidence import Candidate
from longread.answering.ranking import Ranker
from longread.answering.recall import Recall
from longread.answering.texts import Texts
from longread.engine.attention import Caught, span_attention
from longread.engine.fake import ScriptedModel
from longread.engine.insight import UNKNOWN, Insight
from longread.engine.probe import Probe
from longread.engine.protocol import Message, Part
from longread.errors import EngineCrashed, ModelError
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.reading.reader import Reader
from tests.quick.answering.conftest import PASSAGES, read
from tests.quick.memory.books import long_book, sha256

ATTENTION = Insight(heads=((1, 0), (2, 3)))
# Of the scripted model's two numbers, the more of the first, the more words are shared.
PROBE = Insight(probe=Probe((3,), np.array([[1.0, -1.0]], np.float32), 0.0))


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


def ranked(library: Library, ranker: Ranker, question: str) -> list[Candidate]:
    (record,) = library.documents()
    candidates = [Candidate(record.id, n, 1 / n) for n in range(1, PASSAGES + 1)]
    return ranker.rank(question, candidates, Texts.of(library, [record.id]))


def rank(library: Library, ranker: Ranker, question: str) -> list[int]:
    return [item.passage for item in ranked(library, ranker, question)]


def test_attention_lifts_what_the_question_looks_at(library: Library, blocks: BlockMemory) -> None:
    model = read(library, blocks)
    ranked = rank(library, Ranker(blocks, model, ATTENTION), "Where is the needle20 ?")
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
    ranked = Ranker(blocks, model, ATTENTION).rank(
        "Where is the needle10 ?",
        candidates,
        Texts.of(library, [record.id]),
    )
    order = [item.passage for item in ranked]
    assert order[0] == best
    assert order[1 + len(ids) :] == rest
    # What is looked at most was eleventh of those that were read.
    assert 0 < order.index(11) < 6
    assert [item.score for item in ranked] == sorted((one.score for one in ranked), reverse=True)


def test_attention_says_less_over_several_documents(library: Library, blocks: BlockMemory) -> None:
    model = read(library, blocks)
    ranker = Ranker(blocks, model, ATTENTION)
    alone = rank(library, ranker, "Where is the needle20 ?")
    other = long_book(3, "Other")
    other_id = library.add(other, sha256(other)).id
    deque(Reader(library, blocks, model, other_id).run(), maxlen=0)
    texts = Texts.of(library, [record.id for record in library.documents()])
    own = [Candidate(texts.ids[0], n, 1 / n) for n in range(1, PASSAGES + 1)]

    def among_others(candidates: list[Candidate]) -> list[int]:
        found = ranker.rank("Where is the needle20 ?", candidates, texts)
        return [one.passage for one in found if one.document_id == texts.ids[0]]

    # Where the others have nothing that was looked up, they change nothing.
    assert among_others(own) == alone
    among = among_others([*own[:25], Candidate(other_id, 1, 0.01), *own[25:]])
    # What is looked at most comes further up, but not past all that was looked up.
    assert alone.index(21) < among.index(21) < 20
    assert among[0] == 1


def test_a_passage_that_the_reader_s_place_cuts_keeps_its_place(
    library: Library, blocks: BlockMemory
) -> None:
    read(library, blocks)
    model = Asked(streams=True, context=8192)
    (record,) = library.documents()
    end = library.document(record.id).text.index("needle20") + len("needle20")
    texts = Texts.of(library, [record.id], end)
    candidates = [Candidate(record.id, n, 1 / n) for n in range(21, 0, -1)]
    found = Ranker(blocks, model, ATTENTION).rank("Where is the needle20 ?", candidates, texts)
    assert found[0].passage == 21
    (given,) = model.ranked
    assert [part.text.split()[0] for part in given] == [f"[{n}]" for n in range(1, 21)]


def test_without_heads_or_blocks_the_order_stays(library: Library, blocks: BlockMemory) -> None:
    model = ScriptedModel(streams=True)
    assert rank(library, Ranker(blocks, model, ATTENTION), "needle20") == list(
        range(1, PASSAGES + 1)
    )
    model = read(library, blocks)
    assert rank(library, Ranker(blocks, model, UNKNOWN), "needle20") == list(range(1, PASSAGES + 1))


class Blind(ScriptedModel):
    """Fails where its attention or its states are asked for."""

    def __init__(self, error: ModelError) -> None:
        super().__init__(streams=True)
        self.error = error

    def attention(self, *_: object, **options: object) -> NDArray[np.float32]:
        raise self.error

    def states(self, *_: object) -> NDArray[np.float32]:
        raise self.error


@pytest.mark.parametrize("insight", [ATTENTION, PROBE])
def test_a_model_that_shows_nothing_of_itself_leaves_the_order(
    insight: Insight, library: Library, blocks: BlockMemory
) -> None:
    read(library, blocks)
    blind = Blind(ModelError("The model library does not show it of this model."))
    ranker = Ranker(blocks, blind, insight)
    assert rank(library, ranker, "Where is needle17?") == list(range(1, PASSAGES + 1))
    crashed = Ranker(blocks, Blind(EngineCrashed("The model's process ended.")), insight)
    with pytest.raises(EngineCrashed):
        rank(library, crashed, "Where is needle17?")


def test_the_probe_lifts_what_answers_the_question(library: Library, blocks: BlockMemory) -> None:
    model = read(library, blocks)
    ranker = Ranker(blocks, model, PROBE)
    assert rank(library, ranker, "Where is the needle20 ?").index(21) < 3
    # Where nothing is known, nothing is asked of the model, and nothing changes.
    assert rank(library, Ranker(blocks, model, UNKNOWN), "needle20") == list(range(1, PASSAGES + 1))


def test_behind_attention_only_the_best_are_judged(library: Library, blocks: BlockMemory) -> None:
    model = read(library, blocks)
    # It holds those for the best that share the fewest words.
    both = Insight(ATTENTION.heads, Probe((3,), np.array([[-1.0, 1.0]], np.float32), 0.0))
    found = ranked(library, Ranker(blocks, model, both), "Where is the needle20 ?")
    judged = [item for item in found if item.relevance is not None]
    assert len(judged) == module.PROBED
    assert judged == found[: module.PROBED]
    assert min(judged, key=lambda item: item.relevance or 0.0).passage == 21
    # What attention puts first, it puts back, but no further than among those it was asked about.
    alone = rank(library, Ranker(blocks, model, ATTENTION), "Where is the needle20 ?")
    order = [item.passage for item in found]
    assert alone.index(21) < order.index(21) < module.PROBED
    assert alone[module.PROBED :] == [item.passage for item in found[module.PROBED :]]
    assert all(item.relevance is None for item in found[module.PROBED :])


@pytest.mark.parametrize(("insight", "judged"), [(PROBE, True), (ATTENTION, False)])
def test_what_the_probe_holds_for_the_best_stands_next_to_the_question(
    insight: Insight, judged: bool, library: Library, blocks: BlockMemory
) -> None:
    model = read(library, blocks)
    texts = Texts.of(library, [library.documents()[0].id])
    asker = Asker(
        library,
        model,
        texts,
        evidence_tokens=2_000,
        recall=Recall(blocks, model),
        ranker=Ranker(blocks, model, insight),
    )
    events = asker.ask("Where in the hay lies the needle5 since yesterday ?")
    (answer,) = (event for event in events if isinstance(event, Answer))
    given = [item.passage.number for item in answer.evidence]
    assert 6 in given
    assert len(given) > 3
    assert (given[-1] == 6) is judged
    assert (given == sorted(given)) is not judged
    places = [answer.evidence_text.index(f"[{number}]") for number in given]
    assert places == sorted(places)


def test_only_so_many_as_the_context_holds_are_ranked(
    library: Library, blocks: BlockMemory
) -> None:
    read(library, blocks)
    model = Asked(streams=True, context=2_000)
    rank(library, Ranker(blocks, model, ATTENTION), "needle3")
    (parts,) = model.ranked
    assert all(part.block is not None for part in parts)
    assert 500 < sum(len(part.text.split()) for part in parts) <= 2_000 - module._ROOM_TOKENS


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
