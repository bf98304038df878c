"""Asking about a book: questions, answers as they come, and what they rest on."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType

from longread.answering.about import READY, About, Ready
from longread.answering.answer import Answer, Route
from longread.answering.counting import is_of_contents
from longread.attendant import ModelNews, News, Question, ReadingNews, Said, Stopped
from longread.document import Span
from longread.errors import ModelNotFound
from longread.files import existing, expanded, write_named
from longread.report.conversation import as_markdown, exchange, exchanges
from longread.report.files import safe_name
from longread.text import one_line, quoted, size
from longread.tui import book_lists
from longread.tui.book_base import Book, Opened
from longread.tui.coming import Coming
from longread.tui.conversation_pane import ConversationPane, ExchangeView
from longread.tui.dialogs import ConfirmDialog, Entry, LineDialog, PageDialog, PickDialog
from longread.tui.panes import Panes
from longread.tui.status_line import StatusLine, reading_text
from longread.tui.text_pane import TextPane

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from longread.memory.bookmarks import Bookmark
    from longread.memory.records import Turn
    from longread.report.conversation import Exchange

_NO_MODEL = (
    "No model is installed yet, so questions about what happens cannot be answered. A model is a "
    "file that is fetched once and then works without a network: {model} would fit this machine, "
    "{size} from {source}. M shows it and others, and fetches one. Until then, f finds passages, "
    "/ finds words, and “how many times is … mentioned?” is counted."
)


_QUANTIZATION = re.compile(r"(?:-(?:instruct|chat|it))?[-.]i?q\d\w*$", re.IGNORECASE)
"""The end of a model's id that a reader need not know."""

_ANOTHER = Ready("Another question …", "")


class Asking(Book):
    """The conversation of a book."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,i", "ask", "Ask", id="book.ask"),
        Binding("enter", "about", "Ask about what is chosen", id="book.about", show=False),
        Binding("e", "evidence", "What the model was given", id="book.evidence", show=False),
        Binding("r", "again", "Ask again", id="book.again", show=False),
        Binding("y", "copy", "Copy", id="book.copy", show=False),
        Binding("x", "export", "Export conversation and bookmarks", id="book.export", show=False),
        Binding("1", "cite(1)", "Open", id="book.cite_1", key_display="1-9"),
        *(
            Binding(str(n), f"cite({n})", f"Open citation {n}", id=f"book.cite_{n}", show=False)
            for n in range(2, 10)
        ),
    ]

    def __init__(self, opened: Opened, at: Span | None = None) -> None:
        super().__init__(opened, at)
        self._pending: dict[int, ExchangeView] = {}
        self._asked: dict[ExchangeView, Question] = {}
        # Of these it is not known whether the conversation that was loaded has the answer.
        self._taken_over: set[int] = set()

    @property
    def waits(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._pending)

    async def take(self, news: News) -> None:
        """Show what the attendant tells."""
        if isinstance(news, ReadingNews):
            if news.document_id == self.document_id:
                self.query_one(StatusLine).say(reading=reading_text(news))
        elif isinstance(news, ModelNews):
            name = _QUANTIZATION.sub("", news.info.id) if news.info else "no model"
            self.query_one(StatusLine).say(model=one_line(name, 40))
            if news.info is None and not self.app.has_model:
                self.query_one(ConversationPane).explain(_no_model())
        elif news.number in self._pending:
            await self._said(news)

    async def _said(self, news: Said | Stopped) -> None:
        view = self._pending[news.number]
        if isinstance(news, Stopped):
            del self._pending[news.number]
            error = news.error
            if isinstance(error, ModelNotFound):
                view.fail(_no_model())
            else:
                view.fail("Stopped." if error is None else f"{error}\nr asks again.")
        elif not isinstance(news.event, Answer):
            await self._show_coming(view, self.app.owed[news.number])
        elif news.number in self._taken_over:
            await self.show_conversation()
        else:
            del self._pending[news.number]
            pane = self.query_one(ConversationPane)
            await pane.finish(view, exchange(news.event.as_json()), self._hint(news.event))
            self.refresh_bindings()
            if pane.query_one("#exchanges").has_focus:
                view.take_focus()

    async def _show_coming(self, view: ExchangeView, coming: Coming) -> None:
        if coming.text:
            await view.show_text(coming.text)
        else:
            view.show_stage(f"{coming.stage} …")

    async def show_conversation(self) -> None:
        """Show what was asked about the book before, and what is still to be answered."""
        turns: Sequence[Turn] = ()
        with self.told():
            turns = self.app.library.turns(self.session)
        owed = self.app.owed.about(self.document_id)
        pane = self.query_one(ConversationPane)
        self._pending.clear()
        self._taken_over = set(owed)
        await pane.show(exchanges(turns))
        for number, coming in owed.items():
            view = await pane.add(coming.question.text)
            await self._wait_for(number, view, coming)
        if any(number not in self.app.owed for number in owed):
            # It was answered while the conversation was put on the screen.
            await self.show_conversation()
        self.refresh_bindings()

    async def _wait_for(self, number: int, view: ExchangeView, coming: Coming) -> None:
        self._asked[view] = coming.question
        self._pending[number] = view
        await self._show_coming(view, coming)

    def _hint(self, answer: Answer) -> str:
        counted = answer.route is Route.COUNT
        if self.end is None or not (answer.declined or counted):
            return ""
        if counted and is_of_contents(answer.question, self.document):
            return ""
        done = "counted" if counted else "looked at"
        here = ", U all before this place" if self.is_ahead else ""
        return f"Only {self.read_part} were {done}; u takes the whole book{here}."

    def action_ask(self) -> None:
        """Put the cursor into the line to ask in."""
        self.activate("conversation")

    @on(ConversationPane.Asked)
    async def _ask(self, event: ConversationPane.Asked) -> None:
        await self._put(Question(self.document_id, event.text, session=self.session, upto=self.end))

    async def _put(self, question: Question) -> None:
        view = await self.query_one(ConversationPane).add(question.text)
        number = self.app.ask(question)
        await self._wait_for(number, view, self.app.owed[number])

    async def action_again(self) -> None:
        """Ask the last question again."""
        view = self.query_one(ConversationPane).current
        if view is not None and view not in self._pending.values():
            question = self._asked.get(view) or Question(
                self.document_id, view.question, session=self.session
            )
            await self._put(replace(question, upto=self.end))

    @on(ConversationPane.Left)
    def _left(self) -> None:
        if self._pending:
            number, view = next(iter(self._pending.items()))
            self.app.attendant.stop(number)
            view.show_stage("stopping …")
        else:
            self.activate("text")

    def action_about(self) -> None:
        """Ask about the chosen words."""
        chosen = self.query_one(TextPane).shown.chosen
        if chosen is None:
            return
        offered = [*READY, _ANOTHER]
        entries = [Entry(Text(ready.name), ready) for ready in offered]
        dialog = PickDialog("Ask about what is chosen", entries)
        self.app.push_screen(dialog, partial(self._ask_about, chosen))

    async def _ask_about(self, chosen: Span, ready: Ready | None) -> None:
        if ready is None:
            return
        if ready is _ANOTHER:
            title, words = "Ask about", quoted(one_line(self.document.slice(chosen), 300))
            self.app.push_screen(LineDialog(title, words), partial(self._ask_about_typed, chosen))
            return
        # What is pointed at is known to the reader, whatever was read before.
        end = None if self.end is None else max(self.end, chosen.end)
        if ready.before:
            end = chosen.end
        about = About(self.document_id, chosen)
        self.activate("conversation", focus=False)
        await self._put(Question(self.document_id, ready.question, self.session, end, about))

    async def _ask_about_typed(self, chosen: Span, question: str | None) -> None:
        if question and question.strip():
            await self._ask_about(chosen, Ready("", question.strip()))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only citations that there are can be opened."""
        if action == "cite":
            panes = self.query(ConversationPane)
            view = panes.first().current if panes else None
            number = parameters[0] if parameters else 1
            return view is not None and isinstance(number, int) and number <= len(view.citations)
        return super().check_action(action, parameters)

    def action_cite(self, number: int) -> None:
        """Open a citation of the answer by its number."""
        view = self.query_one(ConversationPane).current
        if view is None or number > len(view.citations):
            self.tell(f"There is no citation {number} to open.")
        else:
            self._open_citation(view, number)

    @on(ConversationPane.CitationOpened)
    def _citation(self, event: ConversationPane.CitationOpened) -> None:
        self._open_citation(event.view, event.number)

    def _open_citation(self, view: ExchangeView, number: int) -> None:
        view.choose(number)
        self.activate("text", focus=self.query_one(Panes).alone)
        self.jump(view.citations[number - 1].span)

    def action_evidence(self) -> None:
        """Show what the model was given for an answer."""
        view = self.query_one(ConversationPane).current
        said = view.exchange if view is not None else None
        if said is None or not said.evidence:
            self.tell("No model was asked for this answer." if said else "Ask something first.")
            return
        spans = [span for _, span in said.evidence]
        content = book_lists.evidence_text(spans, self.document)
        self.app.push_screen(PageDialog("What the model was given", content))

    def action_copy(self) -> None:
        """Copy the chosen words, or else the answer."""
        chosen = self.query_one(TextPane).shown.chosen
        view = self.query_one(ConversationPane).current
        if chosen is not None:
            self.app.copy_to_clipboard(self.document.slice(chosen))
        elif view is not None and view.exchange is not None:
            self.app.copy_to_clipboard(view.exchange.text)
        else:
            self.tell("Nothing is chosen, and nothing was answered yet.")
            return
        self.tell("Copied.")

    def action_export(self) -> None:
        """Write the conversation and the bookmarks to a Markdown file."""
        with self.told():
            said = exchanges(self.app.library.turns(self.session))
            self._export(said, self.app.library.bookmarks(self.document_id))

    def _export(self, said: Sequence[Exchange], marks: Sequence[Bookmark]) -> None:
        if not said and not marks:
            self.tell("There is no conversation and no bookmark yet.")
            return
        name = f"{safe_name(f'{self.record.title} questions')}.md"
        marked = [
            (str(self.document.place(mark.span)), self.document.slice(mark.span), mark.note)
            for mark in marks
        ]
        markdown = as_markdown(self.record.title, said, marked)

        def write(file: Path, sure: bool | None = True) -> None:
            if not sure:
                return
            try:
                write_named(file, markdown)
            except OSError as error:
                self.tell(f"{file} could not be written: {error.strerror}.", error=True)
            else:
                self.tell(f"Written to {file}.")

        def take(path: str | None) -> None:
            if not path:
                return
            file, there = expanded(path), existing(path)
            if file is None:
                self.tell(f"{path} begins with nobody's home folder.", error=True)
            elif there is not None and there.is_file():
                dialog = ConfirmDialog("Write over what is there?", f"{file} is there already.")
                self.app.push_screen(dialog, partial(write, file))
            else:
                write(file)

        self.app.push_screen(LineDialog("Export the conversation to", value=name), take)


def _no_model() -> str:
    """What there is to do without a model; nothing is fetched, nor a network touched, to say so."""
    from longread.engine.catalogue import default_model
    from longread.engine.machine import describe_machine

    fits = default_model(describe_machine().available, hub_reachable=True)
    return _NO_MODEL.format(model=fits.id, size=size(fits.size), source=fits.sources[0].name)
