"""Questions over real texts: answers, scores and a summary, resumable.

Each answered question is one line of the results file, written at once; a second run
with the same file goes on where the first was stopped.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from longread.answering import abstain, prompts
from longread.answering.answer import Answer
from longread.answering.asker import Asker
from longread.answering.evidence import Candidate, Evidence
from longread.answering.parts import scope_of
from longread.answering.support import Citation
from longread.bench import scores
from longread.bench.bench import Bench, Progress, answer_of, displace
from longread.bench.json_lines import Row
from longread.bench.questions import Question
from longread.bench.results import read_results, results_file
from longread.bench.strategies import STRATEGIES, reading_before
from longread.document import Document
from longread.errors import ContextFull, LongreadError, SourceError, UsageError
from longread.memory.analysis import language_asked_in
from longread.reading.belief import judged

FIRST = 4
"""How many of the best passages are also scored alone."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Each question is asked over its own document and ``count`` others of the ``documents``."""

    documents: Sequence[str] = ()
    count: int = 0

    @classmethod
    def of(cls, questions: Sequence[Question], count: int, seed: int) -> Crowd:
        """So many others of the questions' documents, drawn with ``seed``."""
        documents = sorted({item.document for item in questions})
        random.Random(seed).shuffle(documents)
        return cls(documents, count)


ALONE = Crowd()
"""Each question is asked over its own document alone."""


def run(
    questions: Sequence[Question],
    data: Path,
    out: Path,
    bench: Bench,
    strategies: Sequence[str] = ("longread",),
    among: Crowd = ALONE,
) -> Iterator[Progress]:
    """Answer every question with every strategy that the results file does not have yet.

    Strategies take turns on each question, so that a busy machine slows all alike, and none finds
    what another one read; only those with the same evidence for every question come first, which
    reads it once.

    Raises:
        UsageError: the file was made with other settings, a strategy looks into the model
            and nobody knows where, or there are not so many other documents.
    """
    bench.need_insight(
        [name for name in strategies if STRATEGIES[name].by_attention],
        [name for name in strategies if STRATEGIES[name].by_probe],
    )
    # What did not fit may fit into another context.
    done = {
        (row["strategy"], row["id"])
        for row in read_results(out)
        if row.get("error") != ContextFull.code
    }
    total = len(questions) * len(strategies)
    finished = sum((name, item.id) in done for name in strategies for item in questions)
    with results_file(out, bench.settings(among=among.count)) as write:
        others: list[str] = []
        for name in among.documents if among.count and finished < total else ():
            # One more than that: each question's own may be among them.
            if len(others) <= among.count:
                yield Progress(finished, total, {}, f"taking in {name}")
                with suppress(SourceError):
                    others.append(_taken_in(bench, data / name))
        for name, group in groupby(questions, key=lambda item: item.document):
            asked = _in_turns(list(group), strategies)
            wanted = [pair for pair in asked if (pair[0], pair[1].id) not in done]
            for news in _answered(bench, data, name, wanted, others, among.count):
                if isinstance(news, str):
                    yield Progress(finished, total, {}, news)
                else:
                    write(news)
                    finished += 1
                    yield Progress(finished, total, news)


def _answered(
    bench: Bench,
    data: Path,
    name: str,
    wanted: Sequence[tuple[str, Question]],
    others: Sequence[str],
    count: int,
) -> Iterator[Row | str]:
    """The rows of questions about one document, each with its strategy, among ``count`` others;
    and what is done before, in a few words."""
    if not wanted:
        return
    try:
        document_id = _taken_in(bench, data / name)
    except SourceError as error:
        yield from (_left_out(question, strategy, error) for strategy, question in wanted)
        return
    if reading_before(strategy for strategy, _ in wanted):
        for state in bench.read(document_id):
            yield f"reading {name}: {state.passages} of {state.total}"
    # The one that is asked about comes first; it may be among the others too.
    beside = [other for other in others if other != document_id][:count]
    if len(beside) < count:
        raise UsageError(
            f"There are only {len(beside)} other documents that can be read.",
            hint=f"Write --among {len(beside)}, or name a file with more questions.",
        )
    ids = [document_id, *beside]
    askers = {strategy: bench.asker(ids, strategy) for strategy, _ in wanted}
    for strategy, question in wanted:
        if not STRATEGIES[strategy].same_evidence:
            displace(bench.model)
        try:
            row = _answer(askers[strategy], question, strategy)
        except ContextFull as error:
            row = _left_out(question, strategy, error)
        yield row


def _left_out(question: Question, strategy: str, error: LongreadError) -> Row:
    return question.as_row() | {
        "kind": "unreadable",
        "strategy": strategy,
        "error": error.code,
    }


def _taken_in(bench: Bench, path: Path) -> str:
    record, _ = bench.library.ingest(path)
    bench.embed(record.id)
    return record.id


def _in_turns(group: Sequence[Question], strategies: Sequence[str]) -> list[tuple[str, Question]]:
    first = [name for name in strategies if STRATEGIES[name].same_evidence]
    rest = [name for name in strategies if name not in first]
    return [(name, question) for name in first for question in group] + [
        (name, question) for question in group for name in rest
    ]


def _answer(asker: Asker, question: Question, strategy: str) -> Row:
    started = time.perf_counter()
    document_id = asker.texts.ids[0]
    document = asker.library.document(document_id)
    candidates, evidence = STRATEGIES[strategy].find(asker, question.looked_up_by)
    if question.hidden:
        candidates = [item for item in candidates if not _is_hidden(asker, item, question)]
        evidence = asker.evidence_of(candidates)
    given = asker.material(evidence, question.looked_up_by)
    row: Row = {
        **question.as_row(),
        "strategy": strategy,
        "model": asker.model.info.id,
        "evidence": [item.label for item in evidence],
        "evidence_tokens": asker.model.count_tokens(given.text),
        **_evidence_scores(question, evidence, document_id, document),
    }
    if question.kind in ("choice", "claim"):
        choices = question.letters
        messages = prompts.choose_option(given, question.text, question.options)
        if question.kind == "claim":
            choices = ["false", "true"]
            messages = judged(given, question.text)
        chances = asker.model.choose(messages, choices)
        picked = chances.index(max(chances))
        row["answer"] = picked
        row["correct"] = picked == question.gold
        row["seconds"] = {"total": time.perf_counter() - started}
        return row
    asked, scope = question.text, scope_of(question.text, asker.texts)
    events = asker.answer_from(evidence, candidates, asked, asked, started, scope)
    answer = answer_of(events)
    opened = [citation for citation in answer.citations if _resolves(asker, citation)]
    verbatim = [
        quotation
        for quotation in answer.quotations
        if asker.texts.documents[quotation.document_id].slice(quotation.span) == quotation.text
    ]
    row |= {
        "instruction": prompts.instruction(asked, language_asked_in(asked, asker.texts.language)),
        "answer": answer.text,
        "said_not_found": answer.declined,
        "assessment": answer.assessment.as_json() if answer.assessment else None,
        **answer_scores(question, answer.text),
        "citations": [citation.label for citation in answer.citations],
        "citations_resolved": len(opened),
        "quotations": len(answer.quotations),
        "quotations_verbatim": len(verbatim),
        "unknown_citations": answer.unknown_citations,
        "unfound_quotations": answer.unfound_quotations,
        "sentences": len(answer.sentences),
        "sentences_supported": sum(sentence.supported for sentence in answer.sentences),
        "prompt_tokens": answer.usage.prompt_tokens,
        "reply_tokens": answer.usage.reply_tokens,
        "seconds": {"first_token": _shown_after(answer), "total": answer.timing.total},
    }
    return row


def _shown_after(answer: Answer) -> float:
    """Seconds until a reader sees the first of an answer: of one that is only decided behind it,
    all is shown at its end."""
    found = answer.assessment
    held = found is not None and abstain.assess(replace(found.signals, together=None)).open
    return answer.timing.total if held else answer.timing.first_token


def _is_hidden(asker: Asker, candidate: Candidate, question: Question) -> bool:
    """Whether a passage says what a question is to be asked without."""
    passage = asker.texts.passages[candidate.document_id][candidate.passage - 1]
    text = asker.texts.documents[candidate.document_id].slice(passage.span)
    repeated = any(scores.repeats(text, hidden) for hidden in question.hidden)
    return repeated or scores.holds_answer(text, question.hidden)


def answer_scores(question: Question, text: str) -> Row:
    """How an answer's text compares with the gold ones."""
    return {
        "token_f1": scores.best(scores.token_f1, text, question.answers),
        "rouge_l": scores.best(scores.rouge_l, text, question.answers),
        "word_recall": scores.best(scores.word_recall, text, question.answers),
    }


def given_scores(question: Question, given: str, ending: str = "") -> Row:
    """What of a gold answer and of its evidence stands in what a model was given; ``ending`` is
    put behind the names."""
    found: Row = {}
    if question.kind == "free" and question.answers:
        found[f"evidence_holds_answer{ending}"] = scores.holds_answer(given, question.answers)
    if question.evidence:
        shares = [scores.word_recall(given, wanted) for wanted in question.evidence]
        found[f"evidence_recall{ending}"] = sum(shares) / len(shares)
    return found


def _resolves(asker: Asker, citation: Citation) -> bool:
    """Whether a citation's words are those at its place, within the passage that it names."""
    document = asker.library.document(citation.document_id)
    passage = asker.library.passages(citation.document_id)[citation.passage - 1]
    inside = passage.span.start <= citation.span.start < citation.span.end <= passage.span.end
    return inside and document.slice(citation.span) == citation.quote and bool(str(citation.place))


def _evidence_scores(
    question: Question, evidence: Sequence[Evidence], document_id: str, document: Document
) -> Row:
    """What of the asked document is in the evidence, and in its best passages."""
    found: Row = {}
    best = sorted(evidence, key=lambda item: -item.score)[:FIRST]
    evidence = [item for item in evidence if item.document_id == document_id]
    for ending, items in (("", evidence), ("_first", [item for item in best if item in evidence])):
        found |= given_scores(question, "\n\n".join(item.text for item in items), ending)
    if question.pages:
        pages: set[int] = set()
        for item in evidence:
            first, last = (
                document.page_at(place)
                for place in (item.passage.span.start, item.passage.span.end - 1)
            )
            if first is not None and last is not None:
                pages |= set(range(first, last + 1))
        found["page_hit"] = bool(pages & set(question.pages))
    return found
