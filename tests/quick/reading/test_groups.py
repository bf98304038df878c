"""Groups of passages: even, whole, never across a chapter's end."""

from __future__ import annotations

from itertools import pairwise

from longread.document import Document, DocumentBuilder
from longread.passages import estimate_tokens, split_passages
from longread.reading.groups import GROUP_TOKENS, group_passages
from longread.structure import chapters

SENTENCE = "The tide came in over the flats and the boats rose with it one by one. "


def document(sizes: list[int]) -> Document:
    builder = DocumentBuilder("text", title="Book", language="en")
    for number, size in enumerate(sizes, start=1):
        builder.section(f"Chapter {number}")
        for _ in range(size):
            builder.paragraph(SENTENCE * 6)
    return builder.build()


def test_every_passage_is_in_one_group_in_order() -> None:
    built = document([3, 40, 1, 90])
    passages = split_passages(built)
    groups = group_passages(built, passages)
    assert [group.number for group in groups] == list(range(1, len(groups) + 1))
    assert groups[0].first == 1
    assert groups[-1].last == len(passages)
    assert all(one.last + 1 == other.first for one, other in pairwise(groups))


def test_no_group_crosses_a_chapters_end() -> None:
    built = document([3, 40, 1, 90])
    groups = group_passages(built, split_passages(built))
    for part in chapters(built):
        assert any(group.span.start == part.span.start for group in groups)
        assert not any(group.span.start < part.span.start < group.span.end for group in groups)


def test_what_stands_behind_a_chapter_is_a_group_of_its_own() -> None:
    builder = DocumentBuilder("text", title="Book", language="en")
    for part in "AB":
        builder.section(f"Part {part}", 1)
        builder.paragraph(SENTENCE)
        for number in (1, 2):
            builder.section(f"Chapter {part}{number}", 2)
            builder.paragraph(SENTENCE * 6)
    builder.section("About the Author", 1, "back")
    builder.paragraph(SENTENCE)
    built = builder.build()
    passages = split_passages(built)
    titles = [
        {built.sections[one.section].title for one in passages[group.first - 1 : group.last]}
        for group in group_passages(built, passages)
    ]
    assert len(titles) >= 7
    assert {len(some) for some in titles} == {1}


def test_groups_of_a_long_chapter_are_even() -> None:
    built = document([120])
    groups = group_passages(built, split_passages(built))
    sizes = [estimate_tokens(built.slice(group.span)) for group in groups]
    assert len(sizes) > 3
    assert min(sizes) > 0.7 * GROUP_TOKENS
    assert max(sizes) < 1.4 * GROUP_TOKENS


def test_a_text_without_chapters_has_groups_too() -> None:
    builder = DocumentBuilder("text")
    for _ in range(60):
        builder.paragraph(SENTENCE * 6)
    built = builder.build()
    assert len(group_passages(built, split_passages(built))) > 2
    assert group_passages(DocumentBuilder("text").build(), ()) == ()
