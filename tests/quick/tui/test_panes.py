"""How wide the panes are, whatever is pressed and however the terminal changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual import events

from longread.tui.contents_pane import ContentsPane
from longread.tui.conversation_pane import ConversationPane
from longread.tui.text_pane import TextPane
from tests.quick.tui.conftest import Desk

Read = Callable[..., None]


def widths(desk: Desk) -> tuple[int, int, int]:
    """Of contents, text and conversation, with their borders; 0 where one is not shown."""
    contents, talk = desk.book.query_one(ContentsPane), desk.book.query_one(ConversationPane)
    panes = (contents, desk.book.query_one("#middle"), talk)
    return tuple(pane.outer_size.width if pane.display else 0 for pane in panes)  # type: ignore[return-value]


async def resize(desk: Desk, columns: int) -> None:
    await desk.pilot.resize_terminal(columns, 30)
    await desk.until(lambda: sum(widths(desk)) == columns)


@pytest.mark.parametrize("width", [100, 110, 150, 161])
def test_the_conversation_takes_no_more_room_than_there_is(
    read: Read, book: Path, width: int
) -> None:
    async def flow(desk: Desk) -> None:
        before = widths(desk)
        assert before[1] >= 40
        await desk.press(*["greater_than_sign"] * 30)
        assert widths(desk) == (28, 40, width - 68)
        assert widths(desk)[2] >= before[2]
        await desk.press("c", *["greater_than_sign"] * 30)
        assert widths(desk) == (0, 40, width - 40)
        await desk.press("c")
        assert widths(desk) == (28, 40, width - 68)
        await desk.press(*["less_than_sign"] * 40)
        assert widths(desk) == (28, width - 58, 30)

    read(flow, book, size=(width, 30))


@pytest.mark.parametrize("width", [140, 150, 161])
def test_every_press_counts_however_fast(read: Read, book: Path, width: int) -> None:
    async def flow(desk: Desk) -> None:
        before = widths(desk)[2]
        for _ in range(3):
            desk.app.post_message(events.Key("less_than_sign", "<"))
        await desk.pilot.pause()
        await desk.until(lambda: widths(desk)[2] == before - 12)

    read(flow, book, size=(width, 30))


def test_what_is_wanted_outlives_what_there_is_no_room_for(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press(*["greater_than_sign"] * 20)
        assert widths(desk) == (28, 300 - 28 - 194, 194)
        await resize(desk, 110)
        assert widths(desk) == (28, 40, 42)
        await resize(desk, 40)
        assert widths(desk) == (0, 40, 0)
        await desk.press("tab", "less_than_sign")
        assert widths(desk) == (0, 0, 40)
        await resize(desk, 300)
        assert widths(desk) == (28, 300 - 28 - 194, 194)
        await desk.press("escape", "z")
        assert widths(desk) == (0, 300, 0)
        assert desk.book.query_one(TextPane).has_focus
        await desk.press("z")
        assert widths(desk) == (28, 300 - 28 - 194, 194)

    read(flow, book, size=(300, 30))
