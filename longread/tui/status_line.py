"""One line on where the reader is, how far the model has read, and what leaves the machine."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from longread.attendant import ReadingNews
from longread.text import duration, one_line


class StatusLine(Static):
    """Parts of the line are set one by one; those that are empty are left out."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; color: $foreground; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("", id=id, markup=False)
        self._parts = dict.fromkeys(("place", "upto", "reading", "model", "privacy"), "")

    def say(self, **parts: str) -> None:
        """Set parts of the line: place, upto, reading, model, privacy."""
        self._parts |= parts
        self.update(Text(self.said, no_wrap=True, overflow="ellipsis"))

    @property
    def said(self) -> str:
        """All of the line, however much of it there is room for."""
        return "  ·  ".join(part for part in self._parts.values() if part)


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
