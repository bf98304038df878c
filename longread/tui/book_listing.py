"""Lists of a book: names, summary, and bookmarks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.binding import Binding, BindingType

from longread.document import Span
from longread.errors import LongreadError
from longread.structure import cut, footnotes
from longread.text import one_line, quoted
from longread.tui import book_lists
from longread.tui.book_base import Book
from longread.tui.contents_pane import ContentsPane
from longread.tui.dialogs import Entry, LineDialog, PickDialog
from longread.tui.status_line import StatusLine
from longread.tui.text_pane import TextPane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.widget import Widget

    from longread.memory.bookmarks import Bookmark


class Listing(Book):
    """What opens over a book, and leads back into its text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "summary", "Summary", id="book.summary", show=False),
        Binding("w", "names", "Who is who", id="book.names", show=False),
        Binding("o", "footnotes", "Footnotes", id="book.footnotes", show=False),
        Binding("m", "mark", "Mark", id="book.mark", show=False),
        Binding("grave_accent", "bookmarks", "Bookmarks", id="book.bookmarks", show=False),
    ]

    def action_mark(self) -> None:
        """Mark the chosen words, or the first paragraph that begins on the screen."""
        text = self.query_one(TextPane)
        span = text.shown.chosen
        if span is None:
            first = self.document.paragraph_at(text.position)
            span = self.document.paragraphs[first].span
            if span.start < text.position and first + 1 < len(self.document.paragraphs):
                behind = self.document.paragraphs[first + 1].span
                span = behind if behind.start < text.end else span
        words = quoted(one_line(self.document.slice(span), 200))
        dialog = LineDialog("Mark this place", f"{words}\nA note, or nothing:")
        self.app.push_screen(dialog, partial(self._mark, span))

    def _mark(self, span: Span, note: str | None) -> None:
        if note is None:
            return
        with self.told():
            self.app.library.add_bookmark(self.document_id, span, note)
            self._show_marks()
            self.tell(f"Marked · {self.app.hint('book.bookmarks')}")

    def _show_marks(self) -> None:
        marks = self.app.library.bookmarks(self.document_id)
        self.query_one(TextPane).set_off(marked=[mark.span for mark in marks])

    def action_bookmarks(self) -> None:
        """List the bookmarks."""
        with self.told():
            self._list_bookmarks(self.app.library.bookmarks(self.document_id))

    def _list_bookmarks(self, marks: Sequence[Bookmark]) -> None:
        entries = book_lists.bookmark_entries(marks, self.document)

        def remove(mark: Bookmark) -> None:
            with self.told():
                self.app.library.remove_bookmark(mark.key)
                self._show_marks()

        def change(mark: Bookmark) -> None:
            def write(note: str | None) -> None:
                with self.told():
                    if note is not None:
                        self.app.library.change_bookmark(mark.key, note)
                    marks = self.app.library.bookmarks(self.document_id)
                    dialog.replace(book_lists.bookmark_entries(marks, self.document))

            self.app.push_screen(LineDialog("Its note", value=mark.note), write)

        dialog = book_lists.BookmarksDialog(entries, change, remove)
        self.app.push_screen(dialog, lambda mark: self.jump(mark.span) if mark else None)

    def action_names(self) -> None:
        """Who is who, as far as the reader knows."""
        self.tell("Gathering the names …")
        self._gather_names(self.focused)

    @work(thread=True, exclusive=True, group="names")
    def _gather_names(self, focused: Widget | None) -> None:
        from longread.reading.names import gather

        known, _ = cut(self.document, self.passages, self.end or len(self.document.text))
        entries = book_lists.name_entries(gather(known), known, self.size.width)
        self.app.call_from_thread(self._show_names, entries, focused)

    def _show_names(self, entries: list[Entry[Span]], focused: Widget | None) -> None:
        self.app.clear_notifications()
        if not self.is_active or self.focused not in (focused, None):
            # The reader has gone on to something else, whose keys a dialog would take.
            return
        empty = f"No names were found in {self.read_part or 'this book'}."
        dialog = PickDialog(self.within_read("Who is who"), entries, empty=empty)
        self.app.push_screen(dialog, lambda span: self.jump(span) if span else None)

    def action_footnotes(self) -> None:
        """The footnotes that the text on the screen refers to."""
        text = self.query_one(TextPane)
        notes = footnotes(self.document, Span(text.position, text.end))
        if not notes:
            self.tell("The text on the screen refers to no footnote.")
            return
        entries = [Entry(Text(self.document.slice(span)), span) for _, span in notes]
        dialog = PickDialog("Footnotes", entries, keys="Enter goes to it · Esc closes")
        self.app.push_screen(dialog, lambda span: self.jump(span) if span else None)

    def action_summary(self) -> None:
        """The summary, as far as it is written and the reader has read, at the section that is
        chosen in the contents or else at the one in the text."""
        from longread.report.outline import Length, outline

        end, last = self.end, None
        if end is not None:
            last = sum(1 for passage in self.passages if passage.span.end <= end)
        try:
            told = outline(self.app.library, self.document_id, Length.FULL, last)
        except LongreadError:
            reading = self.query_one(StatusLine).part("reading").rstrip(".")
            self.tell(
                "The summary is not written yet: the model writes it once it has read the book."
                + (f" Now: {reading}." if reading else "")
            )
            return
        if not told.entries:
            self.tell(
                f"The summary has nothing yet on {self.read_part}: its parts are longer. u takes "
                "the whole book."
            )
            return
        contents = self.query_one(ContentsPane)
        section = contents.chosen if contents.has_focus else None
        offset = self.query_one(TextPane).position
        if section is not None:
            offset = self.document.sections[section].span.start
        title = self.within_read("Summary")
        dialog = book_lists.SummaryDialog(title, told, self.passages, offset)
        self.app.push_screen(dialog, lambda span: self.jump(span) if span else None)
