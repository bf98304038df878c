from __future__ import annotations

import time

import pytest

from longread.document import Document
from longread.errors import EmptyDocument
from longread.sources import markdown


def read(text: str) -> Document:
    return markdown.read(text.encode(), "notes.md")


def by_kind(document: Document) -> list[tuple[str, str]]:
    return [(item.kind, document.slice(item.span)) for item in document.paragraphs]


def test_front_matter_gives_title_author_and_language() -> None:
    document = read(
        '---\ntitle: "The Log: a tale"\nauthor:\n  - Ann\n  - Bo\nlang: en\n---\n\n'
        "# One\n\nText.\n\n# Two\n\nB."
    )
    assert (document.title, document.author, document.language) == (
        "The Log: a tale",
        "Ann, Bo",
        "en",
    )
    assert [item.title for item in document.sections] == ["One", "Two"]


def test_a_rule_at_the_top_is_no_metadata() -> None:
    document = read("---\n\nThe first part.\n\n---\n\nThe second part.")
    assert document.text == "The first part.\n\nThe second part."


def test_headings_that_name_title_and_author() -> None:
    document = read(
        "# Title: Summer\n\n## Author: E. W.\n\n## Year: 1917\n\n---\n\n## I\n\nA.\n\n## II\n\nB."
    )
    assert (document.title, document.author) == ("Summer", "E. W.")
    assert [(item.level, item.title) for item in document.sections] == [(1, "I"), (1, "II")]
    assert document.text == "I\n\nA.\n\nII\n\nB."


def test_a_single_top_heading_is_the_title() -> None:
    document = read("# The Tale\n\nAn opening.\n\n## Chapter 1\n\nA.\n\n## Chapter 2\n\nB.")
    assert document.title == "The Tale"
    assert [item.title for item in document.sections] == ["", "Chapter 1", "Chapter 2"]


def test_a_hash_in_code_is_no_heading() -> None:
    document = read(
        "# T\n\n```python\n# Not a heading\n[^1]: not a note\n```\n\n## Day 9 {#d9}\n\nText."
    )
    assert ("code", "# Not a heading\n[^1]: not a note") in by_kind(document)
    assert [item.title for item in document.sections] == ["", "Day 9"]


def test_tables_lists_quotes_verse_and_emphasis() -> None:
    document = read(
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two\n\n> Said *she*.\n\n"
        "Roses are  \nred and\\\nviolets  \nblue\n"
    )
    assert by_kind(document) == [
        ("table", "a | b\n1 | 2"),
        ("list", "- one\n- two"),
        ("quote", "Said she."),
        ("verse", "Roses are\nred and\nviolets\nblue"),
    ]


def test_wrapped_prose_is_one_line() -> None:
    assert read("It was a dark\nand stormy\nnight when\nwe left.").text == (
        "It was a dark and stormy night when we left."
    )


def test_lines_are_verse_where_paragraphs_are_not_wrapped() -> None:
    prose = "A long paragraph on one line. " * 12
    document = read(f"{prose}\n\nRoses are red\nviolets are blue\nsugar is sweet\n")
    assert by_kind(document)[1] == ("verse", "Roses are red\nviolets are blue\nsugar is sweet")


def test_one_long_line_makes_no_verse_of_wrapped_prose() -> None:
    prose = "It was a dark\nand stormy\nnight when\nwe left. " * 40
    document = read(f"{prose}\n\n{'Some long line of a table of links. ' * 7}\n\n    code = 1\n")
    assert "verse" not in {kind for kind, _ in by_kind(document)}
    assert by_kind(document)[-1] == ("code", "code = 1")


def test_a_note_goes_on_over_its_lines() -> None:
    document = read("Text[^1].\n\n[^1]: A note\nwhich goes on.\n\nNext.")
    assert by_kind(document)[1:] == [("prose", "Next."), ("footnote", "[1] A note which goes on.")]


def test_what_looks_like_a_note_without_one_is_text() -> None:
    document = read('Use `[^/]+` here[^1].\n\n    grep "[^a]"\n\n[^1]: A note.')
    assert by_kind(document) == [
        ("prose", "Use [^/]+ here[1]."),
        ("code", 'grep "[^a]"'),
        ("footnote", "[1] A note."),
    ]


def test_footnotes_are_set_apart() -> None:
    document = read("The keeper[^1] slept.\n\n[^1]: Born in\n    1901.\n\nNext.")
    assert by_kind(document) == [
        ("prose", "The keeper[1] slept."),
        ("prose", "Next."),
        ("footnote", "[1] Born in 1901."),
    ]


def test_raw_html_is_only_text() -> None:
    document = read("<script>alert(1)</script>\n\nSeen <b>bold</b>.\n\n<p hidden>Secret</p>\n")
    assert document.text == "Seen bold."
    assert document.warnings == ("Hidden text was left out.",)


def test_chapters_on_uneven_levels_stand_side_by_side() -> None:
    document = read("# CHAPTER I\n\nA.\n\n## CHAPTER II\n\nB.\n\n## CHAPTER III\n\nC.")
    assert [item.parent for item in document.sections] == [None, None, None]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "> " * 50_000 + "deep",
        "- " * 50_000 + "deep",
        "*a " * 30_000,
        "\n".join("> " * depth + "q" for depth in range(0, 900, 3)),
        "\n".join("  " * depth + "- item" for depth in range(700)),
        "<a " * 30_000,
        "![](" * 20_000,
        "`" * 50_000 + "a",
    ],
)
def test_what_makes_parsers_backtrack_ends_quickly(text: str) -> None:
    start = time.monotonic()
    document = read(f"Before.\n\n{text}\n\nAfter.")
    assert "Before." in document.text
    assert time.monotonic() - start < 40


def test_an_empty_file_is_said() -> None:
    with pytest.raises(EmptyDocument):
        read(" \n\n")


def test_a_line_end_is_no_space_in_scripts_without_spaces() -> None:
    found = read("话说天下大势，\n分久**必\n合**\n合久必分。\n\n항구의\n등대 and\nthe *sea*\n")
    assert found.text == "话说天下大势，分久必合合久必分。\n\n항구의 등대 and the sea"
