from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from longread.config import load_settings
from longread.tui.actions import PLACES
from longread.tui.app import ReaderApp
from longread.tui.book_screen import BookScreen
from longread.tui.keys import bindings_of, conflicts, key_name, read_keys
from longread.tui.text_pane import TextPane
from longread.tui.themes import THEMES, user_themes
from tests.quick.tui.conftest import Desk

Read = Callable[..., None]
KNOWN = bindings_of(ReaderApp, *(place for _, place in PLACES))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("LONGREAD_HOME", str(folder))
    return folder


def test_every_action_has_a_name_of_its_own_and_no_key_stands_for_two() -> None:
    declared = [
        binding
        for place in {place for _, place in PLACES} | {ReaderApp}
        for binding in place.__dict__.get("BINDINGS", [])
    ]
    assert len(declared) == len(KNOWN)
    changed = {name: binding.key for name, binding in KNOWN.items()}
    assert conflicts(KNOWN, changed) == []


@pytest.mark.parametrize("before", [(), ("a",), ("question_mark",), ("M",)])
def test_the_shell_can_be_gone_to_from_everywhere(
    read: Read, book: Path, monkeypatch: pytest.MonkeyPatch, before: tuple[str, ...]
) -> None:
    gone: list[bool] = []
    monkeypatch.setattr(ReaderApp, "action_suspend_process", lambda app: gone.append(True))

    async def flow(desk: Desk) -> None:
        await desk.press(*before, "ctrl+z")
        assert gone == [True]

    read(flow, book)


def test_keys_are_changed_in_a_file(read: Read, book: Path, home: Path) -> None:
    (home / "keys.toml").write_text('"book.names" = "t"\n"text.down" = "j, ctrl+n"\n', "utf-8")

    async def flow(desk: Desk) -> None:
        await desk.press("t")
        await desk.until(lambda: "Who is who" in desk.text())
        await desk.press("escape")
        before = desk.book.query_one(TextPane).position
        await desk.press("ctrl+n", "ctrl+n", "ctrl+n")
        assert desk.book.query_one(TextPane).position > before

    read(flow, book)


def test_wrong_keys_are_said(read: Read, book: Path, home: Path) -> None:
    (home / "keys.toml").write_text('"book.nmes" = "t"\n"book.names" = "a"\n', "utf-8")

    async def flow(desk: Desk) -> None:
        await desk.until(lambda: "no action 'book.nmes'" in desk.text())
        assert "The key a stands for" in desk.text()

    read(flow, book)


def test_a_comma_alone_takes_the_keys_away(read: Read, book: Path, home: Path) -> None:
    (home / "keys.toml").write_text('"book.mark" = ","\n"text.down" = "j,,ctrl+n"\n', "utf-8")

    async def flow(desk: Desk) -> None:
        await desk.press("m")
        assert isinstance(desk.app.screen, BookScreen)
        before = desk.book.query_one(TextPane).position
        await desk.press("ctrl+n", "ctrl+n", "ctrl+n")
        assert desk.book.query_one(TextPane).position > before

    read(flow, book)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("/", "slash"),
        ("?", "question_mark"),
        ("<", "less_than_sign"),
        ("+", "plus"),
        ("`", "grave_accent"),
        ("slash", "slash"),
        ("J", "J"),
        ("ö", "ö"),
        ("Ctrl+D", "ctrl+d"),
        ("ctrl+/", "ctrl+slash"),
        ("shift+ctrl+left", "ctrl+shift+left"),
        ("Alt+→", "alt+right"),
        ("Space", "space"),
        ("Esc", "escape"),
        ("pgdn", "pagedown"),
        ("F2", "f2"),
        ("ctl+n", None),
        ("ctrl+", None),
        ("down arrow", None),
        ("pagdown", None),
    ],
)
def test_keys_are_written_as_they_are_shown(written: str, name: str | None) -> None:
    assert key_name(written) == name


def test_every_key_has_the_name_that_it_is_written_with() -> None:
    for binding in KNOWN.values():
        assert [key_name(key) for key in binding.key.split(",")] == binding.key.split(",")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('"book.mark" = "/"', "The key / stands for book.find and book.mark."),
        ('"book.ask" = "?"', "The key ? stands for app.help and book.ask."),
        ('"text.down" = "slash"', "The key / stands for book.find and text.down."),
        ('"book.find" = "ctrl+F"\n"book.names" = "Ctrl+f"', "The key ctrl+f stands for"),
        ('"text.down" = "j,ctl+n"', "'ctl+n' for text.down is no key"),
    ],
)
def test_what_is_wrong_with_keys_is_said(
    read: Read, book: Path, home: Path, line: str, said: str
) -> None:
    (home / "keys.toml").write_text(line, "utf-8")

    async def flow(desk: Desk) -> None:
        await desk.until(lambda: said in desk.text())

    read(flow, book, size=(160, 40))


def test_keys_that_there_are_none_such_leave_the_others(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text('"text.down" = "j,ctl+n"\n"text.up" = "ctl+p"\n"book.ask" = ""', "utf-8")
    keys, problems = read_keys(file, KNOWN)
    assert keys == {"text.down": "j", "book.ask": ""}
    assert len(problems) == 2


def test_what_a_file_of_keys_may_say(tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    assert read_keys(file, KNOWN) == ({}, [])
    file.write_text("no toml", "utf-8")
    assert "cannot be read" in read_keys(file, KNOWN)[1][0]
    file.write_text('"book.ask" = 3', "utf-8")
    assert "must be a text" in read_keys(file, KNOWN)[1][0]


def test_a_theme_is_chosen_and_kept(read: Read, book: Path, home: Path) -> None:
    async def flow(desk: Desk) -> None:
        await desk.press("ctrl+p")
        await desk.type("sepia")
        await desk.until(lambda: "Colours: sepia theme" in desk.text())
        await desk.press("down", "enter")
        await desk.until(lambda: desk.app.theme == "sepia")

    read(flow, book)
    assert load_settings().theme == "sepia"

    async def later(desk: Desk) -> None:
        assert desk.app.theme == "sepia"

    read(later, book)


def test_every_theme_that_is_offered_can_be_chosen(read: Read, book: Path, home: Path) -> None:
    async def flow(desk: Desk) -> None:
        commands = desk.app.get_system_commands(desk.app.screen)
        colours = [command for command in commands if command.title.startswith("Colours: ")]
        assert len(colours) >= 6
        for command in colours:
            await desk.pilot.pause()
            command.callback()
            assert f"Colours: {desk.app.theme} theme" == command.title
        await desk.pilot.pause()
        assert "The Grey Boat" in desk.text()

    read(flow, book)


def test_themes_of_the_user(read: Read, book: Path, home: Path) -> None:
    folder = home / "themes"
    folder.mkdir()
    own = 'primary = "#112233"\nforeground = "white"\nbackground = "#000"\ndark = true\n'
    (folder / "mine.toml").write_text(own, "utf-8")
    (folder / "bad.toml").write_text('primary = "no colour"\n', "utf-8")
    (home / "config.toml").write_text('theme = "mine"\n', "utf-8")

    async def flow(desk: Desk) -> None:
        assert desk.app.theme == "mine"
        assert desk.app.current_theme.primary == "#112233"
        offered = {command.title for command in desk.app.get_system_commands(desk.app.screen)}
        assert {f"Colours: {name} theme" for name in ("mine", "sepia", "ansi-dark")} <= offered
        await desk.until(lambda: "bad.toml" in desk.text())

    read(flow, book)


def test_what_is_wrong_with_a_theme_is_said(tmp_path: Path) -> None:
    cases = {
        "missing": 'primary = "red"',
        "unknown": 'primary = "red"\nforeground = "red"\nbackground = "red"\nshade = "red"',
        "no colour": 'primary = "rad"\nforeground = "red"\nbackground = "red"',
    }
    for wanted, text in cases.items():
        (tmp_path / "one.toml").write_text(text, "utf-8")
        themes, problems = user_themes(tmp_path)
        assert not themes
        assert wanted in problems[0]
    assert len({theme.name for theme in THEMES}) == len(THEMES)


def test_without_colours(read: Read, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def flow(desk: Desk) -> None:
        assert desk.app.no_color
        assert "1. The Quay" in desk.text()

    read(flow, book)
