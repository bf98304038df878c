from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from longread.document import Document, DocumentBuilder, Span
from longread.passages import split_passages
from longread.tui.chooser import Chooser
from longread.tui.journey import Journey
from longread.tui.layout import Anchor, Layout
from longread.tui.wrapping import wrap


def document(*paragraphs: str, verse: str = "") -> Document:
    builder = DocumentBuilder("plain")
    builder.section("One")
    for text in paragraphs:
        builder.paragraph(text)
    if verse:
        builder.paragraph(verse, "verse")
    return builder.build()


def rows(text: str, width: int) -> list[str]:
    return [text[start:end] for start, end in wrap(text, 0, len(text), width)]


def test_words_are_wrapped_whole_where_they_fit() -> None:
    assert rows("the quick brown fox", 9) == ["the quick", "brown fox"]
    assert rows("a supercalifragilistic b", 8) == ["a", "supercal", "ifragili", "stic b"]


def test_a_line_keeps_what_it_is_indented_by() -> None:
    assert rows("    if a and b:", 20) == ["    if a and b:"]
    assert rows("    if a and b and c:", 12) == ["    if a and", "b and c:"]
    assert all(cell_len(row) <= 8 for row in rows(" " * 30 + "if a and b", 8))


def test_wide_characters_take_two_cells_and_no_row_begins_with_a_full_stop() -> None:
    assert rows("中文字符测试。这是", 12) == ["中文字符测", "试。这是"]


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("Elle a dit « oui » hier.", 12, ["Elle a dit", "« oui »", "hier."]),
        ("Vous venez ? Oui ; non !", 11, ["Vous", "venez ?", "Oui ; non !"]),
        ("Il vient ce soir : bien.", 16, ["Il vient ce", "soir : bien."]),
        ("un « incomparable » mot", 13, ["un «", "incomparable", "» mot"]),
        ("a :b :c", 4, ["a :b", ":c"]),
    ],
)
def test_marks_that_stand_apart_stay_with_their_word(
    text: str, width: int, shown: list[str]
) -> None:
    assert rows(text, width) == shown


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200), st.integers(4, 40))
@settings(max_examples=300, deadline=None)
def test_rows_hold_every_word_and_none_is_too_wide(text: str, width: int) -> None:
    text = " ".join(text.split())
    wrapped = rows(text, width)
    assert "".join(wrapped).replace(" ", "") == text.replace(" ", "")
    for row in wrapped:
        assert cell_len(row) <= width or len(row) == 1 or _one_cluster(row, width)


def _one_cluster(row: str, width: int) -> bool:
    """Marks that stick to a character that just fits."""
    return cell_len(row.rstrip("、。，．：；！？）」』】〉》’”…ー々")) <= width


def test_scrolling_down_and_up_comes_back_to_the_same_rows() -> None:
    text = document(*(f"Paragraph {n} has some words in it. " * 3 for n in range(40)))
    layout = Layout(text, 30)
    places = [Anchor()]
    while len(places) < 150:
        places.append(layout.step(places[-1], 1))
    back = [places[-1]]
    while len(back) < 150:
        back.append(layout.step(back[-1], -1))
    assert back == places[::-1]
    assert layout.step(Anchor(), -5) == Anchor()
    assert layout.step(places[5], 100_000).paragraph == len(text.paragraphs) - 1


def test_every_character_is_on_the_row_that_is_found_for_it() -> None:
    text = document("Some words " * 30, "Others " * 50, verse="A line\nAnother line\n\nThird")
    layout = Layout(text, 24)
    for paragraph in text.paragraphs:
        for offset in range(paragraph.span.start, paragraph.span.end):
            anchor = layout.at(offset)
            row = layout.rows(anchor.paragraph)[anchor.row]
            assert row.start <= offset
            following = layout.rows(anchor.paragraph)[anchor.row + 1]
            assert following.start > offset or following.start == following.end


def test_the_lines_of_verse_stay() -> None:
    text = document(verse="Half a league,\nhalf a league,\nonward.")
    verse = text.paragraphs[-1]
    layout = Layout(text, 60)
    shown = [text.text[row.start : row.end] for row in layout.rows(len(text.paragraphs) - 1)]
    assert shown == ["Half a league,", "half a league,", "onward.", ""]
    assert layout.at(verse.span.end - 3).row == 2


TABLE = "| 2018 | 2017\nNet sales of the lamps of the quay | $ 32,765 | $ 31\nCosts | (7) |"


def shown(layout: Layout, paragraph: int) -> list[str]:
    """The rows of a paragraph as they are painted, without the empty one below."""
    found = []
    for row in layout.rows(paragraph)[:-1]:
        gaps = dict(row.gaps)
        characters = enumerate(layout.document.text[row.start : row.end], row.start)
        found.append("".join(" " * gaps.get(at, 0) + character for at, character in characters))
    return found


@pytest.mark.parametrize(
    ("width", "room", "rows"),
    [
        (
            60,
            60,
            [
                "                                   |     2018 | 2017",
                "Net sales of the lamps of the quay | $ 32,765 | $ 31",
                "Costs                              |      (7) |",
            ],
        ),
        (
            20,
            42,
            [
                "                       |     2018 | 2017",
                "Net sales of the lamps",
                "of the quay            | $ 32,765 | $ 31",
                "Costs                  |      (7) |",
            ],
        ),
        (
            30,
            30,
            [
                "| 2018 | 2017",
                "Net sales of the lamps",
                "of the quay | $ 32,765 |",
                "$ 31",
                "Costs | (7) |",
            ],
        ),
    ],
)
def test_the_cells_of_a_table_stand_below_each_other_where_they_have_room(
    width: int, room: int, rows: list[str]
) -> None:
    builder = DocumentBuilder("plain")
    builder.section("One")
    builder.paragraph(TABLE, "table")
    layout = Layout(builder.build(), width, room)
    assert shown(layout, len(layout.document.paragraphs) - 1) == rows


def test_a_row_of_other_cells_than_most_have_is_not_set_below_them() -> None:
    builder = DocumentBuilder("plain")
    builder.section("One")
    builder.paragraph("Year ended | Change\nLamps | 1 | 2,000\nBoats | 30 | 4", "table")
    layout = Layout(builder.build(), 40)
    assert shown(layout, len(layout.document.paragraphs) - 1) == [
        "Year ended | Change",
        "Lamps |  1 | 2,000",
        "Boats | 30 |     4",
    ]


def test_a_long_book_is_laid_out_only_where_it_is_looked_at() -> None:
    text = document(*("word " * 60 for _ in range(3_000)))
    layout = Layout(text, 70)
    view = layout.view(layout.at(len(text.text) // 2), 50)
    assert len(view) == 50
    assert len(layout._rows) < 30


def test_sentences_are_chosen_one_by_one() -> None:
    text = document("First one here. Second one here.", "Third one here.")
    chooser = Chooser(text, tuple(split_passages(text)))

    def words() -> str:
        return text.slice(chooser.span or Span(0, 0))

    chooser.begin(text.paragraphs[1].span.start)
    assert words() == "First one here."
    chooser.extend(1)
    assert words() == "First one here. Second one here."
    chooser.extend(-1)
    assert words() == "First one here."
    chooser.step(1)
    assert words() == "Second one here."
    chooser.step(1)
    assert words() == "Third one here."
    chooser.step(1)
    assert words() == "Third one here."
    chooser.step(-1)
    assert words() == "Second one here."
    assert chooser.let_go() is None


def test_only_what_was_scrolled_through_counts_as_read() -> None:
    journey = Journey()
    assert journey.moved(0, 900)
    assert journey.moved(700, 1_700)
    assert not journey.moved(9_000, 9_900), "a jump ahead"
    assert journey.furthest == 1_700
    journey.leave(1_000)
    journey.leave(9_000)
    assert journey.back(5_000) == 9_000
    assert journey.back(9_000) == 1_000
    assert journey.back(1_000) is None
    assert journey.forth(1_000) == 9_000
