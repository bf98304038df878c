"""What the lists of a book show: names, bookmarks, results, evidence, and its summary."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static, Tree
from textual.widgets.option_list import Option
from textual.widgets.tree import TreeNode

from longread.document import Document, Passage, Span
from longread.errors import LongreadError
from longread.memory.bookmarks import Bookmark
from longread.reading.names import Name, dispersion
from longread.report.outline import Outline
from longread.text import one_line, quoted
from longread.tui.dialogs import Dialog, Entry, PickDialog, step
from longread.tui.line import Line

if TYPE_CHECKING:
    from collections.abc import Callable

    from longread.answering.support import Citation

MOST_NAMES = 500
"""Most names that are listed."""

_BINS = 24
_BARS_AT = 44
_BARS_FROM = 90
_BARS = " ▁▂▃▄▅▆▇█"
_SHOWN = 200


def name_entries(names: Sequence[Name], document: Document, width: int) -> list[Entry[Span]]:
    """Who is who: each name with how often it stands there, where over the text, if a screen of
    this width has room for that, and first."""
    entries = []
    for name in names[:MOST_NAMES]:
        text = Text()
        text.append(one_line(name.name, 40), "bold")
        kind = "" if name.kind == "other" else f"{name.kind}, "
        text.append(f"  {kind}{len(name.mentions)} times  ", "dim")
        if width >= _BARS_FROM:
            text.pad_right(max(0, _BARS_AT - text.cell_len))
            text.append(sparkline(dispersion(name, len(document.text), _BINS)))
        others = [form for form, _ in name.forms if form != name.name][:4]
        also = f"also {', '.join(one_line(form, 30) for form in others)}; " if others else ""
        text.append(f"\n    {also}first in {document.place(name.mentions[0])}", "dim")
        entries.append(Entry(text, name.mentions[0]))
    return entries


def sparkline(counts: Sequence[int]) -> str:
    """Counts as bars of one row."""
    most = max([*counts, 1])
    return "".join(_BARS[-(-count * (len(_BARS) - 1) // most)] for count in counts)


def bookmark_entries(marks: Sequence[Bookmark], document: Document) -> list[Entry[Bookmark]]:
    """The reader's bookmarks with their notes."""
    entries = []
    for mark in marks:
        text = Text()
        text.append(f"◆ {document.place(mark.span)}", "bold")
        if mark.note:
            text.append(f"\n    {one_line(mark.note, _SHOWN)}")
        text.append(f"\n    {quoted(one_line(document.slice(mark.span), _SHOWN))}", "dim")
        entries.append(Entry(text, mark))
    return entries


def evidence_text(spans: Sequence[Span], document: Document) -> Text:
    """What a model was given of a document, each passage under its place."""
    text = Text()
    for span in spans:
        text.append(f"{document.place(span)}\n", "bold")
        text.append(f"{document.slice(span)}\n\n")
    return text


class BookmarksDialog(PickDialog[Bookmark]):
    """The bookmarks of a book, where they can be changed and removed too."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "change", "Change the note", id="bookmarks.change", show=False),
        Binding("f8", "remove", "Remove it", id="bookmarks.remove", show=False),
    ]

    def __init__(
        self,
        entries: Sequence[Entry[Bookmark]],
        change: Callable[[Bookmark], None],
        remove: Callable[[Bookmark], None],
    ) -> None:
        super().__init__(
            "Bookmarks",
            entries,
            keys="Enter opens · F2 changes the note · F8 removes · Esc closes",
            empty="No bookmarks yet: m marks a place, or what is chosen with v.",
        )
        self._change = change
        self._remove = remove

    def action_change(self) -> None:
        """Change the note of the one under the cursor."""
        if self.chosen is not None:
            self._change(self.chosen.value)

    def action_remove(self) -> None:
        """Remove the one under the cursor."""
        if self.chosen is not None:
            gone = self.chosen
            self._remove(gone.value)
            self.replace([entry for entry in self._entries if entry is not gone])


class SearchDialog(Dialog["Citation"]):
    """Looks up passages by words and meaning, in the book or in all of the library. ``within``
    says how much of the book that is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "go(1)", "Down", id="search.down", show=False),
        Binding("up", "go(-1)", "Up", id="search.up", show=False),
        Binding("f2", "widen", "Book or library", id="search.widen", show=False),
    ]

    def __init__(self, search: Callable[[str, bool], list[Citation]], within: str) -> None:
        super().__init__()
        self._search = search
        self._within = within
        self._everywhere = False
        # Whether what is listed was found for what is typed.
        self._fresh = False
        self._looked_up = 0
        self._found: list[Citation] = []

    def compose(self) -> ComposeResult:
        """Put it together."""
        with Vertical() as box:
            box.border_title = "Find by meaning"
            yield Line(placeholder="What is it about?  Enter looks it up", id="query")
            yield OptionList(markup=False, id="found")
            yield Static("", classes="keys", markup=False, id="search-keys")

    def on_mount(self) -> None:
        """Say where it looks."""
        self._say()

    def action_widen(self) -> None:
        """Look in the library instead of the book, or back."""
        self._everywhere = not self._everywhere
        self._say()
        query = self.query_one("#query", Input).value
        if query.strip():
            self._look(query)

    def action_go(self, rows: int) -> None:
        """Move the cursor of the list."""
        step(self.query_one("#found", OptionList), rows)

    def _say(self, what: str = "") -> None:
        where = "the library" if self._everywhere else self._within
        keys = f"in {where} · F2 changes that · ↑ ↓ Enter opens · Esc closes"
        self.query_one("#search-keys", Static).update(f"{what}{keys}")

    @on(Input.Submitted, "#query")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        shown = self.query_one("#found", OptionList)
        if self._found and shown.highlighted is not None and self._fresh:
            self.dismiss(self._found[shown.highlighted])
        elif event.value.strip():
            self._look(event.value)

    @on(Input.Changed, "#query")
    def _changed(self) -> None:
        self._fresh = False

    @on(OptionList.OptionSelected, "#found")
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._found[event.option_index])

    def _look(self, query: str) -> None:
        self._say("looking up …  ")
        self._looked_up += 1
        look = partial(self._found_for, self._looked_up, query, self._everywhere)
        self.run_worker(look, thread=True)

    def _found_for(self, number: int, query: str, everywhere: bool) -> None:
        # The dialog may be closed before anything is found, and has no app then.
        app = self.app
        try:
            found = self._search(query, everywhere)
        except LongreadError as error:
            show = partial(self._say, f"{error}  ")
        else:
            show = partial(self._show, query, found)
        app.call_from_thread(self._if_newest, number, show)

    def _if_newest(self, number: int, show: Callable[[], None]) -> None:
        """Show what came of looking up, unless something else is looked up since."""
        if number == self._looked_up and self.is_mounted:
            show()

    def _show(self, query: str, found: list[Citation]) -> None:
        self._found = found
        shown = self.query_one("#found", OptionList)
        shown.clear_options()
        for citation in found:
            text = Text()
            title = f"{one_line(citation.document_title, 40)}: " if self._everywhere else ""
            text.append(f"{title}{citation.place}", "bold")
            text.append(f"\n    {one_line(citation.quote, _SHOWN)}", "dim")
            shown.add_option(Option(text))
        if found:
            shown.highlighted = 0
            self._fresh = self.query_one("#query", Input).value == query
        self._say("" if found else "Nothing was found.  ")


class SummaryDialog(Dialog[Span]):
    """The summary as a tree: parts that unfold, and sentences that open their passages. The part
    that holds an ``offset`` is unfolded."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "move(1)", "Down", id="summary.down", show=False),
        Binding("k", "move(-1)", "Up", id="summary.up", show=False),
        Binding("plus", "unfold", "Unfold all", id="summary.unfold", show=False),
        Binding("q", "dismiss", "Close", id="summary.close", show=False),
    ]
    DEFAULT_CSS = """
    SummaryDialog Tree {
        height: auto; max-height: 100%; background: $surface; overflow-x: hidden;
    }
    """

    def __init__(
        self, title: str, outline: Outline, passages: Sequence[Passage], offset: int
    ) -> None:
        super().__init__()
        self._title = title
        self._outline = outline
        self._passages = passages
        self._offset = offset

    def compose(self) -> ComposeResult:
        """Put it together."""
        with Vertical() as box:
            box.border_title = self._title
            tree: Tree[Span] = Tree(Text(self._outline.title), id="summary")
            tree.guide_depth = 2
            tree.show_root = False
            yield tree
            keys = "Enter unfolds, or opens the passage of a sentence · + unfolds all · Esc closes"
            yield Static(keys, classes="keys", markup=False)

    def on_mount(self) -> None:
        """Fill the tree."""
        tree = self.query_one("#summary", Tree)
        tree.root.expand()
        above = tree.root
        here: TreeNode[Span] | None = None
        for entry in self._outline.entries:
            if entry.title:
                label = Text(one_line(entry.title, 80), "bold")
                above = tree.root.add(label, expand=entry.depth == 0)
                begins = self._passages[entry.first - 1].span.start
                ends = self._passages[entry.last - 1].span.end
                if entry.depth and begins <= self._offset < ends:
                    here = above
            for claim in entry.claims:
                numbers = claim.passages or (entry.first,)
                label = Text(one_line(claim.text, 2_000), "" if claim.supported else "italic dim")
                rows = label.wrap(self.app.console, max(20, min(88, self.app.size.width - 20)))
                for number, row in enumerate(rows):
                    # A tree's node has one row; what goes on with a sentence is indented.
                    shown = Text("  ").append_text(row) if number else row
                    above.add_leaf(shown, data=self._passages[numbers[0] - 1].span)
        if here is not None:
            here.expand()
            self.call_after_refresh(tree.move_cursor, here)
        self.set_focus(tree)

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        step(self.query_one("#summary", Tree), rows)

    def action_unfold(self) -> None:
        """Unfold everything."""
        self.query_one("#summary", Tree).root.expand_all()

    @on(Tree.NodeSelected)
    def _selected(self, event: Tree.NodeSelected[Span]) -> None:
        event.stop()
        if event.node.data is not None:
            self.dismiss(event.node.data)
