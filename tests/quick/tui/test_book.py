from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

from longread.document import Document
from longread.engine.fake import ScriptedModel
from longread.errors import LibraryError, ModelNotFound
from longread.reading.names import Name, gather
from longread.tui.app import ReaderApp
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


@pytest.mark.parametrize(
    ("question", "said", "whole"),
    [
        ("How many chapters are there?", "There are 3 chapters.", True),
        ("Combien de chapitres y a-t-il ?", "There are 3 chapters.", True),
        ("What are the titles of the chapters?", "3. The Storm", True),
        ("Which chapter is the longest?", "The longest chapter", False),
    ],
)
def test_what_the_contents_show_is_told_of_the_whole_book(
    read: Read, book: Path, question: str, said: str, whole: bool
) -> None:
    async def flow(desk: Desk) -> None:
        assert "up to here: " in desk.status
        await desk.ask(question)
        talk = desk.text(desk.book.query_one(ConversationPane)).replace("\n", " ")
        assert said in talk
        assert ("that you have read were counted" in talk) is not whole
        assert "Ada Pell" not in talk

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


def test_who_reads_on_behind_a_gap_is_told_what_that_means(read: Read, book: Path) -> None:
    """A chapter that was gone to, and what is read from there, do not count as read."""

    async def flow(desk: Desk) -> None:
        assert ", U" not in desk.status
        await desk.press("l", "l", "space", "space")
        assert "up to here: 8%, U moves it" in desk.status
        await desk.press("w")
        await desk.until(lambda: "Who is who, in the 8% that you have read" in desk.text())
        await desk.press("escape", "f")
        assert "in the 8% that you have read · F2" in desk.text()
        await desk.press("escape")
        await desk.ask("How many times is the harbour mentioned?")
        said = " ".join(desk.text(desk.book.query_one(ConversationPane)).replace("│", "").split())
        assert "u takes the whole book, U all before this place." in said
        await desk.press("escape", "U")
        assert ", U" not in desk.status
        await desk.press("w")
        await desk.until(lambda: "Ada Pell" in desk.text())
        await desk.press("escape", "u", "w")
        await desk.until(lambda: "─ Who is who ─" in desk.text())

    read(flow, book)


def test_why_there_is_no_summary_is_said(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.until(lambda: "read by the model" in desk.status)
        assert desk.book.upto
        await desk.press("s")
        said = " ".join(desk.text().replace("▌", "").split())
        assert "nothing yet on the 8% that you have read" in said

    read(flow, book)


def test_what_the_model_does_is_said_where_a_summary_is_wanted(
    read: Read, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longread.workspace.Workspace.has_model", lambda self: False)
    monkeypatch.setattr("longread.workspace.Workspace.why_no_reading", lambda self: "No model.")

    async def flow(desk: Desk) -> None:
        await desk.until(lambda: "No model." in desk.status)
        await desk.press("s")
        assert "Now: No model." in " ".join(desk.text().replace("▌", "").split())

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
        await desk.press("u", "s")
        await desk.until(lambda: "opens the passage of a sentence" in desk.text())
        await desk.press("escape", "l", "shift+tab", "s")
        await desk.until(lambda: "opens the passage of a sentence" in desk.text())
        await desk.press("j", "enter")
        assert desk.book.query_one(TextPane).shown.cited is not None
        await desk.press("R")
        assert not desk.app.attendant.reads or "rests" in desk.status

    read(flow, book)
    assert model.closed


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
        commands = desk.app.get_system_commands(desk.app.screen)
        offered = {command.title for command in commands}
        assert ("Open", "key 1-9") in {(command.title, command.help) for command in commands}
        for place in (*BookScreen.__mro__, TextPane, ContentsPane, ConversationPane, ReaderApp):
            for binding in bindings_of(place).values():
                assert binding.description in offered
        await desk.press("ctrl+p")
        await desk.type("who is")
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


def test_what_the_mouse_is_drawn_over_in_a_table_is_chosen(read: Read, tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    table.write_text("# Sums\n\n| Year | Sum |\n|---|---|\n| 1 | 7 |\n| 2000 | 42,000 |\n", "utf-8")

    async def flow(desk: Desk) -> None:
        text = desk.book.query_one(TextPane)
        rows = desk.text(text).split("\n")
        row = next(number for number, shown in enumerate(rows) if shown.endswith("|      7"))
        assert rows[row + 1].endswith("2000 | 42,000")
        at = rows[row].index("7")
        await desk.pilot.mouse_down("#text", offset=(at, row))
        await desk.pilot.hover("#text", offset=(at + 1, row))
        await desk.pilot.mouse_up("#text", offset=(at + 1, row))
        assert text.shown.chosen is not None
        assert desk.book.document.slice(text.shown.chosen) == "7"

    read(flow, table)
