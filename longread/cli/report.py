"""``longread report``: one page on a document, to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from longread.cli import options, output
from longread.cli.inputs import take
from longread.errors import UsageError
from longread.text import one_line

EXAMPLES = """Examples:

longread report novel.epub --out novel.html

longread report novel.epub --out novel.html --upto "chapter 7"

longread summarize novel.epub -q > /dev/null && longread report novel.epub --out novel.html"""


def report(
    name: Annotated[str, typer.Argument(metavar="FILE", help="A file, title or id.")],
    out: Annotated[Path, typer.Option(help="The page to write, as novel.html; '-' prints it.")],
    upto: options.UpTo = "",
    json: options.Json = False,
    quiet: options.Quiet = False,
    password: options.Password = None,
    ocr: options.Ocr = False,
) -> None:
    """Write one page of HTML: the summary by chapter, who is named where and with whom, and the
    length of each chapter, each statement linked to its passage.

    No model takes part: the summary is there once `longread summarize` or `longread read --notes`
    has written it.
    """
    from longread.report.page import page
    from longread.report.portrait import portrait
    from longread.workspace import Workspace

    waiting = None if quiet else output.note
    with Workspace(on_wait=waiting) as workspace, output.stages(quiet=quiet or json) as stage:
        records = take(workspace, [name], password=password, ocr=ocr, stage=stage, quiet=quiet)
        if len(records) != 1:
            raise UsageError(
                f"{one_line(name)} stands for {len(records)} documents, and a page is about one.",
                hint="Name a file, a title or an id.",
            )
        (record,) = records
        stage("gathering names")
        found = portrait(workspace.library, record.id, upto)
        stage("")
    hint = "Name another file with --out."
    output.write_file(out, page(found), record.id, hint=hint, json=json, quiet=quiet)
    if not (json or quiet or found.told or upto):
        output.note("Without a summary: `longread summarize` writes it.")
