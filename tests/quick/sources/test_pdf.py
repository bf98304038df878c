from __future__ import annotations

import io
import itertools
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.constants import PageLabelStyle

from longread.document import Document
from longread.errors import DamagedFile, EmptyDocument, NoTextLayer, PasswordNeeded
from longread.sources import pdf, pdf_outline
from longread.sources.joining import join
from tests.quick.sources.build_pdf_file import Sheet, encrypted, picture

PROSE = (
    "The harbour master counted the boats as they came in",
    "that evening, and wrote the number into his book. It",
    "was the last line that he wrote there, as it happened.",
)


def read(path: Path, password: str | None = None) -> Document:
    return pdf.read(path, path.name, password)


def paragraphs(document: Document, kind: str = "prose") -> list[str]:
    return [document.slice(item.span) for item in document.paragraphs if item.kind == kind]


def prose(sheet: Sheet) -> Sheet:
    for line in PROSE:
        sheet.line(line)
    return sheet


def test_lines_are_joined_to_paragraphs(tmp_path: Path) -> None:
    sheet = prose(prose(Sheet()).line("Nobody knew why.", skip=14))
    found = paragraphs(read(sheet.save(tmp_path / "a.pdf")))
    assert found[0] == " ".join(PROSE)
    assert found[1].startswith("Nobody knew why.")


def test_an_indented_line_begins_a_paragraph(tmp_path: Path) -> None:
    sheet = prose(Sheet()).line("Far out, a lamp was lit and went dark again", x=90)
    found = paragraphs(read(sheet.line("before anyone saw it.").save(tmp_path / "a.pdf")))
    assert found[1] == "Far out, a lamp was lit and went dark again before anyone saw it."


def test_a_broken_word_is_joined_and_a_compound_keeps_its_hyphen(tmp_path: Path) -> None:
    sheet = Sheet().line("A well-known keeper lit the lamp, and the light-")
    sheet.line("house shone as far as the islands of the well-")
    sheet.line("known coast could be seen.")
    text = read(sheet.save(tmp_path / "a.pdf")).text
    assert "the lighthouse shone" in text
    assert "the well-known coast" in text


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("the infor-", "mation desk", "the information desk"),
        ("in a fact-", "checking model", "in a fact-checking model"),
        ("by Program-", "Guided reasoning", "by Program-Guided reasoning"),
        ("one line", "and another", "one line and another"),
        ("日本語の", "文章です", "日本語の文章です"),
        ("pages 12-", "14 of it", "pages 12-14 of it"),
        ("a 52-", "week period", "a 52-week period"),
        ("those of 18-", "to 34-year-olds", "those of 18- to 34-year-olds"),
    ],
)
def test_joining_two_lines(first: str, second: str, joined: str) -> None:
    assert join(first, second, frozenset({"fact", "checking"})) == joined


def test_a_paragraph_goes_on_over_a_page_break(tmp_path: Path) -> None:
    sheet = Sheet().line("The letter that the captain had hidden in the lining of")
    sheet.new_page().line("his coat was found years afterwards by his daughter.")
    document = read(sheet.save(tmp_path / "a.pdf"))
    assert paragraphs(document) == [
        "The letter that the captain had hidden in the lining of his coat was found years "
        "afterwards by his daughter."
    ]
    assert document.page_at(document.text.index("letter")) == 0
    assert document.page_at(document.text.index("his coat")) == 1


CUT = (
    "Towards the evening the old man had walked the whole",
    "way down to the harbour from the hills, and there with",
)


@pytest.mark.parametrize(
    "following",
    [
        "Gandalf at his side he told him of the letter that lay",
        "14 of his friends he waited for the boat to come over.",
    ],
)
def test_a_sentence_goes_on_over_a_page_break_with_any_word(tmp_path: Path, following: str) -> None:
    sheet = prose(Sheet())
    for line in CUT:
        sheet.line(line)
    found = paragraphs(read(prose(sheet.new_page().line(following)).save(tmp_path / "a.pdf")))
    assert " ".join((*CUT, following)) in found[0]


def test_a_sentence_goes_on_behind_a_line_that_was_cut_short(tmp_path: Path) -> None:
    sheet = prose(Sheet()).line("The yield had been 8.6% and").new_page()
    found = paragraphs(read(prose(sheet.line("8.7%, as they said.")).save(tmp_path / "a.pdf")))
    assert "The yield had been 8.6% and 8.7%, as they said." in found[0]


@pytest.mark.parametrize(
    ("following", "bold"),
    [
        ("• A boat is what stands first in the list of all things", False),
        ("THE SECOND BOOK, WHICH TELLS OF WHAT WAS THERE", False),
        ("The Harbour", False),
        ("Where the letter that was in the old coat lay hidden", True),
    ],
)
def test_what_stands_by_itself_on_the_next_page_is_no_rest_of_a_sentence(
    tmp_path: Path, following: str, bold: bool
) -> None:
    sheet = prose(Sheet())
    for line in CUT:
        sheet.line(line)
    sheet.new_page().line(following, bold=bold)
    text = read(prose(sheet).save(tmp_path / "a.pdf")).text
    assert f"{CUT[-1]}\n\n{following}" in text


def test_a_line_of_its_own_goes_on_nowhere(tmp_path: Path) -> None:
    sheet = Sheet().line("A Short History of the Harbour").new_page()
    found = paragraphs(read(sheet.line("The People Who Live There").save(tmp_path / "a.pdf")))
    assert len(found) == 2


def test_a_paragraph_ends_with_the_number_of_a_note(tmp_path: Path) -> None:
    sheet = prose(Sheet()).line("He was “the last.”12")
    found = paragraphs(read(prose(sheet).save(tmp_path / "a.pdf")))
    assert found == [" ".join((*PROSE, "He was “the last.”12")), " ".join(PROSE)]


def test_running_lines_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(1, 9):
        sheet.at(72, 810, f"The Lighthouse {number}")
        sheet.at(290, 40 + 5 * number, str(number + 20))
        for index in range(12):
            sheet.line(f"Row {chr(96 + number)} {chr(97 + index)} speaks of nothing much at all.")
        sheet.new_page()
    text = read(sheet.save(tmp_path / "a.pdf")).text
    assert "The Lighthouse" not in text
    assert not [line for line in text.split() if line.strip(".").isdigit()]
    assert text.count("speaks of nothing") == 96


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    sheet = Sheet().line("A Paper on Tides and on the Boats that Wait for Them", size=16)
    top = sheet.y - 10
    # Drawn row by row, as some programs do.
    for index in range(14):
        sheet.at(60, top - 13 * index, f"left {index} of the water and of the moon above")
        sheet.at(320, top - 13 * index, f"right {index} of the boats and of their owners")
    words = read(sheet.save(tmp_path / "a.pdf")).text
    order = [words.index(f"left {index} ") for index in range(14)]
    order += [words.index(f"right {index} ") for index in range(14)]
    assert order == sorted(order)


def test_a_table_keeps_its_rows_with_their_labels(tmp_path: Path) -> None:
    sheet = prose(Sheet())
    sheet.y -= 20
    sheet.row([(300, "2018"), (400, "2017")])
    sheet.row([(72, "Net sales"), (290, "$"), (300, "32,765"), (390, "$"), (400, "31,657")])
    sheet.row([(72, "Operating expenses")])
    sheet.row([(80, "Cost of sales"), (300, "16,682"), (400, "16,055")])
    sheet.row([(80, "Loss"), (300, "(1,234"), (331, ")"), (400, "12.5"), (421, "%")])
    table = paragraphs(read(sheet.save(tmp_path / "a.pdf")), "table")
    assert table == [
        "2018 | 2017\nNet sales | $ 32,765 | $ 31,657\nOperating expenses\n"
        "Cost of sales | 16,682 | 16,055\nLoss | (1,234) | 12.5%"
    ]


@pytest.mark.parametrize("bold", [False, True])
def test_titles_above_a_table_stay_apart(tmp_path: Path, bold: bool) -> None:
    sheet, titles = prose(Sheet()), ["Harbour Company", "Balance Sheets", "At the End of June"]
    width = max(sheet.canvas.stringWidth(line, "Times-Roman", 11) for line in PROSE)
    for title in titles:
        font = "Times-Bold" if bold else "Times-Roman"
        indent = 0 if bold else (width - sheet.canvas.stringWidth(title, font, 11)) / 2
        sheet.line(title, bold=bold, x=72 + indent, skip=14 * (title == titles[0]))
    sheet.row([(72, "Cash"), (200, "$ 12"), (260, "$ 14")])
    assert paragraphs(read(sheet.save(tmp_path / "a.pdf")))[1:] == titles


def test_a_centred_line_that_is_full_goes_on(tmp_path: Path) -> None:
    sheet, lines = prose(Sheet()), ("The Long Report of the Harbour Company on", "Boats and Lamps")
    width = max(sheet.canvas.stringWidth(line, "Times-Roman", 11) for line in PROSE)
    for line in lines:
        indent = (width - sheet.canvas.stringWidth(line, "Times-Roman", 11)) / 2
        sheet.line(line, x=72 + indent, skip=14 * (line == lines[0]))
    assert paragraphs(read(sheet.save(tmp_path / "a.pdf")))[1] == " ".join(lines)


def test_what_a_column_is_called_does_not_go_on_further_left_below(tmp_path: Path) -> None:
    sheet = prose(Sheet()).line("June 2018 June 2017", x=250, skip=14).line("ASSETS")
    assert paragraphs(read(sheet.save(tmp_path / "a.pdf")))[1:] == ["June 2018 June 2017", "ASSETS"]


@pytest.mark.parametrize("mark", ["•", "(a)", "(B)", "3.", "(10.1)", "4.4."])
def test_an_entry_of_a_list_behind_a_wide_gap_is_no_row_of_a_table(
    tmp_path: Path, mark: str
) -> None:
    sheet = Sheet().row([(72, mark), (120, "3M counts the boats that came in that night, and he")])
    sheet.row([(120, "who keeps its book writes the number down.")])
    document = read(sheet.save(tmp_path / "a.pdf"))
    assert paragraphs(document) == [
        f"{mark} 3M counts the boats that came in that night, and he who keeps its book writes "
        "the number down."
    ]


def test_a_numbered_row_of_several_cells_is_one_of_a_table(tmp_path: Path) -> None:
    sheet = Sheet().row([(72, "1."), (108, "Erie County"), (300, "NY02")])
    sheet.row([(72, "2."), (108, "Central New York"), (300, "NY06")])
    document = read(sheet.save(tmp_path / "a.pdf"))
    assert paragraphs(document, "table") == [
        "1. | Erie County | NY02\n2. | Central New York | NY06"
    ]


def test_what_stands_where_rows_have_their_labels_is_part_of_the_table(tmp_path: Path) -> None:
    sheet = Sheet().row([(72, "Boats"), (310, "12"), (360, "14")])
    sheet.row([(72, "Increase in what the harbour had to pay for its")])
    sheet.row([(72, "lamps and nets"), (310, "30"), (360, "29")])
    sheet.y -= 15
    sheet.row([(72, "Lamps by harbour:")]).row([(72, "Old harbour"), (310, "7"), (360, "8")])
    assert paragraphs(read(sheet.save(tmp_path / "a.pdf")), "table") == [
        "Boats | 12 | 14\nIncrease in what the harbour had to pay for its\n"
        "lamps and nets | 30 | 29\nLamps by harbour:\nOld harbour | 7 | 8"
    ]


def test_a_table_with_names_of_columns_of_its_own_is_another_one(tmp_path: Path) -> None:
    sheet = Sheet().row([(72, "Boats"), (310, "12"), (360, "14")])
    sheet.y -= 15
    sheet.row([(72, "Lamps by harbour")]).row([(72, "Harbour"), (310, "2018"), (360, "2017")])
    sheet.row([(72, "Old harbour"), (310, "7"), (360, "8")])
    assert paragraphs(read(sheet.save(tmp_path / "a.pdf")), "table") == [
        "Boats | 12 | 14",
        "Harbour | 2018 | 2017\nOld harbour | 7 | 8",
    ]


def test_the_outline_gives_sections_within_a_page(tmp_path: Path) -> None:
    sheet = Sheet()
    for key, title, level in (("a", "One", 0), ("b", "The first day", 1), ("c", "Two", 0)):
        sheet.canvas.bookmarkHorizontal(key, 0, sheet.y + 12)
        sheet.canvas.addOutlineEntry(title, key, level)
        sheet.line(title, size=14, bold=True)
        prose(sheet)
    document = read(sheet.save(tmp_path / "a.pdf"))
    assert [document.section_path(index) for index in range(3)] == [
        ("One",),
        ("One", "The first day"),
        ("Two",),
    ]
    assert document.text.count("The first day") == 1
    assert all(section.paragraphs[1] - section.paragraphs[0] == 2 for section in document.sections)


def test_an_entry_that_points_far_ahead_does_not_move_the_rest(tmp_path: Path) -> None:
    sheet = Sheet()
    titles = ["One", "Two", "Three", "Copyright"]
    for title in titles:
        sheet.canvas.bookmarkPage(title)
        prose(sheet.line(title, size=14)).new_page()
    for title in (titles[-1], *titles[:-1]):
        sheet.canvas.addOutlineEntry(title, title, 0)
    document = read(sheet.save(tmp_path / "a.pdf"))
    assert [section.title for section in document.sections] == titles
    assert all(section.paragraphs[1] - section.paragraphs[0] == 2 for section in document.sections)


def test_of_titles_that_are_alike_the_one_that_is_pointed_at_counts(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in (1, 2):
        sheet.canvas.bookmarkHorizontal(str(number), 0, sheet.y + 12)
        sheet.canvas.addOutlineEntry("Exercises", str(number), 0)
        prose(sheet.line(f"{number} Exercises", size=14)).line(f"This is number {number}.")
    document = read(sheet.save(tmp_path / "a.pdf"))
    first, second = (document.slice(section.span) for section in document.sections)
    assert "number 1" in first
    assert "number 2" in second


@pytest.mark.parametrize("lines", [2, 3])
def test_a_large_first_letter_begins_the_first_line(tmp_path: Path, lines: int) -> None:
    sheet = Sheet()
    sheet.canvas.setFont("Times-Roman", 15 * lines)
    sheet.canvas.drawString(72, sheet.y - 13.2 * (lines - 1), "O")
    for number, line in enumerate(("nce upon a time there was", *PROSE)):
        sheet.line(line, x=72 + (11 * lines if number < lines else 0))
    assert read(sheet.save(tmp_path / "a.pdf")).text.startswith("Once upon a time there was")


def test_headings_are_found_by_size_and_weight_without_an_outline(tmp_path: Path) -> None:
    sheet = Sheet().line("Tides", size=20)
    for title in ("1 Introduction", "2 Methods", "2.1 The boats", "3 Results"):
        sheet.line(title, size=11.5, bold=True, skip=10)
        for index in range(12):
            sheet.line(f"Line {chr(97 + index)} of {title[2:].lower()} tells what was seen there.")
        sheet.new_page()
    document = read(sheet.save(tmp_path / "a.pdf"))
    found = [document.section_path(index) for index in range(len(document.sections))]
    assert ("Tides", "2 Methods", "2.1 The boats") in found
    assert ("Tides", "3 Results") in found


def chapter(sheet: Sheet, title: str) -> None:
    """A page under a title, with lines that stand on no other."""
    sheet.line(title, size=18)
    for index in range(20):
        sheet.line(f"Row {chr(97 + index)} of {title.casefold()} tells of nothing much at all.")
    sheet.new_page()


@pytest.mark.parametrize(
    ("outline", "above"),
    [
        (("My Report",), ("My Report",)),
        (("Chapter 1",), ()),
        (("Cover", "Rights", "Thanks"), ("Thanks",)),
    ],
)
def test_headings_are_found_where_the_outline_names_little(
    tmp_path: Path, outline: tuple[str, ...], above: tuple[str, ...]
) -> None:
    sheet = Sheet()
    for title in outline:
        sheet.canvas.bookmarkPage("first")
        sheet.canvas.addOutlineEntry(title, "first", 0)
    chapters = [f"Chapter {number}" for number in range(1, 13)]
    for title in chapters:
        chapter(sheet, title)
    document = read(sheet.save(tmp_path / "a.pdf"))
    found = [document.section_path(index) for index in range(len(document.sections))]
    assert found[-12:] == [(*above, title) for title in chapters]


def test_headings_that_a_full_outline_does_not_name_are_none(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(3):
        sheet.canvas.bookmarkPage(str(number))
        sheet.canvas.addOutlineEntry(f"Part {number}", str(number), 0)
        chapter(sheet, f"Aside {number}")
    document = read(sheet.save(tmp_path / "a.pdf"))
    assert [section.title for section in document.sections] == ["Part 0", "Part 1", "Part 2"]


def test_plain_text_without_headings_is_one_section(tmp_path: Path) -> None:
    document = read(prose(Sheet()).save(tmp_path / "a.pdf"))
    assert [section.title for section in document.sections] == [""]


def test_page_labels_and_metadata(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(4):
        sheet.line(f"Page {number} speaks of the sea.").new_page()
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(sheet.bytes())))
    writer.add_metadata({"/Title": "The Sea", "/Author": "A. Writer"})
    writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)
    writer.set_page_label(2, 3, style=PageLabelStyle.DECIMAL, prefix="B-")
    path = tmp_path / "a.pdf"
    with path.open("wb") as file:
        writer.write(file)
    document = read(path)
    assert [page.label for page in document.pages] == ["i", "ii", "B-1", "B-2"]
    assert (document.title, document.author) == ("The Sea", "A. Writer")


@pytest.mark.parametrize("algorithm", ["RC4-40", "RC4-128", "AES-128", "AES-256"])
def test_encryption_with_an_empty_password_is_no_hindrance(tmp_path: Path, algorithm: str) -> None:
    data = prose(Sheet()).bytes()
    path = encrypted(data, tmp_path / "a.pdf", password="", algorithm=algorithm)
    assert PROSE[0] in read(path).text


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
@pytest.mark.parametrize("password", ["lighthouse", "pässwört"])
def test_a_password_opens_and_a_wrong_one_is_told(
    tmp_path: Path, algorithm: str, password: str
) -> None:
    data = prose(Sheet()).bytes()
    path = encrypted(data, tmp_path / "a.pdf", password=password, algorithm=algorithm)
    assert PROSE[0] in read(path, password).text
    with pytest.raises(PasswordNeeded, match="--password"):
        read(path)
    with pytest.raises(PasswordNeeded, match="does not open"):
        read(path, "wrong")


def test_text_that_no_reader_sees_is_left_out(tmp_path: Path) -> None:
    sheet = prose(Sheet()).at(900, 400, "off the page")
    sheet.canvas.setFillColorRGB(1, 1, 1)
    sheet.at(72, 300, "white on white")
    sheet.canvas.setFillColorRGB(0, 0, 0)
    sheet.canvas.rect(60, 190, 200, 40, fill=1)
    sheet.canvas.setFillColorRGB(1, 1, 1)
    sheet.at(72, 205, "white on black")
    unseen = sheet.canvas.beginText(72, 120)
    unseen.setTextRenderMode(3)
    unseen.textLine("drawn invisibly")
    sheet.canvas.drawText(unseen)
    document = read(sheet.save(tmp_path / "a.pdf"))
    assert "white on black" in document.text
    for hidden in ("off the page", "white on white", "drawn invisibly"):
        assert hidden not in document.text
    assert "cannot see" in document.warnings[0]


def test_the_text_layer_of_a_scan_is_read(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.drawImage(picture(), 0, 0, 595, 842)
    layer = sheet.canvas.beginText(72, 700)
    layer.setTextRenderMode(3)
    layer.textLine("What the scanner recognised on this page.")
    sheet.canvas.drawText(layer)
    assert "scanner recognised" in read(sheet.save(tmp_path / "a.pdf")).text


def test_a_scan_without_text_names_the_way_out(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.drawImage(picture(), 0, 0, 595, 842)
    with pytest.raises(NoTextLayer, match=r"ocrmypdf.*--ocr"):
        read(sheet.save(tmp_path / "a.pdf"))


def partly_scanned(folder: Path, *, texts: int, pictures: int) -> Path:
    sheet = Sheet()
    for _ in range(texts):
        prose(sheet).new_page()
    for _ in range(pictures):
        sheet.canvas.drawImage(picture(), 0, 0, 595, 842)
        sheet.new_page()
    return sheet.save(folder / "a.pdf")


def test_pages_that_are_pictures_are_told(tmp_path: Path) -> None:
    document = read(partly_scanned(tmp_path, texts=3, pictures=2))
    assert document.warnings == ("Without a text layer, 2 of 5 pages are pictures.",)


def test_a_file_of_mostly_pictures_is_a_scan(tmp_path: Path) -> None:
    with pytest.raises(NoTextLayer, match="4 of 5 pages are pictures"):
        read(partly_scanned(tmp_path, texts=1, pictures=4))


def test_a_small_picture_makes_no_scan_of_a_page(tmp_path: Path) -> None:
    sheet = prose(Sheet()).new_page()
    sheet.canvas.drawImage(picture(), 250, 400, 80, 80)
    assert read(sheet.save(tmp_path / "a.pdf")).warnings == ()


def test_blank_pages_are_an_empty_document(tmp_path: Path) -> None:
    path = Sheet().new_page().new_page().save(tmp_path / "a.pdf")
    with pytest.raises(EmptyDocument):
        read(path)


def test_a_turned_page_is_read_along_its_lines(tmp_path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.translate(595, 0)
    sheet.canvas.rotate(90)
    sheet.y = 500
    found = paragraphs(read(prose(sheet).save(tmp_path / "a.pdf")))
    assert found == [" ".join(PROSE)]


def test_a_looping_outline_costs_no_text(tmp_path: Path) -> None:
    sheet = prose(Sheet())
    sheet.canvas.bookmarkPage("a")
    sheet.canvas.addOutlineEntry("One", "a", 0)
    sheet.canvas.addOutlineEntry("Two", "a", 0)
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(sheet.bytes())))
    outline = writer.root_object["/Outlines"]
    first = outline["/First"].get_object()  # type: ignore[index]
    first.update({next(key for key in first if key == "/Next"): outline.raw_get("/First")})  # type: ignore[attr-defined]
    path = tmp_path / "a.pdf"
    with path.open("wb") as file:
        writer.write(file)
    assert PROSE[0] in read(path).text


def test_a_huge_outline_is_dropped_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_outline, "MAX_OUTLINE", 20)
    sheet = prose(Sheet())
    sheet.canvas.bookmarkPage("a")
    for number in range(40):
        sheet.canvas.addOutlineEntry(f"Entry {number}", "a", 0)
    document = read(sheet.save(tmp_path / "a.pdf"))
    assert PROSE[0] in document.text
    assert len(document.sections) == 1
    assert "too large" in document.warnings[0]


def test_a_table_of_objects_at_an_impossible_place_costs_no_text(tmp_path: Path) -> None:
    data = prose(Sheet()).bytes()
    place = data.rindex(b"startxref") + len(b"startxref\n")
    path = tmp_path / "a.pdf"
    path.write_bytes(data[:place] + b"9" * 30 + b"\n%%EOF\n")
    assert PROSE[0] in read(path).text


def test_what_is_no_pdf_inside_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.7\nnothing of the kind")
    with pytest.raises(DamagedFile, match="no PDF"):
        read(path)


FOOT = {
    "a note": (("1 The lamp of the old tower, which had been lit in the", 9), ("year before.", 9)),
    "a note with a star": (("∗The lamp of the old tower.", 9),),
    "two notes": (("3 The lamp of the old tower.", 8), ("4 The harbour of the town.", 8)),
}


@pytest.mark.parametrize("notes", FOOT.values(), ids=FOOT)
def test_a_sentence_goes_on_behind_the_notes_at_the_foot_of_its_page(
    tmp_path: Path, notes: tuple[tuple[str, float], ...]
) -> None:
    sheet = prose(prose(Sheet()))
    for line in CUT:
        sheet.line(line)
    for place, (text, size) in enumerate(notes):
        # The small font has no star of this form.
        sheet.line(text.replace("∗", "*"), size=size, skip=0 if place else 9)
    sheet.new_page().line("him went the dog, as it did on all the days.")
    document = read(prose(sheet).save(tmp_path / "a.pdf"))
    assert " ".join((*CUT, "him went the dog, as it did on all the days.")) in document.text
    found = paragraphs(document, "footnote")
    assert len(found) == sum(text[0] in "134∗" for text, _ in notes)
    assert found[0].startswith(f"[{notes[0][0][0].replace('∗', '*')}] The lamp of the old tower")
    assert document.page_at(document.text.index("The lamp of")) == 0


@pytest.mark.parametrize("gap", [0, 14])
def test_a_sentence_goes_on_behind_a_caption_at_the_top_of_the_next_page(
    tmp_path: Path, gap: float
) -> None:
    caption = ("Figure 2. The harbour as it was, seen from the hills", "above the town.")
    sheet = prose(prose(Sheet()))
    for line in CUT:
        sheet.line(line)
    sheet.new_page()
    for line in caption:
        sheet.line(line, size=11 if gap else 9)
    sheet.line("him went the dog, as it did on all the days.", skip=gap)
    document = read(prose(sheet).save(tmp_path / "a.pdf"))
    assert " ".join((*CUT, "him went the dog, as it did on all the days.")) in document.text
    assert paragraphs(document, "caption") == [" ".join(caption)]
    assert document.page_at(document.text.index("Figure 2")) == 1


def test_a_caption_may_end_in_the_number_of_another_figure(tmp_path: Path) -> None:
    sheet = prose(prose(Sheet()))
    sheet.line("Figure 2. The harbour as it was. For a view from the hills, see", skip=20)
    sheet.line("Figure 3.")
    sheet.line("A whole sentence stands below the picture of the harbour.", skip=20)
    document = read(sheet.save(tmp_path / "a.pdf"))
    assert paragraphs(document, "caption") == [
        "Figure 2. The harbour as it was. For a view from the hills, see Figure 3."
    ]


def test_a_caption_below_a_picture_with_many_labels_is_whole(tmp_path: Path) -> None:
    sheet = Sheet()
    for number in range(9):
        sheet.line(f"Tide {number}.0", size=5)
    caption = (
        "Figure 2. The height of the tide at the quay in each month of the",
        "year, in feet.",
    )
    for line in caption:
        sheet.line(line, skip=9 if line == caption[0] else 0)
    document = read(sheet.save(tmp_path / "a.pdf"))
    assert paragraphs(document, "caption") == [" ".join(caption)]


def test_a_line_of_a_paragraph_that_begins_with_a_figure_is_no_caption(tmp_path: Path) -> None:
    sheet = Sheet()
    for line in (
        *PROSE,
        "Where the boats lay, and when, is what they show in",
        "Figure 3. It is old.",
    ):
        sheet.line(line)
    assert not paragraphs(read(sheet.save(tmp_path / "a.pdf")), "caption")


def test_what_stands_far_below_a_note_is_no_part_of_it(tmp_path: Path) -> None:
    sheet = prose(prose(Sheet())).line("1 The lamp of the old tower.", size=8, skip=9)
    sheet.line("60 50 40", size=8, skip=30)
    document = read(prose(sheet.new_page()).save(tmp_path / "a.pdf"))
    assert paragraphs(document, "footnote") == ["[1] The lamp of the old tower."]


def test_small_lines_that_are_a_text_of_their_own_are_no_notes(tmp_path: Path) -> None:
    sheet = prose(prose(Sheet())).new_page()
    for number in (1, 2, 3):
        sheet.line(f"{number} The lamp of the old tower.", size=8)
    assert not paragraphs(read(prose(prose(sheet.new_page())).save(tmp_path / "a.pdf")), "footnote")


def test_letters_that_are_drawn_twice_to_look_bold_are_read_once(tmp_path: Path) -> None:
    sheet = Sheet()
    for shift in (0, 0.3):
        sheet.at(72 + shift, 700, "Nebraska")
    sheet.line("The bookkeeper shall see to all that the committee needs.", skip=90)
    document = read(sheet.line("NNEEBBRRAASSKKAA", skip=30).save(tmp_path / "a.pdf"))
    assert document.text.count("Nebraska") == 1
    assert "NEBRASKA" in document.text.split("\n\n")
    assert "The bookkeeper shall see to all that the committee needs." in document.text


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("2312.09390v1.pdf", "The Lamps of the Old Harbour and Their Keepers"),
        ("698bba535087fa9a7f9009e172a7f763.pdf", "The Lamps of the Old Harbour and Their Keepers"),
        ("document (3).pdf", "The Lamps of the Old Harbour and Their Keepers"),
        ("harbour_lamps.pdf", ""),
    ],
)
def test_a_title_that_neither_file_nor_name_tells_is_what_is_largest(
    tmp_path: Path, name: str, title: str
) -> None:
    sheet = Sheet().line("Proceedings of 2019", size=9)
    sheet.line("The Lamps of the Old Harbour", size=18, skip=20).line("and Their Keepers", size=18)
    path = prose(prose(sheet.line("Ann Writer", size=12))).save(tmp_path / "a.pdf")
    assert pdf.read(path, name).title == title


def test_the_only_highest_entry_of_the_outline_is_the_title(tmp_path: Path) -> None:
    sheet = Sheet()
    for level, title in enumerate(("The Lamps", "Oil", "Wicks")):
        sheet.canvas.bookmarkPage(title)
        sheet.canvas.addOutlineEntry(title, title, min(level, 1))
        prose(sheet.line(title)).new_page()
    assert read(sheet.save(tmp_path / "a.pdf")).title == "The Lamps"


def test_a_heading_of_many_lines_is_one(tmp_path: Path) -> None:
    sheet = Sheet()
    lines = ("What of the", "boats in the", "harbour, of", "their keep-", "ers and their", "lamps?")
    for line in lines:
        sheet.line(line, size=18)
    sheet.y -= 20
    for _ in range(4):
        for _ in range(10):
            prose(sheet)
        sheet.new_page()
    titles = [section.title for section in read(sheet.save(tmp_path / "a.pdf")).sections]
    assert titles == ["What of the boats in the harbour, of their keepers and their lamps?"]


def test_large_headings_within_items_stand_below_them(tmp_path: Path) -> None:
    sheet = Sheet()
    for part, items in (("PART I", "12"), ("PART II", "345")):
        for item in items:
            if item == items[0]:
                sheet.line(part, size=14, bold=True)
            sheet.line(f"ITEM {item}. Lamps", size=14, bold=True, skip=14)
            sheet.line("General", size=14, bold=True, skip=14)
            sheet.y -= 14
            for _ in range(13):
                prose(sheet)
            sheet.new_page()
    found = read(sheet.save(tmp_path / "a.pdf")).sections
    levels: dict[str, set[int]] = {}
    for section in found:
        levels.setdefault(section.title.split()[0], set()).add(section.level)
    assert levels == {"PART": {1}, "ITEM": {2}, "General": {4}}


def test_parts_and_items_are_no_headings_where_they_are_listed(tmp_path: Path) -> None:
    parts = (("PART I", "12"), ("PART II", "345"), ("PART III", "6"))
    sheet = Sheet().line("Yearly report", size=14, bold=True)
    for part, items in parts:
        sheet.line(part, bold=True, skip=5)
        for item in items:
            sheet.line(f"The lamps of item {item} and how they burn")
    for part, items in parts:
        for item in items:
            sheet.new_page()
            if item == items[0]:
                sheet.line(part, bold=True)
            sheet.line(f"Item {item}—Lamps", bold=True, skip=14)
            sheet.y -= 14
            for _ in range(13):
                prose(sheet)
    document = read(sheet.save(tmp_path / "a.pdf"))
    titles = [section.title for section in document.sections]
    begun = [(part, *(f"Item {item}—Lamps" for item in items)) for part, items in parts]
    assert titles == ["Yearly report", *itertools.chain.from_iterable(begun)]
