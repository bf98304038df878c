"""``longread summarize``: summaries of whole documents, one or many."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli import options, output
from longread.config import parse_bytes, parse_share
from longread.errors import DocumentNotFound, LongreadError, SourceError, UsageError
from longread.text import duration, one_line

if TYPE_CHECKING:
    from longread.report.formats import Format
    from longread.report.outline import Length, Outline
    from longread.workspace import Workspace

EXAMPLES = """Examples:

longread summarize novel.epub

longread summarize novel.epub --length chapters > novel.md

longread summarize books/ --length page --format html --out summaries/ --resume

longread summarize books/ --out summaries/ --shard 1/3

pandoc notes.org -t html | longread summarize -"""


def summarize(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Files, folders, titles or ids; '-' reads one."),
    ],
    length: Annotated[
        str, typer.Option(help="sentence, paragraph, page, chapters or full.")
    ] = "paragraph",
    form: Annotated[str, typer.Option("--format", help="md, txt, html or json.")] = "md",
    out: Annotated[
        Path | None, typer.Option(help="Write one file a document here; else all are printed.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Leave out what has its file already.")
    ] = False,
    shard: Annotated[
        str, typer.Option(help="Only every n-th document, as 2/4: for several machines.")
    ] = "",
    json: options.Json = False,
    quiet: options.Quiet = False,
    budget: options.Budget = None,
    model: options.ModelName = "",
    endpoint: options.Endpoint = "",
    threads: options.Threads = 0,
    gpu_layers: options.GpuLayers = None,
    password: options.Password = None,
    ocr: options.Ocr = False,
    yes: options.Yes = False,
) -> None:
    """Summarize documents of any length, from their first page to their last.

    The model reads each document, takes notes, and folds them into chapters and the whole. It can
    be stopped at any time: the same command goes on from there.
    """
    from longread.cli.models import ensure_model
    from longread.report.formats import Format
    from longread.report.outline import Length
    from longread.workspace import Options, Workspace

    batch = _Batch(
        options.choice(length, Length, "length"),
        Format.JSON if json and out is None else options.choice(form, Format, "format"),
        out,
        resume=resume,
        quiet=quiet,
        json=json,
        password=password,
        ocr=ocr,
    )
    if resume and out is None:
        raise UsageError("There is nothing to resume.", hint="--resume needs --out DIR.")
    first, step = parse_share(shard)
    kept = None if budget is None else parse_bytes(budget)
    chosen = Options(model, endpoint, "none", threads, gpu_layers, budget=kept)
    with Workspace(chosen) as workspace:
        names = workspace.inputs(inputs)
        ensure_model(workspace, yes=yes, quiet=quiet)
        batch.run(workspace, batch.named(names)[first::step])
    if batch.failures:
        for name, error in batch.failures if len(names) > 1 else ():
            output.note(f"failed: {one_line(name)}: {error}")
        sys.exit(batch.failures[0][1].exit_code)


@dataclass(slots=True)
class _Batch:
    """Documents to be summarized one after another, and what became of them."""

    length: Length
    form: Format
    out: Path | None
    resume: bool
    quiet: bool
    json: bool
    password: str | None
    ocr: bool
    failures: list[tuple[str, LongreadError]] = field(default_factory=list)
    _written: int = 0

    def named(self, names: list[str]) -> list[tuple[str, str]]:
        """Each input with the name of its file, whichever of them are done here."""
        from longread.report.files import file_name

        taken: set[str] = set()
        return [(name, file_name(name, self.form, taken)) for name in names]

    def run(self, workspace: Workspace, inputs: list[tuple[str, str]]) -> None:
        """Summarize them; what fails is kept and does not stop the others."""
        started = time.monotonic()
        left = [item for item in inputs if not self._is_done(item[1])]
        if len(left) < len(inputs) and not self.quiet:
            output.note(f"{len(inputs) - len(left)} of {len(inputs)} are there already.")
        for number, (name, file) in enumerate(left):
            try:
                self._one(workspace, name, file, f"{number + 1} of {len(left)}")
            except (SourceError, DocumentNotFound) as error:
                output.report_error(error, as_json=self.json)
                self.failures.append((name, error))
            done = number + 1
            if 1 < len(left) != done and not self.quiet:
                seconds = (time.monotonic() - started) / done * (len(left) - done)
                output.note(f"{done} of {len(left)} documents, about {duration(seconds)} left")

    def _is_done(self, file: str) -> bool:
        return self.resume and self.out is not None and (self.out / file).exists()

    def _one(self, workspace: Workspace, name: str, file: str, which: str) -> None:
        from longread.answering.desk import Desk
        from longread.reading.pass_state import PassState
        from longread.report.formats import write
        from longread.report.outline import outline

        with output.stages(quiet=self.quiet) as stage:
            record = workspace.add(name, password=self.password, ocr=self.ocr, on_stage=stage)
            stage("loading the model")
            workspace.has_model()
        title = f"{which}: {record.title}" if which != "1 of 1" else record.title
        state = PassState()
        try:
            with (
                output.progress_bar(one_line(title, 50), quiet=self.quiet) as progress,
                closing(Desk(workspace, [record.id]).read(with_notes=True)) as passes,
            ):
                for document_id, news in passes:
                    state.take(document_id, news)
                    state.show(progress)
        except KeyboardInterrupt:
            if where := state.where:
                output.note(f"Stopped at {where}; the same command goes on from there.")
            raise
        made = outline(workspace.library, record.id, self.length)
        self._deliver(made, write(made, self.form, record.language), file)

    def _deliver(self, made: Outline, text: str, file: str) -> None:
        if self.out is None:
            if self.json:
                output.json_line(made.as_json())
            else:
                output.write(("\n" if self._written else "") + text)
            self._written += 1
            return
        output.write_file(
            self.out / file,
            text,
            made.document_id,
            hint="Name another folder with --out.",
            json=self.json,
            quiet=self.quiet,
        )
