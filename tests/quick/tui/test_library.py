from __future__ import annotations

import asyncio
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from textual.widgets import DataTable, Input

from longread.memory.records import DocumentRecord
from longread.tui.app import ReaderApp
from longread.tui.book_screen import BookScreen
from longread.tui.library_screen import LibraryScreen
from longread.workspace import Options
from tests.quick.sources.build_pdf_file import Sheet, picture
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
        assert line.value == "", "the path is no filter"
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


@pytest.mark.parametrize("added", [True, False])
def test_what_names_nothing_is_said(read: Read, book: Path, added: bool) -> None:
    async def flow(desk: Desk) -> None:
        if added:
            desk.app.attendant.add(str(book), on_stage=lambda stage: None)
        await desk.type("Nowhere")
        await desk.press("enter")
        assert "There is no file 'Nowhere'" in " ".join(desk.text().replace("▌", "").split())
        assert "Esc leaves" in desk.text()
        await desk.press("escape")
        assert "q Quit" in desk.text()

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


@pytest.mark.parametrize(("ocr", "said"), [(False, "no text layer"), (True, "not installed")])
def test_a_scan_is_read_with_ocr_where_that_is_wanted(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, ocr: bool, said: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sheet = Sheet()
    sheet.canvas.drawImage(picture(), 0, 0, 595, 842)
    scan = sheet.save(tmp_path / "scan.pdf")

    async def outer(desk: Desk) -> None:
        app = ReaderApp(Options(embedder="none"), str(scan), ocr=ocr)
        try:
            async with app.run_test(size=(140, 40), notifications=True) as pilot:
                second = Desk(app, pilot)
                await second.until(lambda: "scan.pdf" in second.text())
                assert any(said in one.message for one in app._notifications)
        finally:
            app.let_go()

    read(outer)


@pytest.mark.parametrize(
    "typed", ["~nobody-at-all/bo", "~nobody-at-all", "How is it that " * 20, "/" + "x" * 300]
)
def test_what_is_typed_may_be_no_path_at_all(read: Read, typed: str) -> None:
    async def flow(desk: Desk) -> None:
        line = desk.app.screen.query_one("#path", Input)
        await desk.type(typed)
        await asyncio.sleep(0.1)
        await desk.press("enter")
        if "/" in typed:
            await desk.until(lambda: len(desk.app._notifications) == 1)
        assert line.value == typed

    read(flow)


def test_a_book_that_cannot_be_opened_for_an_unforeseen_reason_is_said(
    read: Read, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("odd")

    async def flow(desk: Desk) -> None:
        monkeypatch.setattr(desk.app.attendant, "add", fail)
        desk.app.open_book(str(book))
        await desk.until(lambda: "odd" in desk.text())
        assert isinstance(desk.app.screen, LibraryScreen)

    read(flow)


def test_that_a_book_is_opened_is_said_before_anything_takes_time(
    read: Read, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()

    async def flow(desk: Desk) -> None:
        add = desk.app.attendant.add

        def slow(name: str, **options: Any) -> DocumentRecord:
            assert goes_on.wait(20)
            return add(name, **options)

        monkeypatch.setattr(desk.app.attendant, "add", slow)
        desk.app.open_book(str(book))
        await desk.until(lambda: "opening …" in desk.text())
        goes_on.set()
        await desk.until(lambda: isinstance(desk.app.screen, BookScreen))

    read(flow)


@pytest.mark.parametrize("key", ["escape", "ctrl+q"])
def test_a_scan_that_is_being_recognised_holds_nobody_up(
    read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sheet = Sheet()
    sheet.canvas.drawImage(picture(), 0, 0, 595, 842)
    scan = sheet.save(tmp_path / "scan.pdf")
    number = tmp_path / "number"
    tool = tmp_path / "ocrmypdf"
    tool.write_text(f"#!/bin/sh\necho $$ > {number}\nexec /bin/sleep 600\n", "utf-8")
    tool.chmod(0o700)

    async def outer(desk: Desk) -> None:
        app = ReaderApp(Options(embedder="none"), str(scan), ocr=True)
        try:
            async with app.run_test(size=(140, 40), notifications=True) as pilot:
                second = Desk(app, pilot)
                await second.until(lambda: number.exists() and bool(number.read_text("utf-8")))
                assert "esc stops" in second.text()
                await second.press(key)
                if key == "escape":
                    await second.until(lambda: "scan.pdf" not in second.text())
                    assert isinstance(app.screen, LibraryScreen)
        finally:
            app.let_go()
        running = int(number.read_text("utf-8"))
        await desk.until(lambda: not psutil.pid_exists(running))

    read(outer)


def test_of_two_books_the_one_asked_for_last_is_shown(
    read: Read, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.md"
    other.write_text("# The Other Boat\n\nIt lay at the quay.\n", "utf-8")
    goes_on, added = threading.Event(), threading.Event()

    async def flow(desk: Desk) -> None:
        add = desk.app.attendant.add

        def slow(name: str, **options: Any) -> DocumentRecord:
            if name == str(book):
                assert goes_on.wait(20)
                record = add(name, **options)
                added.set()
                return record
            return add(name, **options)

        monkeypatch.setattr(desk.app.attendant, "add", slow)
        desk.app.open_book(str(book))
        desk.app.open_book(str(other))
        await desk.until(lambda: isinstance(desk.app.screen, BookScreen))
        goes_on.set()
        await desk.until(added.is_set)
        await desk.app.workers.wait_for_complete()
        await desk.pilot.pause()
        assert desk.book.record.title == "The Other Boat"

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


def test_rows_are_whole_whenever_they_are_painted(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("L")
        library = desk.app.screen
        assert isinstance(library, LibraryScreen)
        library.fill()
        # Painted at once, as a terminal's resizing does it, before the table is idle.
        row = library.query_one(DataTable).render_line(1).text
        assert "The Grey Boat" in row
        assert "A. Writer" in row
        assert library.query_one(DataTable).get_row_at(0)[-1].plain in row

    read(flow, book)


def test_a_long_title_leaves_room_for_the_other_columns(read: Read, tmp_path: Path) -> None:
    file = tmp_path / "long.md"
    file.write_text(f"---\ntitle: {'A very long title ' * 3}\n---\n\n# One\n\nText.\n", "utf-8")

    async def flow(desk: Desk) -> None:
        await desk.press("L")
        shown = desk.text(desk.app.screen.query_one(DataTable))
        assert "A very long title A very lon…" in shown
        assert desk.app.screen.query_one(DataTable).get_row_at(0)[-1].plain in shown

    read(flow, file, size=(60, 24))


def test_books_that_were_left_are_not_held(read: Read, book: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.md"
    other.write_text("# Other\n\nA short text.\n", "utf-8")

    async def flow(desk: Desk) -> None:
        left = []
        for name in (book, other, book, other):
            desk.app.open_book(str(name))
            await desk.until(lambda: isinstance(desk.app.screen, BookScreen))
            left.append(weakref.ref(desk.app.screen))
            await desk.press("q")
            await desk.until(lambda: isinstance(desk.app.screen, LibraryScreen))
        assert [one() for one in left[:2]] == [None, None]

    read(flow)
