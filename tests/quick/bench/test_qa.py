"""``longread bench qa``: questions, scores, strategies, resuming."""

import json
from pathlib import Path
from typing import Any

import pytest

from longread.bench import qa, scores
from longread.bench.bench import Bench, Progress
from longread.bench.calibrate import fit
from longread.bench.questions import Question, choose, load, on_other_documents, without_evidence
from longread.bench.results import named_results, read_results, results_file
from longread.bench.scored import summarise
from longread.engine.fake import ScriptedModel
from longread.engine.insight import Insight
from longread.engine.protocol import Message, Part
from longread.errors import UsageError
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library

TEXT = """The lamp at Skerry Point is lit at nine every evening.

Old Brannock keeps the light and paints the stairs green each spring.
"""
ROWS: list[dict[str, Any]] = [
    {"id": "a", "dataset": "free", "doc": "b.txt", "question": "When is the lamp lit?",
     "answers": ["at nine"], "evidence": ["The lamp at Skerry Point is lit at nine"]},
    {"id": "b", "dataset": "choice", "doc": "b.txt", "question": "What colour are the stairs?",
     "options": ["red", "green"], "gold": 1},
    {"id": "c", "dataset": "none", "doc": "b.txt", "question": "Who is Captain Ahab?",
     "answers": [], "unanswerable": True},
    {"id": "d", "dataset": "claims", "doc": "b.txt", "claim": "The stairs are green.",
     "gold": True},
]  # fmt: skip


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    (tmp_path / "b.txt").write_text(TEXT, "utf-8")
    file = tmp_path / "questions.jsonl"
    file.write_text("\n".join(map(json.dumps, ROWS)) + "\n", "utf-8")
    return file


def run(questions: Path, model: ScriptedModel, *strategies: str) -> list[Progress]:
    data, out = questions.parent, questions.parent / "results.jsonl"
    with Library.open(data / "bench.db") as library:
        chosen = choose(load(questions), data)
        return list(qa.run(chosen, data, out, Bench(library, model), strategies))


def test_every_kind_of_question_is_answered_and_scored(questions: Path) -> None:
    model = ScriptedModel(fallback="At nine.", chances=lambda messages: 0.2)
    run(questions, model, "longread")
    rows = {row["id"]: row for row in read_results(questions.parent / "results.jsonl")}
    assert rows["a"]["token_f1"] == 1.0
    assert rows["a"]["instruction"] == "Answer with a time or a few words."
    assert any(asked[-1].text.endswith(rows["a"]["instruction"]) for asked in model.asked)
    assert rows["a"]["evidence_recall"] == 1.0
    assert rows["a"]["citations_resolved"] == len(rows["a"]["citations"]) == 1
    assert rows["b"]["correct"] is True
    assert rows["d"]["correct"] is True
    assert rows["c"]["assessment"]["signals"]["names"] == 0.0
    summary = {(row["strategy"], row["dataset"]): row for row in summarise(list(rows.values()))}
    assert summary["longread", "none"]["declined_unanswerable"] == 1.0
    assert summary["longread", "all"]["questions"] == 4


def test_answers_with_a_doubt_are_told_from_those_that_are_declined() -> None:
    shares = {"sure": 0.9, "doubted": 0.3, "declined": 0.0}
    rows = [
        signalled(kind, 0.5, yes=0.55, together=together)
        | {"rouge_l": 0.5, "word_recall": 0.5, "citations": [], "citations_resolved": 0}
        | {"quotations": 0, "sentences": 1, "sentences_supported": 1}
        | {"seconds": {"first_token": 1.0}, "id": f"{kind} {name}"}
        for kind in ("free", "unanswerable")
        for name, together in shares.items()
    ]
    summary = next(row for row in summarise(rows) if row["dataset"] == "all")
    assert summary["answered"] == pytest.approx(2 / 3)
    assert summary["doubtful"] == pytest.approx(1 / 3)
    assert summary["declined_unanswerable"] == pytest.approx(1 / 3)
    assert summary["doubtful_unanswerable"] == pytest.approx(1 / 3)
    # What is doubtful is an answer all the same.
    assert summary["token_f1"] == pytest.approx(1 / 3)


def test_a_run_goes_on_where_it_was_stopped(questions: Path) -> None:
    first = ScriptedModel(fallback="At nine.")
    run(questions, first, "longread")
    results = questions.parent / "results.jsonl"
    lines = results.read_text("utf-8").splitlines()
    results.write_text("\n".join(lines[:3]) + '\n{"id": "cut o', "utf-8")
    second = ScriptedModel(fallback="At nine.")
    assert len(run(questions, second, "longread")) == 2
    assert len({row["id"] for row in read_results(results)}) == 4
    assert run(questions, ScriptedModel(), "longread") == []


@pytest.mark.parametrize("left", [b'{"id": "cut o', b'{"id": "caf\xc3', b"3", b'"settings"'])
def test_what_a_crash_left_of_a_line_is_passed_over(questions: Path, left: bytes) -> None:
    results = questions.parent / "results.jsonl"
    results.write_bytes(b'{"id": "before"}\n' + left)
    with results_file(results) as write:
        write({"id": "behind"})
    assert [row["id"] for row in read_results(results)] == ["before", "behind"]


def test_a_line_is_one_whatever_stands_in_its_texts(questions: Path) -> None:
    said = "one\u2028two\u2029three\x85four \ud800"
    results = questions.parent / "results.jsonl"
    with results_file(results) as write:
        write({"answer": said})
    assert [row["answer"] for row in read_results(results)] == [said]
    asked = said[:-2]
    rows = [{**ROWS[0], "question": asked}]
    questions.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    assert [item.text for item in load(questions)] == ["one two three four"]


def test_results_that_cannot_be_read_or_written_are_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_results(tmp_path)
    with pytest.raises(UsageError, match="cannot be read"):
        named_results([tmp_path / "typo.jsonl"])
    assert read_results(tmp_path / "none yet.jsonl") == []
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be written"), results_file(tmp_path / "file/x"):
        pass
    with results_file(tmp_path / "new folder" / "results.jsonl") as write:
        write({"id": "a"})


def test_questions_are_looked_up_among_other_documents(questions: Path) -> None:
    data, out = questions.parent, questions.parent / "results.jsonl"
    (data / "other.txt").write_text("Nobody has lit the lamp on the hill.\n", "utf-8")
    (data / "third.bin").write_bytes(bytes(range(256)) * 8)
    model = ScriptedModel(fallback="At nine.")
    with Library.open(data / "bench.db") as library:
        bench = Bench(library, model)
        chosen = choose(load(questions), data, ["free"])
        crowd = qa.Crowd(["third.bin", "b.txt", "other.txt"], 1)
        states = list(qa.run(chosen, data, out, bench, among=crowd))
        assert len(library.documents()) == 2
        assert states[0].detail == "taking in third.bin"
        more = qa.Crowd(crowd.documents, 2)
        with pytest.raises(UsageError, match="only 1 other"):
            list(qa.run(chosen, data, data / "more.jsonl", bench, among=more))
    (row,) = read_results(out)
    assert any("lamp on the hill" in message.text for asked in model.asked for message in asked)
    assert row["evidence_recall"] == 1.0
    assert {label[0] for label in row["evidence"]} == {"A", "B"}


def test_strategies_take_turns(questions: Path) -> None:
    states = run(questions, ScriptedModel(), "longread", "plain", "truncate")
    names = [
        state.row["strategy"]
        for state in states
        if state.row["document"] == states[0].row["document"]
    ]
    # The same evidence for every question is read once, for all of them together.
    first = names.count("truncate")
    assert set(names[:first]) == {"truncate"}
    assert names[first:] == ["longread", "plain"] * first
    assert states[-1].done == states[-1].total == 12


@pytest.mark.parametrize(
    ("yes", "again"),
    [
        pytest.param(0.9, [False, False], id="sure from blocks"),
        # Some of the best passage is read again for the answer.
        pytest.param(0.3, [False, True], id="in doubt"),
    ],
)
def test_documents_are_read_before_answers_from_blocks(
    questions: Path, tmp_path: Path, yes: float, again: list[bool]
) -> None:
    model = ScriptedModel(fallback="At nine.", streams=True, chances=lambda messages: yes)
    with (
        Library.open(tmp_path / "bench.db") as library,
        BlockMemory(tmp_path / "bench.blocks.db", fingerprint="", build="", prefix="") as blocks,
    ):
        bench = Bench(library, model, blocks=blocks, insight=Insight(((1, 1),)))
        chosen = choose(load(questions), tmp_path, ["free"])
        out = tmp_path / "results.jsonl"
        states = list(qa.run(chosen, tmp_path, out, bench, ["recalled", "fast", "longread"]))
    assert "reading b.txt: 1 of 1" in [state.detail for state in states]
    assert model.read[0].startswith("[1] The lamp at Skerry Point")
    given = [[part for part in parts(asked) if not part.from_start] for asked in model.asked]
    # Each strategy asks whether the answer is there, and then for it; before, the model is given
    # something else.
    blocks_used = [bool(item[-1].block) for item in given if item]
    assert blocks_used == [True, True, True, True, False, False]
    read_again = [
        any(isinstance(piece, str) and piece.startswith("[1] ") for piece in messages[-1].pieces)
        for messages in model.asked
    ]
    assert read_again == [False, *again, *[False] * 6]
    assert [bool(item) for item in given] == [False, True, True] * 3


def test_a_model_that_keeps_nothing_is_refused_before_it_reads(questions: Path) -> None:
    with pytest.raises(UsageError, match="keeps nothing"):
        run(questions, ScriptedModel(), "recalled")


def parts(messages: tuple[Message, ...]) -> list[Part]:
    pieces = [piece for message in messages for piece in message.pieces]
    return [piece for piece in pieces if isinstance(piece, Part)]


def test_ranking_needs_to_know_where_to_look(questions: Path) -> None:
    with pytest.raises(UsageError, match="No attention heads"):
        run(questions, ScriptedModel(streams=True), "attended")
    with Library.open(questions.parent / "bench.db") as library:
        bench = Bench(library, ScriptedModel(streams=True), insight=Insight(((1, 1),)))
        with pytest.raises(UsageError, match="No probe"):
            list(qa.run([], questions.parent, questions.parent / "out.jsonl", bench, ["ranked"]))


def test_results_of_other_settings_are_not_mixed(questions: Path) -> None:
    out = questions.parent / "results.jsonl"
    with Library.open(questions.parent / "bench.db") as library:
        chosen = choose(load(questions), questions.parent, ["free"])
        list(qa.run(chosen, questions.parent, out, Bench(library, ScriptedModel())))
        other = Bench(library, ScriptedModel(), evidence_tokens=300)
        with pytest.raises(UsageError, match="evidence tokens 1200, now 300"):
            list(qa.run(chosen, questions.parent, out, other))
    assert len(read_results(out)) == 1


def test_what_did_not_fit_is_asked_again(questions: Path) -> None:
    """A context of another size may hold it."""
    (questions.parent / "b.txt").write_text("\n\n".join([TEXT.strip()] * 300), "utf-8")
    out = questions.parent / "results.jsonl"
    with Library.open(questions.parent / "bench.db") as library:
        chosen = choose(load(questions), questions.parent, ["free"])
        for context, kind in ((2048, "unreadable"), (65536, "free")):
            bench = Bench(library, ScriptedModel(fallback="At nine.", context=context))
            list(qa.run(chosen, questions.parent, out, bench, ["full"]))
            assert read_results(out)[-1]["kind"] == kind


def test_a_sample_is_stated_and_seeded(questions: Path) -> None:
    loaded = load(questions)
    assert [item.id for item in choose(loaded, questions.parent, ["cho"])] == ["b"]
    first = choose(loaded, questions.parent, limit=2, seed=7)
    assert first == choose(loaded, questions.parent, limit=2, seed=7)
    halves = [choose(loaded, questions.parent, share=share) for share in ("1/2", "2/2")]
    assert sorted(item.id for half in halves for item in half) == sorted(q.id for q in loaded)
    assert not {q.document for q in halves[0] if q.dataset == "free"} & {
        q.document for q in halves[1] if q.dataset == "free"
    }
    with pytest.raises(UsageError, match="share"):
        choose(loaded, questions.parent, share="3/2")
    assert len(first) == 2


@pytest.mark.parametrize("line", [b'{"id": "a"}', b"[1]", b'"a"', b"{", b'{"id": "caf\xe9"}'])
def test_a_bad_questions_file_names_its_line(tmp_path: Path, line: bytes) -> None:
    file = tmp_path / "q.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(ROWS[0]).encode() + b"\n\n" + line + b"\n")
    with pytest.raises(UsageError, match="line 3 is not a question"):
        load(file)


def test_scores_are_those_of_their_papers() -> None:
    assert scores.token_f1("The cat sat. [3]", "a cat sat down") == pytest.approx(0.8)
    assert scores.rouge_l("a b c d", "b d c") == pytest.approx(2 * 2 / 6)
    assert scores.rouge_n("b c d", "b b c", 1) == pytest.approx(2 * 2 / 6)
    assert scores.rouge_n("b c d b", "c d e", 2) == pytest.approx(2 * 1 / 5)
    assert scores.rouge_n("b", "b", 2) == 0.0
    assert scores.word_recall("he took the brass key", "a brass key") == 1.0
    assert scores.token_f1("", "x") == 0.0
    assert scores.token_f1("长江", "长江水") == pytest.approx(0.8)


def signalled(kind: str, worth: float, document: str = "a.md", **signals: float) -> dict[str, Any]:
    every = {"yes": 0.5, "wording": 0.8, "best_wording": 0.5, "names": 1.0, "together": 0.5}
    return {
        "id": "1", "strategy": "longread", "kind": kind, "dataset": kind, "document": document,
        "token_f1": worth, "assessment": {"signals": every | signals},
    }  # fmt: skip


def test_calibration_tells_the_two_kinds_apart() -> None:
    yes = [0.4 + 0.01 * index for index in range(20)]
    answerable = [signalled("free", 1.0, yes=0.2 + one, together=0.2 + one) for one in yes]
    impossible = [signalled("unanswerable", 0.0, names=0.0, yes=one, together=one) for one in yes]
    fitted, report = fit(answerable + impossible)
    assert fitted.early["names"] > 0
    assert fitted.late["names"] > 0
    assert fitted.hopeless <= fitted.sure
    assert "answerable: declines 0 of 20 (0%), F1 1.000 to 1.000" in report
    assert "unanswerable: declines 20 of 20 (100%)" in report
    with pytest.raises(UsageError):
        fit(answerable)
    with pytest.raises(UsageError):
        fit([row | {"strategy": "plain"} for row in answerable + impossible])


def test_a_wrong_answer_is_no_loss_where_it_is_declined() -> None:
    """Answers whose words stand nowhere together: some are right, and then they are kept."""
    sure = [signalled("free", 1.0, yes=0.9, together=0.9) for _ in range(20)]
    unsure = [signalled("free", 0.0, yes=0.3, together=0.2) for _ in range(10)]
    impossible = [signalled("unanswerable", 0.0, yes=0.3, together=0.2) for _ in range(20)]
    _, report = fit(sure + unsure + impossible)
    assert "answerable: declines 10 of 30 (33%), F1 0.667 to 0.667" in report
    assert "unanswerable: declines 20 of 20 (100%)" in report
    right = [row | {"token_f1": 1.0} for row in unsure]
    _, report = fit(sure + right + impossible)
    assert "answerable: declines 0 of 30 (0%), F1 1.000 to 1.000" in report


def test_a_question_is_asked_about_the_next_document_too(tmp_path: Path) -> None:
    rows = [
        {"id": f"{doc}{at}", "dataset": dataset, "doc": f"{doc}.txt", "question": "Who?",
         "answers": ["Ann"]}
        for dataset, doc in (("tales", "a"), ("tales", "b"), ("novels", "c"))
        for at in range(2)
    ]  # fmt: skip
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    asked = [(one.id, one.document, one.kind) for one in on_other_documents(load(file))]
    free, not_there = "free", "unanswerable"
    assert asked == [
        ("a0", "a.txt", free),
        ("a1", "a.txt", free),
        ("b0, another document", "a.txt", not_there),
        ("b1, another document", "a.txt", not_there),
        ("b0", "b.txt", free),
        ("b1", "b.txt", free),
        ("a0, another document", "b.txt", not_there),
        ("a1, another document", "b.txt", not_there),
        ("c0", "c.txt", free),
        ("c1", "c.txt", free),
    ]


def test_only_answers_of_the_named_strategies_count() -> None:
    there = [signalled("free", 1.0, yes=0.6 + 0.01 * index) for index in range(20)]
    hidden = [signalled("unanswerable", 0.0, yes=0.2 + 0.01 * index) for index in range(20)]
    other = [signalled("free", 1.0, yes=0.1) | {"strategy": "recalled"} for _ in range(20)]
    assert fit([*there, *hidden, *other], ["longread"]) == fit([*there, *hidden])
    assert fit([*there, *hidden, *other]) != fit([*there, *hidden])


def test_what_is_lost_counts_the_same_in_each_dataset() -> None:
    """Of a dataset with few of the questions, all answers could be lost otherwise."""
    unsure = [0.2 + 0.005 * index for index in range(20)]
    many = [signalled("free", 1.0, yes=0.9, together=0.9) for _ in range(400)]
    few = [signalled("free", 1.0, yes=one, together=one) | {"dataset": "few"} for one in unsure]
    hidden = [signalled("unanswerable", 0.0, yes=one, together=one) for one in unsure]
    _, report = fit(many + few + hidden)
    assert "few, answerable: declines 0 of 20 (0%), doubts 2, F1 1.000 to 1.000" in report
    _, report = fit(many + [row | {"dataset": "free"} for row in few] + hidden)
    assert "answerable: declines 6 of 420 (1%), doubts 12, F1 1.000 to 0.986" in report


def test_the_check_is_also_judged_on_documents_it_was_not_fitted_on() -> None:
    rows = [
        signalled(kind, worth, f"{document}.md", yes=yes, together=yes)
        for document in range(10)
        for kind, worth, yes in (("free", 1.0, 0.8), ("unanswerable", 0.0, 0.2))
    ]
    rows += [row | {"id": "1, another document"} for row in rows if row["kind"] != "free"]
    _, report = fit(rows)
    held_out = "fitted on other documents: unanswerable"
    assert f"{held_out}: declines 20 of 20 (100%)" in report
    assert f"{held_out}, another document: declines 10 of 10 (100%)" in report
    _, report = fit([row | {"document": "a.md"} for row in rows])
    assert not any(line.startswith("fitted on other documents") for line in report)


def test_results_of_another_version_are_named_as_such() -> None:
    with pytest.raises(UsageError, match="another version"):
        summarise([signalled("free", 1.0, attention=0.3)])


def test_a_question_is_asked_again_without_its_evidence(tmp_path: Path) -> None:
    paragraphs = [
        "The keeper of tower Ash is a widow who came from Leith in the spring.",
        "The keeper of tower Birch is an old sailor from Hull, and he sings well.",
        "The keeper of tower Cedar has a wooden leg and seven cats.",
    ]
    filler = " ".join(["Nothing else is told of the harbour here."] * 60)
    (tmp_path / "b.txt").write_text("\n\n".join(f"{one} {filler}" for one in paragraphs), "utf-8")
    row = {"id": "a", "dataset": "d", "doc": "b.txt", "question": "Who keeps tower Birch?",
           "answers": ["an old sailor"], "evidence": [paragraphs[1]]}  # fmt: skip
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps(row) + "\n", "utf-8")
    asked = without_evidence(load(file))
    assert [one.kind for one in asked] == ["free", "unanswerable"]
    model = ScriptedModel(fallback="A sailor.")
    with Library.open(tmp_path / "bench.db") as library:
        bench = Bench(library, model)
        list(qa.run(asked, tmp_path, tmp_path / "results.jsonl", bench, ("longread",)))
    given = ["".join(message.text for message in messages) for messages in model.asked]
    given = [text for text in given if "tower" in text]
    holds = [paragraphs[1] in text for text in given]
    assert holds[0]
    assert not holds[-1]
    assert all("tower Ash" in text or "tower Cedar" in text for text in given)
    rows = read_results(tmp_path / "results.jsonl")
    assert [one["kind"] for one in rows] == ["free", "unanswerable"]
    assert "evidence_recall" not in rows[1]


def test_the_passages_that_hold_an_unlabelled_answer_are_hidden() -> None:
    question = Question("a", "d", "b.txt", "free", "Who sings?", ("the old sailor",))
    choice = Question("b", "d", "b.txt", "choice", "Who?", options=("x", "y"))
    asked = without_evidence([question, choice])
    assert [one.kind for one in asked] == ["free", "unanswerable", "choice"]
    assert asked[1].hidden == ("the old sailor",)
    assert asked[1].id != asked[0].id
