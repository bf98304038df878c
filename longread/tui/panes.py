"""Contents, text and conversation, side by side or one at a time."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from longread.tui.contents_pane import ContentsPane
from longread.tui.conversation_pane import ConversationPane
from longread.tui.keys import HINT_BREAK
from longread.tui.line import Line
from longread.tui.text_pane import FULL_WIDTH, TextPane

NAMES = ("contents", "text", "conversation")
"""The panes from left to right, by the ids of what takes the focus in them."""

_CONTENTS = 28
_MOST_CONTENTS = 48
_CONVERSATION_PERCENT = 38
_LEAST_TEXT = 40
_LEAST_CONVERSATION = 30
_BORDERS = 2
_CORNERS = 6
"""Columns of a pane's edge that its corners and the blanks beside a hint take."""


class Panes(Horizontal):
    """The three panes. With ``alone``, only the active one is shown. ``hints`` are what stands at
    the lower edge of each."""

    DEFAULT_CSS = """
    Panes {
        height: 1fr;
        #middle { width: 1fr; height: 1fr; border: round $panel; }
        #middle:focus-within { border: round $primary; }
        ContentsPane, ConversationPane { border: round $panel; }
        ContentsPane, ConversationPane, #middle {
            border-title-color: $foreground-muted; border-subtitle-color: $foreground-muted;
        }
        ContentsPane:focus, ConversationPane:focus-within, #middle:focus-within {
            border-title-color: $text-primary;
        }
        ContentsPane:focus, ConversationPane:focus-within { border: round $primary; }
        #find { display: none; height: 3; border: round $primary; }
    }
    """

    def __init__(self, title: str, hints: Mapping[str, str]) -> None:
        super().__init__()
        self._title = title
        self._hints = hints
        self._said = ""
        self._put_away: set[str] = set()
        self._wanted: int | None = None
        self.active = "text"
        self.alone = False

    def compose(self) -> ComposeResult:
        """Put them together."""
        yield ContentsPane(id="contents")
        with Vertical(id="middle") as middle:
            # As texts: a title or a key that is a mere string would be taken for markup.
            middle.border_title = Text(self._title)
            yield TextPane(id="text")
            line = Line(placeholder="Find in the text …", id="find")
            line.border_subtitle = "Enter stays there · Esc goes back"
            yield line
        yield ConversationPane(id="conversation")

    def remind(self, said: str) -> None:
        """Say something at the lower edge of the text, or what stands there else."""
        self._said = said
        self._write_edges()

    def _write_edges(self) -> None:
        for name, hint in self._hints.items():
            said = self._said if name == "text" else ""
            shown = said or _what_fits(hint, self._width(name) - _CORNERS)
            self._outer(name).border_subtitle = Text(shown)

    @property
    def shown(self) -> list[str]:
        """The panes that can be gone to."""
        return [name for name in NAMES if self.alone or name not in self._put_away]

    def show(self, name: str) -> None:
        """Make a pane the active one, shown in any case."""
        self.active = name
        self._put_away.discard(name)
        self.settle()

    def show_or_hide(self, name: str) -> bool:
        """Hide a pane at the side, or show it again; returns whether it is shown."""
        self._put_away ^= {name}
        self.settle()
        return name not in self._put_away

    def show_alone(self, alone: bool) -> None:
        """Show the active pane alone, or all."""
        self.alone = alone
        self.settle()

    def settle(self) -> None:
        """Show and hide the panes at once, not with the next styling, so that the focus can go
        to a pane that was hidden. The text takes what the others leave."""
        for name in NAMES:
            hidden = name != self.active if self.alone else name in self._put_away
            self._outer(name).display = not hidden
        for name in ("contents", "conversation"):
            self._outer(name).styles.width = "1fr" if self.alone else self._width(name)
        self._write_edges()

    def widen(self, columns: int) -> None:
        """Make the conversation wider or narrower, where it stands beside the text. So wide it
        is wanted from now on, as far as there is room."""
        if self.alone or "conversation" in self._put_away:
            return
        self._wanted = self._fitting(self._conversation + columns)
        self.settle()

    @property
    def _contents(self) -> int:
        """The width of the contents beside the text: where there is more room than text and
        conversation make use of, they take it."""
        if "contents" in self._put_away:
            return 0
        spare = self.app.size.width - self._share - FULL_WIDTH - _BORDERS
        return max(_CONTENTS, min(spare, _MOST_CONTENTS))

    @property
    def _conversation(self) -> int:
        """The width of the conversation beside the text."""
        return self._fitting(self._share if self._wanted is None else self._wanted)

    @property
    def _share(self) -> int:
        """The width of the conversation, as long as nobody wants another."""
        return self.app.size.width * _CONVERSATION_PERCENT // 100

    def _fitting(self, width: int) -> int:
        """The nearest width of the conversation that leaves room for the text."""
        room = self.app.size.width - self._contents - _LEAST_TEXT
        return max(_LEAST_CONVERSATION, min(width, room))

    def _width(self, name: str) -> int:
        """The columns of a pane with its edges where it is shown, before they are laid out."""
        columns = self.app.size.width
        if self.alone:
            return columns
        contents = self._contents
        talk = 0 if "conversation" in self._put_away else self._conversation
        return {"contents": contents, "conversation": talk, "text": columns - contents - talk}[name]

    def _outer(self, name: str) -> Widget:
        return self.query_one("#middle" if name == "text" else f"#{name}")


def _what_fits(hint: str, cells: int) -> str:
    """The first of some hints, as many as have room in so many cells."""
    hints = hint.split(HINT_BREAK)
    while len(hints) > 1 and cell_len(HINT_BREAK.join(hints)) > cells:
        hints.pop()
    return HINT_BREAK.join(hints)
