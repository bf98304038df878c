"""A portrait as one page of HTML that needs nothing else: no network, no script."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from longread.report.portrait import Portrait
from longread.text import amount, duration, one_line, sanitise

if TYPE_CHECKING:
    from jinja2 import Template

_BAR_HEIGHT = 150
_WIDTH = 1_000


def page(portrait: Portrait) -> str:
    """The page, whole. Titles, sentences and passages are untrusted, and come in as text alone."""
    most_words = max((chapter.words for chapter in portrait.chapters), default=1)
    most_together = max((n for _, row in portrait.together for n in row), default=1)
    return _template().render(
        portrait=portrait,
        most_words=max(1, most_words),
        most_together=max(1, most_together),
        curve=_curve(portrait),
        width=_WIDTH,
        height=_BAR_HEIGHT,
    )


def _curve(portrait: Portrait) -> str:
    """How much of the reading is done at the end of each chapter, as the points of a line."""
    total = sum(chapter.words for chapter in portrait.chapters) or 1
    step = _WIDTH / max(1, len(portrait.chapters))
    points, done = ["0," + str(_BAR_HEIGHT)], 0
    for number, chapter in enumerate(portrait.chapters, 1):
        done += chapter.words
        points.append(f"{number * step:.1f},{_BAR_HEIGHT * (1 - done / total):.1f}")
    return " ".join(points)


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["line"] = lambda text: one_line(text, 5_000)
    environment.filters["clean"] = sanitise
    environment.filters["amount"] = amount
    environment.filters["time"] = lambda minutes: duration(minutes * 60)
    source = Path(__file__).with_name("page.html").read_text("utf-8")
    return environment.from_string(source)
