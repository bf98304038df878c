"""Counting by structure: units and their sizes, what stands at their ends, and what stands beside
what."""

from __future__ import annotations

import pytest

from longread.answering.count import count
from longread.answering.count_query import parse
from longread.answering.counted import Counted
from longread.document import Document, DocumentBuilder
from longread.part_names import end_of, parts_called
from longread.passages import split_passages
from longread.structure import cut

CHAPTERS = {
    "The Quay": ["Anna saw the boat. The tide came in.", "Anna and Maria left."],
    "The Letter": ["Maria wrote.", "She wrote to Anna again. The tide, the tide! A gull cried."],
    "The Boat": ["It sank."],
}


@pytest.fixture
def book() -> Document:
    """Three chapters on four pages, behind a title page and before an afterword."""
    builder = DocumentBuilder("text", title="The Boat at the Quay", language="en")
    builder.page("i")
    builder.section("", kind="front")
    builder.paragraph("By Ada Vogt. On the tide.")
    for number, (title, paragraphs) in enumerate(CHAPTERS.items(), start=1):
        builder.page(str(number))
        builder.section(f"Chapter {number}. {title}")
        for text in paragraphs:
            builder.paragraph(text)
    builder.section("About the Author", kind="back")
    builder.paragraph("She lived by the sea.")
    return builder.build()


def answer(question: str, document: Document) -> Counted:
    query = parse(question, document)
    assert query is not None, question
    return count(query, document)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What is the first sentence of the book?", "Anna saw the boat."),
        ("What's the opening line?", "Anna saw the boat."),
        ("What is the last word of the book?", "sank"),
        ("What are the last words of the book?", "It sank."),
        ("With what words does chapter 1 begin?", "Anna saw the boat."),
        ("With which word does chapter 1 end?", "left"),
        ("What are the first three words of chapter 2?", "Maria wrote.\n\nShe"),
        ("What are the last two sentences of chapter 2?", "The tide, the tide! A gull cried."),
        ("Quote the second paragraph of chapter 1", "Anna and Maria left."),
        ("What is the third sentence of chapter 1?", "Anna and Maria left."),
        ("What is the penultimate sentence of chapter 1?", "The tide came in."),
        ("What is chapter 2's first sentence?", "Maria wrote."),
        ("What is the ninth paragraph of chapter 1?", "Chapter 1. The Quay has not so many par"),
        ("First line?", "Anna saw the boat."),
        ("What is the very last word of chapter 1?", "left"),
        ("Which word does chapter 2 begin with?", "Maria"),
        ("Which word ends the book?", "sank"),
        ("What does chapter 1 end with?", "Anna and Maria left."),
        ("Show me paragraph 2 of chapter 1", "Anna and Maria left."),
        ("What does chapter 1 ¶ 2 say?", "Anna and Maria left."),
        ("What is the last word of the second to last chapter?", "cried"),
        ("The second word of every chapter", "Chapter 1. The Quay: saw\nChapter 2. The Letter: wr"),
    ],
)
def test_what_stands_at_an_end(book: Document, question: str, text: str) -> None:
    assert answer(question, book).text.startswith(text)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What is the word count of chapter 1?", "There are 16 words in Chapter 1. The Quay."),
        ("Number of chapters?", "There are 3 chapters."),
        ("Count the words in chapter 3", "There are 6 words in Chapter 3. The Boat."),
        ("How many paragraphs long is chapter 2?", "There are 2 paragraphs in Chapter 2."),
        ("How many different words are in chapter 3?", "There are 6 different words in Chapter 3"),
        ("What is the most frequent word in chapter 2?", "“tide” twice"),
        ("Which words occur most often?", "words, without function words: “tide” 4 times, “"),
        ("What are the two longest chapters?", "2 longest chapters:\nChapter 2. The Letter: 18"),
        ("Which chapter has the most sections?", "There are no sections."),
        ("Which chapter is the second longest?", "second longest chapter is Chapter 1. The Quay"),
        ("Which chapter is the ninth longest?", "There are 3 chapters."),
        ("Which chapter has the most paragraphs?", "and Chapter 2. The Letter: 2 paragraphs each"),
        ("How many chapters are longer than 14 words?", "2 of 3 chapters are longer than 14 words"),
        ("Which chapters have fewer than 7 words?", "than 7 words: Chapter 3. The Boat (6)."),
        ("What is the average length of a chapter?", "The 3 chapters have 13.3 words each on"),
        ("What is the average sentence length?", "sentences have 3.5 words each on average."),
        ("What chapters are there?", "Chapter 1. The Quay\nChapter 2. The Letter\nChapter 3."),
        ("Which chapters does the book have?", "Chapter 1. The Quay\nChapter 2. The Letter\n"),
        ("Show me the table of contents", "Chapter 1. The Quay\nChapter 2. The Letter\n"),
        ("Title of chapter 2", "Chapter 2. The Letter"),
        ("Which chapter is called “The Boat”?", "Chapter 3. The Boat"),
        ("How many words are in the chapter “The Boat”?", "There are 6 words in Chapter 3."),
        ("What is the average number of sentences per chapter?", "have 2.7 sentences each on"),
        ("How many paragraphs are there per chapter on average?", "have 1.7 paragraphs each on"),
        ("How many chapters are there in total, please?", "There are 3 chapters."),
        ("I'd like to know how many chapters there are", "There are 3 chapters."),
        ("Does the book have chapters?", "There are 3 chapters."),
        ("chapters?", "Chapter 1. The Quay\nChapter 2. The Letter"),
        ("List of chapters", "Chapter 1. The Quay\nChapter 2. The Letter"),
        ("What's chapter 2's title?", "Chapter 2. The Letter"),
        ("How is chapter 2 called?", "Chapter 2. The Letter"),
        ("longest chapter", "The longest chapter is Chapter 2. The Letter: 18 words."),
        ("Top 2 longest chapters", "2 longest chapters:\nChapter 2. The Letter: 18"),
        ("Rank the chapters by length", "The 3 longest chapters:\nChapter 2. The Letter: 18 words"),
        ("How many pages is the book?", "There are 4 pages."),
        ("How long is the book in paragraphs?", "There are 7 paragraphs."),
        ("Which chapter is on page 2?", "Chapter 2. The Letter"),
        ("In which chapter is page 3?", "Chapter 3. The Boat"),
        ("What comes after chapter 1?", "Chapter 2. The Letter comes after Chapter 1. The Quay."),
        ("Which chapter precedes chapter 2?", "Chapter 1. The Quay comes before Chapter 2."),
        ("What is the next chapter after chapter 3?", "Chapter 3. The Boat is the last one."),
        ("What comes before page 2?", "p. 1 comes before p. 2."),
        ("On which page does chapter 2 begin?", "Chapter 2. The Letter begins on p. 2, at 39% of"),
        ("Which page is chapter 3 on?", "Chapter 3. The Boat begins on p. 3, at 75% of"),
        ("Where does chapter 1 end?", "Chapter 1. The Quay ends on p. 1, at"),
        ("How far into the book is chapter 3?", "begins on p. 3, at 75% of the text."),
        ("How long is each chapter?", "16 words\nChapter 2. The Letter: 18 words\nChapter 3. T"),
        ("How many words per chapter?", "16 words\nChapter 2. The Letter: 18 words\nChapter"),
        ("Which is longer, chapter 1 or chapter 2?", "has 16 words.\nChapter 2. The Letter has 18"),
        ("Is chapter 3 longer than chapter 1?", "The Boat has 6 words.\nChapter 1. The Quay has"),
        ("Which of the chapters is the shortest?", "The shortest chapter is Chapter 3. The Boat"),
        ("How many parts are there?", "The text has no parts that are marked as such."),
    ],
)
def test_units_are_told_exactly(book: Document, question: str, text: str) -> None:
    assert text in answer(question, book).text


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Is Maria mentioned in chapter 3?", "“Maria” does not occur in Chapter 3. The Boat."),
        ("Does Anna appear in chapter 1?", "“Anna” occurs twice in Chapter 1. The Quay"),
        ("Does chapter 2 mention Anna?", "“Anna” occurs once in Chapter 2. The Letter"),
        ("Is the word gull in the book?", "“gull” occurs once"),
        ("In how many chapters does Maria appear?", "twice, in 2 of 3 chapters"),
        ("How many chapters mention Maria?", "twice, in 2 of 3 chapters"),
        ("How often is tide mentioned?", "2. The Letter (2), Chapter 1. The Quay (1); once outs"),
        ("How often is Anna mentioned before chapter 2?", "twice in the text before Chapter 2."),
        ("How often is tide mentioned after chapter 1?", "twice in the text after Chapter 1."),
        ("How often is Anna mentioned per chapter?", "Chapter 1. The Quay: 2\nChapter 2. The Let"),
        ("In which chapter is tide first mentioned?", "and of the chapters first in p. 1, Chapte"),
        ("What is the last chapter in which Maria appears?", "“Maria” occurs last in p. 2"),
        ("Which chapters mention both Anna and Maria?", "in 2 of 3 chapters: Chapter 1. The Quay"),
        ("How often do Anna and Maria appear together?", "occur together in 1 paragraph."),
        ("In which chapters do Anna and the gull appear together?", "in 1 of 3 chapters: Chapte"),
        ("Which sentences mention Anna?", "“Anna” occurs in 3 sentences."),
        ("How many paragraphs contain the word tide?", "“tide” occurs in 3 paragraphs."),
        ("How often is Anna mentioned between chapters 1 and 2?", "3 times in Chapter 1. The Qu"),
        ("How many chapters never mention Anna?", "does not occur in 1 of 3 chapters: Chapter 3."),
        ("In which chapters is Anna missing?", "does not occur in 1 of 3 chapters: Chapter 3."),
        ("How many chapters is Maria mentioned in?", "twice, in 2 of 3 chapters"),
        ("Where does it say “a gull cried”?", "once, in 1 of 3 chapters: Chapter 2. The Letter"),
        ("Find the sentence “It sank”", "“It sank” occurs once, in 1 of 3 chapters"),
        (
            "Who appears first, Anna or Maria?",
            "p. 1, Chapter 1. The Quay.\n“Maria” occurs first in",
        ),
        ("Where in the book is Maria mentioned?", "twice, in 2 of 3 chapters"),
        ("Where can I find Maria mentioned?", "twice, in 2 of 3 chapters"),
        ("Show me where Maria is mentioned", "twice, in 2 of 3 chapters"),
        ("All mentions of Maria", "twice, in 2 of 3 chapters"),
        ("First mention of Maria", "“Maria” occurs first in p. 1"),
        ("Count of “tide”", "“tide” occurs 4 times"),
        ("Does Anna or Maria occur more often?", "“Anna” occurs more often: 3 times"),
        ("Which word is more frequent, gull or tide?", "“tide” occurs more often: 4 times"),
        ("Count the word tide in chapter 2", "“tide” occurs twice in Chapter 2. The Letter"),
        ("Find “gull” in chapter 2", "“gull” occurs once in Chapter 2. The Letter"),
    ],
)
def test_occurrences_are_asked_for_in_many_ways(book: Document, question: str, text: str) -> None:
    assert text in answer(question, book).text


@pytest.mark.parametrize(
    "question",
    [
        "Where does the story begin?",
        "Where does Anna end?",
        "What comes after the storm?",
        "What are the last words of Maria?",
        "How many letters are there?",
        "Was the boat named?",
        "Does the ghost appear?",
        "Did Anna appear at the party?",
        "Is she mentioned in chapter 2?",
        "Did he mention the gull?",
        "How long would it take to read chapter 3?",
        "Which letter comes after the first one?",
        "How often did Anna write before the storm?",
    ],
)
def test_what_asks_about_the_story_is_left_to_reading(book: Document, question: str) -> None:
    assert parse(question, book) is None


def test_a_title_that_ends_in_a_full_stop_ends_a_sentence() -> None:
    builder = DocumentBuilder("text", language="en")
    for number in (1, 2):
        builder.section(f"Chapter {number}. Loomings.")
        builder.paragraph("Call me Ishmael...")
    document = builder.build()
    told = answer("How many words has chapter 2?", document).text
    assert told == "There are 6 words in Chapter 2. Loomings."
    assert answer("What is the first sentence of chapter 2?", document).text == "Call me Ishmael..."


def test_what_is_behind_the_readers_place_does_not_come_next(book: Document) -> None:
    short, _ = cut(book, split_passages(book), end_of(book, "chapter 2"))
    assert answer("What comes after chapter 2?", short).text == (
        "Nothing behind Chapter 2. The Letter has been read."
    )
    assert answer("What is the last sentence of the book?", short).text == "A gull cried."
    told = answer("How far into the book is chapter 2?", short).text
    assert told.endswith("of what has been read.")


def test_a_name_that_is_said_twice_is_one() -> None:
    builder = DocumentBuilder("text", language="en")
    builder.paragraph("Jarndyce and Jarndyce drones on, said Jarndyce.")
    found = answer("How many times is Jarndyce and Jarndyce mentioned?", builder.build())
    assert found.figures["phrases"] == {"Jarndyce and Jarndyce": 1}


def test_parts_are_counted_and_named() -> None:
    builder = DocumentBuilder("text", language="en")
    for part in ("Part One", "Part Two"):
        builder.section(part)
        for title in ("The Quay", "The Boat"):
            builder.section(f"{part[5:]}, {title}", level=2)
            builder.paragraph("Nobody came. " * 9)
    document = builder.build()
    assert answer("How many parts does the book have?", document).text == (
        "There are 2 parts:\nPart One\nPart Two"
    )
    assert answer("How many chapters are in part two?", document).figures == {"chapters": 2}
    listed = answer("List the chapters of part two", document)
    assert listed.text == "Two, The Quay\nTwo, The Boat"
    follows = answer("What comes after part one?", document)
    assert follows.text == "Part Two comes after Part One."


def test_tables_and_figures_are_counted_by_their_captions() -> None:
    builder = DocumentBuilder("pdf", language="en")
    for number, title in enumerate(("1 Aims", "2 Work", "3 Conclusion and Thanks"), start=1):
        builder.section(title)
        builder.paragraph(f"Figure {number}: The tide at the quay.")
        builder.paragraph("Figure 1 shows the tide, and table 4 its height.")
    builder.paragraph("Tab. 1. Heights.")
    document = builder.build()
    told = answer("How many figures are there?", document).text
    assert told.split("\n")[:2] == ["3 figures have a caption:", "Figure 1: The tide at the quay."]
    assert answer("How many figures has section 2?", document).figures["figures"] == [
        "Figure 2: The tide at the quay."
    ]
    assert answer("List all tables", document).text == "1 table has a caption:\nTab. 1. Heights."
    assert answer("What is the last sentence of the conclusion?", document).text == "Heights."
    plain = DocumentBuilder("text", language="en")
    plain.paragraph("There were four tables in the room.")
    assert parse("How many tables are there?", plain.build()) is None


def test_the_parts_of_a_poem_are_its_chapters() -> None:
    builder = DocumentBuilder("text", language="en")
    for title in ("I. THE QUAY", "II. A GAME", "III. THE SEA"):
        builder.section(title)
        builder.paragraph(f"{title[:2]} came in\nand went\nout", "verse")
    document = builder.build()
    for question, told in (
        ("Which parts are there?", "I. THE QUAY\nII. A GAME\nIII. THE SEA"),
        ("How many parts does the poem have?", "There are 3 parts:\nI. THE QUAY\nII. A GAME"),
        ("What is the title of part 2?", "II. A GAME"),
        ("What is the second line of part 3?", "and went"),
        ("What is line 4?", "II came in"),
        ("How many lines has part 2?", "There are 3 lines in II. A GAME."),
        ("Which part has the most lines?", "The parts with the most lines are I. THE QUAY, II."),
        ("Which part mentions went?", "“went” occurs 3 times, in 3 of 3 parts: I. THE QUAY"),
    ):
        assert answer(question, document).text.startswith(told)


@pytest.mark.parametrize(
    "question",
    [
        "What is line 4?",
        "Which chapter has the most lines?",
        "List the parts",
        "Which part is lost?",
    ],
)
def test_lines_and_parts_are_counted_where_there_are_some(book: Document, question: str) -> None:
    assert parse(question, book) is None


def test_sections_right_below_a_part_are_told() -> None:
    builder = DocumentBuilder("text", language="en")
    for title, level in (("Aims", 1), ("Work", 1), ("Boats", 2), ("Oars", 3), ("Nets", 2)):
        builder.section(title, level)
        builder.paragraph("Nobody came. " * (40 if title == "Aims" else 9))
    document = builder.build()
    assert answer("What are the headings of chapter 2?", document).text == "Boats\nOars\nNets"
    told = answer("How many subsections has chapter 2?", document).text
    assert told == "There are 3 sections in Work, 2 of them right below it."


def test_each_of_several_parts_has_its_length(book: Document) -> None:
    assert answer("How long is chapters 1 and 3?", book).text.split("\n") == [
        "Chapter 1. The Quay has 16 words.",
        "Chapter 3. The Boat has 6 words.",
    ]


@pytest.mark.parametrize(
    ("name", "label"),
    [("page 101", "101"), ("page 2", "102"), ("the third page", "103"), ("the last page", "103")],
)
def test_a_page_is_named_by_its_label_or_its_place(name: str, label: str) -> None:
    builder = DocumentBuilder("pdf", language="en")
    for number in range(101, 104):
        builder.page(str(number))
        builder.paragraph(f"Page {number} begins.")
    told = answer(f"What is the first sentence of {name}?", builder.build())
    assert told.text == f"Page {label} begins."


def test_a_page_whose_label_is_not_there_is_none(book: Document) -> None:
    assert parse("What is the first sentence of page 4?", book) is None


def twofold() -> Document:
    builder = DocumentBuilder("text", language="en")
    for part in ("Part One", "Part Two"):
        builder.section(part)
        for number in (1, 2):
            builder.section(f"Chapter {number}", level=2)
            builder.paragraph(f"{part}. " + "The tide came. " * (number if "One" in part else 9))
    return builder.build()


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("List the chapters", "Part One › Chapter 1\nPart One › Chapter 2\nPart Two › Chapter 1\n"),
        (
            "Which chapter is the shortest?",
            "The shortest chapter is Part One › Chapter 1: 7 words.",
        ),
        ("Which chapter of part two is the shortest?", "The shortest chapters in Part Two are"),
        ("How often is tide mentioned in chapter 2?", "in Part One › Chapter 2 and Part Two › Ch"),
        ("What comes after chapter 2 of part one?", "Part Two › Chapter 1 comes after Chapter 2."),
        ("How many words has chapter 1 of part one?", "There are 7 words in Chapter 1."),
    ],
)
def test_chapters_of_one_name_are_told_apart(question: str, text: str) -> None:
    assert text in answer(question, twofold()).text


def test_what_stands_in_chapters_of_one_name_is_counted_for_each() -> None:
    figures = answer("How often is tide mentioned?", twofold()).figures
    assert figures["by_chapter"] == {
        "Part One › Chapter 1": 1,
        "Part One › Chapter 2": 2,
        "Part Two › Chapter 1": 9,
        "Part Two › Chapter 2": 9,
    }


@pytest.mark.parametrize(
    "name",
    [
        "Kapitel 2 von Teil 1",
        "das zweite Kapitel des ersten Teils",
        "le chapitre 2 de la première partie",
        "el capítulo 2 de la primera parte",
        "il secondo capitolo della prima parte",
        "второй главе первой части",
    ],
)
def test_a_chapter_within_a_part_is_named_in_other_languages(name: str) -> None:
    (found,) = parts_called(name, twofold())
    assert found == parts_called("chapter 2 of part one", twofold())[0]


def test_a_part_of_a_text_without_pages_begins_at_a_share_of_it() -> None:
    builder = DocumentBuilder("text", language="en")
    for number in range(1, 5):
        builder.section(f"Chapter {number}")
        builder.paragraph("Nobody came. " * 20)
    document = builder.build()
    assert (
        answer("Where does chapter 3 begin?", document).text
        == "Chapter 3 begins at 50% of the text."
    )
    told = answer("On which page does chapter 3 begin?", document).text
    assert told.startswith("The text has no pages that are marked as such.")


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("What is the first word of every paragraph?", "¶ 1: 1,200\n¶ 2: The\n¶ 3: U.S."),
        ("How many words are there?", "There are 14 words."),
        ("How many times is 10 mentioned?", "“10” occurs once."),
    ],
)
def test_a_number_and_an_abbreviation_are_one_word(question: str, text: str) -> None:
    builder = DocumentBuilder("text", language="en")
    builder.paragraph("1,200 men sailed at 10:30.")
    builder.paragraph("The U.S. had 10 boats.")
    builder.paragraph("U.S. losses were 10,000.")
    assert answer(question, builder.build()).text == text


@pytest.fixture
def report() -> Document:
    builder = DocumentBuilder("pdf", language="en")
    builder.section("1 Tides")
    builder.paragraph("As the sheets show, tides are higher in spring, see")
    builder.paragraph("Figure 2.")
    builder.paragraph("Figure 1: The quay.", kind="caption")
    builder.paragraph(
        "Figure 2: The height of the tide (a) at the quay, (b) at sea.", kind="caption"
    )
    builder.section("2 Boats")
    builder.paragraph("Table 1: Boats and who mends them.", kind="caption")
    rows = "\n".join(f"Boat {number} | Mara Holt" for number in range(30))
    builder.paragraph(f"Boat | By whom\n{rows}", kind="table")
    builder.paragraph("Most boats are mended in spring (Table 1).")
    return builder.build()


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "What does Figure 2 show?",
            "Figure 2: The height of the tide (a) at the quay, (b) at sea.",
        ),
        ("what's in fig. 1?", "Figure 1: The quay."),
        (
            "Show me table 1",
            "\n".join(
                [
                    "Table 1: Boats and who mends them.",
                    "Boat | By whom",
                    *(f"Boat {number} | Mara Holt" for number in range(19)),
                    "… and 11 more rows",
                ]
            ),
        ),
    ],
)
def test_a_table_or_figure_is_shown_by_its_caption(
    report: Document, question: str, text: str
) -> None:
    assert answer(question, report).text == text


def test_what_has_no_caption_is_left_to_reading(report: Document) -> None:
    assert parse("What does Figure 7 show?", report) is None
    assert parse("What is on table 2?", report) is None
