"""Answers of other programs to the same questions, judged as longread's own are.

Whoever runs another program writes its answers into a file, one JSON object a line: ``id`` of
the question and ``answer``, and where they are known ``evidence`` (the texts that its model was
given), ``evidence_tokens``, ``reply_tokens``, ``model``, and ``seconds`` with ``first_token`` and
``total``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from longread.bench.json_lines import Row, parsed
from longread.bench.qa import answer_scores, given_scores
from longread.bench.questions import Question
from longread.bench.results import read_results, results_file

_NOTHING_FOUND = re.compile(
    r"^\W*(?:empty response\W*$|not found|"
    r"(?:i(?:'m| am) sorry|unfortunately|i (?:do not|don't|cannot|can't)\b).{0,80}"
    r"(?:know|find|answer|information|context|provided)|"
    r"the (?:provided |given )?(?:context|text|passages?|information|document)s?\b.{0,40}"
    r"(?:do(?:es)? not|don't|doesn't)\b)",
    re.IGNORECASE | re.DOTALL,
)
"""How programs say that they have no answer."""


def add(questions: Sequence[Question], answers: Path, results: Path, strategy: str) -> int:
    """Judge a file of answers and put them behind the rows of a results file, as those of one
    ``strategy``; which are there already, and answers to other questions, are passed over.
    Returns how many were added.

    Raises:
        UsageError: the file cannot be read, or a line is no such answer.
    """
    known = {question.id: question for question in questions}
    done = {row["id"] for row in read_results(results) if row["strategy"] == strategy}
    added = 0

    def judged(given: Row) -> Row | None:
        question, text = known.get(str(given["id"])), str(given["answer"]).strip()
        if question is None or question.id in done:
            return None
        return _row(question, text, given, strategy)

    with results_file(results) as write:
        for row in parsed(answers, judged, "an answer"):
            if row is not None:
                write(row)
                done.add(row["id"])
                added += 1
    return added


def _row(question: Question, text: str, given: Row, strategy: str) -> Row:
    evidence = [str(item) for item in given.get("evidence") or ()]
    seconds = given.get("seconds") or {}
    row: Row = {
        **question.as_row(),
        "strategy": strategy,
        "model": str(given.get("model", "")),
        "answer": text,
    }
    for name in ("evidence_tokens", "reply_tokens"):
        if name in given:
            row[name] = int(given[name])
    if evidence:
        row |= given_scores(question, "\n\n".join(evidence))
    if question.kind in ("choice", "claim"):
        row["answer"] = picked = _picked(question, text)
        row["correct"] = picked == question.gold
        row["seconds"] = {"total": float(seconds.get("total", 0.0))}
        return row
    return row | {
        "said_not_found": not text or _NOTHING_FOUND.match(text) is not None,
        "assessment": None,
        **answer_scores(question, text),
        "citations": [],
        "citations_resolved": 0,
        "quotations": 0,
        "quotations_verbatim": 0,
        "sentences": 0,
        "sentences_supported": 0,
        "seconds": {
            "first_token": float(seconds.get("first_token", seconds.get("total", 0.0))),
            "total": float(seconds.get("total", 0.0)),
        },
    }


def _picked(question: Question, text: str) -> int:
    """The index of the option that an answer names by its letter, or of the claim's truth; -1
    where it names none."""
    if question.kind == "claim":
        found = re.search(r"\b(true|false)\b", text, re.IGNORECASE)
        return ["false", "true"].index(found[1].lower()) if found else -1
    letters = question.letters
    found = re.search(rf"(?<!\w)([{''.join(letters)}])(?!\w)", text)
    return letters.index(found[1]) if found else -1
