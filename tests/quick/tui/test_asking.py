"""Answers in the conversation, and what they lead to."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from textual.widgets import OptionList

from longread.answering.answer import Answer
from longread.attendant import News, Said
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.tui.book_screen import BookScreen
from longread.tui.conversation_pane import MOST_CITATIONS, ConversationPane
from longread.tui.library_screen import LibraryScreen
from longread.tui.text_pane import TextPane
from tests.quick.tui.conftest import Desk
from tests.quick.tui.test_book import SlowModel, cited

Read = Callable[..., None]


def test_a_citation_opened_from_one_pane_alone_gives_the_text_the_focus(
    read: Read, book: Path, model: ScriptedModel
) -> None:
    model.fallback = cited("maroon car")

    async def flow(desk: Desk) -> None:
        await desk.press("u")
        await desk.ask("What colour is the car of the doctor?")
        await desk.press("z")
        assert not desk.book.query_one("#middle").display
        await desk.press("1")
        text = desk.book.query_one(TextPane)
        assert "▌ In the end the maroon car" in desk.text(text)
        before = text.position
        await desk.press("k")
        assert text.position < before

    read(flow, book)


def test_what_is_not_supported_has_the_numbers_of_the_answer(
    read: Read, book: Path, model: ScriptedModel
) -> None:
    def reply(messages: Sequence[Message]) -> str:
        found = re.search(r"\[(\d+)\]", cited("maroon car")(messages))
        return f"A green elephant sang in Paris. [{found[1]}]" if found else "Not found."

    model.fallback = reply

    async def flow(desk: Desk) -> None:
        await desk.press("u")
        await desk.ask("What colour is the car of the doctor?")
        conversation = desk.book.query_one(ConversationPane)
        await desk.until(lambda: "Not supported" in desk.text(conversation))
        view = conversation.views[-1]
        assert view.exchange is not None
        assert view.exchange.citations[0].label != "1"
        shown = " ".join(desk.text(conversation).replace("│", " ").split())
        assert "Not supported by the passages: A green elephant sang in Paris. [1]" in shown

    read(flow, book)


@pytest.mark.parametrize("back_before", [True, False])
def test_an_answer_that_comes_while_the_book_is_left_is_there_when_it_is_opened_again(
    read: Read, book: Path, model: ScriptedModel, back_before: bool
) -> None:
    goes_on = threading.Event()

    def reply(messages: Sequence[Message]) -> str:
        assert goes_on.wait(20)
        return cited("maroon car")(messages)

    model.fallback = reply

    async def flow(desk: Desk) -> None:
        await ask(desk, "What colour is the car of the doctor?")
        await desk.press("L")
        assert isinstance(desk.app.screen, LibraryScreen)
        if not back_before:
            goes_on.set()
            await desk.until(lambda: not desk.app.owed.about(desk.app.library.documents()[0].id))
        await open_again(desk)
        conversation = desk.book.query_one(ConversationPane)
        await desk.until(lambda: "What colour is the car" in desk.text(conversation))
        assert desk.book.waits is back_before
        goes_on.set()
        await desk.until(lambda: "The maroon car it is. [1]" in desk.text(conversation))
        assert len(conversation.views) == 1
        assert not desk.book.waits
        await desk.press("1")
        assert desk.book.query_one(TextPane).shown.cited is not None

    read(flow, book)


def test_an_answer_that_was_kept_before_it_is_told_stands_there_once(
    read: Read, book: Path, model: ScriptedModel
) -> None:
    model.fallback = cited("maroon car")
    kept, goes_on = threading.Event(), threading.Event()

    async def flow(desk: Desk) -> None:
        tell = desk.app.attendant._tell

        def late(news: News) -> None:
            if isinstance(news, Said) and isinstance(news.event, Answer):
                kept.set()
                assert goes_on.wait(20)
            tell(news)

        desk.app.attendant._tell = late
        await ask(desk, "What colour is the car of the doctor?")
        await desk.until(kept.is_set)
        await desk.press("L")
        await open_again(desk)
        await desk.until(lambda: desk.book.waits)
        goes_on.set()
        await desk.until(lambda: not desk.book.waits)
        assert len(desk.book.query_one(ConversationPane).views) == 1

    read(flow, book)


def test_of_many_places_the_first_are_listed_and_all_are_exported(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "bells.md"
    file.write_text("# Bells\n\n" + "A bell rang, then a dog barked.\n\n" * 1_101, "utf-8")

    async def flow(desk: Desk) -> None:
        await desk.ask("How many times is the word “bell” mentioned?")
        await said(desk)
        assert desk.book.query_one(OptionList).has_focus
        await desk.press("end", "enter")
        assert desk.book.query_one(TextPane).shown.cited is not None
        await desk.press("x", "enter")
        await desk.until((tmp_path / "Bells-questions.md").exists)
        await desk.press("L")
        await open_again(desk)
        await said(desk)

    async def said(desk: Desk) -> None:
        pane = desk.book.query_one(ConversationPane)
        await desk.until(lambda: [len(view.citations) for view in pane.views] == [1_101])
        view = pane.views[0]
        assert view.query_one(OptionList).option_count == MOST_CITATIONS
        assert "… and 1,001 more places" in desk.text(view)

    read(flow, file)
    assert (tmp_path / "Bells-questions.md").read_text("utf-8").count("A bell rang") == 1_101


def test_an_answer_goes_on_where_the_book_is_opened_again(
    read: Read, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = SlowModel(chances=lambda messages: 0.99)
    monkeypatch.setattr("longread.workspace.Workspace._open_model", lambda self: slow)

    async def flow(desk: Desk) -> None:
        await ask(desk, "Where does Mara Holt walk along?")
        came = desk.book.query_one(ConversationPane)
        await desk.until(lambda: "walked along the quay" in desk.text(came))
        await desk.press("L")
        await open_again(desk)
        conversation = desk.book.query_one(ConversationPane)
        assert conversation is not came
        await desk.until(lambda: "walked along the quay" in desk.text(conversation))
        assert desk.book.waits
        await desk.press("a", "escape")
        await desk.until(lambda: "Stopped." in desk.text(conversation))

    read(flow, book)


async def ask(desk: Desk, question: str) -> None:
    """Ask about all of the book, and do not wait for the answer."""
    await desk.press("u", "a")
    await desk.type(question)
    await desk.press("enter")


async def open_again(desk: Desk) -> None:
    """Open the book under the cursor of the library."""
    assert isinstance(desk.app.screen, LibraryScreen)
    await desk.press("enter")
    await desk.until(lambda: isinstance(desk.app.screen, BookScreen))
    await desk.pilot.pause()
