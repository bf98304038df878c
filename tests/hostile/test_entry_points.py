"""Bad files through every command that takes files, and among good ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from longread.engine.fake import ScriptedModel
from longread.errors import SourceError
from longread.memory.library import Library
from longread.tui.app import ReaderApp
from longread.tui.dialogs import LineDialog
from longread.tui.library_screen import LibraryScreen
from longread.workspace import Options
from tests.caps import MOST_SECONDS, capped
from tests.hostile.bad_files import FILES, SECRET, TEXT, Case
from tests.hostile.harness import Place
from tests.quick.cli.conftest import Run, objects
from tests.quick.tui.conftest import Desk

REJECTED = tuple(case for case in FILES if case.code not in ("", "bounded", "limit-exceeded"))
GOOD = 100


def make(cases: tuple[Case, ...], folder: Path) -> dict[str, Case]:
    """The files of some cases in a folder, by their paths."""
    folder.mkdir()
    (folder / "secret").write_text(SECRET, "utf-8")
    made = {}
    for case in cases:
        path = folder / case.name
        case.make(path)
        made[str(path)] = case
    return made


@pytest.fixture(scope="module")
def rejected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    return make(REJECTED, tmp_path_factory.mktemp("bad") / "shelf")


def stored(home: Path) -> Iterator[str]:
    """Titles of what is in the library."""
    with Library.open(home / "library.db") as library:
        yield from (item.title for item in library.documents())


def files_below(folder: Path) -> list[Path]:
    return sorted(item for item in folder.rglob("*") if item.is_file())


@pytest.mark.parametrize("command", ["ask", "search", "summarize", "report"])
def test_what_is_rejected_leaves_nothing_behind(
    run: Run, model: ScriptedModel, rejected: dict[str, Case], tmp_path: Path, command: str
) -> None:
    shelf = Path(next(iter(rejected))).parent
    before = files_below(shelf)
    with capped(MOST_SECONDS * len(rejected)):
        for path, case in rejected.items():
            asks = command in ("ask", "search")
            more = ["What is it?"] if asks else []
            if command == "report":
                more = ["--out", str(tmp_path / "page.html")]
            result = run(command, path, *more, "--json", words_only=asks)
            if isinstance(result.exception, SourceError):
                assert result.exception.code == case.code
            else:
                (said,) = objects(result)
                assert (said["code"], said["input"]) == (case.code, path)
                assert result.exit_code == 3
    assert not (tmp_path / "page.html").exists()
    assert list(stored(tmp_path / "home")) == []
    assert files_below(shelf) == before
    assert model.asked == []


def test_the_command_names_each_file_and_why_and_reads_the_others(tmp_path: Path) -> None:
    kinds = {case.code: case for case in FILES if case.code != "bounded"}
    made = make(tuple(kinds.values()), tmp_path / "shelf")
    outcome = Place(tmp_path).run(
        "read", str(tmp_path / "shelf"), "--index-only", "--embedder", "none", "--json"
    )
    assert outcome.faults == []
    assert outcome.code == 3
    said = [json.loads(line) for line in outcome.stdout.splitlines()]
    errors = {item["input"]: item for item in said if item["schema"] == "longread.error/1"}
    assert {path: item["code"] for path, item in errors.items()} == {
        path: case.code for path, case in made.items() if case.code
    }
    for path, item in errors.items():
        assert item["message"]
        assert item["hint"] in outcome.stderr
        assert Path(path).name in outcome.stderr
    assert [item["path"] for item in said if item["schema"] == "longread.document/1"] == [
        path for path, case in made.items() if not case.code
    ]
    assert len(list(stored(tmp_path / "home"))) == len(made) - len(errors)


@pytest.mark.parametrize("command", ["ask", "summarize"])
def test_a_command_that_fails_says_so_and_makes_no_file(tmp_path: Path, command: str) -> None:
    made = make((REJECTED[1],), tmp_path / "shelf")
    (path,) = made
    more = ["What is it?"] if command == "ask" else ["--endpoint", "http://127.0.0.1:9/v1"]
    outcome = Place(tmp_path).run(command, path, *more, "--json")
    assert outcome.faults == []
    assert outcome.code == 3
    assert json.loads(outcome.stdout)["code"] == "damaged-file"
    assert Path(path).name in outcome.stderr or "EPUB" in outcome.stderr


def test_the_reader_says_what_is_wrong_with_each_file(
    rejected: dict[str, Case], model: ScriptedModel
) -> None:
    async def flow() -> None:
        app = ReaderApp(Options(embedder="none"))
        try:
            async with app.run_test(size=(160, 60), notifications=True) as pilot:
                desk = Desk(app, pilot)
                for path, case in rejected.items():
                    app.open_book(path)
                    if case.code == "password-needed":
                        await desk.until(lambda: isinstance(app.screen, LineDialog))
                        await desk.press("escape")
                    else:
                        await desk.until(lambda case=case: case.name in desk.text())  # type: ignore[misc]
                    assert isinstance(app.screen, LibraryScreen)
                assert app.library.documents() == ()
        finally:
            app.let_go()

    with capped():
        asyncio.run(flow())


def test_a_hundred_good_files_and_a_bad_one(run: Run, model: ScriptedModel, tmp_path: Path) -> None:
    folder = tmp_path / "shelf"
    folder.mkdir()
    for number in range(GOOD):
        (folder / f"{number}.txt").write_text(f"{TEXT} It was night {number}.\n", "utf-8")
    bad = folder / "bad.epub"
    bad.write_bytes(b"PK\x03\x04 and nothing more")
    with capped(MOST_SECONDS * 10):
        first = run("read", folder, "--index-only", "--json")
        found = run("search", folder, "boats", "--limit", 20, "--json")
        answered = run("ask", folder, "Who lit the lamp in night 99?", "--json")
        out = tmp_path / "told"
        told = run("summarize", folder, "--out", out, "--format", "txt", words_only=False)
    assert first.exit_code == 3
    read = [item for item in objects(first) if item["schema"] == "longread.document/1"]
    (error,) = [item for item in objects(first) if item["schema"] == "longread.error/1"]
    assert [Path(item["path"]).name for item in read] == [f"{n}.txt" for n in range(GOOD)]
    assert (error["code"], error["input"]) == ("damaged-file", str(bad))
    assert f"{GOOD} read, 1 failed" in first.stderr
    for result in (found, answered):
        assert result.exit_code == 0
        assert "left out: bad.epub:" in result.stderr
    assert len(objects(found)) == 20
    assert objects(answered)[0]["evidence"]
    assert told.exit_code == 3
    assert "bad.epub" in told.stderr
    assert {item.name for item in out.glob("*.txt")} == {f"{n}.txt" for n in range(GOOD)}
    assert "bad.epub" not in " ".join(item.name for item in out.iterdir())


def test_a_password_is_asked_for_in_a_terminal(tmp_path: Path) -> None:
    case = next(item for item in FILES if item.code == "password-needed")
    (path,) = make((case,), tmp_path / "shelf")
    place = Place(tmp_path)
    ask = ("search", path, "lamp", "--embedder", "none")
    told = place.in_terminal(*ask, answer="key\n", when="Password of")
    assert TEXT in told.stdout
    assert "key" not in told.stdout
    assert told.faults == []
    given = place.run("search", path, "lamp", "--embedder", "none", "--password", "key")
    assert TEXT in given.stdout
