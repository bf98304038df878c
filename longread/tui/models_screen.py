"""Models: which there are, which fit this machine, and fetching one."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import DataTable, Static
from textual.worker import get_current_worker

from longread.errors import Cancelled, LongreadError
from longread.pace import Pace
from longread.text import size
from longread.tui.dialogs import Dialog, step

if TYPE_CHECKING:
    from longread.engine.catalogue import ModelEntry
    from longread.tui.app import ReaderApp

_SAY_SECONDS = 0.2
"""How often it is said at most how much of a model has come."""


class ModelsDialog(Dialog[None]):
    """The catalogue; Enter uses a model that is here, p fetches one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "pull", "Fetch", id="models.pull"),
        Binding("j", "go(1)", "Down", id="models.down", show=False),
        Binding("k", "go(-1)", "Up", id="models.up", show=False),
    ]
    DEFAULT_CSS = """
    ModelsDialog { & > Vertical { max-width: 120; } DataTable { height: auto; max-height: 80%; } }
    """

    app: ReaderApp

    def __init__(self) -> None:
        super().__init__()
        self._models: tuple[ModelEntry, ...] = ()
        self._stop = threading.Event()
        self._fetching = False

    def compose(self) -> ComposeResult:
        """Put it together."""
        with Vertical() as box:
            box.border_title = "Models"
            yield DataTable(cursor_type="row", id="models")
            yield Static("", classes="said", markup=False, id="models-said")
            keys = "Enter uses it · p fetches it · Esc closes, and stops fetching"
            yield Static(keys, classes="keys", markup=False)

    def on_mount(self) -> None:
        """Show what there is."""
        table = self.query_one(DataTable)
        table.add_columns("", "Model", "Size", "Memory", "Licence", "From", "For")
        self.fill()
        table.focus()

    def fill(self) -> None:
        """Show the catalogue with what is installed and what fits."""
        from longread.engine.catalogue import catalogue
        from longread.engine.installed import installed

        paths = self.app.paths
        try:
            here = {model.entry.id for model in installed(paths)}
            self._show_models(catalogue(paths), here, self.app.attendant.model_name)
        except LongreadError as error:
            self._say(str(error))

    def _show_models(self, models: tuple[ModelEntry, ...], here: set[str], current: str) -> None:
        from longread.engine.machine import describe_machine

        available = describe_machine().available
        table = self.query_one(DataTable)
        row = table.cursor_row
        table.clear()
        self._models = models
        for model in self._models:
            if model.id == current:
                mark = "in use"
            elif model.id in here:
                mark = "here"
            else:
                mark = "" if not model.memory or model.memory <= available else "too large"
            table.add_row(
                mark,
                Text(model.id),
                size(model.size),
                size(model.memory) if model.memory else "",
                Text(model.licence),
                Text(", ".join(source.name for source in model.sources)),
                Text(model.purpose),
            )
        table.move_cursor(row=row)

    def on_unmount(self) -> None:
        """Stop fetching, also where the program is left: what was fetched so far stays, and the
        next time goes on from there."""
        self._stop.set()

    def action_go(self, rows: int) -> None:
        """Move the cursor."""
        step(self.query_one(DataTable), rows)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        """Use the model under the cursor."""
        event.stop()
        self._use(self._models[event.cursor_row])

    def action_pull(self) -> None:
        """Fetch the model under the cursor."""
        if self._fetching:
            self._say("A model is being fetched.")
        if self._fetching or not self._models:
            return
        self._fetching = True
        self._pull(self._models[self.query_one(DataTable).cursor_row])

    @work(thread=True, exclusive=True, group="model")
    def _use(self, model: ModelEntry) -> None:
        # The dialog may be closed before the model is there, and has no app then.
        app, worker = self.app, get_current_worker()
        try:
            app.attendant.change_model(model, lambda: worker.is_cancelled)
        except Cancelled:
            return
        except LongreadError as error:
            app.call_from_thread(self._say, f"{error}  p fetches it.")
        except OSError as error:
            app.call_from_thread(self._say, f"The choice cannot be kept: {error}.")
        else:
            app.call_from_thread(app.model_changed)
            app.call_from_thread(self._say_and_fill, f"{model.id} answers from now on.")

    @work(thread=True, group="pull")
    def _pull(self, model: ModelEntry) -> None:
        from longread.engine.installed import use
        from longread.engine.weights import pull

        app, pace = self.app, Pace()
        last = time.monotonic()

        def progress(done: float, total: float) -> None:
            nonlocal last
            left = pace.left(done, total)
            now = time.monotonic()
            if now - last < _SAY_SECONDS:
                return
            last = now
            told = [f"{size(done)} of {size(total)}", f"{size(pace.speed)}/s", left]
            app.call_from_thread(self._say, f"{model.id}: {', '.join(filter(None, told))}")

        def event(text: str) -> None:
            app.call_from_thread(self._say, text)

        paths, installed = app.paths, False
        try:
            pull(model, on_progress=progress, on_event=event, cancel=self._stop, where=paths)
            if not app.attendant.model_name:
                use(model.id, paths)
            said, installed = f"{model.id} is installed; Enter uses it.", True
        except Cancelled:
            return
        except (LongreadError, OSError) as error:
            said = str(error)
        finally:
            # Before anything is said of it, so that the next one can be asked for at once.
            self._fetching = False
        if installed:
            app.call_from_thread(app.model_changed)
        app.call_from_thread(self._say_and_fill, said)

    def _say_and_fill(self, said: str) -> None:
        self._say(said)
        if self.is_mounted:
            self.fill()

    def _say(self, text: str) -> None:
        if self.is_mounted:
            self.query_one("#models-said", Static).update(text)
