"""Crashes, kills, interrupts and races: what was there stays, and the rest goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import apsw
import pytest

from longread.document import DocumentBuilder
from longread.engine import pipes
from longread.engine.fake import ScriptedModel
from longread.engine.process import ProcessModel
from longread.engine.protocol import Message
from longread.errors import Cancelled, DamagedFile, EngineCrashed
from longread.memory.library import Library
from longread.passages import split_passages
from longread.sources import pdf, read_document
from tests.caps import capped
from tests.hostile.bad_files import DRAWN, page_of, pdf_of
from tests.quick.cli.conftest import Run
from tests.quick.sources.build_pdf_file import Sheet

ROOT = Path(__file__).parents[2]


def test_pdfs_side_by_side_give_what_one_at_a_time_gives(tmp_path: Path) -> None:
    paths = []
    for number in range(4):
        sheet = Sheet()
        for page in range(6):
            for row in range(20):
                sheet.line(f"Book {number}, page {page}: the keeper wrote row {row} himself.")
            sheet.new_page()
        paths.append(sheet.save(tmp_path / f"{number}.pdf"))
    with capped():
        alone = [read_document(path) for path in paths]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(read_document, paths * 2))
    assert together == alone * 2
    assert "page 5" in alone[3].text


def test_an_inline_image_without_end_ends_the_slower_way_too(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    image = b" BI /W 10 /H 10 /BPC 8 /CS /G ID " + b"\x55" * 200_000
    path.write_bytes(pdf_of(*page_of(DRAWN + image)))
    builder = DocumentBuilder("pdf")
    with capped(), pytest.raises(DamagedFile, match=r"a\.pdf"):
        pdf._pypdf_pages(path, path.name, None, builder, ValueError("refused"))


@pytest.mark.parametrize("text", [".", "a.", '"', "(", "1. ", "?! ", "Mr. ", "… ", ".\u00a0"])
def test_text_that_makes_splitters_backtrack_takes_no_second(text: str) -> None:
    builder = DocumentBuilder("plain", language="en")
    builder.paragraph(text * (50_000 // len(text)))
    document = builder.build()
    # Processor time: the machine may be busy with something else.
    began = time.process_time()
    passages = split_passages(document)
    assert time.process_time() - began < 1
    assert passages


CRASHES = (
    "import sys; sys.path[:] = sys.argv[1:]\n"
    "import os, longread.engine.child as child\n"
    "class Dies:\n"
    "    def __init__(self, *arguments, **options):\n"
    "        {act}\n"
    "child.LlamaModel = Dies\n"
    "child.main()"
)


@pytest.mark.parametrize(
    ("act", "said"),
    [("os.abort()", "signal 6"), ("import ctypes; ctypes.string_at(0)", "signal 11")],
)
def test_a_model_that_crashes_its_process_is_an_error_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, act: str, said: str
) -> None:
    monkeypatch.setattr(pipes, "_PROGRAM", CRASHES.format(act=act))
    with capped(), pytest.raises(EngineCrashed, match=said) as caught:
        ProcessModel(tmp_path / "evil.gguf")
    assert caught.value.exit_code == 5
    assert caught.value.hint


def test_ctrl_c_while_the_model_reads_the_prompt_stops_at_once_and_keeps_nothing(
    run: Run, model: ScriptedModel, book: Path, tmp_path: Path
) -> None:
    assert run("read", book, "--index-only").exit_code == 0
    pressed: list[float] = []

    def slow(messages: Sequence[Message]) -> str:
        pressed.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(30)
        return "Too late."

    model.fallback = slow
    result = run("ask", book, "What car does the doctor drive?", "--session", "talk")
    assert time.monotonic() - pressed[0] < 5
    assert result.exit_code == 130 or isinstance(result.exception, KeyboardInterrupt | Cancelled)
    assert "Too late" not in result.stdout
    with Library.open(tmp_path / "home" / "library.db") as library:
        assert library.turns("talk") == ()
        assert library.store.integrity() == ()


KILLED = """
import os, signal, sys
from contextlib import contextmanager
from pathlib import Path
from longread.memory.library import Library
from longread.memory.meaning import embed_document
from longread.memory.store import Store
from longread.memory import words
from tests.quick.memory.books import LetterEmbedder, long_book, sha256
from longread.memory import meaning

meaning.BATCH_PASSAGES = meaning.STEP_PASSAGES = 8
folder, text = Path(sys.argv[1]), long_book(30)

def ingest(path):
    with Library.open(path) as library:
        record = library.add(text, sha256(text))
        embed_document(library, record.id, LetterEmbedder())

def contents(path):
    with Library.open(path) as library:
        assert library.store.integrity() == (), library.store.integrity()
        tables = ("content", "passage", "vectors", "words_docsize", "words_content")
        known = {row[0] for row in library.store.rows("SELECT name FROM sqlite_schema")}
        return {
            name: library.store.rows(f"SELECT * FROM {name}") for name in tables if name in known
        } | {"found": library.search_words("needle7"), "text": library.documents()[0].id}

original = Store.writing
left = 0

@contextmanager
def dying(self, doing):
    global left
    left -= 1
    with original(self, doing) as connection:
        yield connection
        if left == 0 and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
    if left == 0 and when == "behind":
        os.kill(os.getpid(), signal.SIGKILL)

undisturbed = folder / "undisturbed.db"
ingest(undisturbed)
expected = contents(undisturbed)
kills = 0
for when in ("before", "behind"):
    for point in range(1, 100):
        path = folder / f"{when}{point}.db"
        child = os.fork()
        if child == 0:
            left = point
            Store.writing = dying
            ingest(path)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            break
        kills += 1
        with Library.open(path) as library:
            assert library.store.integrity() == ()
        ingest(path)
        assert contents(path) == expected, (when, point)
print(kills)
"""


def test_a_kill_at_each_commit_of_an_ingest_loses_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    # One commit adds the document, four save its vectors; each before and behind.
    assert int(done.stdout) == 10


def test_sqlite_is_longreads_own_and_recent() -> None:
    version = tuple(map(int, apsw.sqlite_lib_version().split(".")))
    assert version >= (3, 51, 3)
    assert apsw.using_amalgamation
