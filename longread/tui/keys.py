"""Keys that the user has changed, from ``keys.toml``: an action's id and the keys for it."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from textual.binding import Binding, BindingType
from textual.keys import (
    KEY_DISPLAY_ALIASES,
    KEY_NAME_REPLACEMENTS,
    Keys,
    format_key,
    key_to_character,
)

HINT_BREAK = " · "
"""What stands between hints on keys."""

_MODIFIERS = {"alt", "ctrl", "hyper", "meta", "shift", "super"}
_KEYS = {key.value for key in Keys if not key.value.startswith("<")}
_NAMED = {key.rpartition("+")[2] for key in _KEYS} | set(KEY_NAME_REPLACEMENTS.values())
_AS_SHOWN = {shown: key for key, shown in KEY_DISPLAY_ALIASES.items()}
_AROUND = {
    "text": ("book", "app"),
    "contents": ("book", "app"),
    "ask": ("book", "app"),
    "book": ("app",),
    "library": ("app",),
}


def key_name(written: str) -> str | None:
    """What a key is called where it is pressed: ``slash`` for ``/``, ``ctrl+n`` for ``Ctrl+N``;
    None where no key is written so."""
    if written in _KEYS:
        return written
    *modifiers, key = written.split("+") if len(written) > 1 else [written]
    modifiers = sorted(modifier.casefold() for modifier in modifiers)
    if len(key) > 1 or "ctrl" in modifiers:
        key = key.casefold()
    key = _AS_SHOWN.get(key, key)
    if len(key) == 1:
        # Alone, a character has its name put in its place where it is bound; not behind Ctrl.
        (named,) = Binding.make_bindings([Binding(key, "", "")])
        key = named.key
    else:
        key = KEY_NAME_REPLACEMENTS.get(key, key)
        if key not in _NAMED and key_to_character(key) is None:
            return None
    return "+".join([*modifiers, key]) if _MODIFIERS.issuperset(modifiers) else None


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
            written = [key for key in value.replace(" ", "").split(",") if key]
            called = {key: known_as for key in written if (known_as := key_name(key))}
            problems += [
                f"{file.name}: {key!r} for {name} is no key; write it as in j, /, f2 or ctrl+n."
                for key in written
                if key not in called
            ]
            if called or not written:
                keys[name] = ",".join(called.values())
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
            found.append(f"The key {format_key(key)} stands for {' and '.join(together)}.")
    return found
