"""Scores of questions that were answered, by strategy and dataset."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from longread.answering import abstain
from longread.bench import scores
from longread.bench.json_lines import Row
from longread.bench.strategies import STRATEGIES


def declined(row: Row) -> bool:
    """Whether a strategy with the check declines this question; the others decline only where
    the model itself says so."""
    if row.get("said_not_found"):
        return True
    found = _assessed(row)
    return found is not None and found.declined


def doubtful(row: Row) -> bool:
    """Whether a strategy with the check answers this question with a doubt."""
    found = _assessed(row)
    return found is not None and found.doubtful and not row.get("said_not_found")


def _assessed(row: Row) -> abstain.Assessment | None:
    """What the check makes of a question today."""
    assessment = row.get("assessment")
    strategy = STRATEGIES.get(row["strategy"])
    if not assessment or (strategy is not None and not strategy.declines):
        return None
    return abstain.assess(abstain.Signals.of_json(assessment["signals"]))


def summarise(rows: Sequence[Row], *, shared: bool = False) -> list[Row]:
    """Mean scores by strategy and dataset, with one line ``all`` for each strategy.

    Questions on documents that cannot be read, as a scan, or do not fit into the context, are
    left out and counted; with ``shared``, all that not every strategy answered are.
    Scores of declined answers are 0; ``answered`` is the share that was not declined, ``doubtful``
    that which was answered with a doubt. What ends in ``first`` is of the four best passages alone.
    """
    if shared:
        answered: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            if row["kind"] != "unreadable":
                answered[row["id"]].add(row["strategy"])
        every = {row["strategy"] for row in rows}
        rows = [row for row in rows if answered[row["id"]] == every]
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["strategy"], "all"].append(row)
        groups[row["strategy"], row["dataset"]].append(row)
    return [
        {"strategy": strategy, "dataset": dataset, "questions": len(group), **_means(group)}
        for (strategy, dataset), group in sorted(groups.items())
    ]


def _means(rows: Sequence[Row]) -> Row:
    free = [row for row in rows if row["kind"] == "free"]
    picked = [row for row in rows if row["kind"] in ("choice", "claim")]
    impossible = [row for row in rows if row["kind"] == "unanswerable"]
    refused = [row for row in free + impossible if declined(row)]
    answered = [row for row in free + impossible if not declined(row)]

    def score(name: str) -> float | None:
        return scores.mean([0.0 if declined(row) else row[name] for row in free])

    def known(name: str) -> float | None:
        return scores.mean([float(row[name]) for row in rows if name in row])

    def ratio(part: str, whole: str) -> float | None:
        total = sum(row[whole] for row in answered)
        return sum(row[part] for row in answered) / total if total else None

    first_tokens = [row["seconds"]["first_token"] for row in free + impossible]
    cited = sum(len(row["citations"]) for row in answered)
    resolved = sum(row["citations_resolved"] for row in answered)
    right_refusals = sum(row["kind"] == "unanswerable" for row in refused)
    return {
        "unreadable": sum(row["kind"] == "unreadable" for row in rows),
        "token_f1": score("token_f1"),
        "rouge_l": score("rouge_l"),
        "word_recall": score("word_recall"),
        "choice_accuracy": scores.mean([float(row["correct"]) for row in picked]),
        "answered": scores.mean([float(not declined(row)) for row in free]),
        "doubtful": scores.mean([float(doubtful(row)) for row in free]),
        "declined_unanswerable": right_refusals / len(impossible) if impossible else None,
        "doubtful_unanswerable": scores.mean([float(doubtful(row)) for row in impossible]),
        "declining_precision": right_refusals / len(refused) if refused else None,
        "evidence_holds_answer": known("evidence_holds_answer"),
        "evidence_recall": known("evidence_recall"),
        "evidence_holds_answer_first": known("evidence_holds_answer_first"),
        "evidence_recall_first": known("evidence_recall_first"),
        "page_hit": known("page_hit"),
        "citations_resolved": resolved / cited if cited else None,
        "quotations_verbatim": ratio("quotations_verbatim", "quotations"),
        "sentences_supported": ratio("sentences_supported", "sentences"),
        "evidence_tokens": known("evidence_tokens"),
        "reply_tokens": known("reply_tokens"),
        "median_first_token": scores.median(first_tokens) if first_tokens else None,
    }
