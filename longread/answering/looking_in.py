"""Looking into a model, once: a probe of its hidden states that tells which passage answers a
question.

longread brings short texts with questions along, of which it is known which passage answers them.
The model reads the texts, and the states behind each question, with one of its text's passages
before it, are what the probe is fitted on. So any model can be looked into where it runs.
"""

from __future__ import annotations

import hashlib
import time
import tomllib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from longread.answering import prompts
from longread.answering.logistic import Doubles, regress
from longread.engine.probe import Probe
from longread.engine.protocol import ModelInfo, Part, StreamingModel
from longread.errors import NotShown
from longread.reading.frame import Material, prefix, prefix_block, prefix_digest
from longread.reading.pass_state import LookInProgress
from longread.stopping import never

DEPTHS = (1 / 2, 4 / 7)
"""The layers that are looked at, as shares of a model's depth (docs/benchmarks/looking-up.md)."""

RIDGE = 4.0
"""The penalty on weights, against the mean loss of a passage. So strong a one leaves little more
than the way from the mean state to that of what answers, for which a few dozen questions do."""

LEAST_RANK = 0.65
"""The mean reciprocal rank of what answers, of four passages and by a probe that the text had no
part in, below which a model's states are taken to tell nothing; by chance it is 0.52."""

WINDOW = 2_048
"""Tokens that the model sees behind its sinks while it reads the texts."""

_LABELLED = "labelled.toml"
_VERSION = 1
_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class _Text:
    passages: tuple[str, ...]
    questions: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """A question on a text: the states behind it for each of the passages, of the shape (layers,
    passages, width), and which of them answers it, from 0."""

    text: int
    states: NDArray[np.float32]
    answer: int


def maker(info: ModelInfo) -> str:
    """Names all that a probe of a model depends on."""
    return f"{info.fingerprint} {prefix_digest()} {_digest()}"


def look_into(
    model: StreamingModel, give_way: Callable[[], bool] = never
) -> Generator[LookInProgress, None, Probe | None]:
    """Fit a probe of a model; none where its states tell nothing, or where it does not show them.
    While ``give_way`` says yes, it waits.

    Raises:
        ModelError: there is no room for it, or the model's process ended.
    """
    began = time.monotonic()
    texts = _labelled()
    total = sum(len(text.questions) for text in texts)
    layers = sorted({round(depth * model.info.layers) for depth in DEPTHS})
    yield LookInProgress(0, total)
    try:
        blocks, before = _read(model, texts, give_way), prefix_block(model)
        cases: list[_Case] = []
        for at, text in enumerate(texts):
            for question, answer in text.questions:
                while give_way():
                    time.sleep(_LOOK_SECONDS)
                given = Material(tuple(blocks[at]), before)
                states = model.states(prompts.question_alone(given, question), layers)
                cases.append(_Case(at, states, answer))
                spent = time.monotonic() - began
                left = spent / len(cases) * (total - len(cases))
                yield LookInProgress(len(cases), total, left)
    except NotShown:
        return None
    if _rank(cases, len(texts)) < LEAST_RANK:
        return None
    return _fitted(cases, tuple(layers))


def _read(
    model: StreamingModel, texts: tuple[_Text, ...], give_way: Callable[[], bool]
) -> list[list[Part]]:
    """The texts' passages with their blocks, read one after the other as a document's."""
    numbered = [passage for text in texts for passage in text.passages]
    model.start_reading(prefix(), WINDOW)
    try:
        parts = []
        for number, passage in enumerate(numbered, start=1):
            text = f"[{number}] {passage}\n\n"
            (read,) = model.read_on([text], give_way=give_way)
            parts.append(Part(text, read.block))
    finally:
        model.stop_reading()
    ends = np.cumsum([len(text.passages) for text in texts])
    return [parts[end - len(text.passages) : end] for text, end in zip(texts, ends, strict=True)]


def _fitted(cases: list[_Case], layers: tuple[int, ...]) -> Probe:
    """A probe whose log-odds are the mean of those of a regression for each layer."""
    found = [_regress(cases, at) for at in range(len(layers))]
    weights = np.array([weights for weights, _ in found], np.float32)
    return Probe(layers, weights, float(np.mean([bias for _, bias in found])))


def _rank(cases: list[_Case], texts: int) -> float:
    """The mean reciprocal rank of what answers, each text judged by what was fitted on the
    others."""
    ranks = []
    for held in range(texts):
        count = len(cases[0].states)
        probe = _fitted([case for case in cases if case.text != held], tuple(range(count)))
        for case in (case for case in cases if case.text == held):
            judged = probe.judge(case.states)
            ranks.append(1 / int((judged >= judged[case.answer]).sum()))
    return float(np.mean(ranks))


def _regress(cases: list[_Case], layer: int) -> tuple[Doubles, float]:
    """Weights and bias of a logistic regression over the states' directions.

    Each question weighs the same, and in it what answers as much as all else. The penalty is on
    weights for numbers of one spread, the weights are for the numbers themselves. There are fewer
    states than numbers in one, so that it is computed among the directions which they span.
    """
    states = np.concatenate([case.states[layer] for case in cases]).astype(np.float64)
    states /= np.maximum(np.linalg.norm(states, axis=1, keepdims=True), 1e-6)
    target = np.concatenate([np.arange(case.states.shape[1]) == case.answer for case in cases])
    others = np.concatenate(
        [np.full(case.states.shape[1], case.states.shape[1] - 1) for case in cases]
    )
    share = np.where(target, 0.5, 0.5 / others) / len(cases)
    mean, spread = states.mean(axis=0), states.std(axis=0) + 1e-9
    places, lengths, directions = np.linalg.svd((states - mean) / spread, full_matrices=False)
    bias, *weights = regress(places * lengths, target.astype(np.float64), share, RIDGE)
    inner: Doubles = np.array(weights) @ directions / spread
    return inner, float(bias - inner @ mean)


@cache
def _labelled() -> tuple[_Text, ...]:
    """The texts that longread brings along; questions with the place of what answers, from 0."""
    table = tomllib.loads(_source())
    return tuple(
        _Text(
            tuple(text["passages"]),
            tuple((one["ask"], one["passage"] - 1) for one in text["questions"]),
        )
        for text in table["text"]
    )


def _source() -> str:
    return resources.files(__package__).joinpath(_LABELLED).read_text("utf-8")


@cache
def _digest() -> str:
    made_of = f"{_VERSION} {DEPTHS} {RIDGE}\0{_source()}"
    return hashlib.blake2b(made_of.encode(), digest_size=8).hexdigest()
