"""Finding words in a book, and passages in the library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

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
