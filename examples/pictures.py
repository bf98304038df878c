"""Pictures of the reader, as SVG: the sample book with the installed model, driven by its keys.

``python examples/pictures.py docs/pictures``. The first run waits until the model has read the
book and written its summary, some minutes; what it keeps is in LONGREAD_HOME.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path

from textual import events
from textual.pilot import Pilot

from longread.tui.app import ReaderApp
from longread.tui.book_screen import BookScreen
from longread.tui.status_line import StatusLine
from longread.workspace import Options

SAMPLE = Path(__file__).parent / "the-uncorrected-tide.epub"
QUESTION = "How much was each widow paid?"
READING_SECONDS = 3_600.0


async def main(folder: Path) -> None:
    """Take all pictures."""
    app = ReaderApp(Options(), str(SAMPLE))
    async with app.run_test(size=(132, 36)) as pilot:
        await _until(pilot, lambda: isinstance(app.screen, BookScreen), 60)
        status = app.screen.query_one(StatusLine)
        await _until(pilot, lambda: "read by the model" in status.said, READING_SECONDS)
        if "up to here" in status.said:
            await pilot.press("u")
        before = len(app.screen.query("ExchangeView"))
        await pilot.press("a")
        for character in QUESTION:
            app.post_message(events.Key(character, character))
        await pilot.press("enter")
        await _until(pilot, lambda: len(app.screen.query("ExchangeView")) > before, 60)
        book = app.screen
        assert isinstance(book, BookScreen)
        await _until(pilot, lambda: not book.waits, 300)
        await pilot.press("1")
        await _take(app, pilot, folder / "answer.svg")
        await pilot.press("w")
        await _until(pilot, lambda: app.screen is not book, 60)
        await _take(app, pilot, folder / "names.svg")
        await pilot.press("escape", "s")
        await _until(pilot, lambda: app.screen is not book, 60)
        await _take(app, pilot, folder / "summary.svg")
        await pilot.press("escape", "L")
        await _take(app, pilot, folder / "library.svg")
    app.let_go()


async def _until(pilot: Pilot[None], true: Callable[[], bool], seconds: float) -> None:
    for _ in range(round(seconds / 0.1)):
        await pilot.pause(0.1)
        if true():
            return
    raise TimeoutError(f"it took longer than {seconds:.0f} s")


async def _take(app: ReaderApp, pilot: Pilot[None], file: Path) -> None:
    app.clear_notifications()
    await pilot.pause(1.0)
    # A picture must not fetch its letters from anywhere.
    svg = re.sub(r"@font-face\s*\{[^}]*\}", "", app.export_screenshot(title="longread"))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(svg.replace("Fira Code,", ""), "utf-8")
    print(file)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/pictures")))
