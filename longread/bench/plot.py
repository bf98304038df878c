"""A line plot as an SVG file, for figures in documents."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

_COLOURS = ("#1b6ca8", "#c2410c", "#15803d", "#7e22ce")
_WIDTH, _HEIGHT = 720, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 20, 40, 60

Points = Sequence[tuple[float, float]]


def line_plot(
    title: str, x_label: str, y_label: str, curves: Mapping[str, Points], *, log_y: bool = False
) -> str:
    """An SVG document with one line for each named curve of (x, y) points.

    Raises:
        ValueError: there is no point at all.
    """
    points = [point for curve in curves.values() for point in curve]
    if not points:
        raise ValueError("There is nothing to plot.")
    scale = math.log10 if log_y else float
    highest_x = max(x for x, _ in points) or 1.0
    low = min(scale(y) for _, y in points)
    high = max(scale(y) for _, y in points)
    low, high = (low, high) if high > low else (low - 0.5, high + 0.5)
    margin = (high - low) * 0.05
    low, high = low - margin, high + margin

    def place(x: float, y: float) -> tuple[float, float]:
        across = _LEFT + x / highest_x * (_WIDTH - _LEFT - _RIGHT)
        down = _TOP + (high - scale(y)) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)
        return across, down

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        _text(_WIDTH / 2, 20, title, "middle", 15),
        _text(_WIDTH / 2, _HEIGHT - 12, x_label, "middle"),
        _text(_LEFT, _TOP - 8, y_label, "start"),
    ]
    for step in range(6):
        x = highest_x * step / 5
        across, _ = place(x, points[0][1])
        parts.append(_text(across, _HEIGHT - _BOTTOM + 18, f"{x:,.0f}", "middle"))
        level = low + (high - low) * step / 5
        value = 10**level if log_y else level
        _, down = place(0, value)
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{down:.1f}" y2="{down:.1f}" '
            'stroke="#ddd"/>'
        )
        parts.append(_text(_LEFT - 6, down + 4, f"{value:,.4g}", "end"))
    for index, (name, curve) in enumerate(curves.items()):
        colour = _COLOURS[index % len(_COLOURS)]
        path = " ".join("{:.1f},{:.1f}".format(*place(x, y)) for x, y in curve)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
        )
        across = _LEFT + 12 + index * 160
        parts.append(
            f'<line x1="{across}" x2="{across + 22}" y1="{_HEIGHT - 32}" y2="{_HEIGHT - 32}" '
            f'stroke="{colour}" stroke-width="3"/>'
        )
        parts.append(_text(across + 28, _HEIGHT - 28, name, "start"))
    return "\n".join([*parts, "</svg>\n"])


def _text(x: float, y: float, text: str, anchor: str, size: int = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(text)}</text>"
    )
