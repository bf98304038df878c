"""The decision whether the evidence holds an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from longread.answering.abstain import (
    Calibration,
    Signals,
    assess,
    is_nearly_named,
    names_in,
    signals,
    together,
)
from longread.answering.answer import NOT_FOUND, Answer, AnswerText
from longread.answering.asker import Asker, Decline
from longread.answering.evidence import Evidence
from longread.answering.texts import Texts
from longread.document import Document, DocumentBuilder
from longread.engine.fake import ScriptedModel
from longread.memory.library import Library
from longread.passages import split_passages

STRANGER = Signals(yes=0.5, wording=0.4, best_wording=0.3, names=0.0)
KNOWN = Signals(yes=0.85, wording=1.0, best_wording=1.0, names=1.0)
BETWEEN = Signals(yes=0.5, wording=0.7, best_wording=0.55, names=1.0)


def story() -> Document:
    builder = DocumentBuilder("plain", title="Story", language="en")
    builder.paragraph(
        "The keeper counted the lamps. Agnes Ferrol found the brass key. It lay under the third "
        "stair. Nobody else saw the harbour burn. Basil had left for Lisbon in the spring."
    )
    return builder.build()


def evidence(document: Document) -> list[Evidence]:
    return [
        Evidence(str(p.number), "d", "Story", p, document.slice(p.span), 1.0)
        for p in split_passages(document)
    ]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("What did Mara Holt say to Dr. Wren?", ("Mara", "Holt", "Dr", "Wren")),
        ("Who is there?", ()),
        ("What is Mara's boat called?", ("Mara",)),
        ("He left. Where did Tobias go?", ("Tobias",)),
    ],
)
def test_names_are_the_capitals_within_a_sentence(question: str, names: tuple[str, ...]) -> None:
    assert names_in(question) == names


def test_signals_count_wording_and_names() -> None:
    found = signals(
        "Where did Agnes find the brass key of Basil?",
        evidence(story()),
        0.7,
        lambda word: word == "Agnes",
        "en",
    )
    assert found.names == 0.5
    assert found.best_wording > 0.5
    assert found.yes == 0.7
    assert found.together is None


def test_a_stranger_is_declined_and_a_plain_question_answered_at_once() -> None:
    assert assess(STRANGER).declined
    assert not assess(KNOWN).declined
    assert not assess(STRANGER).open
    assert not assess(KNOWN).open


def test_what_lies_between_is_decided_by_its_answer() -> None:
    assert assess(BETWEEN).open
    good, bad = (assess(replace(BETWEEN, together=share)) for share in (1.0, 0.1))
    assert not good.declined
    assert bad.declined
    assert not good.open
    assert good.probability > bad.probability


def test_what_was_decided_early_stays_so() -> None:
    assert not assess(replace(KNOWN, together=0.0)).declined
    assert assess(replace(STRANGER, together=1.0)).declined


def test_the_thresholds_decide() -> None:
    found = replace(BETWEEN, together=0.5)
    even = Calibration({"bias": 0.0}, 0.9, 0.1, {"bias": -1.0, "together": 2.0}, 0.4, 0.5)
    assert assess(found, even).probability == pytest.approx(0.5)
    assert not assess(found, even).declined
    assert not assess(found, even).doubtful
    doubted = assess(found, replace(even, certain=0.51))
    assert doubted.doubtful
    assert not doubted.declined
    declined = assess(found, replace(even, threshold=0.51, certain=0.6))
    assert declined.declined
    assert not declined.doubtful


@pytest.mark.parametrize(
    ("answer", "more", "less"),
    [("under the third stair", 0.7, 1.01), ("in Lisbon, in spring", 0.2, 0.7)],
)
def test_an_answer_that_stands_beside_the_question_is_likely_one(
    answer: str, more: float, less: float
) -> None:
    document = story()
    question = "Where did Agnes Ferrol find the brass key?"
    share = together(question, answer, evidence(document), {"d": document}, "en")
    assert more < share < less


@pytest.mark.parametrize(
    ("question", "answer", "says_nothing"),
    [
        ("Why did somebody find the key?", "To find the key.", True),
        ("Why did somebody find the key?", "It lay under the third stair.", False),
        ("Was it a key or a lamp that was found?", "A key.", False),
        ("Did Agnes or did Basil find the key?", "Agnes.", False),
        ("Whom did Agnes Ferrol mean by Agnes?", "Agnes Ferrol.", False),
        ("Was the brass key found?", "Yes.", False),
    ],
)
def test_an_answer_that_says_the_question_again_stands_nowhere(
    question: str, answer: str, says_nothing: bool
) -> None:
    document = story()
    share = together(question, answer, evidence(document), {"d": document}, "en")
    assert (share == 0) is says_nothing


def ask(tmp_path: Path, reply: str, decline: Decline, yes: float = 0.5) -> tuple[list[str], Answer]:
    """What is shown, piece by piece, and the answer, where the model is undecided."""
    model = ScriptedModel(fallback=reply, chances=lambda messages: yes)
    with Library.open(tmp_path / "library.db") as library:
        record = library.add(story(), "0" * 64)
        asker = Asker(library, model, Texts.of(library, [record.id]), decline=decline)
        events = list(asker.ask("Which key did somebody find under the stair?"))
    answer = events[-1]
    assert isinstance(answer, Answer)
    return [event.text for event in events if isinstance(event, AnswerText)], answer


def test_an_open_answer_is_shown_once_it_holds(tmp_path: Path) -> None:
    shown, answer = ask(tmp_path, "Agnes Ferrol found the brass key.", Decline.WHEN_NOT_FOUND)
    assert len(shown) == 1
    assert shown[0] == answer.text == "Agnes Ferrol found the brass key. [1]"
    assert answer.assessment is not None
    assert answer.assessment.signals.together is not None


def test_an_open_answer_that_does_not_hold_is_never_shown(tmp_path: Path) -> None:
    shown, answer = ask(tmp_path, "A golden harpoon of Queequeg.", Decline.WHEN_NOT_FOUND)
    assert shown == []
    assert answer.declined
    assert answer.text == NOT_FOUND
    assert answer.citations
    assert not answer.doubtful


def test_an_open_answer_that_may_hold_is_shown_with_a_doubt(tmp_path: Path) -> None:
    said = "A golden harpoon of Queequeg."
    shown, answer = ask(tmp_path, said, Decline.WHEN_NOT_FOUND, yes=0.55)
    assert len(shown) == 1
    assert answer.text.startswith("A golden harpoon of Queequeg.")
    assert answer.doubtful
    assert not answer.declined
    assert answer.as_json()["doubtful"] is True


@pytest.mark.parametrize("decline", [Decline.NEVER, Decline.ANSWER_ANYWAY])
def test_measurements_show_every_answer(tmp_path: Path, decline: Decline) -> None:
    shown, answer = ask(tmp_path, "A golden harpoon of Queequeg.", decline)
    assert "".join(shown).strip() == answer.text
    assert not answer.declined
    measured = answer.assessment is not None and answer.assessment.signals.together is not None
    assert measured is (decline is Decline.ANSWER_ANYWAY)


def test_nothing_found_at_all_is_declined() -> None:
    nothing: Sequence[Evidence] = []
    assert assess(signals("Who is there?", nothing, 0.3, lambda word: True, "en")).declined


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("Rodgers", True),
        ("Rogers", True),
        ("rodgers", True),
        ("Wilmer", False),
        ("Poirot", False),
        ("Roger", True),
        ("Hart", False),
        ("Hartley", False),
        ("Nautillus", True),
    ],
)
def test_a_name_that_is_spelled_nearly_so_counts(word: str, near: bool) -> None:
    text = "Anthony Rogers met Wilma Deering. Boss Hart, whom Rogers knew, was on the _Nautilus_."
    assert is_nearly_named(word, text) == near
