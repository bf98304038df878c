"""``longread bench``: measurements of what a model reads, keeps and looks at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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
    Share,
    Window,
)
from longread.config import EVIDENCE_TOKENS, parse_bytes
from longread.text import one_line, size

app = typer.Typer()


@app.command(
    "blocks",
    epilog="Example: longread bench blocks --questions questions.jsonl --data data "
    "--dataset fairytale --limit 100 --out blocks.jsonl",
)
def blocks(
    questions: Questions,
    data: Data,
    out: Out,
    variant: Annotated[
        list[str] | None,
        typer.Option(help="text, 16, 8, 4, 3, 2, or as 4+1: with the best passage read again."),
    ] = None,
    dataset: Datasets = None,
    documents: Documents = 0,
    share: Share = "",
    limit: Limit = 0,
    seed: Seed = 0,
    evidence_tokens: options.EvidenceTokens = EVIDENCE_TOKENS,
    window: Window = 0,
    model: options.ModelName = "",
    embedder: options.EmbedderName = "",
    threads: options.Threads = 0,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Ask from restored blocks beside the same passages as text; can be stopped and resumed."""
    from contextlib import closing

    from longread.bench import blocks as runner
    from longread.bench.qa import read_results
    from longread.bench.questions import choose, load
    from longread.engine.llama import LlamaModel
    from longread.engine.options import LoadOptions
    from longread.memory.library import Library
    from longread.workspace import Options, Workspace

    variants = tuple(runner.Variant.parse(name) for name in variant or ("text", "16", "4", "4+1"))
    chosen = choose(load(questions), data, dataset or (), (), documents, share, limit, seed)
    with Workspace(Options(model=model, embedder=embedder, threads=threads)) as workspace:
        setup = runner.Setup(variants, evidence_tokens, window or workspace.window)
        with (
            closing(
                LlamaModel(workspace.model_file, options=LoadOptions(threads=threads))
            ) as opened,
            Library.open(out.with_suffix(".library.db")) as library,
            output.progress_bar("Asking", quiet=quiet) as progress,
        ):
            for state in runner.run(
                chosen, data, out, library, opened, workspace.embedder(), setup
            ):
                progress(state.done, state.total)
    rows = runner.summarise(read_results(out))
    if json:
        for row in rows:
            output.json_line({"schema": "longread.bench.blocks/1", **row})
        return
    names = ("score", "text_score", "same_words", "median_divergence")
    table = output.table("variant", "dataset", ">n", *(f">{name}" for name in names), ">s", ">×")
    for row in rows:
        table.add_row(
            row["variant"],
            one_line(row["dataset"], 24),
            str(row["questions"]),
            *(_number(row[name]) for name in names),
            _number(row["median_first_token"]),
            _number(row["median_times_sooner"]),
        )
    output.console().print(table)


@app.command(
    "heads",
    epilog="Example: longread bench heads --questions questions.jsonl --data data "
    "--dataset fairytale --limit 150",
)
def heads(
    questions: Questions,
    data: Data,
    dataset: Datasets = None,
    documents: Documents = 0,
    share: Share = "",
    limit: Limit = 0,
    seed: Seed = 0,
    count: Annotated[int, typer.Option(min=1, help="How many heads to choose.")] = 8,
    window: Window = 0,
    model: options.ModelName = "",
    threads: options.Threads = 0,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Find the attention heads that look from a question to its evidence, for the catalogue."""
    import tempfile
    from contextlib import closing

    from longread.bench.heads import find
    from longread.bench.questions import choose, load
    from longread.engine.llama import LlamaModel
    from longread.engine.options import LoadOptions
    from longread.memory.library import Library
    from longread.workspace import Options, Workspace

    chosen = choose(load(questions), data, dataset or (), ("free",), documents, share, limit, seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(Path(folder) / "library.db") as library,
        Workspace(Options(model=model)) as workspace,
        closing(LlamaModel(workspace.model_file, options=LoadOptions(threads=threads))) as opened,
        output.progress_bar("Documents", quiet=quiet) as progress,
    ):
        found = find(
            chosen,
            data,
            library,
            opened,
            count=count,
            window=window or workspace.window,
            on_progress=progress,
        )
    if json:
        output.json_line({"schema": "longread.bench.heads/1", **found.as_json()})
        return
    output.line(f"heads = {[list(head) for head in found.heads]}")
    output.line(
        f"chosen on {found.chosen_on} questions; on {found.questions} of other documents, mean "
        f"reciprocal rank of the evidence: {found.heads_rank:.3f} together, "
        f"{found.best_head_rank:.3f} the best head, {found.look_up_rank:.3f} by words"
    )


@app.command(
    "ranking",
    epilog="Example: longread bench ranking --questions questions.jsonl --data data "
    "--dataset fairytale --limit 100 --way fusion --way fusion+attention --out ranking.jsonl",
)
def ranking(
    questions: Questions,
    data: Data,
    out: Out,
    way: Annotated[
        list[str] | None,
        typer.Option(
            help="fusion, words, attention, fusion+attention, words+attention, judged or "
            "fusion+judged; repeatable; default: the first four."
        ),
    ] = None,
    dataset: Datasets = None,
    documents: Documents = 0,
    share: Share = "",
    limit: Limit = 0,
    seed: Seed = 0,
    heads: Annotated[
        str, typer.Option(help="Attention heads, as 20:5,14:2; default: the catalogue's.")
    ] = "",
    window: Window = 0,
    model: options.ModelName = "",
    embedder: options.EmbedderName = "",
    threads: options.Threads = 0,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Rank passages in several ways and judge the first four; can be stopped and resumed."""
    from longread.bench import ranking as runner
    from longread.bench.qa import Bench, read_results
    from longread.bench.questions import choose, load
    from longread.errors import UsageError
    from longread.memory.library import Library
    from longread.workspace import Options, Workspace

    ways = way or list(runner.WAYS)[:4]
    for name in ways:
        if name not in runner.WAYS:
            known = ", ".join(runner.WAYS)
            raise UsageError(f"There is no way {name!r} of ranking.", hint=f"Known: {known}.")
    chosen = choose(load(questions), data, dataset or (), ("free",), documents, share, limit, seed)
    place = out.with_suffix(".library.db")
    wanted = Options(model=model, embedder=embedder, threads=threads, window=window)
    with (
        Workspace(wanted) as workspace,
        Library.open(place) as library,
        output.progress_bar("Ranking", quiet=quiet) as progress,
    ):
        bench = Bench(
            library,
            workspace.model,
            workspace.embedder(),
            blocks=workspace.blocks(place.with_suffix(".blocks.db")),
            heads=_heads(heads) or workspace.attention_heads,
            window=workspace.window,
        )
        for state in runner.run(chosen, data, out, bench, ways):
            progress(state.done, state.total, state.detail)
    rows = runner.summarise(read_results(out))
    if json:
        for row in rows:
            output.json_line({"schema": "longread.bench.ranking/1", **row})
        return
    names = ("answer_in_first", "evidence_in_first", "median_seconds")
    table = output.table("way", "dataset", ">n", ">answer in 4", ">evidence in 4", ">s")
    for row in rows:
        table.add_row(
            row["way"],
            one_line(row["dataset"], 24),
            str(row["questions"]),
            *(_number(row[name]) for name in names),
        )
    output.console().print(table)


def _heads(text: str) -> tuple[tuple[int, int], ...]:
    """Heads from ``layer:head,layer:head``."""
    from longread.errors import UsageError

    try:
        pairs = [part.split(":") for part in text.split(",") if part.strip()]
        return tuple((int(layer), int(head)) for layer, head in pairs)
    except ValueError:
        raise UsageError(f"{text!r} names no heads.", hint="Write them as 20:5,14:2.") from None


@app.command("perplexity", epilog="Example: longread bench perplexity novel.epub --tokens 200000")
def perplexity(
    file: Annotated[list[Path], typer.Argument(help="Documents, read one after another.")],
    tokens: Annotated[int, typer.Option(min=1000, help="How many tokens to read.")] = 20_000,
    window: Window = 0,
    places: Annotated[
        int, typer.Option(min=0, help="Places in the last tenth to compare with full windows.")
    ] = 20,
    without_sinks: Annotated[
        int | None, typer.Option(min=0, help="How many of them to read without sinks too.")
    ] = None,
    score_every: Annotated[
        int, typer.Option(min=1, help="Before the last tenth, score one step in so many.")
    ] = 1,
    plot: Annotated[Path | None, typer.Option(help="Write the curves to this SVG file.")] = None,
    model: options.ModelName = "",
    threads: options.Threads = 0,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure perplexity along a text, with attention sinks, without, and in full windows."""
    from longread.bench import perplexity as runner
    from longread.bench.plot import line_plot
    from longread.sources import read_document
    from longread.workspace import Options, Workspace

    text = "\n\n".join(read_document(path).text for path in file)
    with (
        Workspace(Options(model=model)) as workspace,
        output.progress_bar("Reading tokens", quiet=quiet) as progress,
    ):
        report = runner.measure(
            workspace.model_file,
            text,
            runner.Setup(tokens, window or workspace.window, places, without_sinks, score_every),
            threads,
            progress,
        )
    if plot is not None:
        curves = {
            name: [(one.tokens, one.perplexity) for one in report.points if one.stream == name]
            for name in report.last_tenth
        }
        title = f"Perplexity, window {window or workspace.window:,}"
        plot.write_text(line_plot(title, "tokens read", "perplexity", curves, log_y=True), "utf-8")
    if json:
        output.json_line({"schema": "longread.bench.perplexity/1", **report.as_json()})
        return
    for name, value in report.last_tenth.items():
        output.line(f"last tenth, {name}: {value:.3f}")
    for name, value in report.at_places.items():
        output.line(f"at {report.places} places of it, {name}: {value:.3f}")
    first, last = report.points[0], report.points[-1]
    output.line(
        f"{first.tokens_per_second:.0f} tokens/s and {size(first.resident_bytes)} at "
        f"{first.tokens:,} tokens, {last.tokens_per_second:.0f} and "
        f"{size(last.resident_bytes)} at {last.tokens:,}"
    )


@app.command("reading", epilog="Example: longread bench reading novel.epub --rounds 5")
def reading(
    file: Annotated[list[Path], typer.Argument(help="A document of two windows or more.")],
    rounds: Annotated[int, typer.Option(min=1, help="The median of so many is given.")] = 5,
    tokens: Annotated[
        int, typer.Option(min=0, help="Instead: one long pass of so many tokens, its memory.")
    ] = 0,
    budget: options.Budget = None,
    window: Window = 0,
    model: options.ModelName = "",
    threads: options.Threads = 0,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure the reading pass against prefill, recalled evidence against its text."""
    from longread.bench import reading as runner
    from longread.workspace import Options, Workspace

    with (
        Workspace(Options(model=model, window=window)) as workspace,
        output.progress_bar("Measuring", quiet=quiet) as progress,
    ):
        if tokens:
            limit = workspace.budget if budget is None else parse_bytes(budget)
            for stone in runner.endure(
                workspace.model_file,
                file,
                tokens=tokens,
                budget=limit,
                window=workspace.window,
                threads=threads,
            ):
                progress(stone.tokens, tokens)
                if json:
                    output.json_line({"schema": "longread.bench.endure/1", **stone.as_json()})
                else:
                    output.line(
                        f"{stone.tokens:,} tokens: {stone.tokens_per_second:.0f} tokens/s, "
                        f"{size(stone.resident_bytes)} resident, "
                        f"{size(stone.block_bytes)} of blocks"
                    )
            return
        speeds = runner.measure(
            workspace.model_file,
            file[0],
            rounds=rounds,
            window=workspace.window,
            threads=threads,
            on_progress=progress,
        )
    if json:
        output.json_line({"schema": "longread.bench.reading/1", **speeds.as_json()})
        return
    output.line(f"{speeds.model}; {speeds.machine}; medians of {speeds.rounds} rounds")
    output.line(
        f"reading pass {speeds.reading:.0f} tokens/s, plain prefill over the same windows "
        f"{speeds.prefill:.0f}, ratio {speeds.reading_ratio:.2f}; in windows that are empty at "
        f"first {speeds.from_empty:.0f}, ratio {speeds.ratio_from_empty:.2f}; blocks take "
        f"{speeds.block_share:.3f} of float16"
    )
    for way, seconds in speeds.first_token.items():
        output.line(
            f"first token, {way}: {seconds:.2f} s, {speeds.times_sooner[way]:.1f} times sooner"
        )
    delays = ", ".join(f"{seconds:.2f}" for seconds in speeds.while_reading)
    output.line(f"first token of a short question during a pass: {delays} s")


@app.command("crashes", epilog="Example: longread bench crashes novel.epub --kills 20")
def crashes(
    file: Annotated[Path, typer.Argument(help="A document that takes some minutes to read.")],
    kills: Annotated[int, typer.Option(min=1, help="How many runs are killed.")] = 20,
    longest: Annotated[float, typer.Option(help="A run is killed within so many seconds.")] = 30.0,
    seed: Seed = 0,
    no_notes: Annotated[bool, typer.Option("--no-notes", help="Only read.")] = False,
    window: Window = 0,
    model: options.ModelName = "",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Kill a reading pass again and again, and compare what is kept with an undisturbed one."""
    import tempfile

    from longread.bench import crashes as runner
    from longread.workspace import Options, Workspace

    with (
        tempfile.TemporaryDirectory() as folder,
        Workspace(Options(model=model)) as workspace,
        output.progress_bar("Runs", quiet=quiet) as progress,
    ):
        reading = runner.Pass(
            workspace.model_file, file, window or workspace.window, with_notes=not no_notes
        )
        found = runner.run(
            reading,
            Path(folder),
            kills=kills,
            longest=longest,
            seed=seed,
            on_progress=progress,
        )
    if json:
        output.json_line({"schema": "longread.bench.crashes/1", **found.as_json()})
    else:
        output.line(
            f"{found.kills} kills over {found.passages} passages; committed after each: "
            f"{', '.join(map(str, found.committed))}"
        )
        output.line(
            f"committed work lost: {found.lost} times; end state "
            f"{'equal' if found.equal else 'NOT equal'}, {found.notes} notes; integrity "
            f"{'ok' if found.sound else 'NOT ok'}; "
            f"left over: {', '.join(found.left_over) or 'none'}"
        )
    if found.lost or not found.equal or not found.sound:
        raise typer.Exit(1)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
