"""Where parts of a text stand: on which page one begins, and what comes after or before it."""

from __future__ import annotations

from collections.abc import Sequence

from longread.answering.count_kinds import Beside, Divisions, Unit, Whereabouts
from longread.answering.count_parts import beginning, no_parts, parts_of
from longread.answering.counted import Counted, several
from longread.document import Document, Span
from longread.numbered_parts import parts_with_word
from longread.structure import CutDocument, Part

_UNITS: tuple[Unit, ...] = ("chapter", "part", "page", "section")


def count_divisions(query: Divisions, document: Document) -> Counted:
    """How many parts, acts or the like there are, and what they are called."""
    found = parts_with_word(document, query.word)
    figures = {f"{query.word}s": len(found)}
    if not found:
        return Counted(f"The text has no {query.word}s that are marked as such.", (), figures)
    are = "is" if len(found) == 1 else "are"
    names = "\n".join(part.name for part in found)
    text = f"There {are} {len(found)} {several(query.word, len(found))}:\n{names}"
    return Counted(text, tuple(map(beginning, found)), figures)


def find_beside(query: Beside, document: Document) -> Counted:
    """Which part comes after or before one: of the chapters or pages if it is one of these, else of
    what stands side by side with it."""
    alike = (_alike(document, unit, query.part) for unit in _UNITS)
    among = next((parts for parts in alike if _place_among(parts, query.part) is not None), ())
    own = _place_among(among, query.part)
    if own is None:
        return Counted(f"There is nothing that stands beside {query.part.name}.")
    place = own + (1 if query.side == "after" else -1)
    if not 0 <= place < len(among):
        if query.side == "after" and isinstance(document, CutDocument):
            return Counted(f"Nothing behind {query.part.name} has been read.")
        which = "last" if query.side == "after" else "first"
        return Counted(f"{query.part.name} is the {which} one.", (beginning(query.part),))
    other = among[place]
    text = f"{other.name} comes {query.side} {query.part.name}."
    return Counted(text, (beginning(other),), {"title": other.name})


def _place_among(parts: Sequence[Part], part: Part) -> int | None:
    """Where a part is among some, whatever it is called there."""
    here = (part.span, part.section)
    same = (place for place, one in enumerate(parts) if (one.span, one.section) == here)
    return next(same, None)


def _alike(document: Document, unit: Unit, part: Part) -> tuple[Part, ...]:
    every = parts_of(document, unit)
    if unit != "section" or part.section is None:
        return every
    parent = document.sections[part.section].parent
    return tuple(
        one
        for one in every
        if one.section is not None and document.sections[one.section].parent == parent
    )


def find_whereabouts(query: Whereabouts, document: Document) -> Counted:
    """On which page a part begins or ends, and at which share of the text."""
    span = query.part.span
    place = span.start if query.end == "begins" else max(span.start, span.end - 1)
    page = document.page_at(place)
    cited = (Span(place, place),)
    share = round(100 * place / max(1, len(document.text)))
    whole = "what has been read" if isinstance(document, CutDocument) else "the text"
    if page is not None:
        label = document.pages[page].label
        text = f"{query.part.name} {query.end} on p. {label}, at {share}% of {whole}."
        return Counted(text, cited, {"page": label, "percent": share})
    text = f"{query.part.name} {query.end} at {share}% of {whole}."
    if query.by_page:
        text = f"{no_parts(document, 'page')} {text}"
    return Counted(text, cited, {"percent": share})
