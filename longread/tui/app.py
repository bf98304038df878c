"""The program in the terminal: its screens, its colours and keys, and the attendant's news."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import ClassVar

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.message import Message
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import get_current_worker

from longread.attendant import Attendant, ModelNews, News, Question, Said, Stopped
from longread.config import Paths, save_setting
from longread.document import Span
from longread.errors import Cancelled, LongreadError, PasswordNeeded
from longread.memory.library import Library
from longread.text import naming, one_line
from longread.tui import themes
from longread.tui.actions import PLACES, Actions
from longread.tui.book_base import Opened
from longread.tui.book_screen import BookScreen
from longread.tui.coming import Owed
from longread.tui.dialogs import LineDialog, PageDialog
from longread.tui.keys import bindings_of
from longread.tui.library_screen import LibraryScreen
from longread.tui.models_screen import ModelsDialog
from longread.tui.panes import NAMES
from longread.workspace import Options, Workspace

_NAMES_FROM = 90
"""Fewer columns have no room for the names of actions in the help."""

_ERROR_SHOWN = 600
_ERROR_SECONDS = 8.0
_SAID_SECONDS = 4.0


class ReaderApp(App[None]):
    """Opens a document by name, or the library."""

    TITLE = "longread"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", id="app.help"),
        Binding("q", "leave", "Quit", id="app.leave"),
        Binding("L", "library", "Library", id="app.library", show=False),
        Binding("M", "models", "Models", id="app.models", show=False),
        Binding("ctrl+q", "quit", "Quit at once", id="app.quit", show=False, priority=True),
        Binding(
            "ctrl+z", "suspend_process", "To the shell", id="app.suspend", show=False, priority=True
        ),
    ]
    CSS = """
    Toast { max-width: 90%; }
    Input > .input--placeholder, Input > .input--suggestion { color: $foreground-muted; }
    Input { border-subtitle-color: $foreground-muted; border-title-color: $foreground-muted; }
    """

    class NewsCame(Message):
        """The attendant has news."""

        def __init__(self, news: News) -> None:
            super().__init__()
            self.news = news

    def __init__(
        self, options: Options, name: str = "", password: str | None = None, *, ocr: bool = False
    ) -> None:
        """Raises:
        LongreadError: the settings or the library cannot be read.
        """
        super().__init__()
        self._wanted = name
        self._password, self._ocr = password, ocr
        self._workspace = Workspace(options)
        self._settings = self._workspace.settings
        self.attendant = Attendant(options, self._take)
        self.library: Library = self._workspace.library
        self.has_model = True
        self.owed = Owed()
        self._opening = 0
        self._error_until = 0.0
        self.actions = Actions(ReaderApp, self.get_key_display)
        self._theme_kept = ""
        self._themes = [theme.name for theme in themes.THEMES]
        self._themes += [name for name in self.available_themes if name.startswith("ansi-")]

    def let_go(self) -> None:
        """Commit what the model has read, and close what was opened; once the screen is given
        back, for it may take some seconds."""
        self.attendant.close()
        self._workspace.close()

    @property
    def paths(self) -> Paths:
        """The folders that everything is in."""
        return self._workspace.paths

    @property
    def privacy(self) -> str:
        """What leaves this machine."""
        endpoint = self.attendant.endpoint
        return f"questions go to {one_line(endpoint, 40)}" if endpoint else "offline"

    def on_mount(self) -> None:
        """Set colours and keys, and open what was named."""
        own, problems = themes.user_themes(self.paths.config / "themes")
        for theme in (*themes.THEMES, *own):
            self.register_theme(theme)
        self._themes += [theme.name for theme in own]
        wanted = self._settings.theme or themes.DEFAULT
        if wanted in self.available_themes:
            self.theme = self._theme_kept = wanted
        else:
            problems.append(f"There is no theme {wanted!r}.")
        self.theme_changed_signal.subscribe(self, lambda theme: self._keep_theme(theme.name))
        problems += self.actions.change(self.paths.config / "keys.toml")
        self.set_keymap(self.actions.changed)
        for problem in problems:
            self.tell(problem, error=True)
        self.push_screen(LibraryScreen())
        if self._wanted:
            self.open_book(self._wanted)

    def hint(self, *names: str) -> str:
        """The keys of some actions, in a few words."""
        return self.actions.hint(*names)

    def tell(self, message: str, *, error: bool = False) -> None:
        """Say something in passing, in place of what was said before unless that is an error; book
        text and errors are no markup."""
        severity: SeverityLevel = "error" if error else "information"
        now = time.monotonic()
        if error:
            self._error_until = now + _ERROR_SECONDS
        elif now > self._error_until:
            self.clear_notifications()
        seconds = _ERROR_SECONDS if error else _SAID_SECONDS
        self.notify(message, severity=severity, markup=False, timeout=seconds)

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say what goes wrong in a block, instead of ending with it."""
        try:
            yield
        except LongreadError as error:
            self.tell(str(error), error=True)

    def open_book(self, name: str, at: Span | None = None, password: str | None = None) -> None:
        """Open a document by path, title or id, at a place; the one asked for last is shown."""
        self._opening += 1
        self._open(self._opening, name, at, password or self._password)

    @work(thread=True, group="open")
    def _open(self, number: int, name: str, at: Span | None, password: str | None) -> None:
        def show(act: Callable[..., object], *arguments: object) -> None:
            self.call_from_thread(self._if_newest, number, partial(act, *arguments))

        def stage(text: str) -> None:
            show(self._busy, f"{one_line(name, 60)}: {text} …" if text else "")

        worker = get_current_worker()
        try:
            stage("opening")
            record = self.attendant.add(
                name,
                password=password,
                ocr=self._ocr,
                on_stage=stage,
                stop=lambda: worker.is_cancelled,
            )
            stage("opening")
            document, passages = self.library.document(record.id), self.library.passages(record.id)
        except Cancelled:
            return
        except PasswordNeeded as error:
            show(self._ask_password, name, at, error)
        except LongreadError as error:
            show(self._not_opened, naming(name, str(error)))
        except Exception as error:
            # What nobody foresaw in one book must not end the program with another one in it.
            show(self._not_opened, naming(name, f"it could not be opened: {error}."))
        else:
            stage("")
            # A book is a hundred thousand objects that stay: searched through for garbage again
            # and again, they would hold up the keys. Those of books that were left can go.
            gc.unfreeze()
            gc.collect()
            gc.freeze()
            show(self._show, Opened(record, document, passages), at)

    def stop_opening(self) -> None:
        """Open none of the documents that are being opened."""
        self._opening += 1
        self.workers.cancel_group(self, "open")
        self._busy("")

    def _if_newest(self, number: int, act: Callable[[], object]) -> None:
        """Act for a document that is opened, unless another one was asked for since."""
        if number == self._opening:
            act()

    def _not_opened(self, said: str) -> None:
        self._busy("")
        self.tell(one_line(said, _ERROR_SHOWN), error=True)

    def _ask_password(self, name: str, at: Span | None, error: PasswordNeeded) -> None:
        self._busy("")

        def again(password: str | None) -> None:
            if password:
                self.open_book(name, at, password)

        self.push_screen(LineDialog("Password", error.message, hidden=True), again)

    def _show(self, opened: Opened, at: Span | None) -> None:
        for part in self.screen_stack:
            if isinstance(part, LibraryScreen):
                part.opened()
        screen = BookScreen(opened, at)
        if isinstance(self.screen, BookScreen):
            self.switch_screen(screen)
        else:
            self.push_screen(screen)

    def _busy(self, message: str) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, LibraryScreen):
                screen.busy(message)

    def ask(self, question: Question) -> int:
        """Put a question to the attendant; what comes has the number returned."""
        number = self.attendant.ask(question)
        self.owed.add(number, question)
        return number

    def _take(self, news: News) -> None:
        self.post_message(self.NewsCame(news))

    async def on_reader_app_news_came(self, event: NewsCame) -> None:
        """Hand the attendant's news to the book that is open."""
        if isinstance(event.news, ModelNews):
            self.has_model = event.news.info is not None
        elif isinstance(event.news, Said | Stopped):
            self.owed.take(event.news)
        for screen in self.screen_stack:
            if isinstance(screen, BookScreen) and screen.is_mounted:
                try:
                    await screen.take(event.news)
                except NoMatches:
                    # A book that is left meanwhile has no parts any more.
                    if screen in self.screen_stack:
                        raise

    async def on_event(self, event: events.Event) -> None:
        """A key that stands for an action acts before the next key is looked at, so that what is
        typed faster than the screen follows goes where the action has put the focus."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            acts = not isinstance(self.focused, Input)
            if acts and await self._check_bindings(event.key):
                return
        await super().on_event(event)

    def model_changed(self) -> None:
        """Read on with another model, and say what it does with questions."""
        for screen in self.screen_stack:
            if isinstance(screen, BookScreen):
                with self.told():
                    screen.show_privacy()
                self.attendant.read(screen.document_id)

    def action_library(self) -> None:
        """Go to the library."""
        self._remember()
        while len(self.screen_stack) > 2:
            self.pop_screen()

    def _remember(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, BookScreen):
                screen.remember()

    def action_models(self) -> None:
        """Show the models."""
        self.push_screen(ModelsDialog())

    def action_leave(self) -> None:
        """Go from a book to the library, and from there out of the program."""
        if isinstance(self.screen, BookScreen) and not self._wanted:
            self._remember()
            self.pop_screen()
        else:
            self.exit()

    def action_help(self) -> None:
        """Show all keys."""
        page = self.actions.page(names=self.size.width >= _NAMES_FROM)
        self.push_screen(PageDialog("Help", page))

    def get_system_commands(self, screen: Screen[object]) -> list[SystemCommand]:
        """Every action with a key, and every theme, for the palette."""
        places: list[tuple[str, DOMNode]] = [("", screen)]
        for heading, place in PLACES:
            if issubclass(place, Widget) and not issubclass(place, Screen):
                places += [(f"{heading}: ", part) for part in screen.query(place)]
        commands = []
        for heading, where in (*places, ("", self)):
            for binding in bindings_of(*type(where).__mro__).values():
                action = partial(self._act, where, binding.action)
                keys = f"{heading}key {self.actions.keys_of(binding)}"
                commands.append(SystemCommand(binding.description, keys, action))
        commands += [
            SystemCommand(f"Colours: {name} theme", "", partial(self._use_theme, name))
            for name in self._themes
        ]
        return commands

    async def _act(self, where: DOMNode, action: str) -> None:
        """Act as the palette is told to; a pane of a book is gone to before."""
        if isinstance(self.screen, BookScreen) and where.id in NAMES:
            self.screen.activate(where.id)
        await self.run_action(action, where)

    def _use_theme(self, name: str) -> None:
        self.theme = name

    def _keep_theme(self, name: str) -> None:
        if name == self._theme_kept:
            return
        self._theme_kept = name
        try:
            save_setting("theme", name, self.paths)
        except (LongreadError, OSError) as error:
            self.tell(f"The theme is not kept: {error}", error=True)
