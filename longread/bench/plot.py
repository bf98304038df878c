"""Plots as SVG files, for figures in documents."""

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

    parts = [*_frame(title, x_label, y_label)]
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


def heat_map(title: str, x_label: str, y_label: str, cells: Mapping[tuple[str, str], float]) -> str:
    """An SVG document with a square for each (row, column), whose value is a share from 0 to 1;
    rows and columns come in the order in which they are met.

    Raises:
        ValueError: there is no cell at all.
    """
    if not cells:
        raise ValueError("There is nothing to plot.")
    rows = list(dict.fromkeys(row for row, _ in cells))
    columns = list(dict.fromkeys(column for _, column in cells))
    wide = (_WIDTH - _LEFT - _RIGHT) / len(columns)
    high = (_HEIGHT - _TOP - _BOTTOM) / len(rows)
    parts = [*_frame(title, x_label, y_label)]
    for index, column in enumerate(columns):
        parts.append(_text(_LEFT + (index + 0.5) * wide, _HEIGHT - _BOTTOM + 18, column, "middle"))
    for index, row in enumerate(rows):
        parts.append(_text(_LEFT - 6, _TOP + (index + 0.5) * high + 4, row, "end"))
    for (row, column), share in cells.items():
        x, y = _LEFT + columns.index(column) * wide, _TOP + rows.index(row) * high
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide - 2:.1f}" height="{high - 2:.1f}" '
            f'fill="{_shade(share)}"/>'
        )
        parts.append(_text(x + wide / 2, y + high / 2 + 4, f"{share:.2f}", "middle"))
    return "\n".join([*parts, "</svg>\n"])


def _shade(share: float) -> str:
    """From the second colour for 0 through white to the first for 1, pale enough for text."""
    end = (0x8F, 0xBF, 0xDF) if share >= 0.5 else (0xF0, 0xA0, 0x78)
    strength = abs(share - 0.5) * 2
    return "#" + "".join(f"{round(255 + (part - 255) * strength):02x}" for part in end)


def _frame(title: str, x_label: str, y_label: str) -> tuple[str, ...]:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        _text(_WIDTH / 2, 20, title, "middle", 15),
        _text(_WIDTH / 2, _HEIGHT - 12, x_label, "middle"),
        _text(_LEFT, _TOP - 8, y_label, "start"),
    )


def _text(x: float, y: float, text: str, anchor: str, size: int = 12) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(text)}</text>"
    )
