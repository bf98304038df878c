"""The library: every document, how far it was read, and a line to filter or add by path."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.suggester import Suggester
from textual.widgets import DataTable, Footer, Input, Static

from longread.errors import LongreadError
from longread.files import existing
from longread.memory.block_file import held_at
from longread.memory.bookmarks import ReadingPlace
from longread.memory.records import DocumentRecord
from longread.text import one_line, size
from longread.tui.dialogs import ConfirmDialog, step
from longread.tui.line import Line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from longread.tui.app import ReaderApp

_COLUMNS = ("Title", "Author", "You", "Model", "Kept", "Words", "Opened")
_FEWER_COLUMNS = ("Title", "You", "Model", "Opened")
_WIDE = 110
"""Fewer columns of a terminal show fewer of the table."""

_LEAST_TITLE = 20
# The border at both sides, and a scrollbar.
_FRAME = 4

_EMPTY = (
    "No books yet. Type or paste the path of an EPUB, PDF, DOCX, HTML, Markdown or text file "
    "above, and press Enter."
)


class PathSuggester(Suggester):
    """Completes paths, as a shell does."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The first file or folder that goes on as the path was begun."""
        # A folder may be large, or far away: the keys do not wait for it.
        return await asyncio.to_thread(_completed, value) if "/" in value else None


class Books(DataTable[Text]):
    """The list of the documents."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select_cursor", "Open", id="library.open"),
    ]

    def show(
        self, columns: Sequence[str], rows: Mapping[str, Sequence[str]], available: int
    ) -> None:
        """Show rows of texts by their keys. Where the columns take more cells than there are
        available, the first one gives way."""
        # A table that finds out the widths by itself may paint its rows before.
        widths = [max(map(cell_len, texts)) for texts in zip(columns, *rows.values(), strict=True)]
        over = sum(widths) + 2 * self.cell_padding * len(widths) - available
        widths[0] = min(widths[0], max(_LEAST_TITLE, widths[0] - over))
        self.clear(columns=True)
        for column, width in zip(columns, widths, strict=True):
            self.add_column(column, width=width)
        for key, row in rows.items():
            self.add_row(*(Text(cell, no_wrap=True, overflow="ellipsis") for cell in row), key=key)


class LibraryScreen(Screen[None]):
    """Lists the documents; Enter opens one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter or add", id="library.filter"),
        Binding("d,delete", "remove", "Remove", id="library.remove"),
        Binding("j", "go(1)", "Down", id="library.down", show=False),
        Binding("k", "go(-1)", "Up", id="library.up", show=False),
        Binding("escape", "stop", "Open it no more", id="library.stop", show=False),
    ]
    DEFAULT_CSS = """
    LibraryScreen {
        background: $background;
        Vertical { border: round $panel; height: 1fr; }
        #path { border: round $panel; height: 3; }
        #path:focus { border: round $primary; }
        DataTable { height: 1fr; background: $background; }
        #nothing { padding: 1 2; color: $foreground-muted; }
        #busy { height: auto; color: $text-warning; padding: 0 1; }
    }
    """

    app: ReaderApp

    def __init__(self) -> None:
        super().__init__()
        self._held: dict[str, tuple[int, int]] = {}
        self._file = ""
        self._is_busy = False

    def compose(self) -> ComposeResult:
        """Put it together."""
        line = Line(
            placeholder="Filter by title or author, or add a file by its path …",
            suggester=PathSuggester(),
            id="path",
        )
        line.border_subtitle = "Enter opens · → completes a path · Esc leaves"
        yield line
        with Vertical() as box:
            box.border_title = "Library"
            yield Books(cursor_type="row", zebra_stripes=False, id="books")
            yield Static(_EMPTY, markup=False, id="nothing")
        yield Static("", markup=False, id="busy")
        yield Footer(show_command_palette=False, compact=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A line that is typed in takes ``/``; Textual does not see by itself that it would."""
        if action == "filter" and isinstance(self.focused, Input):
            return False
        return super().check_action(action, parameters)

    def on_screen_resume(self) -> None:
        """Show it anew, after a book was open."""
        if self.is_mounted:
            with self.app.told():
                self._held = held_at(self.app.paths.blocks)
            self.fill()
            table = self.query_one(DataTable)
            self.set_focus(table if table.row_count else self.query_one("#path"))

    def fill(self) -> None:
        """Show the documents that fit what is typed, the one opened last first."""
        with self.app.told():
            library = self.app.library
            self._show_books(library.current_documents(), library.places())

    def _show_books(
        self, documents: Sequence[DocumentRecord], places: Mapping[str, ReadingPlace]
    ) -> None:
        table = self.query_one(Books)
        before = self._chosen()
        typed = self.query_one("#path", Input).value
        words = [] if "/" in typed else typed.casefold().split()
        columns = _COLUMNS if self.size.width >= _WIDE else _FEWER_COLUMNS
        records = sorted(documents, key=lambda r: _last_opened(r, places), reverse=True)
        rows: dict[str, list[str]] = {}
        for record in records:
            if all(w in f"{record.title} {record.author}".casefold() for w in words):
                place = places.get(record.id)
                kept, read = self._held.get(record.id, (0, 0))
                cells = {
                    "Title": one_line(record.title or "Untitled", 50),
                    "Author": one_line(record.author, 24),
                    "You": _share(record, place),
                    "Model": f"{read / max(1, record.passages):.0%}" if read else "",
                    "Kept": size(kept) if kept else "",
                    "Words": f"{record.words:,}",
                    "Opened": place.opened[:10] if place else "",
                }
                rows[record.id] = [cells[column] for column in columns]
        table.show(columns, rows, self.size.width - _FRAME)
        table.display = bool(table.row_count)
        nothing = self.query_one("#nothing", Static)
        nothing.display = not table.row_count
        nothing.update(_EMPTY if not records else "Nothing fits.")
        if before is not None and before in table.rows:
            table.move_cursor(row=table.get_row_index(before))

    def on_resize(self) -> None:
        """Another width has room for other columns."""
        if self.is_current:
            self.fill()

    def action_filter(self) -> None:
        """Put the cursor into the line above."""
        self.set_focus(self.query_one("#path"))

    def action_go(self, rows: int) -> None:
        """Move the cursor."""
        step(self.query_one(DataTable), rows)

    def action_open(self) -> None:
        """Open the document under the cursor."""
        chosen = self._chosen()
        if chosen is not None:
            self.app.open_book(chosen)

    def action_remove(self) -> None:
        """Remove the document under the cursor, after asking."""
        chosen = self._chosen()
        if chosen is None:
            return
        with self.app.told():
            self._ask_whether(self.app.library.record(chosen))

    def _ask_whether(self, record: DocumentRecord) -> None:
        said = (
            f"“{one_line(record.title, 80)}” with its notes, bookmarks and what the model kept of "
            "it. The file itself and the conversation about it stay."
        )

        def remove(sure: bool | None) -> None:
            if sure:
                self._remove(record.id)

        self.app.push_screen(ConfirmDialog("Remove this book from the library?", said), remove)

    @work(thread=True)
    def _remove(self, document_id: str) -> None:
        try:
            self.app.library.remove(document_id)
        except LongreadError as error:
            self.app.call_from_thread(self.app.tell, str(error), error=True)
        self.app.call_from_thread(self.fill)

    def opened(self) -> None:
        """Forget the name of a file that is open now: it would be taken for a filter."""
        line = self.query_one("#path", Input)
        if line.value == self._file:
            line.value = ""

    def action_stop(self) -> None:
        """Stop opening a file, which may take long where its text is recognised."""
        self.app.stop_opening()

    def busy(self, message: str) -> None:
        """Say what is being done."""
        self._is_busy = bool(message)
        stops = f" · {self.app.hint('library.stop')}" if message else ""
        self.query_one("#busy", Static).update(message + stops)

    def on_key(self, event: events.Key) -> None:
        """Down goes from the line into the list, Escape too."""
        line = self.query_one("#path", Input)
        if line.has_focus and event.key in ("down", "escape"):
            event.stop()
            if event.key == "escape":
                if self._is_busy:
                    self.action_stop()
                line.value = ""
            self.set_focus(self.query_one(DataTable))

    @on(Input.Changed, "#path")
    def _typed(self) -> None:
        self.fill()

    @on(Input.Submitted, "#path")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip().strip("'\"")
        file = existing(name)
        if "/" in name or (file is not None and file.is_file()):
            self._file = event.value
            self.app.open_book(name.removeprefix("file://"))
        elif self._chosen() is not None:
            self.action_open()
        elif name:
            said = f"There is no file {one_line(name, 60)!r}, and nothing here fits that."
            self.app.tell(said, error=True)

    @on(DataTable.RowSelected)
    def _selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        self.action_open()

    def _chosen(self) -> str | None:
        table = self.query_one(DataTable)
        if not table.row_count:
            return None
        key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key
        return key.value


def _completed(path: str) -> str | None:
    folder, _, begun = path.rpartition("/")
    place = existing(folder or "/")
    if place is None:
        return None
    try:
        fitting = (
            item
            for item in place.iterdir()
            if item.name.startswith(begun) and (begun or not item.name.startswith("."))
        )
        first = min(fitting, key=lambda item: item.name, default=None)
        return f"{folder}/{first.name}{'/' if first.is_dir() else ''}" if first else None
    except OSError:
        return None


def _last_opened(record: DocumentRecord, places: Mapping[str, ReadingPlace]) -> str:
    place = places.get(record.id)
    return max(place.opened if place else "", record.added)


def _share(record: DocumentRecord, place: ReadingPlace | None) -> str:
    if place is None or not record.characters:
        return ""
    return f"{max(place.position, place.furthest) / record.characters:.0%}"
