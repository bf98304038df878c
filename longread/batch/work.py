"""One document of a batch: taken in, read, summarized, written out in the wanted form."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from longread.desk import Desk
from longread.errors import DocumentNotFound, LongreadError, SourceError
from longread.memory.records import DocumentRecord
from longread.reading.pass_state import PassState
from longread.report.formats import Format, write
from longread.report.outline import Length, Outline, find_outline, outline
from longread.workspace import Options, Workspace

OWN_FAULTS = (SourceError, DocumentNotFound)
"""What is a single document's fault, and stops no other."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is wanted of each document, and with which model. ``rewrite`` wants anew what another
    model wrote."""

    length: Length
    form: Format
    options: Options = field(default_factory=Options)
    password: str | None = None
    ocr: bool = False
    rewrite: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A document of a batch, by its name, and the name of the file that its summary gets."""

    name: str
    file: str


@dataclass(frozen=True, slots=True)
class Made:
    """The summary of a document, as text in the wanted form and as plain values."""

    document_id: str
    text: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a document: its summary, or why there is none."""

    item: Item
    made: Made | None = None
    error: LongreadError | None = None


def told(workspace: Workspace, record: DocumentRecord, order: Order) -> Made | None:
    """The summary of a document that is there, whichever model wrote it; None where something is
    still to be written, or all of it anew."""
    if order.rewrite:
        return None
    found = find_outline(workspace.library, record.id, order.length)
    return None if found is None else _made(found, record, order)


def summarize(
    workspace: Workspace,
    record: DocumentRecord,
    order: Order,
    state: PassState,
    tell: Callable[[], None],
    *,
    alone: bool = True,
) -> Made:
    """Read a document, as far as that is not done yet, and write its summary. ``state`` is kept up
    to date, and ``tell`` called whenever it changed; ``alone`` keeps other processes from reading
    meanwhile.

    Raises:
        LongreadError: it cannot be done.
    """
    desk = Desk(workspace, [record.id])
    reading = desk.read(alone=alone, look_in=False, rewrite=order.rewrite)
    with closing(reading) as passes:
        for document_id, news in passes:
            state.take(document_id, news)
            tell()
    return _made(outline(workspace.library, record.id, order.length), record, order)


def _made(found: Outline, record: DocumentRecord, order: Order) -> Made:
    return Made(record.id, write(found, order.form, record.language), found.as_json())


def outcome(
    workspace: Workspace,
    item: Item,
    order: Order,
    tell: Callable[[float], None],
    *,
    path: str = "",
) -> Outcome:
    """Take a document in and summarize it beside others; ``path`` is where it is, if its name
    does not say so, and ``tell`` hears how much is done, between 0 and 1.

    Raises:
        LongreadError: something is wrong that is no single document's fault.
    """
    state = PassState()
    try:
        record = workspace.add(path or item.name, password=order.password, ocr=order.ocr)
        made = told(workspace, record, order) or summarize(
            workspace, record, order, state, lambda: tell(state.share), alone=False
        )
        return Outcome(item, made)
    except OWN_FAULTS as error:
        return Outcome(item, error=error)
