"""Colours: our own themes, and the user's from TOML files."""

from __future__ import annotations

import tomllib
from pathlib import Path

from textual.color import Color, ColorParseError
from textual.theme import Theme

DEFAULT = "longread-dark"

THEMES = (
    Theme(
        "longread-dark",
        primary="#7aa2f7",
        secondary="#9d7cd8",
        accent="#e0af68",
        warning="#e0af68",
        error="#f7768e",
        success="#73daca",
        foreground="#d5d8e5",
        background="#16171f",
        surface="#1c1e28",
        panel="#272a38",
        dark=True,
    ),
    Theme(
        "longread-light",
        primary="#1f5fbf",
        secondary="#6b46c1",
        accent="#9a5b00",
        warning="#c27a00",
        error="#b3261e",
        success="#1b7f5c",
        foreground="#1d1f24",
        background="#fbfaf7",
        surface="#f3f1ec",
        panel="#e5e2da",
        dark=False,
    ),
    Theme(
        "sepia",
        primary="#7b4a12",
        secondary="#5f5a2e",
        accent="#8a3b12",
        warning="#a8670a",
        error="#97241b",
        success="#3e6b32",
        foreground="#3b2f1e",
        background="#f4ecd8",
        surface="#ece2ca",
        panel="#ded2b4",
        dark=False,
    ),
    Theme(
        "high-contrast",
        primary="#ffff00",
        secondary="#00ffff",
        accent="#ffff00",
        warning="#ffbf00",
        error="#ff8080",
        success="#00ff7f",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#202020",
        dark=True,
        text_alpha=1.0,
    ),
)
"""Beside these, Textual's ``ansi-dark`` and ``ansi-light`` use the terminal's own colours."""

_COLOURS = (
    "primary",
    "secondary",
    "accent",
    "warning",
    "error",
    "success",
    "foreground",
    "background",
    "surface",
    "panel",
)


def user_themes(folder: Path) -> tuple[list[Theme], list[str]]:
    """Themes from the TOML files of a folder, and what is wrong with those that are none.

    A file has ``dark`` and colours by the names that our own themes have; ``primary``,
    ``foreground`` and ``background`` must be there. Its theme is called as the file.
    """
    themes: list[Theme] = []
    problems: list[str] = []
    for file in sorted(folder.glob("*.toml")):
        try:
            table = tomllib.loads(file.read_text("utf-8"))
            themes.append(_theme(file.stem, table))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ValueError) as error:
            problems.append(f"{file.name}: {error}")
    return themes, problems


def _theme(name: str, table: dict[str, object]) -> Theme:
    unknown = set(table) - {*_COLOURS, "dark"}
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    missing = {"primary", "foreground", "background"} - set(table)
    if missing:
        raise ValueError(f"missing: {', '.join(sorted(missing))}")
    colours: dict[str, str] = {}
    for key in _COLOURS:
        if key in table:
            try:
                Color.parse(str(table[key]))
            except ColorParseError as error:
                raise ValueError(f"{key} is no colour: {table[key]}") from error
            colours[key] = str(table[key])
    primary = colours.pop("primary")
    return Theme(name, primary=primary, dark=bool(table.get("dark", True)), **colours)  # type: ignore[arg-type]
