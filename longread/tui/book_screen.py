"""A book: its contents, its text, and the conversation about it, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Footer, Tab, Tabs

from longread.attendant import is_upto
from longread.document import Span
from longread.errors import LongreadError
from longread.memory.bookmarks import Bookmark, ReadingPlace
from longread.text import one_line
from longread.tui.book_asking import Asking
from longread.tui.book_base import Opened
from longread.tui.book_finding import Finding
from longread.tui.book_listing import Listing
from longread.tui.contents_pane import ContentsPane
from longread.tui.panes import NAMES, Panes
from longread.tui.status_line import StatusLine
from longread.tui.text_pane import TextPane

NARROW = 100
"""Fewer columns show one pane at a time."""

_ONE_AT_A_TIME = f"With fewer than {NARROW} columns one pane is shown at a time; Tab changes it."

_KEEP_SECONDS = 1.0
_HINTS = {
    "text": ("book.summary", "book.names", "text.choose", "book.mark", "book.bookmarks"),
    "conversation": ("book.evidence", "book.again", "book.export"),
}
"""What the lower edges of the panes remind of; the most important keys are in the footer."""


class BookScreen(Listing, Finding, Asking):
    """Shows one document of the library."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,left", "chapter(-1)", "Chapter before", id="book.previous", show=False),
        Binding("l,right", "chapter(1)", "Next chapter", id="book.next", show=False),
        Binding("u", "upto", "Up to here", id="book.upto"),
        Binding("U", "upto_here", "I have read to here", id="book.upto_here", show=False),
        Binding("R", "reading", "Let the model read, or rest", id="book.reading", show=False),
        Binding("ctrl+o,alt+left", "back", "Back", id="book.back"),
        Binding("ctrl+i,alt+right", "forth", "Forth", id="book.forth", show=False),
        Binding("tab", "pane(1)", "Next pane", id="book.pane", show=False),
        Binding("shift+tab", "pane(-1)", "Pane before", id="book.pane_before", show=False),
        Binding("c", "show_or_hide('contents')", "Hide contents", id="book.contents", show=False),
        Binding(
            "C", "show_or_hide('conversation')", "Hide conversation", id="book.talk", show=False
        ),
        Binding("z", "zoom", "Zoom a pane", id="book.zoom", show=False),
        Binding("less_than_sign", "widen(-4)", "Conversation smaller", id="book.less", show=False),
        Binding("greater_than_sign", "widen(4)", "Conversation wider", id="book.wider", show=False),
    ]
    DEFAULT_CSS = """
    BookScreen {
        background: $background;
        #tabs { display: none; }
        &.narrow #tabs { display: block; }
    }
    """

    def __init__(self, opened: Opened, at: Span | None = None) -> None:
        super().__init__(opened, at)
        self._zoomed = False
        # It still tells where the reader is when the screen goes, and its parts have gone before.
        self._text: TextPane | None = None

    def compose(self) -> ComposeResult:
        """Put it together."""
        yield Tabs(
            Tab("Contents", id="tab-contents"),
            Tab("Text", id="tab-text"),
            Tab("Ask", id="tab-conversation"),
            id="tabs",
        )
        hints = {name: self.app.hint(*actions) for name, actions in _HINTS.items()}
        yield Panes(one_line(self.record.title or "Untitled", 70), hints)
        yield StatusLine(id="status")
        yield Footer(show_command_palette=False, compact=True)

    async def on_mount(self) -> None:
        """Open the text where the reader left it, and let the model read on."""
        self.query_one(Tabs).can_focus = False
        library = self.app.library
        marks: Sequence[Bookmark] = ()
        with self.told():
            self.place = library.place(self.record.id)
            marks = library.bookmarks(self.record.id)
        self.journey.furthest = self.place.furthest
        self.upto = is_upto(self.place, self.document)
        self.query_one(ContentsPane).open(self.document)
        text = self._text = self.query_one(TextPane)
        text.open(self.document, self.passages, self.place.position)
        text.set_off(marked=[mark.span for mark in marks])
        self.activate("text")
        await self.show_conversation()
        with self.told():
            self.show_privacy()
        self.set_interval(_KEEP_SECONDS, self._keep_place)
        if self.start_at is not None:
            self.call_after_refresh(self.jump, self.start_at)
        self.app.attendant.read(self.record.id)

    def on_unmount(self) -> None:
        """Keep where the reader is."""
        self.remember()

    def remember(self) -> None:
        """Keep where the reader is, now."""
        if self.moved:
            self.moved = False
            with suppress(LongreadError):
                self.app.library.keep_place(self.document_id, self._reached)

    @on(TextPane.Moved)
    def _text_moved(self, event: TextPane.Moved) -> None:
        self.journey.moved(event.first, event.last)
        self.moved = True
        self.show_place()

    @on(TextPane.SetOff)
    def _set_off(self) -> None:
        """Remind of the keys for what is set off in the text."""
        shown = self.query_one(TextPane).shown
        said = ""
        if shown.chosen is not None:
            said = self.app.hint("text.more", "text.less", "book.about", "book.copy")
        elif shown.matches:
            keys = self.app.hint("book.next_match", "book.previous_match")
            said = f"{shown.match + 1} of {len(shown.matches):,} · {keys}"
        self.query_one(Panes).remind(said)

    @property
    def _reached(self) -> ReadingPlace:
        upto = self.upto if self.place.upto is not None else None
        position = self._text.position if self._text is not None else 0
        return ReadingPlace(position, self.journey.furthest, upto)

    def _keep_place(self) -> None:
        if self.moved:
            self.moved = False
            self._write(partial(self.app.library.keep_place, self.document_id, self._reached))

    @work(thread=True)
    def _write(self, write: partial[None]) -> None:
        """Write to the library; a lock or a full disk must not hold up the screen."""
        try:
            write()
        except LongreadError as error:
            self.app.call_from_thread(self.tell, str(error), error=True)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Back is an action where there is a way back."""
        if action == "back" and not self.journey.away:
            return False
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        """Go back to where the last jump was from."""
        self._travel(self.journey.back(self.query_one(TextPane).position))

    def action_forth(self) -> None:
        """Go to where ``back`` came from."""
        self._travel(self.journey.forth(self.query_one(TextPane).position))

    def _travel(self, offset: int | None) -> None:
        if offset is None:
            self.tell("There is no other place to go to.")
        else:
            self.query_one(TextPane).go(offset, context=0)
            self.refresh_bindings()

    def action_chapter(self, step: int) -> None:
        """Go to the next chapter, or the one before."""
        starts = [part.span.start for part in self.chapters] or [
            section.span.start for section in self.document.sections
        ]
        here = self.query_one(TextPane).position
        wanted = (
            next((start for start in starts if start > here), None)
            if step > 0
            else next((start for start in reversed(starts) if start < here), None)
        )
        if wanted is None:
            self.tell("There is no chapter further on." if step > 0 else "This is the first.")
        else:
            self._go_to(wanted)

    @on(ContentsPane.Opened)
    def _section(self, event: ContentsPane.Opened) -> None:
        self._go_to(self.document.sections[event.section].span.start)
        self.activate("text")

    def action_text_start(self) -> None:
        """Go to the beginning."""
        self._go_to(0)

    def action_text_end(self) -> None:
        """Go to the end."""
        self._go_to(len(self.document.text))

    def _go_to(self, offset: int) -> None:
        """Jump to a place, with nothing above it, where it is not on the screen already so."""
        text = self.query_one(TextPane)
        here = text.position
        text.go(offset, context=0)
        if text.position != here:
            self.leave(here)

    def action_upto(self) -> None:
        """Keep what is behind the reader's place out of answers, or take it in again."""
        self.upto = not self.upto
        self.place = replace(self.place, upto=self.upto)
        if self.upto and (not self.journey.away or not self.journey.furthest):
            # Who is here by reading on, if in an earlier edition or on paper, has read up to here.
            self.journey.furthest = max(self.journey.furthest, self.query_one(TextPane).end)
        self.moved = True
        self.show_place()
        self.tell(
            f"Answers, summaries, names and search keep to what you have read, the first "
            f"{self.share(self.end or 0)}. U makes that the end of this screen."
            if self.upto
            else "Answers, summaries, names and search take in the whole book."
        )

    def action_upto_here(self) -> None:
        """Count all of the text up to the end of the screen as read, and no more."""
        self.journey.furthest = self.query_one(TextPane).end
        self.moved = True
        self.show_place()
        self.tell("You have read up to the end of this screen.")

    def action_reading(self) -> None:
        """Let the model rest, or read on."""
        if self.app.attendant.reads:
            self.app.attendant.stop_reading()
            self.query_one(StatusLine).say(reading="the model rests; R lets it read on")
        else:
            self.app.attendant.read(self.document_id)

    def action_pane(self, step: int) -> None:
        """Go to the next pane that is shown, or the one before."""
        shown = self.query_one(Panes).shown
        at = shown.index(self._pane) if self._pane in shown else 0
        self.activate(shown[(at + step) % len(shown)])

    @property
    def _pane(self) -> str:
        focused = self.focused
        for name in NAMES:
            pane = self.query_one(f"#{name}")
            if focused is not None and pane in focused.ancestors_with_self:
                return name
        return "text"

    @on(Tabs.TabActivated)
    def _tab(self, event: Tabs.TabActivated) -> None:
        if self.has_class("narrow"):
            self.activate((event.tab.id or "tab-text").removeprefix("tab-"))

    def action_show_or_hide(self, name: str) -> None:
        """Hide or show a pane at the side."""
        panes = self.query_one(Panes)
        if panes.alone:
            self.activate(name)
        elif not panes.show_or_hide(name) and self._pane == name:
            self.activate("text")

    def action_zoom(self) -> None:
        """Show one pane alone, or all again."""
        if self.has_class("narrow"):
            self.tell(_ONE_AT_A_TIME)
            return
        panes = self.query_one(Panes)
        panes.active = self._pane
        self._zoomed = not self._zoomed
        panes.show_alone(self._zoomed)

    def action_widen(self, columns: int) -> None:
        """Make the conversation wider or narrower."""
        if self.has_class("narrow"):
            self.tell(_ONE_AT_A_TIME)
        else:
            self.query_one(Panes).widen(columns)

    def on_resize(self, event: events.Resize) -> None:
        """One pane at a time where there is little room."""
        narrow = event.size.width < NARROW
        self.set_class(narrow, "narrow")
        self.query_one(Panes).show_alone(narrow or self._zoomed)
