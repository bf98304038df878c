"""The part of a text that a question is about: "Who dies in chapter 7?", "Summarize part two",
"How does it end?".

A chapter, a page and the like are known by their number in many languages, halves and "the last two
chapters" in those of part_words.toml. What is asked of them is known in those of questions.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from longread.answering.count_query import asks_for_units
from longread.answering.evidence import Candidate
from longread.answering.phrases import unquoted
from longread.answering.texts import Texts
from longread.answering.translated import in_english
from longread.document import Document, Passage, Span
from longread.numbered_parts import STEPS, parts_with_word
from longread.numerals import NUMBER, parse_number
from longread.part_names import (
    ARTICLE,
    NUMBERED_PARTS,
    QUOTATION,
    TEXT_WORD,
    TITLED_PARTS,
    Titles,
    parts_called,
)
from longread.part_words import in_known_words
from longread.structure import (
    PAGE_WORD,
    PART_WORD,
    CutDocument,
    Part,
    chapters,
    main_text,
    named_by_number,
    page_parts,
)

Wanted = Literal["answer", "overview", "beginning", "end"]
"""What is asked of parts: something that stands there, all of it, or an edge."""

_LEADS_TO_A_TITLE = ("in", "of", "from", "summarize", "summarise")


def _behind(word: str) -> str:
    return rf"(?<=\b{word}\s)"


_MENTION = re.compile(
    r"(?:\b(?!between\b)(?P<before>[^\W\d_]+)\s+)?"
    rf"(?:{ARTICLE}\s+)?"
    rf"(?P<name>{NUMBERED_PARTS}|(?:chapter|section|story|tale|poem|essay)\s+"
    rf"(?:(?:called|titled|named|entitled)\s+)?{QUOTATION}"
    rf"|(?:{'|'.join(map(_behind, _LEADS_TO_A_TITLE))}){QUOTATION}"
    rf"|(?<=\bthe\s){TITLED_PARTS}(?!\w|\s+(?:of|to|between|that)\s+(?!(?:the|this)\s+{TEXT_WORD})))",
    re.IGNORECASE,
)
_BESIDE_TITLE = re.compile(
    r"(?:\b(?P<before>[^\W\d_]+)\s+)?the\s+"
    r"(?P<name>(?:(?!the\b)[\w’'&-]+\s+){1,8}?(?:chapter|section))\b",
    re.IGNORECASE,
)
"""What may be a title and the word for a part: "in the Methodology section"."""

_BETWEEN = re.compile(r"between\s+(?:the\s+)?", re.IGNORECASE)
_CHAPTERS = (
    r"chapters?|kapitel[ns]?|chapitres?|cap[íi]tulos?|capitol[oi]|hoofdstuk(?:ken)?|глав\w{0,3}"
)
_CHAPTER_OR_PAGE = re.compile(
    rf"\b(?:(?P<page>{PAGE_WORD})|{_CHAPTERS})(?!\w)|第.+[回章]", re.IGNORECASE
)
_WORD_AND_NUMBER = re.compile(rf"(?:{PART_WORD})\b.*", re.IGNORECASE)
_ONE_PAGE = re.compile(rf"\s{PAGE_WORD}(?<!s)\Z", re.IGNORECASE)
_STEPS = re.compile(STEPS)
_CHAPTER_WITH_NUMBER = re.compile(rf"\b(?:{_CHAPTERS})\s+(?P<number>{NUMBER})", re.IGNORECASE)
_ELSEWHERE = frozenset(
    {"before", "after", "until", "till", "to", "since", "than", "beyond", "except", "outside"}
    | {"without", "by", "vor", "nach", "bis", "avant", "après", "antes", "después", "prima", "dopo"}
)
"""Words that lead away from the part that they stand before."""

_ACCORDING_TO = re.compile(r"\baccording\s+to\b", re.IGNORECASE)

_NO_PART = frozenset({"a", "an", "for", "under", "with", "file", "filed", "filing"})
"""Words behind which something else is meant: "to file for Chapter 11"."""

_INSIDE = frozenset({
    "in", "of", "from", "on", "during", "throughout", "within", "at", "into", "im", "aus",
    "auf", "dans", "du", "au", "sur", "en", "del", "nel", "nella", "nei", "nelle", "della",
    "dei", "no", "na", "nos", "nas", "do", "da", "w", "в", "во", "на", "из", "van", "uit",
})  # fmt: skip

_HERE = "¶"
_SEVERAL_HERE = re.compile(rf"{_HERE}(?:[\s,]*(?:\b(?:and|und|en|et|y|e|и)\b)?\s*{_HERE})+")
_ENDING = " .?!,:"
_THING = rf"(?:(?:it|this)(?:\s+all)?|everything|(?:the|this)\s+(?:whole\s+|entire\s+)?{TEXT_WORD})"
_POLITE = r"(?:(?:please|can\s+you|could\s+you|would\s+you)[\s,]+)*"
_SUMMARY = r"(?:summary|synopsis|overview|recap|gist|plot|outline)"


def _asking_for_all(target: str, *, said: bool) -> re.Pattern[str]:
    """What asks for all of a target, which goes without saying in some forms unless it is to be
    ``said``."""
    named = rf"\s*(?:(?:of|in)\s+)?{target}"
    perhaps = "" if said else "?"
    forms = (
        rf"(?:summari[sz]e|recap|outline)(?:{named}){perhaps}",
        r"(?:(?:give(?:\s+me)?|write|show\s+me|what(?:\s+is|'s|’s))\s+)?(?:(?:a|an|the)\s+)?"
        r"(?:(?:short|brief|quick|concise|general|full|detailed|one-\w+)\s+)?"
        rf"{_SUMMARY}(?:{named}){perhaps}",
        rf"(?:describe|explain|tell\s+me(?:\s+all)?\s+about){named}",
        rf"what\s+(?:happens|happened|goes\s+on|is\s+going\s+on|takes\s+place|occurs){named}",
        rf"what\s+is\s+(?:said|told|discussed|covered|described){named}",
        rf"what\s+are\s+the\s+(?:main|key|chief|most\s+important)\s+\w+{named}",
        rf"what(?:\s+is|'s|’s)\s+{target}\s+(?:all\s+)?about",
        rf"{_HERE}(?:\s*{_SUMMARY}|\s*,\s*what\s+happens)?",
    )
    ending = r"(?:\s*,?\s+(?:for\s+me|please))*"
    return re.compile(rf"{_POLITE}(?:{'|'.join(forms)}){ending}", re.IGNORECASE)


_ALL_OF_PARTS = _asking_for_all(_HERE, said=True)
_ALL_OF_THE_TEXT = _asking_for_all(_THING, said=False)
_EDGE = re.compile(
    rf"{_POLITE}(?:tell\s+me\s+)?(?:"
    rf"how\s+(?:does|do|did|will)\s+(?:{_THING}|{_HERE})\s+"
    r"(?P<verb>begin|start|open|end|finish|conclude)|"
    r"what\s+happens\s+(?:at|in)\s+the\s+(?:very\s+)?(?P<noun>beginning|start|opening|end|ending)"
    rf"(?:\s+of\s+{_THING}|\s*{_HERE})?|"
    r"what\s+is\s+the\s+(?P<other>beginning|start|opening|end|ending)"
    rf"(?:\s+of\s+{_THING}|\s*{_HERE}))",
    re.IGNORECASE,
)
_ENDS = frozenset({"end", "ending", "finish", "conclude"})


@dataclass(frozen=True, slots=True)
class Scope:
    """The parts that a question names, by document id. ``sought`` is the question without their
    names; ``wanted`` says whether it asks for something there, for all of it, or for its edge."""

    parts: Mapping[str, tuple[Part, ...]]
    sought: str
    wanted: Wanted = "answer"

    @property
    def names(self) -> tuple[str, ...]:
        """What the parts are called."""
        return tuple(dict.fromkeys(part.name for parts in self.parts.values() for part in parts))

    @property
    def inside(self) -> str:
        """Where something is said to be that is in the parts."""
        return f" in {'; '.join(self.names).rstrip('.')}"

    def spans(self, document_id: str) -> tuple[Span, ...]:
        """Where the parts stand in a document."""
        return tuple(part.span for part in self.parts.get(document_id, ()))

    def has(self, document_id: str, span: Span) -> bool:
        """Whether a span of a document lies in the parts, or reaches into them."""
        return any(span.touches(own) for own in self.spans(document_id))

    def candidates(
        self, looked_up: Sequence[Candidate], texts: Texts, count: int
    ) -> list[Candidate]:
        """Passages of the parts, best first: those that were looked up and then the others, or
        where all of it is wanted ``count`` that are spread over it, or those at its edge."""
        inside = {
            document_id: [
                one for one in texts.passages[document_id] if self.has(document_id, one.span)
            ]
            for document_id in self.parts
        }
        if self.wanted == "answer":
            own = dict.fromkeys(
                (document_id, one.number)
                for document_id, passages in inside.items()
                for one in passages
            )
            found = [one for one in looked_up if one.key in own]
            known = {one.key for one in found}
            return found + [Candidate(*key, 0.0) for key in own if key not in known]
        share = max(1, count // max(1, len(inside)))
        return [
            one
            for document_id, passages in inside.items()
            for one in self._in_order(document_id, passages, share)
        ]

    def _in_order(
        self, document_id: str, passages: Sequence[Passage], count: int
    ) -> list[Candidate]:
        if self.wanted == "beginning":
            chosen = list(passages)
        elif self.wanted == "end":
            chosen = list(reversed(passages))
        else:
            count = min(count, len(passages))
            places = {round((index + 0.5) * len(passages) / count - 0.5) for index in range(count)}
            spread = [passages[place] for place in sorted(places, reverse=True)]
            chosen = spread + [one for one in passages if one not in spread]
        return [
            Candidate(document_id, one.number, 1 / (1 + rank)) for rank, one in enumerate(chosen)
        ]


def scope_of(question: str, texts: Texts) -> Scope | None:
    """What part of the texts a question is about, all of it included where that is asked for; None
    where it names none, or one that none of them has, or leads away from it, as in "before
    chapter 3"."""
    scope = _scope_of(question, texts)
    if scope is not None and scope.wanted != "answer":
        return scope
    said = (_scope_of(asked, texts) for asked in in_english(question))
    return next((one for one in said if one is not None and one.wanted != "answer"), scope)


def _scope_of(question: str, texts: Texts) -> Scope | None:
    question = _ACCORDING_TO.sub("in", in_known_words(question))
    mentions = _that_are_there(_mentions(question), texts)
    mentions = mentions or _that_are_there(_BESIDE_TITLE.finditer(question), texts)
    if not mentions:
        return _scope_of_the_whole(question, texts)
    if any((match["before"] or "").casefold() in _ELSEWHERE for match, _ in mentions):
        return None
    left = _without([match for match, _ in mentions], question)
    asked = left.strip(_ENDING)
    wanted: Wanted = "overview" if _ALL_OF_PARTS.fullmatch(asked) else _edge(asked) or "answer"
    parts: dict[str, tuple[Part, ...]] = {}
    for document_id in texts.ids:
        named = _innermost([found.get(document_id, ()) for _, found in mentions])
        if named:
            parts[document_id] = tuple(dict.fromkeys(named))
    return Scope(parts, " ".join(left.replace(_HERE, " ").split()), wanted)


def _that_are_there(
    mentions: Iterable[re.Match[str]], texts: Texts
) -> list[tuple[re.Match[str], dict[str, tuple[Part, ...]]]]:
    """Mentions with what they stand for in the texts, where that is something: "the first letter"
    may be a thing in the story."""
    named = ((match, _found(match["name"], texts)) for match in mentions)
    return [(match, found) for match, found in named if found]


PartUnit = Literal["chapter", "part", "page", "section"]
"""What the name of a part is of."""


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A part that a question names by its number and that is not there: its ``name``, the ``unit``
    that it is of, and what there is of that unit; nothing is told of sections, or of several
    texts."""

    name: str
    unit: PartUnit
    others: tuple[Part, ...] = ()


def missing_part(question: str, texts: Texts) -> MissingPart | None:
    """The part that a question names by its number and that none of the texts has; None where there
    is none such, or where a text that is not divided so speaks of one."""
    asked = in_known_words(question)
    mentions = list(_mentions(asked))
    names = [match["name"] for match in mentions if unquoted(match["name"]) is None]
    if not names or any(_found(name, texts) for name in names):
        return None
    of_all = asks_for_units(asked) or _asks_for_all_of(mentions, asked)
    for name in names:
        unit = _unit_of(name)
        if unit is None:
            continue
        others = [
            (document, tuple(_others(name, unit, document)))
            for document in texts.documents.values()
        ]
        # "The first part", "the last page" and "letter 2" are also said of no part of the text, and
        # what has parts in print may have none in a file.
        only_said = (unit == "part" and not (of_all and _WORD_AND_NUMBER.fullmatch(name))) or (
            unit == "page" and _ONE_PAGE.search(name) is not None
        )
        if all(there or not (only_said or _speaks_of(name, text)) for text, there in others):
            there = others[0][1] if len(others) == 1 else ()
            return MissingPart(_BETWEEN.sub("", name), unit, there)
    return None


def _asks_for_all_of(mentions: Sequence[re.Match[str]], question: str) -> bool:
    """Whether a question asks for all that it mentions, or for its beginning or end."""
    asked = _without(mentions, question).strip(_ENDING)
    return _ALL_OF_PARTS.fullmatch(asked) is not None or _edge(asked) is not None


def _unit_of(name: str) -> PartUnit | None:
    """What the name of a part is of; None where it names several others than chapters or pages."""
    if match := _CHAPTER_OR_PAGE.search(name):
        return "page" if match["page"] else "chapter"
    numbered = named_by_number(name, alone=True)
    if numbered is None:
        return None
    return "section" if numbered.word == "section" else "part"


def _others(name: str, unit: PartUnit, document: Document) -> Sequence[Part]:
    """What a text has of the unit that a name is of."""
    if unit == "chapter":
        return chapters(document)
    if unit == "page":
        return page_parts(document)
    numbered = named_by_number(name, alone=True) if unit == "part" else None
    return parts_with_word(document, numbered.word) if numbered else ()


def _speaks_of(name: str, document: Document) -> bool:
    """Whether a text has the name of a part, or its number in another writing, in its words: a
    heading that was taken for none, or a part of another text."""
    if steps := _STEPS.search(name):
        name = steps[0]
    words = r"\s+".join(map(re.escape, name.split()))
    if re.search(rf"(?<!\w){words}(?!\w)", document.text, re.IGNORECASE):
        return True
    numbered = named_by_number(name, alone=True) if _CHAPTER_OR_PAGE.search(name) else None
    return numbered is not None and any(
        parse_number(match["number"]) == numbered.number
        for match in _CHAPTER_WITH_NUMBER.finditer(document.text)
    )


def _mentions(question: str) -> list[re.Match[str]]:
    return [
        match
        for match in _MENTION.finditer(question)
        if (match["before"] or "").casefold() not in _NO_PART
    ]


def _found(name: str, texts: Texts) -> dict[str, tuple[Part, ...]]:
    """What a name stands for in those of the texts where it stands for something."""
    titled = re.fullmatch(TITLED_PARTS, name, re.IGNORECASE) is not None
    quoted = unquoted(name) is not None
    titles: Titles = "any words" if titled else "whole" if quoted else "none"
    found = {
        document_id: parts_called(name, document, titles=titles)
        for document_id, document in texts.documents.items()
    }
    return {document_id: parts for document_id, parts in found.items() if parts}


def _innermost(named: Sequence[Sequence[Part]]) -> list[Part]:
    """The parts that are meant where one is named within another: "chapter 3 of part two"."""
    meant: list[Part] = []
    for index, parts in enumerate(named):
        others = [part for other in (*named[:index], *named[index + 1 :]) for part in other]
        inside = [part for part in parts if any(part.lies_in(other) for other in others)]
        outside = any(other.lies_in(part) for other in others for part in parts)
        meant += inside or ([] if outside else parts)
    return meant


def _without(mentions: Sequence[re.Match[str]], question: str) -> str:
    """The question with a mark in place of each mention and of what binds it in."""
    for match in reversed(mentions):
        bound = (match["before"] or "").casefold() in _INSIDE or not match["before"]
        start = match.start() if bound else match.end("before")
        question = f"{question[:start]} {_HERE} {question[match.end() :]}"
    return _SEVERAL_HERE.sub(_HERE, " ".join(question.split()))


def _scope_of_the_whole(question: str, texts: Texts) -> Scope | None:
    wanted: Wanted | None = "overview" if asks_for_the_whole(question) else None
    wanted = wanted or _edge(question.strip(_ENDING))
    if wanted is None:
        return None
    parts = {
        document_id: (Part(document.title, main_text(document)),)
        for document_id, document in texts.documents.items()
        # How a text ends is not known to who has not read it to its end.
        if wanted != "end" or not isinstance(document, CutDocument)
    }
    return Scope(parts, question, wanted) if parts else None


def _edge(asked: str) -> Wanted | None:
    """Which end of a part or of the text is asked for, if any."""
    match = _EDGE.fullmatch(asked)
    if match is None:
        return None
    word = match["verb"] or match["noun"] or match["other"]
    return "end" if word.casefold() in _ENDS else "beginning"


def asks_for_the_whole(question: str) -> bool:
    """Whether a question asks what all of the text says."""
    return _ALL_OF_THE_TEXT.fullmatch(question.strip(_ENDING)) is not None
