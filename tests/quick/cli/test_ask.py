"""``longread ask`` as a user meets it."""

import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import pytest

from longread.answering.answer import NOT_FOUND
from longread.engine.fake import ScriptedModel
from longread.errors import DocumentNotFound, LibraryError, UsageError
from longread.memory.blocks import BlockMemory
from tests.quick.cli.conftest import Run, objects

QUESTION = "What car does the doctor drive?"


def test_an_answer_comes_with_a_citation_that_resolves(
    run: Run, model: ScriptedModel, book: Path
) -> None:
    result = run("ask", book, QUESTION)
    assert result.exit_code == 0
    assert "A maroon Austin. [2]" in result.stdout
    assert "[2] 2. The Letter ¶ 1" in result.stdout
    assert "“The doctor's car, a maroon Austin, stood before the post office.”" in result.stdout


def test_a_passage_that_is_asked_for_is_shown_once(
    run: Run, model: ScriptedModel, book: Path
) -> None:
    shown = run("ask", book, "Quote the sentence about the car.").stdout
    assert shown.splitlines() == [
        "“The doctor's car, a maroon Austin, stood before the post office.” [2]",
        "",
        "  [2] 2. The Letter ¶ 1",
    ]


def test_json_follows_its_schema(run: Run, model: ScriptedModel, book: Path) -> None:
    (answer,) = objects(run("ask", book, QUESTION, "--json"))
    assert answer["schema"] == "longread.answer/1"
    assert answer["answer"] == "A maroon Austin. [2]"
    assert answer["declined"] is False
    (citation,) = answer["citations"]
    text = next(iter(objects(run("library", "export", "The Grey Boat", words_only=False))))
    span = citation["span"]
    assert text["document"]["text"][span["start"] : span["end"]] == citation["quote"]


def test_evidence_that_holds_no_answer_is_declined(
    run: Run, model: ScriptedModel, book: Path
) -> None:
    model.chances = lambda messages: 0.01
    result = run("ask", book, "Why does Basil Hallward hide the letter?")
    assert result.exit_code == 0
    assert result.stdout.startswith(NOT_FOUND)
    assert "Nearest passages:" in result.stdout
    assert "maroon Austin." not in result.stdout.splitlines()[0]


def test_an_answer_that_is_not_certain_says_so(run: Run, model: ScriptedModel, book: Path) -> None:
    model.fallback, model.chances = "A golden harpoon of Queequeg.", lambda messages: 0.55
    asked = "Which grey boat did somebody find beside the quay?"
    result = run("ask", book, asked)
    assert result.stdout.startswith("A golden harpoon of Queequeg.")
    assert "Not certain: the passages may not answer this." in result.stdout
    (answer,) = objects(run("ask", book, asked, "--json"))
    assert answer["doubtful"] is True
    assert answer["declined"] is False
    assert "Not certain" not in run("ask", book, asked, "--quiet").stdout


def test_a_model_that_says_it_is_not_there_is_believed(
    run: Run, model: ScriptedModel, book: Path
) -> None:
    model.enqueue("Not found in the text.")
    (answer,) = objects(run("ask", book, QUESTION, "--json"))
    assert answer["declined"] is True
    assert answer["sentences"] == []
    assert len(answer["citations"]) > 0


@pytest.mark.parametrize(
    "reply", ["The passages do not mention him. [2]", "**Not found in the text.**", "[2]", "…"]
)
def test_a_model_that_declines_in_other_words_or_says_nothing_is_believed(
    run: Run, model: ScriptedModel, book: Path, reply: str
) -> None:
    model.chances = lambda messages: 0.9999999
    model.enqueue(reply, reply)
    shown = run("ask", book, QUESTION).stdout
    assert shown.startswith(f"{NOT_FOUND}.\n\nNearest passages:")
    assert "Not supported" not in shown
    (answer,) = objects(run("ask", book, QUESTION, "--json"))
    assert (answer["answer"], answer["declined"]) == (NOT_FOUND, True)


@pytest.mark.parametrize("more", ["", " The car is a maroon Austin.", "\nIt may be maroon [2]."])
def test_a_model_that_declines_is_quoted_once_and_with_nothing_else(
    run: Run, model: ScriptedModel, book: Path, more: str
) -> None:
    model.chances = lambda messages: 0.9999999
    model.enqueue(f"Not found in the text.{more}")
    shown = run("ask", book, QUESTION).stdout
    assert shown.startswith(f"{NOT_FOUND}.\n")
    assert shown.count(NOT_FOUND) == 1
    assert shown.count("aroon") <= 1, "only the nearest passage has it"


def test_an_answer_that_begins_as_declining_does_is_shown_whole(
    run: Run, model: ScriptedModel, book: Path
) -> None:
    model.chances = lambda messages: 0.9999999
    model.enqueue("Not found is the net, but the car is a maroon Austin.")
    shown = run("ask", book, QUESTION).stdout
    assert shown.startswith("Not found is the net, but the car is a maroon Austin")


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_questions_that_are_no_utf_8_are_said(tmp_path: Path, book: Path, errors: str) -> None:
    settings = {"LONGREAD_HOME": str(tmp_path / "home"), "PYTHONIOENCODING": f"utf-8:{errors}"}
    done = subprocess.run(
        [sys.executable, "-m", "longread", "ask", str(book), "-", "--embedder", "none"],
        input="Wie heißt das Boot?\n".encode("latin-1"),
        capture_output=True,
        check=False,
        env=os.environ | settings,
    )
    assert done.returncode == 2, done.stderr
    assert b"The questions are no UTF-8" in done.stderr


def test_an_invented_statement_is_marked(run: Run, model: ScriptedModel, book: Path) -> None:
    model.enqueue("Her uncle drowned in Lisbon harbour.")
    result = run("ask", book, QUESTION)
    assert "Not supported by the passages: Her uncle drowned in Lisbon harbour." in result.stdout


def test_the_evidence_is_shown_exactly_as_the_model_got_it(
    run: Run, model: ScriptedModel, book: Path
) -> None:
    (answer,) = objects(run("ask", book, QUESTION, "--json", "--show-evidence"))
    given = "".join(message.text for message in model.asked[-1])
    assert answer["evidence_text"] in given
    assert "[2]" in answer["evidence_text"]


def test_where_no_model_took_part_no_evidence_is_shown(run: Run, book: Path) -> None:
    shown = run("ask", book, "How many words are there?", "--show-evidence").stdout
    assert shown.endswith("The model was given nothing.\n")


def test_questions_from_standard_input_are_answered_one_a_line(
    run: Run, model: ScriptedModel, book: Path
) -> None:
    result = run("ask", book, "-", "--json", stdin=f"{QUESTION}\n\nWho mends a net?\n")
    assert [item["question"] for item in objects(result)] == [QUESTION, "Who mends a net?"]


def test_a_follow_up_is_made_self_contained_and_kept(
    run: Run, model: ScriptedModel, book: Path
) -> None:
    model.enqueue("Mara Holt came down to the quay.")
    run("ask", book, "Who came down to the quay?", "--session", "talk")
    model.enqueue("Where did Mara Holt go at the end?", "Home along the sea wall.")
    (answer,) = objects(run("ask", book, "Where did she go?", "--session", "talk", "--json"))
    assert answer["question"] == "Where did she go?"
    assert answer["standalone_question"] == "Where did Mara Holt go at the end?"
    rewriting = model.asked[-3][-1].text
    assert "Who came down to the quay?" in rewriting


def test_several_documents_are_told_apart(
    run: Run, model: ScriptedModel, book: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("The pilot drove a white Riley to the aerodrome every Monday.", "utf-8")
    result = run("ask", book, other, QUESTION)
    assert "[A2] The Grey Boat, 2. The Letter ¶ 1" in result.stdout


def test_a_title_from_the_library_stands_for_its_document(
    run: Run, model: ScriptedModel, book: Path
) -> None:
    run("read", book)
    assert "A maroon Austin. [2]" in run("ask", "the grey boat", QUESTION).stdout


def test_book_text_cannot_write_escape_sequences(
    run: Run, model: ScriptedModel, tmp_path: Path
) -> None:
    evil = tmp_path / "evil.txt"
    evil.write_text("\x1b]0;owned\x07The car is \x1b[31mred\x1b[0m, says [b]Wren[/b].", "utf-8")
    model.enqueue("The \x1b[2Jcar is red [/b].")
    result = run("ask", evil, "What colour is the car?", "--show-evidence")
    assert result.exit_code == 0
    assert "\x1b" not in result.stdout
    assert "owned" not in result.stdout
    assert "[b]Wren[/b]" in result.stdout


def test_a_question_without_a_document_says_what_is_missing(run: Run) -> None:
    result = run("ask", QUESTION)
    assert isinstance(result.exception, UsageError)
    assert result.exception.exit_code == 2


@pytest.mark.parametrize("typed", ["", "  \n"])
@pytest.mark.parametrize(("command", "asked"), [("ask", "question"), ("search", "query")])
def test_an_empty_question_is_refused(
    run: Run, model: ScriptedModel, book: Path, command: str, asked: str, typed: str
) -> None:
    result = run(command, book, typed)
    assert isinstance(result.exception, UsageError)
    assert f"The {asked} is empty" in result.exception.message
    assert f"longread {command}" in result.exception.hint


@pytest.mark.parametrize(("command", "asked"), [("ask", "question"), ("search", "query")])
def test_a_file_in_place_of_the_question_is_said(
    run: Run, model: ScriptedModel, book: Path, command: str, asked: str
) -> None:
    result = run(command, QUESTION, book)
    assert isinstance(result.exception, UsageError)
    assert f"The {asked} comes last" in result.exception.message
    assert f"longread {command}" in result.exception.hint


def test_an_unknown_name_says_where_to_look(run: Run, model: ScriptedModel) -> None:
    result = run("ask", "no-such-book.epub", QUESTION)
    assert isinstance(result.exception, DocumentNotFound)
    assert "library list" in result.exception.hint


@pytest.mark.parametrize("name", ["~nobodyofthisname/x.txt", "Повесть " * 40, "a\0b"])
def test_a_name_that_no_file_can_have_is_unknown(run: Run, model: ScriptedModel, name: str) -> None:
    assert isinstance(run("ask", name, QUESTION).exception, DocumentNotFound)


def test_a_bad_file_among_good_ones_is_left_out_and_said(
    run: Run, model: ScriptedModel, book: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.4 nothing")
    result = run("ask", book, bad, QUESTION)
    assert result.exit_code == 0
    assert "A maroon Austin. [2]" in result.stdout
    assert "left out:" in result.stderr


def test_a_link_in_a_folder_that_leads_nowhere_is_left_out(
    run: Run, model: ScriptedModel, book: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "book.txt").write_bytes(book.read_bytes())
    (folder / "gone.epub").symlink_to(tmp_path / "nowhere.epub")
    result = run("ask", folder, QUESTION)
    assert result.exit_code == 0
    assert "A maroon Austin." in result.stdout
    assert "left out:" in result.stderr
    assert "gone.epub" in result.stderr
    assert "1 read, 1 failed" in run("read", folder, "--index-only").stderr


def test_counting_answers_without_a_model(
    run: Run, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise AssertionError("a model was wanted")

    monkeypatch.setattr("longread.cli.models.ensure_model", refuse)
    monkeypatch.setattr("longread.workspace.Workspace._open_model", refuse)
    result = run("ask", book, "How many times is the letter mentioned?")
    assert result.exit_code == 0
    assert "“letter” occurs 3 times" in result.stdout
    assert "“He told her that the letter had cost him eleven shillings.”" in result.stdout


def test_a_title_in_a_question_says_which_book_of_the_library_is_counted_in(
    run: Run, model: ScriptedModel, book: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.md"
    other.write_text("# Chapter 1\n\nMara came.\n\n# Chapter 2\n\nShe left.\n", "utf-8")
    run("read", book, other)
    (named,) = objects(
        run("ask", "library", "How often is Mara mentioned in The Grey Boat?", "--json")
    )
    assert named["question"] == "How often is Mara mentioned in The Grey Boat?"
    assert named["answer"].startswith("“Mara” occurs twice")
    assert {item["document_title"] for item in named["citations"]} == {"The Grey Boat"}
    (every,) = objects(run("ask", "library", "How often is Mara mentioned?", "--json"))
    assert "The Grey Boat: “Mara” occurs twice" in every["answer"]
    assert "“Mara” occurs once" in every["answer"]
    asked = len(model.asked)
    assert "It was written by" in run("ask", book, "Who wrote The Grey Boat?").stdout
    assert len(model.asked) == asked


def test_a_count_in_json_has_its_figures_and_all_places(
    run: Run, model: ScriptedModel, book: Path
) -> None:
    (answer,) = objects(run("ask", book, "Where is Mara mentioned?", "--json"))
    assert answer["route"] == "count"
    assert answer["figures"]["phrases"] == {"Mara": 2}
    assert [item["passage"] for item in answer["citations"]] == [1, 2]
    assert model.asked == []


def test_the_route_can_be_chosen(run: Run, model: ScriptedModel, book: Path) -> None:
    (answer,) = objects(run("ask", book, "Where does Mara appear?", "--route=detail", "--json"))
    assert answer["route"] == "detail"
    assert model.asked
    refused = run("ask", book, QUESTION, "--route=count")
    assert isinstance(refused.exception, UsageError)
    unknown = run("ask", book, QUESTION, "--route=sideways")
    assert isinstance(unknown.exception, UsageError)
    assert "detail, count" in unknown.exception.hint


def test_a_follow_up_may_be_answered_by_counting(
    run: Run, model: ScriptedModel, book: Path
) -> None:
    model.enqueue("Mara Holt came down to the quay.")
    run("ask", book, "Who came down to the quay?", "--session=s")
    model.enqueue("How often is Mara mentioned?")
    (answer,) = objects(run("ask", book, "How often is she mentioned?", "--session=s", "--json"))
    assert answer["route"] == "count"
    assert answer["question"] == "How often is she mentioned?"
    assert answer["figures"]["phrases"] == {"Mara": 2}


@pytest.mark.parametrize("question", ["Mara?", "And Mara Holt?", "Mara"])
def test_a_name_behind_a_count_is_looked_up_where_the_model_only_repeats_what_was_counted(
    run: Run, model: ScriptedModel, book: Path, question: str
) -> None:
    counted = "How many chapters are there?"
    run("ask", book, counted, "--session=s")
    model.enqueue(counted)
    model.fallback = "Mara Holt came down to the quay at dawn."
    (answer,) = objects(run("ask", book, question, "--session=s", "--json"))
    assert answer["route"] == "detail"
    assert answer["standalone_question"] == question
    assert answer["answer"].startswith("Mara Holt came down to the quay at dawn.")


@pytest.mark.parametrize("question", ["How long is it?", "Tell me about it.", "Which town?"])
def test_a_follow_up_is_not_taken_for_a_question_about_the_whole(
    run: Run, model: ScriptedModel, book: Path, question: str
) -> None:
    run("ask", book, "Where is the letter mentioned?", "--session=s")
    model.enqueue("How much did the letter cost him in all?")
    model.fallback = "The letter had cost him eleven shillings."
    (answer,) = objects(run("ask", book, question, "--session=s", "--json"))
    assert answer["standalone_question"] == "How much did the letter cost him in all?"
    assert answer["route"] == "detail"


@pytest.mark.parametrize(
    "question",
    [
        "How many words are there?",
        "How often is Mara mentioned in this book?",
        "How long is the book?",
        "How long is chapter 1?",
    ],
)
def test_a_question_that_stands_alone_is_counted_at_once_in_a_conversation(
    run: Run, model: ScriptedModel, book: Path, question: str
) -> None:
    run("ask", book, "Where is the letter mentioned?", "--session=s")
    (answer,) = objects(run("ask", book, question, "--session=s", "--json"))
    assert answer["route"] == "count"
    assert model.asked == []


def planted_book(place: Path, chapters: int) -> Path:
    """A book whose every chapter tells a fact of its own, with a word found nowhere else."""
    text = "---\ntitle: Planted\nlanguage: en\n---\n"
    for number in range(1, chapters + 1):
        text += (
            f"\n## Chapter {number}\n\nThe keeper wrote his log in the evening.\n\n"
            f"The keeper hid the fact{number:02} under the stone of Chapter {number}.\n"
        )
    file = place / "planted.md"
    file.write_text(text, "utf-8")
    return file


def test_nothing_behind_the_readers_place_takes_part(
    run: Run, model: ScriptedModel, tmp_path: Path
) -> None:
    chapters = 50
    book = planted_book(tmp_path, chapters)
    for read in range(5, chapters, 5):
        upto = f"--upto=chapter {read}"
        later = [f"fact{number:02}" for number in range(read + 1, chapters + 1)]
        asked = f"What is the {later[0]} that the keeper hid under the stone?"
        before = len(model.asked)
        result = run("ask", book, asked, upto, "--json", "--show-evidence")
        given = "".join(message.text for talk in model.asked[before:] for message in talk)
        searched = run("search", book, f"{later[-1]} {later[0]} keeper stone", upto, "-n", "100")
        counted = run("ask", book, f"How many times is {later[0]} mentioned?", upto)
        listed = run("ask", book, "What is the last sentence of each chapter?", upto, "--json")
        assert f"“{later[0]}” does not occur" in counted.stdout
        assert len(objects(listed)[0]["figures"]["items"]) == read
        shown = result.stdout.replace(asked, "") + given.replace(asked, "") + listed.stdout
        for fact in later:
            assert fact not in shown + searched.stdout
        assert f"Chapter {read + 1}" not in shown + searched.stdout


def test_what_stands_before_the_readers_place_does(
    run: Run, model: ScriptedModel, tmp_path: Path
) -> None:
    book = planted_book(tmp_path, 12)
    model.enqueue("The keeper hid the fact03 under the stone.")
    (answer,) = objects(run("ask", book, "Who hid fact03?", "--upto=chapter 3", "--json"))
    assert any("fact03" in citation["quote"] for citation in answer["citations"])
    refused = run("ask", book, "Who hid fact03?", "--upto=chapter 99")
    assert isinstance(refused.exception, UsageError)


def test_questions_are_answered_where_nothing_can_be_kept(
    run: Run, model: ScriptedModel, book: Path, tmp_path: Path
) -> None:
    model.streams = True
    run("read", book, "--index-only")
    for name in ("library.db", "blocks.db"):
        # As where the disk is full: SQLite cannot make the file that all who have it open share.
        (tmp_path / "home" / f"{name}-shm").symlink_to("nowhere")
    for arguments in (("ask", book, QUESTION), ("search", book, "maroon")):
        result = run(*arguments)
        assert result.exit_code == 0
        assert "maroon Austin" in result.stdout
    result = run("ask", book, QUESTION, "--session", "talk", "--json")
    assert isinstance(result.exception, LibraryError)
    (answer,) = objects(result)
    assert answer["answer"] == "A maroon Austin. [2]"


def test_an_answer_stands_though_what_was_computed_for_it_cannot_be_kept(
    run: Run, model: ScriptedModel, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.streams = True
    monkeypatch.setattr(BlockMemory, "keep", Mock(side_effect=LibraryError("The disk is full.")))
    result = run("ask", book, QUESTION)
    assert result.exit_code == 0
    assert "A maroon Austin. [2]" in result.stdout
    assert "full" not in result.stderr
