"""How far a model is with a document, as it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from longread.reading.note_writer import NotesProgress
from longread.reading.reader import ReadingProgress
from longread.reading.tree_writer import TreeProgress
from longread.text import size

LOOKING_IN = "getting to know the model, once"
"""What is said while a model is looked into."""


@dataclass(frozen=True, slots=True)
class LookInProgress:
    """How far looking into a model is, in questions."""

    done: int
    total: int
    seconds_left: float = 0.0


News = LookInProgress | ReadingProgress | NotesProgress | TreeProgress
"""What is told of a model that reads."""


@dataclass(slots=True)
class PassState:
    """The last news of looking into the model, of reading, of notes, and of summaries, on the
    document at hand."""

    document_id: str = ""
    look_in: LookInProgress | None = None
    read: ReadingProgress | None = None
    notes: NotesProgress | None = None
    tree: TreeProgress | None = None

    def take(self, document_id: str, news: News) -> Literal["", "read", "noted"]:
        """Take what a pass says; returns what ended with it, once."""
        if document_id != self.document_id:
            self.document_id = document_id
            self.read = self.notes = self.tree = None
        self.look_in = news if isinstance(news, LookInProgress) else None
        if isinstance(news, LookInProgress):
            return ""
        if isinstance(news, ReadingProgress):
            self.read = news
            return "read" if news.finished else ""
        if isinstance(news, NotesProgress):
            self.notes = news
            return ""
        ended = news.finished and not (self.tree and self.tree.finished)
        self.tree = news
        return "noted" if ended else ""

    def show(self, progress: Callable[[int, int, str, float], None]) -> None:
        """Show passages and notes as one amount of work, and behind them the summaries."""
        progress(*self.amount, self.seconds_left)

    @property
    def amount(self) -> tuple[int, int, str]:
        """How much is done, of how much, and what else there is to say of it."""
        read, notes, tree = self.read, self.notes, self.tree
        if self.look_in is not None:
            return self.look_in.done, self.look_in.total, LOOKING_IN
        if tree is not None and not tree.finished:
            return tree.summaries, tree.total, "summaries"
        done = (read.passages if read else 0) + (notes.notes if notes else 0)
        total = (read.total if read else 0) + (notes.total if notes else 0)
        details = []
        if read is not None and not read.finished:
            details.append(f"{read.tokens_per_second:.0f} tokens/s")
        if read is not None:
            details.append(self.kept)
        if notes is not None:
            details.append(f"{notes.notes:,} of {notes.total:,} notes")
        return done, total, ", ".join(details)

    @property
    def share(self) -> float:
        """How much of the document is done, between 0 and 1; summaries are a tenth of it."""
        if self.look_in is not None:
            return 0.0
        if self.tree is not None:
            return 0.9 + 0.1 * self.tree.summaries / max(1, self.tree.total)
        done, total, _ = self.amount
        return 0.9 * done / max(1, total)

    @property
    def kept(self) -> str:
        """What the blocks take; empty where there is no pass."""
        return f"{size(self.read.block_bytes)} kept" if self.read is not None else ""

    @property
    def doing(self) -> str:
        """What the model does now, in a word or two."""
        if self.look_in is not None:
            return LOOKING_IN
        if self.tree is not None:
            return "summaries"
        if self.notes is not None and (self.read is None or self.read.finished):
            return "notes"
        return "reading"

    @property
    def seconds_left(self) -> float:
        """How long all of it still takes, as far as that is known."""
        if self.look_in is not None:
            return self.look_in.seconds_left
        if self.tree is not None:
            return self.tree.seconds_left
        read = self.read.seconds_left if self.read is not None else 0.0
        return read + (self.notes.seconds_left if self.notes is not None else 0.0)

    @property
    def where(self) -> str:
        """The place at which work would stop now; empty where none is left."""
        read, notes, tree = self.read, self.notes, self.tree
        if read is not None and not read.finished:
            return f"passage {read.passages:,} of {read.total:,}"
        if tree is not None:
            return "" if tree.finished else f"summary {tree.summaries:,} of {tree.total:,}"
        if notes is not None and not notes.finished:
            return f"note {notes.notes:,} of {notes.total:,}"
        return ""
