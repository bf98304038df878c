"""Facts hidden in a long text, and asked for: one, several, two that must be joined, an old and
a newer one, one asked for in other words, and one that is not there.

After Kamradt, "Needle in a Haystack" (2023), whose test has one kind and whose result is a
heat map by depth and length.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from longread.bench.bench import Bench, Progress
from longread.bench.haystack import Haystack, Hidden, ask
from longread.bench.json_lines import Row
from longread.bench.results import read_results, results_file


@dataclass(frozen=True, slots=True)
class Needle:
    """What is ``hidden``, in the order of the text, and a question on it. ``wanted`` are words
    that a right answer has all of; without any, the right answer is that it is not there."""

    hidden: tuple[str, ...]
    question: str
    wanted: tuple[str, ...] = ()

    def is_in(self, answer: str) -> bool:
        """Whether an answer has all the words that are wanted."""
        said = answer.casefold()
        return all(word.casefold() in said for word in self.wanted)


KINDS: dict[str, tuple[Needle, ...]] = {
    "single": (
        Needle(
            ("Old Tobbin the lamplighter painted the bottom of his boat turquoise.",),
            "What colour did Tobbin paint the bottom of his boat?",
            ("turquoise",),
        ),
        Needle(
            ("Widow Hesk kept a tame jackdaw by the name of Bartimaeus.",),
            "What was the name of Widow Hesk's jackdaw?",
            ("Bartimaeus",),
        ),
    ),
    "several": (
        Needle(
            (
                "At the first inn, Ferrand Quill left behind a brass compass.",
                "At the second inn, Ferrand Quill left behind a torn atlas.",
                "At the third inn, Ferrand Quill left behind an ivory flute.",
            ),
            "Which three things did Ferrand Quill leave behind at the inns?",
            ("compass", "atlas", "flute"),
        ),
        Needle(
            (
                "Doctor Amsel prescribed wormwood on her first visit to the mill.",
                "Doctor Amsel prescribed camphor on her second visit to the mill.",
                "Doctor Amsel prescribed valerian on her third visit to the mill.",
            ),
            "What did Doctor Amsel prescribe on her three visits to the mill?",
            ("wormwood", "camphor", "valerian"),
        ),
    ),
    "two hops": (
        Needle(
            (
                "Lisbet Orme married the youngest of the Vantongeren brothers.",
                "The youngest of the Vantongeren brothers was a glassblower by trade.",
            ),
            "What was the trade of the man whom Lisbet Orme married?",
            ("glassblower",),
        ),
        Needle(
            (
                "The letter to Squire Pell was sent from the village of Nethercombe.",
                "The village of Nethercombe is known for nothing but its walnuts.",
            ),
            "For what is the village known from which the letter to Squire Pell was sent?",
            ("walnut",),
        ),
    ),
    "newer value": (
        Needle(
            (
                "In those days the ferry to Halmsund cost four crowns.",
                "From that autumn on, the ferry to Halmsund cost eleven crowns.",
            ),
            "How many crowns did the ferry to Halmsund cost in the end?",
            ("eleven",),
        ),
        Needle(
            (
                "Captain Drewe lodged in Saltmarsh Lane at first.",
                "Captain Drewe had by then moved to Tanner's Court, and stayed there.",
            ),
            "Where did Captain Drewe live last?",
            ("Tanner",),
        ),
    ),
    "other words": (
        Needle(
            ("The physician's automobile had been lacquered in crimson.",),
            "What colour was the doctor's car?",
            ("crimson",),
        ),
        Needle(
            ("A blaze consumed the seminary's granary on the eve of Pentecost.",),
            "Which storehouse was destroyed by fire?",
            ("granary",),
        ),
    ),
    "not there": (
        Needle(
            ("Old Tobbin the lamplighter painted the bottom of his boat turquoise.",),
            "How old was Tobbin's eldest daughter?",
        ),
        Needle(
            ("Widow Hesk kept a tame jackdaw by the name of Bartimaeus.",),
            "Which disease did Widow Hesk's brother die of?",
        ),
    ),
}
"""The kinds of needles, with examples of each."""


def depths(count: int) -> list[float]:
    """So many depths from the start of a text to near its end, as shares of its length."""
    return [round(index / count, 4) for index in range(count)]


def run(
    out: Path, bench: Bench, lengths: Sequence[int], depths: Sequence[float], seed: int = 0
) -> Iterator[Progress]:
    """Hide each needle at every depth of every length, and ask; what the results file has
    already is passed over. The library must be for this alone."""
    done = {_name(row) for row in read_results(out)}
    examples = [(kind, number) for kind, group in KINDS.items() for number in range(len(group))]
    total = len(lengths) * len(depths) * len(examples)
    finished = 0
    with results_file(out, bench.settings(seed=seed)) as write:
        for tokens in lengths:
            haystack = Haystack(bench.library, bench.model, tokens, seed=seed)
            for depth in depths:
                for kind, number in examples:
                    if (tokens, depth, kind, number) not in done:
                        place = {"tokens": tokens, "depth": depth, "kind": kind, "number": number}
                        row = place | _row(bench, haystack, KINDS[kind][number], depth)
                        write(row)
                    finished += 1
                    yield Progress(finished, total, {}, f"{tokens:,} tokens, {kind}")
            haystack.clear()


def _name(row: Row) -> tuple[int, float, str, int]:
    return row["tokens"], row["depth"], row["kind"], row["number"]


def _row(bench: Bench, haystack: Haystack, needle: Needle, depth: float) -> Row:
    # What comes later is put between the depth and the end, evenly.
    count = len(needle.hidden)
    hidden = [
        Hidden(depth + (1 - depth) * index / count, text)
        for index, text in enumerate(needle.hidden)
    ]
    ids = haystack.hide(hidden)
    for document_id in ids:
        bench.embed(document_id)
    answer, taken = ask(bench, ids, needle.question)
    return {
        "right": needle.is_in(answer.text) and answer.declined == (not needle.wanted),
        "in_evidence": sum(text in answer.evidence_text for text in needle.hidden) / count,
        **taken,
    }


def summarise(rows: Sequence[Row]) -> list[Row]:
    """One row for each kind and length: the share of right answers, and that of what was hidden
    which the evidence had; a row ``all`` for each length."""
    groups: dict[tuple[int, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["tokens"], "all"].append(row)
        groups[row["tokens"], row["kind"]].append(row)
    return [
        {
            "tokens": tokens,
            "kind": kind,
            "questions": len(group),
            "right": sum(row["right"] for row in group) / len(group),
            "in_evidence": sum(row["in_evidence"] for row in group) / len(group),
        }
        for (tokens, kind), group in sorted(groups.items())
    ]


def by_depth(rows: Sequence[Row]) -> dict[tuple[str, str], float]:
    """The share of right answers by depth and length, as words for a heat map."""
    groups: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["depth"], row["tokens"])):
        groups[f"{row['depth']:.0%}", f"{row['tokens']:,}"].append(row["right"])
    return {key: sum(group) / len(group) for key, group in groups.items()}
