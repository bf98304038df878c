from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.widgets import DataTable, Input

from longread.tui.book_screen import BookScreen
from longread.tui.library_screen import LibraryScreen
from tests.quick.tui.conftest import Desk

Read = Callable[..., None]


def test_a_book_is_added_by_its_path_filtered_and_opened_again(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        assert isinstance(desk.app.screen, LibraryScreen)
        line = desk.app.screen.query_one("#path", Input)
        assert "No books yet" in desk.text()
        await desk.type(str(book.parent) + "/grey")
        await desk.until(lambda: line._suggestion.endswith("grey-boat.md"))
        await desk.press("right", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, BookScreen))
        await desk.press("space", "q")
        assert isinstance(desk.app.screen, LibraryScreen)
        await desk.press("escape")
        assert "The Grey Boat" in desk.text()
        assert "A. Writer" in desk.text()
        await desk.press("slash")
        await desk.type("writer")
        assert "The Grey Boat" in desk.text()
        await desk.type(" nobody")
        assert "Nothing fits" in desk.text()
        await desk.press("escape", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, BookScreen))

    read(flow)


def test_a_file_that_is_no_book_is_said(read: Read, tmp_path: Path) -> None:
    bad = tmp_path / "bad.epub"
    bad.write_bytes(b"PK\x03\x04 nothing")

    async def flow(desk: Desk) -> None:
        for path in (bad, tmp_path / "missing.pdf"):
            await desk.type(str(path))
            await desk.press("enter")
            await desk.until(lambda path=path: path.name in desk.text().split("Library")[1])  # type: ignore[misc]
            await desk.press("slash", *["backspace"] * len(str(path)))
        assert isinstance(desk.app.screen, LibraryScreen)

    read(flow)


def test_removing_asks_first(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("L", "d")
        assert "Remove this book" in desk.text()
        await desk.press("n")
        assert desk.app.screen.query_one(DataTable).row_count == 1
        await desk.press("d", "y")
        await desk.until(lambda: "No books yet" in desk.text())
        assert not desk.app.library.documents()

    read(flow, book)
    assert book.exists()
