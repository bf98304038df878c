"""Keys that the user has changed, from ``keys.toml``: an action's id and the keys for it."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from textual.binding import Binding, BindingType

_AROUND = {
    "text": ("book", "app"),
    "contents": ("book", "app"),
    "ask": ("book", "app"),
    "book": ("app",),
    "library": ("app",),
}


def read_keys(file: Path, known: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """The keys by action, and what is wrong with the file, in sentences.

    A line is ``"text.down" = "j,down"``; an empty text takes the keys away.
    """
    try:
        table = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}, []
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return {}, [f"{file.name} cannot be read: {error}."]
    names = set(known)
    keys: dict[str, str] = {}
    problems = []
    for name, value in table.items():
        if name not in names:
            problems.append(f"{file.name}: there is no action {name!r}; ? lists them.")
        elif not isinstance(value, str):
            problems.append(f'{file.name}: {name} must be a text, as in "j,down".')
        else:
            keys[name] = ",".join(key for key in value.replace(" ", "").split(",") if key)
    return keys, problems


def bindings_of(*classes: type) -> dict[str, Binding]:
    """All bindings with an id that classes define, by id."""
    found: dict[str, Binding] = {}
    for one in classes:
        declared: list[BindingType] = one.__dict__.get("BINDINGS", [])
        for binding in declared:
            if isinstance(binding, Binding) and binding.id:
                found[binding.id] = binding
    return found


def conflicts(bindings: Mapping[str, Binding], keys: Mapping[str, str]) -> list[str]:
    """Keys that stand for two actions in one place because of changed ``keys``, in sentences.

    A place is what comes before the point in an action's id. Dialogs have the keys to themselves.
    """
    users: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, binding in bindings.items():
        place = name.partition(".")[0]
        for key in keys.get(name, binding.key).split(","):
            if key:
                users[place, key].append(name)
    found = []
    for (place, key), names in users.items():
        wider = [name for outer in _AROUND.get(place, ()) for name in users.get((outer, key), [])]
        together = sorted([*names, *wider])
        if len(together) > 1 and any(name in keys for name in together):
            found.append(f"The key {key} stands for {' and '.join(together)}.")
    return found
