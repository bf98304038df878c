"""``longread summarize`` as a user meets it: lengths, formats, many files, and going on."""

from __future__ import annotations

import json
import re
from collections.abc import Generator, Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from longread.batch.work import Item, Outcome
from longread.config import paths
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.errors import EmptyDocument, LibraryBusy, ModelError, UsageError
from longread.memory import locks
from tests.quick.cli.conftest import Run, objects

CHAPTERS = ("The Quay", "The Letter", "The Boat")
WORDS = ("harbour", "envelope", "lantern")


def novel(title: str = "The Long Tide") -> str:
    parts = [f"# {title}\n"]
    for chapter, word in zip(CHAPTERS, WORDS, strict=True):
        parts.append(f"## {chapter}\n")
        parts += [f"Vera Holt carries the {word} to Tobias in hour {n}.\n" * 6 for n in range(4)]
    return "\n".join(parts)


def tell(messages: Sequence[Message]) -> str:
    """Writes notes and folds them, always about what it was given."""
    asked = messages[-1].text
    word = next(word for word in WORDS if word in asked)
    said = f"Vera Holt carries the {word} to Tobias."
    if "two questions" in asked:
        return f"{said}\n\n\ndoes Vera Holt carry the {word}?\n"
    if "short sentences" not in asked:
        return said
    notes = [word for word in WORDS if word in asked]
    told = [f"Vera Holt carries the {word} to Tobias." for word in notes]
    wanted = {"four": 4, "five": 5, "seven": 7}[asked.split(" short sentences")[0].split()[-1]]
    return "\n".join([*(told + [""] * wanted)[:wanted], said])


@pytest.fixture
def writing(model: ScriptedModel) -> ScriptedModel:
    model.streams = True
    model.fallback = tell
    return model


@pytest.fixture
def tide(tmp_path: Path) -> Path:
    file = tmp_path / "long-tide.md"
    file.write_text(novel(), "utf-8")
    return file


def summarize(run: Run, *arguments: object) -> str:
    result = run("summarize", *arguments, words_only=False)
    assert result.exit_code == 0, result.stderr
    return result.stdout


def summaries(out: Path) -> dict[str, str]:
    """The files with summaries in a folder, and what is in them."""
    return {file.name: file.read_text("utf-8") for file in out.glob("[!.]*")}


def test_the_whole_is_told_in_a_paragraph(run: Run, writing: ScriptedModel, tide: Path) -> None:
    said = summarize(run, tide)
    assert said.startswith("# The Long Tide\n\n")
    assert "Vera Holt carries the harbour to Tobias. Vera Holt carries the envelope" in said
    assert "##" not in said


def test_each_length_tells_more(run: Run, writing: ScriptedModel, tide: Path) -> None:
    told = [
        summarize(run, tide, "--length", length)
        for length in ("sentence", "paragraph", "chapters", "full")
    ]
    assert len(told[0]) < len(told[1]) < len(told[2])
    assert re.findall(r"^## (.*)$", told[2], re.MULTILINE) == list(CHAPTERS)
    # Each chapter is a single note here, which says it all.
    assert told[3] == told[2]
    assert re.findall(r"^## ", summarize(run, tide, "--length", "page"), re.MULTILINE)


def test_what_is_there_is_only_printed(run: Run, writing: ScriptedModel, tide: Path) -> None:
    summarize(run, tide)
    asked = len(writing.asked)
    summarize(run, tide, "--length", "full")
    assert len(writing.asked) == asked


def test_what_another_model_wrote_is_printed_while_a_text_is_being_read(
    run: Run, writing: ScriptedModel, tide: Path
) -> None:
    first = summarize(run, tide)
    asked = len(writing.asked)
    writing.name = "another"
    with locks.hold(paths().data / "reading.lock", "reading elsewhere", wait_seconds=0):
        assert summarize(run, tide) == first
        rewritten = run("summarize", tide, "--rewrite", words_only=False)
        assert isinstance(rewritten.exception, LibraryBusy)
        assert summarize(run, tide) == first
    assert len(writing.asked) == asked


def test_another_model_rewrites_only_what_it_has_not_written(
    run: Run, writing: ScriptedModel, tide: Path
) -> None:
    first = summarize(run, tide)
    asked = len(writing.asked)
    summarize(run, tide, "--rewrite")
    assert len(writing.asked) == asked
    writing.name = "another"
    writing.fallback = lambda messages: tell(messages).replace("carries", "brings")
    assert summarize(run, tide, "--rewrite") == first.replace("carries", "brings")
    asked = len(writing.asked)
    summarize(run, tide, "--rewrite")
    assert len(writing.asked) == asked


def test_a_summary_that_is_being_rewritten_is_finished_before_it_is_told(
    run: Run, writing: ScriptedModel, tide: Path
) -> None:
    first = summarize(run, tide)
    writing.name = "another"
    writing.fallback = ModelError("no more")
    assert run("summarize", tide, "--rewrite", words_only=False).exit_code != 0
    writing.fallback = lambda messages: tell(messages).replace("carries", "brings")
    assert summarize(run, tide) == first.replace("carries", "brings")


def test_json_has_the_passages_that_each_sentence_rests_on(
    run: Run, writing: ScriptedModel, tide: Path
) -> None:
    result = run("summarize", tide, "--length", "chapters", "--json", words_only=False)
    (summary,) = objects(result)
    assert summary["schema"] == "longread.summary/1"
    assert [entry["title"] for entry in summary["entries"]] == ["The Long Tide", *CHAPTERS]
    for entry in summary["entries"]:
        for sentence in entry["sentences"]:
            assert sentence["supported"]
            assert entry["passages"][0] <= min(sentence["passages"])
            assert max(sentence["passages"]) <= entry["passages"][1]


@pytest.mark.parametrize(
    ("form", "begins"),
    [("txt", "The Long Tide\n============="), ("html", "<!doctype html>"), ("json", "{")],
)
def test_other_formats(
    run: Run, writing: ScriptedModel, tide: Path, form: str, begins: str
) -> None:
    said = summarize(run, tide, "--format", form, "--length", "chapters")
    assert said.startswith(begins)
    assert "The Letter" in said


def test_a_file_has_a_name_that_a_disk_takes(
    run: Run, writing: ScriptedModel, tmp_path: Path
) -> None:
    books, out = tmp_path / "books", tmp_path / "out"
    books.mkdir()
    for ending in "ab":
        (books / f"{'潮' * 80}{ending}.md").write_text(novel(f"Tide {ending}"), "utf-8")
    assert run("summarize", books, "--out", out, words_only=False).exit_code == 0
    assert sorted(summaries(out)) == [f"{'潮' * 66}-2.md", f"{'潮' * 66}.md"]


def test_a_folder_gives_a_file_for_each_document_and_a_bad_one_stops_nothing(
    run: Run, writing: ScriptedModel, tmp_path: Path
) -> None:
    books, out = tmp_path / "books", tmp_path / "out"
    books.mkdir()
    for number in range(3):
        (books / f"tide-{number}.md").write_text(novel(f"Tide {number}"), "utf-8")
    (books / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    result = run("summarize", books, "--out", out, "--length", "chapters", words_only=False)
    assert result.exit_code == 3
    assert sorted(file.name for file in out.glob("[!.]*")) == [f"tide-{n}.md" for n in range(3)]
    assert "failed: " in result.stderr
    assert "broken.pdf" in result.stderr
    assert (out / "tide-1.md").read_text("utf-8").startswith("# Tide 1\n")


def test_resume_leaves_out_what_is_there(run: Run, writing: ScriptedModel, tmp_path: Path) -> None:
    books, out = tmp_path / "books", tmp_path / "out"
    books.mkdir()
    for number in range(2):
        (books / f"tide-{number}.md").write_text(novel(f"Tide {number}"), "utf-8")
    out.mkdir()
    (out / "tide-0.md").write_text("of before", "utf-8")
    result = run("summarize", books, "--out", out, "--resume", words_only=False)
    assert result.exit_code == 0
    assert "1 of 2 are there already" in result.stderr
    assert (out / "tide-0.md").read_text("utf-8") == "of before"
    assert (out / "tide-1.md").exists()


@pytest.mark.parametrize("more", [("--resume",), ("--resume", "--shard", "1/1"), ()])
def test_a_new_input_takes_no_others_file(
    run: Run, writing: ScriptedModel, tmp_path: Path, more: tuple[str, ...]
) -> None:
    books, out = tmp_path / "books", tmp_path / "out"
    for folder in ("b", "a"):
        (books / folder).mkdir(parents=True)
        (books / folder / "tide.md").write_text(novel(f"Tide {folder}"), "utf-8")
        summarize(run, books, "--out", out, *more)
    made = summaries(out)
    assert {name: text.partition("\n")[0] for name, text in made.items()} == {
        "tide.md": "# Tide b",
        "tide-2.md": "# Tide a",
    }


def test_shards_over_inputs_that_came_later_keep_to_the_same_files(
    run: Run, writing: ScriptedModel, tmp_path: Path
) -> None:
    books, out = tmp_path / "books", tmp_path / "out"
    for folder in ("c", "b", "a"):
        (books / folder).mkdir(parents=True)
        (books / folder / "tide.md").write_text(novel(f"Tide {folder}"), "utf-8")
        if folder == "c":
            summarize(run, books, "--out", out)
    for shard in ("3/3", "1/3", "2/3"):
        summarize(run, books, "--out", out, "--resume", "--shard", shard)
    told = sorted(text.partition("\n")[0] for text in summaries(out).values())
    assert told == ["# Tide a", "# Tide b", "# Tide c"]


def test_an_input_that_is_named_twice_gets_one_file(
    run: Run, writing: ScriptedModel, tide: Path
) -> None:
    summarize(run, tide, tide.parent, "--out", tide.parent / "out")
    assert list(summaries(tide.parent / "out")) == ["long-tide.md"]


def test_what_was_stopped_goes_on_and_ends_the_same(
    run: Run, writing: ScriptedModel, tide: Path, tmp_path: Path
) -> None:
    whole = summarize(run, tide, "--length", "full")
    other = tmp_path / "same.md"
    other.write_text(novel().replace("# The Long Tide", "# The Other Tide"), "utf-8")

    def stop(messages: Sequence[Message]) -> str:
        raise KeyboardInterrupt

    writing.enqueue(tell, tell, tell, tell, stop)
    result = run("summarize", other, "--length", "full", words_only=False)
    assert result.exit_code == 130
    assert "the same command goes on" in result.stderr
    said = summarize(run, other, "--length", "full")
    assert said.replace("Other", "Long") == whole


def test_several_at_a_time_that_are_stopped_say_how_they_go_on(
    run: Run, writing: ScriptedModel, tide: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other.md").write_text(novel("Another Tide"), "utf-8")

    def stopped(items: Sequence[Item], *_: object) -> Generator[Outcome]:
        yield Outcome(items[0], error=EmptyDocument("Nothing to read in it."))
        raise KeyboardInterrupt

    monkeypatch.setattr("longread.batch.workers.side_by_side", stopped)
    files = (tide, tmp_path / "other.md")
    result = run("summarize", *files, "--jobs", "2", "--out", tmp_path / "out", words_only=False)
    assert result.exit_code == 130
    assert "Stopped after 1 of 2 documents; the same command with --resume" in result.stderr


def test_shards_share_the_documents_and_keep_their_names(
    run: Run, writing: ScriptedModel, tmp_path: Path
) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "tide.md").write_text(novel(f"Tide {folder}"), "utf-8")
    inputs = [tmp_path / "a" / "tide.md", tmp_path / "b" / "tide.md"]
    for shard in ("1/2", "2/2"):
        summarize(run, *inputs, "--out", tmp_path / "out", "--shard", shard)
    made = summaries(tmp_path / "out")
    assert set(made) == {"tide.md", "tide-2.md"}
    assert made["tide.md"].startswith("# Tide a")
    assert made["tide-2.md"].startswith("# Tide b")


def test_a_document_can_come_through_standard_input(run: Run, writing: ScriptedModel) -> None:
    result = run("summarize", "-", stdin=novel(), words_only=False)
    assert result.exit_code == 0
    assert "Vera Holt carries the harbour to Tobias." in result.stdout


def test_two_documents_through_standard_input_are_two(
    run: Run, writing: ScriptedModel, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    for text in (novel(), novel("Another Tide")):
        result = run("summarize", "-", "--out", out, "--resume", stdin=text, words_only=False)
        assert result.exit_code == 0
    assert len(summaries(out)) == 2


def test_an_empty_standard_input_stops_no_other_document(
    run: Run, writing: ScriptedModel, tide: Path, tmp_path: Path
) -> None:
    result = run("summarize", "-", tide, "--out", tmp_path / "out", words_only=False)
    assert result.exit_code == 3
    assert "standard input" in result.stderr
    assert len(summaries(tmp_path / "out")) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--length", "epic"), "no length 'epic'"),
        (("--format", "docx"), "no format 'docx'"),
        (("--resume",), "needs --out"),
        (("--shard", "3/2"), "not a share"),
        (("--out", ""), "folder is empty"),
    ],
)
def test_what_makes_no_sense_is_said(
    run: Run, writing: ScriptedModel, tide: Path, arguments: tuple[str, ...], said: str
) -> None:
    result = run("summarize", tide, *arguments, words_only=False)
    assert result.exception is not None
    assert said in f"{result.exception}"


def test_time_left_comes_of_the_documents_that_were_summarized(
    run: Run, writing: ScriptedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]

    def tell_slowly(messages: Sequence[Message]) -> str:
        seconds[0] += 30
        return tell(messages)

    clock = SimpleNamespace(monotonic=lambda: seconds[0])
    monkeypatch.setattr("longread.cli.summarize.time", clock)
    writing.fallback = tell_slowly
    books = tmp_path / "books"
    books.mkdir()
    (books / "a.epub").write_text("no book", "utf-8")
    for name in "bc":
        (books / f"{name}.md").write_text(novel(f"Tide {name}"), "utf-8")
    result = run("summarize", books, words_only=False)
    told = re.findall("^[0-9] of 3 documents.*", result.stderr, re.MULTILINE)
    assert told[0] == "1 of 3 documents"
    assert re.fullmatch("2 of 3 documents, about [0-9]+ min left", told[1])


def test_markup_in_a_text_is_no_markup_in_its_summary(
    run: Run, writing: ScriptedModel, tmp_path: Path
) -> None:
    file = tmp_path / "tide.md"
    file.write_text(novel("A ![x](http://x.y) \\<script>alert(1)\\</script> Tide"), "utf-8")
    page = summarize(run, file, "--format", "html")
    assert "<script" not in page
    assert "<img" not in page
    markdown = summarize(run, file)
    assert "](" not in markdown.replace("\\]", "")
    assert json.loads(summarize(run, file, "--format", "json"))["entries"]


def test_a_report_is_one_page(run: Run, book: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "boat.html"
    out.parent.mkdir()
    done = run("report", book, "--out", out, words_only=False)
    assert done.exit_code == 0
    assert "longread summarize" in done.stderr
    page = out.read_text("utf-8")
    assert page.startswith("<!doctype html>")
    assert "The Grey Boat" in page
    failed = run("report", book, "--out", tmp_path, words_only=False)
    assert isinstance(failed.exception, UsageError)
    (tmp_path / "other.md").write_text("# Another\n\nIt lay at the quay.\n", "utf-8")
    run("read", tmp_path / "other.md", "--index-only")
    for several in ("library", tmp_path):
        failed = run("report", several, "--out", out, words_only=False)
        assert isinstance(failed.exception, UsageError)
        assert "a page is about one" in failed.exception.message


@pytest.mark.parametrize(
    ("command", "begins"),
    [
        (("report",), "<!doctype html>"),
        (("summarize",), "# The Long Tide"),
        (("library", "export"), '{"schema": "longread.export/1"'),
    ],
)
def test_a_dash_is_standard_output_where_results_go(
    run: Run,
    writing: ScriptedModel,
    tide: Path,
    command: tuple[str, ...],
    begins: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tide.parent)
    run("read", tide, "--index-only")
    done = run(*command, tide, "--out", "-", words_only=False)
    assert done.exit_code == 0
    assert done.stdout.startswith(begins)
    assert not (tide.parent / "-").exists()
