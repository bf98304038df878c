"""``longread read`` as a user meets it: with a model, without one, and what is kept."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from longread.config import paths
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Part
from longread.errors import ModelNotFound, NoTextLayer, PasswordNeeded, ToolMissing
from longread.memory import locks
from tests.quick.cli.conftest import Run, objects
from tests.quick.known_model import looked_into
from tests.quick.memory.books import LetterEmbedder
from tests.quick.sources.build_pdf_file import Sheet, encrypted, picture

QUESTION = "What car does the doctor drive?"


@pytest.fixture
def reading(model: ScriptedModel, run: Run) -> ScriptedModel:
    """The commands' model, as one that can read texts of any length."""
    model.streams = True
    return looked_into(model)


def parts(model: ScriptedModel) -> list[Part]:
    """The parts of the last prompt: there are several."""
    pieces = [piece for message in model.asked[-1] for piece in message.pieces]
    found = [piece for piece in pieces if isinstance(piece, Part)]
    assert len(found) > 1
    return found


def test_the_model_reads_every_passage_and_says_so(
    run: Run, reading: ScriptedModel, book: Path
) -> None:
    result = run("read", book)
    assert result.exit_code == 0
    assert [text[:3] for text in reading.read] == ["[1]", "[2]"]
    assert "The Grey Boat by A. Writer: " in result.stdout
    assert "read by the model, " in result.stdout


def test_json_says_how_far_it_was_read(run: Run, reading: ScriptedModel, book: Path) -> None:
    document, pass_, notes = objects(run("read", book, "--json", "--notes"))
    assert document["schema"] == "longread.document/1"
    assert pass_["schema"] == "longread.reading/1"
    assert pass_["document_id"] == document["id"]
    assert (pass_["passages"], pass_["finished"]) == (2, True)
    assert pass_["tokens"] > 10
    assert pass_["block_bytes"] > 0
    assert notes["schema"] == "longread.notes/1"
    assert (notes["document_id"], notes["notes"], notes["finished"]) == (document["id"], 2, True)


def test_what_was_read_is_not_read_again(run: Run, reading: ScriptedModel, book: Path) -> None:
    run("read", book)
    again = run("read", book)
    assert again.exit_code == 0
    assert len(reading.read) == 2


def test_without_a_model_it_is_indexed_and_said(
    run: Run, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run("read", book)
    assert result.exit_code == 0
    assert "No model is installed" in result.stderr
    assert run("search", book, "austin").stdout


@pytest.mark.parametrize("name", ["typo", "/nowhere/typo.gguf"])
def test_a_model_that_is_named_and_not_there_is_said(run: Run, book: Path, name: str) -> None:
    for more in ((), ("--notes",)):
        result = run("read", book, "--model", name, *more)
        assert isinstance(result.exception, ModelNotFound)
        assert name in result.exception.message
    assert run("read", book, "--model", name, "--index-only").exit_code == 0


def test_a_model_that_the_settings_name_and_that_is_gone_is_said(
    run: Run, book: Path, tmp_path: Path
) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "config.toml").write_text('model = "gone"\n', "utf-8")
    result = run("read", book)
    assert isinstance(result.exception, ModelNotFound)
    assert run("search", book, "austin").stdout, "it is indexed all the same"


def test_notes_without_a_model_are_an_error(run: Run, book: Path) -> None:
    result = run("read", book, "--notes")
    assert isinstance(result.exception, ModelNotFound)
    assert "notes" in result.exception.message


def test_one_of_something_is_told_as_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "lamp.txt").write_text("The lamp is lit at nine.", "utf-8")
    told = run("read", tmp_path / "lamp.txt", "--index-only").stdout
    assert told.rstrip().endswith("lamp: 6 words, 1 section, 1 passage")
    assert "library.db, 1 document, whole" in run("doctor", words_only=False).stdout


def test_index_only_leaves_the_model_out(run: Run, reading: ScriptedModel, book: Path) -> None:
    assert run("read", book, "--index-only").exit_code == 0
    assert reading.read == []


@pytest.mark.parametrize("budget", ["0", "0MB"])
def test_with_a_budget_of_nothing_nothing_is_read(
    run: Run, reading: ScriptedModel, book: Path, budget: str
) -> None:
    result = run("read", book, "--budget", budget)
    assert result.exit_code == 0
    assert "budget" in result.stderr
    assert reading.read == []


def test_a_budget_that_is_no_size_is_refused(run: Run, book: Path) -> None:
    result = run("read", book, "--budget", "plenty")
    assert result.exception is not None
    assert "'plenty' is not a size" in str(result.exception)


def test_an_answer_uses_what_was_read_but_reads_some_of_the_best_passage_again(
    run: Run, reading: ScriptedModel, book: Path
) -> None:
    run("read", book)
    # So it is in doubt whether the evidence holds the answer.
    reading.chances = lambda messages: 0.5
    (answer,) = objects(run("ask", book, QUESTION, "--json", "--show-evidence"))
    opening, first, last = parts(reading)
    assert first.text.startswith("[1]")
    assert first.block is not None
    assert last.text.startswith("[2]")
    assert last.block is not None
    assert opening.from_start
    assert answer["evidence_text"].index("[1]") < answer["evidence_text"].index("[2]")
    assert answer["evidence_text"].count("[2]") == 2


def test_fast_reads_nothing_again(run: Run, reading: ScriptedModel, book: Path) -> None:
    run("read", book)
    run("ask", book, QUESTION, "--fast")
    assert {part.block is not None for part in parts(reading)[1:]} == {True}


def test_a_second_question_finds_what_the_first_one_read(
    run: Run, reading: ScriptedModel, book: Path
) -> None:
    run("ask", book, QUESTION)
    assert {part.block for part in parts(reading)} == {None}
    run("ask", book, QUESTION, "--fast")
    assert {part.block is not None for part in parts(reading)} == {True}
    kept = objects(run("library", "info", "--json", words_only=False))[0]
    assert kept["blocks"] == 3
    assert kept["block_bytes"] > 0


def test_with_a_budget_of_nothing_answers_are_from_the_text(
    run: Run, reading: ScriptedModel, book: Path
) -> None:
    run("read", book)
    run("ask", book, QUESTION, "--budget", "0")
    assert {part.block for part in parts(reading)} == {None}


def test_a_removed_document_takes_its_blocks_along(
    run: Run, reading: ScriptedModel, book: Path
) -> None:
    run("read", book)
    run("library", "remove", "The Grey Boat", "--yes", words_only=False)
    (kept,) = objects(run("library", "info", "--json", words_only=False))
    assert kept["blocks"] == 0


def test_several_documents_keep_their_blocks_apart(
    run: Run, reading: ScriptedModel, book: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.md"
    other.write_text("# Other\n\nThe doctor drives a black Humber to the quay.", "utf-8")
    run("read", book, other)
    run("ask", book, other, QUESTION, "--fast")
    shown = "".join(message.text for message in reading.asked[-1])
    assert "Document: The Grey Boat" in shown
    assert "Document: Other" in shown
    assert all(part.block is not None for part in parts(reading)[1:])


def test_a_citation_of_one_of_several_documents_is_told_by_its_number(
    run: Run, reading: ScriptedModel, book: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.md"
    other.write_text("# Other\n\nThe doctor drives a black Humber to the quay.", "utf-8")
    reading.enqueue("A maroon Austin [2].")
    (answer,) = objects(run("ask", book, other, QUESTION, "--json"))
    assert "[A2]" in answer["answer"]
    assert answer["citations"][0]["document_title"] == "The Grey Boat"


NOTE = "\n".join(
    [
        "Mara Holt came to the quay while Tobias Wren was mending a net.",
        "comes to the quay",
        "quay, net",
        "does Tobias Wren mend a net?",
        "did the letter cost",
    ]
)


def test_notes_are_written_while_reading_and_can_be_shown(
    run: Run, reading: ScriptedModel, book: Path
) -> None:
    reading.fallback = NOTE
    result = run("read", book, "--notes")
    assert "The Grey Boat: 2 notes" in result.stdout
    shown = run("library", "notes", "The Grey Boat", words_only=False).stdout
    assert "Mara Holt came to the quay while Tobias Wren was mending a net." in shown
    first, _ = objects(run("library", "notes", "The Grey Boat", "--json", words_only=False))
    assert first["schema"] == "longread.note/1"
    assert (first["first"], first["last"], first["extracted"]) == (1, 1, False)
    assert "How does Tobias Wren mend a net?" in first["questions"]


def test_notes_are_only_written_when_asked_for(
    run: Run, reading: ScriptedModel, book: Path
) -> None:
    run("read", book)
    assert reading.asked == []
    assert "no notes yet" in run("library", "notes", "The Grey Boat", words_only=False).stderr


def test_a_model_that_cannot_stream_writes_notes_alone(
    run: Run, model: ScriptedModel, book: Path
) -> None:
    model.fallback = "Gist: Mara Holt came down to the quay at dawn.\nTopics: quay"
    result = run("read", book, "--notes")
    assert "cannot be kept" in result.stderr
    assert "2 notes" in result.stdout
    assert model.read == []


def test_vectors_wait_while_another_process_asks(
    run: Run, reading: ScriptedModel, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedder, seen = LetterEmbedder(), []

    def asks(folder: Path) -> bool:
        seen.append(embedder.embedded)
        return len(seen) < 4

    monkeypatch.setattr("longread.desk.somebody_asks", asks)
    monkeypatch.setattr("longread.workspace.Workspace.embedder", lambda self: embedder)
    assert run("read", book).exit_code == 0
    assert seen == [0, 0, 0, 0]
    assert embedder.embedded == 2


def test_a_password_opens_what_comes_through_standard_input(run: Run, tmp_path: Path) -> None:
    plain = Sheet().line("The keeper lit the lamp at nine, as on every other evening.").bytes()
    locked = encrypted(plain, tmp_path / "a.pdf", password="lighthouse", algorithm="AES-256")
    read = ("read", "-", "--index-only", "--json", "--password")
    (refused,) = objects(run(*read, "sea", stdin=locked.read_bytes()))
    assert refused["code"] == PasswordNeeded.code
    (document,) = objects(run(*read, "lighthouse", stdin=locked.read_bytes()))
    assert document["passages"] == 1


def test_a_scan_that_comes_through_standard_input_is_read_with_ocr(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sheet = Sheet()
    sheet.canvas.drawImage(picture(), 0, 0, 595, 842)
    scan = sheet.save(tmp_path / "scan.pdf").read_bytes()
    for wish, refused in ((), NoTextLayer), (("--ocr",), ToolMissing):
        (error,) = objects(run("read", "-", "--json", *wish, stdin=scan))
        assert error["code"] == refused.code


@pytest.mark.parametrize("quiet", [False, True])
def test_who_is_waited_for_is_said(
    run: Run,
    reading: ScriptedModel,
    book: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    quiet: bool,
) -> None:
    run("library", "list")
    monkeypatch.setattr(locks, "TELL_SECONDS", 0.1)
    held, told = threading.Event(), threading.Event()
    said: list[str] = []

    def hear(text: str) -> None:
        said.append(text)
        told.set()

    def hold(path: Path) -> None:
        with locks.hold(path, "adding a book", wait_seconds=0):
            held.set()
            told.wait(1 if quiet else 20)

    monkeypatch.setattr("longread.cli.output.note", hear)
    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(hold, paths().library.with_name("library.db.lock"))
        assert held.wait(20)
        assert run("read", book, *(["--quiet"] if quiet else [])).exit_code == 0
        writing.result(20)
    waiting = f"Waiting: process {os.getpid()} has been adding a book for "
    assert sum(text.startswith(waiting) for text in said) == (0 if quiet else 1)
