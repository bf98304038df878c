"""``longread search``: passages for words or a question, without a model."""

from __future__ import annotations

from typing import Annotated

import typer

from longread.cli import options, output
from longread.cli.inputs import split, take
from longread.text import one_line

SHOWN_CHARACTERS = 240
"""How much of each passage is printed."""

EXAMPLES = """Examples:

longread search novel.epub "the lighthouse at night"

longread search library "inventory turnover" --limit 20 --json"""


def search(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE... QUERY",
            help="Files, folders, titles or ids, '-' for standard input, or 'library' for all of "
            "it; the query last.",
        ),
    ],
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=1, max=1000, help="So many places.")
    ] = 10,
    upto: options.UpTo = "",
    json: options.Json = False,
    quiet: options.Quiet = False,
    embedder: options.EmbedderName = "",
    password: options.Password = None,
    ocr: options.Ocr = False,
) -> None:
    """Find passages by words and by meaning, best first, with their places."""
    from longread.desk import Desk
    from longread.workspace import Options, Workspace

    names, query = split(inputs, "query", 'longread search novel.epub "the letter"')
    waiting = None if quiet else output.note
    with (
        Workspace(Options(embedder=embedder), on_wait=waiting) as workspace,
        output.stages(quiet=quiet) as stage,
    ):
        records = take(workspace, names, password=password, ocr=ocr, stage=stage, quiet=quiet)
        stage("looking up")
        desk = Desk(workspace, [record.id for record in records], upto=upto)
        found = desk.search(query, limit)
        stage("")
        for candidate, citation in found:
            if json:
                values = {"schema": "longread.hit/1", "score": round(candidate.score, 6)}
                output.json_line(values | citation.as_json())
                continue
            title = f"{citation.document_title}, " if len(records) > 1 else ""
            output.line(f"[{citation.label}] {title}{citation.place}")
            output.line(f"     {one_line(citation.quote, SHOWN_CHARACTERS)}")
        if not found and not json:
            output.note("Nothing was found.")
        desk.continue_in_background()
