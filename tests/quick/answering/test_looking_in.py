"""Looking into a model, with scripted ones that show their states, or do not."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from longread.answering import looking_in
from longread.answering.looking_in import look_into, maker
from longread.engine.fake import ScriptedModel
from longread.engine.probe import Probe
from longread.engine.protocol import Message, Part
from longread.errors import EngineCrashed, ModelError, NotShown
from longread.reading.pass_state import LookInProgress

TEXTS = looking_in._labelled()
ANSWERS = {question: text.passages[answer] for text in TEXTS for question, answer in text.questions}
WIDTH = 40


class Telling(ScriptedModel):
    """Its states are noise, and what answers goes some way along one direction."""

    def __init__(self, way: float) -> None:
        super().__init__(streams=True)
        self.way = way
        self.noise = np.random.default_rng(4)
        self.along = np.eye(WIDTH)[3]

    def states(self, messages: Sequence[Message], layers: Sequence[int]) -> NDArray[np.float32]:
        pieces = [piece for message in messages for piece in message.pieces]
        question = pieces[-1].removeprefix("Question: ").strip() if pieces else ""  # type: ignore[union-attr]
        told = [p.text for p in pieces if isinstance(p, Part) and not p.from_start]
        right = np.array([ANSWERS[question] in text for text in told], float)
        noise = self.noise.normal(size=(len(layers), len(told), WIDTH))
        found: NDArray[np.float32] = noise + self.way * right[:, None] * self.along
        return found.astype(np.float32)


class Failing(ScriptedModel):
    """Fails where its states are asked for."""

    def __init__(self, error: ModelError) -> None:
        super().__init__(streams=True)
        self.error = error

    def states(self, *_: object) -> NDArray[np.float32]:
        raise self.error


def looked_into(
    model: ScriptedModel, give_way: Callable[[], bool] = lambda: False
) -> tuple[list[LookInProgress], Probe | None]:
    news, looking = [], look_into(model, give_way)
    while True:
        try:
            news.append(next(looking))
        except StopIteration as end:
            return news, end.value


def test_a_direction_that_tells_is_found() -> None:
    model = Telling(6.0)
    news, probe = looked_into(model)
    assert [one.done for one in news] == list(range(len(ANSWERS) + 1))
    assert {one.total for one in news} == {len(ANSWERS)}
    assert probe is not None
    assert len(probe.layers) == 2
    assert probe.weights.argmax(axis=1).tolist() == [3, 3]
    other = np.random.default_rng(5).normal(size=(2, 8, WIDTH)).astype(np.float32)
    other[:, 5] += 6 * model.along.astype(np.float32)
    judged = probe.judge(other)
    assert judged.argmax() == 5
    assert judged[5] > 0 > np.median(judged)
    # What it read for that is no document's, and the stream is free again.
    with pytest.raises(ModelError, match="Nothing is being read"):
        model.read_on(["More."])


@pytest.mark.parametrize("model", [Telling(0.0), Failing(NotShown("It shows nothing."))])
def test_states_that_tell_nothing_give_no_probe(model: ScriptedModel) -> None:
    assert looked_into(model)[1] is None


def test_a_model_that_ends_is_told_of() -> None:
    with pytest.raises(EngineCrashed):
        looked_into(Failing(EngineCrashed("It ended.")))


def test_it_waits_while_somebody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking_in, "_LOOK_SECONDS", 0)
    asking = iter([True] * 5)
    news, probe = looked_into(Telling(6.0), lambda: next(asking, False))
    assert len(news) == len(ANSWERS) + 1
    assert probe is not None
    assert next(asking, None) is None


def test_what_a_probe_depends_on_names_it() -> None:
    one, other = ScriptedModel(streams=True).info, ScriptedModel().info
    assert maker(one) == maker(other)
    assert one.fingerprint in maker(one)
    assert looking_in._digest() in maker(one)


def test_each_question_is_about_one_passage_of_its_text() -> None:
    assert len(TEXTS) == 6
    for text in TEXTS:
        assert len(text.passages) == 4
        # Each passage answers two.
        assert sorted(answer for _, answer in text.questions) == [0, 0, 1, 1, 2, 2, 3, 3]
    assert len(ANSWERS) == 48
