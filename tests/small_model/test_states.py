"""Hidden states behind a question with the real small model, each passage alone before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from longread.answering.looking_in import look_into
from longread.engine.block import Block
from longread.engine.codec import Codec, packed
from longread.engine.context import Context
from longread.engine.llama import LlamaModel
from longread.engine.options import LoadOptions
from longread.engine.probe import StateWatch
from longread.engine.process import ProcessModel
from longread.engine.protocol import Message, Part
from longread.errors import ModelError
from longread.reading.frame import prefix

pytestmark = pytest.mark.small_model
OPTIONS = LoadOptions(context=2048)
LAYERS = (12, 18)
TOLD = [
    "[1] The harbour master keeps three grey parrots in the customs house.\n\n",
    "[2] The vicar paints the church clock in green every spring.\n\n",
    "[3] The baker has a wooden leg and a brass trumpet, which he plays on the quay.\n\n",
]
ASKED = "Question: Who paints the clock?\n"


@pytest.fixture(scope="module")
def model(small_model_path: Path) -> Iterator[LlamaModel]:
    with closing(LlamaModel(small_model_path, options=OPTIONS)) as opened:
        yield opened


@pytest.fixture(scope="module")
def blocks(model: LlamaModel) -> list[Block]:
    """Each passage's block, read behind those before it."""
    model.start_reading(prefix(), 512)
    read = [model.read_on([text])[0].block for text in TOLD]
    model.stop_reading()
    return [block for block in read if block is not None]


def talk(pieces: Sequence[Part]) -> list[Message]:
    system, user = prefix()
    return [system, replace(user, content=(*user.pieces, *pieces, ASKED))]


def parts(blocks: Sequence[Block]) -> list[Part]:
    return [Part(text, block) for text, block in zip(TOLD, blocks, strict=True)]


def alike(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def test_each_passage_stands_alone_before_the_question(
    model: LlamaModel, blocks: list[Block]
) -> None:
    together = model.states(talk(parts(blocks)), LAYERS)
    assert together.shape == (2, 3, 576)
    for place, part in enumerate(parts(blocks)):
        alone = model.states(talk([part]), LAYERS)
        for layer in range(2):
            assert alike(alone[layer, 0], together[layer, place]) > 0.999
    # They do tell the passages apart.
    assert alike(together[1, 0], together[1, 1]) < 0.99


def test_states_behind_a_block_are_those_behind_its_text(
    model: LlamaModel, blocks: list[Block]
) -> None:
    loaded = model._opened()[0]
    tokens = [token for run, _ in loaded.prompt(talk([Part(TOLD[0])]))[:-1] for token in run]
    watch = StateWatch()
    with closing(Context(loaded.handle, 1024, 0, lambda: False, watch)) as context:
        watch.begin(frozenset(LAYERS))
        context.read_rows((token, 0) for token in tokens)
        caught = watch.end(len(tokens))
    found = model.states(talk(parts(blocks)[:1]), LAYERS)
    for index, layer in enumerate(LAYERS):
        assert alike(found[index, 0], caught[layer][-1]) > 0.99


def test_four_bits_show_the_same(model: LlamaModel, blocks: list[Block]) -> None:
    codec = Codec(4, 4, heads=model.info.heads)
    recoded = [
        Part(text, packed(codec.encode(block))) for text, block in zip(TOLD, blocks, strict=True)
    ]
    exact = model.states(talk(parts(blocks)), LAYERS)
    found = model.states(talk(recoded), LAYERS)
    for place in range(3):
        assert alike(found[0, place], exact[0, place]) > 0.95


def test_more_passages_than_stand_side_by_side(model: LlamaModel, blocks: list[Block]) -> None:
    many = parts(blocks) * 7
    found = model.states(talk(many), [LAYERS[0]])
    assert found.shape == (1, 21, 576)
    for place in range(3, 21):
        assert alike(found[0, place], found[0, place % 3]) > 0.999


def test_a_passage_without_its_block_cannot_be_judged(
    model: LlamaModel, blocks: list[Block]
) -> None:
    with pytest.raises(ModelError, match="not read before"):
        model.states(talk([Part(TOLD[0])]), LAYERS)
    with pytest.raises(ModelError, match="not read before"):
        model.states(talk([Part(TOLD[1], blocks[0])]), LAYERS)
    stripped = packed(Codec(heads=model.info.heads).encode(blocks[0])).stripped()
    with pytest.raises(ModelError, match="damaged"):
        model.states(talk([Part(TOLD[0], stripped)]), LAYERS)
    # It answers as before.
    assert model.states(talk(parts(blocks)), LAYERS).shape == (2, 3, 576)


def test_states_come_through_the_process(
    small_model_path: Path, model: LlamaModel, blocks: list[Block]
) -> None:
    with closing(ProcessModel(small_model_path, options=OPTIONS)) as remote:
        found = remote.states(talk(parts(blocks)), LAYERS)
    assert np.allclose(found, model.states(talk(parts(blocks)), LAYERS), atol=1e-2)


def test_looking_in_finds_a_probe_that_knows_what_answers(
    model: LlamaModel, blocks: list[Block]
) -> None:
    looking = look_into(model)
    news = []
    while True:
        try:
            news.append(next(looking))
        except StopIteration as end:
            probe = end.value
            break
    assert news[-1].done == news[-1].total
    assert probe is not None
    asked = {"Who paints the clock?": 1, "Where are the parrots kept?": 0, "Who has a trumpet?": 2}
    right = 0
    for question, answer in asked.items():
        system, user = prefix()
        pieces = (*user.pieces, *parts(blocks), f"Question: {question}\n")
        states = model.states([system, replace(user, content=pieces)], probe.layers)
        right += int(probe.judge(states).argmax()) == answer
    assert right >= 2
