"""Scores of answers: token F1, ROUGE-L, gold-word recall, evidence recall.

Normalisation is that of SQuAD (Rajpurkar et al., 2016): lower case, no punctuation, no
English articles. ROUGE-N is the F-measure over runs of N words, ROUGE-L that over the longest
common subsequence (Lin, 2004); words are not stemmed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

_ARTICLES = frozenset({"a", "an", "the"})
_CITATION = re.compile(r"\[[A-Z]{0,2}\d+\]")
_FUNCTION_WORDS = frozenset(
    """a an the of to in on at for and or is was were are be been by with from his her he she it
    they them their that this as not no do does did so him i you we who what when where why how
    had has have""".split()  # noqa: SIM905 - a list of quoted words would hide them
)


def words(text: str) -> list[str]:
    """Normalised words; citations are left out, and CJK characters count one by one."""
    text = unicodedata.normalize("NFKC", _CITATION.sub(" ", text)).casefold()
    found = re.findall(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+(?:[.,]\d+)*", text)
    return [word for word in found if word not in _ARTICLES]


def token_f1(answer: str, gold: str) -> float:
    """F1 over the bags of words."""
    said, wanted = words(answer), words(gold)
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2 * shared / (len(said) + len(wanted)) if shared else 0.0


def rouge_n(answer: str, gold: str, n: int) -> float:
    """F1 over the bags of ``n`` words in a row."""
    said, wanted = (_runs(words(one), n) for one in (answer, gold))
    shared = sum((Counter(said) & Counter(wanted)).values())
    return 2 * shared / (len(said) + len(wanted)) if shared else 0.0


def rouge_l(answer: str, gold: str) -> float:
    """F1 over the longest common subsequence of words."""
    said, wanted = words(answer), words(gold)
    if not said or not wanted:
        return 0.0
    previous = [0] * (len(wanted) + 1)
    for word in said:
        row = [0]
        for index, other in enumerate(wanted):
            row.append(
                previous[index] + 1 if word == other else max(row[index], previous[index + 1])
            )
        previous = row
    return 2 * previous[-1] / (len(said) + len(wanted))


def word_recall(answer: str, gold: str) -> float:
    """Share of the gold answer's content words that the answer has."""
    said = set(words(answer))
    all_words = set(words(gold))
    wanted = all_words - _FUNCTION_WORDS or all_words
    return len(wanted & said) / len(wanted) if wanted else 0.0


def best(score: Callable[[str, str], float], answer: str, golds: Sequence[str]) -> float:
    """The best score over several gold answers."""
    return max((score(answer, gold) for gold in golds), default=0.0)


def holds_answer(evidence: str, golds: Sequence[str]) -> bool:
    """Whether all content words of some gold answer stand in the evidence."""
    return any(word_recall(evidence, gold) == 1.0 for gold in golds)


def repeats(text: str, wording: str, run: int = 8) -> bool:
    """Whether a text has so many words in a row of a wording."""
    said, wanted = (_runs(words(one), run) for one in (text, wording))
    return not set(said).isdisjoint(wanted)


def _runs(found: Sequence[str], length: int) -> list[tuple[str, ...]]:
    return [tuple(found[at : at + length]) for at in range(len(found) - length + 1)]


def median(values: Sequence[float]) -> float:
    """The middle one of the values; of two, the higher one."""
    return sorted(values)[len(values) // 2]


def mean(values: Sequence[float]) -> float | None:
    """Arithmetic mean; None of nothing."""
    return sum(values) / len(values) if values else None
