"""Help on commands: arguments as they are typed, and lines that end where the terminal does."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand


class _Command(TyperCommand):
    def __init__(self, *positional: Any, help: str | None = None, **named: Any) -> None:  # noqa: A002 - its name there
        paragraphs = (help or "").split("\n\n")
        flowing = "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
        super().__init__(*positional, help=flowing, **named)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What stands in the line that says how the command is typed."""
        arguments = [one for one in self.get_params(ctx) if isinstance(one, TyperArgument)]
        return ["[OPTIONS]", *map(_typed, arguments)]


def _typed(argument: TyperArgument) -> str:
    more = "..." if argument.nargs != 1 else ""
    return argument.metavar or f"{argument.name}{more}".upper()


def as_typed(app: typer.Typer) -> None:
    """Let each command of an application, and of those below it, show its help in this way."""
    for command in app.registered_commands:
        command.cls = _Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            as_typed(group.typer_instance)
