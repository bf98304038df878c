"""How far a model is with a document, as commands show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from longread.cli import output

if TYPE_CHECKING:
    from longread.reading.note_writer import NotesProgress
    from longread.reading.reader import ReadingProgress
    from longread.reading.tree_writer import TreeProgress


@dataclass(slots=True)
class PassState:
    """The last news of reading, of notes, and of summaries, on the document at hand."""

    document_id: str = ""
    read: ReadingProgress | None = None
    notes: NotesProgress | None = None
    tree: TreeProgress | None = None

    def take(
        self, document_id: str, news: ReadingProgress | NotesProgress | TreeProgress
    ) -> Literal["", "read", "noted"]:
        """Take what a pass says; returns what ended with it, once."""
        from longread.reading.note_writer import NotesProgress
        from longread.reading.reader import ReadingProgress

        if document_id != self.document_id:
            self.document_id = document_id
            self.read = self.notes = self.tree = None
        if isinstance(news, ReadingProgress):
            self.read = news
            return "read" if news.finished else ""
        if isinstance(news, NotesProgress):
            self.notes = news
            return ""
        ended = news.finished and not (self.tree and self.tree.finished)
        self.tree = news
        return "noted" if ended else ""

    def show(self, progress: Callable[..., None]) -> None:
        """Show passages and notes as one amount of work, and behind them the summaries."""
        read, notes, tree = self.read, self.notes, self.tree
        if tree is not None and not tree.finished:
            progress(tree.summaries, tree.total, "summaries")
            return
        done = (read.passages if read else 0) + (notes.notes if notes else 0)
        total = (read.total if read else 0) + (notes.total if notes else 0)
        details = []
        if read is not None and not read.finished:
            details.append(f"{read.tokens_per_second:.0f} tokens/s")
        if read is not None:
            details.append(f"{output.size(read.block_bytes)} kept")
        if notes is not None:
            details.append(f"{notes.notes:,} of {notes.total:,} notes")
        progress(done, total, ", ".join(details))

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
