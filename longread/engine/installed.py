"""The models on this machine: which there are, checking, choosing, adding and removing."""

from __future__ import annotations

import hashlib
import re
import shlex
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from longread.config import Paths, as_toml, load_settings, paths, save_setting
from longread.engine.catalogue import MODEL_ID, ModelEntry, catalogue, entry, shipped
from longread.engine.gguf import check_file, names_file
from longread.engine.partial import CHUNK_BYTES, Progress
from longread.errors import Cancelled, ModelDamaged, ModelError, ModelNotFound, UsageError
from longread.files import existing, write_whole
from longread.text import one_line

_SPLIT = re.compile(r"-(\d{5})-of-(\d{5})\.gguf$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model that can be loaded. ``own`` marks a user's file, which lies anywhere."""

    entry: ModelEntry
    path: Path
    own: bool

    @property
    def id(self) -> str:
        """The model's id."""
        return self.entry.id

    @property
    def sha256(self) -> str:
        """The hash that the file must have, in hexadecimal."""
        return self.entry.sha256


def model_file(model: ModelEntry, where: Paths | None = None) -> Path:
    """Where a model's file lies, or would lie once fetched."""
    return model.path or (where or paths()).models / f"{model.id}.gguf"


def installed(where: Paths | None = None) -> tuple[InstalledModel, ...]:
    """The models whose files are here and have their full size, in the catalogue's order.

    Raises:
        UsageError: a record of a user's model is damaged.
    """
    place = where or paths()
    return tuple(
        InstalledModel(model, model_file(model, place), model.path is not None)
        for model in catalogue(place)
        if _size(model_file(model, place)) == model.size
    )


def model_path(model_id: str, where: Paths | None = None) -> Path:
    """The file of an installed model.

    Raises:
        ModelNotFound: it is not in the catalogue, or not here.
        ModelDamaged: its size is wrong.
    """
    place = where or paths()
    model = entry(model_id, place)
    file = model_file(model, place)
    size = _size(file)
    if size is None:
        if model.path is not None:
            raise ModelNotFound(
                f"The file of the model {model.id} is gone from {file}.",
                hint=f"Put it back, or run `longread models add FILE --name {model.id}`.",
            )
        raise ModelNotFound(
            f"The model {model.id} is not installed.",
            hint=f"Run `longread models pull {model.id}`.",
        )
    if size != model.size:
        raise _damaged(model, f"it has {size:,} bytes instead of {model.size:,}")
    return file


def current_model(where: Paths | None = None) -> ModelEntry | None:
    """The model to use when none is named: the chosen one, else the best installed one.

    None where nothing was chosen and nothing is installed: time to offer
    ``catalogue.default_model``. Models that are only for tests never come up by themselves.

    Raises:
        ModelNotFound: the chosen model is not in the catalogue.
    """
    place = where or paths()
    chosen = load_settings(place).model
    if chosen:
        return entry(chosen, place)
    here = [one.entry for one in installed(place)]
    ranked = sorted((one for one in here if one.default_rank), key=lambda one: one.default_rank)
    own = [one for one in here if one.path is not None]
    return next(iter([*ranked, *own]), None)


def attention_heads(model_id: str, where: Paths | None = None) -> tuple[tuple[int, int], ...]:
    """The heads that the catalogue names for a model; none for a model that it has not."""
    with suppress(ModelNotFound):
        return entry(model_id, where or paths()).heads
    return ()


def find_model(model_id: str = "", where: Paths | None = None) -> InstalledModel:
    """The named model, or ``current_model`` without a name, with its file.

    Raises:
        ModelNotFound: it is not in the catalogue or not here; or none was named or chosen,
            and no default is installed.
        ModelDamaged: its file has the wrong size.
    """
    place = where or paths()
    model = entry(model_id, place) if model_id else current_model(place)
    if model is None:
        raise ModelNotFound(
            "No model is installed yet.",
            hint="`longread models list` shows them, `longread models pull ID` fetches one.",
        )
    return InstalledModel(model, model_path(model.id, place), model.path is not None)


def is_local(name: str, where: Paths | None = None) -> bool:
    """Whether a model's name is one of this machine: of the catalogue, or of a GGUF file."""
    with suppress(ModelNotFound):
        return names_file(name) or bool(entry(name, where or paths()))
    return False


def use(model_id: str, where: Paths | None = None) -> ModelEntry:
    """Make a model the one to use.

    Raises:
        ModelNotFound: it is not in the catalogue.
        OSError: the settings cannot be written.
    """
    place = where or paths()
    model = entry(model_id, place)
    save_setting("model", model.id, place)
    return model


def verify(
    model_id: str,
    *,
    on_progress: Progress | None = None,
    cancel: threading.Event | None = None,
    where: Paths | None = None,
) -> Path:
    """Compute an installed model's sha256 again and compare it; returns its file.

    Raises:
        ModelNotFound: it is not here.
        ModelDamaged: size or sha256 is not the catalogue's.
        ModelError: it cannot be read.
        Cancelled: ``cancel`` was set.
    """
    place = where or paths()
    model = entry(model_id, place)
    file = model_path(model_id, place)
    if hash_file(file, on_progress=on_progress, cancel=cancel) != model.sha256:
        raise _damaged(model, "its sha256 is wrong")
    return file


def remove(model_id: str, where: Paths | None = None) -> int:
    """Remove a model's file, or what a stopped pull left of it; returns the bytes freed.

    A user's own file stays where it is: only the record of it goes. If the model was the
    chosen one, none is chosen afterwards.

    Raises:
        ModelNotFound: it is not in the catalogue, or nothing of it is here.
        ModelError: it is being fetched, or cannot be removed.
        OSError: it was the chosen one, and the settings cannot be written.
    """
    import shutil

    from filelock import FileLock, Timeout

    place = where or paths()
    model = entry(model_id, place)
    target = place.models / f"{model.id}.gguf"
    lock_file = target.with_name(target.name + ".lock")
    beside = (target.with_name(target.name + end) for end in (".part", ".part.json"))
    names = [*beside, _record(model.id, place)]
    if not _is_users(target, place):
        names.append(target)
    present = [path for path in names if path.is_file() or path.is_symlink()]
    leftover = target.with_name(target.name + ".part.wheels")
    if not present and not leftover.is_dir():
        raise ModelNotFound(f"Nothing of the model {model.id} is installed.")
    if lock_file.is_symlink():
        raise ModelError(f"The lock file {lock_file} is a symbolic link.", hint="Remove it first.")
    freed = 0
    try:
        with FileLock(lock_file, timeout=0, mode=0o600):
            for path in present:
                freed += path.lstat().st_size
                path.unlink()
            if not leftover.is_symlink():
                shutil.rmtree(leftover, ignore_errors=True)
    except Timeout as error:
        raise ModelError(
            f"The model {model.id} is being fetched by another process.",
            hint="Stop that pull first.",
        ) from error
    except OSError as error:
        raise ModelError(
            f"The model {model.id} could not be removed: {error.strerror or error}.",
            hint="Close the programs that use it and try again.",
        ) from error
    if load_settings(place).model == model.id:
        save_setting("model", "", place)
    return freed


def add(
    file: Path,
    *,
    name: str = "",
    on_progress: Progress | None = None,
    cancel: threading.Event | None = None,
    where: Paths | None = None,
) -> ModelEntry:
    """Register a GGUF file of the user's own, which is not copied and stays where it is.

    A file that is a model of the catalogue, byte for byte, takes that model's id, unless
    ``name`` says otherwise. Adding under a ``name`` again replaces the record.

    Raises:
        ModelNotFound: there is no such file, or it may not be looked at.
        ModelDamaged: it is no GGUF, cut off, or only one part of one.
        UsageError: the name is taken by the catalogue, is no id, or is the file's own and taken by
            another file.
        Cancelled: ``cancel`` was set.
    """
    place = where or paths()
    path = _whole_gguf(file)
    model_id = _own_id(name or path.stem)
    sha256 = hash_file(path, on_progress=on_progress, cancel=cancel)
    same = next((one for one in shipped() if one.sha256 == sha256), None)
    if same is not None and (not name or model_id == same.id):
        model_id = same.id
    elif any(one.id == model_id for one in shipped()):
        raise UsageError(
            f"The name {model_id} belongs to a model of the catalogue, and this is another file.",
            hint="Choose another with --name.",
        )
    elif not name:
        _check_free(model_id, path, place)
    facts: dict[str, str | int] = {
        "id": model_id,
        "name": same.name if same else one_line(name or path.stem, 100),
        "purpose": same.purpose if same else "your own file",
        "licence": same.licence if same else "unknown",
        "size": path.stat().st_size,
        "sha256": sha256,
        "context": same.context if same else 0,
        "kv_bytes_per_token": same.kv_bytes_per_token if same else 0,
        "memory": same.memory if same else 0,
        "path": str(path),
    }
    _write_record(_record(model_id, place), facts)
    return entry(model_id, place)


def hash_file(
    path: Path, *, on_progress: Progress | None = None, cancel: threading.Event | None = None
) -> str:
    """The sha256 of a file, in hexadecimal.

    Raises:
        Cancelled: ``cancel`` was set.
        ModelError: the file cannot be read.
    """
    done = 0
    digest = hashlib.sha256()
    try:
        total = path.stat().st_size
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                if cancel is not None and cancel.is_set():
                    raise Cancelled("Checking the model was stopped.")
                digest.update(chunk)
                done += len(chunk)
                if on_progress is not None:
                    on_progress(done, total)
    except OSError as error:
        raise ModelError(
            f"{one_line(str(path), 200)} cannot be read: {error.strerror}.",
            hint="Check the file's rights, and the disk.",
        ) from error
    return digest.hexdigest()


def _check_free(model_id: str, path: Path, place: Paths) -> None:
    """See that no other file has the id: many that were fetched have the same name."""
    with suppress(ModelNotFound):
        known = entry(model_id, place).path
        if known is not None and known.is_file() and known != path:
            raise UsageError(
                f"The name {model_id} belongs to {one_line(str(known), 200)}.",
                hint=f"Choose another with --name; --name {model_id} puts this file in its place.",
            )


def _is_users(file: Path, place: Paths) -> bool:
    """Whether a file, and not only a link to one, is what a user has added."""
    return not file.is_symlink() and any(
        one.path is not None and one.path.resolve() == file.resolve() for one in catalogue(place)
    )


def _size(file: Path) -> int | None:
    with suppress(OSError):
        return file.stat().st_size if file.is_file() else None
    return None


def _record(model_id: str, place: Paths) -> Path:
    return place.models / f"{model_id}.toml"


def _write_record(record: Path, facts: dict[str, str | int]) -> None:
    text = "".join(f"{key} = {as_toml(value)}\n" for key, value in facts.items())
    try:
        write_whole(record, text, private=True)
    except OSError as error:
        raise ModelError(
            f"The record {record} could not be written: {error.strerror or error}.",
            hint="Check the folder's permissions, or set LONGREAD_HOME to another one.",
        ) from error


def _own_id(name: str) -> str:
    model_id = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")[:100]
    if not MODEL_ID.fullmatch(model_id):
        raise UsageError(
            f"No id can be made of the name {one_line(name, 100)!r}.",
            hint="Give one of letters and digits with --name.",
        )
    return model_id


def _whole_gguf(file: Path) -> Path:
    """Where a user's file lies, which is a whole GGUF."""
    shown = one_line(str(file), 200)
    found = existing(str(file))
    if found is None:
        raise ModelNotFound(
            f"There is no file {shown}, or it may not be looked at.", hint="Check the path."
        )
    path = found.resolve()
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError as error:
        raise UsageError(
            f"The path {shown} is not valid UTF-8 and cannot be recorded.",
            hint="Rename the file.",
        ) from error
    if not path.is_file():
        raise ModelNotFound(f"{shown} is no file.", hint="Name a GGUF file.")
    if split := _SPLIT.search(path.name):
        raise ModelDamaged(
            f"{shown} is part {int(split[1])} of {int(split[2])} of a model.",
            hint="Join the parts with `llama-gguf-split --merge` and add the result.",
        )
    check_file(path)
    return path


def _damaged(model: ModelEntry, what: str) -> ModelDamaged:
    if model.path is not None:
        return ModelDamaged(
            f"The file of the model {model.id} is not what was added: {what}.",
            hint="Put that one back; or, to use it as it is now, run `longread models add "
            f"{shlex.quote(str(model.path))} --name {model.id}` again.",
        )
    return ModelDamaged(
        f"The file of the model {model.id} is damaged: {what}.",
        hint=f"Run `longread models remove {model.id}` and `longread models pull {model.id}`.",
    )
