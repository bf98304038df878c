"""Who appears with whom: "Who appears with Anna most often?", "Which two characters appear together
most?", answered by code over the full text.

Two appear together where a passage names both.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

from longread.answering.answer import Answer, Route, without_model
from longread.answering.cast import of_kind, within
from longread.answering.counted import so_far
from longread.answering.evidence import document_letters
from longread.answering.parts import scope_of
from longread.answering.support import Citation, cite_place, with_label
from longread.answering.texts import Texts
from longread.document import Passage, Span
from longread.part_names import TEXT_WORD
from longread.reading.name_kinds import Kind
from longread.reading.names import Name, gather, together

MOST_LISTED = 10
"""Most companions, or pairs, that an answer lists; the others are counted."""

_PEOPLE = r"(?:(?:other\s+)?(?:character|person)s?|people)"
_WHO = rf"(?:who(?:\s+else)?|(?:which|what)\s+{_PEOPLE})"
_MET = r"(?:appear|occur|named|mentioned|seen|met)s?"
_IS = r"(?:(?:is|are|was|were|does|do)\s+)"
_TOGETHER = r"(?:\s+together)?"
_MOST = r"(?:\s+(?:the\s+)?most(?:\s+(?:often|frequently))?|\s+often)?"
_IN_IT = rf"(?:\s+in\s+(?:it|(?:the|this)\s+(?:whole\s+)?{TEXT_WORD}))?"
_NAME = r"(?P<name>[^,;?]+?)"
_ENDING = rf"{_MOST}{_IN_IT}\s*[.?!]*\s*"
_OF_ONE = tuple(
    re.compile(rf"\s*{form}{_ENDING}", re.IGNORECASE)
    for form in (
        rf"{_WHO}\s+{_IS}?{_MET}{_TOGETHER}{_MOST}{_TOGETHER}\s+with\s+{_NAME}",
        rf"{_WHO}\s+{_IS}{_NAME}{_MOST}\s+{_MET}{_TOGETHER}{_MOST}\s+with",
        rf"with\s+(?:whom|who|(?:which|what)\s+{_PEOPLE})\s+{_IS}{_NAME}{_MOST}\s+{_MET}{_TOGETHER}",
    )
)
_OF_TWO = re.compile(
    rf"\s*(?:who|which|what)(?:\s+two|\s+pair\s+of)?(?:\s+{_PEOPLE})?\s+{_IS}?{_MET}{_MOST}"
    rf"\s+together{_ENDING}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Company:
    """Who is named in the same passages: what an answer calls it, those passages, and where the
    first of them names the companion."""

    told: str
    passages: tuple[Passage, ...]
    place: Span


def answer_from_company(question: str, texts: Texts) -> Answer | None:
    """The answer where the question asks who appears with somebody whom a text names, or which two
    appear together; else None."""
    started = time.perf_counter()
    scope = scope_of(question, texts)
    sought = scope.sought if scope else question
    wanted = _asked(sought)
    if wanted is None:
        return None
    letters = document_letters(texts.ids)
    lines: list[str] = []
    citations: dict[str, Citation] = {}
    figures: dict[str, dict[str, int]] = {}
    for document_id, document in texts.documents.items():
        if scope is not None and document_id not in scope.parts:
            continue
        every = gather(document)
        one = next((name for name in every if _is_called(name, wanted)), None)
        if wanted and one is None:
            continue
        kind, names = of_kind(every, "person", document)
        if one is not None and one not in names:
            names.append(one)
        if scope is not None:
            names = [within(scope, document_id, name) for name in names]
        passages = texts.passages[document_id]
        met = _met(names, passages, one)
        if len(texts.documents) > 1:
            lines.append(f"{document.title}:")
        inside = scope.inside if scope else so_far(document)
        lines.append(_heading(one, len(met), kind, inside))
        for item in met[:MOST_LISTED]:
            cited = cite_place(item.place, document_id, document, passages, letters[document_id])
            line = f"- {item.told}, in {_passages(len(item.passages))}"
            lines.append(with_label(line, cited, citations))
        figures[document_id] = {item.told: len(item.passages) for item in met}
    if not figures:
        return None
    return without_model(
        question,
        Route.EVERY,
        lines,
        started,
        citations=citations.values(),
        figures={"together": figures if len(figures) > 1 else next(iter(figures.values()))},
    )


def _asked(question: str) -> str | None:
    """The name that is asked about, none ("") where it is any two; None where neither is asked."""
    if _OF_TWO.fullmatch(question):
        return ""
    matches = (form.fullmatch(question) for form in _OF_ONE)
    return next((match["name"].strip() for match in matches if match), None)


def _is_called(name: Name, wanted: str) -> bool:
    """Whether somebody is called so in the text, with or without an article."""
    said = wanted.casefold().removeprefix("the ")
    return said in (name.name.casefold(), *(form.casefold() for form, _ in name.forms))


def _met(names: Sequence[Name], passages: Sequence[Passage], one: Name | None) -> list[_Company]:
    """Whom somebody appears with, or else which two appear together, most often first."""
    known = {name.name: name for name in names}
    found = []
    for pair, both in together(names, passages).items():
        if one is None:
            told, companion = " and ".join(pair), pair[1]
        elif one.name in pair:
            told = companion = pair[1] if pair[0] == one.name else pair[0]
        else:
            continue
        found.append(_Company(told, tuple(both), _first_in(known[companion], both[0])))
    return sorted(found, key=lambda item: (-len(item.passages), item.place.start))


def _first_in(name: Name, passage: Passage) -> Span:
    inside = (span for span in name.mentions if passage.span.start <= span.start < passage.span.end)
    return next(inside, passage.span)


def _heading(one: Name | None, count: int, kind: Kind | None, inside: str) -> str:
    noun, stand = ("person", "named") if kind else ("name", "met")
    if one is None:
        none, single, many = f"No two {noun}s are", f"Two {noun}s are", f"{count:,} pairs are"
    else:
        none, single, many = f"No other {noun} is", f"One {noun} is", f"{count:,} {noun}s are"
    who = {0: none, 1: single}.get(count, many)
    beside = f" as {one.name}" if one is not None else ""
    told = f"{who} {stand} in the same passages{beside}{inside}."
    return told + (f" The first {MOST_LISTED} of them:" if count > MOST_LISTED else "")


def _passages(count: int) -> str:
    return "one passage" if count == 1 else f"{count:,} passages"
