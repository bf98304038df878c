"""Chapters, parts by name, and a document that ends at a reader's place."""

from collections.abc import Sequence

import pytest

from longread.document import Document, DocumentBuilder
from longread.errors import UsageError
from longread.part_names import end_of, find_parts, parts_called
from longread.passages import split_passages
from longread.structure import chapters, cut, title_number

LONG = "The tide came in and the boats rose with it. " * 12


def document(*sections: tuple[str, int], pages: bool = False) -> Document:
    builder = DocumentBuilder("text", title="Book")
    for number, (title, level) in enumerate(sections, start=1):
        if pages:
            builder.page({1: "i", 2: "ii"}.get(number, str(number - 2)))
        builder.section(title, level)
        builder.paragraph(f"{title} begins. {LONG}")
        builder.paragraph(f"{title} ends.")
    return builder.build()


def names(built: Document, name: str) -> list[str]:
    return [part.name for part in find_parts(built, name)]


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        (["Chapter 1", "Chapter 2", "Chapter 3"], ["Chapter 1", "Chapter 2", "Chapter 3"]),
        (["I", "II", "III"], ["I", "II", "III"]),
        (["Prologue", "Chapter I. Home", "Chapter II. Away"], None),
        (["The Preface", "Chapter 1", "Chapter 2"], ["Chapter 1", "Chapter 2"]),
        (["Foreword, by A. Clerk", "Chapter 1", "Chapter 2"], ["Chapter 1", "Chapter 2"]),
        (["Translator's Note", "I", "II", "III"], ["I", "II", "III"]),
        (["Introduction", "The Quay", "Conclusion"], None),
        (["Chapter 1 Introduction", "Chapter 2 Method", "Chapter 3 Index"], None),
        (["第一回 桃园", "第二回 张翼德"], None),
        (["The Quay", "The Letter", "The Boat"], None),
    ],
)
def test_chapters_are_what_the_text_is_divided_into(
    sections: list[str], expected: list[str] | None
) -> None:
    built = document(*((title, 1) for title in sections))
    assert [part.name for part in chapters(built)] == (expected or sections)


def test_chapters_below_parts_are_the_chapters() -> None:
    built = document(("Part One", 1), ("1. A", 2), ("2. B", 2), ("Part Two", 1), ("3. C", 2))
    assert [part.name for part in chapters(built)] == ["1. A", "2. B", "3. C"]
    assert names(built, "part two") == ["Part Two"]
    assert names(built, "chapter 3") == ["3. C"]


def test_chapters_below_russian_parts_are_the_chapters() -> None:
    built = document(("ЧАСТЬ ПЕРВАЯ", 1), ("I", 2), ("II", 2), ("ЧАСТЬ ВТОРАЯ", 1), ("I", 2))
    assert [part.name for part in chapters(built)] == ["I", "II", "I"]


def test_a_part_beside_chapters_gives_way_to_the_chapter_below_it() -> None:
    builder = DocumentBuilder("text", title="Book")
    for title, level in (("FIRST PART", 1), ("The Son", 2), ("Gotama", 1), ("SECOND PART", 1),
                         ("Kamala", 2), ("Om", 1), ("Govinda", 1)):  # fmt: skip
        builder.section(title, level)
        if not title.endswith("PART"):
            builder.paragraph(LONG)
    built = builder.build()
    assert [part.name for part in chapters(built)] == [
        "The Son",
        "Gotama",
        "Kamala",
        "Om",
        "Govinda",
    ]
    assert names(built, "chapter 3") == ["Kamala"]
    # A part that begins with text of its own is one of the chapters.
    told = document(("Book One", 1), ("The Son", 2), ("Gotama", 1), ("Om", 1))
    assert [part.name for part in chapters(told)] == ["Book One", "Gotama", "Om"]


def test_a_chapter_that_is_numbered_without_the_word_is_one_of_them() -> None:
    built = document(("Chapter I - Home", 1), ("Chapter II - Away", 1), ("III - Back", 1))
    assert names(built, "chapter 3") == ["III - Back"]
    assert names(built, "the last chapter") == ["III - Back"]
    letters = document(("Letter 1", 1), ("Letter 2", 1), ("Chapter 1", 1), ("Chapter 2", 1))
    assert names(letters, "chapter 1") == ["Chapter 1"]
    assert names(letters, "letter 2") == ["Letter 2"]


def test_a_title_page_and_a_title_above_everything_are_no_chapters() -> None:
    builder = DocumentBuilder("text", title="Book")
    builder.section("The Grey Boat", 1)
    builder.paragraph("By A. Writer.")
    for number in range(1, 5):
        builder.section(f"Chapter {number}", 1)
        builder.paragraph(LONG)
    assert [part.name for part in chapters(builder.build())] == [
        f"Chapter {n}" for n in range(1, 5)
    ]


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("CHAPTER VII. THE WHITE PRIEST", 7),
        ("Chapter Twenty-Two - The Prisoners", 22),
        ("Chapter Twenty Two - The Prisoners", 22),
        ("Chapter One Hundred and Five", 105),
        ("7. Proofs", 7),
        ("VII", 7),
        ("Drittes Kapitel", 3),
        ("Letztes Kapitel", None),
        ("Chapitre 3", 3),
        ("Chapitre treize", 13),
        ("Глава двадцать первая", 21),
        ("Chapter Once Upon", None),
        ("CHAPTERIV", 4),
        ("第十二回 陶恭祖", 12),
        ("Chapter the Seventh", 7),
        ("The Seven Dials", None),
        ("I Set Off Upon My Journey", None),
        ("X Marks the Spot", None),
        ("X-Ray", None),
        ("IV. The Round-House", 4),
        ("IV – The Round-House", 4),
        ("IV - The Round-House", 4),
    ],
)
def test_a_titles_number_is_found(title: str, number: int | None) -> None:
    assert title_number(title) == number


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chapter 2", ["Chapter II. Away"]),
        ("Chapter II", ["Chapter II. Away"]),
        ("ch. 2", ["Chapter II. Away"]),
        ("the second chapter", ["Chapter II. Away"]),
        ("away", ["Chapter II. Away"]),
        ("“Chapter I. Home”", ["Chapter I. Home"]),
        ("chapter 9", []),
        ("page ii", ["p. ii"]),
        ("p. 1", ["p. 1"]),
        ("page 99", []),
        ("Chapter II. Away ¶ 2", ["Chapter II. Away ¶ 2"]),
        ("nowhere", []),
        ("", []),
        ("chapter " + "1" * 5_000, []),
        ("Chapter I. Home ¶ " + "1" * 5_000, []),
    ],
)
def test_a_part_is_found_by_any_of_its_names(name: str, expected: list[str]) -> None:
    built = document(("Prologue", 1), ("Chapter I. Home", 1), ("Chapter II. Away", 1), pages=True)
    assert names(built, name) == expected


def test_sections_of_a_contract_in_an_appendix_are_no_chapters() -> None:
    items = [(f"Item {number}", 1) for number in range(1, 21)]
    sections = [(f"Section {number}. Fees", 2) for number in (1, 2, 3)]
    built = document(*items, *sections)
    assert [part.name for part in chapters(built)] == [name for name, _ in items]


def test_untitled_numbers_count_chapters_in_their_order() -> None:
    built = document(("The Quay", 1), ("The Letter", 1), ("The Boat", 1))
    assert names(built, "chapter 2") == ["The Letter"]


@pytest.mark.parametrize("first", ["Chapter 0", "Chapter Zero"])
def test_a_chapter_before_the_first_has_its_number_too(first: str) -> None:
    builder = DocumentBuilder("text", title="Book")
    for title in (first, "Chapter 1", "Chapter 2", "Chapter 3"):
        builder.section(title)
        builder.paragraph("Short." if title == first else LONG)
    built = builder.build()
    assert title_number(first) == 0
    assert [part.name for part in chapters(built)] == [first, "Chapter 1", "Chapter 2", "Chapter 3"]
    for name in ("chapter 0", "chapter zero"):
        assert [part.name for part in parts_called(name, built, titles="none")] == [first]
    assert names(built, "chapter 1") == ["Chapter 1"]


def test_titles_that_begin_with_a_numeral_s_letter_count_in_their_order() -> None:
    built = document(("I Set Off", 1), ("The House of Shaws", 1), ("X Marks the Spot", 1))
    assert names(built, "chapter 2") == ["The House of Shaws"]
    assert names(built, "chapter 10") == []


def test_a_number_is_that_of_the_chapters_called_by_the_word() -> None:
    letters = [(f"Letter {number}. To Mrs. Saville", 1) for number in (1, 2)]
    built = document(*letters, *((f"Chapter {number}. Ice", 1) for number in (1, 2, 3)))
    assert names(built, "chapter 2") == ["Chapter 2. Ice"]
    assert names(built, "ch. 2") == ["Chapter 2. Ice"]
    assert names(built, "the second letter") == ["Letter 2. To Mrs. Saville"]
    plain = document(("Chapter 1", 1), ("Chapter 2", 1), ("Chapter 3", 1))
    assert names(plain, "the second letter") == []
    assert names(document(("I", 1), ("II", 1), ("III", 1)), "section 2") == ["II"]


def test_titles_without_a_number_do_not_count_beside_those_that_have_one() -> None:
    built = document(
        ("Abstract", 1), ("1 Aims", 1), ("2 Work", 1), ("Ethics", 1), ("Thanks", 1), ("A Forms", 1)
    )
    assert names(built, "section 2") == ["2 Work"]
    assert names(built, "chapter 4") == []


def test_an_abstract_and_a_preface_are_not_counted_as_chapters() -> None:
    built = document(("Abstract", 1), ("The Preface", 1), ("Aims", 1), ("Related Work", 1))
    assert names(built, "section 2") == ["Related Work"]


@pytest.mark.parametrize("numbers", [("1 Aims", "2 Work", "3 Ends"), ("I", "II", "III")])
@pytest.mark.parametrize(
    ("around", "counted"),
    [
        (("Preface",), 3),
        (("Vorwort",), 3),
        (("Prologue",), 4),
        (("", "Appendix: How to Begin"), 3),
        (("", "A Forms", "B Words", "C Index of Words"), 3),
        (("", "Symbolverzeichnis"), 3),
        (("", "A New Hope"), 4),
        (("", "A New Hope", "By the Sea"), 5),
        (("", "Epilogue"), 4),
    ],
)
def test_beside_chapters_with_numbers_a_preface_and_appendices_are_none(
    numbers: Sequence[str], around: Sequence[str], counted: int
) -> None:
    before, *behind = around
    titles = [*filter(None, [before]), *numbers, *behind]
    assert len(chapters(document(*((title, 1) for title in titles)))) == counted
    # Titles alone do not tell of an essay in letters that it is an appendix.
    lettered = ("A Forms", "B Words", "C Index of Words")
    assert len(chapters(document(*((title, 1) for title in lettered)))) == 3


def test_a_word_that_only_begins_like_one_for_chapters_is_none() -> None:
    built = document(("Frances Browne", 1), ("Hans Christian Andersen", 1), ("Oscar Wilde", 1))
    assert names(built, "chapter 2") == ["Hans Christian Andersen"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("part two", ["Second Part"]),
        ("Teil 2", ["Second Part"]),
        ("the first part", ["First Part"]),
        ("part 3", []),
        ("act 2", []),
    ],
)
def test_a_part_is_found_whatever_stands_first_in_its_title(name: str, expected: list[str]) -> None:
    built = document(("First Part", 1), ("Kamala", 2), ("Second Part", 1), ("Govinda", 2))
    assert [part.name for part in parts_called(name, built)] == expected


def test_a_part_that_is_a_heading_alone_has_the_chapters_behind_it() -> None:
    builder = DocumentBuilder("text")
    for title in ("First Part", "Kamala", "Gotama", "Second Part", "Govinda"):
        builder.section(title)
        if "Part" not in title:
            builder.paragraph(f"{title} begins. {LONG}")
    built = builder.build()
    (first,) = find_parts(built, "part one")
    (second,) = find_parts(built, "part two")
    assert first.span.end == second.span.start == built.text.index("Second Part")
    assert second.span.end == len(built.text)


def test_a_title_goes_before_a_number() -> None:
    built = document(("1. Home", 1), ("Section 2", 2), ("2. Away", 1), ("3. Back", 1))
    assert names(built, "section 2") == ["Section 2"]
    assert names(built, "chapter 2") == ["2. Away"]


@pytest.mark.parametrize(
    ("sections", "place", "expected"),
    [
        ([(f"Chapter {n}", 1) for n in range(1, 5)], "chapter 1", ["Chapter 1"]),
        (
            [(t, 1 + (len(t) > 1)) for n in "123" for t in (n, f"{n}.1 A", f"{n}.2 B", f"{n}.3 C")],
            "chapter 2",
            ["1", "2"],
        ),
        ([("The Quay", 1), ("The Letter", 1), ("The Boat", 1)], "20%", ["The Quay"]),
    ],
)
def test_chapters_of_a_cut_document_are_those_of_the_whole(
    sections: list[tuple[str, int]], place: str, expected: list[str]
) -> None:
    built = document(*sections)
    short, _ = cut(built, split_passages(built), end_of(built, place))
    told = chapters(short)
    assert [part.name for part in told] == expected
    assert all(part.span.end <= len(short.text) for part in told)
    assert len(chapters(cut(short, (), 3)[0])) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("section 2.1", ["2.1 Boats"]),
        ("2.2", ["2.2 Nets"]),
        ("section 2.3", []),
        ("section 2.", ["2 Methods"]),
    ],
)
def test_sections_by_numbers_of_several_steps(name: str, expected: list[str]) -> None:
    built = document(
        ("1 Introduction", 1), ("2 Methods", 1), ("2.1 Boats", 2), ("2.2 Nets", 2), ("12.1 Ice", 1)
    )
    assert names(built, name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("section 2.1", ["Tasks"]),
        ("2.2.1", ["Losses"]),
        ("section 2.3", []),
        ("section 3.1", []),
        ("section 2.0", []),
    ],
)
def test_sections_whose_titles_have_no_number_are_counted(name: str, expected: list[str]) -> None:
    built = document(
        ("Aims", 1), ("Work", 1), ("Tasks", 2), ("Results", 2), ("Losses", 3), ("End", 1)
    )
    assert names(built, name) == expected


@pytest.mark.parametrize(
    "name",
    ["chapter 1 of part ii", "Part II, chapter 1", "Part II › Chapter 1", "part ii › 1. The…"],
)
def test_a_chapter_within_its_part(name: str) -> None:
    built = document(
        ("Part I", 1), ("Chapter 1", 2), ("1. The Quay", 3),
        ("Part II", 1), ("Chapter 1", 2), ("1. The Quay", 3),
    )  # fmt: skip
    found = find_parts(built, name)
    assert [part.name for part in found] in (["Chapter 1"], ["1. The Quay"])
    assert found[0].span.start > find_parts(built, "part ii")[0].span.start


@pytest.mark.parametrize("pages", [False, True])
def test_a_place_can_be_written_as_citations_give_it(*, pages: bool) -> None:
    long = "The Very Long Title of a Chapter that Goes On and On beyond All Bounds"
    sections = [("Part I", 1), ("Chapter 1", 2), (long, 2), ("Part II", 1), ("Chapter 1", 2)]
    built = document(*sections, pages=pages)
    for paragraph in built.paragraphs:
        place = built.place(paragraph.span)
        if paragraph.kind != "heading":
            page = next((p for p in built.pages if p.label == place.page_label), None)
            assert end_of(built, str(place)) == (page or paragraph).span.end


def test_a_place_beyond_the_names_says_what_can_be_written() -> None:
    built = document(("Chapter 1", 1), ("Chapter 2", 1))
    with pytest.raises(UsageError) as caught:
        end_of(built, "chapter 9")
    assert "45%" in caught.value.hint
    again = document(("Part I", 1), ("Chapter 1", 2), ("Part II", 1), ("Chapter 1", 2))
    with pytest.raises(UsageError) as caught:
        end_of(again, "chapter 1")
    assert "Part I › Chapter 1; Part II › Chapter 1" in caught.value.message


@pytest.mark.parametrize("name", ["chapter 1", "50%", "p. ii", "Chapter 1 ¶ 1", "0%"])
def test_a_cut_document_is_whole_up_to_its_end(name: str) -> None:
    built = document(*((f"Chapter {n}", 1) for n in range(1, 5)), pages=True)
    passages = split_passages(built)
    end = end_of(built, name)
    short, kept = cut(built, passages, end)
    assert built.text.startswith(short.text)
    assert len(short.text) <= end
    assert kept[:-1] == passages[: len(kept)][:-1]
    assert [item.number for item in kept] == [item.number for item in passages[: len(kept)]]
    assert (kept[-1].span.end if kept else 0) == len(short.text)
    assert all(item.paragraphs[1] <= len(short.paragraphs) for item in kept)
    spans = [item.span for item in short.sections]
    spans += [item.span for item in short.paragraphs]
    spans += [item.span for item in short.pages]
    assert all(0 <= span.start <= span.end <= len(short.text) for span in spans)
    assert all(s.paragraphs[1] <= len(short.paragraphs) for s in short.sections)
    assert "Chapter 4" not in short.text + "".join(s.title for s in short.sections)


def test_nothing_is_cut_off_at_the_end() -> None:
    built = document(("Chapter 1", 1))
    passages = split_passages(built)
    assert cut(built, passages, end_of(built, "100%")) == (built, passages)
