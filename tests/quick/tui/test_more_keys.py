"""The keys and the mouse, where no other test uses them; models; and going away at any time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import DataTable, Input

from longread.cli import main
from longread.config import Paths, paths
from longread.engine.catalogue import ModelEntry
from longread.engine.fake import ScriptedModel
from longread.errors import DownloadFailed, ModelNotFound
from longread.memory.block_file import held_at
from longread.memory.bookmarks import ReadingPlace
from longread.memory.library import Library
from longread.tui.book_screen import BookScreen
from longread.tui.conversation_pane import ConversationPane, ExchangeView
from longread.tui.library_screen import LibraryScreen
from longread.tui.text_pane import TextPane
from tests.quick.tui.conftest import Desk, cited, story

Read = Callable[..., None]


def test_scrolling_by_every_key(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        pane = desk.book.query_one(TextPane)
        for down, up in (("ctrl+d", "ctrl+u"), ("pagedown", "pageup"), ("down", "up")):
            await desk.press("g")
            await desk.press(down, down)
            further = pane.position
            assert further > 0
            await desk.press(up, up)
            assert pane.position == 0
        await desk.press("end")
        assert "maroon" in desk.text(pane)
        await desk.press("home")
        assert pane.position == 0
        await desk.press("right", "right")
        assert desk.text(pane).strip().startswith("3. The Storm")
        await desk.press("left")
        assert desk.text(pane).strip().startswith("2. The Letter")
        await desk.press("alt+left", "alt+left")
        assert desk.text(pane).strip().startswith("2. The Letter")

    read(flow, book)


def test_the_mouse_scrolls_chooses_and_clicks(read: Read, book: Path, model: ScriptedModel) -> None:
    model.fallback = cited("maroon car")

    async def flow(desk: Desk) -> None:
        pane = desk.book.query_one(TextPane)
        await desk.pilot._post_mouse_events([_wheel()], "#text", offset=(10, 10))
        assert pane.position > 0
        await desk.press("g")
        await desk.pilot.mouse_down("#text", offset=(3, 2))
        await desk.pilot.hover("#text", offset=(20, 2))
        await desk.pilot.mouse_up("#text", offset=(20, 2))
        await desk.pilot.pause()
        chosen = pane.shown.chosen
        assert chosen is not None
        assert desk.book.document.slice(chosen) == "“I have the lamp "
        await desk.press("y")
        assert desk.app.clipboard == "“I have the lamp "
        await desk.pilot.click("#text", offset=(3, 8))
        assert pane.shown.chosen is None
        await desk.press("u")
        await desk.ask("What colour is the car of the doctor?")
        await desk.until(lambda: bool(desk.book.query_one(ExchangeView).citations))
        column, row = _place_of(desk, "[1]", desk.book.query_one(ExchangeView))
        await desk.pilot.click(offset=(column + 1, row))
        assert "▌ In the end the maroon car" in desk.text(pane)

    read(flow, book)


def _wheel() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


def _place_of(desk: Desk, words: str, view: ExchangeView) -> tuple[int, int]:
    for y, line in enumerate(desk.text(view).split("\n")):
        if words in line:
            return view.region.x + line.index(words), view.region.y + y
    raise AssertionError(words)


def test_choosing_more_and_less(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        pane = desk.book.query_one(TextPane)

        def chosen() -> str:
            span = pane.shown.chosen
            return desk.book.document.slice(span) if span else ""

        await desk.press("v")
        assert chosen() == "“I have the lamp of day 0,” said Mara Holt."
        await desk.press("J", "shift+down")
        longer = chosen()
        await desk.press("K", "shift+up")
        assert len(chosen()) < len(longer)
        await desk.press("down", "up")
        assert chosen() == "“I have the lamp of day 0,” said Mara Holt."
        await desk.press("escape")
        assert not chosen()

    read(flow, book)


def test_models_are_shown_fetched_and_used(
    read: Read, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []

    def here(model_id: str, where: Paths) -> Path:
        if not fetched:
            raise ModelNotFound(f"The model {model_id} is not installed.")
        return where.models / model_id

    def pull(entry: ModelEntry, **options: object) -> None:
        progress = options["on_progress"]
        assert callable(progress)
        fetched.append(entry.id)
        progress(0, entry.size)
        time.sleep(0.3)
        progress(entry.size // 2, entry.size)
        time.sleep(0.5)
        if len(fetched) == 1:
            raise DownloadFailed("No source answered.", hint="Try later.")

    monkeypatch.setattr("longread.engine.weights.pull", pull)
    monkeypatch.setattr("longread.engine.installed.use", lambda *a, **k: None)
    monkeypatch.setattr("longread.engine.installed.model_path", here)

    async def flow(desk: Desk) -> None:
        await desk.press("M")
        table = desk.app.screen.query_one(DataTable)
        await desk.press("j", "k", "enter")
        await desk.until(lambda: "is not installed" in desk.text())
        assert "qwen" in desk.text()
        assert "Apache" in desk.text() or "apache" in desk.text()
        await desk.press("p")
        await desk.until(lambda: " of " in desk.text() and "/s" in desk.text())
        await desk.until(lambda: "No source answered" in desk.text())
        await desk.press("p")
        await desk.until(lambda: "is installed; Enter uses it" in desk.text())
        await desk.press("enter")
        await desk.until(lambda: "answers from now on" in desk.text())
        assert table.row_count > 3
        await desk.press("escape")
        await desk.ask("Who has the lamp of day 3?")
        assert "A maroon one" in desk.text()

    read(flow, book)
    assert len(fetched) == 2


def test_what_was_removed_elsewhere_is_said(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        with Library.open(desk.app.paths.library) as other:
            other.remove(desk.book.document_id)
        for key in ("grave_accent", "x"):
            desk.app.clear_notifications()
            await desk.press(key)
            await desk.until(lambda: "no document" in desk.text().casefold())
        assert desk.app.is_running

    read(flow, book)


def test_a_document_that_another_program_removed_cannot_be_removed_again(
    read: Read, book: Path
) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("L")
        with Library.open(desk.app.paths.library) as other:
            other.remove(desk.app.library.documents()[0].id)
        await desk.press("d")
        await desk.until(lambda: "no document" in desk.text().casefold())

    read(flow, book)


def test_leaving_while_the_model_reads_keeps_what_it_read(
    read: Read, book: Path, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.streams = True
    reads = ScriptedModel.read_on

    def slowly(self: ScriptedModel, *texts: object, **options: object) -> object:
        time.sleep(0.3)
        return reads(self, *texts, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(ScriptedModel, "read_on", slowly)
    kept: list[int] = []

    async def leave(desk: Desk) -> None:
        await desk.until(lambda: "reading" in desk.status and "tokens/s" in desk.status)
        await desk.press("ctrl+q")
        await desk.until(lambda: not desk.app.is_running)

    async def come_back(desk: Desk) -> None:
        kept.append(sum(passages for _, passages in held_at(desk.app.paths.blocks).values()))
        before = len(model.read)
        await desk.until(lambda: "read by the model" in desk.status)
        total = len(desk.book.passages)
        assert len(model.read) - before <= total - kept[0]

    read(leave, book)
    model.closed = False
    read(come_back, book)
    assert kept[0] > 0


def test_q_leaves_a_book_and_then_the_program(read: Read, book: Path) -> None:
    async def from_the_library(desk: Desk) -> None:
        await desk.type(str(book))
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, BookScreen))
        await desk.press("q")
        assert isinstance(desk.app.screen, LibraryScreen)
        await desk.press("escape", "q")
        await desk.until(lambda: not desk.app.is_running)

    async def named(desk: Desk) -> None:
        await desk.press("q")
        await desk.until(lambda: not desk.app.is_running)

    read(from_the_library)
    read(named, book)


def test_two_programs_on_one_library(read: Read, book: Path, tmp_path: Path) -> None:
    """Each sees what the other adds; one reads at a time."""
    other = tmp_path / "second.md"
    other.write_text(story().replace("The Grey Boat", "The Second"), "utf-8")

    async def outer(desk: Desk) -> None:
        from longread.tui.app import ReaderApp
        from longread.workspace import Options

        app = ReaderApp(Options(embedder="none"), str(other))
        try:
            async with app.run_test(size=(120, 30)) as pilot:
                second = Desk(app, pilot)
                await second.until(lambda: isinstance(app.screen, BookScreen))
                await second.ask("How many times is the harbour mentioned?")
                await second.press("L")
                assert "The Grey Boat" in second.text()
                assert "The Second" in second.text()
        finally:
            app.let_go()
        await desk.ask("Who has the lamp of day 3?")
        await desk.press("escape", "L")
        assert "The Second" in desk.text()

    read(outer, book)


def test_what_is_no_terminal_and_no_library_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["longread", "open", "x.epub"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "needs a terminal" in capsys.readouterr().err
    home = tmp_path / "home"
    home.mkdir()
    (home / "config.toml").write_text("ofline = true\n", "utf-8")
    monkeypatch.setenv("LONGREAD_HOME", str(home))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "unknown setting 'ofline'" in capsys.readouterr().err
    (home / "config.toml").unlink()
    (home / "library.db").write_bytes(b"SQLite format 3\x00" + b"nonsense" * 600)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 4


def test_a_line_that_has_the_focus_takes_every_letter(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("a")
        await desk.type("q u 1 ? /")
        assert desk.book.query_one("#ask", Input).value == "q u 1 ? /"
        assert desk.app.is_running

    read(flow, book)


def test_markup_in_a_book_does_nothing(read: Read, tmp_path: Path, model: ScriptedModel) -> None:
    evil = "[bold]No[/] [/red] [@click=app.quit]x[/] \x1b[31mred"
    model.fallback = f"It is {evil} [link](http://x) ![p](http://y) <b>h</b> [1]"
    file = tmp_path / "evil.md"
    file.write_text(
        f"---\ntitle: '{evil}'\nauthor: '{evil}'\n---\n\n## {evil}\n\nMara Holt said {evil}.\n\n"
        f"## Two\n\n“Yes,” said Mara Holt. {evil}\n",
        "utf-8",
    )

    async def flow(desk: Desk) -> None:
        assert "[bold]No[/]" in desk.text()
        assert "\x1b" not in desk.text()
        await desk.press("u")
        await desk.ask(f"What did Mara Holt say about {evil}?")
        shown = desk.text(desk.book.query_one(ConversationPane))
        assert "http://x" in shown, "links are shown, not opened"
        assert "\x1b" not in shown
        await desk.press("escape", "w")
        await desk.until(lambda: "Who is who" in desk.text())
        await desk.press("escape", "v", "m", "enter", "grave_accent")
        assert "[bold]No[/]" in desk.text()
        await desk.press("escape", "f")
        await desk.type("[bold]No")
        await desk.press("enter")
        await desk.until(lambda: "looking up" not in desk.text())
        await desk.press("escape", "e")
        await desk.press("escape", "L")
        assert "[bold]No[/]" in desk.text()
        await desk.press("d")
        assert "[bold]No[/]" in desk.text()

    read(flow, file)


def footer(desk: Desk) -> str:
    return desk.text().rstrip().splitlines()[-1]


def test_the_way_back_is_shown_where_there_is_one(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        assert "Back" not in footer(desk)
        await desk.press("l")
        assert "^o Back" in footer(desk)
        assert "q Quit" in footer(desk)
        await desk.press("ctrl+o")
        assert "Back" not in footer(desk)

    read(flow, book)


def test_up_to_here_takes_in_what_was_read_elsewhere(read: Read, book: Path) -> None:
    async def first(desk: Desk) -> None:
        await desk.press("q")

    async def later(desk: Desk) -> None:
        pane = desk.book.query_one(TextPane)
        assert pane.position > 4_000
        await desk.press("u", "u")
        assert desk.book.journey.furthest == pane.end

    read(first, book)
    with Library.open(paths().library) as library:
        reached = ReadingPlace(position=5_000, furthest=100)
        library.keep_place(library.documents()[0].id, reached)
    read(later, book)


@pytest.mark.parametrize(("there", "back"), [("G", "g"), ("end", "home")])
def test_the_beginning_and_the_end_are_jumped_to(
    read: Read, book: Path, there: str, back: str
) -> None:
    async def flow(desk: Desk) -> None:
        pane = desk.book.query_one(TextPane)
        await desk.press("space", there)
        assert "maroon car" in desk.text(pane)
        await desk.press("ctrl+o")
        here = pane.position
        assert 0 < here < 3_000
        await desk.press(back)
        assert pane.position == 0
        await desk.press("ctrl+o")
        assert pane.position == here

    read(flow, book)


@pytest.mark.parametrize("jump", ["l", "G", "end"])
def test_up_to_here_takes_in_nothing_that_was_jumped_to(read: Read, book: Path, jump: str) -> None:
    async def flow(desk: Desk) -> None:
        before = desk.book.journey.furthest
        await desk.press("u", jump, "u")
        assert desk.book.journey.furthest == before

    read(flow, book)


def test_keys_for_what_is_chosen_or_found_are_shown(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("v")
        assert "J more · K less" in desk.text()
        await desk.press("escape", "slash")
        await desk.type("maroon")
        await desk.until(lambda: "that you have read" in desk.text())
        await desk.press("escape", "slash")
        await desk.type("lamp")
        await desk.until(lambda: "1 of " in desk.text())
        await desk.press("enter", "n")
        assert "2 of " in desk.text()
        assert "n next · N before" in desk.text()

    read(flow, book, size=(160, 45))


def test_a_mark_says_where_marks_are(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("m", "enter")
        assert "Marked · ` marks" in desk.text()

    read(flow, book)


def test_the_library_fits_a_narrow_terminal(read: Read, book: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("L")
        assert "Opened" in desk.text()
        assert "Author" not in desk.text()
        assert "Open" in footer(desk)
        await desk.pilot.resize_terminal(140, 30)
        await desk.until(lambda: "Author" in desk.text())

    read(flow, book, size=(70, 24))
