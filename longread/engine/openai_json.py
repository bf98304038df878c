"""Reads the JSON of the OpenAI protocol: whatever a server sends in place of what is meant to be
there is passed over."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from longread.text import one_line


def reason_of(answer: Any) -> str:
    """What a server says about an error, ready to be put behind a sentence."""
    error = as_table(answer).get("error")
    said = as_table(error).get("message") or error or as_table(answer).get("detail")
    return f": {one_line(said, 200).rstrip('.')}" if isinstance(said, str) and said else ""


def sum_logprobs(choice: dict[str, Any], choices: Sequence[str]) -> list[float]:
    """Add up the first token's probabilities of spellings that begin one choice alone."""
    sums = [0.0] * len(choices)
    try:
        top = choice["logprobs"]["content"][0]["top_logprobs"]
        for item in top:
            word = str(item["token"]).strip().casefold()
            begun = [
                index for index, wanted in enumerate(choices) if wanted.casefold().startswith(word)
            ]
            if word and len(begun) == 1:
                sums[begun[0]] += math.exp(min(0.0, float(item["logprob"])))
    except (KeyError, IndexError, TypeError, ValueError):
        return [0.0] * len(choices)
    return sums


def as_table(value: Any) -> dict[str, Any]:
    """An object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def as_tables(value: Any) -> list[dict[str, Any]]:
    """The objects of an array."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_count(value: Any) -> int:
    """A number above 0, or 0 in place of anything else."""
    return value if isinstance(value, int) and value > 0 else 0
