"""``longread models``: the catalogue, and what is installed of it."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli import options, output
from longread.errors import ModelNotFound, UsageError
from longread.text import one_line, size

if TYPE_CHECKING:
    from longread.engine.catalogue import ModelEntry
    from longread.workspace import Workspace

app = typer.Typer(help="List, fetch, check and choose models.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="ID", help="A model's id; see `models list`.")]


@app.command("list", epilog="Example: longread models list --json")
def list_models(json: options.Json = False) -> None:
    """List the models of the catalogue and your own."""
    from longread.engine.abilities import recall
    from longread.engine.catalogue import catalogue
    from longread.engine.installed import installed, model_file
    from longread.workspace import Workspace

    models = catalogue()
    here = {model.entry.id for model in installed()}
    workspace = Workspace()
    current = "" if workspace.uses_endpoint else workspace.model_name
    if json:
        for model in models:
            known = recall(model.id)
            output.json_line(
                {
                    "schema": "longread.model/1",
                    "id": model.id,
                    "purpose": model.purpose,
                    "bytes": model.size,
                    "sha256": model.sha256,
                    "licence": model.licence,
                    "context": model.context,
                    "memory_bytes": model.memory,
                    "installed": model.id in here,
                    "in_use": current == model.id and model.id in here,
                    "sources": [source.name for source in model.sources],
                    "streaming": known.streaming if known else None,
                    "blocks": known.blocks if known else None,
                }
            )
        return
    table = output.table("", "Id", ">Size", ">Memory")
    for model in models:
        if model.id in here:
            mark = "in use" if model.id == current else "here"
        elif model_file(model).is_file():
            mark = "damaged"
        else:
            mark = "missing" if model.id == current else ""
        table.add_row(
            mark,
            f"{model.id}\n{model.purpose}; {model.licence}",
            size(model.size),
            size(model.memory) if model.memory else "",
        )
    output.show_table(table)
    if workspace.uses_endpoint:
        output.note("None of these is in use: config.toml names an endpoint, which answers.")
    elif current and current not in (model.id for model in models):
        output.note(f"The model that config.toml chooses is none of these: {one_line(current)}")
    for model in models:
        if model.id in here and (known := recall(model.id)):
            output.line(f"{model.id}: {known.sentence}.")


@app.command("pull", epilog="Example: longread models pull qwen2.5-1.5b-instruct-q4_k_m")
def pull(
    model_id: Annotated[
        str, typer.Argument(metavar="[ID]", help="A model's id; see `models list`.")
    ] = "",
    default: Annotated[
        bool, typer.Option("--default", help="The one that fits this machine and network.")
    ] = False,
    yes: options.Yes = False,
    quiet: options.Quiet = False,
) -> None:
    """Fetch a model, check its sha256, and install it; goes on where it was stopped."""
    from longread.engine.catalogue import entry
    from longread.engine.installed import use
    from longread.engine.weights import fetched_bytes
    from longread.network import require
    from longread.workspace import Workspace

    if bool(model_id) == default:
        raise UsageError("Name one model, or --default.", hint="`longread models list` shows them.")
    workspace = Workspace()
    if default and workspace.model_is_here:
        output.note(f"{workspace.model_name} is installed and {_standing(workspace)}.")
        return
    if default:
        chosen = _wanted_model(yes=yes)
    else:
        chosen = entry(model_id)
        if fetched_bytes(chosen) < chosen.size:
            require("Fetching a model")
            _offer(chosen, yes=yes)
    _fetch(chosen, quiet=quiet)
    if default or not workspace.model_name:
        with _choosing():
            use(chosen.id)


@app.command("use", epilog="Example: longread models use qwen2.5-1.5b-instruct-q4_k_m")
def use_model(model_id: Id) -> None:
    """Make an installed model the one that answers."""
    from longread.engine.installed import model_path, use
    from longread.workspace import Workspace

    model_path(model_id)
    with _choosing():
        use(model_id)
    output.note(f"{model_id} is {_standing(Workspace())}.")


@app.command("verify", epilog="Example: longread models verify qwen2.5-1.5b-instruct-q4_k_m")
def verify(model_id: Id, quiet: options.Quiet = False) -> None:
    """Check an installed model's sha256 again."""
    from longread.engine.installed import verify as check

    with output.progress_bar(f"Checking {model_id}", quiet=quiet, as_bytes=True) as progress:
        check(model_id, on_progress=progress)
    output.note(f"{model_id} is whole.")


@app.command("remove", epilog="Example: longread models remove qwen2.5-1.5b-instruct-q4_k_m")
def remove(model_id: Id, yes: options.Yes = False) -> None:
    """Remove a model's file; a file of your own stays and is only forgotten."""
    from longread.engine.catalogue import entry
    from longread.engine.installed import remove as discard

    own = entry(model_id).path
    stays = f" {one_line(str(own), 300)} stays where it is." if own and own.is_file() else ""
    if not yes:
        output.ask_to_remove(f"Forget {model_id}?{stays}" if own else f"Remove {model_id}?")
    with _choosing():
        freed = discard(model_id)
    if own:
        output.note(f"Forgot {model_id}.{stays}")
    else:
        output.note(f"Removed {model_id}; {size(freed)} are free again.")


@app.command("add", epilog="Example: longread models add ~/models/mine.gguf --name mine")
def add(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A GGUF file; it stays where it is.")
    ],
    name: Annotated[str, typer.Option(help="Its id; default: from the file's name.")] = "",
    quiet: options.Quiet = False,
) -> None:
    """Make a GGUF file of your own known under an id."""
    from longread.engine.installed import add as make_known

    with output.progress_bar(f"Hashing {file.name}", quiet=quiet, as_bytes=True) as progress:
        added = make_known(file, name=name, on_progress=progress)
    output.note(f"Added as {added.id}. `longread models use {added.id}` chooses it.")


def ensure_model(workspace: Workspace, *, yes: bool, quiet: bool) -> None:
    """Offer to fetch the fitting model where none is named and none is installed.

    Raises:
        ModelNotFound: none is there, and nobody can be asked.
    """
    from longread.engine.installed import use

    if workspace.uses_endpoint:
        return
    try:
        workspace.check_model()
    except ModelNotFound:
        named = workspace.options.model or workspace.settings.model
        if named or not (yes or sys.stdin.isatty()):
            raise
        output.note("No model is installed yet.")
        chosen = _wanted_model(yes=yes)
        _fetch(chosen, quiet=quiet)
        with _choosing():
            use(chosen.id)


def _choosing() -> AbstractContextManager[None]:
    """Which model is chosen is written down in the block; says so where it cannot be."""
    from longread.config import paths

    return output.writing(paths().settings, "Check its rights, or name a model with --model.")


def _standing(workspace: Workspace) -> str:
    """How the chosen model stands, behind "it is"."""
    if workspace.uses_endpoint:
        return "chosen, and not in use as long as config.toml names an endpoint, which answers"
    return "in use"


def _wanted_model(*, yes: bool) -> ModelEntry:
    """The default model for this machine's memory and network, which somebody agreed to; before
    that, no connection is opened.

    Raises:
        Offline: the network is switched off.
        UsageError: nobody agreed.
    """
    from longread.engine.catalogue import default_model
    from longread.engine.hub import hub_reachable
    from longread.engine.machine import describe_machine
    from longread.network import require

    require("Fetching a model")
    memory = describe_machine().available
    fitting = default_model(memory, hub_reachable=True)
    _offer(fitting, yes=yes)
    output.note("Looking where it can be fetched from …")
    chosen = default_model(memory, hub_reachable=hub_reachable())
    if chosen != fitting:
        output.note(f"{fitting.id} cannot be reached from here.")
        _offer(chosen, yes=yes)
    return chosen


def _offer(model: ModelEntry, *, yes: bool) -> None:
    from longread.engine.weights import fetched_bytes

    output.note(f"{model.id}: {size(model.size)}, {model.licence}. {model.purpose}")
    if came := fetched_bytes(model):
        output.note(f"{size(came)} of it came before, and are not fetched again.")
    if not yes:
        output.ask_for("Fetch it?", "Nothing was fetched.", "--yes fetches without asking.")


def _fetch(model: ModelEntry, *, quiet: bool) -> None:
    from longread.engine.weights import pull as fetch

    with output.progress_bar("Fetching", quiet=quiet, as_bytes=True) as progress:
        fetch(model, on_progress=progress, on_event=output.note)
    output.note(f"{model.id} is installed.")
