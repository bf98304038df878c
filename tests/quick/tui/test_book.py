from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, OptionList

from longread.document import Document
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Chunk, Message, Sampling
from longread.errors import EngineCrashed, LibraryError, ModelNotFound
from longread.reading.names import Name, gather
from longread.tui.app import ReaderApp
from longread.tui.book_lists import SearchDialog
from longread.tui.book_screen import BookScreen
from longread.tui.contents_pane import ContentsPane
from longread.tui.conversation_pane import ConversationPane
from longread.tui.keys import bindings_of
from longread.tui.status_line import StatusLine
from longread.tui.text_pane import TextPane
from tests.quick.tui.conftest import Desk

Read = Callable[..., None]


def test_the_text_scrolls_and_the_reader_comes_back_to_it(read: Read, book: Path) -> None:
    reached = []

    async def leave(desk: Desk) -> None:
        pane = desk.book.query_one(TextPane)
        assert "1. The Quay" in desk.text(pane)
        start = pane.position
        await desk.press("j", "j", "j")
        assert pane.position >= start
        await desk.press("space", "space")
        further = pane.position
        assert further > 500
        await desk.press("b")
        assert pane.position < further
        await desk.press("G")
        assert "maroon car" in desk.text(pane)
        await desk.press("g")
        assert pane.position == 0
        await desk.press("space", "j")
        reached.append(pane.position)

    async def come_back(desk: Desk) -> None:
        assert desk.book.query_one(TextPane).position == reached[0]

    read(leave, book)
    read(come_back, book)


def test_chapters_contents_and_the_way_back(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        pane = desk.book.query_one(TextPane)
        await desk.press("l")
        assert desk.text(pane).strip().startswith("2. The Letter")
        await desk.press("h")
        assert desk.text(pane).strip().startswith("1. The Quay")
        await desk.press("ctrl+o")
        assert desk.text(pane).strip().startswith("2. The Letter")
        await desk.press("alt+right")
        assert desk.text(pane).strip().startswith("1. The Quay")
        contents = desk.book.query_one(ContentsPane)
        await desk.press("shift+tab")
        assert contents.has_focus
        await desk.press("end", "enter")
        assert desk.text(pane).strip().startswith("3. The Storm")
        assert pane.has_focus

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


def test_what_was_not_read_is_kept_out(read: Read, book: Path, model: ScriptedModel) -> None:
    """It is a story, so it is so from the beginning, and is said on the screen."""

    async def flow(desk: Desk) -> None:
        status = desk.book.query_one(StatusLine)
        assert "up to here: " in desk.text(status)
        await desk.ask("What colour is the car of the doctor?")
        asked = [messages[-1].text for messages in model.asked]
        assert not any("maroon car" in text for text in asked if "Question: What colour" in text)
        await desk.ask("How many times is the harbour mentioned?")
        assert "does not occur" in desk.text()
        assert "that you have read were counted" in desk.text().replace("\n", " ")
        await desk.press("escape", "u")
        assert "whole book" in desk.text(status)
        await desk.ask("How many times is the harbour mentioned?")
        assert "occurs once" in desk.text()

    read(flow, book)

    async def later(desk: Desk) -> None:
        assert "whole book" in desk.text(desk.book.query_one(StatusLine))
        await desk.press("u", "G")
        assert desk.book.end is not None
        assert desk.book.end < 3_000, "a jump to the end is not reading"
        await desk.press("U")
        assert desk.book.end > 10_000

    read(later, book)


def test_find_as_you_type(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("u", "slash")
        await desk.type("doctor")
        text = desk.book.query_one(TextPane)
        await desk.until(lambda: len(text.shown.matches) == 1)
        assert "maroon car of the doctor" in desk.text(text)
        line = desk.book.query_one("#find", Input)
        assert line.border_title == "1 of 1"
        await desk.press("escape")
        assert text.position == 0
        assert not text.shown.matches
        await desk.press("slash")
        await desk.type("Ada Pell")
        await desk.until(lambda: len(text.shown.matches) == 60)
        await desk.press("enter", "n", "n", "N")
        assert text.shown.match == 1
        assert text.has_focus

    read(flow, book)


def test_names_lead_to_their_first_place(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("w")
        await desk.until(lambda: "Who is who" in desk.text())
        assert "Mara Holt" in desk.text()
        assert "Ada Pell" not in desk.text(), "she comes later"
        await desk.press("escape", "u", "w")
        await desk.until(lambda: "Who is who" in desk.text())
        await desk.type("ada")
        await desk.press("enter")
        assert "3. The Storm" in desk.text(desk.book.query_one(TextPane))

    read(flow, book)


@pytest.mark.parametrize("key", ["a", "m"])
def test_names_that_come_late_take_no_keys_from_what_is_done_meanwhile(
    read: Read, book: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    goes_on = threading.Event()

    def slowly(document: Document) -> tuple[Name, ...]:
        assert goes_on.wait(20)
        return gather(document)

    monkeypatch.setattr("longread.reading.names.gather", slowly)

    async def flow(desk: Desk) -> None:
        await desk.press("w", key)
        line, screen = desk.app.focused, desk.app.screen
        assert isinstance(line, Input)
        await desk.type("What is ")
        goes_on.set()
        await desk.app.workers.wait_for_complete()
        await desk.type("a quay?")
        assert desk.app.screen is screen
        assert line.value == "What is a quay?"

    read(flow, book)


def test_bookmarks_are_kept_changed_and_removed(read: Read, book: Path) -> None:
    async def mark(desk: Desk) -> None:
        await desk.press("v", "j", "m")
        await desk.type("a fine day")
        await desk.press("enter")
        assert "◆" in desk.text(desk.book.query_one(TextPane))

    async def use(desk: Desk) -> None:
        await desk.press("G", "grave_accent")
        assert "a fine day" in desk.text()
        await desk.press("f2")
        await desk.press(*["backspace"] * 3)
        await desk.type("night")
        await desk.press("enter")
        await desk.until(lambda: "a fine night" in desk.text())
        await desk.press("enter")
        assert "◆" in desk.text(desk.book.query_one(TextPane))
        await desk.press("grave_accent", "f8", "escape")
        assert not desk.app.library.bookmarks(desk.book.document_id)
        assert "◆" not in desk.text(desk.book.query_one(TextPane))

    read(mark, book)
    read(use, book)


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


def test_search_by_meaning_opens_a_place(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("u", "f")
        await desk.type("doctor's car")
        await desk.press("enter")
        await desk.until(lambda: "3. The Storm ¶ 31" in desk.text())
        await desk.press("enter")
        assert "▌ In the end the maroon car" in desk.text(desk.book.query_one(TextPane))

    read(flow, book)


@pytest.mark.parametrize("looked_up_anew", [True, False])
def test_a_late_result_is_not_taken_for_that_of_what_is_typed_now(
    read: Read, book: Path, monkeypatch: pytest.MonkeyPatch, looked_up_anew: bool
) -> None:
    goes_on = threading.Event()

    async def flow(desk: Desk) -> None:
        search = desk.app.attendant.search

        def slow(ids: list[str], query: str, *rest: Any) -> Any:
            if query == "lamp":
                assert goes_on.wait(20)
            return search(ids, query, *rest)

        monkeypatch.setattr(desk.app.attendant, "search", slow)
        await desk.press("u", "f")
        await desk.type("lamp")
        await desk.press("enter")
        await desk.press(*["backspace"] * 4)
        await desk.type("doctor's car")
        if looked_up_anew:
            await desk.press("enter")
            await desk.until(lambda: "3. The Storm ¶ 31" in desk.text())
        goes_on.set()
        await desk.app.workers.wait_for_complete()
        await desk.pilot.pause()
        if not looked_up_anew:
            await desk.press("enter")
        await desk.until(lambda: "3. The Storm ¶ 31" in desk.text())
        assert isinstance(desk.app.screen, SearchDialog)

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


def test_footnotes_open_beside_the_text(read: Read, tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("## One\n\nA word[^1] of the text.\n\n[^1]: What the word means.\n", "utf-8")

    async def flow(desk: Desk) -> None:
        await desk.press("o")
        assert "╭─ Footnotes" in desk.text()
        assert "[1] What the word means." in desk.text()
        await desk.press("enter")
        assert "▌ [1] What the word means." in desk.text(desk.book.query_one(TextPane))

    read(flow, file)


def test_emphasis_of_the_book_is_shown(read: Read, tmp_path: Path) -> None:
    file = tmp_path / "tale.html"
    file.write_text("<h1>One</h1><p>It <i>is</i> a <b>bold</b> tale.</p>", "utf-8")

    async def flow(desk: Desk) -> None:
        strips = desk.app.screen._compositor.render_strips()
        styles = {segment.text: segment.style for strip in strips for segment in strip}
        assert styles["is"] is not None
        assert styles["is"].italic
        assert styles["bold"] is not None
        assert styles["bold"].bold
        assert styles[" tale."] is not None
        assert not styles[" tale."].bold

    read(flow, file)


class SlowModel(ScriptedModel):
    """Writes a word every moment, for ever."""

    def reply(self, messages: Sequence[Message], sampling: Sampling) -> Iterator[Chunk]:
        asked = "Question:" in messages[-1].text
        for _ in range(1_000 if asked else 1):
            time.sleep(0.01)
            yield Chunk("Mara Holt walked along the quay. ")
        yield Chunk("", final=True)


def test_escape_stops_an_answer(read: Read, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = SlowModel(chances=lambda messages: 0.99)
    monkeypatch.setattr("longread.workspace.Workspace._open_model", lambda self: slow)

    async def flow(desk: Desk) -> None:
        await desk.press("a")
        await desk.type("Where does Mara Holt walk along?")
        await desk.press("enter")
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


def test_without_a_model_it_says_what_to_do(
    read: Read, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(self: object) -> None:
        raise ModelNotFound("No model is installed.", hint="`longread models pull`.")

    monkeypatch.setattr("longread.workspace.Workspace._open_model", missing)

    async def flow(desk: Desk) -> None:
        conversation = desk.book.query_one(ConversationPane)
        await desk.until(lambda: "No model is installed yet" in desk.text(conversation))
        await desk.ask("Why does Mara go home?")
        assert "would fit this machine" in " ".join(
            desk.text(conversation).replace("│", " ").split()
        )
        await desk.press("escape", "M")
        assert "smollm2-135m" in desk.text()

    read(flow, book)


def test_the_model_reads_on_and_rests(read: Read, book: Path, model: ScriptedModel) -> None:
    model.streams = True

    async def flow(desk: Desk) -> None:
        status = desk.book.query_one(StatusLine)
        await desk.until(lambda: "read by the model" in desk.text(status))
        await desk.press("s")
        await desk.until(lambda: "opens the passage of a sentence" in desk.text())
        await desk.press("escape", "u", "l", "shift+tab", "s")
        await desk.until(lambda: "opens the passage of a sentence" in desk.text())
        await desk.press("j", "enter")
        assert desk.book.query_one(TextPane).shown.cited is not None
        await desk.press("R")
        assert not desk.app.attendant.reads or "rests" in desk.status

    read(flow, book)
    assert model.closed


def test_panes_at_every_size(read: Read, book: Path) -> None:
    async def wide(desk: Desk) -> None:
        contents, talk = desk.book.query_one(ContentsPane), desk.book.query_one(ConversationPane)
        await desk.press("c")
        assert not contents.display
        await desk.press("c", "C")
        assert contents.display
        assert not talk.display
        await desk.press("a")
        assert talk.display
        await desk.press("escape")
        before = talk.size.width
        await desk.press("greater_than_sign")
        assert talk.size.width == before + 4
        await desk.press("z")
        assert not talk.display
        assert desk.book.query_one(TextPane).size.width > 120
        await desk.press("z")
        assert talk.display

    async def narrow(desk: Desk) -> None:
        contents, talk = desk.book.query_one(ContentsPane), desk.book.query_one(ConversationPane)
        assert not contents.display
        assert not talk.display
        await desk.press("tab")
        assert talk.display
        await desk.press("escape")
        assert not talk.display
        assert desk.book.query_one(TextPane).has_focus

    read(wide, book)
    read(narrow, book, size=(80, 24))
    read(narrow, book, size=(60, 20))


def test_keys_typed_ahead_go_into_the_question(read: Read, book: Path) -> None:
    from textual import events

    async def flow(desk: Desk) -> None:
        for key in ("a", *"hello"):
            desk.app.post_message(events.Key(key, key))
        await desk.until(lambda: desk.book.query_one("#ask", Input).value == "hello")

    read(flow, book)


def test_a_full_disk_is_said_and_nothing_falls_over(
    read: Read, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*values: object) -> None:
        raise LibraryError("The disk is full.", hint="Free some space.")

    monkeypatch.setattr("longread.memory.library.Library.keep_place", full)
    monkeypatch.setattr("longread.memory.library.Library.add_bookmark", full)

    async def flow(desk: Desk) -> None:
        await desk.press("m", "enter")
        await desk.until(lambda: "The disk is full" in desk.text())
        await desk.press("space")
        await desk.until(lambda: desk.text().count("The disk is full") > 1)
        assert desk.app.is_running

    read(flow, book)


def test_help_lists_every_key(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("question_mark")
        shown = desk.text()
        assert "Press a to ask" in shown
        assert "book.ask" in shown
        await desk.press("escape")


def test_the_palette_has_every_action(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        offered = {command.title for command in desk.app.get_system_commands(desk.app.screen)}
        for place in (*BookScreen.__mro__, TextPane, ContentsPane, ConversationPane, ReaderApp):
            for binding in bindings_of(place).values():
                assert binding.description in offered
        await desk.press("ctrl+p")
        await desk.type("names")
        await desk.until(lambda: "key w" in desk.text())
        await desk.press("down", "enter")
        await desk.until(lambda: "Who is who" in desk.text())

    read(flow, book)


@pytest.mark.parametrize("size", [(140, 40), (80, 24)])
def test_the_palette_goes_to_the_pane_that_acts(
    read: Read, book: Path, size: tuple[int, int]
) -> None:
    async def flow(desk: Desk) -> None:
        text = desk.book.query_one(TextPane)
        await desk.press("tab", "ctrl+p")
        await desk.type("choose words")
        await desk.until(lambda: "The text: key v" in desk.text())
        await desk.press("down", "enter")
        await desk.until(lambda: text.shown.chosen is not None)
        assert text.has_focus
        assert text.display
        await desk.press("escape", "space", "tab", "ctrl+p")
        await desk.type("beginning")
        await desk.until(lambda: "The text: key g" in desk.text())
        assert text.position > 0
        await desk.press("down", "enter")
        await desk.until(lambda: text.position == 0)

    read(flow, book, size=size)


def _dialog(desk: Desk) -> str:
    """What the dialog shows, in one line."""
    lines = desk.text(desk.app.screen.query_one("Dialog > Vertical")).split("\n")
    return " ".join(line.strip("│ ") for line in lines)


def cited(words: str) -> Callable[[Sequence[Message]], str]:
    """Says words and cites the passage of the evidence that has them."""
    import re

    def reply(messages: Sequence[Message]) -> str:
        text = messages[-1].text
        parts = re.split(r"\[(\d+)\]", text)
        for number, passage in zip(parts[1::2], parts[2::2], strict=False):
            if words in passage:
                return f"The {words} it is. [{number}]"
        return "Not found in the text"

    return reply
