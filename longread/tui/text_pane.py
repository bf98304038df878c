"""The text as the reader sees it: scrolled by rows, with what is found, cited, marked, chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Unpack

from rich.cells import cell_len
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from longread.document import Document, Passage, Span
from longread.tui.chooser import Chooser
from longread.tui.layout import Anchor, Layout, Row
from longread.tui.painting import LEFT_MARGIN, Changed, Painter, Shown

LONGEST_MEASURE = 76
"""Most cells of a row of prose: longer ones are hard to follow."""

CONTEXT_ROWS = 4
"""Rows above a place that is jumped to, where the screen is high enough."""

_RIGHT_MARGIN = 3
FULL_WIDTH = LEFT_MARGIN + LONGEST_MEASURE + _RIGHT_MARGIN
"""Cells of a pane in which the longest rows of prose have room."""

_WHEEL_ROWS = 3
_WHOLE_STYLES = ("text--heading", "text--aside", "text--margin")


class TextPane(Widget, can_focus=True):
    """Shows one document. Only the rows on the screen are laid out and painted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_rows(1)", "Line down", id="text.down", show=False),
        Binding("k,up", "scroll_rows(-1)", "Line up", id="text.up", show=False),
        Binding("ctrl+d", "scroll_share(0.5)", "Half a page down", id="text.half_down", show=False),
        Binding("ctrl+u", "scroll_share(-0.5)", "Half a page up", id="text.half_up", show=False),
        Binding("space,pagedown", "scroll_share(1)", "Page down", id="text.page_down", show=False),
        Binding("b,pageup", "scroll_share(-1)", "Page up", id="text.page_up", show=False),
        Binding("g,home", "screen.text_start", "Beginning", id="text.start", show=False),
        Binding("G,end", "screen.text_end", "End", id="text.end", show=False),
        Binding("v", "choose", "Choose words", id="text.choose", show=False),
        Binding("J,shift+down", "extend(1)", "Choose more", id="text.more", show=False),
        Binding("K,shift+up", "extend(-1)", "Choose less", id="text.less", show=False),
        Binding("escape", "let_go", "Choose nothing", id="text.let_go", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text--heading",
        "text--aside",
        "text--margin",
        "text--match",
        "text--match-current",
        "text--cited",
        "text--marked",
        "text--chosen",
    }
    DEFAULT_CSS = """
    TextPane {
        width: 1fr; height: 1fr; background: $background; color: $foreground;
        .text--heading { text-style: bold; color: $text-primary; }
        .text--aside { color: $foreground-muted; }
        .text--margin { color: $foreground-muted; }
        .text--match { background: $warning 35%; }
        .text--match-current { background: $warning; color: $background; text-style: bold; }
        .text--cited { background: $success 30%; text-style: bold; }
        .text--marked { text-style: underline; }
        .text--chosen { background: $primary 45%; }
    }
    """

    class Moved(Message):
        """Another part is on the screen, from its first to behind its last character."""

        def __init__(self, first: int, last: int) -> None:
            super().__init__()
            self.first = first
            self.last = last

    class SetOff(Message):
        """Something else is set off in the text."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.shown = Shown()
        self._layout: Layout | None = None
        self._document: Document | None = None
        self._chooser: Chooser | None = None
        self._top = Anchor()
        self._at = 0
        self._going: tuple[int, int] | None = None
        self._pressed: int | None = None
        self._strips: dict[int, Strip] = {}
        self._visible: list[tuple[int, Row]] = []
        self._painter: Painter | None = None

    @property
    def position(self) -> int:
        """Offset of the first character on the screen."""
        return self._layout.offset(self._top) if self._layout is not None else 0

    @property
    def end(self) -> int:
        """Offset behind the last character on the screen."""
        return max((row.end for _, row in self._rows_shown()), default=0)

    def open(self, document: Document, passages: Sequence[Passage], position: int) -> None:
        """Show a document from a position on."""
        self._document, self._chooser = document, Chooser(document, passages)
        self._painter = Painter(document, self._component)
        self._at = position
        self._lay_out()
        self._repaint()

    def set_off(self, **what: Unpack[Changed]) -> None:
        """Change what is set off in the text; see ``Shown``."""
        self.shown = replace(self.shown, **what)
        self._forget_painted()
        self.post_message(self.SetOff())

    def go(self, offset: int, *, context: int = CONTEXT_ROWS) -> None:
        """Show a place, with some rows above it."""
        if self._layout is None:
            return
        # A pane that is just being shown has no height yet; how much is above waits for that.
        self._going = (offset, context) if not self.size.height else None
        above = min(context, self.size.height // 3)
        self._move_to(self._layout.step(self._layout.at(offset), -above))

    def on_screen(self, span: Span) -> bool:
        """Whether the beginning of a span is on the screen."""
        return self.position <= span.start < max(self.end, self.position + 1)

    def action_scroll_rows(self, rows: int) -> None:
        """Scroll by rows; with chosen words, choose the next sentence instead."""
        if self._chooser is not None and self._chooser.span is not None:
            self._choose(self._chooser.step(rows))
        elif self._layout is not None:
            self._move_to(self._layout.step(self._top, rows))

    def action_scroll_share(self, share: float) -> None:
        """Scroll by a share of the screen."""
        if self._layout is not None:
            height = max(1, self.size.height - 2 if abs(share) == 1 else self.size.height)
            self._move_to(self._layout.step(self._top, round(height * share)))

    def action_choose(self) -> None:
        """Choose the first sentence on the screen; from there, j and k choose others."""
        if self._chooser is not None:
            self._choose(self._chooser.begin(self.position))

    def action_extend(self, sentences: int) -> None:
        """Choose one more sentence, or one less."""
        if self._chooser is not None:
            if self._chooser.span is None:
                self._chooser.begin(self.position)
            self._choose(self._chooser.extend(sentences))

    def action_let_go(self) -> None:
        """Choose nothing any more."""
        if self._chooser is not None:
            self._choose(self._chooser.let_go())
        self.set_off(cited=None, matches=(), match=-1)

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        if y not in self._strips:
            self._strips[y] = self._paint(y)
        return self._strips[y]

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew for another width, at the same place."""
        self._lay_out()
        self._repaint()
        if self._going is not None and event.size.height:
            self.go(self._going[0], context=self._going[1])

    def notify_style_update(self) -> None:
        """Paint anew in another theme."""
        super().notify_style_update()
        self._forget_painted()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll as the wheel says."""
        self._wheel(event, _WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll as the wheel says."""
        self._wheel(event, -_WHEEL_ROWS)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to choose words."""
        self._pressed = self._offset_at(event.x, event.y)
        self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Choose what the mouse is drawn over."""
        if self._pressed is not None and self._chooser is not None:
            here = self._offset_at(event.x, event.y)
            if here != self._pressed:
                first, last = sorted((self._pressed, here))
                self._choose(self._chooser.take(Span(first, last)))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Stop choosing; a click alone chooses nothing."""
        self.release_mouse()
        if self._pressed is not None and self._pressed == self._offset_at(event.x, event.y):
            self.action_let_go()
        self._pressed = None

    def _wheel(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        if self._layout is not None:
            self._move_to(self._layout.step(self._top, rows))

    def _choose(self, span: Span | None) -> None:
        if span == self.shown.chosen:
            return
        self.set_off(chosen=span)
        if span is not None and not self.on_screen(span):
            self.go(span.start)

    def _lay_out(self) -> None:
        """Lay out for the width there is, with the place that was gone to last at the top: what
        another width makes of that place must not move it."""
        if self._document is None:
            return
        position = self._at
        width = min(LONGEST_MEASURE, self.size.width - LEFT_MARGIN - _RIGHT_MARGIN)
        room = self.size.width - _left(self.size.width, width) - _RIGHT_MARGIN
        self._layout = Layout(self._document, width, room)
        at = self._layout.at(position)
        # The empty row above a heading belongs to it.
        first = position <= self._document.paragraphs[at.paragraph].span.start if at.row else False
        self._top = Anchor(at.paragraph, 0) if first else at

    def _move_to(self, anchor: Anchor) -> None:
        if self._layout is None:
            return
        last = max(Anchor(), self._layout.last(self.size.height))
        anchor = min(anchor, last)
        if anchor != self._top:
            self._top = anchor
            self._at = self.position
            self._repaint()

    def _repaint(self) -> None:
        self._visible = []
        self._forget_painted()
        if self._layout is not None:
            self.post_message(self.Moved(self.position, self.end))

    def _forget_painted(self) -> None:
        self._strips.clear()
        self.refresh()

    def _rows_shown(self) -> list[tuple[int, Row]]:
        if not self._visible and self._layout is not None:
            self._visible = self._layout.view(self._top, self.size.height)
        return self._visible

    @property
    def _left(self) -> int:
        width = self._layout.width if self._layout is not None else self.size.width
        return _left(self.size.width, width)

    def _paint(self, y: int) -> Strip:
        rows, width = self._rows_shown(), self.size.width
        if y >= len(rows) or self._painter is None:
            return Strip.blank(width, self.rich_style)
        return self._painter.strip(*rows[y], self.shown, self.rich_style, self._left, width)

    def _component(self, name: str) -> Style:
        """A style of the text, or one that is laid over it: there, colours may let through what
        is behind them, and what is not said stays as it is."""
        if name in _WHOLE_STYLES:
            return self.get_component_rich_style(name)
        styles = self.get_component_styles(name)
        style = styles.text_style
        if styles.has_rule("background"):
            behind = self.background_colors[1]
            style += Style(bgcolor=(behind + styles.background).rich_color)
        if styles.has_rule("color"):
            style += Style(color=styles.color.rich_color)
        return style

    def _offset_at(self, x: int, y: int) -> int:
        """The character under a cell, or the nearest one in its row."""
        rows = self._rows_shown()
        if not rows or self._document is None:
            return 0
        _, row = rows[max(0, min(y, len(rows) - 1))]
        cell = x - self._left - row.indent
        gaps = dict(row.gaps)
        at, used = row.start, gaps.get(row.start, 0)
        while at < row.end and used + cell_len(self._document.text[at]) <= cell:
            used += cell_len(self._document.text[at]) + gaps.get(at + 1, 0)
            at += 1
        return at


def _left(available: int, width: int) -> int:
    """The cells before rows of a width, of so many that are available."""
    return max(LEFT_MARGIN, (available - width) // 2)
