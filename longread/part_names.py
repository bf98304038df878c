"""Parts of a document as a person names them: "chapter 7", "the last two chapters", "pages 3 to 5",
"section 2.1", "45%", "the first half of the book", or as a citation gives a place, "Part Two ›
Chapter 2 ¶ 3".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from longread.document import Document, Span
from longread.errors import UsageError
from longread.numbered_parts import (
    STEPS,
    by_number,
    is_page,
    numbered_parts,
    parts_with_word,
)
from longread.numerals import NUMBER, parse_number
from longread.part_words import in_known_words
from longread.structure import (
    CHAPTER_WORD,
    PAGE_WORD,
    PART_WORD,
    Part,
    section_part,
    singular,
    told_apart,
)

Titles = Literal["any words", "whole", "none"]
"""What of a title names its section: any of its words, all of them but a number and an article, or
nothing."""

ARTICLE = r"(?:the|le|la|les|el|los|las|il|i|gli|o|a|os|as|het|de|dem|den|der|des|die|das)"
"""A regular expression of articles that stand before the name of a part."""

TEXT_WORD = (
    r"(?:book|novel|story|tale|play|poem|memoir|text|document|paper|report|article|essay|thesis|"
    r"manual)"
)
"""A regular expression of what a text is called."""

_WORD = rf"(?:{CHAPTER_WORD}|{PART_WORD}|{PAGE_WORD})"
_NUMERAL = rf"(?:{STEPS}|{NUMBER})"
_ORDINAL = (
    r"(?:last|final|penultimate|(?:second|third|next)[- ]to[- ]last|\d+(?:st|nd|rd|th|\.)|"
    rf"(?!\d){NUMBER})"
)
_AND = r"(?:\s*,\s*(?:(?:and|or)\s+)?|\s+(?:and|or|&)\s+)"
_TO = r"(?:\s*[-–—]\s*|\s+(?:to|through|until|bis)\s+)"
_AGAIN = rf"(?:(?:the\s+)?{_WORD}\s*)?"
QUOTATION = r"""(?:["“”„«][^"“”„«»]+["”»“]|(?<!\w)[‘'](?:[^'‘’]|(?<=\w)['’](?=\w))+['’](?!\w))"""
"""A single quotation; an apostrophe within a word does not end it."""

_BETWEEN = rf"between\s+(?:the\s+)?{_WORD}\s*{_NUMERAL}\s+and\s+{_AGAIN}{_NUMERAL}"
_IN_NUMERALS = rf"{_WORD}\s*{_NUMERAL}(?:{_AND}{_NUMERAL}|{_TO}{_AGAIN}{_NUMERAL})*"
# "Three chapters" are not the third one, but "the first and second chapters" are two.
_ONE_BY_ORDINAL = (
    rf"{_ORDINAL}\s+(?:(?:{CHAPTER_WORD}|{PART_WORD})(?<!s)"
    rf"|{PAGE_WORD}(?<!s)(?!\s+of\s+(?!(?:the|this)\s+{TEXT_WORD})))"
)
_BY_ORDINALS = (
    rf"{_ORDINAL}(?:(?:{_AND}|{_TO})(?:the\s+)?{_ORDINAL})+\s+(?:{CHAPTER_WORD}|{PART_WORD})"
)
_SOME = rf"(?:{NUMBER}|few|couple\s+of)"
_AT_AN_EDGE = rf"(?:first|last|final|opening|closing)\s+{_SOME}\s+{_WORD}"
_FRACTION = (
    r"(?:(?:first|second|last|final|latter|opening|closing)\s+half|"
    r"(?:first|second|last|final|middle|opening|closing)\s+third|"
    r"(?:first|second|third|fourth|last|final|opening|closing)\s+quarter|"
    r"(?:first|last)\s+\d+(?:\.\d+)?\s*(?:%|percent|per\s+cent))"
)
_OF_THE_TEXT = rf"\s+of\s+(?:the|this)\s+(?:whole\s+|entire\s+)?{TEXT_WORD}"
_FRACTIONS = (
    rf"{_FRACTION}(?:{_OF_THE_TEXT}|\s+of\s+(?:the\s+)?"
    rf"(?:{_IN_NUMERALS}|{_AT_AN_EDGE}|{_ONE_BY_ORDINAL}))"
)
TITLED_PARTS = (
    r"(?:preface|foreword|prologue|introduction|abstract|discussion|conclusions?|epilogue|"
    r"afterword|postscript|appendix(?:\s+(?-i:[\dA-Z]{1,3})\b)?)"
)
"""A regular expression of parts that have no number, and are known by their titles."""

EASTERN_PARTS = (
    r"(?:第\s*[\d０-９零〇○一二三四五六七八九十百千两]+\s*[回章节節卷部篇集话話幕]"
    r"|(?:前|最后|后|末)\s*[\d零〇一二三四五六七八九十百两]+\s*个?[回章節节页頁])"
)
"""A regular expression of what names parts by their numbers in Chinese and Japanese."""

NUMBERED_PARTS = (
    rf"(?:(?<!\w)(?:{_BETWEEN}|{_IN_NUMERALS})(?![\w’']|\.\d)"
    rf"|(?<![-\w])(?:{_FRACTIONS}|{_AT_AN_EDGE}|{_BY_ORDINALS}|{_ONE_BY_ORDINAL})(?!\w)"
    rf"|{EASTERN_PARTS})"
)
"""A regular expression, to be used without regard to letter case, of what names parts by their
numbers within a question."""

_PAGE = re.compile(
    rf"{PAGE_WORD}\s*(?P<label>[\w-]+)|(?P<ordinal>{_ORDINAL})\s+{PAGE_WORD}", re.IGNORECASE
)
_PAGE_OF = re.compile(r"(?P<page>p\.\s*[\w-]+),\s+(?P<section>.+)", re.IGNORECASE)
_SHARE = re.compile(r"(?P<share>\d+(?:\.\d+)?)\s*(?:%|percent|per cent)", re.IGNORECASE)
_PARAGRAPH = re.compile(
    r"(?P<section>.*?)[\s,]*(?:¶|paragraph)\s*(?P<number>\d{1,9})(?:\s+(?:of|in)\s+(?P<of>.+))?",
    re.IGNORECASE,
)
_ONE_OF_ANOTHER = re.compile(r"(?P<one>.+?)(?:\s*›\s*|\s+(?:of|in)\s+|,\s+)(?P<other>.+)")
_TWO = 2
_NUMBERED = re.compile(NUMBERED_PARTS, re.IGNORECASE)
_BINDING = re.compile(
    r"\s*(?:(?:von|vom|des|der|im|de|du|del|della|nel|nella|do|da|van|в|во|из)\s+)?"
    r"(?:(?:la|le|dem|het)\s+)?",
    re.IGNORECASE,
)
"""What may stand between two of which one is within the other."""

_TOKEN = re.compile(
    rf"(?P<to>{_TO})|(?P<and>{_AND})|(?P<word>{_WORD}(?![^\W\d]))|"
    rf"(?P<number>{STEPS}|{_ORDINAL}|{NUMBER})|(?:between|the)\b|\s+",
    re.IGNORECASE,
)
_EDGE = re.compile(
    rf"(?P<edge>first|last|final|opening|closing)\s+(?P<count>{_SOME})\s+(?P<word>{_WORD})",
    re.IGNORECASE,
)
_SOME_COUNTS = {"few": 3, "couple of": 2}
_SHARE_OF = re.compile(
    rf"(?P<size>{_FRACTION})(?!\w)(?:{_OF_THE_TEXT}|\s+of\s+(?:the\s+)?(?P<of>.+))?",
    re.IGNORECASE,
)
_FRACTION_SIZES = {"half": 2, "third": 3, "quarter": 4}
_FRACTION_PLACES = {"opening": 1, "first": 1, "second": 2, "third": 3, "fourth": 4, "middle": 2}
_BESIDE_A_TITLE = re.compile(
    rf"\A(?:(?:{_WORD}\s*)?{_NUMERAL}[\s.:)—–-]+)?(?:(?:the|an?)\s+)?(?=\w)", re.IGNORECASE
)
_BY_TITLE = re.compile(
    r"(?:chapter|section|part|story|tale|poem|essay)\s+(?:(?:called|titled|named|entitled)\s+)?"
    rf"(?P<title>{QUOTATION})",
    re.IGNORECASE,
)
_BESIDE_TITLE = re.compile(
    r"(?P<title>.+?)\s+(?:chapter|section|story|tale|poem|essay)"
    r"|(?:chapter|section|story|tale|poem|essay)\s+(?P<behind>.+)",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"\Athe\s+", re.IGNORECASE)
_ANY_ARTICLE = re.compile(rf"\A{ARTICLE}\s+", re.IGNORECASE)
_BEHIND = frozenset({"last", "final", "closing", "latter"})


def find_parts(document: Document, name: str, *, titles: Titles = "any words") -> tuple[Part, ...]:
    """Parts of a document that the name of one fits: "chapter 7", "part two", "page xii", "45%",
    "Chapter 12 ¶ 34", "chapter 2 of part two", or a title; several where numbering begins again,
    none where none fits.
    """
    name = name.strip().strip("\"'“”‘’").strip()
    for find in (_share, _page_of, _page, _paragraph):
        found = find(document, name)
        if found:
            return found
    titled = _titled(document, name, titles)
    if len(titled) == 1 and _simple(titled[0].name) == _simple(name):
        return titled
    return numbered_parts(document, name) or titled or _nested(document, name, titles)


def parts_called(
    name: str, document: Document, *, titles: Titles = "any words"
) -> tuple[Part, ...]:
    """The parts that a name stands for, be it of one, of several ("chapters 1, 2 and 4"), or of
    a stretch ("pages 3 to 5", "the last two chapters"); none where one of them is not there."""
    name = name.strip()
    if match := _BY_TITLE.fullmatch(_ARTICLE.sub("", name)):
        return find_parts(document, match["title"])
    bare = in_known_words(_ANY_ARTICLE.sub("", name))
    found = (
        _share_of(document, bare)
        or _at_an_edge(document, bare)
        or _listed(document, bare)
        or find_parts(document, _ARTICLE.sub("", in_known_words(name)), titles=titles)
        or numbered_parts(document, bare)
        or _one_in_another(document, bare)
        or _beside_title(document, bare)
    )
    return told_apart(document, found)


def _beside_title(document: Document, name: str) -> tuple[Part, ...]:
    """A part by all of its title and the word for one, as "Methodology section"."""
    match = _BESIDE_TITLE.fullmatch(name)
    title = match and (match["title"] or match["behind"])
    return find_parts(document, title, titles="whole") if title else ()


def end_of(document: Document, name: str) -> int:
    """The offset up to which a reader has read who has read up to and with the named part.

    Raises:
        UsageError: no part, or more than one, has this name.
    """
    found = parts_called(name, document)
    if not found:
        raise UsageError(
            f"“{document.title}” has no part {name!r}.",
            hint="Write a chapter (“chapter 7”), a title, a page (“page 120”) or a share (“45%”). "
            "`longread library info TITLE` lists what there is.",
        )
    if len(found) > 1:
        named = "; ".join(" › ".join(_path(document, part)) for part in found[:4])
        raise UsageError(
            f"{name!r} fits {len(found)} parts of “{document.title}”: {named}.",
            hint="Write a title, a page (“page 120”) or a share (“45%”).",
        )
    return found[0].span.end


def _share(document: Document, name: str) -> tuple[Part, ...]:
    match = _SHARE.fullmatch(name)
    if not match or float(match["share"]) > 100:
        return ()
    return (Part(name, Span(0, round(len(document.text) * float(match["share"]) / 100))),)


def _page(document: Document, name: str) -> tuple[Part, ...]:
    match = _PAGE.fullmatch(name)
    return by_number(document, "page", match["label"] or match["ordinal"]) if match else ()


def _page_of(document: Document, name: str) -> tuple[Part, ...]:
    """A page with the section on it behind it, as citations give places."""
    match = _PAGE_OF.fullmatch(name)
    found = _page(document, match["page"]) if match else ()
    if match and len(found) > 1:
        sections = find_parts(document, match["section"])
        return tuple(page for page in found if any(page.span.touches(one.span) for one in sections))
    return found


def _paragraph(document: Document, name: str) -> tuple[Part, ...]:
    match = _PARAGRAPH.fullmatch(name)
    if not match:
        return ()
    if section := match["section"].strip() or match["of"]:
        inside = {part.section for part in parts_called(section, document)}
    else:
        inside = set(range(len(document.sections)))
    number = int(match["number"])
    return tuple(
        Part(name, paragraph.span)
        for paragraph in document.paragraphs
        if paragraph.number == number and paragraph.section in inside
    )


def _share_of(document: Document, name: str) -> tuple[Part, ...]:
    """A fraction of the text or of a part of it, in whole paragraphs: "the first half of the book",
    "the last quarter of chapter 3"."""
    match = _SHARE_OF.fullmatch(name)
    if match is None:
        return ()
    whole = Part("the text", Span(0, len(document.text)))
    if match["of"]:
        found = parts_called(match["of"], document)
        if len(found) != 1:
            return ()
        whole = found[0]
    place, amount = match["size"].casefold().split(maxsplit=1)
    if amount in _FRACTION_SIZES:
        size = _FRACTION_SIZES[amount]
        number = size if place in _BEHIND else _FRACTION_PLACES[place]
        start, end = (number - 1) / size, number / size
    else:
        share = min(float(re.sub(r"[^\d.]", "", amount)) / 100, 1.0)
        start, end = (1 - share, 1.0) if place in _BEHIND else (0.0, share)
    first, last = (_paragraph_edge(document, whole.span, share) for share in (start, end))
    return (Part(f"the {name[: match.end('size')]} of {whole.name}", Span(first, last)),)


def _paragraph_edge(document: Document, whole: Span, share: float) -> int:
    """Where a share of a stretch ends, moved to the nearest edge of a paragraph in it."""
    wanted = whole.start + share * (whole.end - whole.start)
    starts = [one.span.start for one in document.paragraphs if one.span.lies_in(whole)]
    return min((whole.start, *starts, whole.end), key=lambda edge: abs(edge - wanted))


def _at_an_edge(document: Document, name: str) -> tuple[Part, ...]:
    """So many parts from the beginning or before the end: "the first three chapters"."""
    match = _EDGE.fullmatch(name)
    written = " ".join(match["count"].casefold().split()) if match else ""
    count = _SOME_COUNTS.get(written) or parse_number(written)
    if match is None or not count:
        return ()
    among = parts_with_word(document, singular(match["word"]))
    chosen = among[-count:] if match["edge"].casefold() in _BEHIND else among[:count]
    return _stretch(chosen[0], chosen[-1]) if chosen else ()


def _listed(document: Document, name: str) -> tuple[Part, ...]:
    """Several parts with one word for all of them: "chapters 1, 2 and 4-6"."""
    at, to, words = 0, False, set[str]()
    numbers: list[tuple[str, bool]] = []
    while at < len(name):
        token = _TOKEN.match(name, at)
        if token is None:
            return ()
        at = token.end()
        if token["word"]:
            words.add("page" if is_page(token["word"]) else singular(token["word"]))
        elif token["number"]:
            numbers.append((token["number"], to))
        to = bool(token["to"]) or (to and not token["number"])
    if len(words) != 1 or len(numbers) < 2:
        return ()
    word, between = words.pop(), name.casefold().startswith("between ")
    listed: list[Part] = []
    for written, behind in numbers:
        found = by_number(document, word, written)
        if len(found) != 1:
            return ()
        if listed and (behind or between):
            listed += _stretch(listed.pop(), found[0])
        else:
            listed += found
    return tuple(dict.fromkeys(listed))


def _stretch(one: Part, other: Part) -> tuple[Part, ...]:
    """From one part to another as one part."""
    first, last = sorted((one, other), key=lambda part: part.span.start)
    if first == last:
        return (first,)
    return (Part(f"{first.name} to {last.name}", Span(first.span.start, last.span.end)),)


def _nested(document: Document, name: str, titles: Titles) -> tuple[Part, ...]:
    """A part that is named with the one around it: "chapter 2 of part two"."""
    match = _ONE_OF_ANOTHER.fullmatch(name)
    if match is None:
        return ()
    one = find_parts(document, match["one"], titles=titles)
    other = find_parts(document, match["other"], titles=titles) if one else ()
    return tuple(
        part
        for some, around in ((one, other), (other, one))
        for part in some
        if any(part.lies_in(outer) for outer in around)
    )


def _one_in_another(document: Document, name: str) -> tuple[Part, ...]:
    """The same, of two that have numbers, in other languages: "3. Kapitel von Teil 2"."""
    numbered = list(_NUMBERED.finditer(name))
    if len(numbered) != _TWO or not _BINDING.fullmatch(_NUMBERED.sub("", name)):
        return ()
    one, other = (numbered_parts(document, match[0]) for match in numbered)
    return tuple(part for part in one if any(part.lies_in(outer) for outer in other))


def _titled(document: Document, name: str, titles: Titles) -> tuple[Part, ...]:
    """Sections by their title, by its beginning where the name is cut short, or by words of it."""
    wanted = _simple(name)
    if not wanted or titles == "none":
        return ()
    bare, words = _bare(name), re.compile(rf"\b{re.escape(wanted)}\b")

    def is_it(title: str) -> bool:
        simple = _simple(title)
        return simple == wanted or (name.endswith("…") and simple.startswith(wanted))

    ways: list[Callable[[str], bool]] = [is_it, lambda title: _bare(title) == bare]
    if titles == "any words":
        ways.append(lambda title: words.search(_simple(title)) is not None)
    for fits in ways:
        if found := [i for i, section in enumerate(document.sections) if fits(section.title)]:
            return tuple(section_part(document, index) for index in found)
    return ()


def _bare(title: str) -> str:
    """A title without its number and article."""
    return _simple(_BESIDE_A_TITLE.sub("", title))


def _simple(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.casefold()))


def _path(document: Document, part: Part) -> tuple[str, ...]:
    return (part.name,) if part.section is None else document.section_path(part.section)
