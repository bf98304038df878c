"""How far a model believes a sentence of its own, once it is asked about it alone.

While it writes, a small model confuses who does what. Asked behind the same passages whether one
sentence is true, it tells much of that: the probability of “true” is the P(True) of Kadavath et
al., “Language Models (Mostly) Know What They Know” (2022), section 3. How high it is differs
between models and passages, so sentences are compared with one another and not with a threshold.
"""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from longread.config import MAX_CRASHES
from longread.engine.protocol import Message, Model, as_streaming
from longread.errors import ContextFull, EngineCrashed
from longread.memory.courtesy import somebody_asks
from longread.reading.frame import Material
from longread.reading.side_by_side import LOOK_SECONDS

MARGIN = 1.0
"""Log-odds by which a doubtful sentence lies below the most believed one."""

_CHOICES = ("true", "false")
_TASK = "Claim: {claim}\nTrue or false?"
_DIGITS = 3
_LEAST = 0.01


def judged(material: Material, claim: str) -> list[Message]:
    """Ask whether a claim is true or false."""
    return material.asked(_TASK.format(claim=claim))


def beliefs(
    model: Model, asked: Iterable[Sequence[Message]], folder: Path | None = None
) -> Generator[int, None, tuple[float, ...]]:
    """The probability of “true” for each of what ``judged`` asks, one taken at a time; none of a
    model that does not run here, which would read the passages for each anew, or where they do not
    fit its context. Yields how many are done, and makes way while somebody asks about what
    ``folder`` holds.

    Raises:
        ModelError: the model cannot be used; EngineCrashed after several tries.
    """
    if as_streaming(model) is None:
        return ()
    found: list[float] = []
    for messages in asked:
        while folder is not None and somebody_asks(folder):
            time.sleep(LOOK_SECONDS)
        try:
            found.append(_belief(model, messages))
        except ContextFull:
            return ()
        yield len(found)
    return tuple(found)


def is_doubtful(belief: float | None, others: Sequence[float | None]) -> bool:
    """Whether a sentence is believed much less than the most believed of some others; one of
    which nothing is known is not."""
    known = [log_odds(one) for one in others if one is not None]
    return belief is not None and bool(known) and log_odds(belief) < max(known) - MARGIN


def _belief(model: Model, asked: Sequence[Message]) -> float:
    for _ in range(MAX_CRASHES - 1):
        with suppress(EngineCrashed):
            return round(model.choose(asked, _CHOICES)[0], _DIGITS)
    return round(model.choose(asked, _CHOICES)[0], _DIGITS)


def log_odds(belief: float) -> float:
    """A probability as log-odds; one near 0 or 1 as one a little further from it."""
    inside = min(max(belief, _LEAST), 1 - _LEAST)
    return math.log(inside / (1 - inside))
