"""Documents that a command was given, with what there is to say of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from longread.cli import output
from longread.errors import PasswordNeeded, UsageError
from longread.files import existing
from longread.text import naming, one_line

if TYPE_CHECKING:
    from longread.memory.records import DocumentRecord
    from longread.workspace import Failure, Workspace


def split(inputs: Sequence[str], asked: str, example: str) -> tuple[list[str], str]:
    """The names of documents, and what is ``asked`` of them ("question"), which stands last.

    Raises:
        UsageError: one of both is missing or empty, or a file stands last; ``example`` shows how it
            is done.
    """
    *names, text = inputs
    if not names:
        raise UsageError(f"A {asked} needs a document.", hint=f"As in: {example}")
    if not text.strip():
        raise UsageError(f"The {asked} is empty.", hint=f"As in: {example}")
    file = existing(text)
    if file is not None and file.is_file() and Path(text).suffix:
        raise UsageError(
            f"The {asked} comes last, and {one_line(text)} is a file.", hint=f"As in: {example}"
        )
    return names, text


def add_files(
    workspace: Workspace, names: Sequence[str], *, password: str | None, ocr: bool, quiet: bool
) -> tuple[list[DocumentRecord], list[Failure]]:
    """Several documents of a command, read where they are new, with a bar.

    Raises:
        DocumentNotFound: a name stands for nothing.
        UsageError: no file is named.
    """
    with output.progress_bar("Reading files", quiet=quiet) as progress:
        return workspace.add_all(
            names,
            password=password,
            ocr=ocr,
            on_document=lambda number, total, name: progress(number, total),
        )


def take(
    workspace: Workspace,
    names: Sequence[str],
    *,
    password: str | None,
    ocr: bool,
    stage: Callable[[str], None],
    quiet: bool,
) -> list[DocumentRecord]:
    """The documents of a command, read where they are new. What fails is left out and said,
    unless nothing is left. In a terminal, a password is asked for.

    Raises:
        SourceError: no document could be read.
        DocumentNotFound: a name stands for nothing.
        UsageError: the library is empty, or no file is named.
    """
    from longread.memory.catalogue import WHOLE_LIBRARY

    if list(names) == [WHOLE_LIBRARY]:
        everything = list(workspace.library.current_documents())
        if not everything:
            raise UsageError("The library is empty.", hint="`longread read FILE` adds to it.")
        return everything
    known = {record.id for record in workspace.library.documents()}
    if len(workspace.inputs(names)) > 1:
        records, failures = add_files(workspace, names, password=password, ocr=ocr, quiet=quiet)
    else:
        records, failures = workspace.add_all(names, password=password, ocr=ocr, on_stage=stage)
        stage("")
    locked = [failure for failure in failures if isinstance(failure.error, PasswordNeeded)]
    if locked and password is None and sys.stdin.isatty() and sys.stderr.isatty():
        for failure in locked:
            with output.questioning():
                asked = f"Password of {one_line(failure.name)}"
                given = typer.prompt(asked, hide_input=True, err=True)
            records.append(workspace.add(failure.name, password=given, ocr=ocr, on_stage=stage))
            failures.remove(failure)
        stage("")
    for failure in failures:
        if not records:
            raise failure.error
        output.note(f"left out: {naming(failure.name, str(failure.error))}")
    if not quiet:
        # Of a document that was read before it was said then.
        for record in (record for record in records if record.id not in known):
            for warning in record.warnings:
                output.note(f"{record.title}: {warning}")
    return records
