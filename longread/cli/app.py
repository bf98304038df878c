"""Puts the commands together, and turns errors into messages and exit codes."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from longread import __version__
from longread.cli import (
    ask,
    bench,
    doctor,
    library,
    models,
    output,
    read,
    reader,
    report,
    search,
    summarize,
    usage,
)
from longread.errors import LongreadError, UsageError
from longread.files import existing
from longread.text import one_line

_OFFLINE = "--offline"

app = typer.Typer(
    name="longread",
    help="Read long documents with a local model and ask about any detail in them.",
    epilog='Start with: longread ask novel.epub "Who is the narrator?"',
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("open", epilog=reader.EXAMPLES)(reader.open_book)
app.command("ask", epilog=ask.EXAMPLES)(ask.ask)
app.command("search", epilog=search.EXAMPLES)(search.search)
app.command("read", epilog=read.EXAMPLES)(read.read)
app.command("summarize", epilog=summarize.EXAMPLES)(summarize.summarize)
app.command("report", epilog=report.EXAMPLES)(report.report)
app.add_typer(library.app, name="library")
app.add_typer(models.app, name="models")
app.command("doctor", epilog=doctor.EXAMPLES)(doctor.doctor)
app.add_typer(bench.app, name="bench")
usage.as_typed(app)


def _show_version(value: bool) -> None:
    if value:
        print(f"longread {__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show it.")
    ] = False,
    offline: Annotated[
        bool, typer.Option(_OFFLINE, help="Open no connection, whatever is asked for.")
    ] = False,
) -> None:
    """Read long documents with a local model and ask about any detail in them.

    Without a command, in a terminal, the library opens.
    """
    _keep_offline(offline)
    if context.invoked_subcommand is None:
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            print(context.get_help())
            raise typer.Exit(2)
        reader.open_book()


def _keep_offline(asked: bool) -> None:
    from longread.network import go_offline, is_offline

    try:
        asked = asked or is_offline()
    except LongreadError:
        # Settings that cannot be read are the command's to tell; what needs the network
        # looks at them again.
        return
    if asked:
        go_offline()


def run() -> None:
    """Run the command line; exits with the documented code."""
    _fill_closed_streams()
    as_json = "--json" in sys.argv
    for stream in (sys.stdout, sys.stderr):
        # Not every terminal has the quotation marks of every book.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        # Help is printed by what parses the command line.
        with output.printing() if {"-h", "--help"} & set(sys.argv) else nullcontext():
            arguments = _arguments()
            _expect_command(arguments)
            app(arguments)
    except SystemExit as leaving:
        _leave(leaving, as_json=as_json)
    except LongreadError as error:
        try:
            output.report_error(error, as_json=as_json)
        except (BrokenPipeError, UsageError):
            output.leave_off()
        sys.exit(error.exit_code)


def _arguments() -> list[str]:
    """What was typed, with ``--offline`` before the command, wherever it stands: nobody should have
    to know to which of them it belongs."""
    typed = sys.argv[1:]
    ends = typed.index("--") if "--" in typed else len(typed)
    if _OFFLINE not in typed[:ends]:
        return typed
    others = [one for one in typed[:ends] if one != _OFFLINE]
    return [_OFFLINE, *others, *typed[ends:]]


def _expect_command(arguments: Sequence[str]) -> None:
    """Say what is missing where a file stands in place of a command.

    Raises:
        UsageError: it does.
    """
    first = next((typed for typed in arguments if typed != _OFFLINE), "")
    names = {command.name for command in app.registered_commands}
    names |= {group.name for group in app.registered_groups if isinstance(group.name, str)}
    if first not in names and existing(first) is not None:
        raise UsageError(
            f"{one_line(first)} is no command.",
            hint=f"As in: longread open {shlex.quote(first)}",
        )


def _fill_closed_streams() -> None:
    """Let a standard stream that is closed lead nowhere: the next file that is opened would take
    its number, and what is printed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open(mode, encoding="utf-8")  # noqa: SIM115 - it stays
            setattr(sys, name, nowhere)


def _leave(leaving: SystemExit, *, as_json: bool) -> NoReturn:
    """End as what parses the command line and prints for us wants it."""
    why = leaving.__context__
    if isinstance(why, BrokenPipeError):
        # The reader of our output went away, as `| head` does: nothing more can be said, and
        # nothing went wrong.
        output.leave_off()
        sys.exit(0)
    wrong = getattr(why, "format_message", None)
    if as_json and wrong is not None:
        with suppress(BrokenPipeError, UsageError):
            output.error_line(UsageError(wrong(), hint="--help shows how it is typed."))
    sys.exit(leaving.code)
