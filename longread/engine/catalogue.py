"""The catalogue: which models longread knows, where they come from, and which to choose.

One TOML file a model: the shipped ones, and the records that ``installed.add`` writes for
the user's own GGUF files.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from longread.config import Paths, paths
from longread.engine.gguf import names_file
from longread.errors import ModelNotFound, UsageError
from longread.text import one_line

MODEL_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
"""What a model's id may look like; it is also the stem of a file name."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class HubSource:
    """One file of a repository on a hub that speaks Hugging Face's protocol."""

    repository: str
    revision: str
    file: str

    @property
    def name(self) -> str:
        """What a user is shown."""
        return f"the model hub ({self.repository})"

    @property
    def key(self) -> str:
        """Names the source in the notes kept beside a partial file."""
        return f"hub:{self.repository}@{self.revision}/{self.file}"


@dataclass(frozen=True, slots=True)
class WheelSource:
    """Python wheels whose data files, joined in order, are the model.

    ``member`` is a pattern that matches exactly one file in each wheel; ``largest_part``
    is the size in bytes of the largest such file.
    """

    packages: tuple[str, ...]
    version: str
    member: str
    largest_part: int

    @property
    def name(self) -> str:
        """What a user is shown."""
        count = len(self.packages)
        return f"the Python package index ({count} package{'s' if count > 1 else ''})"

    @property
    def key(self) -> str:
        """Names the source in the notes kept beside a partial file."""
        return f"wheels:{self.packages[0]}=={self.version}"


Source = HubSource | WheelSource


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the catalogue. Sizes are in bytes, ``context`` in tokens (0: unknown).

    ``memory`` is what the model needs with a context of 8,192 tokens. ``default_rank`` is
    its place among the defaults (0: never one), ``default_free_memory`` the memory that
    must be free for that. ``path`` is set for a user's own file, which stays where it is.
    ``heads`` are attention heads (layer, head) that look from a question to its evidence.
    """

    id: str
    name: str
    purpose: str
    size: int
    sha256: str
    licence: str
    context: int
    kv_bytes_per_token: int
    memory: int
    sources: tuple[Source, ...]
    default_rank: int = 0
    default_free_memory: int = 0
    path: Path | None = None
    heads: tuple[tuple[int, int], ...] = ()

    @property
    def on_hub(self) -> bool:
        """Whether a hub is among its sources."""
        return any(isinstance(source, HubSource) for source in self.sources)

    @property
    def in_wheels(self) -> bool:
        """Whether a Python package index is among its sources."""
        return any(isinstance(source, WheelSource) for source in self.sources)


def shipped() -> tuple[ModelEntry, ...]:
    """The models that come with longread: the defaults first, then by size."""
    here = Path(__file__).parent
    folder = here / "model_files"
    if not folder.is_dir():
        folder = here.parents[1] / "models"
    found = [read_entry(file) for file in folder.glob("*.toml")]
    if not found:
        raise ModelNotFound(
            "The catalogue of models is missing from this installation.",
            hint="Install longread again.",
        )
    return tuple(sorted(found, key=lambda one: (one.default_rank or 99, one.size)))


def catalogue(where: Paths | None = None) -> tuple[ModelEntry, ...]:
    """Every model: the shipped ones, then the user's own in order of their ids.

    A shipped model for which the user has given a file of their own carries its path.

    Raises:
        UsageError: a record of a user's model is damaged.
    """
    records = (where or paths()).models.glob("*.toml")
    own = {one.id: one for one in map(read_entry, sorted(records)) if one.path is not None}
    known = shipped()
    merged = [replace(one, path=_same_file(one, own.get(one.id))) for one in known]
    ids = {one.id for one in known}
    return (*merged, *(one for one in own.values() if one.id not in ids))


def entry(model_id: str, where: Paths | None = None) -> ModelEntry:
    """The model with this id.

    Raises:
        ModelNotFound: there is none; the hint names the nearest ids.
        UsageError: a record of a user's model is damaged.
    """
    from difflib import get_close_matches

    every = {one.id: one for one in catalogue(where)}
    wanted = model_id.strip().lower()
    if wanted in every:
        return every[wanted]
    near = get_close_matches(wanted, every, n=3, cutoff=0.3)
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    if names_file(wanted):
        hint = "`longread models add FILE` makes a file of your own known under an id. "
    raise ModelNotFound(
        f"There is no model {one_line(model_id, 100)!r} in the catalogue.",
        hint=f"{hint}`longread models list` shows every model.",
    )


def default_model(free_memory: int, *, hub_reachable: bool) -> ModelEntry:
    """The model to offer a newcomer who has ``free_memory`` in bytes. Where the hub cannot be
    reached, only models that a Python package index holds count."""
    ranked = [one for one in shipped() if one.default_rank]
    open_to_us = [one for one in ranked if (one.on_hub if hub_reachable else one.in_wheels)]
    for one in open_to_us:
        if free_memory >= one.default_free_memory:
            return one
    return (open_to_us or ranked)[-1]


def read_entry(file: Path) -> ModelEntry:
    """Read one TOML file of the catalogue.

    Raises:
        UsageError: it cannot be read, or does not say what it must.
    """
    try:
        table = tomllib.loads(file.read_text("utf-8"))
        return _entry(table)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = one_line(str(error), 150)
    except KeyError as error:
        reason = f"{error.args[0]} is missing"
    except (TypeError, ValueError) as error:
        reason = one_line(str(error), 150)
    raise UsageError(
        f"The model record {file} is damaged: {reason}.",
        hint="Remove that file and run `longread models add` again.",
    )


def _same_file(model: ModelEntry, record: ModelEntry | None) -> Path | None:
    """The user's file for a shipped model: only one with the same bytes, and still there."""
    if record is None or record.path is None or record.sha256 != model.sha256:
        return None
    return record.path if record.path.is_file() else None


def _entry(table: Mapping[str, Any]) -> ModelEntry:
    model_id, sha256 = _text(table, "id"), _text(table, "sha256")
    if not MODEL_ID.fullmatch(model_id):
        raise ValueError(f"the id {model_id!r} is not made of a-z, 0-9, dot, dash and underscore")
    if not _SHA256.fullmatch(sha256):
        raise ValueError("sha256 is not 64 hexadecimal digits")
    size = _number(table, "size")
    if size == 0:
        raise ValueError("size is 0")
    default = table.get("default", {})
    return ModelEntry(
        id=model_id,
        name=_text(table, "name"),
        purpose=_text(table, "purpose"),
        size=size,
        sha256=sha256,
        licence=_text(table, "licence"),
        context=_number(table, "context"),
        kv_bytes_per_token=_number(table, "kv_bytes_per_token"),
        memory=_number(table, "memory"),
        sources=tuple(_source(source) for source in table.get("sources", ())),
        default_rank=_number(default, "rank") if default else 0,
        default_free_memory=_number(default, "free_memory") if default else 0,
        path=Path(_text(table, "path")) if "path" in table else None,
        heads=tuple((int(layer), int(head)) for layer, head in table.get("heads", ())),
    )


def _source(table: Mapping[str, Any]) -> Source:
    match _text(table, "kind"):
        case "hub":
            return HubSource(
                _text(table, "repository"), _text(table, "revision"), _text(table, "file")
            )
        case "wheels":
            packages = table["packages"]
            if not packages or not all(isinstance(package, str) for package in packages):
                raise ValueError("packages is not a list of names")
            return WheelSource(
                tuple(packages),
                _text(table, "version"),
                _text(table, "member"),
                _number(table, "largest_part"),
            )
        case other:
            raise ValueError(f"there is no kind of source {other!r}")


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table[key]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is not a text")
    return value


def _number(table: Mapping[str, Any], key: str) -> int:
    value = table[key]
    if type(value) is not int or value < 0:
        raise ValueError(f"{key} is not a whole number")
    return value
