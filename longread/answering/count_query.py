"""Questions that counting answers: how often, where, how many, which is longest, first words.

Only forms that cannot mean anything else are taken; any other question is answered from
evidence. The forms are English ones.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from longread.document import Document, Span
from longread.structure import Part, find_parts

Unit = Literal["chapter", "section", "page", "paragraph", "sentence", "line", "word"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that are sought. ``exact``: they were quoted, and no other form is meant."""

    text: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Occurrences:
    """How often phrases stand in the text, at which places, first, last, or in which ``unit``
    most or least."""

    phrases: tuple[Phrase, ...]
    asked: Literal["count", "places", "first", "last", "most", "least"]
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


Query = Occurrences | Units | Edges

_PIECES = {
    "AUX": "(is|are|was|were|do|does|did|has|have|had|can)",
    "STANDS": "(been |be |gets? )?(mentioned|named|referred to|used|written|found|repeated|occurs?|"
    "occurred|appears?|appeared|comes? up|turns? up|shows? up)",
    "HOLDS": "(mentions?|names?|contains?|uses?|refers? to|has|have)",
    "TEXT": "(book|novel|story|text|document|report|author|paper|work|play|file|manual|article)",
    "TIMES": "how (many times|often|frequently)",
    "OFTEN": "(often|frequently|times)",
    "HITS": "(occurrences?|mentions?|appearances?|instances?|uses)",
    "UNIT": "(?P<unit>chapters?|sections?|pages?|paragraphs?|sentences?|lines?|words?)",
    "PLACES": "(?P<unit>chapters?|sections?|pages?)",
    "ELEMENT": "(?P<element>words?|sentences?|lines?|paragraphs?)",
    "WHAT": "(?P<what>.+?)",
    "OTHER": "(?P<other>.+)",
    "END": "(?P<end>first|last)",
    "SIZE": "(?P<size>longest|shortest)",
    "SHOW": "(list|show|find|give|name|print|quote|what (is|are))( me| out)?",
}
"""What the forms below are made of."""

_PIECES["WITHIN"] = "( ?,? (in|within|on|throughout|across|over) (?P<within>.+?))?"
_PIECES["WHERE"] = "(where|when|(in|on|at) (which|what) {PLACES})"
_PIECES["THERE"] = "( are there| there are| does (the|this) {TEXT} have| has (the|this) {TEXT})?"

_FORMS = (
    ("first/last", "{WHERE} {AUX} {WHAT} (for the )?{END}( time)? {STANDS}{WITHIN}"),
    ("first/last", "{WHERE} {AUX} {WHAT} {STANDS} (for the )?{END}( time)?{WITHIN}"),
    ("first/last", "(where|what) is the {END} {HITS} of {WHAT}{WITHIN}"),
    ("count", "{TIMES} {AUX} (the|this) {TEXT} {HOLDS} {WHAT}{WITHIN}"),
    ("count", "{TIMES} {AUX} {WHAT} {STANDS}{WITHIN}"),
    ("count", "(count|how many|(what is )?the number of)( all)?( the)? {HITS} of {WHAT}{THERE}"
              "{WITHIN}"),
    ("most", "(in )?(which|what) {PLACES} (({AUX}|{HOLDS}) )?{WHAT} ({STANDS} )?(the )?"
             "(?P<most>most|least)( {OFTEN})?( {STANDS})?"),
    ("places", "{WHERE} {AUX} {WHAT} {STANDS}{WITHIN}"),
    ("places", "(which|what) {PLACES} {HOLDS} {WHAT}"),
    ("places", "{SHOW} (all|every|each)( the)? (places?|passages?|pages?|{HITS}) "
               "(of|where|that mentions?|which mentions?) {WHAT}( (is|are))?( {STANDS})?{WITHIN}"),
    ("compare", "(which|who|what)( word| name)?( is| are)?( {STANDS})? more {OFTEN}( {STANDS})?"
                " ?[,:] {WHAT},? or {OTHER}"),
    ("compare", "is {WHAT} {STANDS} more {OFTEN} than {OTHER}"),
    ("units", "how many {UNIT}{THERE}{WITHIN}"),
    ("units", "how many {UNIT} (does|has) (?P<within>.+?)( have| contain)?"),
    ("longest", "(which|what) (is the )?{UNIT} (is|has) (the )?{SIZE}{WITHIN}"),
    ("longest", "({SHOW} )?the {SIZE} {UNIT}{WITHIN}"),
    ("longest", "which is the {SIZE} {UNIT}{WITHIN}"),
    ("length", "how long is (?P<within>.+?)"),
    ("titles", "({SHOW} )?(all )?(of )?(the )?(titles|names|headings) of (all |each |every )?"
               "(the )?{PLACES}{WITHIN}"),
    ("titles", "{SHOW} (all )?(the )?{PLACES}( titles| names)?"),
    ("titles", "what is the (title|name) of (?P<called>.+)"),
    ("titles", "what is (?P<called>.+?) (called|titled|named|entitled)"),
    ("edges", "({SHOW} )?(the )?(?P<edge>first|last|opening|closing) {ELEMENT} (of|in|from|on) "
              "(?P<every>each|every|all)( of)? (the )?{UNIT}( (of|in|on) (?P<within>.+))?"),
    ("edges", "({SHOW} )?(the )?(?P<edge>first|last|opening|closing) {ELEMENT} (of|in|from|on) "
              "(?P<alone>.+)"),
)  # fmt: skip
"""Kinds of questions with the forms that they take, first the more particular ones. A blank
stands for any white space, round brackets only group, and a name in braces is a piece."""


def _expression(form: str) -> str:
    """The regular expression of a form."""
    while "{" in form:
        form = form.format_map(_PIECES)
    form = re.sub(r"\((?!\?)", "(?:", form)
    return form.replace(" ?", r"\s*").replace(" ", r"\s+")


_COMPILED = tuple((kind, re.compile(_expression(form), re.IGNORECASE)) for kind, form in _FORMS)
_POLITE = re.compile(
    r"(?:please|can you|could you|would you|tell me|i (?:want|would like|'d like) to know)[\s,:]+",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    _expression("(the|this|all of the) (whole |entire |full )?{TEXT}|total|all|it"), re.IGNORECASE
)
_OF_THE_TEXT = re.compile(_expression(" (of|in) (the|this) {TEXT}$"), re.IGNORECASE)
_RANGE = re.compile(
    r"(?P<word>chapter|page)s\s+(?P<first>\w+)\s*(?P<join>to|through|until|and|-|–|—)\s*(?P<last>\w+)",
    re.IGNORECASE,
)
_MARKED = re.compile(
    r"(?:the\s+)?(?P<mark>words?|names?|terms?|phrases?|expressions?)\s+(?P<rest>.+)", re.IGNORECASE
)
_QUOTED = re.compile(r"[\"“”„«‘'](.+?)[\"“”»’']")
_ARTICLE = re.compile(r"(?:the|a|an|any|this|that)\s+", re.IGNORECASE)
_UNNAMED = frozenset(
    re.findall(
        r"\w+",
        "he she it they you him her them we i his its their this that these those one who what "
        "someone somebody anyone something anything",
    )
)
_MOST_WORDS = 6
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
    if kind in ("units", "longest", "length", "titles"):
        return _units(kind, found, unit, within, document)
    if kind == "edges":
        return _edges(found, unit, within, document)
    phrases = [_phrase(found["what"])]
    if kind == "compare":
        phrases.append(_phrase(found["other"]))
    kept = tuple(phrase for phrase in phrases if phrase is not None)
    if len(kept) < len(phrases):
        return None
    asked: dict[str, Literal["count", "places", "first", "last", "most", "least"]] = {
        "first/last": "last" if (found.get("end") or "").casefold() == "last" else "first",
        "most": "least" if (found.get("most") or "").casefold() == "least" else "most",
        "places": "places",
    }
    return Occurrences(kept, asked.get(kind, "count"), unit or "chapter", within)


def _units(
    kind: str,
    found: dict[str, str | None],
    unit: Unit | None,
    within: tuple[Part, ...],
    document: Document,
) -> Query | None:
    if kind == "units" and unit:
        return Units(unit, "count", within)
    if kind == "longest" and unit:
        asked = (found["size"] or "").casefold()
        return Units(unit, "shortest" if asked == "shortest" else "longest", within)
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
    "How long is the bridge?"; then a title is one in quotation marks."""
    if not name or _WHOLE.fullmatch(name.strip()):
        return ()
    name = _OF_THE_TEXT.sub("", name.strip())
    if span := _RANGE.fullmatch(name):
        first = find_parts(document, f"{span['word']} {span['first']}")
        last = find_parts(document, f"{span['word']} {span['last']}")
        if len(first) != 1 or len(last) != 1:
            return None
        if span["join"].casefold() == "and":
            return first + last
        whole = Span(first[0].span.start, last[0].span.end)
        return (Part(f"{first[0].name} to {last[0].name}", whole),)
    by_title = is_named or _QUOTED.fullmatch(name) is not None
    name = re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)
    return find_parts(document, name, by_title=by_title) or None


def _phrase(what: str) -> Phrase | None:
    what = what.strip()
    if quoted := _QUOTED.fullmatch(what):
        return Phrase(quoted[1], exact=True)
    if marked := _MARKED.fullmatch(what):
        rest = marked["rest"]
        quoted = _QUOTED.fullmatch(rest)
        return Phrase(
            quoted[1] if quoted else rest, exact=marked["mark"].casefold() != "characters"
        )
    text = _ARTICLE.sub("", what, count=1)
    words = text.casefold().split()
    if not words or len(words) > _MOST_WORDS or not _UNNAMED.isdisjoint(words):
        return None
    return Phrase(text)


def _unit(name: str | None) -> Unit | None:
    singular = (name or "").casefold().rstrip("s")
    return next((unit for unit in _UNITS if unit == singular), None)
