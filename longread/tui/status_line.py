"""One line on where the reader is, how far the model has read, and what leaves the machine."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from longread.attendant import ReadingNews
from longread.text import duration, one_line

_PARTS = ("place", "upto", "reading", "model", "privacy")
_LEAST = 12
# Where there is little room: what is left out, and what of the rest is cut.
_SHORTER = (((), "reading"), (("model",), "reading"), (("model", "reading"), "place"))


class StatusLine(Widget):
    """Parts of the line are set one by one; those that are empty are left out. What leaves the
    machine is said in any case, however little room there is."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._parts = dict.fromkeys(_PARTS, "")

    def say(self, **parts: str) -> None:
        """Set parts of the line: place, upto, reading, model, privacy."""
        self._parts |= parts
        self.refresh()

    def part(self, name: str) -> str:
        """A part of the line, as it was set."""
        return self._parts[name]

    @property
    def said(self) -> str:
        """All of the line, however much of it there is room for."""
        return _line(self._parts)

    def render(self) -> Text:
        """As much of the line as there is room for."""
        return _cut(self._fitting(self.size.width), self.size.width)

    def _fitting(self, cells: int) -> str:
        line = ""
        for without, cut in _SHORTER:
            parts = {name: part for name, part in self._parts.items() if name not in without}
            over = cell_len(_line(parts)) - cells
            if over > 0:
                least = max(_LEAST, cell_len(parts[cut]) - over)
                parts[cut] = _cut(parts[cut], least).plain
            line = _line(parts)
            if cell_len(line) <= cells:
                break
        return line


def _cut(text: str, cells: int) -> Text:
    """A text of at most so many cells, with a sign where it was longer."""
    shown = Text(text, no_wrap=True)
    shown.truncate(cells, overflow="ellipsis")
    return shown


def _line(parts: Mapping[str, str]) -> str:
    return "  ·  ".join(part for part in parts.values() if part)


def reading_text(news: ReadingNews) -> str:
    """How far the model is, in a few words."""
    if news.finished:
        return "read by the model" + (f", {news.detail}" if news.detail else "")
    if not news.share:
        return one_line(news.doing, 80)
    same = news.detail == news.doing
    left = f", {duration(news.seconds_left)} left" if news.seconds_left else ""
    detail = f", {news.detail}" if news.detail and not same else ""
    return f"{news.doing} {news.share:.0%}{left}{detail}"
