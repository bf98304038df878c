"""What the conversation shows of an answer that has no room, and while it grows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.containers import VerticalScroll
from textual.widgets import OptionList

from longread.tui.conversation_pane import ConversationPane
from longread.workspace import Options
from tests.quick.tui.conftest import Desk, SlowModel, show

Read = Callable[..., None]


@pytest.fixture
def chapters(tmp_path: Path) -> Path:
    """A book of many short chapters."""
    file = tmp_path / "chapters.md"
    file.write_text(
        "\n".join(
            f"## Chapter {number}. The Boat of Day {number}\n\n" + "It rowed out. " * 40 + "\n"
            for number in range(1, 25)
        ),
        "utf-8",
    )
    return file


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (120, 24)])
def test_an_answer_is_shown_from_its_beginning_where_its_citations_take_all_room(
    read: Read, chapters: Path, size: tuple[int, int]
) -> None:
    async def flow(desk: Desk) -> None:
        pane = desk.book.query_one(ConversationPane)
        desk.book.upto = False
        for _ in range(2):
            await desk.ask("How many chapters are there?")
        citations = pane.views[-1].query_one(OptionList)
        await desk.until(lambda: citations.has_focus)
        for _ in range(5):
            await desk.pilot.pause()
        assert "There are 24 chapters." in desk.text(pane)
        assert "[1] Chapter 1. The Boat" in desk.text(pane)
        for number in range(2, 13):
            await desk.press("down")
            assert citations.highlighted == number - 1
            await desk.until(lambda number=number: f"[{number}] Chap" in desk.text(pane))  # type: ignore[misc]

    read(flow, chapters, size=size)


def test_what_a_citation_has_in_its_place_is_not_quoted_below_it(
    read: Read, chapters: Path
) -> None:
    async def flow(desk: Desk) -> None:
        pane = desk.book.query_one(ConversationPane)
        desk.book.upto = False
        await desk.ask("How many chapters are there?")
        await desk.until(lambda: "[2] Chapter 2. The Boat of Day 2" in desk.text(pane))
        assert "“" not in desk.text(pane)

    read(flow, chapters)


def test_who_scrolls_back_while_an_answer_is_written_stays_there(
    book: Path, slow: SlowModel
) -> None:
    slow.pause = 0.1

    async def flow(desk: Desk) -> None:
        exchanges = desk.book.query_one("#exchanges", VerticalScroll)

        async def more() -> None:
            """Another row of the answer is shown."""
            before = exchanges.virtual_size.height
            await desk.until(lambda: exchanges.virtual_size.height > before)

        await desk.put("What did Mara Holt do on the quay?")
        await desk.until(lambda: exchanges.max_scroll_y > 3 and exchanges.is_vertical_scroll_end)
        await desk.press("pageup")
        assert exchanges.scroll_y == 0
        await more()
        assert exchanges.scroll_y == 0
        while not exchanges.is_vertical_scroll_end:
            await desk.press("pagedown")
        await more()
        await desk.until(lambda: exchanges.is_vertical_scroll_end)
        await desk.press("escape")

    show(flow, book, Options(embedder="none"), (80, 24))
