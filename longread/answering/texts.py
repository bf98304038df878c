"""The texts that a question is asked about, each as far as it may be looked at."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

from longread.document import Document, Passage
from longread.errors import UsageError
from longread.memory.library import Library
from longread.part_names import end_of
from longread.structure import cut

UpTo = str | int | Mapping[str, int]
"""How far texts count: the name of the part up to and with which each does, or the offset of its
end; or such offsets by the ids of those that are cut off. All of them where it is empty."""

_Value = TypeVar("_Value")


_LABEL = re.compile(r"\s*\[(?P<number>\d{1,9})\]")
"""What a citation begins with as it is printed."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Documents with their passages, by id, in the user's order; each is loaded when it is
    looked at. ``last`` has, for those that are cut off behind the reader's place, the number of the
    last passage that is whole: what was made of one behind it knows more than the reader."""

    documents: Mapping[str, Document]
    passages: Mapping[str, Sequence[Passage]]
    last: Mapping[str, int]

    @classmethod
    def of(cls, library: Library, document_ids: Sequence[str], upto: UpTo = "") -> Self:
        """Documents of a library, each as far as ``upto`` says.

        Raises:
            DocumentNotFound: one of the ids is not known.
            UsageError: a document has no such part.
        """
        for document_id in document_ids:
            library.record(document_id)
        documents: dict[str, Document] = {}
        passages: dict[str, Sequence[Passage]] = {}
        last: dict[str, int] = {}
        for document_id in document_ids:
            end = upto.get(document_id, "") if isinstance(upto, Mapping) else upto
            if end == "":
                continue
            document = library.document(document_id)
            whole = library.passages(document_id)
            offset = end if isinstance(end, int) else _end_of(document, whole, end)
            documents[document_id], passages[document_id] = cut(document, whole, offset)
            read = len(documents[document_id].text)
            complete = sum(passage.span.end <= read for passage in whole)
            if complete < len(whole):
                last[document_id] = complete
        return cls(
            _Loaded(document_ids, library.document, documents),
            _Loaded(document_ids, library.passages, passages),
            last,
        )

    def only(self, document_ids: Iterable[str]) -> Texts:
        """Some of the texts alone, in their order."""
        wanted = set(document_ids)
        ids = [one for one in self.documents if one in wanted]
        return Texts(
            _Loaded(ids, self.documents.__getitem__),
            _Loaded(ids, self.passages.__getitem__),
            {one: last for one, last in self.last.items() if one in wanted},
        )

    def cut_passages(self, document_id: str) -> Sequence[Passage]:
        """The passages of a document that the reader's place cuts, as far as they are read."""
        last = self.last.get(document_id)
        return () if last is None else self.passages[document_id][last:]

    @property
    def ids(self) -> list[str]:
        """The documents' ids, in their order."""
        return list(self.documents)

    @property
    def language(self) -> str:
        """The language of the first document, which decides how wordings are compared."""
        return next((document.language for document in self.documents.values()), "")


def _end_of(document: Document, passages: Sequence[Passage], name: str) -> int:
    """Where a part ends that may also be named by the label of a citation, as "[18]", with or
    without the place that is printed behind it.

    Raises:
        UsageError: as with ``end_of``.
    """
    label = _LABEL.match(name)
    if label is None:
        return end_of(document, name)
    number = int(label["number"])
    if not 0 < number <= len(passages):
        raise UsageError(
            f"“{document.title}” has no passage [{number}].",
            hint=f"Its passages are [1] to [{len(passages)}]; citations name them.",
        )
    return passages[number - 1].span.end


def titles_of(texts: Texts, library: Library) -> dict[str, str]:
    """The titles of texts by their ids, without a look at the texts."""
    return {one.id: one.title for one in library.documents() if one.id in texts.documents}


class _Loaded(Mapping[str, _Value], Generic[_Value]):
    """Values of some documents: those that are ``here``, and others, which the library keeps as
    long as it has room for them."""

    def __init__(
        self,
        document_ids: Sequence[str],
        load: Callable[[str], _Value],
        here: Mapping[str, _Value] | None = None,
    ) -> None:
        self._ids = dict.fromkeys(document_ids)
        self._load = load
        self._here = here or {}

    def __getitem__(self, document_id: str) -> _Value:
        if document_id not in self._ids:
            raise KeyError(document_id)
        if document_id in self._here:
            return self._here[document_id]
        return self._load(document_id)

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, document_id: object) -> bool:
        return document_id in self._ids
