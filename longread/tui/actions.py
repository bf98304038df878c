"""Actions that have keys: where each means something, its keys as the user has set them, and the
help on all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from rich.text import Text
from textual.binding import Binding

from longread.tui.book_asking import Asking
from longread.tui.book_finding import Finding
from longread.tui.book_listing import Listing
from longread.tui.book_lists import BookmarksDialog, SearchDialog, SummaryDialog
from longread.tui.book_screen import BookScreen
from longread.tui.contents_pane import ContentsPane
from longread.tui.conversation_pane import ConversationPane
from longread.tui.dialogs import ConfirmDialog, Dialog, PageDialog, PickDialog
from longread.tui.keys import HINT_BREAK, bindings_of, conflicts, read_keys
from longread.tui.library_screen import Books, LibraryScreen
from longread.tui.models_screen import ModelsDialog
from longread.tui.text_pane import TextPane

PLACES = (
    ("A book", Asking),
    ("A book", Finding),
    ("A book", Listing),
    ("A book", BookScreen),
    ("The text", TextPane),
    ("The contents", ContentsPane),
    ("The conversation", ConversationPane),
    ("The library", Books),
    ("The library", LibraryScreen),
    ("Lists", PickDialog),
    ("Bookmarks", BookmarksDialog),
    ("Summary", SummaryDialog),
    ("Finding by meaning", SearchDialog),
    ("Pages", PageDialog),
    ("Questions", ConfirmDialog),
    ("Models", ModelsDialog),
    ("Everywhere", Dialog),
)
"""Where keys mean something: the heading in the help, and the class."""

_OTHER_CITATIONS = re.compile(r"book\.cite_[2-9]")

_SHORT = {
    "book.bookmarks": "marks",
    "book.next_match": "next",
    "book.previous_match": "before",
    "text.more": "more",
    "text.less": "less",
    "book.about": "ask about it",
    "book.copy": "copy",
    "book.upto_here": "moves it",
    "book.summary": "summary",
    "book.names": "names",
    "text.choose": "choose",
    "book.mark": "mark",
    "book.evidence": "evidence",
    "book.again": "again",
    "book.export": "export",
    "library.stop": "stops",
}


class Actions:
    """All actions by their ids: those of ``everywhere``, a class whose keys mean something in all
    places, and of these. ``display`` gives a key as it is shown."""

    def __init__(self, everywhere: type, display: Callable[[Binding], str]) -> None:
        self._everywhere = everywhere
        self._display = display
        self._bindings = bindings_of(everywhere, *(place for _, place in PLACES))
        self._keys: dict[str, str] = {}

    def change(self, file: Path) -> list[str]:
        """Take the keys that the user has changed from a file; returns what is wrong with them, in
        sentences."""
        self._keys, wrong = read_keys(file, self._bindings)
        return [*wrong, *conflicts(self._bindings, self._keys)]

    @property
    def changed(self) -> dict[str, str]:
        """The changed keys by action, as Textual takes them."""
        # To it, no keys would be no change: a key that no keyboard has takes their place.
        return {name: keys or f"none-{name}" for name, keys in self._keys.items()}

    def keys_of(self, binding: Binding, between: str = " or ") -> str:
        """The keys of an action, as they are shown."""
        if binding.key_display and binding.id not in self._keys:
            return binding.key_display
        return between.join(map(self._display, self._each(binding)))

    def hint(self, *names: str) -> str:
        """The first key of each of some actions, in a few words."""
        first = {name: self._each(self._bindings[name])[:1] for name in names}
        return HINT_BREAK.join(
            f"{self._display(key)} {_SHORT[name]}" for name, keys in first.items() for key in keys
        )

    def page(self, *, names: bool) -> Text:
        """The help on all keys; with ``names`` also how actions are called in ``keys.toml``."""
        text = Text(
            "Press a to ask, Enter to send, a number to open what an answer cites, Ctrl+o to come "
            "back. u keeps what you have not read out of everything. Ctrl+p finds any action by "
            "its name. q leaves.\n"
        )
        places: dict[str, dict[str, Binding]] = {}
        for heading, place in (("Everywhere", self._everywhere), *PLACES):
            places.setdefault(heading, {}).update(bindings_of(place))
        for heading, bindings in places.items():
            text.append(f"\n{heading}\n", "bold")
            for name, binding in bindings.items():
                if _OTHER_CITATIONS.fullmatch(name) and name not in self._keys:
                    continue
                text.append(f"  {self.keys_of(binding, '  '):<14} {binding.description:<34}")
                # Where there is no room for the names, they would only break the rows.
                text.append(f" {name}" if names else "", "dim")
                text.append("\n")
        text.append("\nKeys are changed in keys.toml, by the names at the right.\n", "dim")
        return text

    def _each(self, binding: Binding) -> list[Binding]:
        """One binding for each key of an action."""
        keys = self._keys.get(binding.id or "", binding.key)
        return [Binding(key, binding.action, binding.description) for key in keys.split(",") if key]
