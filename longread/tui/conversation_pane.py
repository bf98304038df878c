"""The conversation about a book: questions, answers as they come, and citations that open."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Markdown, OptionList, Static
from textual.widgets.option_list import Option

from longread.answering.answer import DOUBTFUL
from longread.answering.quotes import is_shown
from longread.report.conversation import Cited, Exchange
from longread.text import amount, one_line, quoted, sanitise
from longread.tui.line import Line

QUOTE_LENGTH = 160
"""Most characters of a citation's words that the conversation shows."""

MOST_SHOWN = 50
"""Most earlier questions that are shown when a book is opened; the export has all."""

MOST_CITATIONS = 100
"""Most citations of an answer that are listed; the export has all."""

_LABEL = re.compile(r"\[([A-Z]{0,2}\d+)\]")
_REFRESH_SECONDS = 0.1


class ExchangeView(Vertical):
    """One question with its answer."""

    DEFAULT_CSS = """
    ExchangeView {
        height: auto; padding: 0 1; margin: 0 0 1 0;
        .question { text-style: bold; color: $text-primary; }
        .stage { color: $foreground-muted; text-style: italic; }
        .trouble { color: $text-error; }
        .hint { color: $foreground-muted; }
        Markdown { padding: 0; margin: 0; background: transparent; }
        OptionList {
            height: auto; max-height: 40vh; border: none; padding: 0; background: transparent;
            scrollbar-size-vertical: 1;
            &:focus { border: none; }
        }
    }
    """

    def __init__(self, question: str) -> None:
        super().__init__()
        self.question = question
        self.exchange: Exchange | None = None
        self._text = ""
        self._painted = 0.0
        self._question = Static(Text(one_line(question, 2_000)), classes="question")
        self._numbers: dict[str, int] = {}
        self._answer = Markdown(parser_factory=partial(_parser, self._numbers), open_links=False)
        self._stage = Static("", classes="stage", markup=False)
        self._list = OptionList(markup=False)
        self._list.display = False
        self._below = Static("", classes="hint", markup=False)
        self._below.display = False

    def compose(self) -> ComposeResult:
        """Put it together."""
        yield self._question
        yield self._answer
        yield self._stage
        yield self._list
        yield self._below

    @property
    def citations(self) -> Sequence[Cited]:
        """What the answer cites, in the order of its numbers."""
        return self.exchange.citations if self.exchange is not None else ()

    def show_stage(self, name: str) -> None:
        """Say what is being done."""
        self._stage.update(name)
        self._stage.display = bool(name)

    async def show_text(self, text: str) -> None:
        """Show what there is of the answer."""
        self.show_stage("")
        self._text = sanitise(text)
        now = time.monotonic()
        if now - self._painted >= _REFRESH_SECONDS:
            self._painted = now
            for match in _LABEL.finditer(self._text):
                self._numbers.setdefault(match[1], len(self._numbers) + 1)
            await self._answer.update(_markdown(self._text))

    async def finish(self, exchange: Exchange, hint: str = "") -> None:
        """Show the whole answer with its citations."""
        self.exchange = exchange
        self.show_stage("")
        self._text = sanitise(exchange.text) + ("." if exchange.declined else "")
        # What else stands in brackets is the text's own, as in a quotation.
        self._numbers.clear()
        self._numbers |= {item.label: number for number, item in enumerate(self.citations, 1)}
        await self._answer.update(_markdown(self._text))
        self._list.clear_options()
        listed = self.citations[:MOST_CITATIONS]
        self._list.add_options(
            [
                Option(_citation(number, item, shown=is_shown(item.quote, exchange.text)))
                for number, item in enumerate(listed, 1)
            ]
        )
        self._list.display = bool(self.citations)
        notes = [] if listed == self.citations else [_more(len(self.citations) - len(listed))]
        notes += [DOUBTFUL] if exchange.doubtful else []
        notes += [
            f"Not supported by the passages: {one_line(_numbered(text, self._numbers))}"
            for text in exchange.unsupported
        ]
        if exchange.declined and exchange.citations:
            self.show_stage("The nearest passages:")
        self._say([*notes, *([hint] if hint else [])])

    def fail(self, message: str) -> None:
        """Say why there is no answer."""
        self.show_stage("")
        self._below.add_class("trouble")
        self._say([message])

    def take_focus(self) -> None:
        """Put the focus on the citations, where there are some; what is on the screen stays."""
        if self.citations:
            self.choose((self._list.highlighted or 0) + 1)
            self.screen.set_focus(self._list, scroll_visible=False)

    def choose(self, number: int) -> None:
        """Show which citation is open, from 1."""
        with self.prevent(OptionList.OptionHighlighted):
            self._list.highlighted = number - 1

    def _say(self, lines: Sequence[str]) -> None:
        self._below.update("\n".join(lines))
        self._below.display = bool(lines)


class Exchanges(VerticalScroll):
    """Stays at its end while it grows, until the reader scrolls elsewhere.

    Textual's own anchor moves what does not fill the room to its lower edge.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.follows = True

    def release_anchor(self) -> None:
        """What Textual does before it scrolls to where the reader wants."""
        super().release_anchor()
        self.follows = False

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Who is back at the end stays there again."""
        super().watch_scroll_y(old_value, new_value)
        self.follows = self.follows or new_value >= self.max_scroll_y

    def watch_virtual_size(self) -> None:
        """Go along with what grows."""
        if self.follows:
            self.scroll_end(animate=False)


class ConversationPane(Vertical):
    """All exchanges of a book, and the line to ask in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "to_text", "Text", id="ask.leave", key_display="esc"),
        Binding("j,down", "scroll(2)", "Scroll down", id="ask.down", show=False),
        Binding("k,up", "scroll(-2)", "Scroll up", id="ask.up", show=False),
        Binding("pagedown", "scroll(12)", "Page down", id="ask.page_down", show=False),
        Binding("pageup", "scroll(-12)", "Page up", id="ask.page_up", show=False),
    ]
    DEFAULT_CSS = """
    ConversationPane {
        min-width: 30; height: 1fr;
        #exchanges { height: 1fr; scrollbar-size-vertical: 1; }
        #empty { color: $foreground-muted; padding: 1; }
        #ask { border: round $panel; height: 3; }
        #ask:focus { border: round $primary; }
    }
    """

    class Asked(Message):
        """A question was typed."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Left(Message):
        """Escape was pressed: to stop an answer, or to go back to the text."""

    class CitationOpened(Message):
        """A citation is wanted in the text."""

        def __init__(self, view: ExchangeView, number: int) -> None:
            super().__init__()
            self.view = view
            self.number = number

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "Ask"

    def compose(self) -> ComposeResult:
        """Put it together."""
        with Exchanges(id="exchanges"):
            yield Static(
                "Ask anything about this book: who somebody is, what happened, how often a word "
                "stands in it. Answers cite their places; a number opens one. A small model can "
                "be wrong: what counts is what stands there.",
                id="empty",
                markup=False,
            )
        line = Line(placeholder="Ask about this book …", id="ask")
        line.border_subtitle = "Enter asks · ↑ ↓ scroll"
        yield line

    @property
    def views(self) -> list[ExchangeView]:
        """The exchanges, oldest first."""
        return list(self.query(ExchangeView))

    @property
    def current(self) -> ExchangeView | None:
        """The exchange that numbers open citations of: the focused one, or the last."""
        focused = self.screen.focused
        for view in self.views:
            if focused is not None and view in focused.ancestors:
                return view
        return self.views[-1] if self.views else None

    async def add(self, question: str) -> ExchangeView:
        """Begin an exchange."""
        self.query_one("#empty").display = False
        view = ExchangeView(question)
        await self.query_one(Exchanges).mount(view)
        self.follow()
        return view

    async def finish(self, view: ExchangeView, exchange: Exchange, hint: str = "") -> None:
        """Show the whole answer of an exchange: from its beginning, where there is no room for all
        of it, unless the reader has scrolled elsewhere meanwhile."""
        await view.finish(exchange, hint)
        if self.query_one(Exchanges).follows:
            self.call_after_refresh(self._show_from_its_beginning, view)

    def _show_from_its_beginning(self, view: ExchangeView) -> None:
        exchanges = self.query_one(Exchanges)
        if view.outer_size.height > exchanges.size.height:
            exchanges.scroll_to_widget(view, animate=False, top=True)

    async def show(self, said: Sequence[Exchange]) -> None:
        """Show an earlier conversation in place of what is there, the newest part of it."""
        for view in self.views:
            await view.remove()
        for item in said[-MOST_SHOWN:]:
            view = await self.add(item.question)
            await view.finish(item)
        self.query_one("#empty").display = not said
        self.call_after_refresh(self.follow)

    def explain(self, text: str) -> None:
        """Say something where no conversation is yet."""
        self.query_one("#empty", Static).update(text)

    def follow(self) -> None:
        """Scroll to the newest, and stay there while it grows, until the reader scrolls."""
        exchanges = self.query_one(Exchanges)
        exchanges.follows = True
        exchanges.scroll_end(animate=False)

    def action_to_text(self) -> None:
        """Stop what runs, or go back to the text."""
        self.post_message(self.Left())

    def action_scroll(self, rows: int) -> None:
        """Scroll the conversation."""
        self.query_one(Exchanges).scroll_relative(y=rows, animate=False)

    @on(Input.Submitted, "#ask")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if text:
            event.input.value = ""
            self.query_one(Exchanges).focus()
            self.post_message(self.Asked(text))

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        """The citations that the cursor moves in are on the screen."""
        event.stop()
        event.option_list.scroll_visible(animate=False)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._open(event.option_list, event.option_index + 1)

    @on(Markdown.LinkClicked)
    def _clicked(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        number = event.href.removeprefix("cite:")
        if number.isdecimal():
            self._open(event.markdown, int(number))

    def _open(self, part: OptionList | Markdown, number: int) -> None:
        for view in self.views:
            if view in part.ancestors and number <= len(view.citations):
                self.post_message(self.CitationOpened(view, number))


def _markdown(text: str) -> str:
    """An answer as the Markdown in which it is shown."""
    # A line stays one: without two blanks behind it, Markdown joins it with the next.
    return re.sub(r"(?<!\n)\n(?!\n)", "  \n", text)


def _numbered(text: str, numbers: Mapping[str, int]) -> str:
    """A text with the numbers of its labels in their place."""
    return _LABEL.sub(lambda match: f"[{numbers.get(match[1], match[1])}]", text)


def _more(places: int) -> str:
    return f"… and {amount(places, 'more place')}; x writes all to a file."


def _citation(number: int, cited: Cited, *, shown: bool) -> Text:
    """A row for a citation, with its words where the answer has not ``shown`` them, and its place
    has none of them, as that of a heading has."""
    text = Text()
    text.append(f"[{number}] ", "bold")
    text.append(one_line(cited.place, 80))
    if not shown and one_line(cited.quote) not in one_line(cited.place):
        text.append(f"\n    {quoted(one_line(cited.quote, QUOTE_LENGTH))}", "dim")
    return text


def _parser(numbers: Mapping[str, int]) -> MarkdownIt:
    """Markdown of a model: no links, pictures or HTML; labels that have numbers are shown as these,
    which open citations."""

    def citation(state: StateInline, silent: bool) -> bool:
        match = _LABEL.match(state.src, state.pos)
        if match is None or match[1] not in numbers:
            return False
        if not silent:
            number = numbers[match[1]]
            opening = state.push("link_open", "a", 1)
            opening.attrs = {"href": f"cite:{number}"}
            state.push("text", "", 0).content = f"[{number}]"
            state.push("link_close", "a", -1)
        state.pos = match.end()
        return True

    parser = MarkdownIt("commonmark", {"html": False})
    parser.disable(["link", "image", "autolink", "html_inline", "html_block", "reference"])
    parser.inline.ruler.before("text", "citation", citation)
    return parser
