"""Perplexity along a long text, with attention sinks and without, and against full windows.

Two streams of one model read the same tokens in turns; that without sinks may end early. In the
last tenth of the text, tokens are also read behind a window of the same size that was freshly
filled with what precedes them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from longread.bench.machine import resident_bytes
from longread.bench.weights import weights
from longread.config import READING_WINDOW
from longread.engine.streaming import TextStream
from longread.errors import UsageError
from longread.reading.frame import prefix
from longread.stopping import never

STEP = 256
"""Tokens that each stream reads before it is the other's turn, and that are scored or not."""

POINTS = 100
"""How many points a curve has at most."""

SINKS, NO_SINKS = "sinks", "no sinks"


@dataclass(frozen=True, slots=True)
class Point:
    """One stream over the last tokens up to ``tokens``: perplexity, speed of reading with
    scores, and the process's resident memory at the end."""

    stream: str
    tokens: int
    perplexity: float
    tokens_per_second: float
    resident_bytes: int

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Report:
    """``last_tenth`` are perplexities of the streams, each over the last tenth of what it read;
    ``at_places`` those of the stream with sinks and of full windows over the same tokens, at
    some places of the text's last tenth."""

    points: tuple[Point, ...]
    last_tenth: dict[str, float]
    at_places: dict[str, float]
    places: int

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Setup:
    """How much is read through which window, at how many ``places`` full windows are compared.

    The stream without sinks reads only the first ``without_sinks`` tokens, where that is said.
    One step in ``score_every`` is scored, and all in the last tenth: scores take time.
    """

    tokens: int
    window: int = READING_WINDOW
    places: int = 20
    without_sinks: int | None = None
    score_every: int = 1


def measure(
    model_file: Path,
    text: str,
    setup: Setup,
    threads: int = 0,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Read a text, again from its beginning where it is shorter than wanted.

    Raises:
        UsageError: the text is empty.
        ModelError: the model cannot be loaded, or there is no room for its streams.
    """
    window = setup.window
    with weights(model_file) as model:
        sinks = [token for run, _ in model.prompt(prefix())[:-1] for token in run]
        whole = _repeated(model.tokenize(text), setup.tokens)

        def stream(first: Sequence[int], size: int) -> closing[TextStream]:
            return closing(TextStream(model, first, size, threads, never))

        with ExitStack() as opened:
            streams = {SINKS: opened.enter_context(stream(sinks, window))}
            if setup.without_sinks != 0:
                streams[NO_SINKS] = opened.enter_context(stream([], window))
            points, costs = _read_in_turns(streams, whole, setup, on_progress)
        spans = list(_spans(len(whole), window, setup.places))
        fresh: list[float] = []
        for start, end in spans:
            with stream(sinks, window + end - start) as filled:
                fresh += _behind_full_window(filled, whole, start, end, window)
        streamed = [cost for start, end in spans for cost in costs[SINKS][start:end]]
        return Report(
            tuple(points),
            {name: _perplexity(values[-(len(values) // 10) :]) for name, values in costs.items()},
            {SINKS: _perplexity(streamed), "full window": _perplexity(fresh)} if spans else {},
            len(spans),
        )


def _repeated(tokens: list[int], count: int) -> list[int]:
    """So many tokens of a text, again from its beginning where it has fewer.

    Raises:
        UsageError: it has none.
    """
    if not tokens:
        raise UsageError("There is no text to read.", hint="Name a file with text in it.")
    return (tokens * -(-count // len(tokens)))[:count]


def _read_in_turns(
    streams: dict[str, TextStream],
    whole: Sequence[int],
    setup: Setup,
    on_progress: Callable[[int, int], None],
) -> tuple[list[Point], dict[str, list[float]]]:
    """Let each stream read the text, a step at a time; returns the points of the curves, and the
    cost of each token by stream, not a number where it was not scored. A stream that ends early
    is closed."""
    costs: dict[str, list[float]] = {name: [] for name in streams}
    unit = STEP * setup.score_every
    every = max(unit, setup.tokens // POINTS // unit * unit)
    points: list[Point] = []
    spent = dict.fromkeys(streams, 0.0)
    last = len(whole) - len(whole) // 10 - STEP
    for start in range(0, len(whole), STEP):
        part = whole[start : start + STEP]
        scored = start // STEP % setup.score_every == setup.score_every - 1 or start >= last
        for name, stream in streams.items():
            began = time.perf_counter()
            (read,) = stream.read([part], blocks=False, surprisal=scored)
            spent[name] += time.perf_counter() - began
            # Nothing is known of what was not scored, nor of the first token behind it.
            costs[name] += [math.nan] * (len(part) - len(read.surprisal))
            costs[name] += read.surprisal
        done = start + len(part)
        if done % every == 0 or done == len(whole):
            size = done - (points[-1].tokens if points else 0)
            points += [
                Point(
                    name,
                    done,
                    _perplexity(costs[name][-size:]),
                    size / spent[name],
                    resident_bytes(),
                )
                for name in streams
            ]
            spent = dict.fromkeys(streams, 0.0)
        if setup.without_sinks and done >= setup.without_sinks and NO_SINKS in streams:
            streams.pop(NO_SINKS).close()
        on_progress(done, len(whole))
    return points, costs


def _behind_full_window(
    stream: TextStream, whole: Sequence[int], start: int, end: int, window: int
) -> tuple[float, ...]:
    """Costs of the tokens from ``start`` to ``end`` behind a window that was filled with those
    before them."""
    for at in range(start - window, start, STEP):
        upto = min(at + STEP, start)
        stream.read([whole[at:upto]], blocks=False, surprisal=upto == start)
    (read,) = stream.read([whole[start:end]], blocks=False, surprisal=True)
    return read.surprisal


def _spans(length: int, window: int, places: int) -> Iterator[tuple[int, int]]:
    first = max(length - length // 10, window)
    room = length - STEP - first
    for index in range(places if room > 0 else 0):
        start = first + room * index // places
        yield start, start + STEP


def _perplexity(costs: Sequence[float]) -> float:
    known = [cost for cost in costs if not math.isnan(cost)]
    return math.exp(sum(known) / len(known)) if known else math.nan
