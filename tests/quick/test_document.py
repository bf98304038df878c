import json

from hypothesis import given
from hypothesis import strategies as st

from longread.document import DocumentBuilder, document_from_json


def _book() -> DocumentBuilder:
    builder = DocumentBuilder("plain", title="A  Book")
    builder.section("Part One")
    builder.section("Chapter 1", 2)
    builder.paragraph("First  paragraph.")
    builder.paragraph("Second\nparagraph.")
    builder.section("Part Two")
    builder.paragraph("one\n two", "verse")
    return builder


def test_sections_form_a_tree() -> None:
    book = _book().build()
    assert [section.parent for section in book.sections] == [None, 0, None]
    assert book.section_path(1) == ("Part One", "Chapter 1")
    assert book.sections[0].span.end == book.sections[2].span.start


@given(st.lists(st.integers(0, 4), max_size=12))
def test_a_section_lies_in_the_last_one_above_it_and_ends_with_the_next_beside_it(
    levels: list[int],
) -> None:
    builder = DocumentBuilder("text")
    for number, level in enumerate(levels):
        builder.section(f"Section {number}", level)
    book = builder.build()
    for index, section in enumerate(book.sections):
        before = [one for one in range(index) if book.sections[one].level < section.level]
        behind = [one for one in book.sections[index + 1 :] if one.level <= section.level]
        assert section.parent == (before[-1] if before else None)
        assert section.span.end == (behind[0].span.start if behind else len(book.text))


def test_white_space_is_squeezed_but_for_lines_that_matter() -> None:
    book = _book().build()
    texts = [book.slice(item.span) for item in book.paragraphs if item.kind != "heading"]
    assert texts == ["First paragraph.", "Second paragraph.", "one\ntwo"]
    assert book.title == "A Book"


def test_a_place_names_section_and_paragraph() -> None:
    book = _book().build()
    place = book.place(book.paragraphs[3].span)
    assert str(place) == "Part One › Chapter 1 ¶ 2"


def test_a_page_may_begin_within_a_paragraph() -> None:
    builder = DocumentBuilder("pdf")
    builder.page("xiv")
    builder.paragraph("It goes on there.", page_breaks=[(8, "xv")])
    book = builder.build()
    assert [(page.label, book.slice(page.span)) for page in book.pages] == [
        ("xiv", "It goes "),
        ("xv", "on there."),
    ]
    assert book.page_at(7) == 0
    assert book.page_at(8) == 1
    assert str(book.place(book.pages[1].span)) == "p. xv"


def test_text_is_made_safe_and_warnings_come_once() -> None:
    builder = DocumentBuilder("plain")
    builder.section("\x1b[31mRed")
    builder.paragraph("a\u202eb")
    builder.paragraph("\u200b")
    builder.warn("left out")
    builder.warn("left out")
    book = builder.build()
    assert book.text == "Red\n\nab"
    assert book.warnings == ("left out",)


def test_json_gives_the_same_document_back() -> None:
    builder = _book()
    builder.page("7")
    builder.warn("something")
    book = builder.build()
    assert document_from_json(json.loads(json.dumps(book.as_json()))) == book
