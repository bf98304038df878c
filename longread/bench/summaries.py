"""Summaries of whole documents beside reference summaries: those of the tree, and the model's own
of what a context holds.

A question of a questions file that asks for the whole (“What is the plot of the story?”), with
gold answers of some length, makes its document one to be summarized. ROUGE (Lin, 2004) is that of
the best reference for each measure, on whole words, as it is over several references in SQuALITY
(Wang et al., 2022).
"""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from longread.answering.parts import asks_for_the_whole
from longread.bench import scores
from longread.bench.bench import Bench, Progress, displace
from longread.bench.json_lines import Row
from longread.bench.questions import Question
from longread.bench.results import read_results, results_file
from longread.bench.strategies import STRATEGIES
from longread.engine.protocol import Message, Sampling
from longread.errors import SourceError, UsageError
from longread.report.outline import Length, outline

FROM_TREE = {str(length): length for length in Length}
"""The lengths in which ``longread summarize`` tells of a document."""

FROM_TEXT = ("truncate", "plain")
"""The model's own summary of the document's beginning, and of the passages that are looked up."""

WAYS = (*FROM_TREE, *FROM_TEXT)
"""Each way of summarizing, by its name."""

BEGINNING_TOKENS = 4_000
"""So much of the document ``truncate`` summarizes."""

MEASURES: dict[str, Callable[[str, str], float]] = {
    "rouge_1": lambda said, gold: scores.rouge_n(said, gold, 1),
    "rouge_2": lambda said, gold: scores.rouge_n(said, gold, 2),
    "rouge_l": scores.rouge_l,
}

_LEAST_WORDS = 40
"""Gold answers of fewer words are no summaries."""

_WORDS = 250
_TOKENS = 450
_SYSTEM = "You summarize documents. Write only what the text says, in its language."
_TASK = (
    f"Summarize this text in about {_WORDS} words: who does what, and why, from its beginning on."
)


def to_summarize(questions: Sequence[Question]) -> list[Question]:
    """Those questions whose gold answers are summaries of the whole document, one of each.

    Raises:
        UsageError: there is none.
    """
    found: dict[str, Question] = {}
    for question in questions:
        long = any(len(one.split()) >= _LEAST_WORDS for one in question.answers)
        if long and asks_for_the_whole(question.text):
            found.setdefault(question.document, question)
    if not found:
        raise UsageError(
            "No question there asks for a whole document, with a summary as its answer.",
            hint="One is “What is the plot of the story?”, with answers of "
            f"{_LEAST_WORDS} words or more.",
        )
    return list(found.values())


def run(
    questions: Sequence[Question],
    data: Path,
    out: Path,
    bench: Bench,
    ways: Sequence[str] = WAYS,
) -> Iterator[Progress]:
    """Summarize each question's document in all ways that the results file does not have yet.

    Raises:
        ModelError: the model cannot be used.
        UsageError: the file was made with other settings.
    """
    done = {(row["document"], row["way"]) for row in read_results(out)}
    total = len(questions) * len(ways)
    finished = 0
    with results_file(out, bench.settings()) as write:
        for question in questions:
            wanted = [way for way in ways if (question.document, way) not in done]
            finished += len(ways) - len(wanted)
            if not wanted:
                continue
            yield Progress(finished, total, {}, f"taking in {question.document}")
            try:
                document_id = bench.library.ingest(data / question.document)[0].id
            except SourceError:
                finished += len(wanted)
                continue
            bench.embed(document_id)
            if any(way in FROM_TREE for way in wanted):
                for detail in bench.study(document_id):
                    yield Progress(finished, total, {}, f"{question.document}: {detail}")
            for way in wanted:
                yield Progress(finished, total, {}, f"{question.document}: {way}")
                row = _row(bench, document_id, question, way)
                write(row)
                finished += 1
                yield Progress(finished, total, row, way)


def _row(bench: Bench, document_id: str, question: Question, way: str) -> Row:
    started = time.perf_counter()
    if way in FROM_TREE:
        said = _from_tree(bench, document_id, FROM_TREE[way])
    else:
        said = _from_text(bench, document_id, question.text, way)
    return {
        "document": question.document,
        "dataset": question.dataset,
        "question": question.text,
        "way": way,
        "model": bench.model.info.id,
        "summary": said,
        "words": len(said.split()),
        "seconds": time.perf_counter() - started,
        **{
            name: scores.best(measure, said, question.answers) for name, measure in MEASURES.items()
        },
    }


def _from_tree(bench: Bench, document_id: str, length: Length) -> str:
    """The sentences of a summary, each once."""
    entries = outline(bench.library, document_id, length).entries
    return " ".join(dict.fromkeys(claim.text for entry in entries for claim in entry.claims))


def _from_text(bench: Bench, document_id: str, question: str, way: str) -> str:
    displace(bench.model)
    tokens = BEGINNING_TOKENS if way == "truncate" else bench.evidence_tokens
    asker = replace(bench, evidence_tokens=tokens).asker([document_id], way)
    _, evidence = STRATEGIES[way].find(asker, question)
    given = asker.material(evidence, question).text
    asked = [Message("system", _SYSTEM), Message("user", f"{given}\n\n{_TASK}")]
    return "".join(chunk.text for chunk in bench.model.reply(asked, Sampling(max_tokens=_TOKENS)))


def summarise(rows: Sequence[Row]) -> list[Row]:
    """One row for each way: mean scores over its documents."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["way"]].append(row)
    return [
        {
            "way": way,
            "documents": len(group),
            **{name: statistics.fmean(row[name] for row in group) for name in ("words", *MEASURES)},
        }
        for way in WAYS
        if (group := groups[way])
    ]
