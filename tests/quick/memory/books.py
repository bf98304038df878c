"""Small documents and a deterministic embedder for the tests of the library."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from longread.document import Document, DocumentBuilder


def book(
    *paragraphs: str, title: str = "A Book", language: str = "en", chapters: Sequence[str] = ()
) -> Document:
    """A document with one chapter a paragraph where titles are given, else one in all."""
    builder = DocumentBuilder("text", title=title, author="An Author", language=language)
    builder.warn("a picture was left out")
    for index, text in enumerate(paragraphs):
        if index < len(chapters):
            builder.section(chapters[index])
        builder.paragraph(text)
    return builder.build()


def long_book(passages: int = 40, title: str = "Long") -> Document:
    """A document of about so many passages, each with a word of its own."""
    builder = DocumentBuilder("text", title=title, language="en")
    for index in range(passages):
        builder.section(f"Chapter {index + 1}")
        builder.page(str(index + 1))
        builder.paragraph(f"The needle{index} lies in the hay. " + "Nothing happens here. " * 35)
    return builder.build()


def sha256(document: Document) -> str:
    """A stand-in for the hash of a source file."""
    return hashlib.sha256((document.title + document.text).encode()).hexdigest()


class LetterEmbedder:
    """Counts letters: crude, but the same words give the same direction."""

    id = name = "letters"
    dimension = 26

    def __init__(self) -> None:
        self.embedded = 0

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += len(texts)
        return np.stack([self.embed_query(text) for text in texts])

    def embed_query(self, text: str) -> NDArray[np.float32]:
        counts = np.array([text.lower().count(chr(97 + n)) for n in range(26)], dtype=np.float32)
        unit: NDArray[np.float32] = counts / np.float32(max(1.0, float(np.linalg.norm(counts))))
        return unit
