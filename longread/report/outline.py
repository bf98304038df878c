"""The outline of a document's summary: which parts of the tree are told, at which length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from longread.document import Document, Passage
from longread.errors import UsageError
from longread.memory.library import Library
from longread.memory.notes import Note
from longread.memory.summaries import Claim, Summary
from longread.reading.groups import fitting, group_passages
from longread.reading.tree import Branch, grow


class Length(StrEnum):
    """How much is told: the whole in a sentence or a paragraph, with its largest parts on about
    a page, with every chapter, or with every group of passages."""

    SENTENCE = "sentence"
    PARAGRAPH = "paragraph"
    PAGE = "page"
    CHAPTERS = "chapters"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Entry:
    """One part of the document: its title, where it begins and ends, and what it says.
    ``depth`` is 0 for the whole."""

    depth: int
    title: str
    first: int
    last: int
    place: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A document's summary in the order of the text."""

    document_id: str
    title: str
    author: str
    length: Length
    entries: tuple[Entry, ...]

    def as_json(self) -> dict[str, Any]:
        """The documented JSON object of ``longread summarize --format json``."""
        return {
            "schema": "longread.summary/1",
            "document_id": self.document_id,
            "title": self.title,
            "author": self.author,
            "length": str(self.length),
            "entries": [
                {
                    "depth": entry.depth,
                    "title": entry.title,
                    "place": entry.place,
                    "passages": [entry.first, entry.last],
                    "sentences": [
                        {
                            "text": claim.text,
                            "passages": list(claim.passages),
                            "supported": claim.supported,
                        }
                        for claim in entry.claims
                    ],
                }
                for entry in self.entries
            ],
        }


def outline(library: Library, document_id: str, length: Length, last: int | None = None) -> Outline:
    """What the tree of a document says; of it only what ends with passage ``last`` or before,
    where the reader has got no further. The whole then is not told: it knows how it ends.

    Raises:
        UsageError: its summaries are not written.
    """
    found = find_outline(library, document_id, length, last)
    if found is None:
        title = library.document(document_id).title
        raise UsageError(f"“{title}” has no summary yet.", hint="`longread summarize` writes it.")
    return found


def find_outline(
    library: Library, document_id: str, length: Length, last: int | None = None
) -> Outline | None:
    """An outline as ``outline`` gives it; None where not all notes and summaries are written."""
    document, passages = library.document(document_id), library.passages(document_id)
    groups = group_passages(document, passages)
    branches = grow(document, groups)
    notes = fitting(groups, library.notes(document_id))
    known = fitting(branches, library.summaries(document_id))
    if not branches or len(notes) < len(groups) or len(known) < len(branches):
        return None
    entries = _Entries(document, passages, branches, known, notes)
    told = [item for item in entries.of(length) if last is None or item.last <= last]
    return Outline(document_id, document.title, document.author, length, tuple(told))


class _Entries:
    def __init__(
        self,
        document: Document,
        passages: Sequence[Passage],
        branches: Sequence[Branch],
        known: dict[int, Summary],
        notes: dict[int, Note],
    ) -> None:
        self._document = document
        self._passages = passages
        self._branches = branches
        self._known = known
        self._notes = notes

    def of(self, length: Length) -> list[Entry]:
        whole = self._branches[-1]
        if length is Length.SENTENCE:
            return [self._entry(whole, 0, (self._known[whole.number].sentence,))]
        told = [self._entry(whole, 0)]
        if length is Length.PAGE:
            told += [self._entry(self._branches[number - 1], 1) for number in whole.branches]
        elif length in (Length.CHAPTERS, Length.FULL):
            for branch in self._parts():
                told.append(self._entry(branch, 1))
                # A chapter of a single note says just that.
                if length is Length.FULL and (branch.branches or len(branch.notes) > 1):
                    told += [self._note(number) for number in self._leaves(branch)]
        return told

    def _parts(self) -> list[Branch]:
        """The chapters, and what text stands beside them; without chapters, stretches."""
        found: list[Branch] = []
        above = [self._branches[-1]]
        while above:
            branch = above.pop(0)
            if branch.kind == "chapter" or (branch.notes and branch.kind != "document"):
                found.append(branch)
            else:
                above = [self._branches[number - 1] for number in branch.branches] + above
        return found or [self._branches[-1]]

    def _leaves(self, branch: Branch) -> list[int]:
        found = list(branch.notes)
        for number in branch.branches:
            found += self._leaves(self._branches[number - 1])
        return found

    def _entry(self, branch: Branch, depth: int, claims: tuple[Claim, ...] | None = None) -> Entry:
        return Entry(
            depth,
            branch.title or self._between(branch),
            branch.first,
            branch.last,
            self._place(branch.first),
            self._known[branch.number].claims if claims is None else claims,
        )

    def _note(self, number: int) -> Entry:
        note = self._notes[number]
        place = self._place(note.first)
        rests = tuple(range(note.first, note.last + 1))
        return Entry(2, "", note.first, note.last, place, (Claim(note.gist, rests),))

    def _between(self, branch: Branch) -> str:
        """A name for a stretch: the first and last chapter in it, or where it begins."""
        titles = [self._branches[number - 1].title for number in branch.branches]
        named = [title for title in titles if title]
        if not named:
            return self._place(branch.first)
        return named[0] if len(named) == 1 else f"{named[0]} – {named[-1]}"

    def _place(self, number: int) -> str:
        return str(self._document.place(self._passages[number - 1].span))
