"""``longread read``: take documents into the library, and let the model read them."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli import options, output
from longread.cli.inputs import add_files
from longread.config import parse_bytes
from longread.errors import ModelNotFound, UsageError
from longread.text import amount, one_line, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longread.desk import Desk
    from longread.memory.records import DocumentRecord
    from longread.reading.pass_state import PassState

EXAMPLES = """Examples:

longread read novel.epub

longread read reports/ --index-only --json

longread read novel.epub --budget 500MB --notes

pandoc notes.org -t html | longread read -"""


def read(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files or folders; '-' reads one.")
    ],
    index_only: Annotated[
        bool, typer.Option("--index-only", help="Index by words and meaning, without a model.")
    ] = False,
    notes: Annotated[
        bool, typer.Option("--notes", help="Also write notes on each part, and summaries of them.")
    ] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    model: options.ModelName = "",
    endpoint: options.Endpoint = "",
    embedder: options.EmbedderName = "",
    window: Annotated[
        int, typer.Option(min=0, help="Tokens that the model sees while it reads; 0: the setting.")
    ] = 0,
    budget: options.Budget = None,
    threads: options.Threads = 0,
    gpu_layers: options.GpuLayers = None,
    password: options.Password = None,
    ocr: options.Ocr = False,
) -> None:
    """Take documents into the library, and let the model read them from beginning to end.

    They can be asked about while the model still reads. It can be stopped at any time, and the
    next call goes on; what the model computed makes later answers start much sooner.
    """
    from longread.desk import Desk
    from longread.workspace import Options, Workspace

    if index_only and notes:
        raise UsageError(
            "Notes come of reading, and --index-only leaves that out.",
            hint="Leave out one of them.",
        )
    chosen = Options(
        model=model,
        endpoint=endpoint,
        embedder=embedder,
        threads=threads,
        gpu_layers=gpu_layers,
        budget=None if budget is None else parse_bytes(budget),
        window=window,
    )
    with Workspace(chosen, on_wait=None if quiet else output.note) as workspace:
        if model and not (index_only or workspace.uses_endpoint):
            workspace.check_model()
        records, failures = add_files(workspace, files, password=password, ocr=ocr, quiet=quiet)
        for record in records:
            _show(record, json=json, quiet=quiet)
        for failure in failures:
            output.report_error(failure.error, as_json=json, name=failure.name)
        desk = Desk(workspace, [record.id for record in records])
        with output.progress_bar("Indexing by meaning", quiet=quiet) as progress:
            desk.embed(progress)
        if records and not index_only:
            if notes and not workspace.has_model():
                raise ModelNotFound(
                    "No model is installed that could write notes.",
                    hint="`longread models pull --default` fetches one.",
                )
            why_not = workspace.why_no_reading()
            if why_not and not quiet:
                output.note(why_not)
            if notes or not why_not:
                _read_through(desk, records, with_notes=notes, json=json, quiet=quiet)
    if failures:
        if records and not quiet:
            output.note(f"{len(records)} read, {len(failures)} failed.")
        sys.exit(failures[0].error.exit_code)


def _show(record: DocumentRecord, *, json: bool, quiet: bool) -> None:
    if json:
        output.json_line({"schema": "longread.document/1", **record.as_json()})
    elif not quiet:
        author = f" by {record.author}" if record.author else ""
        output.line(
            f"{record.id}  {one_line(record.title + author)}: "
            f"{amount(record.words, 'word')}, {amount(record.sections, 'section')}, "
            f"{amount(record.passages, 'passage')}"
        )
        for warning in record.warnings:
            output.note(f"  {one_line(warning)}")


def _read_through(
    desk: Desk, records: Sequence[DocumentRecord], *, with_notes: bool, json: bool, quiet: bool
) -> None:
    from longread.reading.pass_state import PassState

    titles = {record.id: one_line(record.title, 40) for record in records}
    state = PassState()
    with closing(desk.read(with_notes=with_notes)) as passes:
        try:
            with output.progress_bar("The model reads", quiet=quiet) as progress:
                for document_id, news in passes:
                    if ended := state.take(document_id, news):
                        show = _end if ended == "read" else _end_notes
                        show(titles[document_id], state, json=json, quiet=quiet)
                    state.show(progress)
        except KeyboardInterrupt:
            if where := state.where:
                output.note(f"Stopped at {where}; the same command goes on from there.")
            raise


def _end(title: str, state: PassState, *, json: bool, quiet: bool) -> None:
    read = state.read
    assert read is not None
    if json:
        output.json_line(
            {
                "schema": "longread.reading/1",
                "document_id": state.document_id,
                "passages": read.passages,
                "tokens": read.tokens,
                "tokens_per_second": round(read.tokens_per_second, 1),
                "block_bytes": read.block_bytes,
                "finished": read.finished,
            }
        )
    elif not quiet:
        output.line(
            f"{state.document_id}  {title}: read by the model, {read.tokens:,} tokens; "
            f"{size(read.block_bytes)} kept in all"
        )


def _end_notes(title: str, state: PassState, *, json: bool, quiet: bool) -> None:
    notes = state.notes.total if state.notes else 0
    summaries = state.tree.total if state.tree else 0
    if json:
        values = {"notes": notes, "summaries": summaries, "finished": True}
        output.json_line({"schema": "longread.notes/1", "document_id": state.document_id, **values})
    elif not quiet:
        made = f"{amount(notes, 'note')}, {amount(summaries, 'summary', 'summaries')}"
        output.line(f"{state.document_id}  {title}: {made}")
