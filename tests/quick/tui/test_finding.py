"""Finding words in a book, and passages in the library."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from longread.tui.book_lists import SearchDialog
from longread.tui.text_pane import TextPane
from tests.quick.tui.conftest import Desk

Read = Callable[..., None]


@pytest.mark.parametrize("size", [(140, 40), (80, 24)])
def test_the_find_line_closes_where_something_else_is_gone_to(
    read: Read, book: Path, size: tuple[int, int]
) -> None:
    async def flow(desk: Desk) -> None:
        text, line = desk.book.query_one(TextPane), desk.book.query_one("#find", Input)
        await desk.press("u", "slash")
        await desk.type("Ada Pell")
        await desk.until(lambda: len(text.shown.matches) == 60)
        await desk.press("tab")
        assert not line.display
        assert desk.book.focused is not None
        await desk.press("escape", "n")
        assert text.shown.match == 1
        await desk.press("ctrl+o")
        assert text.position == 0

    read(flow, book, size=size)


def test_searching_the_library_tells_nothing_of_a_story_that_was_only_begun(
    read: Read, book: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.md"
    other.write_text("---\ntitle: Another\n---\n\n# One\n\nA zebra in a car.\n", "utf-8")

    async def begin(desk: Desk) -> None:
        await desk.until(lambda: "up to here" in desk.status)

    async def search(desk: Desk) -> None:
        await desk.press("f", "f2")
        await desk.type("maroon car")
        await desk.press("enter")
        await desk.until(lambda: "Another: ¶ 1" in desk.text())
        assert "maroon car of the doctor" not in desk.text()

    read(begin, book)
    read(search, other)


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


def test_searching_the_library_opens_another_book(read: Read, book: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.md"
    other.write_text("---\ntitle: Another\n---\n\n# One\n\nA zebra crossed the ice.\n", "utf-8")

    async def flow(desk: Desk) -> None:
        desk.app.attendant.add(str(other), on_stage=lambda stage: None)
        await desk.press("f", "f2")
        await desk.type("maroon car")
        await desk.press("enter")
        await desk.until(lambda: "looking up" not in desk.text())
        assert "maroon car of the doctor" not in desk.text(), "it is behind the place"
        await desk.press("escape", "u", "f")
        await desk.type("zebra")
        await desk.press("enter")
        await desk.until(lambda: "Nothing was found" in desk.text())
        await desk.press("f2")
        await desk.until(lambda: "Another: ¶ 1" in desk.text())
        await desk.press("down", "up", "enter")
        await desk.until(lambda: desk.book.record.title == "Another")
        await desk.until(lambda: "▌ A zebra" in desk.text())

    read(flow, book)


def test_a_word_that_stands_everywhere_is_found_from_where_the_reader_is(
    read: Read, tmp_path: Path
) -> None:
    long = tmp_path / "long.txt"
    line = "The man and the boy and the dog went to the sea and the hill. "
    long.write_text("\n\n".join([line * 50] * 60), "utf-8")

    async def flow(desk: Desk) -> None:
        await desk.press("G", "slash")
        pane = desk.book.query_one(TextPane)
        here = pane.position
        await desk.type("the")
        await desk.until(lambda: " of 15,000" in desk.text())
        assert pane.position == here

    read(flow, long)


@pytest.mark.parametrize("typed", ["", "nowhere at all", "lamp"])
def test_where_finding_moved_nothing_there_is_no_way_back(
    read: Read, book: Path, typed: str
) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("slash")
        await desk.type(typed)
        await desk.app.workers.wait_for_complete()
        await desk.press("enter")
        assert "Back" not in desk.text()
        assert not desk.book.journey.away

    read(flow, book)
