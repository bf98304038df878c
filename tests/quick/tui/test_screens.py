"""What each screen looks like, in characters, at three sizes; and that every theme can be read.

``LONGREAD_WRITE_SNAPSHOTS=1`` writes the pictures anew: look at them before they are committed.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from rich.color import Color
from rich.segment import Segment

from longread.engine.fake import ScriptedModel
from longread.tui import themes
from longread.tui.dialogs import Dialog
from tests.quick.tui.conftest import Desk, cited

SNAPSHOTS = Path(__file__).parent / "snapshots"
SIZES = ((60, 20), (100, 30), (160, 45))

Read = Callable[..., None]


async def text(desk: Desk) -> None:
    await desk.press("l")


async def answer(desk: Desk) -> None:
    await desk.press("u")
    await desk.ask("What colour is the car of the doctor?")
    await desk.until(lambda: "maroon" in desk.text())
    await desk.press("1")


async def conversation(desk: Desk) -> None:
    await desk.press("u")
    await desk.ask("How many times is the harbour mentioned?")
    await desk.until(lambda: "occurs once" in desk.text())
    await desk.press("escape", "tab")


async def find(desk: Desk) -> None:
    await desk.press("slash")
    await desk.type("lamp")
    await desk.until(lambda: bool(desk.book.query_one("TextPane").shown.matches))  # type: ignore[attr-defined]


async def names(desk: Desk) -> None:
    await desk.press("w")
    await desk.until(lambda: "Who is who" in desk.text())


async def search(desk: Desk) -> None:
    await desk.press("u", "f")
    await desk.type("maroon car")
    await desk.press("enter")
    await desk.until(lambda: "¶ 31" in desk.text())


async def bookmarks(desk: Desk) -> None:
    await desk.press("v", "m")
    await desk.type("the lamp")
    await desk.press("enter", "grave_accent")


async def summary(desk: Desk) -> None:
    await desk.press("u", "s")


async def help_page(desk: Desk) -> None:
    await desk.press("question_mark")


async def library(desk: Desk) -> None:
    await desk.press("L")


SCREENS: dict[str, Callable[[Desk], Awaitable[None]]] = {
    "text": text,
    "answer": answer,
    "conversation": conversation,
    "find": find,
    "names": names,
    "search": search,
    "bookmarks": bookmarks,
    "summary": summary,
    "help": help_page,
    "library": library,
}


PAINTED = ("longread-dark", "longread-light")
"""Themes in which the colours are looked at; the characters are the same in all."""


@pytest.fixture(autouse=True)
def _same_everywhere(monkeypatch: pytest.MonkeyPatch, model: ScriptedModel) -> None:
    """One day, one model, a cursor that does not blink, and no notice that comes and passes."""
    monkeypatch.setattr("longread.memory.bookmarks.now", lambda: "2026-01-02T03:04:05+00:00")
    monkeypatch.setattr("textual.widgets.Input.cursor_blink", False)
    monkeypatch.setattr("textual.app.App.notify", lambda *told, **how: None)
    model.fallback = cited("maroon car")


async def settle(desk: Desk, name: str) -> None:
    await desk.until(lambda: "read by the model" in desk.status)
    await SCREENS[name](desk)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SCREENS)
def test_the_screen_looks_as_it_did(
    read: Read, book: Path, name: str, size: tuple[int, int]
) -> None:
    shown: dict[str, str] = {}

    async def flow(desk: Desk) -> None:
        await settle(desk, name)
        shown[""] = desk.text() + "\n"
        for theme in PAINTED:
            desk.app.theme = theme
            await desk.pilot.pause()
            shown[f".{theme}"] = desk.colours() + "\n"

    read(flow, book, size=size)
    for ending, screen in shown.items():
        file = SNAPSHOTS / f"{name}-{size[0]}x{size[1]}{ending}.txt"
        if os.environ.get("LONGREAD_WRITE_SNAPSHOTS"):
            file.write_text(screen, "utf-8")
        assert screen == file.read_text("utf-8"), file.name


def test_every_theme_can_be_read(read: Read, book: Path) -> None:
    """Text stands out from what is behind it by 3 to 1 at least, on several screens."""

    async def flow(desk: Desk) -> None:
        await settle(desk, "answer")
        for theme in themes.THEMES:
            desk.app.theme = theme.name
            await desk.pilot.pause()
            assert not poor(desk), f"{theme.name}: {poor(desk)[:5]}"
            await desk.press("question_mark")
            assert not poor(desk), f"{theme.name}, help: {poor(desk)[:5]}"
            await desk.press("escape")

    read(flow, book, size=(140, 40))


def poor(desk: Desk) -> list[str]:
    """Words that hardly stand out; behind a dialog they are meant to step back."""
    found = []
    top = desk.app.screen
    region = top.query_one("Dialog > Vertical").region if isinstance(top, Dialog) else top.region
    strips = top._compositor.render_strips()[region.y : region.bottom]
    for strip in (strip.crop(region.x, region.right) for strip in strips):
        found += [
            f"{segment.text.strip()} ({contrast(segment):.1f})"
            for segment in strip
            if any(c.isalnum() for c in segment.text) and contrast(segment) < 3.0
        ]
    return found


def contrast(segment: Segment) -> float:
    """Contrast of a segment's colours, as WCAG 2 defines it."""
    style = segment.style
    assert style is not None
    if style.color is None or style.bgcolor is None:
        return 21.0
    one, other = sorted((luminance(style.color), luminance(style.bgcolor)))
    return (other + 0.05) / (one + 0.05)


def luminance(color: Color) -> float:
    parts = [value / 255 for value in color.get_truecolor()]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
