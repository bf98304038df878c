"""``longread summarize``: summaries of whole documents, one or many."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli import options, output
from longread.config import parse_bytes, parse_share
from longread.errors import LongreadError, UsageError
from longread.text import duration, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from longread.batch.work import Item, Made, Order, Outcome
    from longread.workspace import Workspace

EXAMPLES = """Examples:

longread summarize novel.epub

longread summarize novel.epub --length chapters > novel.md

longread summarize books/ --length page --format html --out summaries/ --resume

longread summarize books/ --out summaries/ --shard 1/3

longread summarize books/ --out summaries/ --jobs 4

longread summarize books/ --out summaries/ --ray auto --resume

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
        Path | None,
        typer.Option(
            metavar="DIR",
            parser=options.folder,
            help="Write one file a document here; else all are printed.",
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Leave out what has its file already.")
    ] = False,
    shard: Annotated[
        str, typer.Option(help="Only every n-th document, as 2/4: for several machines.")
    ] = "",
    jobs: Annotated[
        int, typer.Option(min=1, help="So many documents at a time, each with its own model.")
    ] = 1,
    ray: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Work on a Ray cluster: auto, an address, or local for this machine alone.",
        ),
    ] = "",
    json: options.Json = False,
    quiet: options.Quiet = False,
    budget: options.Budget = None,
    model: options.ModelName = "",
    endpoint: options.Endpoint = "",
    threads: options.Threads = 0,
    gpu_layers: options.GpuLayers = None,
    rewrite: Annotated[
        bool, typer.Option("--rewrite", help="Write anew what another model wrote.")
    ] = False,
    password: options.Password = None,
    ocr: options.Ocr = False,
    yes: options.Yes = False,
) -> None:
    """Summarize documents of any length, from their first page to their last.

    The model reads each document, takes notes, and folds them into chapters and the whole. It can
    be stopped at any time: the same command goes on from there.
    """
    from longread.batch.work import Order
    from longread.report.formats import Format
    from longread.report.outline import Length
    from longread.workspace import Options, Workspace

    if out is not None and output.names_standard_output(out):
        out = None
    if resume and out is None:
        raise UsageError("There is nothing to resume.", hint="--resume needs --out DIR.")
    if jobs > 1 and ray:
        raise UsageError("--jobs is for this machine, --ray for a cluster.", hint="Name one.")
    first, step = parse_share(shard)
    kept = None if budget is None else parse_bytes(budget)
    order = Order(
        options.choice(length, Length, "length"),
        Format.JSON if json and out is None else options.choice(form, Format, "format"),
        Options(model, endpoint, "none", threads, gpu_layers, budget=kept),
        password,
        ocr,
        rewrite,
    )
    batch = _Batch(order, out, resume=resume, quiet=quiet, json=json, yes=yes)
    with Workspace(order.options, on_wait=None if quiet else output.note) as workspace:
        names = workspace.inputs(inputs)
        if "-" in names:
            if ray:
                raise UsageError(
                    "Standard input is on this machine alone.", hint="Write it to a file."
                )
            names = batch.with_standard_input(names, workspace)
        items = batch.left(batch.items(names)[first::step])
        if ray:
            batch.on_cluster(items, ray)
        elif jobs > 1 and len(items) > 1:
            batch.side_by_side(items, min(jobs, len(items)), workspace)
        else:
            batch.one_by_one(items, workspace)
    if batch.failures:
        for name, error in batch.failures if len(names) > 1 else ():
            output.note(f"failed: {one_line(name)}: {error}")
        sys.exit(batch.failures[0][1].exit_code)


@dataclass(slots=True)
class _Batch:
    """Documents to be summarized, and what became of them."""

    order: Order
    out: Path | None
    resume: bool
    quiet: bool
    json: bool
    yes: bool
    failures: list[tuple[str, LongreadError]] = field(default_factory=list)
    _written: int = 0

    def items(self, names: list[str]) -> list[Item]:
        """Each input with the name of its file, whichever of them are done here."""
        from longread.batch.shelf import items, items_in

        if self.out is None:
            return items(names, self.order.form)
        return items_in(self.out, names, self.order.form)

    def with_standard_input(self, names: list[str], workspace: Workspace) -> list[str]:
        """Take in what comes through standard input: it is known by its id to other processes,
        and told from what comes another time."""
        from longread.batch.work import OWN_FAULTS, Item, Outcome

        others = [name for name in names if name != "-"]
        try:
            taken = workspace.add("-", password=self.order.password, ocr=self.order.ocr)
        except OWN_FAULTS as error:
            self._take(Outcome(Item("-", ""), error=error))
            return others
        return [taken.id if name == "-" else name for name in names]

    def left(self, items: list[Item]) -> list[Item]:
        """Those that are still to be done."""
        from longread.batch.shelf import left_in

        left = left_in(self.out, items) if self.out is not None and self.resume else items
        if len(left) < len(items) and not self.quiet:
            output.note(f"{len(items) - len(left)} of {len(items)} are there already.")
        return left

    def one_by_one(self, items: list[Item], workspace: Workspace) -> None:
        """Summarize them in their order; what fails is kept and does not stop the others."""
        from longread.batch.work import OWN_FAULTS, Outcome

        taken: list[float] = []
        for number, item in enumerate(items, start=1):
            started = time.monotonic()
            try:
                self._take(Outcome(item, self._one(workspace, item, f"{number} of {len(items)}")))
                taken.append(time.monotonic() - started)
            except OWN_FAULTS as error:
                # It took no time that says anything of the others.
                self._take(Outcome(item, error=error))
            if 1 < len(items) != number and not self.quiet:
                seconds = mean(taken) * (len(items) - number) if taken else 0.0
                left = f", about {duration(seconds)} left" if seconds >= 1 else ""
                output.note(f"{number} of {len(items)} documents{left}")

    def side_by_side(self, items: list[Item], jobs: int, workspace: Workspace) -> None:
        """Summarize several at a time."""
        from longread.batch.workers import side_by_side
        from longread.cli.models import ensure_model

        ensure_model(workspace, yes=self.yes, quiet=self.quiet)
        self._take_all(
            f"Summarizing, {jobs} at a time",
            len(items),
            lambda tell: side_by_side(items, self.order, jobs, workspace.paths, tell),
        )

    def on_cluster(self, items: list[Item], address: str) -> None:
        """Summarize them on a cluster."""
        from longread.batch.cluster import on_cluster

        self._take_all(
            "Summarizing on the cluster",
            len(items),
            lambda tell: on_cluster(items, self.order, address, tell),
        )

    def _take_all(
        self,
        title: str,
        total: int,
        start: Callable[[Callable[[float], None]], Generator[Outcome]],
    ) -> None:
        """Take what comes of several at a time, and show how many are done meanwhile."""
        with (
            output.progress_bar(title, quiet=self.quiet) as progress,
            closing(start(lambda done: progress(done, total))) as outcomes,
        ):
            taken = 0
            try:
                for outcome in outcomes:
                    self._take(outcome)
                    taken += 1
            except KeyboardInterrupt:
                resume = " with --resume" if self.out and not self.resume else ""
                done = f"Stopped after {taken} of {total} documents"
                output.note(f"{done}; the same command{resume} goes on from there.")
                raise

    def _one(self, workspace: Workspace, item: Item, which: str) -> Made:
        from longread.batch.work import summarize, told
        from longread.cli.models import ensure_model
        from longread.reading.pass_state import PassState

        order, state = self.order, PassState()
        with output.stages(quiet=self.quiet) as stage:
            record = workspace.add(
                item.name, password=order.password, ocr=order.ocr, on_stage=stage
            )
        if (made := told(workspace, record, order)) is not None:
            return made
        ensure_model(workspace, yes=self.yes, quiet=self.quiet)
        with output.stages(quiet=self.quiet) as stage:
            stage("loading the model")
            workspace.has_model()
        title = f"{which}: {record.title}" if which != "1 of 1" else record.title
        try:
            with output.progress_bar(one_line(title, 50), quiet=self.quiet) as progress:
                return summarize(workspace, record, order, state, lambda: state.show(progress))
        except KeyboardInterrupt:
            if where := state.where:
                output.note(f"Stopped at {where}; the same command goes on from there.")
            raise

    def _take(self, outcome: Outcome) -> None:
        """Write what was made, or say why nothing was."""
        if outcome.error is not None:
            output.report_error(outcome.error, as_json=self.json, name=outcome.item.name)
            self.failures.append((outcome.item.name, outcome.error))
        elif outcome.made is not None:
            self._deliver(outcome.made, outcome.item.file)

    def _deliver(self, made: Made, file: str) -> None:
        if self.out is None:
            if self.json:
                output.json_line(made.values)
            elif self.order.form == "json":
                output.line(output.json_text(made.values, indent=2))
            else:
                output.write(("\n" if self._written else "") + made.text)
            self._written += 1
            return
        output.write_file(
            self.out / file,
            made.text,
            made.document_id,
            hint="Name another folder with --out.",
            json=self.json,
            quiet=self.quiet,
        )
