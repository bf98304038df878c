"""Finding in a book: words as they are typed, and passages by their meaning."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.widgets import Input
from textual.worker import get_current_worker

from longread.document import Span
from longread.find import find
from longread.tui import book_lists
from longread.tui.book_base import Book, Opened
from longread.tui.text_pane import TextPane

if TYPE_CHECKING:
    from longread.answering.support import Citation

_SEARCH_RESULTS = 30


class Finding(Book):
    """The line to find words in, and the search by meaning."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find", id="book.find"),
        Binding("f", "search", "Find by meaning", id="book.search", show=False),
        Binding("n", "match(1)", "Next match", id="book.next_match", show=False),
        Binding("N", "match(-1)", "Match before", id="book.previous_match", show=False),
    ]

    def __init__(self, opened: Opened, at: Span | None = None) -> None:
        super().__init__(opened, at)
        self._found_from: int | None = None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A line that is typed in takes ``/``; Textual does not see by itself that it would."""
        if action == "find" and isinstance(self.focused, Input):
            return False
        return super().check_action(action, parameters)

    def action_find(self) -> None:
        """Find words in the text as they are typed."""
        self.activate("text", focus=False)
        self._found_from = self.query_one(TextPane).position
        line = self.query_one("#find", Input)
        line.display = True
        line.value = ""
        self.set_focus(line)

    @on(Input.Changed, "#find")
    def _find_typed(self, event: Input.Changed) -> None:
        self._find(event.value)

    @work(thread=True, exclusive=True, group="find")
    def _find(self, wanted: str) -> None:
        worker = get_current_worker()
        found = find(self.document.text, wanted, self.end, lambda: worker.is_cancelled)
        self.app.call_from_thread(self._found, wanted, found)

    def _found(self, wanted: str, found: Sequence[Span]) -> None:
        line = self.query_one("#find", Input)
        if not line.display or line.value != wanted:
            return
        nearest = bisect_left(found, self._found_from or 0, key=lambda span: span.start)
        nearest = nearest if nearest < len(found) else 0
        text = self.query_one(TextPane)
        text.set_off(matches=found, match=nearest if found else -1, cited=None)
        if found and not text.on_screen(found[nearest]):
            text.go(found[nearest].start)
        self._say_matches(wanted)

    def _say_matches(self, wanted: str = "") -> None:
        shown = self.query_one(TextPane).shown
        line = self.query_one("#find", Input)
        line.border_title = (
            f"{shown.match + 1} of {len(shown.matches):,}"
            if shown.matches
            else (self.within_read("not found", " ") if wanted.strip() else "")
        )

    @on(Input.Submitted, "#find")
    def _find_done(self, event: Input.Submitted) -> None:
        event.stop()
        self._stay()
        self.activate("text")

    def on_descendant_focus(self) -> None:
        """The find line closes when something else is gone to."""
        # Where the screen goes, its parts may have gone before.
        lines = self.query("#find")
        if lines and lines.first().display and self.focused is not lines.first():
            self._stay()

    def _stay(self) -> None:
        """Close the find line where it has led to."""
        if self._found_from not in (None, self.query_one(TextPane).position):
            self.leave(self._found_from)
        self.query_one("#find", Input).display = False

    def on_key(self, event: events.Key) -> None:
        """Escape leaves the find line, back to where it was opened."""
        line = self.query_one("#find", Input)
        if event.key == "escape" and line.has_focus:
            event.stop()
            text = self.query_one(TextPane)
            text.set_off(matches=(), match=-1)
            if self._found_from is not None:
                text.go(self._found_from, context=0)
            line.display = False
            self.activate("text")

    def action_match(self, step: int) -> None:
        """Go to the next match, or the one before."""
        text = self.query_one(TextPane)
        shown = text.shown
        if not shown.matches:
            self.tell("/ finds words in the text.")
            return
        number = (shown.match + step) % len(shown.matches)
        text.set_off(match=number)
        span = shown.matches[number]
        if not text.on_screen(span):
            text.go(span.start)

    def action_search(self) -> None:
        """Find passages by meaning, in the book or the library."""

        def search(query: str, everywhere: bool) -> list[Citation]:
            attendant, chosen, end = self.app.attendant, self.document_id, self.end
            if everywhere:
                found = attendant.search_library(query, _SEARCH_RESULTS, {chosen: end})
            else:
                found = attendant.search([chosen], query, _SEARCH_RESULTS, end)
            return [citation for _, citation in found]

        def open_it(citation: Citation | None) -> None:
            if citation is None:
                return
            if citation.document_id == self.document_id:
                self.jump(citation.span)
            else:
                self.app.open_book(citation.document_id, citation.span)

        dialog = book_lists.SearchDialog(search, self.read_part or "this book")
        self.app.push_screen(dialog, open_it)
