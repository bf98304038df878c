"""Writes the tree's summaries: notes fold into chapters, chapters into the whole.

A summary has sentences of what it is made of, spread evenly over it, for a small model that
retells many sentences in a few tells the first of them. What it does well is one sentence on a
few, and these make up the summary on the height above.

Each height of the tree is written in batches, side by side where the model can, and each batch is
committed whole. A summary remembers what it was made of, and is written again only where that
changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, groupby, pairwise

from longread.document import Document
from longread.engine.protocol import Line, Message, Model
from longread.errors import UsageError
from longread.memory.analysis import content_terms
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.memory.notes import Note
from longread.memory.summaries import Claim, Summary
from longread.memory.terms import common_worth
from longread.passages import sentence_spans
from longread.reading.belief import beliefs, is_doubtful, judged
from longread.reading.given import Given
from longread.reading.groups import fitting, group_passages
from longread.reading.notes import holding, is_cut, sentences
from longread.reading.side_by_side import TOGETHER, Pace, replies, retold
from longread.reading.support import Ground, Piece
from longread.reading.telling import Telling
from longread.reading.tree import Branch, grow
from longread.text import squeeze

SENTENCE = "In one sentence:"
"""The label of the line that the model writes."""

ENOUGH_SENTENCES = 6
"""A summary has about so many sentences."""

_SYSTEM = (
    "You summarize a book or document from notes on its parts. Write only what the notes say, in "
    "their order and their language. Use names, and say who does what."
)
_TASK = "Say the most important of it in one sentence: who does what, and why."
_SENTENCE_TOKENS = 60
_VERSION = "7"


@dataclass(frozen=True, slots=True)
class TreeProgress:
    """How many of a document's summaries are written; ``seconds_left`` is an estimate."""

    summaries: int
    total: int
    seconds_left: float
    finished: bool = False


@dataclass(frozen=True, slots=True)
class _Job:
    """A branch to be written, from its children, with their titles and their sentences."""

    branch: Branch
    titles: tuple[str, ...]
    claims: tuple[tuple[Claim, ...], ...]
    before: str
    source: str

    @property
    def texts(self) -> list[str]:
        return [" ".join(claim.text for claim in some) for some in self.claims]


class TreeWriter:
    """Writes one document's tree with one model; its notes must be there. ``blocks`` spare it
    reading passages again, and while somebody asks about them, the writer makes way.

    Raises:
        UsageError: the document has no notes.
    """

    def __init__(
        self,
        library: Library,
        model: Model,
        document_id: str,
        blocks: BlockMemory | None = None,
    ) -> None:
        self._library = library
        self._model = model
        self._document_id = document_id
        self._document = document = library.document(document_id)
        self._passages = library.passages(document_id)
        self._given = Given(document_id, document, self._passages, blocks)
        groups = group_passages(document, self._passages)
        self._notes = fitting(groups, library.notes(document_id))
        if not groups or len(self._notes) < len(groups):
            raise UsageError(
                f"“{document.title}” has no notes yet.", hint="`longread read --notes` writes them."
            )
        self.branches = grow(document, groups)
        self._known = {one.number: one for one in library.summaries(document_id)}
        self._pace = Pace()

    def run(self) -> Generator[TreeProgress]:
        """Write all that is missing or out of date, from the leaves up. Closing the iterator
        drops what is not committed.

        Raises:
            ModelError: the model cannot write; EngineCrashed after several tries.
        """
        by_height = sorted(self.branches, key=lambda branch: (branch.height, branch.number))
        done = 0
        for _, level in groupby(by_height, key=lambda branch: branch.height):
            branches = list(level)
            jobs = [self._job(branch) for branch in branches if not self._is_current(branch)]
            done += len(branches) - len(jobs)
            for start in range(0, len(jobs), TOGETHER):
                batch = jobs[start : start + TOGETHER]
                self._pace.begin()
                made = yield from retold(self._write(batch), partial(self._progress, done))
                self._library.add_summaries(self._document_id, made)
                self._known |= {summary.number: summary for summary in made}
                self._pace.end(len(made))
                done += len(made)
                yield self._progress(done)
        yield self._progress(done)

    def _job(self, branch: Branch) -> _Job:
        """What a branch is written from; its children's summaries are there."""
        children = [self._known[number] for number in branch.branches]
        notes = [self._notes[number] for number in branch.notes]
        return _Job(
            branch,
            tuple(child.title for child in children) or ("",) * len(notes),
            self._told(children) or tuple(map(self._claims_of, notes)),
            self._before(branch),
            self._source(branch),
        )

    def _source(self, branch: Branch) -> str:
        """A digest of what a branch is written from."""
        children = [self._known[number] for number in branch.branches]
        told = [_VERSION, self._model.info.fingerprint, branch.kind, branch.title]
        told += [self._before(branch), *(self._notes[number].gist for number in branch.notes)]
        told += [f"{child.title}{child.claims}{child.sentence}" for child in children]
        return hashlib.blake2b("\0".join(told).encode(), digest_size=12).hexdigest()

    def _before(self, branch: Branch) -> str:
        """What the part before a branch says, one height below it."""
        if branch.notes:
            previous = self._notes.get(branch.notes[0] - 1)
            return previous.gist if previous is not None else ""
        same = [b for b in self.branches if b.height < branch.height and b.last < branch.first]
        last = max(same, key=lambda b: (b.last, b.height), default=None)
        return self._known[last.number].sentence.text if last is not None else ""

    def _is_current(self, branch: Branch) -> bool:
        known = self._known.get(branch.number)
        return known is not None and known.source == self._source(branch)

    def _told(self, children: Sequence[Summary]) -> tuple[tuple[Claim, ...], ...]:
        """What each child adds: its one sentence, or more of it where there are few children."""
        if len(children) * 2 > ENOUGH_SENTENCES:
            return tuple((child.sentence,) for child in children)
        return tuple(child.claims for child in children)

    def _write(self, jobs: Sequence[_Job]) -> Generator[int, None, list[Summary]]:
        asked = [_asked(self._document, job) for job in jobs]
        lines = [(Line(SENTENCE, _SENTENCE_TOKENS),)] * len(jobs)
        folder = self._given.folder
        written = yield from replies(self._model, asked, lines, TOGETHER, folder)
        told = [self._told_by(job, said) for job, (said,) in zip(jobs, written, strict=True)]
        # One at a time: all their blocks at once would be much.
        claims = (
            judged(self._given.material(claim.passages), claim.text)
            for some in told
            for claim in some
        )
        believing = beliefs(self._model, claims, folder)
        believed = yield from retold(believing, lambda done: len(jobs))
        if believed:
            known = iter(believed)
            told = [[replace(claim, belief=next(known)) for claim in some] for some in told]
        return [self._summary(job, some) for job, some in zip(jobs, told, strict=True)]

    def _told_by(self, job: _Job, said: str) -> list[Claim]:
        """What was written of a branch, as far as its children hold it."""
        text = self._document.slice(job.branch.span)
        every = [claim for some in job.claims for claim in some if claim.passages]
        pieces = [Piece(claim.text, claim.passages) for claim in every]
        ground = Ground(pieces, self._document.language)
        # What came before is told to the model too, and must not be taken for this part.
        held = holding([said], text, self._document.language)
        return [claim for claim in map(ground.claim, held) if claim.supported]

    def _summary(self, job: _Job, told: Sequence[Claim]) -> Summary:
        branch = job.branch
        claims = spread(job.claims, ENOUGH_SENTENCES, self._document.language)
        own = [claim for claim in (*told, *chain(*job.claims)) if claim.supported]
        own = [claim for claim in own if not is_cut(claim.text)] or own
        telling = self._telling(branch)
        most_telling = telling.most_telling(own) if branch.notes else None
        return Summary(
            number=branch.number,
            kind=branch.kind,
            title=branch.title,
            first=branch.first,
            last=branch.last,
            claims=claims,
            sentence=most_telling or _best(told, claims),
            quotation=telling.quotation(own) if branch.kind == "chapter" else None,
            source=job.source,
            extracted=not told,
            model=self._model.info.id,
        )

    def _telling(self, branch: Branch) -> Telling:
        passages = self._passages[branch.first - 1 : branch.last]
        text = [
            (passage.number, squeeze(self._document.slice(span)))
            for passage in passages
            for span in sentence_spans(self._document, passage)
        ]
        return Telling(text, branch.title, self._document.language)

    def _claims_of(self, note: Note) -> tuple[Claim, ...]:
        """The sentences of a gist with the passages of its group that hold them, and how far the
        model believed them."""
        passages = self._passages[note.first - 1 : note.last]
        ground = Ground(
            [Piece(self._document.slice(one.span), (one.number,)) for one in passages],
            self._document.language,
        )
        said = [ground.claim(sentence) for sentence in sentences(note.gist)]
        if len(said) != len(note.beliefs):
            return tuple(said)
        pairs = zip(said, note.beliefs, strict=True)
        return tuple(replace(claim, belief=belief) for claim, belief in pairs)

    def _progress(self, done: int, more: int = 0) -> TreeProgress:
        done += more
        total = len(self.branches)
        left = (total - done) * self._pace.each(more)
        return TreeProgress(done, total, left, done == total)


def _asked(document: Document, job: _Job) -> list[Message]:
    branch = job.branch
    of = f"“{branch.title}” of " if branch.title and branch.kind != "document" else ""
    parts = [f"Notes on {of}“{document.title}”, in order:\n"]
    if job.before:
        parts.insert(0, f"Before this part: {job.before}\n")
    parts += [*_numbered(job), f"\n{_TASK}"]
    return [Message("system", _SYSTEM), Message("user", "\n".join(parts))]


def _numbered(job: _Job) -> Iterator[str]:
    for number, (title, text) in enumerate(zip(job.titles, job.texts, strict=True), start=1):
        yield f"{number}. {f'({title}) ' if title else ''}{text}"


def _best(told: Sequence[Claim], claims: Sequence[Claim]) -> Claim:
    """The sentence that stands for all: one that was written of all of it, unless the model
    believes others much more; then the first of these."""
    own = [claim for claim in (*told, *claims) if claim.supported]
    believed = [claim.belief for claim in own]
    good = [claim for claim in own if not is_doubtful(claim.belief, believed)]
    return min(good, key=lambda claim: is_cut(claim.text), default=claims[0])


def spread(children: Sequence[Sequence[Claim]], enough: int, language: str) -> tuple[Claim, ...]:
    """About ``enough`` of the children's sentences, in their order, and as many of each child as
    of the others, so that nothing is left out because it comes late.

    Of neighbours, that one stays which has most of what the sentences have in common, and that
    is supported, if any is.
    """
    every = list(dict.fromkeys(claim for some in children for claim in some))
    common = common_worth([content_terms(claim.text, language) for claim in every])
    worth = {claim: (claim.supported, share) for claim, share in zip(every, common, strict=True)}
    each = max(1, enough // max(1, len(children)))
    chosen: list[Claim] = []
    for some in children:
        runs = min(each, len(some))
        edges = [len(some) * index // runs for index in range(runs + 1)] if runs else []
        chosen += [max(some[a:b], key=worth.__getitem__) for a, b in pairwise(edges)]
    return tuple(dict.fromkeys(chosen))
