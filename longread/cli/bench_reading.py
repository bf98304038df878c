"""``longread bench``: measurements of the reading pass, of notes, and of what survives a kill."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli import options, output
from longread.cli.bench_options import Seed, Window
from longread.config import parse_bytes
from longread.files import write_named
from longread.text import duration, size

if TYPE_CHECKING:
    from longread.bench.perplexity import Report
    from longread.bench.reading import Milestone, Speeds

app = typer.Typer()


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

    output.make_ready(plot)
    text = "\n\n".join(read_document(path).text for path in file)
    with (
        Workspace(Options(model=model, window=window)) as workspace,
        output.progress_bar("Reading tokens", quiet=quiet) as progress,
    ):
        report = runner.measure(
            workspace.model_file,
            text,
            runner.Setup(tokens, workspace.window, places, without_sinks, score_every),
            threads,
            progress,
        )
    if json:
        output.json_line({"schema": "longread.bench.perplexity/1", **report.as_json()})
    else:
        _show_perplexity(report)
    if plot is not None:
        curves = {
            name: [(one.tokens, one.perplexity) for one in report.points if one.stream == name]
            for name in report.last_tenth
        }
        title = f"Perplexity, window {workspace.window:,}"
        picture = line_plot(title, "tokens read", "perplexity", curves, log_y=True)
        with output.writing(plot):
            write_named(plot, picture)


def _show_perplexity(report: Report) -> None:
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
                rounds=rounds,
            ):
                progress(stone.tokens, tokens)
                _show_milestone(stone, json=json)
            return
        speeds = runner.measure(
            workspace.model_file,
            file[0],
            rounds=rounds,
            window=workspace.window,
            threads=threads,
            on_progress=progress,
        )
    _show_speeds(speeds, json=json)


def _show_milestone(stone: Milestone, *, json: bool) -> None:
    if json:
        output.json_line({"schema": "longread.bench.endure/1", **stone.as_json()})
    elif stone.against_fresh is not None:
        output.line(
            f"in turns with a pass that has just begun: {stone.against_fresh:.3f} of its speed"
        )
    else:
        output.line(
            f"{stone.tokens:,} tokens: {stone.tokens_per_second:.0f} tokens/s, "
            f"{size(stone.resident_bytes)} resident, {size(stone.block_bytes)} of blocks"
        )


def _show_speeds(speeds: Speeds, *, json: bool) -> None:
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
    longest: Annotated[float, typer.Option(help="A run is killed within so many seconds.")] = 50.0,
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
        Workspace(Options(model=model, window=window)) as workspace,
        output.progress_bar("Runs", quiet=quiet) as progress,
    ):
        reading = runner.Pass(workspace.model_file, file, workspace.window, with_notes=not no_notes)
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


@app.command("notes", epilog="Example: longread bench notes novel.epub --rounds 3")
def notes(
    file: Annotated[Path, typer.Argument(help="A document, which is read to its end.")],
    rounds: Annotated[
        int, typer.Option(min=1, help="So often a batch is written in both ways.")
    ] = 3,
    window: Window = 0,
    model: options.ModelName = "",
    threads: options.Threads = 0,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure what notes and summaries cost beside reading, and writing several side by side."""
    from longread.bench import notes as runner
    from longread.workspace import Options, Workspace

    with (
        Workspace(Options(model=model, window=window)) as workspace,
        output.progress_bar("Measuring", quiet=quiet) as progress,
    ):
        cost = runner.measure(
            workspace.model_file,
            file,
            rounds=rounds,
            window=workspace.window,
            threads=threads,
            on_progress=lambda doing, done, total: progress(done, total, doing),
        )
    if json:
        output.json_line({"schema": "longread.bench.notes/1", **cost.as_json()})
        return
    output.line(f"{cost.model}; {cost.machine}")
    output.line(
        f"{cost.tokens:,} tokens read in {duration(cost.reading)}; {cost.written} notes in "
        f"{duration(cost.notes)}, {cost.summaries} summaries in {duration(cost.tree)}: "
        f"{cost.times_reading:.2f} times reading alone"
    )
    output.line(
        f"a batch of notes: one by one {cost.alone:.1f} s, side by side {cost.together:.1f} s, "
        f"{cost.times_sooner:.2f} times sooner, and {cost.decoding_times_sooner:.2f} times but for "
        f"{cost.prompts:.1f} s of reading prompts; medians of {cost.rounds} rounds"
    )
