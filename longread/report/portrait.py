"""A portrait of a document: what its page shows, as plain values.

The summary by chapter, who is named where and with whom, how long each chapter is, and the passages
that the statements rest on. Everything but the summary is there without a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from longread.answering.texts import Texts
from longread.answering.words import Measure, measure_of, words_in
from longread.document import Document, Passage, Span
from longread.errors import UsageError
from longread.languages import language_code
from longread.memory.analysis import count_words
from longread.memory.library import Library
from longread.memory.summaries import Claim
from longread.reading.names import Name, gather, together
from longread.report.outline import Entry, Length, outline
from longread.structure import chapters

WORDS_A_MINUTE = 238
"""Silent reading of English fiction: Brysbaert, "How many words do we read per minute?" (2019)."""

CHARACTERS_A_MINUTE = {"zh": 255, "ja": 357}
"""The same of texts in scripts that set no words apart; other languages count as Chinese.
Trauzettel-Klosinski and Dietz, "Standardized assessment of reading performance" (2012)."""

MOST_NAMES = 14
"""Most names that are drawn."""

MOST_TOGETHER = 10
"""Most persons of whom is shown who appears with whom."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter: its words, how many minutes it takes to read, where it begins and ends as shares
    of the text, and what is told."""

    title: str
    words: int
    minutes: float
    begins: float
    ends: float
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Person:
    """A name with how often and where it stands, as shares of the text, and where first."""

    name: str
    kind: str
    count: int
    places: tuple[float, ...]
    first: str
    passage: int


@dataclass(frozen=True, slots=True)
class Cited:
    """A passage that something rests on."""

    number: int
    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Portrait:
    """All that a page shows. ``words`` are characters where the script sets no words apart, as
    ``unit`` says. ``upto`` is how far the reader is, in the reader's own words; empty where the
    whole is shown. ``together`` has, for each two of the first names, in how many passages both
    stand."""

    title: str
    author: str
    language: str
    upto: str
    unit: Measure
    words: int
    minutes: float
    told: tuple[Claim, ...]
    chapters: tuple[Chapter, ...]
    names: tuple[Person, ...]
    together: tuple[tuple[str, tuple[int, ...]], ...]
    passages: tuple[Cited, ...]

    @property
    def told_parts(self) -> bool:
        """Whether anything is told of the chapters."""
        return any(chapter.claims for chapter in self.chapters)

    @property
    def meet(self) -> bool:
        """Whether any two of the names stand in one passage."""
        return any(any(row) for _, row in self.together)


def portrait(library: Library, document_id: str, upto: str = "") -> Portrait:
    """Look at a document of the library, up to and with the part that ``upto`` names.

    Raises:
        DocumentNotFound: there is no such document.
        UsageError: it has no such part.
    """
    texts = Texts.of(library, [document_id], upto)
    document, passages = texts.documents[document_id], texts.passages[document_id]
    told, parts = _told(library, document_id, texts.last.get(document_id))
    unit = measure_of(document)
    words = _length(document, Span(0, len(document.text)), unit)
    names = gather(document)
    main = [name for name in names if name.kind != "other"][:MOST_NAMES]
    shown = [_person(name, document, passages) for name in main]
    used = {number for claim in told for number in claim.passages}
    used |= {number for entry in parts for claim in entry.claims for number in claim.passages}
    used |= {person.passage for person in shown if person.passage}
    return Portrait(
        title=document.title,
        author=document.author,
        language=document.language,
        upto=upto,
        unit=unit,
        words=words,
        minutes=words / _speed(document, unit),
        told=told,
        chapters=_chapters(document, passages, parts, unit),
        names=tuple(shown),
        together=_together(main, passages),
        passages=tuple(
            Cited(number, str(document.place(span)), document.slice(span))
            for number in sorted(used)
            for span in [passages[number - 1].span]
        ),
    )


def _told(
    library: Library, document_id: str, last: int | None
) -> tuple[tuple[Claim, ...], list[Entry]]:
    """The summary of the whole, and of the parts, as far as they may be told."""
    try:
        entries = outline(library, document_id, Length.CHAPTERS, last).entries
    except UsageError:
        return (), []
    kept = entries if last is None else [_before(entry, last) for entry in entries]
    whole = next((entry.claims for entry in kept if entry.depth == 0), ())
    return whole, [entry for entry in kept if entry.depth == 1]


def _before(entry: Entry, last: int) -> Entry:
    """An entry without what rests on a passage behind the last."""
    claims = tuple(claim for claim in entry.claims if max(claim.passages, default=0) <= last)
    return replace(entry, claims=claims)


def _chapters(
    document: Document, passages: Sequence[Passage], parts: Sequence[Entry], unit: Measure
) -> tuple[Chapter, ...]:
    length = max(1, len(document.text))
    spans = [(part.name, part.span) for part in chapters(document)]
    if not spans:
        spans = [
            (
                entry.title,
                Span(passages[entry.first - 1].span.start, passages[entry.last - 1].span.end),
            )
            for entry in parts
        ]
    found = []
    for title, span in spans:
        claims = next(
            (
                entry.claims
                for entry in parts
                if span.start <= passages[entry.first - 1].span.start < span.end
            ),
            (),
        )
        words = _length(document, span, unit)
        minutes = words / _speed(document, unit)
        begins, ends = span.start / length, span.end / length
        found.append(Chapter(title, words, minutes, begins, ends, claims))
    return tuple(found)


def _length(document: Document, span: Span, unit: Measure) -> int:
    if unit == "character":
        return sum(1 for _ in words_in(document, span, unit))
    return count_words(document.slice(span))


def _speed(document: Document, unit: Measure) -> int:
    """Words or characters that are read in a minute."""
    if unit == "word":
        return WORDS_A_MINUTE
    code = language_code(document.language)
    return CHARACTERS_A_MINUTE.get(code, CHARACTERS_A_MINUTE["zh"])


def _person(name: Name, document: Document, passages: Sequence[Passage]) -> Person:
    length = max(1, len(document.text))
    first = name.mentions[0]
    passage = next((p.number for p in passages if p.span.start <= first.start < p.span.end), 0)
    places = tuple(round(span.start / length, 5) for span in name.mentions)
    place = str(document.place(first))
    return Person(name.name, name.kind, len(name.mentions), places, place, passage)


def _together(
    names: Sequence[Name], passages: Sequence[Passage]
) -> tuple[tuple[str, tuple[int, ...]], ...]:
    persons = [name for name in names if name.kind == "person"][:MOST_TOGETHER]
    pairs = together(persons, passages)
    rows = []
    for one in persons:
        row = tuple(
            len(pairs.get((one.name, other.name), pairs.get((other.name, one.name), ())))
            for other in persons
        )
        rows.append((one.name, row))
    return tuple(rows)
