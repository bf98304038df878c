"""``longread bench``: measurements that anyone can run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from longread.cli import bench_model, bench_proof, bench_reading, options, output
from longread.cli.bench_options import (
    Data,
    Datasets,
    Documents,
    Limit,
    Out,
    Questions,
    Seed,
    Share,
    looked_into,
    need_known,
)
from longread.config import EVIDENCE_TOKENS
from longread.text import one_line, size

app = typer.Typer(help="Measure answers and speeds on this machine.", no_args_is_help=True)
app.add_typer(bench_model.app)
app.add_typer(bench_reading.app)
app.add_typer(bench_proof.app)

_SCORES = {
    "token_f1": "F1",
    "rouge_l": "ROUGE-L",
    "word_recall": "gold words",
    "choice_accuracy": "choices",
    "answered": "answered",
    "doubtful": "with doubt",
    "declined_unanswerable": "declined",
    "doubtful_unanswerable": "doubted",
    "declining_precision": "rightly",
    "evidence_holds_answer": "in evidence",
    "evidence_recall": "evidence",
    "evidence_holds_answer_first": "in first 4",
    "evidence_recall_first": "first 4",
    "page_hit": "page",
    "citations_resolved": "cited",
    "quotations_verbatim": "quoted",
    "sentences_supported": "supported",
}
_AMOUNTS = {
    "evidence_tokens": "tokens in",
    "reply_tokens": "out",
    "median_first_token": "first token s",
}


@app.command(
    "qa",
    epilog="Example: longread bench qa --questions questions.jsonl --data data "
    "--dataset fairytale --limit 50 --strategy longread --strategy plain --out results.jsonl",
)
def qa(
    questions: Questions,
    data: Data,
    out: Out,
    strategy: Annotated[
        list[str] | None,
        typer.Option(
            help="longread, recalled, fast, attended, ranked, plain, truncate, full or stream; "
            "repeatable."
        ),
    ] = None,
    dataset: Datasets = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Only free, choice, claim or unanswerable ones.")
    ] = None,
    documents: Documents = 0,
    share: Share = "",
    limit: Limit = 0,
    seed: Seed = 0,
    among: Annotated[
        int,
        typer.Option(min=0, help="Look each up in so many other documents of the file too."),
    ] = 0,
    hide_evidence: Annotated[
        bool,
        typer.Option(
            "--without-evidence",
            help="Ask each free one a second time, the passages that answer it being hidden.",
        ),
    ] = False,
    elsewhere: Annotated[
        bool,
        typer.Option(
            "--other-documents",
            help="Ask each free one about the next document too, which does not answer it.",
        ),
    ] = False,
    library: Annotated[
        Path | None, typer.Option(help="The run's library; default: beside the results.")
    ] = None,
    evidence_tokens: options.EvidenceTokens = EVIDENCE_TOKENS,
    model: options.ModelName = "",
    endpoint: options.Endpoint = "",
    embedder: options.EmbedderName = "",
    threads: options.Threads = 0,
    gpu_layers: options.GpuLayers = None,
    context: options.ContextSize = 0,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Ask questions over real texts and score the answers; can be stopped and resumed."""
    from longread.bench import qa as runner
    from longread.bench.bench import KEEP_ALL, Bench
    from longread.bench.questions import choose, load, on_other_documents, without_evidence
    from longread.bench.results import read_results
    from longread.bench.scored import summarise
    from longread.bench.strategies import STRATEGIES
    from longread.memory.library import Library
    from longread.workspace import Options, Workspace

    strategies = strategy or ["longread"]
    need_known(strategies, STRATEGIES, "strategy {}")
    every = load(questions)
    chosen = choose(every, data, dataset or (), kind or (), documents, share, limit, seed)
    if hide_evidence:
        chosen = without_evidence(chosen)
    if elsewhere:
        chosen = on_other_documents(chosen)
    crowd = runner.Crowd.of(every, among, seed)
    place = library or out.with_suffix(".library.db")
    wanted = Options(model, endpoint, embedder, threads, gpu_layers, context, budget=KEEP_ALL)
    with (
        Workspace(wanted) as workspace,
        Library.open(place) as bench_library,
    ):
        bench = Bench(
            bench_library,
            workspace.model,
            workspace.embedder(),
            evidence_tokens,
            workspace.blocks(place.with_suffix(".blocks.db")),
            looked_into(workspace, quiet=quiet),
            workspace.window,
        )
        with output.progress_bar("Asking", quiet=quiet) as progress:
            for state in runner.run(chosen, data, out, bench, strategies, crowd):
                progress(state.done, state.total, state.detail)
    _show(summarise(read_results(out)), json=json)


@app.command("scores", epilog="Example: longread bench scores results.jsonl --shared")
def scores(
    results: Annotated[Path, typer.Argument(help="A results file of `longread bench qa`.")],
    shared: Annotated[
        bool, typer.Option("--shared", help="Only questions that all strategies answered.")
    ] = False,
    json: options.Json = False,
) -> None:
    """Print the scores of a results file again, with today's threshold for declining."""
    from longread.bench.results import named_results
    from longread.bench.scored import summarise

    _show(summarise(named_results([results]), shared=shared), json=json)


@app.command(
    "add",
    epilog="Example: longread bench add answers.jsonl --questions questions.jsonl "
    "--strategy llamaindex --out results.jsonl",
)
def add(
    answers: Annotated[
        Path,
        typer.Argument(help="Another program's answers, JSON lines; docs/benchmarks/answers.md."),
    ],
    questions: Questions,
    out: Out,
    strategy: Annotated[str, typer.Option(help="What they are called in the results.")],
    json: options.Json = False,
) -> None:
    """Judge answers of another program, and put them beside those of `longread bench qa`."""
    from longread.bench.peers import add as judged
    from longread.bench.questions import load
    from longread.bench.results import read_results
    from longread.bench.scored import summarise
    from longread.bench.strategies import STRATEGIES
    from longread.errors import UsageError

    if strategy in STRATEGIES:
        raise UsageError(
            f"{strategy!r} is one of longread's own strategies.", hint="Choose another name."
        )
    judged(load(questions), answers, out, strategy)
    _show(summarise(read_results(out)), json=json)


@app.command(
    "calibrate",
    epilog="Example: longread bench calibrate tales.jsonl novels.jsonl --strategy ranked",
)
def calibrate(
    results: Annotated[list[Path], typer.Argument(help="Results files of `longread bench qa`.")],
    strategy: Annotated[
        list[str] | None, typer.Option(help="Only answers of this way; repeatable.")
    ] = None,
) -> None:
    """Fit the weights of the check for unanswerable questions on results files."""
    from longread.bench.calibrate import fit
    from longread.bench.results import named_results
    from longread.bench.strategies import STRATEGIES

    need_known(strategy or (), STRATEGIES, "strategy {}")
    fitted, report = fit(named_results(results), strategy or ())
    output.line(repr(fitted))
    for text in report:
        output.line(text)


@app.command(
    "all",
    epilog="Example: longread bench all examples/the-uncorrected-tide.epub "
    "--questions examples/questions.jsonl --data examples --out results",
)
def everything(
    file: Annotated[Path, typer.Argument(help="A book of some chapters.")],
    questions: Questions,
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder for figures, plots and the page on them.")],
    full: Annotated[
        bool, typer.Option("--full", help="All figures, which takes many hours.")
    ] = False,
    model: options.ModelName = "",
    json: options.Json = False,
) -> None:
    """Make all measurements, in a short form, and one page of their figures; can be resumed."""
    from longread.bench import suite
    from longread.bench.questions import load
    from longread.workspace import Options, Workspace

    documents = {item.document for item in load(questions)}
    given = suite.Materials(file, questions, data, len(documents))
    steps = suite.full(given) if full else suite.short(given)
    with output.writing(out, "Name another folder with --out."):
        out.mkdir(parents=True, exist_ok=True)
    with Workspace(Options(model=model)) as workspace:
        # Fails here, and not in every measurement, where there is none.
        workspace.check_model()
        named = ("--model", workspace.model_name)
    failed: tuple[str, ...] = ()
    for state in suite.run(steps, out, named):
        failed = state.failed
        if state.step is not None:
            output.note(f"[{state.done + 1}/{state.total}] {state.step.title}")
    page = out / suite.PAGE
    if json:
        output.json_line({"schema": "longread.bench.all/1", "page": str(page), "failed": failed})
    else:
        output.line(f"{len(steps) - len(failed)} of {len(steps)} measurements: {page}")
    if failed:
        output.note(f"longread: failed: {', '.join(failed)}. The same command tries them again.")
        raise typer.Exit(1)


@app.command("ingest", epilog="Example: longread bench ingest novel.epub report.pdf")
def ingest(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files to take; none: made by code.")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, help="The median of so many is given.")] = 5,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure how soon a document is askable, vectors, library size and memory."""
    from longread.bench.ingest import measure

    with output.progress_bar("Measuring", quiet=quiet) as progress:
        result = measure(files or (), rounds=rounds, on_progress=progress)
    if json:
        output.json_line({"schema": "longread.bench.ingest/1", **result.as_json()})
        return
    for text in result.lines():
        output.line(text)


@app.command("latency", epilog="Example: longread bench latency novel.epub --keys 300")
def latency(
    file: Annotated[Path, typer.Argument(help="A document of some pages.")],
    keys: Annotated[int, typer.Option(min=20, help="So many keys are pressed.")] = 200,
    width: Annotated[int, typer.Option(min=60, help="Columns of the terminal.")] = 140,
    height: Annotated[int, typer.Option(min=20, help="Rows of the terminal.")] = 40,
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Nothing reads in the background.")
    ] = False,
    model: options.ModelName = "",
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Measure in a terminal how soon `longread open` answers a key while the model reads."""
    from longread.bench.latency import run
    from longread.workspace import Options, Workspace

    with (
        Workspace(Options(model=model)) as workspace,
        output.progress_bar("Pressing keys", quiet=quiet) as progress,
    ):
        reads = None if no_model else workspace.model_file
        found = run(file, model=reads, keys=keys, size=(width, height), on_progress=progress)
    if json:
        output.json_line({"schema": "longread.bench.latency/1", **found.as_json()})
        return
    output.line(
        f"{found.keys} keys in {found.terminal}: median {found.median:.0f} ms, 95% within "
        f"{found.p95:.0f} ms, longest {found.longest:.0f} ms, {size(found.painted)} painted; "
        f"the text was there after {found.opened:.1f} s"
    )


def _show(rows: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        output.json_lines("longread.bench.qa/1", rows)
        return
    columns = _SCORES | _AMOUNTS
    table = output.table("strategy", "dataset", ">n", *(f">{name}" for name in columns.values()))
    for row in rows:
        values = [row[name] for name in _SCORES]
        shown = ["" if value is None else f"{value:.3f}" for value in values]
        amounts = [row[name] for name in _AMOUNTS]
        shown += ["" if value is None else f"{value:.1f}" for value in amounts]
        table.add_row(row["strategy"], one_line(row["dataset"], 24), str(row["questions"]), *shown)
    output.show_table(table)
