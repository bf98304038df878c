"""The texts that a question is asked about, each as far as it may be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from longread.document import Document, Passage
from longread.memory.library import Library
from longread.structure import cut, end_of


@dataclass(frozen=True, slots=True)
class Texts:
    """Documents with their passages, by id, in the user's order. ``last`` has the number of
    the last passage of those that are cut off behind the reader's place."""

    documents: Mapping[str, Document]
    passages: Mapping[str, Sequence[Passage]]
    last: Mapping[str, int]

    @classmethod
    def of(cls, library: Library, document_ids: Sequence[str], upto: str | int = "") -> Self:
        """Documents of a library; ``upto`` names the part up to and with which each counts, or
        is the offset of its end.

        Raises:
            DocumentNotFound: one of the ids is not known.
            UsageError: a document has no such part.
        """
        documents: dict[str, Document] = {}
        passages: dict[str, Sequence[Passage]] = {}
        last: dict[str, int] = {}
        for document_id in document_ids:
            document = library.document(document_id)
            whole = library.passages(document_id)
            end = _end(document, upto)
            documents[document_id], passages[document_id] = cut(document, whole, end)
            if len(passages[document_id]) < len(whole):
                last[document_id] = len(passages[document_id])
        return cls(documents, passages, last)

    @property
    def ids(self) -> list[str]:
        """The documents' ids, in their order."""
        return list(self.documents)

    @property
    def language(self) -> str:
        """The language of the first document, which decides how wordings are compared."""
        return next((document.language for document in self.documents.values()), "")


def _end(document: Document, upto: str | int) -> int:
    if isinstance(upto, int):
        return upto
    return end_of(document, upto) if upto else len(document.text)
