from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from longread.document import Document
from longread.errors import Cancelled, DamagedFile, LimitExceeded, ProtectedFile
from longread.sources import sandbox
from tests.guard import allow

CHILD = "tests.quick.sources.bad_reader"


def parse(
    folder: Path,
    act: str,
    *,
    password: str | None = None,
    seconds: float = 20,
    memory: int = 1_500_000_000,
) -> Document:
    path = folder / "book.txt"
    path.write_text(act, "utf-8")
    return sandbox.parse(path, path.name, password, seconds=seconds, memory=memory, child=CHILD)


def children() -> list[psutil.Process]:
    return [item for item in psutil.Process().children() if item.status() != "zombie"]


def test_a_document_comes_back_whole(tmp_path: Path) -> None:
    document = parse(tmp_path, "Ein Satz, 一句话, and 😀.", password="secret")
    assert document.text == "Ein Satz, 一句话, and 😀."
    assert (document.title, document.author) == ("book.txt", "secret")


@pytest.mark.parametrize("act", ["abort", "fault"])
def test_a_native_crash_fails_that_file_only(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], act: str
) -> None:
    with pytest.raises(DamagedFile, match=r"book\.txt broke its parser"):
        parse(tmp_path, act)
    assert parse(tmp_path, "Still here.").text == "Still here."
    assert capfd.readouterr() == ("", "")


def test_a_hanging_reader_is_stopped(tmp_path: Path) -> None:
    start = time.monotonic()
    with pytest.raises(LimitExceeded, match=r"book\.txt took longer than 1 s"):
        parse(tmp_path, "sleep", seconds=1)
    assert time.monotonic() - start < 40
    assert not children()


def test_a_reader_is_stopped_where_nobody_waits_for_it_any_more(tmp_path: Path) -> None:
    path = tmp_path / "book.txt"
    path.write_text("sleep", "utf-8")
    began = time.monotonic()
    with pytest.raises(Cancelled):
        sandbox.parse(path, path.name, stop=lambda: bool(children()), child=CHILD)
    assert time.monotonic() - began < 40
    assert not children()


# Only Linux holds a process to its address space.
if sys.platform == "linux":

    def test_a_swelling_reader_is_stopped(tmp_path: Path) -> None:
        with pytest.raises(LimitExceeded, match="more memory"):
            parse(tmp_path, "swell", memory=1_000_000_000)


def test_errors_keep_their_kind_and_hint(tmp_path: Path) -> None:
    with pytest.raises(ProtectedFile) as caught:
        parse(tmp_path, "protected")
    assert caught.value.message == "book.txt is locked."
    assert caught.value.hint == "Read it elsewhere."


def test_an_unforeseen_error_is_a_damaged_file_and_terminal_safe(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile, match="RuntimeError: lost the thread"):
        parse(tmp_path, "raise")


def test_a_reader_cannot_write_files(tmp_path: Path) -> None:
    with pytest.raises((DamagedFile, LimitExceeded)):
        parse(tmp_path, "write")
    dropping = tmp_path / "dropping"
    assert not dropping.exists() or dropping.stat().st_size == 0


def test_a_reader_cannot_use_the_network(tmp_path: Path) -> None:
    allow("127.0.0.1:9")
    with pytest.raises(DamagedFile, match="no network while parsing"):
        parse(tmp_path, "connect")


def test_what_a_library_prints_is_not_taken_for_the_answer(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert parse(tmp_path, "chatter").text == "Said and done."
    assert capfd.readouterr() == ("", "")


def test_an_interrupt_ends_the_child_within_a_second(tmp_path: Path) -> None:
    def interrupt() -> None:
        while not children():
            time.sleep(0.05)
        time.sleep(0.3)
        started.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)

    started: list[float] = []
    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        parse(tmp_path, "sleep")
    assert time.monotonic() - started[0] < 10
    assert not children()


def test_files_in_the_working_folder_are_never_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pypdf", "json", "longread"):
        (tmp_path / f"{name}.py").write_text("import os; os.abort()", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert parse(tmp_path, "Unharmed.").text == "Unharmed."


def test_children_side_by_side_give_what_one_at_a_time_gives(tmp_path: Path) -> None:
    texts = [f"Text number {number}." for number in range(4)]
    found: dict[int, str] = {}

    def work(number: int) -> None:
        folder = tmp_path / str(number)
        folder.mkdir()
        found[number] = parse(folder, texts[number]).text

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] for number in range(4)] == texts
