"""Evidence from blocks, with a scripted model."""

from __future__ import annotations

from longread.answering import recall as module
from longread.answering.evidence import Candidate, Evidence, gather
from longread.answering.recall import Recall
from longread.answering.texts import Texts
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Part
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from tests.quick.answering.conftest import read


def gathered(
    library: Library, model: ScriptedModel, *numbers: int
) -> tuple[Texts, tuple[Evidence, ...]]:
    """Passages as evidence, the better the smaller their number is."""
    (record,) = library.documents()
    texts = Texts.of(library, [record.id])
    candidates = [Candidate(record.id, number, 1 / number) for number in numbers]
    return texts, gather(candidates, texts.documents, texts.passages, model.count_tokens)


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
