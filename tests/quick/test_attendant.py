from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from longread.answering.answer import Answer, AnswerText
from longread.answering.evidence import Candidate
from longread.answering.lookup import look_up
from longread.attendant import Attendant, ModelNews, News, Question, ReadingNews, Said, Stopped
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.errors import EngineCrashed, LibraryError, LongreadError
from longread.memory import locks
from longread.memory.bookmarks import ReadingPlace
from longread.workspace import Options
from tests.quick.engine.local_hub import model_entry
from tests.quick.known_model import looked_into
from tests.quick.tui.conftest import story


class Ear:
    """Hears an attendant's news."""

    def __init__(self) -> None:
        self.heard: list[News] = []
        self._came = threading.Condition()

    def __call__(self, news: News) -> None:
        with self._came:
            self.heard.append(news)
            self._came.notify_all()

    def wait(self, true: Callable[[News], bool], seconds: float = 20.0) -> News:
        deadline = time.monotonic() + seconds
        with self._came:
            while True:
                for news in self.heard:
                    if true(news):
                        return news
                assert self._came.wait(deadline - time.monotonic()), self.heard


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    scripted = looked_into(ScriptedModel(fallback="Mara Holt.", streams=True))
    monkeypatch.setattr("longread.workspace.Workspace._open_model", lambda self: scripted)
    return scripted


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def attendant(ear: Ear, model: ScriptedModel) -> Iterator[Attendant]:
    with Attendant(Options(embedder="none"), ear) as one:
        yield one


@pytest.fixture
def document(attendant: Attendant, tmp_path: Path) -> str:
    file = tmp_path / "grey-boat.md"
    file.write_text(story(), "utf-8")
    return attendant.add(str(file), on_stage=lambda stage: None).id


def finished(news: News) -> bool:
    return isinstance(news, ReadingNews) and news.finished


def test_an_answer_comes_piece_by_piece(attendant: Attendant, ear: Ear, document: str) -> None:
    number = attendant.ask(Question(document, "Who has the lamp of day 3?", session="s"))
    ear.wait(lambda news: isinstance(news, Said) and isinstance(news.event, Answer))
    pieces = [
        n.event.text for n in ear.heard if isinstance(n, Said) and isinstance(n.event, AnswerText)
    ]
    assert "".join(pieces).startswith("Mara Holt")
    assert {n.number for n in ear.heard if isinstance(n, Said)} == {number}
    assert [turn.question for turn in attendant.library.turns("s")] == [
        "Who has the lamp of day 3?"
    ]


def test_a_question_is_answered_where_what_the_model_computes_cannot_be_kept(
    attendant: Attendant, ear: Ear, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Mock(side_effect=LibraryError("The disk is full."))
    monkeypatch.setattr("longread.workspace.Workspace.blocks", full)
    attendant.ask(Question(document, "Who has the lamp of day 3?"))
    ear.wait(lambda news: isinstance(news, Said) and isinstance(news.event, Answer))
    assert not any(isinstance(news, Stopped) and news.error for news in ear.heard)


def test_what_is_behind_the_place_never_reaches_the_model(
    attendant: Attendant, ear: Ear, document: str, model: ScriptedModel
) -> None:
    attendant.ask(Question(document, "What colour is the doctor's car?", upto=3_000))
    ear.wait(lambda news: isinstance(news, Said) and isinstance(news.event, Answer))
    assert not any("maroon" in m.text for messages in model.asked for m in messages)


def test_reading_ends_and_begins_again_where_it_was(
    attendant: Attendant, ear: Ear, document: str, model: ScriptedModel
) -> None:
    attendant.read(document)
    ear.wait(finished)
    assert any(isinstance(n, ModelNews) and n.info for n in ear.heard)
    passages = len(attendant.library.passages(document))
    assert len(model.read) == passages
    assert attendant.library.summaries(document)
    ear.heard.clear()
    attendant.read(document)
    ear.wait(finished)
    assert len(model.read) == passages, "nothing is read twice"


def test_reading_survives_crashes_and_gives_up_after_some(
    attendant: Attendant, ear: Ear, document: str, model: ScriptedModel, tmp_path: Path
) -> None:
    model.failures.append(EngineCrashed("It ended."))
    attendant.read(document)
    ear.wait(finished)
    ear.heard.clear()
    other = tmp_path / "other.md"
    other.write_text(story().replace("Mara", "Mary"), "utf-8")
    model.failures.extend(EngineCrashed("It ended again.") for _ in range(100))
    attendant.read(attendant.add(str(other), on_stage=lambda stage: None).id)
    ear.wait(lambda news: isinstance(news, ReadingNews) and news.failed)
    assert any(isinstance(n, ReadingNews) and "started again" in n.doing for n in ear.heard)


def test_reading_that_was_stopped_begins_again_while_it_still_commits(
    attendant: Attendant, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, committed = threading.Semaphore(0), threading.Event()

    def read_through(one: Any, with_notes: bool) -> None:
        begun.release()
        one.stop.wait(20)
        committed.wait(20)

    monkeypatch.setattr(attendant, "_read_through", read_through)
    attendant.read(document)
    assert begun.acquire(timeout=20)
    attendant.read(document)
    attendant.stop_reading()
    attendant.read(document)
    committed.set()
    assert begun.acquire(timeout=20)
    assert attendant.reads
    assert not begun.acquire(timeout=0.1)


def test_an_unforeseen_error_in_reading_is_told(
    attendant: Attendant, ear: Ear, document: str, model: ScriptedModel
) -> None:
    model.failures.append(OSError(28, "No space left on device"))
    attendant.read(document)
    news = ear.wait(lambda news: isinstance(news, ReadingNews) and news.failed)
    assert isinstance(news, ReadingNews)
    assert "No space left" in news.doing


def test_books_are_added_and_searched_while_the_model_loads(
    attendant: Attendant,
    ear: Ear,
    document: str,
    model: ScriptedModel,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loads, goes_on = threading.Event(), threading.Event()
    done: list[str] = []

    def load(workspace: object) -> ScriptedModel:
        loads.set()
        goes_on.wait(20)
        done.append("loaded")
        return model

    monkeypatch.setattr("longread.workspace.Workspace._open_model", load)
    other = tmp_path / "other.md"
    other.write_text("# One\n\nA zebra crossed the ice.\n", "utf-8")
    attendant.read(document)
    assert loads.wait(20)
    ear.wait(lambda news: isinstance(news, ReadingNews) and news.doing == "loading the model")
    chosen = attendant.add(str(other), on_stage=lambda stage: None).id
    assert attendant.search([chosen], "zebra", 3)
    assert attendant.search_library("zebra", 3, {})
    done.append("found")
    goes_on.set()
    ear.wait(finished)
    assert done == ["found", "loaded"]


def test_reading_waits_for_another_process(
    attendant: Attendant, ear: Ear, document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longread.attendant.BUSY_SECONDS", 0.1)
    with locks.hold(attendant.paths.data / "reading.lock", "reading elsewhere", wait_seconds=0):
        attendant.read(document)
        ear.wait(lambda n: isinstance(n, ReadingNews) and "in use" in n.doing)
    ear.wait(finished)


def test_an_unforeseen_error_does_not_end_the_answering(
    attendant: Attendant, ear: Ear, document: str, model: ScriptedModel
) -> None:
    model.enqueue(ZeroDivisionError("odd"))
    attendant.ask(Question(document, "Who has the lamp of day 3?"))
    stopped = ear.wait(lambda news: isinstance(news, Stopped))
    assert isinstance(stopped, Stopped)
    assert isinstance(stopped.error, LongreadError)
    attendant.ask(Question(document, "Who has the lamp of day 3?"))
    ear.wait(lambda news: isinstance(news, Said) and isinstance(news.event, Answer))


def test_a_question_is_given_up_while_its_answer_is_still_owed(
    attendant: Attendant, ear: Ear, document: str, model: ScriptedModel
) -> None:
    asked, goes_on = threading.Event(), threading.Event()

    def wait(messages: Sequence[Message]) -> str:
        asked.set()
        assert goes_on.wait(20)
        return "Tobias Wren."

    model.enqueue(wait)
    first = attendant.ask(Question(document, "Who has the lamp of day 3?"))
    waiting = attendant.ask(Question(document, "Who has the lamp of day 4?"))
    last = attendant.ask(Question(document, "Who has the lamp of day 5?"))
    assert asked.wait(20)
    for number in (first, waiting):
        attendant.stop(number)
        ear.wait(lambda news, number=number: news == Stopped(number))  # type: ignore[misc]
    goes_on.set()
    ear.wait(lambda n: isinstance(n, Said) and n.number == last and isinstance(n.event, Answer))
    assert not any(isinstance(n, Said) and n.number == waiting for n in ear.heard)
    assert [n.number for n in ear.heard if isinstance(n, Stopped)] == [first, waiting]


def test_the_program_ends_while_an_answer_is_still_owed(tmp_path: Path) -> None:
    book = tmp_path / "grey-boat.md"
    book.write_text(story(), "utf-8")
    code = """
import sys, threading
from longread.attendant import Attendant, Question
from longread.engine.fake import ScriptedModel
from longread.workspace import Options, Workspace
asked = threading.Event()
def owe(messages):
    asked.set()
    threading.Event().wait()
Workspace._open_model = lambda self: ScriptedModel(fallback=owe)
with Attendant(Options(embedder="none"), lambda news: None) as attendant:
    document = attendant.add(sys.argv[1], on_stage=lambda stage: None).id
    attendant.ask(Question(document, "Who has the lamp of day 3?"))
    assert asked.wait(20)
"""
    environment = {**os.environ, "LONGREAD_HOME": str(tmp_path / "home")}
    subprocess.run([sys.executable, "-c", code, book], check=True, timeout=40, env=environment)


def test_closing_commits_what_was_read_and_answers_nothing_more(
    attendant: Attendant, ear: Ear, document: str, model: ScriptedModel
) -> None:
    attendant.read(document)
    ear.wait(lambda news: isinstance(news, ReadingNews) and news.doing == "loading the model")
    attendant.close()
    attendant.close()
    assert model.closed
    assert not attendant.reads


@pytest.mark.parametrize(
    ("place", "shown", "found"),
    [
        (None, [], True),
        (ReadingPlace(furthest=900), [], False),
        (ReadingPlace(furthest=900, upto=True), [], False),
        (ReadingPlace(furthest=900, upto=False), [], True),
        (ReadingPlace(furthest=100_000), [], True),
        (ReadingPlace(furthest=900), [None], True),
        (ReadingPlace(furthest=100_000), [900], False),
    ],
)
def test_the_library_is_searched_as_far_as_each_book_was_read(
    attendant: Attendant,
    document: str,
    place: ReadingPlace | None,
    shown: list[int | None],
    found: bool,
) -> None:
    if place is not None:
        attendant.library.keep_place(document, place)
    ends = dict(zip([document], shown, strict=False))
    quotes = [citation.quote for _, citation in attendant.search_library("maroon car", 30, ends)]
    assert any("maroon car of the doctor" in quote for quote in quotes) is found


def test_what_was_not_read_takes_no_place_among_what_is_found(
    attendant: Attendant, document: str, tmp_path: Path
) -> None:
    read = attendant.library.document(document).text.index("Quay")
    attendant.library.keep_place(document, ReadingPlace(furthest=read))
    other = tmp_path / "other.md"
    other.write_text("# Harbours\n\nOf a quay, much else can be said.\n", "utf-8")
    chosen = attendant.add(str(other), on_stage=lambda stage: None).id
    found = attendant.search_library("quay, hill and road", 3, {})
    assert [citation.document_id for _, citation in found] == [chosen]


def test_who_searches_while_another_model_is_chosen_finds_all_the_same(
    attendant: Attendant, document: str, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longread.engine.installed.model_path", lambda *given: None)
    monkeypatch.setattr("longread.engine.installed.use", lambda *given: None)
    looking, goes_on = threading.Event(), threading.Event()

    def slowly(*given: Any) -> list[Candidate]:
        looking.set()
        assert goes_on.wait(20)
        return look_up(*given)

    monkeypatch.setattr("longread.desk.look_up", slowly)
    with ThreadPoolExecutor(1) as threads:
        searching = threads.submit(attendant.search, [document], "maroon car", 3)
        assert looking.wait(20)
        attendant.change_model(model_entry(b"other"))
        goes_on.set()
        assert searching.result(20)
