"""One line on where the reader is, how far the model has read, and what leaves the machine."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from rich.text import Text
from textual.widget import Widget

from longread.attendant import ReadingNews
from longread.text import duration, one_line

_PARTS = ("place", "share", "upto", "reading", "model", "privacy")
# Where there is little room: what is left out, and to how many cells what of the rest is cut.
_SHORTER: tuple[tuple[tuple[str, ...], dict[str, int]], ...] = (
    ((), {"reading": 12, "place": 30}),
    (("model",), {"reading": 12, "place": 30}),
    (("model", "reading"), {"place": 12}),
    (("model", "reading", "share"), {"place": 12}),
)


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
        """Set parts of the line: place, share, upto, reading, model, privacy."""
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
        for without, least in _SHORTER:
            parts = {name: part for name, part in self._parts.items() if name not in without}
            for name, fewest in least.items():
                over = cell_len(_line(parts)) - cells
                if over > 0:
                    most = max(fewest, cell_len(parts[name]) - over)
                    shown = _fewer(parts[name], most) if name == "reading" else parts[name]
                    parts[name] = _cut(shown, most).plain
            line = _line(parts)
            if cell_len(line) <= cells:
                break
        return line


def _fewer(said: str, cells: int) -> str:
    """As much of what is said between commas as fits into so many cells; the first of it in any
    case."""
    pieces = said.split(", ")
    while len(pieces) > 1 and cell_len(", ".join(pieces)) > cells:
        pieces.pop()
    return ", ".join(pieces)


def _cut(text: str, cells: int) -> Text:
    """A text of at most so many cells, with a sign where it was longer."""
    shown = Text(text, no_wrap=True)
    shown.truncate(cells, overflow="ellipsis")
    return shown


def _line(parts: Mapping[str, str]) -> str:
    """The parts in one line; how much of the text stands before a place goes with the place."""
    where = "  ".join(filter(None, (parts.get("place"), parts.get("share"))))
    others = (part for name, part in parts.items() if name not in ("place", "share"))
    return "  ·  ".join(filter(None, (where, *others)))


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
