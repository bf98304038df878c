from __future__ import annotations

from pathlib import Path

import pytest

from longread.document import DocumentBuilder, Span
from longread.errors import DocumentNotFound, LibraryError
from longread.memory.bookmarks import NOTE_LENGTH, ReadingPlace
from longread.memory.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "library.db")


def add(library: Library, text: str = "Some words.") -> str:
    builder = DocumentBuilder("plain")
    builder.paragraph(text)
    return library.add(builder.build(), sha256=f"{hash(text) & 0xFFFFFFFF:064x}").id


def test_a_place_is_kept_and_goes_with_its_document(library: Library) -> None:
    one = add(library)
    assert library.place(one) == ReadingPlace()
    library.keep_place(one, ReadingPlace(4, 9, False))
    kept = library.place(one)
    assert (kept.position, kept.furthest, kept.upto) == (4, 9, False)
    assert kept.opened
    assert library.places() == {one: kept}
    library.add_bookmark(one, Span(0, 4), "a note")
    library.remove(one)
    assert library.places() == {}
    with pytest.raises(DocumentNotFound):
        library.bookmarks(one)


def test_bookmarks_are_in_the_order_of_the_text(library: Library) -> None:
    one = add(library)
    late = library.add_bookmark(one, Span(5, 10), "late")
    early = library.add_bookmark(one, Span(0, 4), "\x1b[31mred\n" + "x" * 2 * NOTE_LENGTH)
    assert [mark.key for mark in library.bookmarks(one)] == [early.key, late.key]
    assert early.note.startswith("red x")
    assert len(early.note) == NOTE_LENGTH
    library.change_bookmark(late.key, "later")
    library.remove_bookmark(early.key)
    library.remove_bookmark(early.key)
    assert [mark.note for mark in library.bookmarks(one)] == ["later"]
    with pytest.raises(LibraryError):
        library.change_bookmark(early.key, "gone")
