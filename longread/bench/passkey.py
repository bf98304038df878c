"""A number hidden in a long text, and found again.

The test of Mohtashami and Jaggi, "Landmark Attention" (2023), section 4.2, made harder: the
haystack is prose instead of one sentence repeated, and other numbers, each the pass key of
something else, may stand in it too.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from longread.bench import scores
from longread.bench.bench import Bench, Progress
from longread.bench.haystack import Haystack, Hidden, ask
from longread.bench.json_lines import Row
from longread.bench.results import read_results, results_file

_COLOURS = ["red", "green", "blue", "white", "black", "yellow", "brown", "grey", "silver", "violet"]
_THINGS = ["gate", "mill", "tower", "harbour", "cellar", "bridge", "chapel", "garden", "ferry"]
_THINGS += ["lantern", "orchard", "well"]
_NUMBER = re.compile(r"(?<!\d)\d{5}(?!\d)")

MOST_DISTRACTORS = len(_COLOURS) * len(_THINGS) - 1
"""So many other keys have a name of their own."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Lengths in tokens, places as shares of the length, and how many other keys there are."""

    tokens: Sequence[int]
    places: Sequence[float]
    distractors: Sequence[int] = (0,)
    seed: int = 0


def evenly(count: int) -> list[float]:
    """So many places from the start of a text to its end, as shares of its length."""
    return [round(index / max(1, count - 1), 4) for index in range(count)]


def run(out: Path, bench: Bench, setup: Setup) -> Iterator[Progress]:
    """Hide a key at every place of every length among each number of others, and ask for it;
    what the results file has already is passed over. The library must be for this alone."""
    done = {(row["tokens"], row["distractors"], row["place"]) for row in read_results(out)}
    total = len(setup.tokens) * len(setup.distractors) * len(setup.places)
    finished = 0
    with results_file(out, bench.settings(seed=setup.seed)) as write:
        for tokens in setup.tokens:
            for others in setup.distractors:
                left = [place for place in setup.places if (tokens, others, place) not in done]
                finished += len(setup.places) - len(left)
                yield Progress(finished, total, {}, f"{tokens:,} tokens, {others} other keys")
                for row in _hide_and_ask(bench, setup.seed, tokens, others, left):
                    write(row)
                    finished += 1
                    yield Progress(finished, total, row, f"{tokens:,} tokens, {others} other keys")


def _hide_and_ask(
    bench: Bench, seed: int, tokens: int, others: int, places: Sequence[float]
) -> Iterator[Row]:
    if not places:
        return
    chance = random.Random(seed + others)
    names = [f"the {colour} {thing}" for colour in _COLOURS for thing in _THINGS]
    chance.shuffle(names)
    numbers = [str(number) for number in chance.sample(range(10_000, 100_000), others + 1)]
    standing = [
        Hidden(chance.random(), _sentence(name, number))
        for name, number in zip(names[1:], numbers[1:], strict=False)
    ]
    haystack = Haystack(bench.library, bench.model, tokens, standing, seed)
    hidden = _sentence(names[0], numbers[0])
    for place in places:
        ids = haystack.hide([Hidden(place, hidden)])
        answer, taken = ask(bench, ids, f"What is the pass key of {names[0]}?")
        yield {
            "tokens": tokens,
            "distractors": others,
            "place": place,
            "right": set(_NUMBER.findall(answer.text)) == {numbers[0]},
            "in_evidence": numbers[0] in answer.evidence_text,
            "cache_bytes": bench.model.info.token_bytes * tokens,
            **taken,
        }
    haystack.clear()


def _sentence(name: str, number: str) -> str:
    return f"The pass key of {name} is {number}. Remember it: {number} opens {name}."


def summarise(rows: Sequence[Row]) -> list[Row]:
    """One row for each length and number of other keys: the share that was found, and the
    largest memory, also as how many times less it is than a float16 KV cache of all tokens."""
    groups: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["tokens"], row["distractors"]].append(row)
    summary = []
    for (tokens, others), group in sorted(groups.items()):
        resident = max(row["resident_bytes"] for row in group)
        stored = max(row["stored_bytes"] + row["block_bytes"] for row in group)
        cache = group[0]["cache_bytes"]
        summary.append(
            {
                "tokens": tokens,
                "distractors": others,
                "places": len(group),
                "found": sum(row["right"] for row in group) / len(group),
                "in_evidence": sum(row["in_evidence"] for row in group) / len(group),
                "median_first_token": scores.median([row["first_token"] for row in group]),
                "resident_bytes": resident,
                "stored_bytes": stored,
                "cache_bytes": cache,
                "times_less_resident": cache / resident,
                "times_less_stored": cache / stored,
            }
        )
    return summary
