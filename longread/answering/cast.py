"""Who and what a text names: "List all characters", answered by code over the full text.

The names are gathered and counted, not written by a model; what the notes say of one stands behind
it, with the passage where it is met first.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import replace

from longread.answering.answer import Answer, Route, without_model
from longread.answering.counted import so_far
from longread.answering.evidence import document_letters
from longread.answering.parts import Scope, scope_of
from longread.answering.support import Citation, cite_place, with_label
from longread.answering.texts import Texts
from longread.document import Document
from longread.languages import is_english
from longread.memory.library import Library
from longread.memory.notes import Note
from longread.part_names import TEXT_WORD
from longread.reading.name_kinds import Kind
from longread.reading.names import Name, gather

MOST_LISTED = 60
"""Most names that an answer lists; the others are counted."""

MAIN_SHARE, MOST_MAIN = 0.05, 10
"""A main name has at least this share of the mentions of the one with most, and is one of so many
with most."""

HERO_SHARE = 0.5
"""The same of a hero's name."""

_LIST = (
    r"(?:(?:please\s+|(?:can|could|would)\s+you\s+(?:please\s+)?)?"
    r"(?:list|name|give(?:\s+me)?|show(?:\s+me)?|tell\s+me|(?:make|write)(?:\s+me)?(?=\s+a\s+list))"
    r"(?:\s+a\s+list\s+of)?\s+|(?:who|what|which)(?:\s+(?:are|is)|[’']s)\s+|(?:what|which)\s+)"
    r"(?:(?:all\s+)?(?:the\s+)?names?\s+of\s+)?"
)
_MAIN_WORD = r"(?:main|chief|principal|key|major|central|(?:most\s+)?important)"
_ALL = rf"(?P<which>(?:(?:all|every|each|of|the|{_MAIN_WORD})\s+)*)"
_PEOPLE = (
    r"(?:character|person)s?|people|(?P<figures>figures)|cast|dramatis\s+personae|"
    r"(?P<protagonist>protagonists?)"
)
_PLACES = r"(?:place|location|town)s?|cities|place\s+names"
_NAMES = r"(?:proper\s+)?names?"
_SINGLE = r"(?P<single>(?:character|person|place|location|town|name)\b)"
_THERE = r"(?:there|named|mentioned|met|appearing|appears?|occurring|occurs?)"
_WHERE = (
    rf"(?:\s+(?:(?:that|who)\s+)?(?:(?:are|is|were)\s+)?(?:{_THERE}\s+)?"
    rf"(?:in|of|from)\s+(?:it|this|that|(?:the|this)\s+(?:whole\s+|entire\s+)?{TEXT_WORD})|"
    rf"\s+(?:(?:that|who)\s+)?(?:(?:are|is|were)\s+)?{_THERE})?"
)
_KIND = rf"(?:(?P<people>{_PEOPLE})|(?P<places>{_PLACES})|(?P<names>{_NAMES}))"
_ENDING = r"\s*[.?!]*\s*"
_QUESTION = re.compile(rf"\s*{_LIST}{_ALL}(?={_SINGLE})?{_KIND}{_WHERE}{_ENDING}$", re.IGNORECASE)

_MET = r"(?:appears?|occurs?|(?:is|are)\s+(?:named|mentioned|met|spoken\s+of))"
_IN_IT = rf"(?:\s+(?:in|of)\s+(?:it|(?:the|this)\s+(?:whole\s+)?{TEXT_WORD}))"
_MORE_QUESTIONS = (
    # "How many people" also asks how many there are in a house.
    rf"\s*how\s+many\s+(?:different\s+)?{_KIND}\s+(?:{_MET}|are(?:\s+there)?){_IN_IT}?{_ENDING}",
    rf"\s*how\s+many\s+{_KIND}\s+(?:does|has)\s+(?:the|this)\s+{TEXT_WORD}"
    rf"(?:\s+(?:have|name|mention))?{_ENDING}",
    rf"\s*(?P<who>who)\s+(?:all\s+)?{_MET}{_IN_IT}{_ENDING}",
    rf"\s*(?P<who>who)\s+(?:all\s+)?(?:is|are)\s+(?:named|mentioned|in\s+(?:the|this)\s+{TEXT_WORD})"
    rf"{_ENDING}",
    rf"\s*(?P<who>who)(?:\s+is|[’']s)\s+who{_IN_IT}?{_ENDING}",
    rf"\s*(?P<which>(?:the\s+)?{_MAIN_WORD}\s+|all\s+(?:the\s+)?){_KIND}{_WHERE}{_ENDING}",
    rf"\s*(?:(?P<who>who)|(?:which|what)\s+{_KIND})\s+(?:{_MET}\s+)?(?:the\s+)?(?P<most>most)"
    rf"(?:\s+(?:often|frequently|times))?{_IN_IT}?{_ENDING}",
    rf"\s*(?:(?:who|what|which)\s+(?:is|are)\s+)?(?:the\s+)?(?P<most>most)\s+(?:often\s+|frequently\s+)?"
    rf"(?:mentioned|named)\s+{_KIND}{_IN_IT}?{_ENDING}",
)
_OTHER_FORMS = tuple(re.compile(form, re.IGNORECASE) for form in _MORE_QUESTIONS)
_OF_A_PART = re.compile(
    rf"\s*(?P<who>who)\s+(?:all\s+)?(?:{_MET}|(?:is|are)(?:\s+there)?){_ENDING}", re.IGNORECASE
)
"""What asks so only of a part, whose name is left out: "Who is in chapter 2?"."""

_MAIN = re.compile(_MAIN_WORD, re.IGNORECASE)
_MORE_THAN_ONE = re.compile(rf"all|every|each|{_MAIN_WORD}", re.IGNORECASE)
"""Without such a word, as in "Which town?", one that was spoken of is meant."""


def answer_from_names(question: str, texts: Texts, library: Library) -> Answer | None:
    """The answer where the question asks for all characters, places or names; else None."""
    started = time.perf_counter()
    scope = scope_of(question, texts)
    sought = scope.sought if scope else question
    asked = _asked(sought, of_a_part=scope is not None)
    if asked is None:
        return None
    kind, share = asked
    letters = document_letters(texts.ids)
    lines: list[str] = []
    citations: dict[str, Citation] = {}
    listed: dict[str, dict[str, int]] = {}
    for document_id, document in texts.documents.items():
        if scope is not None and document_id not in scope.parts:
            continue
        told, names = of_kind(gather(document), kind, document)
        if scope is not None:
            names = _met_within(scope, document_id, names)
        if share and names:
            least = share * len(names[0].mentions)
            names = [name for name in names[:MOST_MAIN] if len(name.mentions) >= least]
        if len(texts.documents) > 1:
            lines.append(f"{document.title}:")
        notes = _notes_upto(library.notes(document_id), texts.last.get(document_id))
        inside = scope.inside if scope else ""
        missing = inside or so_far(document)
        lines.append(_heading(len(names), told, main=share > 0, inside=inside, missing=missing))
        for name in names[:MOST_LISTED]:
            cited = cite_place(
                name.mentions[0],
                document_id,
                document,
                texts.passages[document_id],
                letters[document_id],
            )
            lines.append(with_label(f"- {_told(name, notes)}", cited, citations))
        listed[document_id] = {name.name: len(name.mentions) for name in names}
    english = any(is_english(document.language) for document in texts.documents.values())
    # Where nobody has a name, somebody may appear all the same.
    if not any(listed.values()) and not (english and _QUESTION.match(sought)):
        return None
    figures = {"names": listed if len(listed) > 1 else next(iter(listed.values()), {})}
    return without_model(
        question, Route.EVERY, lines, started, citations=citations.values(), figures=figures
    )


def _asked(question: str, *, of_a_part: bool) -> tuple[Kind | None, float] | None:
    """The kind of names that a question asks for, None for all of them, and which share of the
    mentions of the one with most a name needs, zero for none; None where it asks for no names."""
    forms = (*_OTHER_FORMS, _OF_A_PART) if of_a_part else _OTHER_FORMS
    others = (form.fullmatch(question) for form in forms)
    match = _QUESTION.match(question) or next(filter(None, others), None)
    if match is None:
        return None
    found = match.groupdict()
    # A report has figures as well, which are numbers.
    if found.get("figures") and not question.lstrip().casefold().startswith("who"):
        return None
    which = found.get("which") or ""
    if found.get("single") and not _MORE_THAN_ONE.search(which):
        return None
    people = found.get("people") or found.get("who")
    kind: Kind | None = "person" if people else "place" if found.get("places") else None
    foremost = found.get("protagonist") or found.get("most")
    if not (foremost or _MAIN.search(which)):
        return kind, 0.0
    return kind, HERO_SHARE if foremost or found.get("single") else MAIN_SHARE


def of_kind(
    names: Sequence[Name], kind: Kind | None, document: Document
) -> tuple[Kind | None, list[Name]]:
    """The kind that the names are told to be of, and those of it; where the text's language does
    not tell which are, no kind, and all that are not known to be of another."""
    found = [name for name in names if kind in (None, name.kind)]
    if found or is_english(document.language):
        return kind, found
    return None, [name for name in names if name.kind == "other"]


def within(scope: Scope, document_id: str, name: Name) -> Name:
    """A name with its mentions in a scope alone."""
    mentions = tuple(span for span in name.mentions if scope.has(document_id, span))
    return replace(name, mentions=mentions)


def _met_within(scope: Scope, document_id: str, names: Sequence[Name]) -> list[Name]:
    """The names that are met in a scope, with their mentions there, those met most first."""
    found = (within(scope, document_id, name) for name in names)
    return sorted((name for name in found if name.mentions), key=lambda name: -len(name.mentions))


def _heading(count: int, kind: Kind | None, *, main: bool, inside: str, missing: str) -> str:
    singular = {"person": "person", "place": "place"}.get(kind or "", "name")
    met = "named" if inside else "named more than once"
    if not count:
        return f"No {singular} is {met}{missing}."
    noun = singular if count == 1 else f"{singular}s"
    more = f" The first {MOST_LISTED} of them:" if count > MOST_LISTED else ""
    how = "named most" if main else met
    return f"{count} {noun} {'is' if count == 1 else 'are'} {how}{inside}.{more}"


def _told(name: Name, notes: Sequence[Note]) -> str:
    said = next(
        (
            what.rstrip(".")
            for note in notes
            if not note.extracted
            for other, what in note.names
            if other == name.name and what
        ),
        "",
    )
    times = "once" if len(name.mentions) == 1 else f"{len(name.mentions)} times"
    return f"{name.name}, {times}" + (f". {said}." if said else ".")


def _notes_upto(notes: Sequence[Note], last: int | None) -> list[Note]:
    return [note for note in notes if last is None or note.last <= last]
