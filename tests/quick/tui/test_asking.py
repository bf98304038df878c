"""Answers in the conversation, and what they lead to."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, OptionList

from longread.answering.answer import Answer
from longread.attendant import News, Said
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.errors import EngineCrashed
from longread.tui.book_screen import BookScreen
from longread.tui.conversation_pane import MOST_CITATIONS, ConversationPane
from longread.tui.library_screen import LibraryScreen
from longread.tui.text_pane import TextPane
from tests.quick.tui.conftest import Desk, SlowModel, cited

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


def test_an_answer_that_is_not_certain_says_so(
    read: Read, book: Path, model: ScriptedModel
) -> None:
    model.fallback, model.chances = "A golden harpoon of Queequeg.", lambda messages: 0.55

    async def flow(desk: Desk) -> None:
        await desk.press("u")
        await desk.ask("Which maroon car did somebody find beside the quay?")
        conversation = desk.book.query_one(ConversationPane)
        await desk.until(lambda: "Not certain" in desk.text(conversation))
        assert "golden harpoon" in desk.text(conversation)

    read(flow, book)


def test_numbers_are_those_of_the_citations_in_any_order_and_brackets_of_the_text_have_none(
    read: Read, tmp_path: Path, model: ScriptedModel
) -> None:
    file = tmp_path / "cars.md"
    rain = "It rained on the pier all night, and nobody came. " * 30
    file.write_text(
        f"A maroon car stood there [12] all day.\n\n{rain}\n\nA green car came.\n", "utf-8"
    )
    model.fallback = "It says “A maroon car stood there [12] all day.”\nA green car came."

    async def flow(desk: Desk) -> None:
        await desk.press("u")
        await desk.ask("Which car stood there when a green car came?")
        view = desk.book.query_one(ConversationPane).views[-1]
        await desk.until(lambda: "A green car came. [2]" in desk.text(view))
        assert "[12] all day.” [1]" in " ".join(desk.text(view).split())
        assert view.exchange is not None
        listed = replace(view.exchange, citations=view.exchange.citations[::-1])
        await view.finish(listed)
        await desk.until(lambda: "A green car came. [1]" in desk.text(view))
        assert "[12] all day.” [2]" in " ".join(desk.text(view).split())

    read(flow, file)


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
    read: Read, book: Path, slow: SlowModel
) -> None:
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


def test_an_answer_streams_and_its_citation_opens(
    read: Read, book: Path, model: ScriptedModel
) -> None:
    model.fallback = cited("maroon car")

    async def flow(desk: Desk) -> None:
        await desk.press("u")
        await desk.ask("What colour is the car of the doctor?")
        conversation = desk.book.query_one(ConversationPane)
        await desk.until(lambda: "maroon" in desk.text(conversation))
        shown = desk.text(conversation)
        assert "What colour is the car of the doctor?" in shown
        assert "[1]" in shown
        assert "3. The Storm ¶ 31" in shown
        await desk.press("1")
        text = desk.book.query_one(TextPane)
        assert "▌ In the end the maroon car" in desk.text(text)
        await desk.press("ctrl+o")
        assert text.position == 0
        await desk.press("e")
        await desk.until(lambda: "What the model was given" in desk.text())
        await desk.press(*["space"] * 5)
        await desk.until(lambda: "the maroon car of the doctor" in _dialog(desk))
        await desk.press("escape")

    read(flow, book)

    async def later(desk: Desk) -> None:
        conversation = desk.book.query_one(ConversationPane)
        await desk.until(lambda: "3. The Storm ¶ 31" in desk.text(conversation))
        await desk.press("1")
        assert "maroon car" in desk.text(desk.book.query_one(TextPane))

    read(later, book)


def test_enter_on_a_citation_opens_it(read: Read, book: Path, model: ScriptedModel) -> None:
    model.fallback = cited("maroon car")

    async def flow(desk: Desk) -> None:
        await desk.press("u")
        await desk.ask("What colour is the car of the doctor?")
        await desk.until(lambda: isinstance(desk.app.focused, OptionList))
        await desk.press("enter")
        assert "▌ In the end the maroon car" in desk.text(desk.book.query_one(TextPane))

    read(flow, book)


def test_asking_about_chosen_words(read: Read, book: Path, model: ScriptedModel) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("v", "j", "J", "enter")
        assert "What happened before?" in desk.text()
        await desk.press("enter")
        await desk.until(lambda: not desk.book.waits)
        question = model.asked[-1][-1].text
        assert "What is meant by this? ‘Mara Holt walked along the quay in chapter 1" in question
        await desk.press("y")
        assert desk.app.clipboard.startswith("Mara Holt walked")

    read(flow, book)


def test_the_conversation_can_be_given_away(
    read: Read, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def flow(desk: Desk) -> None:
        await desk.press("x")
        await desk.until(lambda: "no bookmark yet" in desk.text())
        await desk.press("u")
        await desk.ask("How many times is the harbour mentioned?")
        await desk.press("escape", "m")
        await desk.type("here it begins")
        await desk.press("enter", "x", "ctrl+u")
        await desk.type("~nobody-at-all/x.md")
        await desk.press("enter")
        await desk.until(lambda: "nobody's home" in desk.text())
        await desk.press("x", "enter")
        await desk.until((tmp_path / "The-Grey-Boat-questions.md").exists)

    read(flow, book)
    written = (tmp_path / "The-Grey-Boat-questions.md").read_text("utf-8")
    assert written.startswith("# Questions about The Grey Boat")
    assert "## How many times is the harbour mentioned?" in written
    assert "3. The Storm ¶ 31" in written
    assert "## Bookmarks" in written
    assert "here it begins" in written


@pytest.mark.parametrize("sure", ["y", "n", "escape"])
def test_a_file_that_is_there_is_written_over_only_after_asking(
    read: Read, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sure: str
) -> None:
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "mine.md"
    mine.write_text("My own words.", "utf-8")

    async def flow(desk: Desk) -> None:
        await desk.press("m", "enter", "x", "ctrl+u")
        await desk.type("mine.md")
        await desk.press("enter")
        assert "mine.md is there already" in desk.text()
        await desk.press(sure)
        assert ("Written to" in desk.text()) is (sure == "y")

    read(flow, book)
    assert mine.read_text("utf-8").startswith("# Questions" if sure == "y" else "My own words.")


def test_escape_stops_an_answer(read: Read, book: Path, slow: SlowModel) -> None:
    async def flow(desk: Desk) -> None:
        await desk.put("Where does Mara Holt walk along?")
        conversation = desk.book.query_one(ConversationPane)
        await desk.until(lambda: "walked along the quay" in desk.text(conversation))
        await desk.pilot.resize_terminal(90, 30)
        await desk.until(lambda: desk.book.has_class("narrow"))
        await desk.press("escape")
        await desk.until(lambda: not desk.book.waits)
        assert "Stopped." in desk.text()

    read(flow, book)


def test_a_crash_is_told_and_the_question_can_be_repeated(
    read: Read, book: Path, model: ScriptedModel
) -> None:
    model.fallback = cited("lamp of day 3")

    async def flow(desk: Desk) -> None:
        await desk.until(lambda: "read by the model" in desk.text())
        model.enqueue(EngineCrashed("The model's process ended unexpectedly.", hint="Again."))
        await desk.ask("Who has the lamp of day 3?")
        conversation = desk.book.query_one(ConversationPane)
        await desk.until(lambda: "ended unexpectedly" in desk.text(conversation))
        await desk.press("r")
        await desk.until(lambda: "lamp of day 3 it is" in desk.text(conversation))

    read(flow, book)


def _dialog(desk: Desk) -> str:
    """What the dialog shows, in one line."""
    lines = desk.text(desk.app.screen.query_one("Dialog > Vertical")).split("\n")
    return " ".join(line.strip("│ ") for line in lines)


def test_typing_a_question_about_chosen_words(read: Read, book: Path, model: ScriptedModel) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("v", "enter")
        await desk.type("another")
        await desk.press("enter")
        await desk.type("Why a lamp?")
        await desk.press("enter")
        await desk.until(lambda: not desk.book.waits)
        question = next(m[-1].text for m in model.asked if "Why a lamp?" in m[-1].text)
        assert "Why a lamp? ‘“I have the lamp of day 0,” said Mara Holt.’" in question

    read(flow, book)


def test_what_happened_before_looks_no_further(
    read: Read, book: Path, model: ScriptedModel
) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("u", "l", "v", "enter")
        await desk.type("before")
        await desk.press("enter")
        await desk.until(lambda: not desk.book.waits)
        asked = [m[-1].text for m in model.asked if "What happened before this?" in m[-1].text]
        assert asked
        assert not any("chapter 2, counted 30" in text or "Ada Pell" in text for text in asked)

    read(flow, book)


def test_earlier_answers_are_reached_from_the_line(
    read: Read, book: Path, model: ScriptedModel
) -> None:
    async def flow(desk: Desk) -> None:
        shown = desk.book.query_one("#exchanges")
        for _ in range(6):
            await desk.ask("How many times is the quay mentioned?")
        await desk.press("a")
        await desk.until(lambda: shown.scroll_y > 0)
        before = shown.scroll_y
        await desk.press("up", "pageup")
        assert shown.scroll_y < before
        await desk.press("pagedown", "down")
        assert shown.scroll_y == before

    read(flow, book, size=(120, 30))


async def ask(desk: Desk, question: str) -> None:
    """Ask about all of the book, and do not wait for the answer."""
    await desk.press("u")
    await desk.put(question)


async def open_again(desk: Desk) -> None:
    """Open the book under the cursor of the library."""
    assert isinstance(desk.app.screen, LibraryScreen)
    await desk.press("enter")

    def is_open() -> bool:
        screen = desk.app.screen
        return isinstance(screen, BookScreen) and bool(screen.query(ConversationPane))

    await desk.until(is_open)
    await desk.pilot.pause()


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_a_question_that_is_pasted_goes_in_whole(read: Read, book: Path, end: str) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("a")
        await desk.type("Who says: ")
        desk.app.post_message(events.Paste(f"“I have the lamp{end}  of day 3,”?{end}"))
        await desk.pilot.pause()
        line = desk.book.query_one("#ask", Input)
        assert line.value == "Who says: “I have the lamp of day 3,”?"
        desk.app.post_message(events.Paste(f"  now {end}"))
        await desk.pilot.pause()
        assert line.value.endswith("”?  now ")

    read(flow, book)
