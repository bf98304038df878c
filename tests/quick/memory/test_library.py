from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

import pytest

from longread.answering.texts import Texts
from longread.document import Document, Span
from longread.errors import DocumentNotFound, SessionNotFound, SourceError, UsageError
from longread.memory.background import enqueue
from longread.memory.bookmarks import ReadingPlace
from longread.memory.library import Library
from longread.memory.meaning import embed_document
from longread.memory.notes import Note
from longread.memory.records import DocumentRecord
from longread.sources import read_document
from tests.quick.memory.books import LetterEmbedder, book, long_book, sha256


def test_a_document_comes_back_as_it_was(tmp_path: Path) -> None:
    original = long_book(5)
    with Library.open(tmp_path / "library.db") as library:
        record = library.add(original, sha256(original), "/books/long.txt")
        passages = library.passages(record.id)
    with Library.open(tmp_path / "library.db") as library:
        assert library.document(record.id) == original
        assert library.passages(record.id) == passages
        assert library.record(record.id) == record
        assert record.words == len(original.text.split())
        assert record.warnings == original.warnings
        assert json.loads(json.dumps(library.export(record.id)))["document"]["title"] == "Long"


def test_only_so_many_characters_stay_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longread.memory.library.KEPT_CHARACTERS", 50)
    with Library.open(tmp_path / "library.db") as library:
        texts = [book(f"Book {number}. " + "word " * 5) for number in range(3)]
        ids = [library.add(text, sha256(text)).id for text in texts]
        held = [library.document(document_id) for document_id in ids]
        assert held == texts
        assert library.document(ids[2]) is held[2]
        assert library.document(ids[0]) is not texts[0]


def test_a_text_that_another_thread_displaces_is_given_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("longread.memory.library.KEPT_CHARACTERS", 1)
    others: list[threading.Thread] = []
    with Library.open(tmp_path / "library.db") as library:
        texts = [book("One."), book("Two.")]
        second, first = (library.add(text, sha256(text)).id for text in reversed(texts))

        def displace(frame: FrameType, event: str, called: object) -> None:
            if event == "c_call" and "move_to_end" in repr(called) and not others:
                others.append(threading.Thread(target=library.document, args=(second,)))
                others[0].start()
                others[0].join(0.5)

        sys.setprofile(displace)
        try:
            found = library.document(first)
        finally:
            sys.setprofile(None)
        assert found == texts[0]
        assert len(others) == 1
        others[0].join()


def test_texts_are_loaded_when_they_are_looked_at(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        first = library.add(book("One."), sha256(book("One."))).id
        texts = Texts.of(library, [first])
        assert texts.documents[first].text.endswith("One.")
        assert len(texts.passages[first]) == 1
        assert (texts.ids, first in texts.documents, "x" in texts.documents) == (
            [first],
            True,
            False,
        )
        with pytest.raises(KeyError):
            texts.documents["x"]
        library.remove(first)
        with pytest.raises(DocumentNotFound):
            texts.documents[first]
        with pytest.raises(DocumentNotFound):
            Texts.of(library, [first])


def test_the_same_bytes_are_stored_once(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        text = book("Once.")
        first = library.add(text, sha256(text))
        assert library.add(text, sha256(text)) == first
        assert library.documents() == (first,)


def test_a_changed_file_is_a_new_version_and_may_come_back(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    with Library.open(tmp_path / "library.db") as library:
        file.write_text("The car is green.\n")
        old, new_one = library.ingest(file)
        assert new_one
        assert library.ingest(file) == (old, False)
        file.write_text("The car is blue.\n")
        new, _ = library.ingest(file)
        assert new.version_of == old.id
        assert library.record(old.id).superseded_by == new.id
        assert library.resolve(str(file)) == new
        assert [hit.document_id for hit in library.search_words("car")] == [new.id]
        file.write_text("The car is green.\n")
        back, new_one = library.ingest(file)
        assert (back.id, new_one) == (old.id, False)
        assert library.resolve(str(file)).id == old.id
        library.remove(old.id)
        assert library.record(new.id).superseded_by is None


def test_standard_input_is_known_again(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        stages: list[str] = []
        first, new = library.ingest_bytes(b"Some text to read.\n", "stdin", on_stage=stages.append)
        assert new
        assert stages == ["reading", "indexing"]
        assert library.ingest_bytes(b"Some text to read.\n", "stdin") == (first, False)


def test_a_moved_file_is_found_at_its_new_path(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        before, after = tmp_path / "before.txt", tmp_path / "after.txt"
        before.write_text("The same book.\n")
        library.ingest(before)
        before.rename(after)
        assert library.ingest(after)[0].path == str(after)


def test_a_file_moved_over_another_one_is_the_newest_there(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        draft, final = tmp_path / "report.txt", tmp_path / "report-new.txt"
        draft.write_text("The budget is 100 euros.")
        final.write_text("The budget is 250 euros.")
        old, new = library.ingest(draft)[0], library.ingest(final)[0]
        final.replace(draft)
        assert library.ingest(draft)[0].version_of == old.id
        assert library.record(old.id).superseded_by == new.id
        assert library.resolve(str(draft)).id == new.id


def test_a_file_is_one_by_whatever_path_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "below").mkdir()
    file = tmp_path / "notes.txt"
    file.write_text("The car is green.")
    with Library.open(tmp_path / "library.db") as library:
        monkeypatch.chdir(tmp_path / "below")
        old, _ = library.ingest(Path("../notes.txt"))
        assert old.path == str(file)
        file.write_text("The car is blue.")
        monkeypatch.chdir(tmp_path)
        new, _ = library.ingest(Path("notes.txt"))
        assert new.version_of == old.id
        assert library.resolve("below/../notes.txt") == new


def test_a_copy_of_an_old_version_that_is_read_is_a_document_of_its_own(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        file, copy = tmp_path / "w.txt", tmp_path / "w-week1.txt"
        ids = []
        for text in ("First.", "Second.", "Third."):
            file.write_text(text)
            ids.append(library.ingest(file)[0].id)
        copy.write_text("Second.")
        found, new = library.ingest(copy)
        assert (found.id, new, found.path) == (ids[1], False, str(copy))
        assert (found.superseded_by, found.version_of) == (None, None)
        assert library.resolve("w-week1.txt") == found
        assert library.resolve("w.txt").id == ids[2]
        assert library.record(ids[2]).version_of == ids[0]
        assert library.record(ids[0]).superseded_by == ids[2]
        copy.write_text("Another second.")
        assert library.ingest(copy)[0].version_of == ids[1]


def test_versions_that_come_back_stand_in_one_row(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        file = tmp_path / "notes.txt"
        for text in ("First.", "Second.", "Third.", "First."):
            file.write_text(text)
            newest = library.ingest(file)[0]
        row = [newest]
        while earlier := row[-1].version_of:
            row.append(library.record(earlier))
        assert [library.document(one.id).text for one in row] == ["First.", "Third.", "Second."]
        assert [one.superseded_by for one in row] == [None, row[0].id, row[1].id]


def test_a_missing_file_and_a_folder_are_errors_of_their_own(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        for path in (tmp_path / "absent.txt", tmp_path):
            with pytest.raises(SourceError):
                library.ingest(path)


def test_names_are_resolved_by_id_path_file_name_and_title(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        records: dict[int, DocumentRecord] = {}
        for title in ("Emma", "The Moon", "The Moonstone", "Twice", "Twice"):
            text = book(f"{title} {len(records)}.", title=title)
            path = f"/books/{len(records)}-Novel.txt"
            records[len(records)] = library.add(text, sha256(text), path)
        assert library.resolve("emma") == records[0]
        assert library.resolve(records[1].id) == records[1]
        assert library.resolve(records[1].sha256[:6]) == records[1]
        assert library.resolve("/books/2-Novel.txt") == records[2]
        assert library.resolve("2-novel.txt") == records[2]
        assert library.resolve("3-Novel") == records[3]
        assert library.resolve("The Moon") == records[1]
        assert library.resolve("stone") == records[2]
        with pytest.raises(UsageError, match="fits 2 documents") as caught:
            library.resolve("Twice")
        assert records[3].id in caught.value.hint
        for name in ("Nothing", "", "/books/none.txt", "~nobody-at-all/none.txt"):
            with pytest.raises(DocumentNotFound):
                library.resolve(name)


@pytest.mark.parametrize(
    "write",
    [
        lambda library, name: library.add_notes(name, [Note(1, 1, 1, "The tide rose.")]),
        lambda library, name: library.keep_place(name, ReadingPlace(3, 3)),
        lambda library, name: library.add_bookmark(name, Span(0, 3)),
        lambda library, name: library.remove(name),
        lambda library, name: enqueue(library, [name], "e"),
    ],
)
def test_what_waits_to_write_about_a_removed_document_is_told_so(
    tmp_path: Path, write: Callable[[Library, str], None]
) -> None:
    text = book("A tide rose.", "It fell.")
    path = tmp_path / "library.db"
    with Library.open(path) as library, Library.open(path) as other:
        record = library.add(text, sha256(text))
        waits = threading.Event()
        library.store.on_wait = lambda said: waits.set()
        with ThreadPoolExecutor(1) as threads:
            with other.store.writing("removing") as connection:
                waiting = threads.submit(write, library, record.id)
                assert waits.wait(5)
                connection.execute("DELETE FROM document")
            with pytest.raises(DocumentNotFound):
                waiting.result(5)


def test_remove_leaves_nothing_of_a_document(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        kept, gone = book("The kept book.", title="Kept"), long_book(6)
        kept_id, gone_id = (library.add(text, sha256(text)).id for text in (kept, gone))
        embed_document(library, gone_id, LetterEmbedder())
        library.remove(gone_id)
        for table in ("content", "passage", "vectors", "words_docsize"):
            left = library.store.rows(f"SELECT count(*) FROM {table}")[0][0]
            assert left == (0 if table == "vectors" else 1), table
        assert library.search_words("needle3") == []
        assert [hit.document_id for hit in library.search_words("book")] == [kept_id]
        assert library.store.integrity() == ()
        with pytest.raises(DocumentNotFound):
            library.document(gone_id)
    assert b"needl" not in (tmp_path / "library.db").read_bytes()


def test_info_counts_by_kind(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        text = long_book(30)
        record = library.add(text, sha256(text))
        embed_document(library, record.id, LetterEmbedder())
        info = library.info()
        assert (info.documents, info.passages, info.words) == (1, record.passages, record.words)
        assert info.text_bytes == len(text.text.encode())
        assert min(info.content_bytes, info.index_bytes, info.vector_bytes) > 0


def test_only_the_owner_can_read_the_library(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "home"
    with Library.open(folder / "library.db"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for file in folder.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file


def test_sessions_keep_their_turns_in_order(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library.db") as library:
        library.add_turn("holmes", "Who is he?", "Who is Holmes?", {"answer": "A detective."})
        library.add_turn("holmes", "And\x1b[31m where?", "Where is Holmes?", {"answer": "London"})
        library.add_turn("other", "Q", "Q", {})
    with Library.open(tmp_path / "library.db") as library:
        turns = library.turns("holmes")
        assert [turn.standalone_question for turn in turns] == [
            "Who is Holmes?",
            "Where is Holmes?",
        ]
        assert turns[0].answer == {"answer": "A detective."}
        assert turns[1].question == "And where?"
        assert [(item.name, item.turns, item.last_question) for item in library.sessions()] == [
            ("other", 1, "Q"),
            ("holmes", 2, "And where?"),
        ]
        library.remove_session("other")
        with pytest.raises(SessionNotFound):
            library.remove_session("other")
        assert [item.name for item in library.sessions()] == ["holmes"]
        assert library.turns("unknown") == ()
        with pytest.raises(UsageError):
            library.add_turn(" \n", "Q", "Q", {})


INGEST = """
import sys
from pathlib import Path
from types import FrameType
from longread.memory.library import Library
from longread.memory.records import DocumentRecord
with Library.open(Path(sys.argv[1])) as library:
    record, new = library.ingest(Path(sys.argv[2]))
    print(record.id, new)
"""


def test_two_processes_adding_one_book_give_one_result(tmp_path: Path) -> None:
    file = tmp_path / "book.txt"
    file.write_text("\n\n".join(f"Paragraph {n} of the book. " * 20 for n in range(300)))
    command = [sys.executable, "-c", INGEST, str(tmp_path / "library.db"), str(file)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    printed = [process.communicate(timeout=60)[0].split() for process in running]
    assert printed[0][0] == printed[1][0]
    assert sorted(line[1] for line in printed) == ["False", "True"]
    with Library.open(tmp_path / "library.db") as library:
        assert len(library.documents()) == 1
        assert library.store.integrity() == ()


KILLED = """
import os, signal, sys, threading, time
from pathlib import Path
from types import FrameType
from longread.memory import words
from longread.memory.library import Library
from longread.memory.records import DocumentRecord
from tests.quick.memory.books import long_book, sha256
original = words.add_passages
def pausing(*values):
    original(*values)
    print("inside", flush=True)
    time.sleep(60)
words.add_passages = pausing
with Library.open(Path(sys.argv[1])) as library:
    text = long_book(400)
    library.add(text, sha256(text))
"""


def test_a_process_killed_while_adding_leaves_nothing_half_done(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    before = book("Before.", title="Before")
    with Library.open(path) as library:
        library.add(before, sha256(before))
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "inside\n"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    text = long_book(400)
    with Library.open(path) as library:
        assert [item.title for item in library.documents()] == ["Before"]
        assert library.store.integrity() == ()
        assert library.search_words("needle7") == []
        started = time.monotonic()
        record = library.add(text, sha256(text))
        assert time.monotonic() - started < 60
        assert library.document(record.id) == text
        assert len(library.search_words("needle7", [record.id])) == 1


def test_a_file_that_changes_while_it_is_read_is_not_kept_under_its_old_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.md"
    file.write_text("What was hashed.")

    def read(path: Path, **options: object) -> Document:
        path.write_text("What was written meanwhile.")
        return read_document(path)

    monkeypatch.setattr("longread.sources.read_document", read)
    with Library.open(tmp_path / "library.db") as library:
        with pytest.raises(SourceError, match="was changed while it was read"):
            library.ingest(file)
        assert library.documents() == ()
        monkeypatch.undo()
        record, new = library.ingest(file)
        assert new
        assert library.document(record.id).text == "What was written meanwhile."
