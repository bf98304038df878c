"""``longread read``: take documents into the library, and let the model read them."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli import options, output
from longread.config import parse_bytes
from longread.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from longread.answering.desk import Desk
    from longread.memory.records import DocumentRecord
    from longread.reading.reader import ReadingProgress
    from longread.workspace import Workspace

EXAMPLES = """Examples:

longread read novel.epub

longread read reports/ --index-only --json

longread read novel.epub --budget 500MB

pandoc notes.org -t html | longread read -"""


def read(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE...", help="Files or folders; '-' reads one.")
    ],
    index_only: Annotated[
        bool, typer.Option("--index-only", help="Index by words and meaning, without a model.")
    ] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
    model: options.ModelName = "",
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
    from longread.answering.desk import Desk
    from longread.workspace import Options, Workspace

    chosen = Options(
        model=model,
        embedder=embedder,
        threads=threads,
        gpu_layers=gpu_layers,
        budget=None if budget is None else parse_bytes(budget),
        window=window,
    )
    with Workspace(chosen) as workspace:
        with output.progress_bar("Reading files", quiet=quiet) as progress:
            records, failures = workspace.add_all(
                files,
                password=password,
                ocr=ocr,
                on_document=lambda number, total, name: progress(number, total),
            )
        for record in records:
            _show(record, json=json, quiet=quiet)
        for failure in failures:
            output.report_error(failure.error, as_json=json)
        desk = Desk(workspace, [record.id for record in records])
        with output.progress_bar("Indexing by meaning", quiet=quiet) as progress:
            desk.embed(progress)
        if records and not index_only and _has_model(workspace, quiet=quiet):
            _read_through(desk, records, json=json, quiet=quiet)
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
            f"{record.words:,} words, {record.sections} sections, "
            f"{record.passages:,} passages"
        )
        for warning in record.warnings:
            output.note(f"  {one_line(warning)}")


def _has_model(workspace: Workspace, *, quiet: bool) -> bool:
    """Whether a model is there that can read; says why not."""
    why = workspace.why_no_reading()
    if why and not quiet:
        output.note(why)
    return not why


def _read_through(
    desk: Desk, records: Sequence[DocumentRecord], *, json: bool, quiet: bool
) -> None:
    titles = {record.id: one_line(record.title, 40) for record in records}
    last: tuple[str, ReadingProgress] | None = None
    with closing(desk.read()) as passes:
        try:
            with output.progress_bar("The model reads", quiet=quiet) as progress:
                for document_id, state in passes:
                    last = document_id, state
                    detail = (
                        f"{state.tokens_per_second:.0f} tokens/s, "
                        f"{output.size(state.block_bytes)} kept"
                    )
                    progress(state.passages, state.total, detail)
                    if state.finished:
                        _end(titles[document_id], document_id, state, json=json, quiet=quiet)
        except KeyboardInterrupt:
            if last is not None and not last[1].finished:
                output.note(
                    f"Stopped at passage {last[1].passages:,} of {last[1].total:,}; the same "
                    "command goes on from there."
                )
            raise


def _end(title: str, document_id: str, state: ReadingProgress, *, json: bool, quiet: bool) -> None:
    if json:
        output.json_line(
            {
                "schema": "longread.reading/1",
                "document_id": document_id,
                "passages": state.passages,
                "tokens": state.tokens,
                "tokens_per_second": round(state.tokens_per_second, 1),
                "block_bytes": state.block_bytes,
                "finished": state.finished,
            }
        )
    elif not quiet:
        output.line(
            f"{document_id}  {title}: read by the model, {state.tokens:,} tokens; "
            f"{output.size(state.block_bytes)} kept in all"
        )
