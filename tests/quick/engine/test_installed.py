from __future__ import annotations

import stat
import sys
import threading
from contextlib import suppress
from pathlib import Path
from unittest.mock import Mock

import pytest

from longread.config import Paths, load_settings
from longread.engine import catalogue, installed, weights
from longread.errors import Cancelled, ModelDamaged, ModelError, ModelNotFound, UsageError
from tests.quick.engine.gguf_file import gguf
from tests.quick.engine.local_hub import folders, model_bytes

SMALL = "smollm2-135m-instruct-q4_1"


@pytest.fixture
def place(tmp_path: Path) -> Paths:
    return folders(tmp_path / "home")


@pytest.fixture
def own_file(tmp_path: Path) -> Path:
    path = tmp_path / "My Model Q4.gguf"
    path.write_bytes(model_bytes(50_000))
    return path


def hollow(place: Paths, model_id: str, size: int | None = None) -> Path:
    """A file of the model's size that holds only zeros and takes no space."""
    path = place.models / f"{model_id}.gguf"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(catalogue.entry(model_id, place).size if size is None else size)
    return path


def test_nothing_is_installed_at_first(place: Paths) -> None:
    assert installed.installed(place) == ()
    assert installed.current_model(place) is None
    with pytest.raises(ModelNotFound) as caught:
        installed.model_path(SMALL, place)
    assert f"longread models pull {SMALL}" in caught.value.hint
    assert not place.models.exists()


def test_an_added_file_stays_where_it_is_and_is_listed(place: Paths, own_file: Path) -> None:
    steps: list[tuple[int, int]] = []
    added = installed.add(own_file, on_progress=lambda *step: steps.append(step), where=place)
    assert added.id == "my-model-q4"
    assert added.path == own_file
    assert added.size == 50_000
    assert steps[-1] == (50_000, 50_000)
    assert [one.entry.id for one in installed.installed(place)] == ["my-model-q4"]
    assert added in catalogue.catalogue(place)
    assert installed.model_path("my-model-q4", place) == own_file
    assert installed.verify("my-model-q4", where=place) == own_file
    assert weights.pull(added, where=place) == own_file
    assert installed.current_model(place) == added
    (record,) = place.models.iterdir()
    assert record.name == "my-model-q4.toml"
    assert sys.platform == "win32" or stat.S_IMODE(record.stat().st_mode) == 0o600


@pytest.mark.parametrize("stem", ["кни\U0001f4d6га", "x\x7fy", 'quo"te\\'])
def test_any_file_name_survives_the_record(stem: str, place: Paths, tmp_path: Path) -> None:
    path = tmp_path / f"{stem}.gguf"
    path.write_bytes(model_bytes(1000))
    installed.add(path, name="mine", where=place)
    assert installed.model_path("mine", place) == path


def test_a_changed_or_missing_own_file_is_said(place: Paths, own_file: Path) -> None:
    installed.add(own_file, name="mine", where=place)
    own_file.write_bytes(own_file.read_bytes()[:-1] + b"!")
    with pytest.raises(ModelDamaged, match="sha256"):
        installed.verify("mine", where=place)
    own_file.write_bytes(b"GGUF")
    with pytest.raises(ModelDamaged, match="4 bytes instead of 50,000"):
        installed.model_path("mine", place)
    own_file.unlink()
    with pytest.raises(ModelNotFound, match="gone"):
        installed.model_path("mine", place)
    assert installed.installed(place) == ()


def test_a_file_that_cannot_be_read_is_said(
    own_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "open", Mock(side_effect=PermissionError(13, "Permission denied")))
    with pytest.raises(ModelError, match=r"Q4\.gguf cannot be read: Permission denied"):
        installed.hash_file(own_file)


def test_removing_an_own_model_leaves_its_file(place: Paths, own_file: Path) -> None:
    installed.add(own_file, name="mine", where=place)
    installed.use("mine", place)
    installed.remove("mine", place)
    assert own_file.exists()
    assert load_settings(place).model == ""
    with pytest.raises(ModelNotFound):
        catalogue.entry("mine", place)


def test_an_own_file_among_the_models_stays_too(place: Paths) -> None:
    place.models.mkdir(parents=True)
    for model_id in ("mine", SMALL):
        path = place.models / f"{model_id}.gguf"
        path.write_bytes(model_bytes(1000))
        installed.add(path, name="mine", where=place)
        for removed in (SMALL, "mine"):
            with suppress(ModelNotFound):
                installed.remove(removed, place)
        assert path.exists()
    assert not list(place.models.glob("*.toml"))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("text.gguf", b"just some text, long enough to be read"),
        ("short.gguf", b"GGUF"),
        ("old.gguf", b"GGUF\x01\x00\x00\x00" + bytes(100)),
        ("big-00001-of-00003.gguf", model_bytes(1000)),
        ("half.gguf", gguf()[:-10]),
    ],
)
def test_what_is_no_whole_gguf_is_refused(
    name: str, content: bytes, place: Paths, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ModelDamaged):
        installed.add(path, where=place)
    assert not place.models.exists()


def test_names_that_cannot_be_are_refused(place: Paths, own_file: Path) -> None:
    with pytest.raises(UsageError, match="belongs to a model of the catalogue"):
        installed.add(own_file, name=SMALL, where=place)
    with pytest.raises(UsageError, match="No id"):
        installed.add(own_file, name="…", where=place)
    with pytest.raises(ModelNotFound):
        installed.add(own_file.with_name("other.gguf"), where=place)
    with pytest.raises(ModelNotFound):
        installed.add(own_file.parent, where=place)


def test_adding_can_be_cancelled(place: Paths, own_file: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        installed.add(own_file, cancel=cancel, where=place)
    assert not place.models.exists()


def test_an_own_file_that_is_a_shipped_model_takes_its_id(
    place: Paths, own_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    first, *others = catalogue.shipped()
    twin = replace(first, sha256=installed.hash_file(own_file), size=own_file.stat().st_size)
    for module in (catalogue, installed):
        monkeypatch.setattr(module, "shipped", lambda: (twin, *others))
    added = installed.add(own_file, where=place)
    assert added == replace(twin, path=own_file)
    assert installed.model_path(twin.id, place) == own_file
    assert installed.current_model(place) == added
    own_file.unlink()
    with pytest.raises(ModelNotFound, match="not installed"):
        installed.model_path(twin.id, place)
    assert installed.remove(twin.id, place) > 0
    assert not list(place.models.glob("*.toml"))


def test_a_catalogue_model_with_wrong_bytes_fails_verification(place: Paths) -> None:
    path = hollow(place, SMALL)
    assert installed.model_path(SMALL, place) == path
    with pytest.raises(ModelDamaged) as caught:
        installed.verify(SMALL, where=place)
    assert f"models remove {SMALL}" in caught.value.hint


def test_a_truncated_model_is_not_installed(place: Paths) -> None:
    hollow(place, SMALL, 1000)
    assert installed.installed(place) == ()
    with pytest.raises(ModelDamaged, match="1,000 bytes"):
        installed.model_path(SMALL, place)


def test_removing_frees_the_file_and_what_a_stopped_pull_left(place: Paths) -> None:
    path = hollow(place, SMALL, 1000)
    (place.models / f"{path.name}.part").write_bytes(b"12345")
    (place.models / f"{path.name}.part.wheels").mkdir()
    assert installed.remove(SMALL, place) == 1005
    assert {item.suffix for item in place.models.iterdir()} <= {".lock"}
    with pytest.raises(ModelNotFound):
        installed.remove(SMALL, place)


def test_a_model_being_fetched_is_not_removed(place: Paths) -> None:
    from filelock import FileLock

    path = hollow(place, SMALL)
    with FileLock(place.models / f"{path.name}.lock"), pytest.raises(ModelError, match="fetched"):
        installed.remove(SMALL, place)
    assert path.exists()


def test_a_linked_lock_file_is_refused(place: Paths, tmp_path: Path) -> None:
    path = hollow(place, SMALL)
    (place.models / f"{path.name}.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ModelError, match="symbolic link"):
        installed.remove(SMALL, place)
    assert path.exists()


def test_the_best_installed_default_is_current_unless_another_is_chosen(place: Paths) -> None:
    hollow(place, SMALL)
    assert installed.current_model(place) is None
    hollow(place, "qwen2.5-coder-1.5b-instruct-q4_k_m")
    hollow(place, "qwen2.5-1.5b-instruct-q4_k_m")
    current = installed.current_model(place)
    assert current is not None
    assert current.id == "qwen2.5-1.5b-instruct-q4_k_m"
    installed.use(SMALL, place)
    current = installed.current_model(place)
    assert current is not None
    assert current.id == SMALL
    with pytest.raises(ModelNotFound):
        installed.use("no-such-model", place)


def test_finding_a_model_gives_the_named_one_or_the_current_one(place: Paths) -> None:
    with pytest.raises(ModelNotFound, match="No model is installed"):
        installed.find_model("", place)
    path = hollow(place, SMALL)
    with pytest.raises(ModelNotFound, match="No model is installed"):
        installed.find_model("", place)
    found = installed.find_model(SMALL, place)
    assert (found.id, found.path, found.own) == (SMALL, path, False)
    assert found.sha256 == catalogue.entry(SMALL, place).sha256
    installed.use(SMALL, place)
    assert installed.find_model("", place) == found
