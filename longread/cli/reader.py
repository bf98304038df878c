"""``longread open``: the reader in the terminal."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from longread.cli import options, output
from longread.errors import UsageError

EXAMPLES = """Examples:

longread open novel.epub

longread open "Bleak House" --model qwen2.5-1.5b-instruct-q4_k_m

longread open"""


def open_book(
    name: Annotated[
        str,
        typer.Argument(metavar="[FILE]", help="A file, title or id; without one, the library."),
    ] = "",
    model: options.ModelName = "",
    endpoint: options.Endpoint = "",
    embedder: options.EmbedderName = "",
    budget: options.Budget = None,
    threads: options.Threads = 0,
    gpu_layers: options.GpuLayers = None,
    context: options.ContextSize = 0,
    password: options.Password = None,
    ocr: options.Ocr = False,
) -> None:
    """Open a book to read it, ask about it, and see where each answer stands.

    The model reads on in the background, from where it was left. ? shows all keys.
    """
    # The screen is drawn on standard error.
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise UsageError(
            "`longread open` needs a terminal for input, output and errors.",
            hint="In scripts, use `longread ask`.",
        )
    from longread.config import parse_bytes
    from longread.tui import terminal
    from longread.tui.app import ReaderApp
    from longread.workspace import Options

    kept = None if budget is None else parse_bytes(budget)
    chosen = Options(model, endpoint, embedder, threads, gpu_layers, context, kept)
    app = ReaderApp(chosen, name, password, ocr=ocr)
    try:
        with terminal.kept():
            app.run()
    finally:
        if app.attendant.reads:
            output.note("Keeping what the model has read …")
        app.let_go()
    if app.return_code:
        sys.exit(app.return_code)
