"""``longread ask``: questions about documents."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli import options, output
from longread.cli.inputs import split, take
from longread.config import EVIDENCE_TOKENS, parse_bytes
from longread.errors import UsageError
from longread.text import amount, one_line, quoted

if TYPE_CHECKING:
    from longread.answering.answer import Answer, Event

QUOTE_LIMIT = 400
"""Most characters of a passage's supporting words that are printed."""

CITATIONS_SHOWN = 10
"""Most places that are printed below an answer."""

EXAMPLES = """Examples:

longread ask novel.epub "What colour is the doctor's car?"

longread ask report.pdf appendix.pdf "How did revenue change?" --show-evidence

longread ask "Bleak House" "Who is Nemo?" --session nemo --upto "chapter 12"

longread ask novel.epub "How many times is the harbour mentioned?"

cat questions.txt | longread ask novel.epub - --json"""


def ask(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE... QUESTION",
            help="Files, folders, titles or ids, '-' for standard input, or 'library' for all of "
            "it; the question last. '-' as the question reads questions from standard input, one "
            "a line.",
        ),
    ],
    json: options.Json = False,
    quiet: options.Quiet = False,
    show_evidence: Annotated[
        bool, typer.Option(help="Also print exactly what the model was given.")
    ] = False,
    session: Annotated[
        str, typer.Option(help="Keep a conversation of this name, so that questions may follow up.")
    ] = "",
    upto: options.UpTo = "",
    route: Annotated[
        str,
        typer.Option(
            help="Answer by detail, count, every, overview or each; default: by the question."
        ),
    ] = "",
    fast: Annotated[
        bool,
        typer.Option("--fast", help="Read no passage again that the model has read before."),
    ] = False,
    evidence_tokens: options.EvidenceTokens = EVIDENCE_TOKENS,
    budget: options.Budget = None,
    model: options.ModelName = "",
    endpoint: options.Endpoint = "",
    embedder: options.EmbedderName = "",
    threads: options.Threads = 0,
    gpu_layers: options.GpuLayers = None,
    context: options.ContextSize = 0,
    password: options.Password = None,
    ocr: options.Ocr = False,
    yes: options.Yes = False,
) -> None:
    """Answer questions about documents, with citations that resolve to their place."""
    from longread.answering.answer import Route
    from longread.cli.models import ensure_model
    from longread.desk import Desk
    from longread.workspace import Options, Workspace

    names, question = split(inputs, "question", 'longread ask novel.epub "Who is Anna?"')
    if question == "-" and "-" in names:
        raise UsageError(
            "Standard input cannot be both the document and the questions.",
            hint="Write one of them to a file.",
        )
    way = options.choice(route, Route, "route") if route else None
    kept = None if budget is None else parse_bytes(budget)
    chosen = Options(model, endpoint, embedder, threads, gpu_layers, context, kept)
    waiting = None if quiet else output.note
    with (
        Workspace(chosen, on_wait=waiting) as workspace,
        output.stages(quiet=quiet or json) as stage,
    ):
        records = take(workspace, names, password=password, ocr=ocr, stage=stage, quiet=quiet)
        ids = [record.id for record in records]
        desk = Desk(workspace, ids, evidence_tokens, session, fast=fast, upto=upto)
        ready, failed = False, None
        for number, text in enumerate(_questions(question)):
            if number and not json:
                output.line()
            stage("looking through the text")
            try:
                known = desk.at_once(text, way)
            except UsageError as error:
                stage("")
                if question != "-":
                    raise
                output.report_error(error, as_json=json, name=text)
                failed = error
                continue
            stage("")
            if known is not None:
                _show(known, json=json, quiet=quiet, show_evidence=show_evidence)
                continue
            if not ready:
                ensure_model(workspace, yes=yes, quiet=quiet)
                stage("loading the model")
                for warning in workspace.model.info.warnings:
                    output.note(warning)
                ready = True
            for event in desk.ask(text, way):
                _follow(event, stage, json=json, quiet=quiet, show_evidence=show_evidence)
        stage("")
        desk.continue_in_background()
    if failed is not None:
        raise typer.Exit(failed.exit_code)


def _questions(question: str) -> Iterator[str]:
    if question != "-":
        yield question
        return
    try:
        for row in sys.stdin:
            # In some locales, bytes that are no text come through as what cannot be encoded.
            if row.encode("utf-8").strip():
                yield row.strip()
    except UnicodeError as error:
        raise UsageError(
            "The questions are no UTF-8.",
            hint="As in: iconv -f LATIN1 -t UTF-8 questions.txt | longread ask novel.epub -",
        ) from error


def _follow(
    event: Event, stage: Callable[[str], None], *, json: bool, quiet: bool, show_evidence: bool
) -> None:
    from longread.answering.answer import AnswerText, Stage

    if isinstance(event, Stage):
        stage(event.name)
    elif isinstance(event, AnswerText):
        stage("")
        if not json:
            output.write(event.text)
    else:
        stage("")
        _show(event, json=json, quiet=quiet, show_evidence=show_evidence, written=True)


def _show(
    answer: Answer, *, json: bool, quiet: bool, show_evidence: bool, written: bool = False
) -> None:
    """Print an answer; ``written``: its text was, as it came."""
    if json:
        shown = answer.as_json()
        if show_evidence:
            shown["evidence_text"] = answer.evidence_text
        output.json_line(shown)
        return
    if not (written or answer.declined):
        output.write(answer.text)
    _below(answer, quiet=quiet, show_evidence=show_evidence)


def _below(answer: Answer, *, quiet: bool, show_evidence: bool) -> None:
    """What stands below an answer: its citations, what is unsupported, and the evidence."""
    from longread.answering.answer import DOUBTFUL
    from longread.answering.quotes import is_shown

    several = any(citation.label[0].isalpha() for citation in answer.citations)
    output.line(f"{answer.text}." if answer.declined else "")
    if not quiet:
        if answer.citations:
            output.line("\nNearest passages:" if answer.declined else "")
        for citation in answer.citations[:CITATIONS_SHOWN]:
            title = f"{citation.document_title}, " if several else ""
            output.line(f"  [{citation.label}] {title}{citation.place}")
            if not is_shown(citation.quote, answer.text):
                output.line(f"       {quoted(one_line(citation.quote, QUOTE_LIMIT))}")
        if len(answer.citations) > CITATIONS_SHOWN:
            more = len(answer.citations) - CITATIONS_SHOWN
            output.line(f"  … and {amount(more, 'more place')}; --json has all of them.")
        if answer.doubtful:
            output.line(f"  {DOUBTFUL}")
        for sentence in answer.sentences:
            if not sentence.supported:
                output.line(f"  Not supported by the passages: {one_line(sentence.text)}")
        if answer.finish == "length":
            output.note("The answer was cut off at its longest length.")
    if show_evidence and answer.evidence_text:
        output.line("\nWhat the model was given:\n")
        output.line(answer.evidence_text)
    elif show_evidence:
        output.line("\nThe model was given nothing.")
