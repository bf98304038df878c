"""What Word computes where it shows a document: the numbers before headings, clauses and items of
lists, and which paragraphs are headings. mammoth knows neither, so both are written into the text
before it reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from lxml import etree

from longread.numerals import roman_numeral
from longread.sources.docx_styles import (
    LEVELS,
    MAX_STYLES_BASED,
    Styles,
    child,
    named,
    number_in,
    put,
    value_of,
)
from longread.sources.tree import Element

STYLE_MAP = "p.LongreadItem => dl > dt:fresh\n"
"""What the style that items get becomes in HTML: a list whose items bring their own labels."""

LOWEST_HEADING = 6
"""Level of HTML's lowest headings."""

MAX_LABEL_CHARACTERS = 60
"""Where the pattern of a number is cut off."""

MAX_HEADING_CHARACTERS = 200
"""Length up to which the level in the outline alone makes a paragraph a heading."""

MAX_LETTERS = 4
"""Times that a letter is written for a number: 27 is "aa", 53 "aaa"."""

MAX_TEXTS = 1_000
"""Texts of a paragraph, with those in its boxes, that are looked at."""

_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Choice"
_PLACE = re.compile(r"%([1-9])")


def with_numbers(text: str, styles: Element | None, numbering: Element | None) -> str:
    """The XML of a document's text, with numbers before its paragraphs as Word shows them, and
    its headings in the styles that mammoth knows, its items in that of ``STYLE_MAP``. XML that is
    broken stays as it is."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError:
        return text
    known = Styles(styles)
    lists = _Lists(known, numbering)
    for paragraph in _paragraphs(root):
        _mark(paragraph, known, lists)
    return str(etree.tostring(root, encoding="unicode"))


def _paragraphs(root: Element) -> list[Element]:
    """The paragraphs in their order, without what is written once more for newer programs."""
    found = []
    twice = 0
    own = named(root, "p")
    for event, element in etree.iterwalk(root, events=("start", "end"), tag=(own, _CHOICE)):
        if element.tag == _CHOICE:
            twice += 1 if event == "start" else -1
        elif event == "start" and not twice:
            found.append(element)
    return found


def _mark(paragraph: Element, styles: Styles, lists: _Lists) -> None:
    properties = child(paragraph, "pPr")
    if child(properties, "rPr", "del") is not None:
        return
    style = value_of(properties, "pStyle") or ""
    label = lists.label(properties, style)
    texts = list(_texts(paragraph))
    length = sum(len(part.text) for part in texts)
    level = styles.heading(style)
    outlined = number_in(properties, "outlineLvl")
    if outlined is not None and outlined < LEVELS and length <= MAX_HEADING_CHARACTERS:
        level = level or outlined + 1
    if not texts or (label is None and not level):
        return
    if properties is None:
        properties = put(paragraph, "pPr")
    if not label and not level:
        # A list of this name is none, also where the style has one.
        numbered = put(properties, "numPr")
        put(numbered, "numId", "0")
        put(numbered, "ilvl", "0")
        return
    heading = f"Heading{min(level, LOWEST_HEADING)}"
    put(properties, "pStyle", heading if level else "LongreadItem")
    for numbered in properties.findall(named(properties, "numPr")):
        properties.remove(numbered)
    texts[0].text = (label or "") + texts[0].text.lstrip()


def _texts(paragraph: Element) -> Iterator[Element]:
    """The texts of a paragraph, without those in boxes that it holds."""
    paragraphs = (paragraph.tag, _CHOICE)
    for part in islice(paragraph.iter(named(paragraph, "t")), MAX_TEXTS):
        if next(part.iterancestors(paragraphs), None) is paragraph and (part.text or "").strip():
            yield part


@dataclass(frozen=True, slots=True)
class _Level:
    """A level of a list: its first number, how that is written, what it ends with, and above which
    level (from 1) another number begins it anew. ``style`` is that of paragraphs that are in it."""

    start: int
    form: str
    pattern: str
    is_legal: bool
    ends: str
    anew: int
    style: str


@dataclass(slots=True)
class _List:
    """A list: those of one ``kind`` are counted together, but for the levels that this one
    ``begins`` anew."""

    kind: str
    levels: dict[int, _Level]
    begins: set[int] = field(default_factory=set)


class _Lists:
    """The lists of a document, counted from its first paragraph on."""

    def __init__(self, styles: Styles, root: Element | None) -> None:
        self._styles = styles
        self._kinds: dict[str, Element] = {}
        self._named: dict[str, Element] = {}
        self._lists: dict[str, _List | None] = {}
        self._counts: dict[str, dict[int, int]] = {}
        for element in root.iter("{*}abstractNum") if root is not None else ():
            self._kinds.setdefault(value_of(element, key="abstractNumId") or "", element)
        for element in root.iter("{*}num") if root is not None else ():
            self._named.setdefault(value_of(element, key="numId") or "", element)

    def label(self, properties: Element | None, style: str) -> str | None:
        """Count a paragraph: what stands before it, with the space behind that; None where it is
        in no list."""
        name, place = self._place(properties, style)
        found = self._list(name)
        if found is None or place not in found.levels:
            return None
        counts = self._counts.setdefault(found.kind, {})
        while found.begins:
            counts.pop(found.begins.pop(), None)
        level = found.levels[place]
        counts[place] = counts[place] + 1 if place in counts else level.start
        for deeper, other in found.levels.items():
            if place < min(deeper, other.anew):
                counts.pop(deeper, None)
        if level.form == "bullet":
            return "- "

        def write(match: re.Match[str]) -> str:
            other = found.levels.get(int(match[1]) - 1, level)
            number = counts.get(int(match[1]) - 1, other.start)
            return _written(number, "decimal" if level.is_legal else other.form)

        text = _PLACE.sub(write, level.pattern).strip()
        return text + level.ends if text else ""

    def _place(self, properties: Element | None, style: str) -> tuple[str, int]:
        """The list that a paragraph is in and its level there, by itself or by its style."""
        name = value_of(properties, "numPr", "numId")
        place = number_in(properties, "numPr", "ilvl")
        if name is not None:
            return name, place or 0
        for key, element in self._styles.based(style):
            numbered = child(element, "pPr", "numPr")
            place = number_in(numbered, "ilvl") if place is None else place
            name = value_of(numbered, "numId")
            if name is not None:
                found = self._list(name)
                levels = found.levels.items() if found else ()
                return name, next((at for at, level in levels if level.style == key), place or 0)
        return "", 0

    def _list(self, name: str) -> _List | None:
        if name not in self._lists:
            self._lists[name] = self._find_list(name)
        return self._lists[name]

    def _find_list(self, name: str) -> _List | None:
        element = self._named.get(name)
        kind = self._kind(element)
        levels = dict(_levels(self._kinds[kind])) if kind in self._kinds else {}
        found = _List(kind, levels)
        for override in element.iter("{*}lvlOverride") if element is not None else ():
            levels.update(_levels(override))
            place, start = number_in(override, key="ilvl"), number_in(override, "startOverride")
            if place in levels and start is not None:
                levels[place] = replace(levels[place], start=start)
                found.begins.add(place)
        return found if levels else None

    def _kind(self, element: Element | None) -> str:
        """The kind of a list, which may stand with a style."""
        for _ in range(MAX_STYLES_BASED):
            kind = value_of(element, "abstractNumId") or ""
            link = value_of(self._kinds.get(kind), "numStyleLink")
            if link is None:
                return kind
            styles = (style for _, style in self._styles.based(link))
            names = (value_of(style, "pPr", "numPr", "numId") for style in styles)
            element = self._named.get(next((name for name in names if name), ""))
        return ""


def _levels(parent: Element) -> Iterator[tuple[int, _Level]]:
    for element in parent.iterchildren("{*}lvl"):
        place, start = number_in(element, key="ilvl") or 0, number_in(element, "start")
        anew = number_in(element, "lvlRestart")
        if place < LEVELS:
            yield (
                place,
                _Level(
                    start=0 if start is None else start,
                    form=value_of(element, "numFmt") or "decimal",
                    pattern=(value_of(element, "lvlText") or "")[:MAX_LABEL_CHARACTERS],
                    is_legal=child(element, "isLgl") is not None,
                    ends="" if value_of(element, "suff") == "nothing" else " ",
                    anew=LEVELS if anew is None else anew,
                    style=value_of(element, "pStyle") or "",
                ),
            )


def _written(number: int, form: str) -> str:
    """A number as a list's form writes it; in figures where that would be long or is not known."""
    times, letter = divmod(number - 1, 26)
    if form == "none":
        return ""
    if form in ("lowerLetter", "upperLetter") and 0 <= times < MAX_LETTERS:
        text = chr(ord("a") + letter) * (times + 1)
    elif form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        text = roman_numeral(number).casefold()
    else:
        text = f"{number:02}" if form == "decimalZero" else str(number)
    return text.upper() if form.startswith("upper") else text
