"""Questions that counting answers: how often, where, how many, which is longest, first words; and
those that a file's own description does: by whom it is, and what it is called.

Only forms that cannot mean anything else are taken (`count_forms`); any other question is answered
from evidence. The forms are English ones, which others are translated to (`translated`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Literal

from longread.answering.captions import Captioned, captions
from longread.answering.count_forms import form_of, forms
from longread.answering.count_kinds import (
    Asked,
    Beside,
    Captioning,
    Captions,
    Description,
    Divisions,
    Edges,
    Occurrences,
    Query,
    Unit,
    Units,
    Whereabouts,
)
from longread.answering.phrases import Phrase, phrases_in, signs_in, unquoted
from longread.document import LINE_KINDS, Document, Span
from longread.numbered_parts import parts_with_word
from longread.numerals import parse_number
from longread.part_names import TITLED_PARTS, Titles, parts_called
from longread.structure import Part

_POLITE = re.compile(
    r"\A(?:(?:please|can you|could you|would you|tell me|i(?: want| would like|['’]d like) to know)"
    r"[\s,:]+)+",
    re.IGNORECASE,
)
_BESIDES = re.compile(
    r"(?:[\s,]+(?:please|in total|in all|altogether))+\Z|\bvery (?=first|last)", re.IGNORECASE
)
_CONTRACTED = re.compile(
    r"\b(what|who|where|when|which|how|chapter|section|page)['’]s\b(?! (?:first|last|opening))",
    re.IGNORECASE,
)
_WHOLE = form_of("(the|this|all of the) (whole |entire |full )?{TEXT}|total|all|it")
_WORKS = form_of("{WORKS}")
_OF_THE_TEXT = form_of(" (of|in) (the|this) {TEXT}$")
_TITLED = re.compile(rf"(?:the\s+)?{TITLED_PARTS}", re.IGNORECASE)
_FEWEST_COMPARED = 2
_UNITS: tuple[Unit, ...] = (
    "chapter",
    "section",
    "page",
    "part",
    "paragraph",
    "sentence",
    "line",
    "word",
)
_MOST_FREQUENT = 10
_FEW = {"few": 3, "couple of": 2}
_SURELY_DIVISIONS = frozenset({"part", "volume"})
"""Words that mean parts of the text also where there are none."""

_OF_WORDS: Mapping[str, Literal["count", "length", "distinct", "frequent"]] = {
    "word count": "count",
    "length": "length",
    "distinct": "distinct",
    "frequent": "frequent",
}
"""Kinds of questions on words that do not name them as the unit, and what they ask."""

_OF_UNITS: Mapping[str, Literal["count", "average", "lengths"]] = {
    "units": "count",
    "average": "average",
    "lengths": "lengths",
}
"""Kinds of questions on any units, and what they ask."""

_ON_UNITS = frozenset({*_OF_WORDS, *_OF_UNITS, "longest", "longer", "edges", "titles", "begins"})

_ENDS = frozenset(
    {"last", "closing", "final", "penultimate", "end", "close", "finish", "ends", "closes"}
)
_NTH = {"penultimate": 2, "second-to-last": 2, "second to last": 2}
_SIDES: Mapping[str, Literal["after", "before"]] = {
    "after": "after",
    "follows": "after",
    "following": "after",
    "before": "before",
    "precedes": "before",
    "preceding": "before",
}


def asks_for_units(question: str) -> bool:
    """Whether a question is one of those on units, their sizes, titles and ends, whatever part it
    names."""
    text = _plain(question)
    return any(kind in _ON_UNITS and form.fullmatch(text) for kind, form in forms())


def parse(question: str, document: Document) -> Query | None:
    """What a question asks to be counted in a document; None where counting does not answer
    it, or where it names a part that the document does not have."""
    text = _plain(question)
    for kind, form in forms():
        match = form.fullmatch(text)
        if match:
            query = _build(kind, match.groupdict(), document)
            if query is not None:
                return query
    return None


def _plain(question: str) -> str:
    text = _POLITE.sub("", question.strip().rstrip("?.! ").strip())
    return _CONTRACTED.sub(r"\1 is", _BESIDES.sub("", text))


def _build(kind: str, found: dict[str, str | None], document: Document) -> Query | None:
    if build := _BUILT_ALONE.get(kind):
        return build(kind, found, document)
    named = found.get("within") or found.get("part") or found.get("among")
    within = _parts(named, document, is_named=kind != "length")
    if within and found.get("other_part"):
        other = _parts(found["other_part"], document, is_named=False)
        within = (*within, *other) if other else None
    if within is not None and found.get("side"):
        within = _beyond(within, found["side"] or "", document)
    unit = _unit(found.get("unit") or found.get("unit_named"))
    # A ship has parts as well.
    if within is None or (unit == "part" and not parts_with_word(document, "part")):
        return None
    if "what" not in found and "signs" not in found:
        if kind == "edges":
            return _edges(found, unit, within, document)
        return _units(kind, found, unit, within, document)
    phrases = _phrases(found, document)
    if phrases is None or (kind in ("compare", "together") and len(phrases) < _FEWEST_COMPARED):
        return None
    usual: Unit = "paragraph" if kind == "together" else "chapter"
    speaker = found.get("speaker")
    if speaker and (named_as_part := _parts(speaker, document)) is not None:
        # A chapter may say something as well, and so may the text.
        within, speaker = within or named_as_part, None
    return Occurrences(phrases, _asked(kind, found), unit or usual, within, speaker=speaker)


def _phrases(found: Mapping[str, str | None], document: Document) -> tuple[Phrase, ...] | None:
    if signs := found.get("signs"):
        return signs_in(signs, document.text)
    return phrases_in(", ".join(filter(None, (found["what"], found.get("other")))))


def _divisions(_kind: str, found: Mapping[str, str | None], document: Document) -> Query | None:
    word = (found["division"] or "").casefold().removesuffix("s")
    known = word in _SURELY_DIVISIONS or parts_with_word(document, word)
    return Divisions(word) if known else None


def _description(kind: str, _found: Mapping[str, str | None], document: Document) -> Query | None:
    if kind == "author":
        return Description("author") if document.author else None
    return Description("title") if document.title else None


def _asked(kind: str, found: Mapping[str, str | None]) -> Asked:
    if kind == "first/last":
        return "last" if (found["end"] or "").casefold() == "last" else "first"
    if kind == "most":
        return "most" if (found["most"] or "").casefold() == "most" else "least"
    asked: dict[str, Asked] = {
        "compare": "compare",
        "places": "places",
        "absent": "absent",
        "each": "each",
        "together": "together",
        "holding": "holding",
    }
    return asked.get(kind, "count")


def _units(
    kind: str,
    found: dict[str, str | None],
    unit: Unit | None,
    within: tuple[Part, ...],
    document: Document,
) -> Query | None:
    if kind in ("titles", "around"):
        return _titles(found, unit, within, document)
    if kind == "captions":
        return _captions(found, within, document)
    if kind in _OF_WORDS:
        number = _number(found.get("many"), _MOST_FREQUENT)
        return Units("word", _OF_WORDS[kind], within, number=number)
    by = _unit(found.get("by")) or "word"
    if unit is None or ("line" in (unit, by) and not _keeps_lines(document)):
        return None
    if kind == "units" and within and _WORKS.fullmatch(found["unit"] or ""):
        # A house that a chapter is called after has other stories.
        return None
    if kind in _OF_UNITS:
        return Units(unit, _OF_UNITS[kind], within, by=by)
    all_ranked = kind == "ranked"
    more = all_ranked or (found["size"] or "").casefold() in ("longest", "most", "longer", "more")
    if kind == "longer":
        limit = int(re.sub(r"\D", "", found["limit"] or "") or 0)
        return Units(unit, "longer" if more else "shorter", within, number=limit)
    return Units(
        unit,
        "longest" if more else "shortest",
        within,
        rank=parse_number(found.get("rank") or "") or 1,
        number=len(document.text) if all_ranked else _number(found.get("many")),
        by=by,
    )


def _captions(
    found: dict[str, str | None], within: tuple[Part, ...], document: Document
) -> Query | None:
    word: Captioned = "table" if found["captioned"] == "tables" else "figure"
    # Without captions, tables may stand in a room.
    return Captions(word, within) if captions(word, document) else None


def _captioning(_kind: str, found: Mapping[str, str | None], document: Document) -> Query | None:
    word: Captioned = "table" if (found["captioned"] or "").casefold()[0] == "t" else "figure"
    caption = captions(word, document).get((found["number"] or "").upper())
    return Captioning(caption) if caption is not None else None


def _titles(
    found: dict[str, str | None], unit: Unit | None, within: tuple[Part, ...], document: Document
) -> Query | None:
    if found.get("called"):
        called = _parts(found["called"], document, is_named=False)
        return Units("chapter", "names", called) if called else None
    if found.get("around"):
        page = _parts(found["around"], document)
        return Units(unit or "chapter", "around", page) if page else None
    around = _parts(found.get("of"), document)
    if around is None or (found.get("headings") and not around):
        return None
    usual: Unit = "section" if found.get("headings") else "chapter"
    return Units(unit or usual, "titles", around or within)


def _edges(
    found: dict[str, str | None],
    unit: Unit | None,
    within: tuple[Part, ...],
    document: Document,
) -> Query | None:
    if found.get("paragraph"):
        quoted = _parts(found["paragraph"], document)
        return Edges("paragraph", "first", None, quoted) if quoted else None
    element = _unit(found.get("element")) or "sentence"
    edge = (found.get("edge") or "").casefold()
    end: Literal["first", "last"] = "last" if edge in _ENDS or edge in _NTH else "first"
    nth = _NTH.get(edge) or parse_number(edge or found.get("nth") or "") or 1
    if element == "line" and nth > 1 and not _keeps_lines(document):
        return None
    if found.get("every"):
        return Edges(element, end, unit, within, nth)
    alone = _parts(found.get("alone"), document)
    if alone is None:
        return None
    several = (found.get("element") or "").casefold() == "words" and not found.get("many")
    # The last words of a book are more than one, but how many is not said.
    return Edges(
        "sentence" if several else element, end, None, alone, nth, _number(found.get("many"))
    )


def _about_a_part(kind: str, found: Mapping[str, str | None], document: Document) -> Query | None:
    named = found.get("beside") or found.get("begun") or found.get("somewhere")
    parts = _parts(named, document) or ()
    if len(parts) != 1:
        return None
    if kind == "beside":
        return Beside(parts[0], _SIDES[(found["side"] or "").casefold()])
    end: Literal["begins", "ends"] = (
        "ends" if (found.get("end") or "").casefold() == "end" else "begins"
    )
    return Whereabouts(parts[0], end, by_page=bool(found.get("begun")))


_BUILT_ALONE: Mapping[str, Callable[[str, Mapping[str, str | None], Document], Query | None]] = {
    "author": _description,
    "title": _description,
    "divisions": _divisions,
    "caption": _captioning,
    "beside": _about_a_part,
    "begins": _about_a_part,
}
"""Builders of the queries that are not about units or words within some parts, by their kinds."""


def _parts(
    name: str | None, document: Document, *, is_named: bool = True
) -> tuple[Part, ...] | None:
    """The parts that a name stands for; empty for the whole text, None for no part. Unless it
    ``is_named`` as a part, it may be a thing in the story, whatever chapters are called, as in
    "How long is the bridge?"; then a title is one in quotation marks, or of a preface and the like.
    Else it is a whole one, for "the letter" is no chapter that is called “The Letter in the
    Well”."""
    if not name or _WHOLE.fullmatch(name.strip()):
        return ()
    name = _OF_THE_TEXT.sub("", name.strip())
    known = unquoted(name) is not None or _TITLED.fullmatch(name)
    titles: Titles = "any words" if known else "whole" if is_named else "none"
    return parts_called(name, document, titles=titles) or None


def _beyond(parts: tuple[Part, ...], side: str, document: Document) -> tuple[Part, ...] | None:
    """What stands before or after some parts, or up to and with them; None for the whole text."""
    if not parts:
        return None
    names = " and ".join(part.name for part in parts)
    if side.casefold() == "after":
        span = Span(max(part.span.end for part in parts), len(document.text))
    elif side.casefold() == "before":
        span = Span(0, min(part.span.start for part in parts))
    else:
        span = Span(0, max(part.span.end for part in parts))
    return (Part(f"the text {side.casefold()} {names}", span),)


def _keeps_lines(document: Document) -> bool:
    return any(item.kind in LINE_KINDS for item in document.paragraphs)


def _number(written: str | None, usual: int = 1) -> int:
    """How many are meant, in digits or words."""
    said = " ".join((written or "").casefold().split())
    return _FEW.get(said) or parse_number(said) or usual


def _unit(name: str | None) -> Unit | None:
    """The unit of a name; what a collection is of has the place of chapters."""
    if _WORKS.fullmatch(name or ""):
        return "chapter"
    singular = (name or "").casefold().removeprefix("sub").rstrip("s")
    return next((unit for unit in _UNITS if unit == singular), None)
