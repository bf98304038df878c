"""``longread read``, ``search`` and ``library``."""

import json
import os
import subprocess
import sys
from errno import EACCES
from pathlib import Path
from typing import Any

import pytest

from longread.engine.fake import ScriptedModel
from longread.errors import DocumentNotFound, LibraryError, SessionNotFound, UsageError
from longread.memory.library import Library
from tests.quick.cli.conftest import Run, objects


def test_read_tells_what_was_read(run: Run, book: Path) -> None:
    result = run("read", book)
    assert result.exit_code == 0
    assert "The Grey Boat by A. Writer" in result.stdout
    assert "2 sections" in result.stdout


def test_the_same_file_is_never_read_twice(run: Run, book: Path) -> None:
    (first,) = objects(run("read", book, "--json"))
    (second,) = objects(run("read", book, "--json"))
    assert first == second
    assert len(objects(run("library", "list", "--json", words_only=False))) == 1


def test_a_changed_file_is_a_new_version(run: Run, book: Path) -> None:
    (old,) = objects(run("read", book, "--json"))
    book.write_text(book.read_text("utf-8") + "\nThe end.\n", "utf-8")
    (new,) = objects(run("read", book, "--json"))
    assert new["version_of"] == old["id"]


def test_a_folder_goes_on_past_a_broken_file(run: Run, book: Path) -> None:
    (book.parent / "broken.epub").write_bytes(b"this is no archive")
    result = run("read", book.parent)
    assert result.exit_code == 3
    assert "The Grey Boat" in result.stdout
    assert "broken.epub" in result.stderr or "EPUB" in result.stderr


def test_a_name_that_stands_for_nothing_is_said_before_any_file_is_read(
    run: Run, book: Path
) -> None:
    result = run("read", book, "no-such-book.epub", "--index-only")
    assert isinstance(result.exception, DocumentNotFound)
    assert objects(run("library", "list", "--json", words_only=False)) == []


def test_a_name_that_is_empty_is_not_the_working_folder(
    run: Run, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(book.parent)
    result = run("read", "", "--index-only")
    assert isinstance(result.exception, DocumentNotFound)


@pytest.mark.parametrize("name", ["-", " ", "…"])
def test_signs_alone_name_no_document(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "tide.md").write_text("# The Low-Tide … Book\n\nIt fell.\n", "utf-8")
    run("read", tmp_path / "tide.md", "--index-only")
    for command in ("info", "remove"):
        done = run("library", command, name, words_only=False)
        assert isinstance(done.exception, DocumentNotFound)
    assert run("library", "info", "low-tide", words_only=False).exit_code == 0


def test_standard_input_is_read(run: Run) -> None:
    result = run("read", "-", "--json", stdin="# Notes\n\nThe lamp is lit at nine.\n")
    assert result.exit_code == 0
    (record,) = objects(result)
    assert record["path"] == ""


def test_search_gives_places_best_first(run: Run, book: Path) -> None:
    result = run("search", book, "maroon car", "--json")
    hits = objects(result)
    assert hits[0]["schema"] == "longread.hit/1"
    assert hits[0]["place"] == "2. The Letter ¶ 1"
    assert "maroon" in hits[0]["quote"]


def test_search_by_meaning_finds_what_shares_no_word(run: Run, book: Path) -> None:
    result = run("search", book, "automobile", "--json", words_only=False)
    assert "Austin" in objects(result)[0]["quote"]


def test_search_goes_over_the_whole_library(run: Run, book: Path) -> None:
    run("read", book)
    assert "Tobias Wren" in run("search", "library", "mending a net").stdout


def test_the_whole_library_is_without_old_versions_which_the_list_marks(
    run: Run, book: Path, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    run("read", book)
    book.write_text(book.read_text("utf-8").replace("maroon Austin", "grey Rover"), "utf-8")
    run("read", book)
    (old, new) = objects(run("library", "list", "--json", words_only=False))
    hits = objects(run("search", "library", "the doctor's car", "--json"))
    assert {hit["document_id"] for hit in hits} == {new["id"]}
    (answer,) = objects(run("ask", "library", "What car has the doctor?", "--json"))
    assert {item["document_id"] for item in answer["evidence"]} == {new["id"]}
    listed = run("library", "list", words_only=False).stdout.splitlines()
    assert ["an old version" in line for line in listed if "Grey Boat" in line] == [True, False]
    assert "maroon Austin" in run("search", old["id"], "maroon").stdout


def test_the_whole_library_beside_other_documents_is_said(run: Run, book: Path) -> None:
    run("read", book)
    result = run("search", "library", book, "maroon Austin")
    assert isinstance(result.exception, DocumentNotFound)
    assert "only by itself" in result.exception.message


def test_a_file_that_was_never_read_is_not_said_to_be_missing(run: Run, book: Path) -> None:
    result = run("library", "info", book, words_only=False)
    assert isinstance(result.exception, DocumentNotFound)
    assert "grey-boat.md is not in the library" in result.exception.message
    assert "longread read" in result.exception.hint


@pytest.mark.parametrize(
    ("name", "said"),
    [("https://example.org/book.html", "is an address"), (os.devnull, "is no regular file")],
)
def test_what_is_no_file_is_said_to_be_that(run: Run, name: str, said: str) -> None:
    result = run("read", name, "--index-only")
    assert isinstance(result.exception, DocumentNotFound)
    assert said in result.exception.message
    assert result.exception.hint


def test_search_shows_as_many_places_as_are_wanted(run: Run, tmp_path: Path) -> None:
    miles = tmp_path / "miles.txt"
    miles.write_text("\n\n".join(f"At mile {n} stands a milestone. " * 30 for n in range(70)))
    hits = objects(run("search", miles, "milestone", "--limit", "65", "--json"))
    assert len({hit["label"] for hit in hits}) == len(hits) == 65


def test_odd_queries_never_fail(run: Run, book: Path) -> None:
    for query in ("don't", "@x", "a-b", '"', "*", "NEAR(", "😀"):
        assert run("search", book, query).exit_code == 0


def test_info_shows_the_contents(run: Run, book: Path) -> None:
    run("read", book)
    result = run("library", "info", "grey boat", words_only=False)
    assert "1. The Quay" in result.stdout
    assert "2. The Letter" in result.stdout


def test_a_file_that_may_not_be_opened_stops_no_other(
    run: Run, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (book.parent / "locked.md").write_text("# Locked\n\nA text.\n", "utf-8")
    opened = Path.open

    def locked(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.name == "locked.md":
            raise PermissionError(EACCES, os.strerror(EACCES))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", locked)
    result = run("read", book.parent, "--index-only")
    assert result.exit_code == 3
    assert "The Grey Boat" in result.stdout
    assert "Permission denied" in result.stderr


def test_a_query_that_is_no_utf_8_finds_what_is_left_of_it(run: Run, book: Path) -> None:
    result = run("search", book, os.fsdecode(b"mar\xffoon"))
    assert result.exit_code == 0
    assert "maroon Austin" in result.stdout


@pytest.mark.parametrize("place", [".", "", "taken/x.json"])
def test_where_nothing_can_be_written_is_said(
    run: Run, book: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(book.parent)
    (book.parent / "taken").write_text("no folder", "utf-8")
    run("read", book, "--index-only")
    for command in (("library", "export", "Grey Boat"), ("report", "Grey Boat")):
        result = run(*command, "--out", place, words_only=False)
        assert isinstance(result.exception, UsageError), result.exception
        assert "cannot be written" in result.exception.message


def test_what_a_terminal_cannot_show_is_replaced(tmp_path: Path, book: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "longread", "search", str(book), "boat", "--embedder", "none"],
        capture_output=True,
        check=False,
        env={
            **os.environ,
            "LONGREAD_HOME": str(tmp_path / "home"),
            "PYTHONIOENCODING": "latin-1",
        },
    )
    assert done.returncode == 0, done.stderr
    assert b"?I never sold the boat.?" in done.stdout


def test_remove_asks_first_and_keeps_the_file(run: Run, book: Path) -> None:
    run("read", book)
    assert run("library", "remove", "grey boat", stdin="n\n", words_only=False).exit_code != 0
    assert run("library", "remove", "grey boat", "--yes", words_only=False).exit_code == 0
    assert objects(run("library", "list", "--json", words_only=False)) == []
    assert book.exists()


def test_a_conversation_outlives_its_document_until_it_is_forgotten(
    run: Run, book: Path, model: ScriptedModel
) -> None:
    assert "no conversations" in run("library", "sessions", words_only=False).stderr
    question = "What car has the doctor?"
    (answer,) = objects(run("ask", book, question, "--session", "s1", "--json"))
    run("library", "remove", "grey boat", "--yes", words_only=False)
    (kept,) = objects(run("library", "sessions", "--json", words_only=False))
    assert kept["schema"] == "longread.session/1"
    assert (kept["name"], kept["turns"], kept["last_question"]) == ("s1", 1, question)
    document_id = answer["evidence"][0]["document_id"]
    assert kept["documents"] == [{"id": document_id, "title": "The Grey Boat"}]
    listed = run("library", "sessions", words_only=False).stdout
    assert all(shown in listed for shown in ("s1", "The Grey Boat", kept["asked"][:10]))
    file = book.parent / "home" / "library.db"
    assert b"maroon" in file.read_bytes()
    assert run("library", "forget", "s1", stdin="n\n", words_only=False).exit_code != 0
    assert run("library", "forget", "s1", "--yes", words_only=False).exit_code == 0
    assert objects(run("library", "sessions", "--json", words_only=False)) == []
    left = [item for item in file.parent.iterdir() if b"maroon" in item.read_bytes()]
    assert left == []
    unknown = run("library", "forget", "s1", "--yes", words_only=False)
    assert isinstance(unknown.exception, SessionNotFound)


def test_export_writes_text_and_structure(run: Run, book: Path, tmp_path: Path) -> None:
    run("read", book)
    out = tmp_path / "export.json"
    run("library", "export", "grey boat", "--out", out, words_only=False)
    exported = json.loads(out.read_text("utf-8"))
    assert exported["schema"] == "longread.export/1"
    assert exported["document"]["title"] == "The Grey Boat"
    assert [item["number"] for item in exported["passages"]] == [1, 2]


def test_a_backup_in_place_of_the_library_is_the_library(
    run: Run, model: ScriptedModel, book: Path, tmp_path: Path
) -> None:
    (document,) = objects(run("read", book, "--json", "--index-only"))
    run("ask", book, "How often is the letter mentioned?", "--session", "talk")
    copy, library = tmp_path / "copy.db", tmp_path / "home" / "library.db"
    assert run("library", "backup", copy, words_only=False).exit_code == 0
    again = run("library", "backup", copy, words_only=False)
    assert isinstance(again.exception, LibraryError)
    assert isinstance(run("library", "backup", "-", words_only=False).exception, UsageError)
    run("library", "remove", document["id"], "--yes", words_only=False)
    run("library", "forget", "talk", "--yes", words_only=False)
    copy.replace(library)
    book.rename(book.with_name("moved.md"))
    assert objects(run("search", document["id"], "letter", "--json"))
    (session,) = objects(run("library", "sessions", "--json", words_only=False))
    assert session["name"] == "talk"
    # As for any library, nobody who reads holds up who writes.
    with Library.open(library) as opened:
        assert opened.store.rows("PRAGMA journal_mode") == [("wal",)]


def test_what_was_left_out_of_a_file_is_said_once(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<p>The harbour.</p><p style='display:none'>Hidden words.</p>", "utf-8")
    said = [run("search", page, "harbour").stderr for _ in range(2)]
    assert ["Hidden text was left out." in one for one in said] == [True, False]
