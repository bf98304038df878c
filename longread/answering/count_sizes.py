"""Counting by size: which units are longest or shortest, which are longer than so many words, and
how long they are on average."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from longread.answering.count_kinds import Unit, Units
from longread.answering.count_parts import (
    NAMED,
    beginning,
    each_unit,
    own_text,
    paragraphs_of,
    parts_of,
)
from longread.answering.counted import MOST_NAMED, Counted, listed, several, title_of, where
from longread.answering.words import Measure, count_words
from longread.document import Document, Span
from longread.structure import Part

_ROUNDED = 100
"""From this size on an average has no decimals."""


def by_size(
    query: Units,
    document: Document,
    units: Sequence[Part],
    measure: Measure,
    figures: dict[str, Any],
) -> Counted:
    """Which of some units, of which there is one at least, have the size that is asked for. A
    section counts without those below it, unless it has nothing but them."""
    own: dict[Part, list[Span]] = {}
    if query.unit in NAMED:
        every = parts_of(document, query.unit)
        own = dict(zip(every, own_text(every), strict=True))
        told = [unit for unit in units if _has_text(document, unit, own[unit])]
        units = told or units
    sized = "letter" if query.unit == "word" else measure if query.by == "word" else query.by
    sizes = [_size(unit, own.get(unit), query, document, measure) for unit in units]
    if query.asked == "lengths":
        return _listed(units, sizes, sized, figures)
    if query.asked == "average":
        return _average(query, sizes, sized, figures)
    if query.asked in ("longer", "shorter"):
        return _beyond(query, dict(zip(units, sizes, strict=True)), sized, figures)
    if query.rank > 1 or query.number > 1:
        return _ranked(query, dict(zip(units, sizes, strict=True)), sized, figures)
    return _extremes(query, units, sizes, sized, own, figures)


def _size(
    unit: Part, own: Sequence[Span] | None, query: Units, document: Document, measure: Measure
) -> int:
    if query.unit == "word":
        return unit.span.end - unit.span.start
    if query.by == "word":
        return count_words(document, own or [unit.span], measure)
    return sum(1 for _ in each_unit(document, query.by, (unit,), measure))


def _listed(
    units: Sequence[Part], sizes: Sequence[int], sized: str, figures: dict[str, Any]
) -> Counted:
    every = list(zip(units, sizes, strict=True))
    lines = [f"{title_of(unit)}: {size:,} {several(sized, size)}" for unit, size in every]
    figures |= {f"{sized}s_of": {unit.name: size for unit, size in every}}
    return Counted("\n".join(lines), tuple(map(beginning, units)), figures)


def _extremes(
    query: Units,
    units: Sequence[Part],
    sizes: Sequence[int],
    sized: str,
    own: Mapping[Part, Sequence[Span]],
    figures: dict[str, Any],
) -> Counted:
    extreme = max(sizes) if query.asked == "longest" else min(sizes)
    if not max(sizes):
        return Counted(f"There are no {sized}s{where(query.within)}.", (), figures)
    best = [unit for unit, size in zip(units, sizes, strict=True) if size == extreme]
    figures |= {f"{sized}s": extreme}
    names = list(dict.fromkeys(_shown(query.unit, unit) for unit in best))
    many = len(names if query.unit == "word" else best) > 1
    are = f"{'are' if many else 'is'}{' in' if query.unit in ('sentence', 'line') else ''}"
    size = f"{extreme:,} {several(sized, extreme)}{' each' if many else ''}"
    text = f"The {_superlative(query, 1 + many)}{where(query.within)} {are} {listed(names)}: {size}"
    if query.by == "word" and any(_has_parts(unit, own.get(unit)) for unit in best):
        text += f", without the {query.unit}s below"
    return Counted(f"{text}.", tuple(unit.span for unit in best[:MOST_NAMED]), figures)


def _ranked(
    query: Units, sizes: Mapping[Part, int], sized: str, figures: dict[str, Any]
) -> Counted:
    """The second longest, or the three longest, of which there may be fewer."""
    sign = -1 if query.asked == "longest" else 1
    in_order = {
        _shown(query.unit, unit): unit
        for unit in sorted(sizes, key=lambda unit: (sign * sizes[unit], unit.span.start))
    }
    chosen = list(in_order.items())[query.rank - 1 :][: query.number]
    figures |= {f"{sized}s_of": {name: sizes[unit] for name, unit in chosen}}
    if not chosen:
        number = len(in_order)
        are = "is" if number == 1 else "are"
        return Counted(f"There {are} {number} {several(query.unit, number)}.", (), figures)
    told = [f"{name}: {sizes[unit]:,} {several(sized, sizes[unit])}" for name, unit in chosen]
    places = tuple(unit.span for _, unit in chosen)
    if query.number == 1:
        place = {2: "second", 3: "third"}.get(query.rank, f"{query.rank}th")
        text = f"The {place} {query.asked} {query.unit}{where(query.within)} is {told[0]}."
        return Counted(text, places, figures)
    text = f"The {len(told)} {query.asked} {query.unit}s{where(query.within)}:"
    return Counted("\n".join([text, *told]), places, figures)


def _beyond(
    query: Units, sizes: Mapping[Part, int], sized: str, figures: dict[str, Any]
) -> Counted:
    longer = query.asked == "longer"
    found = [
        unit
        for unit, size in sizes.items()
        if (size > query.number if longer else size < query.number)
    ]
    figures |= {f"{query.asked}": len(found)}
    are = "is" if len(found) == 1 else "are"
    limit = f"{query.number:,} {several(sized, query.number)}"
    text = f"{len(found):,} of {len(sizes):,} {query.unit}s{where(query.within)} {are} "
    text += f"{query.asked} than {limit}"
    if query.unit in NAMED and found:
        named = [f"{title_of(unit)} ({sizes[unit]:,})" for unit in found]
        text += f": {listed(named)}"
    return Counted(f"{text}.", tuple(unit.span for unit in found[:MOST_NAMED]), figures)


def _average(query: Units, sizes: Sequence[int], sized: str, figures: dict[str, Any]) -> Counted:
    average = sum(sizes) / len(sizes)
    figures |= {f"{sized}s_on_average": average}
    shown = f"{average:,.0f}" if average >= _ROUNDED else f"{average:,.1f}"
    have, each = ("has", "") if len(sizes) == 1 else ("have", " each")
    text = f"The {len(sizes):,} {several(query.unit, len(sizes))}{where(query.within)} {have} "
    return Counted(f"{text}{shown} {sized}s{each} on average.", (), figures)


def _superlative(query: Units, number: int) -> str:
    units = several(query.unit, number)
    if query.by == "word":
        return f"{query.asked} {units}"
    return f"{units} with the {'most' if query.asked == 'longest' else 'fewest'} {query.by}s"


def _shown(unit: Unit, part: Part) -> str:
    return f"“{part.name}”" if unit == "word" else part.name


def _has_text(document: Document, part: Part, own: Sequence[Span]) -> bool:
    """Whether a part is more than a heading over others."""
    return not _has_parts(part, own) or any(
        paragraph.kind != "heading" for span in own for paragraph in paragraphs_of(document, span)
    )


def _has_parts(part: Part, own: Sequence[Span] | None) -> bool:
    return own is not None and sum(s.end - s.start for s in own) < part.span.end - part.span.start
