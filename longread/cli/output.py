"""What commands print: text and JSON to standard output, progress and errors to standard
error. Nothing here interprets markup, and everything passes the sanitiser."""

from __future__ import annotations

import codecs
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Protocol

from longread.errors import LongreadError, UsageError
from longread.files import write_named
from longread.pace import Pace
from longread.text import escaped_json, naming, one_line, sanitise, size

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console
    from rich.table import Table

_LEAST_COLUMN = 12
"""A column of words is no narrower, where it has longer ones: one letter a line says nothing."""


def console(*, stderr: bool = False) -> Console:
    """A rich console without markup, highlighting or emoji codes; honours ``NO_COLOR``."""

    from rich.console import Console

    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, soft_wrap=False)


def write(text: str) -> None:
    """Print a piece of text to standard output at once, without a newline.

    Raises:
        UsageError: nothing more can be written there, as on a full disk.
    """
    with printing():
        sys.stdout.write(sanitise(text))
        sys.stdout.flush()


@contextmanager
def printing() -> Iterator[None]:
    """What is done within does no more than to print to standard output.

    Raises:
        UsageError: nothing more can be written there, as on a full disk.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        leave_off()
        raise UsageError(
            f"Standard output cannot be written: {error.strerror}.",
            hint="What was kept in the library is there all the same.",
        ) from error


def leave_off() -> None:
    """Print nothing more to standard output, what is still waiting included."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def ask_for(question: str, otherwise: str, hint: str) -> None:
    """Ask whether to go on.

    Raises:
        UsageError: the answer is no, or nobody is there to give one; ``otherwise`` says what was
            not done, ``hint`` what next.
    """
    import typer

    try:
        with questioning():
            agreed = typer.confirm(question, err=True)
    except typer.Abort:
        agreed = False
    if not agreed:
        raise UsageError(otherwise, hint=hint)


@contextmanager
def questioning() -> Iterator[None]:
    """Within, a person is asked something. Ctrl-C there stops the command, as it does elsewhere.

    Raises:
        typer.Abort: nobody answers.
    """
    import typer

    try:
        yield
    except typer.Abort as left:
        note("")
        if isinstance(left.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise


def line(text: str = "") -> None:
    """Print a line to standard output."""
    write(text + "\n")


def ask_to_remove(question: str) -> None:
    """Ask whether something may be removed.

    Raises:
        UsageError: it may not, or nobody is there to say so.
    """
    ask_for(question, "Nothing was removed.", "--yes removes without asking.")


def note(text: str) -> None:
    """Print a line to standard error."""
    print(sanitise(text), file=sys.stderr, flush=True)


def json_line(values: Mapping[str, Any]) -> None:
    """Print one JSON object on a line."""
    with printing():
        print(json_text(values), flush=True)


def json_text(values: Mapping[str, Any], *, indent: int | None = None) -> str:
    """JSON as it is printed to standard output: where that is no UTF-8, as in some locales and on
    Windows, every character that is not ASCII is an escape, so that none is lost."""
    encoding = codecs.lookup(sys.stdout.encoding or "utf-8").name
    return escaped_json(json.dumps(values, ensure_ascii=encoding != "utf-8", indent=indent))


def json_lines(schema: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Print rows as JSON objects of one schema, each on a line."""
    for row in rows:
        json_line({"schema": schema, **row})


def error_line(error: LongreadError, *, name: str = "") -> None:
    """Print an error as a JSON object; ``name`` is the input that it is about."""
    values = {
        "schema": "longread.error/1",
        "code": error.code,
        "message": one_line(error.message, 2000),
        "hint": one_line(error.hint, 2000),
    }
    json_line(values | ({"input": name} if name else {}))


def report_error(error: LongreadError, *, as_json: bool, name: str = "") -> None:
    """Say what, why and what next; with ``--json`` also as an object on standard output.
    ``name`` is the input that it is about, where there may be several."""
    if as_json:
        error_line(error, name=name)
    said = naming(name, error.message) if name else error.message
    note(f"longread: {one_line(said, 2000)}")
    if error.hint:
        note(f"  {one_line(error.hint, 2000)}")


@contextmanager
def writing(file: Path, hint: str = "Name another place.") -> Iterator[None]:
    """Writes a file or folder that the command line names.

    Raises:
        UsageError: it cannot be written; ``hint`` says what next.
    """
    try:
        yield
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.", hint=hint) from error


def make_ready(file: Path | None) -> None:
    """See that a file can be written, before the long work whose result goes into it.

    Raises:
        UsageError: it cannot be.
    """
    if file is not None:
        with writing(file):
            file.parent.mkdir(parents=True, exist_ok=True)
            there = file.exists()
            file.open("ab").close()
            if not there:
                file.resolve().unlink()


def names_standard_output(out: Path) -> bool:
    """Whether what is named as the place of results is standard output: ``-``, as ``-`` among the
    documents is standard input."""
    return str(out) == "-"


def write_file(
    file: Path, text: str, document_id: str, *, hint: str, json: bool, quiet: bool
) -> None:
    """Write what was made of a document to a file, whole or not at all, and say where it is; or
    print it, where ``-`` is the file.

    Raises:
        UsageError: it cannot be written; ``hint`` says what next.
    """
    if names_standard_output(file):
        write(text)
        return
    with writing(file, hint):
        write_named(file, text)
    if json:
        values = {"document_id": document_id, "file": str(file)}
        json_line({"schema": "longread.written/1", **values})
    elif not quiet:
        line(str(file))


def table(*columns: str) -> Table:
    """A plain table; columns whose name begins with ``>`` are right-aligned."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    built = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        built.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left")
    return built


def show_table(shown: Table) -> None:
    """Print a table to standard output. Ids are whole at any width, as they are to be copied, and
    so are figures; a table of too many goes past the edge."""
    from rich.cells import cell_len

    for column in shown.columns:
        cells = [str(cell) for cell in column.cells]
        if column.header == "Id":
            whole = [cell.partition("\n")[0] for cell in cells]
        elif column.justify == "right":
            whole = [*cells, *str(column.header).split()]
        else:
            column.overflow = "fold"
            whole = [cell[:_LEAST_COLUMN] for cell in cells]
        column.min_width = max(map(cell_len, whole), default=0)
    with printing():
        console().print(shown, crop=False)
        sys.stdout.flush()


@contextmanager
def stages(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """A spinner on standard error with the current stage and its seconds; an empty stage
    hides it. Silent where standard error is no terminal that can draw it."""
    if quiet or not _draws():
        yield lambda name: None
        return
    from rich.status import Status
    from rich.text import Text

    class Timed:
        def __init__(self) -> None:
            self.name, self.since = "", time.monotonic()

        def __rich__(self) -> Text:
            seconds = time.monotonic() - self.since
            return Text(f"{self.name}" + (f"  {seconds:.0f} s" if seconds >= 1 else ""))

    timed = Timed()
    status = Status(timed, console=console(stderr=True))
    running = False

    def show(name: str) -> None:
        nonlocal running
        if name == "" and running:
            status.stop()
            running = False
        elif name:
            timed.name, timed.since = one_line(name), time.monotonic()
            if not running:
                status.start()
                running = True

    try:
        yield show
    finally:
        if running:
            status.stop()


class Progress(Protocol):
    """Takes how much is ``done`` of how much; and may take a text that is shown behind that, and
    the seconds ``left`` where these are better known than from the share done since the first
    call."""

    def __call__(self, done: float, total: float, detail: str = "", left: float = 0.0, /) -> None:
        """Show it."""


@contextmanager
def progress_bar(title: str, *, quiet: bool, as_bytes: bool = False) -> Iterator[Progress]:
    """A bar with ETA on standard error. Where that is no terminal that can draw it, there is a line
    every ten seconds."""
    if quiet:
        yield _show_nothing
        return
    pace = Pace()
    if not _draws():
        yield _sparse_lines(title, pace, as_bytes=as_bytes)
        return
    from rich import progress

    amount = (
        [progress.DownloadColumn(), progress.TransferSpeedColumn()]
        if as_bytes
        else [progress.MofNCompleteColumn()]
    )
    bar = progress.Progress(
        progress.TextColumn("{task.description}", markup=False),
        progress.BarColumn(),
        *amount,
        progress.TextColumn("{task.fields[detail]}", markup=False),
        console=console(stderr=True),
        transient=True,
        # Rich moves what is printed above the bar, where the terminal is; a file keeps its own.
        redirect_stdout=sys.stdout.isatty(),
    )
    with bar:
        task = bar.add_task(one_line(title, 60), total=None, detail="")

        def show(done: float, total: float, detail: str = "", left: float = 0.0) -> None:
            told = _joined(pace.left(done, total, left), detail)
            bar.update(task, completed=done, total=total, detail=told)

        yield show


def _draws() -> bool:
    """Whether standard error is a terminal in which what stands there can be drawn anew; that of
    an editor often is none."""
    return sys.stderr.isatty() and os.environ.get("TERM", "").lower() not in ("dumb", "unknown")


def _show_nothing(done: float, total: float, detail: str = "", left: float = 0.0) -> None:
    pass


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _sparse_lines(title: str, pace: Pace, *, as_bytes: bool) -> Progress:
    last = time.monotonic()

    def show(done: float, total: float, detail: str = "", left: float = 0.0) -> None:
        nonlocal last
        told = pace.left(done, total, left)
        now = time.monotonic()
        if now - last < 10 or not total:
            return
        last = now
        amounts = f"{size(done)} of {size(total)}" if as_bytes else f"{done:.0f} of {total:.0f}"
        note(f"{title}: {_joined(amounts, told, detail)}")

    return show
