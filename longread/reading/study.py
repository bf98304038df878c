"""Reading and writing notes in turns, notes on what was just read while it is at hand; at the
end they are folded into the tree."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing

from longread.config import COMMIT_SECONDS
from longread.engine.protocol import Model, as_streaming
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.reading.note_writer import NotesProgress, NoteWriter
from longread.reading.reader import Reader, ReadingProgress
from longread.reading.tree_writer import TreeProgress, TreeWriter


def study(
    library: Library,
    model: Model,
    document_id: str,
    blocks: BlockMemory | None,
    writer: NoteWriter | None,
    window: int,
    commit_seconds: float = COMMIT_SECONDS,
) -> Generator[ReadingProgress | NotesProgress | TreeProgress]:
    """Read one document to its end and write its notes and tree, each from where it was left.

    Without ``blocks``, or with a model that no text can be streamed through, there are only
    notes; without a ``writer`` there are neither notes nor tree. Closing the iterator
    commits what was read.

    Raises:
        ModelError: the model cannot be used.
    """
    streaming = as_streaming(model)
    if streaming is not None and blocks is not None:
        due = writer.due if writer is not None else _never
        reader = Reader(
            library,
            blocks,
            streaming,
            document_id,
            window=window,
            commit_seconds=commit_seconds,
            commit_at=due,
        )
        with closing(reader.run()) as passing:
            for progress in passing:
                yield progress
                at_end = progress.passages == progress.total
                if writer is not None and not at_end and writer.due(progress.passages):
                    with closing(writer.run(progress.passages)) as writing:
                        yield from writing
    if writer is not None:
        with closing(writer.run()) as writing:
            yield from writing
        if writer.groups:
            tree = TreeWriter(library, model, document_id, blocks)
            with closing(tree.run()) as folding:
                yield from folding


def _never(passages: int) -> bool:
    return False
