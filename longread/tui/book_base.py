"""A book that is shown: what its screen knows, and what all parts of the screen do with it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.widgets import Tabs

from longread.document import Document, Passage, Span
from longread.memory.bookmarks import ReadingPlace
from longread.structure import chapters
from longread.tui.contents_pane import ContentsPane
from longread.tui.journey import Journey
from longread.tui.panes import Panes
from longread.tui.status_line import StatusLine
from longread.tui.text_pane import TextPane

if TYPE_CHECKING:
    from longread.memory.records import DocumentRecord
    from longread.tui.app import ReaderApp


@dataclass(frozen=True, slots=True)
class Opened:
    """A document of the library with its passages."""

    record: DocumentRecord
    document: Document
    passages: Sequence[Passage]


class Book(Screen[None]):
    """One book on the screen. ``upto``: what is behind the reader's place is kept out of answers
    and lists; ``moved``: the place is to be kept."""

    app: ReaderApp

    def __init__(self, opened: Opened, at: Span | None = None) -> None:
        super().__init__()
        self.record = opened.record
        self.document = opened.document
        self.passages = opened.passages
        self.start_at = at
        self.chapters = chapters(opened.document)
        self.journey = Journey()
        self.place = ReadingPlace()
        self.upto = False
        self.moved = False

    @property
    def document_id(self) -> str:
        """The document that is shown."""
        return self.record.id

    @property
    def session(self) -> str:
        """The name of the conversation about the document."""
        return f"book {self.record.id}"

    @property
    def end(self) -> int | None:
        """The offset behind which nothing is shown of what the model says; None: the whole."""
        if not self.upto:
            return None
        return max(self.journey.furthest, 1)

    @property
    def read_part(self) -> str:
        """The part of the text that the reader has read, in words; empty where all of it is
        shown."""
        if self.end is None:
            return ""
        return f"the {self.share(self.end)} that you have read"

    def within_read(self, said: str, joint: str = ", ") -> str:
        """What is said of a list or a search, with the part of the text that it keeps to."""
        return f"{said}{joint}in {self.read_part}" if self.read_part else said

    def share(self, offset: int) -> str:
        """How much of the text stands before an offset, in percent."""
        return f"{offset / max(1, len(self.document.text)):.0%}"

    @property
    def is_ahead(self) -> bool:
        """Whether what is on the screen does not count as read, for something was left out."""
        return self.upto and self.journey.is_gap(self.query_one(TextPane).position)

    def leave(self, offset: int) -> None:
        """Remember a place before a jump."""
        self.journey.leave(offset)
        self.refresh_bindings()

    def jump(self, span: Span) -> None:
        """Show a place and set it off; ``back`` comes back from there."""
        text = self.query_one(TextPane)
        self.leave(text.position)
        text.set_off(cited=span)
        text.go(span.start)

    def show_place(self) -> None:
        """Say where the reader is, in the status line and the contents."""
        text = self.query_one(TextPane)
        here = text.position
        place = self.document.place(Span(here, here))
        length = len(self.document.text)
        share = self.share(length if text.end >= length else here)
        upto = "whole book"
        if self.end is not None:
            upto = f"up to here: {self.share(self.end)}"
            if self.is_ahead:
                upto = ", ".join(filter(None, [upto, self.app.hint("book.upto_here")]))
        line = self.query_one(StatusLine)
        line.say(upto=upto)
        if self.document.paragraphs:
            line.say(place=str(place), share=share)
            section = self.document.paragraphs[self.document.paragraph_at(here)].section
            self.query_one(ContentsPane).follow(section)

    def show_privacy(self) -> None:
        """Say in the status line what leaves this machine."""
        self.query_one(StatusLine).say(privacy=self.app.privacy)

    def activate(self, name: str, *, focus: bool = True) -> None:
        """Show a pane, and put the focus on it."""
        self.query_one(Panes).show(name)
        tabs = self.query_one(Tabs)
        if tabs.active != f"tab-{name}":
            with self.prevent(Tabs.TabActivated):
                tabs.active = f"tab-{name}"
        if focus:
            self.set_focus(self.query_one("#ask" if name == "conversation" else f"#{name}"))

    def tell(self, message: str, *, error: bool = False) -> None:
        """Say something in passing."""
        self.app.tell(message, error=error)

    def told(self) -> AbstractContextManager[None]:
        """Say what goes wrong in a block, instead of ending with it."""
        return self.app.told()
