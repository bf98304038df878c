"""Writes the notes of a document, behind the reading pass or without one.

Groups are written in fixed batches, side by side where the model can, and each batch is
committed whole: what was cut off is written again, and comes out as it would have.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from longread.document import Passage
from longread.engine.protocol import Line, Message, Model
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.memory.notes import Note
from longread.memory.terms import weights
from longread.passages import estimate_tokens
from longread.reading import notes
from longread.reading.belief import beliefs, judged
from longread.reading.frame import Material
from longread.reading.given import Given
from longread.reading.groups import Group, fitting, group_passages
from longread.reading.names import Name, gather
from longread.reading.side_by_side import TOGETHER, Pace, replies, retold

LEAST_TOKENS = 40
"""A group of fewer tokens is its own note."""


@dataclass(frozen=True, slots=True)
class NotesProgress:
    """How many of a document's notes are written; ``seconds_left`` is an estimate."""

    notes: int
    total: int
    seconds_left: float
    finished: bool = False


class NoteWriter:
    """Writes one document's notes with one model; ``blocks`` spare it reading again. With
    ``rewrite``, notes that another model wrote count for nothing."""

    def __init__(
        self,
        library: Library,
        model: Model,
        document_id: str,
        blocks: BlockMemory | None = None,
        together: int = TOGETHER,
        *,
        rewrite: bool = False,
    ) -> None:
        self._library = library
        self._model = model
        self._document_id = document_id
        self._together = together
        self._document = library.document(document_id)
        self._passages = library.passages(document_id)
        self._given = Given(document_id, self._document, self._passages, blocks)
        self.groups = group_passages(self._document, self._passages)
        kept = library.notes(document_id)
        good = [note for note in kept if not rewrite or note.model == model.info.id]
        self._known = set(fitting(self.groups, good))
        self._outdated = {note.number for note in kept} - self._known
        self._pace = Pace()

    @cached_property
    def _names(self) -> tuple[Name, ...]:
        return gather(self._document)

    @cached_property
    def _weights(self) -> dict[str, float]:
        return weights(map(self._text, self.groups), self._document.language)

    def due(self, read: int) -> bool:
        """Whether a batch can be written when so many passages have been read."""
        return next(self._batches(read), None) is not None

    def run(self, read: int | None = None) -> Generator[NotesProgress]:
        """Write all batches that lie within the first ``read`` passages, or all there are;
        yields while it writes. Closing the iterator drops what is not committed.

        Raises:
            ModelError: the model cannot write; EngineCrashed after several tries.
        """
        if self._outdated:
            self._library.remove_notes(self._document_id, self._outdated)
            self._outdated = set()
        for batch in self._batches(len(self._passages) if read is None else read):
            yield from self._write(batch)
        yield self._progress(0)

    def _batches(self, read: int) -> Generator[list[Group]]:
        for start in range(0, len(self.groups), self._together):
            batch = list(self.groups[start : start + self._together])
            if batch[-1].last <= read and not {group.number for group in batch} <= self._known:
                yield batch

    def _write(self, batch: list[Group]) -> Generator[NotesProgress]:
        self._pace.begin()
        made = {group.number: self._checked(group, ("",)) for group in batch}
        # Of a title page there is nothing to say but what stands there.
        left = [group for group in batch if estimate_tokens(self._text(group)) >= LEAST_TOKENS]
        language = self._document.language
        for first in (True, False):
            if left:
                asked = [self.prompt(group, first=first) for group in left]
                lines = notes.lines(language) if first else notes.lines_again()
                # What held at the first try is done already.
                held = len(batch) - len(left)
                written = yield from self._replies(asked, [lines] * len(left), held)
                for group, said in zip(left, written, strict=True):
                    made[group.number] = self._checked(group, said)
            left = [group for group in left if not made[group.number].gist]
        for group in batch:
            yield from self._believe(group, made)
            if not made[group.number].gist:
                gist = notes.extract(self._document, self._of(group))
                made[group.number] = replace(made[group.number], gist=gist, extracted=True)
        self._library.add_notes(self._document_id, list(made.values()))
        self._known |= set(made)
        self._pace.end(len(made))
        yield self._progress(0)

    def _checked(self, group: Group, said: Sequence[str]) -> Note:
        text, language = self._text(group), self._document.language
        names = notes.main_names(self._names, group.span)
        note = notes.check(group, names, said, text, self._model.info.id, language)
        topics = notes.topics(text, self._weights, language, self._names)
        return replace(note, topics=tuple(topics))

    def _believe(self, group: Group, made: dict[int, Note]) -> Generator[NotesProgress]:
        """Drop from a note what the model doubts."""
        note = made[group.number]
        said = notes.sentences(note.gist)
        if not said:
            return
        material = self._material(group)
        asked = [judged(material, sentence) for sentence in said]
        believing = beliefs(self._model, asked, self._given.folder)
        believed = yield from retold(believing, lambda done: self._progress(len(made)))
        if believed:
            names = notes.main_names(self._names, group.span)
            made[group.number] = notes.without_doubtful(note, names, believed)

    def _text(self, group: Group) -> str:
        return self._document.slice(group.span)

    def _of(self, group: Group) -> Sequence[Passage]:
        return self._passages[group.first - 1 : group.last]

    def prompt(self, group: Group, *, first: bool = True) -> list[Message]:
        """What the model is asked for a note, the ``first`` time or once more."""
        language = self._document.language
        task = notes.task(language) if first else notes.task_again(language)
        return self._material(group).asked(task)

    def _material(self, group: Group) -> Material:
        return self._given.material(range(group.first, group.last + 1))

    def _replies(
        self, asked: Sequence[list[Message]], lines: Sequence[tuple[Line, ...]], held: int
    ) -> Generator[NotesProgress, None, Sequence[Sequence[str]]]:
        writing = replies(self._model, asked, lines, self._together, self._given.folder)
        return (yield from retold(writing, lambda done: self._progress(held + done)))

    def _progress(self, done: int) -> NotesProgress:
        finished = len(self._known)
        left = len(self.groups) - finished
        return NotesProgress(
            min(finished + done, len(self.groups)),
            len(self.groups),
            max(0, left - done) * self._pace.each(done),
            not left,
        )
