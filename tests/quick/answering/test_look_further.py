"""Answers from other evidence, where it is hard to decide: the likeliest one is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from longread.answering.answer import Answer, AnswerText, Event, Stage
from longread.answering.asker import Asker
from longread.answering.recall import Recall
from longread.answering.texts import Texts
from longread.document import Document, DocumentBuilder
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.reading.reader import Reader
from tests.quick.memory.books import sha256

QUESTION = "Where is the brass key of the old keeper of the lamp hidden?"
DEEP = "His key lay beneath a blue jar."
SHALLOW = "The old keeper of the lamp lost his brass key."
DEEP_PASSAGE = 6


def story() -> Document:
    """Every passage speaks of the keeper; one that is looked up late has the answer."""
    builder = DocumentBuilder("text", title="The Lamp", language="en")
    for number in range(1, 9):
        builder.section(f"Chapter {number}")
        said = DEEP if number == DEEP_PASSAGE else SHALLOW
        builder.paragraph(f"{said} " + "Nobody else came down to the shore. " * 24)
    return builder.build()


def from_evidence(messages: Sequence[Message]) -> str:
    return DEEP if DEEP in "".join(message.text for message in messages) else SHALLOW


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[..., list[Event]]]:
    with (
        Library.open(tmp_path / "library.db") as library,
        BlockMemory(tmp_path / "blocks.db", fingerprint="f", build="b", prefix="p") as blocks,
    ):
        record = library.add(story(), sha256(story()))

        def asked(
            model: ScriptedModel, *, read: bool = True, look_further: bool = True
        ) -> list[Event]:
            if read:
                list(Reader(library, blocks, model, record.id).run())
            asker = Asker(
                library,
                model,
                Texts.of(library, [record.id]),
                evidence_tokens=900,
                recall=Recall(blocks, model),
                look_further=look_further,
            )
            return list(asker.ask(QUESTION))

        yield asked


def model(likelihood: Callable[[str], float] | None, chance: float = 0.6) -> ScriptedModel:
    return ScriptedModel(
        fallback=from_evidence,
        chances=lambda messages: chance,
        streams=True,
        likelihood=likelihood,
    )


def likelier_deep(text: str) -> float:
    return -0.5 if text == DEEP else -4.0


def answer_of(events: list[Event]) -> Answer:
    assert isinstance(events[-1], Answer)
    return events[-1]


def replies(asked: ScriptedModel) -> int:
    return sum("Answer briefly" in messages[-1].text for messages in asked.asked)


def test_the_likeliest_answer_is_given_with_its_own_evidence(
    ask: Callable[..., list[Event]],
) -> None:
    scripted = model(likelier_deep)
    events = ask(scripted)
    answer = answer_of(events)
    assert answer.text == f"{DEEP} [{DEEP_PASSAGE}]"
    assert [citation.passage for citation in answer.citations] == [DEEP_PASSAGE]
    assert DEEP_PASSAGE in {item.passage.number for item in answer.evidence}
    assert DEEP in answer.evidence_text
    assert Stage("looking further") in events
    assert [event.text for event in events if isinstance(event, AnswerText)] == [answer.text]
    assert replies(scripted) == 3


def test_the_first_answer_stays_where_it_is_the_likeliest(
    ask: Callable[..., list[Event]],
) -> None:
    answer = answer_of(ask(model(lambda text: -0.5 if text == SHALLOW else -4.0)))
    assert answer.text.startswith(SHALLOW)
    assert DEEP not in answer.evidence_text


@pytest.mark.parametrize(
    ("scripted", "options"),
    [
        (model(likelier_deep, chance=0.99), {}),
        (model(None), {}),
        (model(likelier_deep), {"look_further": False}),
    ],
    ids=["decided", "no probabilities", "not wanted"],
)
def test_there_is_one_answer_where_more_would_cost_or_tell_nothing(
    ask: Callable[..., list[Event]], scripted: ScriptedModel, options: dict[str, bool]
) -> None:
    answer = answer_of(ask(scripted, **options))
    assert DEEP not in answer.evidence_text
    assert replies(scripted) == 1


def test_without_a_reading_pass_only_what_was_just_read_is_looked_at_again(
    ask: Callable[..., list[Event]],
) -> None:
    scripted = model(likelier_deep)
    answer = answer_of(ask(scripted, read=False))
    assert DEEP not in answer.evidence_text
    assert replies(scripted) == 2
