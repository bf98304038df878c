"""Rankings of passages beside each other, without answers: by words, by meaning, by the model's
attention, and by its yes or no about each passage.

Documents are read first, so that every passage has a block. A ranking is judged by its first
four passages: how much of the labelled evidence they have, and whether they hold a gold answer.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from longread.answering import prompts
from longread.answering.evidence import Candidate
from longread.answering.lookup import fuse, look_up
from longread.answering.ranking import RANKED, Key, Ranker
from longread.answering.texts import Texts
from longread.bench import scores
from longread.bench.bench import Bench, Progress, displace
from longread.bench.json_lines import Row
from longread.bench.qa import FIRST, given_scores
from longread.bench.questions import Question
from longread.bench.results import read_results, results_file
from longread.bench.strategies import plain_ranking
from longread.engine.insight import Insight
from longread.engine.protocol import Part, as_streaming
from longread.errors import SourceError, UsageError
from longread.reading.frame import Material, passage_text, prefix_block

Way = Callable[["_Ranker", str], list[Key]]


class _Ranker:
    """Documents, ready to be looked up in every way."""

    def __init__(self, bench: Bench, document_ids: Sequence[str]) -> None:
        streaming = as_streaming(bench.model)
        if bench.blocks is None or streaming is None:
            raise UsageError("The model cannot keep what it computes.", hint="Name a local model.")
        self.bench = bench
        self.blocks = bench.blocks
        self.texts = Texts.of(bench.library, document_ids)
        self._model = streaming
        if bench.blocks.prefix() is None and (made := prefix_block(streaming)) is not None:
            bench.blocks.keep_prefix(made)

    def look_up(self, question: str, *, meaning: bool = True) -> list[Candidate]:
        embedder = self.bench.embedder if meaning else None
        return look_up(self.bench.library, self.texts.ids, question, embedder)

    def plain(self, question: str) -> list[Candidate]:
        """By BM25 and meaning alone, as the strategy of this name."""
        return plain_ranking(self.bench.asker(self.texts.ids, "plain"), question)

    def attention(self, question: str, candidates: Sequence[Candidate]) -> list[Key]:
        ranker = self._ranker(self.bench.insight)
        return ranker.by_attention(question, ranker.blocks_of(candidates), self.texts)

    def probe(self, question: str, candidates: Sequence[Candidate]) -> list[Key]:
        ranker = self._ranker(self.bench.insight)
        found = ranker.relevance(question, ranker.blocks_of(candidates), self.texts)
        return sorted(found, key=lambda key: -found[key])

    def rank(
        self, question: str, candidates: Sequence[Candidate], *, attention: bool, probe: bool
    ) -> list[Key]:
        """As the product does, by attention or the probe alone, or by both."""
        ranker = self._ranker(self.bench.insight.of(attention=attention, probe=probe))
        return _keys(ranker.rank(question, candidates, self.texts))

    def _ranker(self, insight: Insight) -> Ranker:
        return Ranker(self.blocks, self._model, insight)

    def judged(self, question: str, candidates: Sequence[Candidate]) -> list[Key]:
        """By the model's yes to whether each passage alone states the answer."""
        chances: dict[Key, float] = {}
        for item in candidates[:RANKED]:
            passage = self.texts.passages[item.document_id][item.passage - 1]
            document = self.texts.documents[item.document_id]
            block = self.blocks.get(item.document_id, item.passage)
            piece = Part(passage_text(document, passage), block)
            asked = prompts.check(Material((piece,), self.blocks.prefix()), question)
            chances[item.document_id, item.passage], _ = self.bench.model.choose(
                asked, ("yes", "no")
            )
        return sorted(chances, key=lambda key: -chances[key])


def _keys(candidates: Sequence[Candidate]) -> list[Key]:
    return [item.key for item in candidates]


def _plain(ranker: _Ranker, question: str) -> list[Key]:
    return _keys(ranker.plain(question))


def _fusion(ranker: _Ranker, question: str) -> list[Key]:
    return _keys(ranker.look_up(question))


def _words(ranker: _Ranker, question: str) -> list[Key]:
    return _keys(ranker.look_up(question, meaning=False))


def _attention(ranker: _Ranker, question: str) -> list[Key]:
    candidates = ranker.look_up(question)
    return ranker.attention(question, candidates) or _keys(candidates)


def _probe(ranker: _Ranker, question: str) -> list[Key]:
    candidates = ranker.look_up(question)
    return ranker.probe(question, candidates) or _keys(candidates)


def _attended(ranker: _Ranker, question: str) -> list[Key]:
    return ranker.rank(question, ranker.look_up(question), attention=True, probe=False)


def _probed(ranker: _Ranker, question: str) -> list[Key]:
    return ranker.rank(question, ranker.look_up(question), attention=False, probe=True)


def _ranked(ranker: _Ranker, question: str) -> list[Key]:
    return ranker.rank(question, ranker.look_up(question), attention=True, probe=True)


def _words_attended(ranker: _Ranker, question: str) -> list[Key]:
    candidates = ranker.look_up(question, meaning=False)
    return ranker.rank(question, candidates, attention=True, probe=False)


def _judged(ranker: _Ranker, question: str) -> list[Key]:
    return ranker.judged(question, ranker.look_up(question))


def _judged_fused(ranker: _Ranker, question: str) -> list[Key]:
    candidates = ranker.look_up(question)
    return _keys(fuse([_keys(candidates), ranker.judged(question, candidates)]))


WAYS: dict[str, Way] = {
    "plain": _plain,
    "fusion": _fusion,
    "words": _words,
    "attention": _attention,
    "probe": _probe,
    "fusion+attention": _attended,
    "fusion+probe": _probed,
    "ranked": _ranked,
    "words+attention": _words_attended,
    "judged": _judged,
    "fusion+judged": _judged_fused,
}
"""Each way of ranking by its name: BM25 and meaning alone (``plain``), the rankings that are
looked up (``fusion``; ``words`` is the same without meaning), attention over them, a probe of the
state behind each of them, both as the product does (``ranked``), and the model's yes about each."""


def run(
    questions: Sequence[Question],
    data: Path,
    out: Path,
    bench: Bench,
    ways: Sequence[str],
    *,
    together: bool = False,
) -> Iterator[Progress]:
    """Rank for every question in every way that the results file does not have yet, over its own
    document, or over all the questions' documents ``together``.

    Raises:
        UsageError: the file was made with other settings, or a way looks into the model and nobody
            knows where.
    """
    bench.need_insight(
        [way for way in ways if "attention" in way or way == "ranked"],
        [way for way in ways if "probe" in way or way == "ranked"],
    )
    done = {(row["way"], row["id"]) for row in read_results(out)}
    wanted = [item for item in questions if item.kind == "free"]
    total = len(wanted) * len(ways)
    finished = sum((way, item.id) in done for way in ways for item in wanted)
    groups = [list(group) for _, group in groupby(wanted, key=lambda item: item.document)]
    if together:
        groups = [wanted]
    with results_file(out, bench.settings(together=together)) as write:
        for group in groups:
            left = [(q, way) for q in group for way in ways if (way, q.id) not in done]
            if not left:
                continue
            ids: dict[str, str] = {}
            for name in dict.fromkeys(item.document for item in group):
                try:
                    record, _ = bench.library.ingest(data / name)
                except SourceError:
                    continue
                ids[name] = record.id
                bench.embed(record.id)
                for state in bench.read(record.id):
                    detail = f"reading {name}: {state.passages} of {state.total}"
                    yield Progress(finished, total, {}, detail)
            ranker = _Ranker(bench, list(ids.values()))
            for question, way in left:
                row: Row = {}
                if question.document in ids:
                    row = _row(ranker, question, way)
                    write(row)
                finished += 1
                yield Progress(finished, total, row)


def _row(ranker: _Ranker, question: Question, way: str) -> Row:
    displace(ranker.bench.model)
    started = time.perf_counter()
    ranked = WAYS[way](ranker, question.looked_up_by)
    seconds = time.perf_counter() - started
    texts = ranker.texts
    first = [
        texts.documents[document_id].slice(texts.passages[document_id][number - 1].span)
        for document_id, number in ranked[:FIRST]
    ]
    given = "\n\n".join(first)
    row: Row = {
        **question.as_row(),
        "way": way,
        "passages": [number for _, number in ranked[:FIRST]],
        "seconds": seconds,
    }
    found = given_scores(question, given)
    for name, scored in (
        ("answer_in_first", "evidence_holds_answer"),
        ("evidence_in_first", "evidence_recall"),
    ):
        if scored in found:
            row[name] = found[scored]
    return row


def summarise(rows: Sequence[Row]) -> list[Row]:
    """Means by way and dataset, with one line ``all`` for each way."""
    groups: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["way"], "all"].append(row)
        groups[row["way"], row["dataset"]].append(row)
    summary = []
    for (way, dataset), group in sorted(groups.items()):
        summary.append(
            {
                "way": way,
                "dataset": dataset,
                "questions": len(group),
                "answer_in_first": _mean(group, "answer_in_first"),
                "evidence_in_first": _mean(group, "evidence_in_first"),
                "median_seconds": scores.median([row["seconds"] for row in group]),
            }
        )
    return summary


def _mean(rows: Sequence[Row], name: str) -> float | None:
    return scores.mean([float(row[name]) for row in rows if name in row])
