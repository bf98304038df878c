"""Parts of a document by their numbers: chapter 7, the second part, section 2.1, page xii."""

from __future__ import annotations

import re
from collections.abc import Sequence

from longread.document import Document
from longread.numerals import parse_number
from longread.structure import (
    CHAPTER_WORD,
    PAGE_WORD,
    PART_WORD,
    Part,
    chapters,
    named_by_number,
    page_parts,
    parts,
    section_part,
    title_number,
    title_word,
)

STEPS = r"\d+(?:\.\d+)+"
"""A regular expression of numbers of several steps, such as 2.1."""

_BY_STEPS = re.compile(rf"(?:(?:{CHAPTER_WORD}|{PART_WORD})\s*)?(?P<steps>{STEPS})", re.IGNORECASE)
_FROM_THE_END = {
    "last": 1, "final": 1, "penultimate": 2, "second to last": 2, "next to last": 2,
    "third to last": 3,
}  # fmt: skip
_TO_LAST = re.compile(r"\b(second|third|next) to last\b", re.IGNORECASE)
_PART_WORDS = (
    {"part", "teil", "partie", "parte", "deel", "часть", "部"},
    {"book", "buch", "livre", "libro", "книга", "卷"},
    {"volume", "band", "tome", "tomo"},
    {"act", "acte", "acto", "atto"},
)
"""Words for parts of one kind."""

_NO_CHAPTERS_ELSE = frozenset({"letter", "scene", "lecture", "canto", "stave"})
"""Words for chapters that are called so; where none is, they mean things in the text."""

_MOST_PARTS = 12
_MOST_NUMBERED = 0.5
_NUMBERED_FROM_THE_START = {1, 2}
"""Where titles have these numbers, what has none beside them, as an abstract and an appendix, does
not count."""

_WITHOUT_NUMBER = re.compile(
    r"(?:the\s+)?(?:abstract|preface|foreword|prologue|acknowledge?ments?|dedication|epigraph|"
    r"(?:table\s+of\s+)?contents)\W*",
    re.IGNORECASE,
)
"""What stands before the first chapter where chapters are counted by their places."""


def numbered_parts(document: Document, name: str) -> tuple[Part, ...]:
    """The parts that a name with one number stands for; none where it is no such name."""
    if match := _BY_STEPS.fullmatch(name):
        return by_steps(document, match["steps"])
    numbered = named_by_number(_TO_LAST.sub(r"\1-to-last", name), alone=True)
    return by_number(document, numbered.word, numbered.written) if numbered else ()


def by_steps(document: Document, steps: str) -> tuple[Part, ...]:
    """The sections whose titles begin with a number of several steps, such as "2.1"; where no title
    does, the one that has this place: the first one below chapter 2."""
    numbered = [
        (section_part(document, index), match["steps"])
        for index, section in enumerate(document.sections)
        if (match := _BY_STEPS.match(section.title))
    ]
    if numbered:
        return tuple(part for part, own in numbered if own == steps)
    first, *others = steps.split(".")
    found = by_number(document, "chapter", first)
    for step in map(int, others):
        if len(found) != 1:
            return ()
        below = _titled_below(document, found[0])
        found = tuple(below[step - 1 : step]) if step else ()
    return found


def _titled_below(document: Document, part: Part) -> list[Part]:
    return [
        section_part(document, index)
        for index, section in enumerate(document.sections)
        if section.title and section.parent == part.section is not None
    ]


def by_number(document: Document, word: str, written: str) -> tuple[Part, ...]:
    """The parts that are called by a word, and of these the one with a number as it is written,
    from either end."""
    if re.fullmatch(STEPS, written):
        return by_steps(document, written)
    among = parts_with_word(document, word)
    from_end = _FROM_THE_END.get(written.casefold().replace("-", " "))
    if from_end is not None:
        return tuple(among[-from_end:][:1]) if len(among) >= from_end else ()
    number = parse_number(written)
    if is_page(word):
        return labelled(document, written) or _page_in_order(document, written, number)
    if number is None:
        return ()
    numbers = [title_number(part.name) for part in among]
    counted = sum(own is not None for own in numbers)
    if counted > _MOST_NUMBERED * len(among) or {*numbers} >= _NUMBERED_FROM_THE_START:
        return tuple(p for p, own in zip(among, numbers, strict=True) if own == number)
    among = [part for part in among if not _WITHOUT_NUMBER.fullmatch(part.name)]
    return tuple(among[number - 1 : number]) if number > 0 else ()


def _page_in_order(document: Document, written: str, number: int | None) -> tuple[Part, ...]:
    """A page by its place in the document: the third one, also where the labels begin behind 3, as
    in a paper from a journal."""
    if not number:
        return ()
    label = str(number)
    if not written.isdecimal() and (found := labelled(document, label)):
        return found
    labels = [int(page.label) for page in document.pages if page.label.isdecimal()]
    if written.isdecimal() and not (labels and min(labels) > number):
        return ()
    return page_parts(document)[number - 1 : number]


def is_page(word: str) -> bool:
    """Whether a word means pages."""
    return re.fullmatch(PAGE_WORD, word, re.IGNORECASE) is not None


def parts_with_word(document: Document, word: str) -> Sequence[Part]:
    """All parts of a document that a word for one, such as "chapter" or "act", means."""
    if is_page(word):
        return page_parts(document)
    if re.fullmatch(rf"{PART_WORD}|[卷部篇集]", word, re.IGNORECASE):
        every = [(title_word(part.name), part) for part in parts(document)]
        alike = next((words for words in _PART_WORDS if word in words), {word})
        own = [part for called, part in every if called == word]
        own = own or [part for called, part in every if called in alike]
        return own or (_numbered_alone(document) if word in _PART_WORDS[0] else [])
    return _chapters_called(document, word)


def _numbered_alone(document: Document) -> list[Part]:
    """The chapters of a text that has few, with numbers and no word for them, as the parts of a
    poem have; none of any other text."""
    every = chapters(document)
    alone = [part for part in every if title_number(part.name) and not title_word(part.name)]
    return alone if len(every) <= _MOST_PARTS and len(alone) > _MOST_NUMBERED * len(every) else []


def _chapters_called(document: Document, word: str) -> list[Part]:
    """The chapters whose titles begin with a word for one, and those that have a number and no such
    word; all of them where none begins so, unless the word may mean something else."""
    every = chapters(document)
    if not any(title_word(part.name) == word for part in every):
        return [] if word in _NO_CHAPTERS_ELSE else list(every)
    return [
        part
        for part in every
        if title_word(part.name) == word
        or (not title_word(part.name) and title_number(part.name) is not None)
    ]


def labelled(document: Document, label: str) -> tuple[Part, ...]:
    """The pages with a label."""
    pages = zip(document.pages, page_parts(document), strict=True)
    return tuple(part for page, part in pages if page.label.casefold() == label.casefold())
