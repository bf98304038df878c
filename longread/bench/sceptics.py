"""What critics of attention sinks said that it cannot do, tried on a real book.

A book is read to its end, with notes. Then come questions on details of it; a minor detail that
was put into its middle; the first word of every paragraph; one sentence for every chapter; and
the questions on details again from the stream alone, what its window still holds at the end,
for which the critics were right: Xiao et al., "Efficient Streaming Language Models with Attention
Sinks" (ICLR 2024), say themselves that it lengthens no memory.
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from longread.answering.answer import Answer
from longread.answering.asker import Asker, Decline
from longread.answering.at_once import answer_at_once
from longread.answering.texts import Texts
from longread.bench import scores
from longread.bench.bench import Bench, Progress, answer_of
from longread.bench.json_lines import Row
from longread.bench.needles import KINDS
from longread.bench.questions import Question
from longread.bench.results import read_results, results_file
from longread.bench.strategies import STRATEGIES
from longread.document import Document
from longread.structure import chapters

DETAILS = "questions on details"
PLANTED = "a detail put into its middle"
FIRST_WORDS = "the first word of every paragraph"
CHAPTERS = "one sentence for every chapter"
STREAM = "the same questions, stream alone"

TESTS = (DETAILS, PLANTED, FIRST_WORDS, CHAPTERS, STREAM)
"""The tests, in the order in which they are made."""

_ORDER = {test: place for place, test in enumerate(TESTS)}
_NEEDLE = KINDS["single"][0]
_FIRST_WORDS = "What is the first word of every paragraph?"
_CHAPTERS = "Write one sentence for each chapter."
_LETTER = re.compile(r"\w")


def run(questions: Sequence[Question], data: Path, out: Path, bench: Bench) -> Iterator[Progress]:
    """Make every test on each of the questions' documents; what the results file has already is
    passed over.

    Raises:
        SourceError: a document cannot be read.
        ModelError: the model cannot be used.
    """
    done = {(row["document"], row["test"], row["question"]) for row in read_results(out)}
    books = [(name, list(group)) for name, group in groupby(questions, lambda one: one.document)]
    total = sum(2 * len(group) + len(TESTS) - 2 for _, group in books)
    finished = 0
    with results_file(out, bench.settings()) as write:
        for name, group in books:
            wanted: list[tuple[str, Question | str]] = [
                *((DETAILS, question) for question in group),
                (PLANTED, _NEEDLE.question),
                (FIRST_WORDS, _FIRST_WORDS),
                (CHAPTERS, _CHAPTERS),
                *((STREAM, question) for question in group),
            ]
            left = [(test, item) for test, item in wanted if (name, test, _text(item)) not in done]
            finished += len(wanted) - len(left)
            if not left:
                continue
            document_id = bench.library.ingest(data / name)[0].id
            bench.embed(document_id)
            for detail in bench.study(document_id):
                yield Progress(finished, total, {}, f"reading {name}: {detail}")
            book = _Book(bench, document_id)
            for test, item in left:
                yield Progress(finished, total, {}, test)
                row = {"document": name, "test": test, "question": _text(item)} | book.try_out(
                    test, item
                )
                write(row)
                finished += 1
                yield Progress(finished, total, row, test)


def _text(item: Question | str) -> str:
    return item if isinstance(item, str) else item.text


class _Book:
    """One document that was read."""

    def __init__(self, bench: Bench, document_id: str) -> None:
        self._bench = bench
        self._id = document_id
        self._document = bench.library.document(document_id)

    def try_out(self, test: str, item: Question | str) -> Row:
        """Make one test; the row says whether it went right, and what was answered."""
        started = time.perf_counter()
        if isinstance(item, Question):
            answer = self._from_stream(item.text) if test == STREAM else self._asked(item.text)
            right = _is_right(answer, item)
        elif test == PLANTED:
            right, answer = self._planted()
        else:
            answer = self._asked(item)
            judge: Callable[[Answer, Document], bool] = (
                _all_first_words if test == FIRST_WORDS else _all_chapters
            )
            right = judge(answer, self._document)
        return {
            "right": right,
            "answer": answer.text,
            "seconds": time.perf_counter() - started,
            "model": self._bench.model.info.id,
        }

    def _asked(self, question: str, document_id: str = "") -> Answer:
        """The answer as ``longread ask`` gives it."""
        texts = Texts.of(self._bench.library, [document_id or self._id])
        known = answer_at_once(question, texts, self._bench.library)
        return known or _answer_of(self._asker("ranked", texts.ids), question)

    def _from_stream(self, question: str) -> Answer:
        asker = self._asker("stream", [self._id])
        candidates, evidence = STRATEGIES["stream"].find(asker, question)
        started = time.perf_counter()
        return answer_of(asker.answer_from(evidence, candidates, question, question, started))

    def _asker(self, strategy: str, document_ids: Sequence[str]) -> Asker:
        way = STRATEGIES[strategy]
        return replace(
            self._bench.asker(document_ids, strategy),
            decline=Decline.WHEN_NOT_FOUND if way.declines else Decline.NEVER,
        )

    def _planted(self) -> tuple[bool, Answer]:
        """Ask for what is said once, in the middle of a copy of the text."""
        paragraphs = [self._document.slice(one.span) for one in self._document.paragraphs]
        middle = len(paragraphs) // 2
        text = "\n\n".join([*paragraphs[:middle], *_NEEDLE.hidden, *paragraphs[middle:]])
        copy, _ = self._bench.library.ingest_bytes(text.encode(), "copy.txt")
        try:
            self._bench.embed(copy.id)
            answer = self._asked(_NEEDLE.question, copy.id)
        finally:
            self._bench.library.remove(copy.id)
        return _NEEDLE.is_in(answer.text), answer


def _answer_of(asker: Asker, question: str) -> Answer:
    answer = answer_of(asker.ask(question))
    asker.keep()
    return answer


def _is_right(answer: Answer, question: Question) -> bool:
    """Whether all content words of a gold answer were said, or that it is not in the text."""
    if question.kind == "unanswerable":
        return answer.declined
    return not answer.declined and scores.holds_answer(answer.text, question.answers)


def _all_first_words(answer: Answer, document: Document) -> bool:
    """Whether the answer's words are those with which the paragraphs begin."""
    said = [item["text"] for item in answer.figures.get("items", ())]
    texts = [document.slice(one.span) for one in document.paragraphs if one.kind != "heading"]
    begins = [text[found.start() :] for text in texts if (found := _LETTER.search(text))]
    return len(said) == len(begins) and all(
        text.startswith(word) and not re.match(r"\w", text[len(word) :])
        for word, text in zip(said, begins, strict=True)
    )


def _all_chapters(answer: Answer, document: Document) -> bool:
    """Whether there is one line with a sentence for each chapter, in their order."""
    lines = answer.text.splitlines()
    titles = [part.name for part in chapters(document)]
    return len(lines) == len(titles) > 0 and all(
        line.startswith(f"{title}: ") and len(line) > len(title) + 2
        for line, title in zip(lines, titles, strict=True)
    )


def summarise(rows: Sequence[Row]) -> list[Row]:
    """One row for each test and document: how many were right."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["document"], row["test"]].append(row)
    return [
        {
            "document": document,
            "test": test,
            "asked": len(group),
            "right": sum(row["right"] for row in group),
            "seconds": sum(row["seconds"] for row in group) / len(group),
        }
        for (document, test), group in sorted(
            groups.items(), key=lambda item: (item[0][0], _ORDER.get(item[0][1], len(TESTS)))
        )
    ]
