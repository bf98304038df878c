"""Options that the measurements share."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from longread.cli import output

if TYPE_CHECKING:
    from longread.engine.insight import Insight
    from longread.workspace import Workspace

Questions = Annotated[Path, typer.Option(help="Questions, JSON lines; docs/benchmarks/answers.md.")]
Data = Annotated[Path, typer.Option(help="The folder that the questions' documents are in.")]
Out = Annotated[Path, typer.Option(help="Results, JSON lines; an old one is continued.")]
Datasets = Annotated[
    list[str] | None, typer.Option("--dataset", help="Only those with this in their name.")
]
Documents = Annotated[
    int, typer.Option(min=0, help="Only so many shortest documents of each dataset; 0: all.")
]
Share = Annotated[
    str, typer.Option(help="Only every n-th document of each dataset, as 1/2 or 2/2.")
]
Limit = Annotated[
    int, typer.Option(min=0, help="So many questions, spread over the datasets; 0: all.")
]
Seed = Annotated[int, typer.Option(help="Seed of the sample.")]
Window = Annotated[
    int, typer.Option(min=0, help="Tokens that the model sees while it reads; 0: the setting.")
]


def need_known(wanted: Iterable[str], known: Iterable[str], what: str) -> None:
    """See that what is ``wanted`` by name is ``known``; ``what`` says what it would be, with a
    place for the name.

    Raises:
        UsageError: one is not.
    """
    from longread.errors import UsageError

    known = list(known)
    for name in wanted:
        if name not in known:
            raise UsageError(
                f"There is no {what.format(repr(name))}.", hint=f"Known: {', '.join(known)}."
            )


def looked_into(workspace: Workspace, *, quiet: bool) -> Insight:
    """Where to look inside the model, which is found out where it is not known yet."""
    from longread.reading.pass_state import LOOKING_IN

    with output.progress_bar(LOOKING_IN.capitalize(), quiet=quiet) as progress:
        for news in workspace.look_into_model():
            progress(news.done, news.total, "", news.seconds_left)
    return workspace.insight
