"""Questions that counting answers: how often, where, how many, which is longest, first words; and
those that a file's own description does: by whom it is, and what it is called.

Only forms that cannot mean anything else are taken; any other question is answered from
evidence. The forms are English ones, which others are translated to (`translated`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from longread.answering.phrases import MARK, QUOTATION, Phrase, phrases_in, unquoted
from longread.document import LINE_KINDS, Document
from longread.forms import expression
from longread.part_names import TEXT_WORD, Titles, parts_called
from longread.structure import Part

Unit = Literal["chapter", "section", "page", "paragraph", "sentence", "line", "word"]


Asked = Literal["count", "compare", "places", "absent", "first", "last", "most", "least"]


@dataclass(frozen=True, slots=True)
class Occurrences:
    """How often phrases stand in the text, which of them more often, at which places, first, last,
    or in which ``unit`` most, least or not at all."""

    phrases: tuple[Phrase, ...]
    asked: Asked
    unit: Unit = "chapter"
    within: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Units:
    """How many units there are, which is longest or shortest, what they are called, or how
    long a part is."""

    unit: Unit
    asked: Literal["count", "longest", "shortest", "titles", "length"]
    within: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Edges:
    """The first or last word, sentence, line or paragraph of every unit, or of parts alone."""

    element: Unit
    end: Literal["first", "last"]
    unit: Unit | None
    within: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """Who wrote the text, or what it is called, as its file says."""

    asked: Literal["author", "title"]


Query = Occurrences | Units | Edges | Description

_PIECES = {
    "AUX": "(is|are|was|were|do|does|did|has|have|had)",
    "NOT": "((do|does|did|is|are|was|were) not|don['’]t|doesn['’]t|didn['’]t|isn['’]t|aren['’]t)",
    "STANDS": "({EXPRESSLY} )?(been |be |gets? )?(mentioned|named|referred to|repeated|occurs?|"
    "occurred|appears?|appeared)",
    "EXPRESSLY": "(explicitly|expressly|actually|directly|ever)",
    "HOLDS": "(mentions?|refers? to)",
    "TEXT": f"({TEXT_WORD}|author|work|file)",
    "TIMES": "how (many times|often|frequently)",
    "OFTEN": "(often|frequently|times)",
    "HITS": "(occurrences?|mentions?|appearances?|instances?)",
    "UNIT": "(?P<unit>chapters?|sections?|pages?|paragraphs?|sentences?|lines?|words?|{WORKS})",
    "PLACES": "(?P<unit>chapters?|sections?|pages?|{WORKS})",
    "WORKS": "(story|stories|tales?|poems?|essays?)",
    "ELEMENT": "(?P<element>words?|sentences?|lines?|paragraphs?)",
    "WHAT": "(?P<what>.+?)",
    "OTHER": "(?P<other>.+?)",
    "END": "(?P<end>first|last)",
    "SIZE": "(?P<size>longest|shortest)",
    "MOST": "(?P<most>most|least|fewest)",
    "SHOW": "(list|show|find|give|name|print|quote|what (is|are))( me| out)?",
}
"""What the forms below are made of."""

_PIECES["WITHIN"] = "( ?,? (in|within|on|throughout|across|over) (?P<within>.+?))?"
_PIECES["WHERE"] = "(where|when|(in|on|at) (which|what) {PLACES})"
_PIECES["THERE"] = (
    "( are there| there are| are| does (the|this) {TEXT} have| has (the|this) {TEXT})?"
)
_PIECES["ITSELF"] = "((the|this) {TEXT}|this)"
_PIECES["PASSAGES"] = "{SHOW} (all|every|each)( the)? (places?|passages?|pages?)"

_PIECES_OF_WORDINGS = _PIECES | {
    "STANDS": "(been |be )?(found|used|written|comes? up|turns? up|shows? up)",
    "HOLDS": "(names?|contains?|uses?|says?|has|have)",
    "HITS": "uses",
    "WHAT": f"(?P<what>({MARK} |(the )?{QUOTATION}).*?)",
}
"""Pieces that fit a pump and a letter as well, and are taken only of what is called a word or
stands in quotation marks."""

_FORMS = (
    ("first/last", "{WHERE} {AUX} {WHAT} (for the )?{END}( time)? {STANDS}{WITHIN}"),
    ("first/last", "{WHERE} {AUX} {WHAT} {STANDS} (for the )?{END}( time)?{WITHIN}"),
    ("first/last", "(where|what) is the {END} {HITS} of {WHAT}{WITHIN}"),
    ("first/last", "(which|what) {PLACES} {END} {HOLDS} {WHAT}"),
    ("first/last", "(which|what) {PLACES} {HOLDS} {WHAT} {END}"),
    ("count", "{TIMES} {AUX} (the|this) {TEXT} {HOLDS} {WHAT}{WITHIN}"),
    ("count", "{TIMES} {AUX} {WHAT} {STANDS}{WITHIN}"),
    ("count", "(count )?{TIMES} (?!{AUX} ){WHAT} ({AUX} )?{STANDS}{WITHIN}"),
    ("count", "(count|how many|(what is )?the number of)( all)?( the)? {HITS} of {WHAT}{THERE}"
              "{WITHIN}"),
    ("absent", "in (which|what) {PLACES} {AUX} {WHAT} not {STANDS}"),
    ("absent", "(which|what) {PLACES} {NOT} ({HOLDS}|mention) {WHAT}"),
    ("most", "(in )?(which|what) {PLACES} (({AUX}|{HOLDS}) )?{WHAT} ({STANDS} )?(the )?"
             "{MOST}( {OFTEN})?( {STANDS})?"),
    ("most", "(which|what) {PLACES} (has|have|contains?) (the )?{MOST} {HITS} of {WHAT}"),
    ("places", "{WHERE} {AUX} {WHAT} {STANDS}{WITHIN}"),
    ("places", "(which|what) {PLACES} {HOLDS} {WHAT}"),
    ("places", "{SHOW} (all|every|each)( the)? {HITS} of {WHAT}{WITHIN}"),
    ("places", "{PASSAGES}( that| which)? {HOLDS} {WHAT}{WITHIN}"),
    ("places", "{PASSAGES} (where|in which|on which) {WHAT}( (is|are))? {STANDS}{WITHIN}"),
    ("compare", "(which|who|what)( word| name)?( is| are)?( {STANDS})? more {OFTEN}( {STANDS})?"
                " ?[,:] {WHAT},? or {OTHER}{WITHIN}"),
    ("compare", "(which|who|what)( word| name)?( is| are)?( {STANDS})? more {OFTEN}( {STANDS})?"
                "{WITHIN} ?[,:] {WHAT},? or {OTHER}"),
    ("compare", "(which|what) word is (used|found) more {OFTEN}{WITHIN} ?[,:] {WHAT},? or {OTHER}"),
    ("compare", "{AUX} {WHAT} {STANDS} more {OFTEN} than {OTHER}{WITHIN}"),
    ("units", "how many {UNIT}{THERE}{WITHIN}"),
    ("units", "how many {UNIT} (does|has) (?P<within>.+?)( have| contain)?"),
    ("longest", "(which|what) (is the )?{UNIT} (is|has) (the )?{SIZE}{WITHIN}"),
    ("longest", "(which|what) {UNIT} has (the )?(?P<size>most|fewest|least) words{WITHIN}"),
    ("longest", "({SHOW} )?the {SIZE} {UNIT}{WITHIN}"),
    ("longest", "which is the {SIZE} {UNIT}{WITHIN}"),
    ("longest", "({SHOW} |which is )?the {SIZE} {UNIT} of (?P<within>.+?)"),
    ("length", "how long is (?P<within>.+?)"),
    ("author", "who (wrote|has written|authored) {ITSELF}"),
    ("author", "who is (the )?author( of {ITSELF})?"),
    ("author", "by whom (is|was) {ITSELF}( written)?"),
    ("author", "whom? (is|was) {ITSELF}( written)? by"),
    ("author", "what is the (name of the author|author['’]s name)( of {ITSELF})?"),
    ("title", "what is the (title|name) of {ITSELF}"),
    ("title", "what is {ITSELF} (called|titled|named|entitled)"),
    ("titles", "({SHOW} )?(all )?(of )?(the )?(titles|names|headings) of (all |each |every )?"
               "(the )?{PLACES}{WITHIN}"),
    ("titles", "{SHOW} (all )?(the )?{PLACES}( titles| names)?"),
    ("titles", "(what|how) are (all )?(the )?{PLACES} (called|titled|named|entitled)"),
    ("titles", "what is the (title|name) of (?P<called>.+)"),
    ("titles", "what is (?P<called>.+?) (called|titled|named|entitled)"),
    ("edges", "({SHOW} )?(the )?(?P<edge>first|last|opening|closing) {ELEMENT} (of|in|from|on) "
              "(?P<every>each|every|all)( of)? (the )?{UNIT}( (of|in|on) (?P<within>.+))?"),
    ("edges", "({SHOW} )?(the )?(?P<edge>first|last|opening|closing) {ELEMENT} (of|in|from|on) "
              "(?P<alone>.+)"),
)  # fmt: skip
"""Kinds of questions with the forms that they take, first the more particular ones. A blank
stands for any white space, round brackets only group, and a name in braces is a piece."""

_ABOUT_WORDINGS = frozenset({"first/last", "count", "absent", "most", "places", "compare"})


def _expression(form: str, pieces: Mapping[str, str] = _PIECES) -> str:
    """The regular expression of a form."""
    while _PIECE.search(form):
        form = _PIECE.sub(lambda match: pieces[match[1]], form)
    return expression(form)


def _compiled() -> Iterator[tuple[str, re.Pattern[str]]]:
    for kind, form in _FORMS:
        if kind in _ABOUT_WORDINGS:
            yield kind, re.compile(_expression(form, _PIECES_OF_WORDINGS), re.IGNORECASE)
        yield kind, re.compile(_expression(form), re.IGNORECASE)


_PIECE = re.compile(r"\{([A-Z]+)\}")
_COMPILED = tuple(_compiled())
_POLITE = re.compile(
    r"\A(?:(?:please|can you|could you|would you|tell me|i (?:want|would like|['’]d like) to know)"
    r"[\s,:]+)+",
    re.IGNORECASE,
)
_CONTRACTED = re.compile(
    r"\b(what|who|where|when|which|how|chapter|section|page)['’]s\b", re.IGNORECASE
)
_WHOLE = re.compile(
    _expression("(the|this|all of the) (whole |entire |full )?{TEXT}|total|all|it"), re.IGNORECASE
)
_WORKS = re.compile(_expression("{WORKS}"), re.IGNORECASE)
_OF_THE_TEXT = re.compile(_expression(" (of|in) (the|this) {TEXT}$"), re.IGNORECASE)
_FEWEST_COMPARED = 2
_UNITS: tuple[Unit, ...] = (
    "chapter",
    "section",
    "page",
    "paragraph",
    "sentence",
    "line",
    "word",
)


def parse(question: str, document: Document) -> Query | None:
    """What a question asks to be counted in a document; None where counting does not answer
    it, or where it names a part that the document does not have."""
    text = _POLITE.sub("", question.strip().rstrip("?.! ").strip())
    text = _CONTRACTED.sub(r"\1 is", text)
    for kind, form in _COMPILED:
        match = form.fullmatch(text)
        if match:
            query = _build(kind, match, document)
            if query is not None:
                return query
    return None


def _build(kind: str, match: re.Match[str], document: Document) -> Query | None:
    found = match.groupdict()
    within = _parts(found.get("within"), document, is_named=kind != "length")
    if within is None:
        return None
    unit = _unit(found.get("unit"))
    if kind == "author":
        return Description("author") if document.author else None
    if kind == "title":
        return Description("title") if document.title else None
    if kind in ("units", "longest", "length", "titles"):
        return _units(kind, found, unit, within, document)
    if kind == "edges":
        return _edges(found, unit, within, document)
    phrases = phrases_in(", ".join(filter(None, (found["what"], found.get("other")))))
    if phrases is None or (kind == "compare" and len(phrases) < _FEWEST_COMPARED):
        return None
    return Occurrences(phrases, _asked(kind, found), unit or "chapter", within)


def _asked(kind: str, found: Mapping[str, str | None]) -> Asked:
    if kind == "first/last":
        return "last" if (found["end"] or "").casefold() == "last" else "first"
    if kind == "most":
        return "most" if (found["most"] or "").casefold() == "most" else "least"
    asked: dict[str, Asked] = {"compare": "compare", "places": "places", "absent": "absent"}
    return asked.get(kind, "count")


def _units(
    kind: str,
    found: dict[str, str | None],
    unit: Unit | None,
    within: tuple[Part, ...],
    document: Document,
) -> Query | None:
    if unit == "line" and not any(item.kind in LINE_KINDS for item in document.paragraphs):
        return None
    if kind == "units" and within and _WORKS.fullmatch(found["unit"] or ""):
        # A house that a chapter is called after has other stories.
        return None
    if kind == "units" and unit:
        return Units(unit, "count", within)
    if kind == "longest" and unit:
        asked = (found["size"] or "").casefold()
        return Units(unit, "longest" if asked in ("longest", "most") else "shortest", within)
    if kind == "length":
        named = _WHOLE.fullmatch((found.get("within") or "").strip())
        return Units("word", "length", within) if within or named else None
    if found.get("called"):
        called = _parts(found["called"], document, is_named=False)
        return Units("chapter", "titles", called) if called else None
    if unit:
        return Units(unit, "titles", within)
    return Units("chapter", "titles", within) if within else None


def _edges(
    found: dict[str, str | None],
    unit: Unit | None,
    within: tuple[Part, ...],
    document: Document,
) -> Query | None:
    element = _unit(found["element"])
    assert element is not None
    end: Literal["first", "last"] = (
        "first" if (found["edge"] or "").casefold() in ("first", "opening") else "last"
    )
    if found.get("every"):
        return Edges(element, end, unit, within)
    alone = _parts(found.get("alone"), document)
    if alone is None:
        return None
    return Edges(element, end, None, alone)


def _parts(
    name: str | None, document: Document, *, is_named: bool = True
) -> tuple[Part, ...] | None:
    """The parts that a name stands for; empty for the whole text, None for no part. Unless it
    ``is_named`` as a part, it may be a thing in the story, whatever chapters are called, as in
    "How long is the bridge?"; then a title is one in quotation marks. Else it is a whole one, for
    "the letter" is no chapter that is called “The Letter in the Well”."""
    if not name or _WHOLE.fullmatch(name.strip()):
        return ()
    name = _OF_THE_TEXT.sub("", name.strip())
    quoted = unquoted(name) is not None
    titles: Titles = "any words" if quoted else "whole" if is_named else "none"
    return parts_called(name, document, titles=titles) or None


def _unit(name: str | None) -> Unit | None:
    """The unit of a name; what a collection is of has the place of chapters."""
    if _WORKS.fullmatch(name or ""):
        return "chapter"
    singular = (name or "").casefold().rstrip("s")
    return next((unit for unit in _UNITS if unit == singular), None)
