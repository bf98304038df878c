"""Which file each input's summary goes to: an input keeps the name that it was first given in a
folder, whatever else is named beside it later."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from longread.batch.work import Item
from longread.errors import UsageError
from longread.files import existing, write_whole
from longread.report.files import file_name
from longread.report.formats import Format

RECORD = ".longread.json"
"""In the folder of the summaries: which input each of their files belongs to."""


def items(names: Sequence[str], form: Format) -> list[Item]:
    """Each input with a name for the file of its summary. The same inputs in the same order get
    the same names."""
    taken: set[str] = set()
    return [Item(name, file_name(name, form, taken)) for name in names]


def items_in(out: Path, names: Sequence[str], form: Format) -> list[Item]:
    """Each input once, with the file in ``out`` that belongs to it; those that have none yet get
    one, which is recorded there.

    Raises:
        UsageError: nothing can be recorded in the folder.
    """
    inputs: dict[str, str] = {}
    for name in names:
        inputs.setdefault(_input(name, out), name)
    owners = _recorded(out)
    files = {owner: file for file, owner in owners.items() if file.endswith(f".{form}")}
    taken = {file.casefold() for file in owners}
    for one, name in inputs.items():
        if one not in files:
            files[one] = file_name(name, form, taken)
    _record(out, owners | {files[one]: one for one in inputs})
    return [Item(name, files[one]) for one, name in inputs.items()]


def left_in(out: Path, items: Sequence[Item]) -> list[Item]:
    """Those whose summary is not in the folder yet."""
    return [item for item in items if not (out / item.file).exists()]


def _input(name: str, out: Path) -> str:
    """What tells an input from all others: for a file, its place as seen from the folder, which
    is the same on every machine that has both on one disk."""
    file = existing(name)
    return name if file is None else os.path.relpath(file.resolve(), out.resolve())


def _recorded(out: Path) -> dict[str, str]:
    try:
        known = json.loads((out / RECORD).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    inputs = known.get("inputs") if isinstance(known, dict) else None
    return {str(k): str(v) for k, v in inputs.items()} if isinstance(inputs, dict) else {}


def _record(out: Path, owners: dict[str, str]) -> None:
    if owners == _recorded(out):
        return
    # ASCII, so that paths that are no UTF-8 keep their bytes.
    values = {"schema": "longread.summaries/1", "inputs": owners}
    try:
        write_whole(out / RECORD, json.dumps(values, indent=0) + "\n")
    except OSError as error:
        raise UsageError(
            f"Nothing can be written in {out}: {error.strerror}.",
            hint="Name another folder with --out.",
        ) from error
