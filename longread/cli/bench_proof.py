"""``longread bench``: what is found in texts of any length."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli import options, output
from longread.cli.bench_options import (
    Data,
    Datasets,
    Documents,
    Limit,
    Out,
    Questions,
    Seed,
    looked_into,
    need_known,
)
from longread.config import EVIDENCE_TOKENS, parse_bytes
from longread.files import write_named
from longread.text import one_line, size

if TYPE_CHECKING:
    from longread.bench.bench import Bench

app = typer.Typer()


@app.command(
    "passkey",
    epilog="Example: longread bench passkey --tokens 10000,1000000 --distractors 0,10,100 "
    "--out passkey.jsonl",
)
def passkey(
    out: Out,
    tokens: Annotated[
        str, typer.Option(help="Lengths of the text in tokens, with commas.")
    ] = "10000,100000,1000000",
    positions: Annotated[
        int, typer.Option(min=1, help="So many places, from the start to the end.")
    ] = 20,
    distractors: Annotated[
        str, typer.Option(help="How many keys of other things stand in it, with commas.")
    ] = "0,10,100",
    budget: options.Budget = None,
    evidence_tokens: options.EvidenceTokens = EVIDENCE_TOKENS,
    seed: Seed = 0,
    model: options.ModelName = "",
    embedder: options.EmbedderName = "none",
    threads: options.Threads = 0,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Hide a number in a long text and ask for it; can be stopped and resumed."""
    from longread.bench import passkey as runner
    from longread.bench.results import read_results

    setup = runner.Setup(
        _counts(tokens, "--tokens", 1_000, 100_000_000),
        runner.evenly(positions),
        _counts(distractors, "--distractors", 0, runner.MOST_DISTRACTORS),
        seed,
    )
    with (
        _bench(out, budget, evidence_tokens, model, embedder, threads, quiet=quiet) as bench,
        output.progress_bar("Asking", quiet=quiet) as progress,
    ):
        for state in runner.run(out, bench, setup):
            progress(state.done, state.total, state.detail)
    rows = runner.summarise(read_results(out))
    if json:
        output.json_lines("longread.bench.passkey/1", rows)
        return
    table = output.table(
        *(">tokens", ">keys", ">found", ">first s", ">resident", ">stored", ">KV cache"),
        *(">÷ memory", ">÷ stored"),
    )
    for row in rows:
        table.add_row(
            f"{row['tokens']:,}",
            str(row["distractors"] + 1),
            f"{round(row['found'] * row['places'])}/{row['places']}",
            f"{row['median_first_token']:.1f}",
            *(size(row[name]) for name in ("resident_bytes", "stored_bytes", "cache_bytes")),
            *(f"{row[name]:,.1f}" for name in ("times_less_resident", "times_less_stored")),
        )
    output.show_table(table)


@app.command(
    "needles",
    epilog="Example: longread bench needles --tokens 10000,100000 --depths 5 "
    "--out needles.jsonl --plot needles.svg",
)
def needles(
    out: Out,
    tokens: Annotated[
        str, typer.Option(help="Lengths of the text in tokens, with commas.")
    ] = "10000,100000",
    depths: Annotated[
        int, typer.Option(min=1, help="So many depths, from the start to near the end.")
    ] = 5,
    plot: Annotated[Path | None, typer.Option(help="Write a heat map to this SVG file.")] = None,
    budget: options.Budget = None,
    evidence_tokens: options.EvidenceTokens = EVIDENCE_TOKENS,
    seed: Seed = 0,
    model: options.ModelName = "",
    embedder: options.EmbedderName = "",
    threads: options.Threads = 0,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Hide facts of six kinds in a long text and ask for them; can be stopped and resumed."""
    from longread.bench import needles as runner
    from longread.bench.plot import heat_map
    from longread.bench.results import read_results

    lengths = _counts(tokens, "--tokens", 1_000, 100_000_000)
    output.make_ready(plot)
    with (
        _bench(out, budget, evidence_tokens, model, embedder, threads, quiet=quiet) as bench,
        output.progress_bar("Asking", quiet=quiet) as progress,
    ):
        for state in runner.run(out, bench, lengths, runner.depths(depths), seed):
            progress(state.done, state.total, state.detail)
    results = read_results(out)
    if plot is not None:
        picture = heat_map("Right answers", "tokens", "depth", runner.by_depth(results))
        with output.writing(plot):
            write_named(plot, picture)
    rows = runner.summarise(results)
    if json:
        output.json_lines("longread.bench.needles/1", rows)
        return
    table = output.table(">tokens", "kind", ">n", ">right", ">in evidence")
    for row in rows:
        table.add_row(
            f"{row['tokens']:,}",
            row["kind"],
            str(row["questions"]),
            *(f"{row[name]:.2f}" for name in ("right", "in_evidence")),
        )
    output.show_table(table)


@app.command(
    "sceptics",
    epilog="Example: longread bench sceptics --questions examples/questions.jsonl "
    "--data examples --out sceptics.jsonl",
)
def sceptics(
    questions: Questions,
    data: Data,
    out: Out,
    dataset: Datasets = None,
    documents: Documents = 0,
    limit: Limit = 0,
    budget: options.Budget = None,
    evidence_tokens: options.EvidenceTokens = EVIDENCE_TOKENS,
    seed: Seed = 0,
    model: options.ModelName = "",
    embedder: options.EmbedderName = "",
    threads: options.Threads = 0,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Read books and try what critics of attention sinks said would fail; can be resumed."""
    from longread.bench import sceptics as runner
    from longread.bench.questions import choose, load
    from longread.bench.results import read_results

    kinds = ("free", "unanswerable")
    chosen = choose(load(questions), data, dataset or (), kinds, documents, "", limit, seed)
    with (
        _bench(out, budget, evidence_tokens, model, embedder, threads, quiet=quiet) as bench,
        output.progress_bar("Trying", quiet=quiet) as progress,
    ):
        for state in runner.run(chosen, data, out, bench):
            progress(state.done, state.total, state.detail)
    rows = runner.summarise(read_results(out))
    if json:
        output.json_lines("longread.bench.sceptics/1", rows)
        return
    table = output.table("document", "test", ">asked", ">right", ">s")
    for row in rows:
        table.add_row(
            one_line(row["document"], 40),
            row["test"],
            str(row["asked"]),
            str(row["right"]),
            f"{row['seconds']:.1f}",
        )
    output.show_table(table)


@app.command(
    "summaries",
    epilog="Example: longread bench summaries --questions questions.jsonl --data data "
    "--dataset squality --way full --way truncate --out summaries.jsonl",
)
def summaries(
    questions: Questions,
    data: Data,
    out: Out,
    way: Annotated[
        list[str] | None,
        typer.Option(
            help="sentence, paragraph, page, chapters, full, truncate or plain; repeatable; "
            "default: all."
        ),
    ] = None,
    dataset: Datasets = None,
    documents: Documents = 0,
    evidence_tokens: options.EvidenceTokens = EVIDENCE_TOKENS,
    model: options.ModelName = "",
    embedder: options.EmbedderName = "",
    threads: options.Threads = 0,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Summarize documents, and compare with the reference summaries that the questions file has
    for questions like "What is the plot of the story?"; can be stopped and resumed."""
    from longread.bench import summaries as runner
    from longread.bench.questions import choose, load
    from longread.bench.results import read_results

    ways = way or runner.WAYS
    need_known(ways, runner.WAYS, "way {} of summarizing")
    chosen = choose(load(questions), data, dataset or (), ("free",), documents)
    wanted = runner.to_summarize(chosen)
    with (
        _bench(out, None, evidence_tokens, model, embedder, threads, quiet=quiet) as bench,
        output.progress_bar("Summarizing", quiet=quiet) as progress,
    ):
        for state in runner.run(wanted, data, out, bench, ways):
            progress(state.done, state.total, state.detail)
    rows = runner.summarise(read_results(out))
    if json:
        output.json_lines("longread.bench.summaries/1", rows)
        return
    table = output.table("way", ">documents", ">words", ">ROUGE-1", ">ROUGE-2", ">ROUGE-L")
    for row in rows:
        scores = (f"{row[name]:.3f}" for name in runner.MEASURES)
        table.add_row(row["way"], str(row["documents"]), f"{row['words']:.0f}", *scores)
    output.show_table(table)


@app.command("injections", epilog="Example: longread bench injections --out injections.jsonl")
def injections(
    out: Out,
    evidence_tokens: options.EvidenceTokens = EVIDENCE_TOKENS,
    model: options.ModelName = "",
    embedder: options.EmbedderName = "",
    threads: options.Threads = 0,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Ask about documents that give orders to the model; can be stopped and resumed."""
    from longread.bench import injections as runner
    from longread.bench.results import read_results

    with (
        _bench(out, None, evidence_tokens, model, embedder, threads, quiet=quiet) as bench,
        output.progress_bar("Asking", quiet=quiet) as progress,
    ):
        for state in runner.run(out, bench):
            progress(state.done, state.total, state.detail)
    rows = runner.summarise(read_results(out))
    if json:
        output.json_lines("longread.bench.injections/1", rows)
        return
    table = output.table("attack", ">documents", ">no effect", ">right", ">form")
    for row in rows:
        names = ("documents", "held", "right", "form")
        table.add_row(row["kind"], *(str(row[name]) for name in names))
    output.show_table(table)


@contextmanager
def _bench(
    out: Path,
    budget: str | None,
    evidence_tokens: int,
    model: str,
    embedder: str,
    threads: int,
    *,
    quiet: bool,
) -> Iterator[Bench]:
    """What is asked with, in a library of its own beside the results."""
    from longread.bench.bench import Bench
    from longread.memory.library import Library
    from longread.workspace import Options, Workspace

    limit = parse_bytes(budget) if budget is not None else None
    folder = out.with_suffix(".library")
    with output.writing(folder, "Name another file with --out."):
        folder.mkdir(parents=True, exist_ok=True)
    with (
        Workspace(
            Options(model=model, embedder=embedder, threads=threads, budget=limit)
        ) as workspace,
        Library.open(folder / "library.db") as library,
    ):
        yield Bench(
            library,
            workspace.model,
            workspace.embedder(),
            evidence_tokens,
            workspace.blocks(library.blocks_path),
            looked_into(workspace, quiet=quiet),
            workspace.window,
        )


def _counts(text: str, name: str, least: int, most: int) -> list[int]:
    """Whole numbers with commas between them."""
    from longread.errors import UsageError

    try:
        found = [int(part) for part in text.split(",")]
    except ValueError:
        found = []
    if not found or not all(least <= number <= most for number in found):
        raise UsageError(
            f"{name} {text!r} is not what it takes.",
            hint=f"Write whole numbers from {least:,} to {most:,}, as 10000,100000.",
        )
    return found
