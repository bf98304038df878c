"""``longread library``: what has been read."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Annotated

import typer

from longread.cli import options, output
from longread.errors import UsageError
from longread.files import write_named
from longread.text import one_line, size

app = typer.Typer(help="List, inspect, remove and export what has been read.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="DOCUMENT", help="A title, id or path.")]


@app.command("list", epilog="Example: longread library list --json")
def list_documents(json: options.Json = False) -> None:
    """List the documents; old versions are marked."""
    from longread.workspace import Workspace

    with Workspace(on_wait=output.note) as workspace:
        records = workspace.library.documents()
        if json:
            for record in records:
                output.json_line({"schema": "longread.document/1", **record.as_json()})
            return
        if not records:
            output.note("The library is empty. `longread read FILE` adds to it.")
            return
        table = output.table("Id", "Title", "Author", ">Words", "Format", "Added")
        for record in records:
            old = "" if record.superseded_by is None else " (an old version)"
            table.add_row(
                record.id,
                one_line(record.title, 60) + old,
                one_line(record.author, 30),
                f"{record.words:,}",
                record.format,
                record.added[:10],
            )
        output.show_table(table)


@app.command("info", epilog='Example: longread library info "Bleak House"')
def info(
    name: Annotated[
        str,
        typer.Argument(metavar="[DOCUMENT]", help="A title, id or path; without one, the size."),
    ] = "",
    json: options.Json = False,
) -> None:
    """Show the library's size, or one document with its contents."""
    from longread.workspace import Workspace

    with Workspace(on_wait=output.note) as workspace:
        if not name:
            values = {**workspace.library.info().as_json(), "block_budget_bytes": workspace.budget}
            if json:
                output.json_line({"schema": "longread.library/1", **values})
                return
            for key, value in values.items():
                shown = size(value) if key.endswith("bytes") else str(value)
                output.line(f"{key.replace('_', ' ')}: {shown}")
            return
        record = workspace.library.resolve(name)
        document = workspace.library.document(record.id)
        if json:
            contents = [
                {"title": item.title, "level": item.level, "kind": item.kind}
                for item in document.sections
            ]
            output.json_line(
                {"schema": "longread.document/1", **record.as_json(), "contents": contents}
            )
            return
        for key, value in record.as_json().items():
            shown = "; ".join(value) if isinstance(value, (tuple, list)) else str(value or "")
            if shown:
                output.line(f"{key.replace('_', ' ')}: {one_line(shown)}")
        output.line("contents:")
        for section in document.sections:
            title = section.title or "(untitled)"
            output.line(f"{'  ' * section.level}{title}")


@app.command("notes", epilog='Example: longread library notes "Bleak House"')
def notes(name: Name, json: options.Json = False) -> None:
    """Show what the model noted about a document, group of passages by group."""
    from longread.workspace import Workspace

    with Workspace(on_wait=output.note) as workspace:
        record = workspace.library.resolve(name)
        document = workspace.library.document(record.id)
        passages = workspace.library.passages(record.id)
        written = workspace.library.notes(record.id)
    if not written and not json:
        output.note(f"There are no notes yet: longread read {record.id} --notes")
    for note in written:
        if json:
            values = {"document_id": record.id, **note.as_json(), "names": dict(note.names)}
            output.json_line({"schema": "longread.note/1", **values})
            continue
        place = document.place(passages[note.first - 1].span)
        output.line(f"[{note.first}-{note.last}] {place}")
        output.line(f"  {one_line(note.gist, 2000)}{' (extracted)' if note.extracted else ''}")
        if note.names:
            output.line(f"  Names: {one_line(', '.join(name for name, _ in note.names), 300)}")
        if note.topics:
            output.line(f"  Topics: {one_line(', '.join(note.topics), 300)}")
        for question in note.questions:
            output.line(f"  {one_line(question, 300)}")


@app.command("remove", epilog='Example: longread library remove "Bleak House"')
def remove(name: Name, yes: options.Yes = False) -> None:
    """Remove a document and all that was computed from it; its file stays.

    Conversations about it stay too, with what they quote: longread library forget SESSION.
    """
    from longread.workspace import Workspace

    with Workspace(on_wait=output.note) as workspace:
        record = workspace.library.resolve(name)
        title = one_line(record.title)
        if not yes:
            output.ask_to_remove(f"Remove “{title}” from the library?")
        workspace.library.remove(record.id)
        output.note(f"Removed “{title}”.")


@app.command("sessions", epilog="Example: longread library sessions --json")
def sessions(json: options.Json = False) -> None:
    """List the conversations, the one used last first."""
    from longread.workspace import Workspace

    with Workspace(on_wait=output.note) as workspace:
        kept = workspace.library.sessions()
    if json:
        for session in kept:
            output.json_line({"schema": "longread.session/1", **session.as_json()})
        return
    if not kept:
        output.note("There are no conversations. `longread ask --session NAME` keeps one.")
        return
    table = output.table("Name", "Documents", ">Questions", "Last")
    for session in kept:
        titles = (one_line(title, 60) or document_id for document_id, title in session.documents)
        table.add_row(session.name, "; ".join(titles), f"{session.turns:,}", session.asked[:10])
    output.show_table(table)


@app.command("forget", epilog="Example: longread library forget nemo")
def forget(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="The name of a conversation.")],
    yes: options.Yes = False,
) -> None:
    """Remove a conversation: its questions, its answers, and what they quote."""
    from longread.memory.sessions import session_name
    from longread.workspace import Workspace

    name = session_name(session)
    with Workspace(on_wait=output.note) as workspace:
        if not yes and workspace.library.has_session(name):
            output.ask_to_remove(f"Remove the conversation “{name}”?")
        workspace.library.remove_session(name)
    output.note(f"Removed the conversation “{name}”.")


@app.command("backup", epilog="Example: longread library backup /media/disk/longread.db")
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file.")],
) -> None:
    """Copy the whole library to a file, also while it is in use."""
    from longread.workspace import Workspace

    if output.names_standard_output(file):
        raise UsageError("A backup goes to a file, not to standard output.", hint="Name a file.")
    with Workspace(on_wait=output.note) as workspace:
        workspace.library.store.backup(file)
    output.note(f"Wrote {file}, {size(file.stat().st_size)}.")


@app.command("export", epilog='Example: longread library export "Bleak House" --out bleak.json')
def export(
    name: Name,
    out: Annotated[Path | None, typer.Option(help="A file; default: standard output.")] = None,
) -> None:
    """Write a document with its text and structure as JSON."""
    from longread.workspace import Workspace

    with Workspace(on_wait=output.note) as workspace:
        record = workspace.library.resolve(name)
        values = workspace.library.export(record.id)
    exported = {"schema": "longread.export/1", **values}
    if out is None or output.names_standard_output(out):
        output.json_line(exported)
        return
    text = json_module.dumps(exported, ensure_ascii=False)
    with output.writing(out, "Name another file with --out."):
        write_named(out, text + "\n")
    output.note(f"Wrote {out}.")
