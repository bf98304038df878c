"""Meaning vectors behind the scenes: a process of its own that embeds what is queued.

It is started after an answer was printed, outlives the command, and ends when the queue is
empty; while somebody asks, it waits. The queue is in the library, so that an interrupted run goes
on with the next start.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from longread.config import Paths, paths
from longread.errors import DocumentNotFound, LibraryBusy, LibraryDamaged, LongreadError
from longread.memory import catalogue, locks
from longread.memory.courtesy import somebody_asks
from longread.memory.library import Library
from longread.memory.meaning import Embedder, embed_document, open_embedder
from longread.network import stay_offline

NICENESS = 10
"""How far the process stands back behind others."""

TAKEOVER_SECONDS = 5.0
"""How long a new process waits for one that is just ending, before it leaves the queue to
the one that runs."""

_ROOT = str(Path(__file__).parents[2])
# Not "-m", and with -P: a file named like a library in the working folder would be run.
_PROGRAM = (
    "import sys; sys.path.insert(0, sys.argv.pop(1)); "
    "from longread.memory.background import main; main()"
)


def start_embedding(
    document_ids: Sequence[str],
    embedder: Embedder,
    where: Paths | None = None,
    threads: int = 0,
) -> int:
    """Queue documents and start the process, which computes with so many ``threads`` (0: found
    from the machine); returns its process id at once.

    Raises:
        LibraryError: the library cannot be written.
    """
    library_path = (where or paths()).library
    with Library.open(library_path) as library:
        enqueue(library, document_ids, embedder.id)
    # No pipes and a session of its own: it may outlive the terminal that started it.
    process = subprocess.Popen(
        command(library_path, embedder.name, threads),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    # Nobody waits for it but this thread, without which it would stay a zombie.
    threading.Thread(target=process.wait, name="embedding", daemon=True).start()
    return process.pid


def command(library_path: Path, embedder_name: str, threads: int = 0) -> list[str]:
    """What runs the process."""
    given = (str(library_path), embedder_name, str(threads))
    return [sys.executable, "-P", "-c", _PROGRAM, _ROOT, *given]


def enqueue(library: Library, document_ids: Sequence[str], embedder_id: str) -> None:
    """Put documents whose vectors are missing at the end of the queue."""
    for document_id in document_ids:
        if library.vectors_missing([document_id], embedder_id):
            about = catalogue.writing_about(library.store, document_id, "queueing documents")
            with about as (connection, key):
                connection.execute(
                    "INSERT OR IGNORE INTO embedding_queue (document, embedder) VALUES (?, ?)",
                    (key, embedder_id),
                )


def queued(library: Library, embedder_id: str) -> tuple[str, ...]:
    """Ids of the documents that wait for their vectors, in their order."""
    rows = library.store.rows(
        "SELECT id FROM embedding_queue JOIN document ON document.key = embedding_queue.document "
        "WHERE embedder = ? ORDER BY embedding_queue.number",
        (embedder_id,),
    )
    return tuple(str(row[0]) for row in rows)


def work(library_path: Path, embedder_name: str, threads: int = 0) -> int:
    """Embed what is queued, one process at a time; returns how many documents were done. One whose
    text is damaged is passed over."""
    lock = library_path.with_name(library_path.name + ".embedding.lock")
    done = 0
    with (
        suppress(LibraryBusy),
        locks.hold(lock, "computing meaning vectors", wait_seconds=TAKEOVER_SECONDS),
        Library.open(library_path) as library,
    ):
        embedder = open_embedder(embedder_name, threads)
        while embedder is not None and (waiting := queued(library, embedder.id)):
            with suppress(DocumentNotFound):
                try:
                    embed_document(
                        library,
                        waiting[0],
                        embedder,
                        give_way=lambda: somebody_asks(library_path.parent),
                    )
                    done += 1
                except LibraryDamaged:
                    # Those behind it would wait for ever.
                    pass
                about = catalogue.writing_about(
                    library.store, waiting[0], "finishing a document's vectors"
                )
                with about as (connection, key):
                    connection.execute(
                        "DELETE FROM embedding_queue WHERE document = ? AND embedder = ?",
                        (key, embedder.id),
                    )
    return done


def main() -> None:
    """The process's entry: the library's path, the embedder's name and threads as arguments."""
    stay_offline()
    with suppress(OSError, AttributeError):
        os.nice(NICENESS)
    with suppress(LongreadError):
        work(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
