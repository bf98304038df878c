"""Small screens over the others: choosing from a list, typing a line, confirming, reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import DataTable, Input, OptionList, Static, Tree
from textual.widgets.option_list import Option

from longread.tui.line import Line

Value = TypeVar("Value")
Result = TypeVar("Result")

_SHARE = 0.9
_BESIDES = 8


def step(shown: OptionList | DataTable[Any] | Tree[Any], rows: int) -> None:
    """Move the cursor of a list a row down or up, wherever the focus is."""
    if rows > 0:
        shown.action_cursor_down()
    else:
        shown.action_cursor_up()


class Dialog(ModalScreen[Result], Generic[Result]):
    """A framed box in the middle, with its title, and its keys below."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Close", id="dialog.close"),
    ]
    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & > Vertical {
            width: 90%; max-width: 100; height: auto; max-height: 90%;
            border: round $primary; background: $surface; padding: 0 1;
        }
        OptionList, OptionList:focus {
            height: auto; max-height: 100%; border: none; background: $surface;
        }
        VerticalScroll { height: auto; max-height: 100%; }
        Input, Input:focus { border: round $panel; height: 3; }
        .keys { color: $foreground-muted; height: auto; }
        .said { height: auto; }
    }
    """

    def on_resize(self, event: events.Resize) -> None:
        """What is long leaves room for the line to type in, and for the keys below."""
        most = max(4, round(event.size.height * _SHARE) - _BESIDES)
        for long in self.query("OptionList, VerticalScroll, Tree, DataTable"):
            long.styles.max_height = most


@dataclass(frozen=True, slots=True)
class Entry(Generic[Value]):
    """One entry of a list: what is shown, and what choosing it gives."""

    shown: Text
    value: Value


class PickDialog(Dialog[Value], Generic[Value]):
    """Chooses one of several; typing into the line above keeps those with the typed words."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "go(1)", "Down", id="pick.down", show=False),
        Binding("up", "go(-1)", "Up", id="pick.up", show=False),
    ]

    def __init__(
        self, title: str, entries: Sequence[Entry[Value]], *, keys: str = "", empty: str = ""
    ) -> None:
        super().__init__()
        self._title = title
        self._entries = list(entries)
        self._keys = keys or "type to filter · Enter opens · Esc closes"
        self._empty = empty or "There is nothing here yet."
        self._fitting: list[Entry[Value]] = []

    def compose(self) -> ComposeResult:
        """Put it together."""
        with Vertical() as box:
            box.border_title = self._title
            yield Line(placeholder="Filter …", id="filter")
            yield OptionList(markup=False, id="entries")
            yield Static(self._keys, classes="keys", markup=False)

    def on_mount(self) -> None:
        """Fill the list."""
        self.fill()

    @property
    def chosen(self) -> Entry[Value] | None:
        """The entry under the cursor."""
        index = self.query_one("#entries", OptionList).highlighted
        return self._fitting[index] if index is not None and index < len(self._fitting) else None

    def replace(self, entries: Sequence[Entry[Value]]) -> None:
        """Show other entries."""
        self._entries = list(entries)
        self.fill()

    def fill(self) -> None:
        """Show the entries that fit what is typed."""
        words = self.query_one("#filter", Input).value.casefold().split()
        self._fitting = [
            entry
            for entry in self._entries
            if all(word in entry.shown.plain.casefold() for word in words)
        ]
        shown = self.query_one("#entries", OptionList)
        shown.clear_options()
        shown.add_options([Option(entry.shown) for entry in self._fitting])
        if not self._fitting:
            nothing = self._empty if not self._entries else "Nothing fits."
            shown.add_option(Option(Text(nothing, "italic"), disabled=True))
        else:
            shown.highlighted = 0

    def action_go(self, rows: int) -> None:
        """Move the cursor of the list, while the typing goes on."""
        step(self.query_one("#entries", OptionList), rows)

    @on(Input.Changed, "#filter")
    def _typed(self) -> None:
        self.fill()

    @on(Input.Submitted, "#filter")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if self.chosen is not None:
            self.dismiss(self.chosen.value)

    @on(OptionList.OptionSelected, "#entries")
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self.chosen is not None:
            self.dismiss(self.chosen.value)


class LineDialog(Dialog[str]):
    """Asks for a line of text; an empty one is an answer too, Escape is none."""

    def __init__(
        self, title: str, said: str = "", value: str = "", *, hidden: bool = False
    ) -> None:
        super().__init__()
        self._title = title
        self._said = said
        self._value = value
        self._hidden = hidden

    def compose(self) -> ComposeResult:
        """Put it together."""
        with Vertical() as box:
            box.border_title = self._title
            yield Static(self._said, classes="said", markup=False)
            yield Line(self._value, password=self._hidden, select_on_focus=False, id="line")
            yield Static("Enter takes it · Esc leaves", classes="keys", markup=False)

    @on(Input.Submitted, "#line")
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)


class ConfirmDialog(Dialog[bool]):
    """Asks whether something is meant."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes", id="confirm.yes"),
        Binding("n", "dismiss(False)", "No", id="confirm.no"),
    ]

    def __init__(self, title: str, said: str) -> None:
        super().__init__()
        self._title = title
        self._said = said

    def compose(self) -> ComposeResult:
        """Put it together."""
        with Vertical() as box:
            box.border_title = self._title
            yield Static(self._said, classes="said", markup=False)
            yield Static("y yes · n no", classes="keys", markup=False)


class PageDialog(Dialog[None]):
    """Something to read, scrolled with the usual keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "roll(1)", "Down", id="page.down", show=False),
        Binding("k,up", "roll(-1)", "Up", id="page.up", show=False),
        Binding("space,pagedown,ctrl+d", "roll(12)", "Page down", id="page.more", show=False),
        Binding("b,pageup,ctrl+u", "roll(-12)", "Page up", id="page.less", show=False),
        Binding("q", "dismiss", "Close", id="page.close", show=False),
    ]

    def __init__(self, title: str, content: Text) -> None:
        super().__init__()
        self._title = title
        self._content = content

    def compose(self) -> ComposeResult:
        """Put it together."""
        with Vertical() as box:
            box.border_title = self._title
            with VerticalScroll():
                yield Static(self._content, markup=False)
            yield Static("j k scroll · Esc closes", classes="keys", markup=False)

    def action_roll(self, rows: int) -> None:
        """Scroll."""
        self.query_one(VerticalScroll).scroll_relative(y=rows, animate=False)
