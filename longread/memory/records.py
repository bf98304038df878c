"""What the library tells of itself: frozen values without behaviour."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document in the library. ``id`` is the beginning of ``sha256``, the hash of the
    source file's bytes; ``added`` is a date and time in UTC; ``path`` is empty for what came
    from standard input. A file whose content changed is a new version of the old one."""

    id: str
    sha256: str
    title: str
    author: str
    language: str
    format: str
    path: str
    added: str
    version_of: str | None
    superseded_by: str | None
    characters: int
    words: int
    sections: int
    passages: int
    warnings: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, by its number; higher scores are better."""

    document_id: str
    passage: int
    score: float


@dataclass(frozen=True, slots=True)
class LibraryInfo:
    """Counts, and bytes by kind. ``text_bytes`` is the text's size in UTF-8 before it is
    compressed; ``content_bytes`` is what text and structure take in the file; blocks are in a
    file of their own."""

    documents: int
    passages: int
    words: int
    sessions: int
    text_bytes: int
    content_bytes: int
    passage_bytes: int
    index_bytes: int
    vector_bytes: int
    file_bytes: int
    wal_bytes: int
    blocks: int
    block_bytes: int

    def as_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a session and what was answered. ``standalone_question`` is the
    question made self-contained; ``answer`` is the answer's JSON; ``asked`` is in UTC."""

    session: str
    asked: str
    question: str
    standalone_question: str
    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A named session: when it began and was used last (in UTC), its number of turns, and id and
    title of each document that they draw on. A title is empty where no answer cites it; the
    document may have been removed."""

    name: str
    created: str
    asked: str
    turns: int
    last_question: str
    documents: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        named = [{"id": document_id, "title": title} for document_id, title in self.documents]
        return asdict(self) | {"documents": named}


def now() -> str:
    """Date and time in UTC, to the second, as ISO 8601 writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
