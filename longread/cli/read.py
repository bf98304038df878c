"""``longread read``: take documents into the library."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from longread.cli import options, output
from longread.text import one_line

EXAMPLES = """Examples:

longread read novel.epub

longread read reports/ --json

pandoc notes.org -t html | longread read -"""


def read(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files or folders; '-' reads one.")
    ],
    json: options.Json = False,
    quiet: options.Quiet = False,
    embedder: options.EmbedderName = "",
    password: options.Password = None,
    ocr: options.Ocr = False,
) -> None:
    """Take documents into the library and index them by words and by meaning."""
    from longread.answering.desk import Desk
    from longread.workspace import Options, Workspace

    with Workspace(Options(embedder=embedder)) as workspace:
        with output.progress_bar("Reading files", quiet=quiet) as progress:
            records, failures = workspace.add_all(
                files,
                password=password,
                ocr=ocr,
                on_document=lambda number, total, name: progress(number, total),
            )
        for record in records:
            if json:
                output.json_line({"schema": "longread.document/1", **record.as_json()})
            elif not quiet:
                author = f" by {record.author}" if record.author else ""
                output.line(
                    f"{record.id}  {one_line(record.title + author)}: "
                    f"{record.words:,} words, {record.sections} sections, "
                    f"{record.passages:,} passages"
                )
                for warning in record.warnings:
                    output.note(f"  {one_line(warning)}")
        for failure in failures:
            output.report_error(failure.error, as_json=json)
        desk = Desk(workspace, [record.id for record in records])
        with output.progress_bar("Indexing by meaning", quiet=quiet) as progress:
            desk.embed(progress)
    if failures:
        if records and not quiet:
            output.note(f"{len(records)} read, {len(failures)} failed.")
        sys.exit(failures[0].error.exit_code)
