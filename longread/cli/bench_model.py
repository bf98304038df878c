"""``longread bench``: measurements of what a model reads, keeps and looks at."""

from __future__ import annotations

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
    Share,
    Window,
    looked_into,
    need_known,
)
from longread.config import EVIDENCE_TOKENS
from longread.text import one_line

if TYPE_CHECKING:
    from longread.engine.insight import Insight

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
        typer.Option(
            help="text, 16, 8, 4, 3, 2; or as 4+excerpt, with some of the best passage read again, "
            "or 4+1, with all of it."
        ),
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
    from longread.bench.questions import choose, load
    from longread.bench.results import read_results
    from longread.engine.llama import LlamaModel
    from longread.engine.options import LoadOptions
    from longread.memory.library import Library
    from longread.workspace import Options, Workspace

    names = variant or ("text", "16", "4", "4+excerpt")
    variants = tuple(runner.Variant.parse(name) for name in names)
    chosen = choose(load(questions), data, dataset or (), (), documents, share, limit, seed)
    wanted = Options(model=model, embedder=embedder, threads=threads, window=window)
    with Workspace(wanted) as workspace:
        setup = runner.Setup(variants, evidence_tokens, workspace.window)
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
        output.json_lines("longread.bench.blocks/1", rows)
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
    output.show_table(table)


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
        Workspace(Options(model=model, window=window)) as workspace,
        closing(LlamaModel(workspace.model_file, options=LoadOptions(threads=threads))) as opened,
        output.progress_bar("Documents", quiet=quiet) as progress,
    ):
        found = find(
            chosen,
            data,
            library,
            opened,
            count=count,
            window=workspace.window,
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
            help="plain, fusion, words, attention, probe, fusion+attention, fusion+probe, ranked, "
            "words+attention, judged or fusion+judged; repeatable; default: the first four."
        ),
    ] = None,
    dataset: Datasets = None,
    documents: Documents = 0,
    share: Share = "",
    limit: Limit = 0,
    seed: Seed = 0,
    together: Annotated[
        bool, typer.Option("--together", help="Look all up in all the documents at once.")
    ] = False,
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
    from longread.bench.bench import KEEP_ALL, Bench
    from longread.bench.questions import choose, load
    from longread.bench.results import read_results
    from longread.memory.library import Library
    from longread.workspace import Options, Workspace

    ways = way or list(runner.WAYS)[:4]
    need_known(ways, runner.WAYS, "way {} of ranking")
    chosen = choose(load(questions), data, dataset or (), ("free",), documents, share, limit, seed)
    place = out.with_suffix(".library.db")
    wanted = Options(
        model=model, embedder=embedder, threads=threads, window=window, budget=KEEP_ALL
    )
    with (
        Workspace(wanted) as workspace,
        Library.open(place) as library,
    ):
        bench = Bench(
            library,
            workspace.model,
            workspace.embedder(),
            blocks=workspace.blocks(place.with_suffix(".blocks.db")),
            insight=_with_heads(looked_into(workspace, quiet=quiet), heads),
            window=workspace.window,
        )
        with output.progress_bar("Ranking", quiet=quiet) as progress:
            for state in runner.run(chosen, data, out, bench, ways, together=together):
                progress(state.done, state.total, state.detail)
    rows = runner.summarise(read_results(out))
    if json:
        output.json_lines("longread.bench.ranking/1", rows)
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
    output.show_table(table)


def _with_heads(insight: Insight, text: str) -> Insight:
    """The same with other heads, given as ``layer:head,layer:head``, if any."""
    from dataclasses import replace

    from longread.errors import UsageError

    if not text:
        return insight
    try:
        pairs = [part.split(":") for part in text.split(",") if part.strip()]
        return replace(insight, heads=tuple((int(layer), int(head)) for layer, head in pairs))
    except ValueError:
        raise UsageError(f"{text!r} names no heads.", hint="Write them as 20:5,14:2.") from None


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
