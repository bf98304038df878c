"""Counting and structure: exact, against figures that the tests work out for themselves."""

from __future__ import annotations

import random
import time

import pytest

from longread.answering.count import count
from longread.answering.count_query import parse
from longread.answering.counted import Counted
from longread.answering.counting import answer_by_counting
from longread.answering.texts import Texts
from longread.document import Document, DocumentBuilder
from longread.passages import split_passages

WORDS = "tide harbour boat anna lamp stone letter wind rope keeper"
CHAPTERS = [
    [["tide", "Anna", "boat."], ["harbour", "harbour-master", "Anna's", "lamp."]],
    [["Letter", "tide", "tide."], ["Wind."], ["Keeper", "anna", "harbours", "boat."]],
    [["Stone", "lamp,", "lamp", "HARBOUR", "in", "Lisbon."]],
]


@pytest.fixture
def book() -> Document:
    builder = DocumentBuilder("text", title="Book", language="en")
    for number, paragraphs in enumerate(CHAPTERS, start=1):
        builder.page(str(number))
        builder.section(f"Chapter {number}. {'ABC'[number - 1]}-Title")
        for words in paragraphs:
            builder.paragraph(" ".join(words))
    return builder.build()


def answer(question: str, document: Document) -> Counted:
    query = parse(question, document)
    assert query is not None, question
    return count(query, document)


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How many times is the harbour mentioned?", 3),
        ("How often does the word “tide” appear?", 3),
        ("how often is Anna named", 2),
        ("How many times does the book mention tide in chapter 2?", 2),
        ("Count the occurrences of lamp", 3),
        ("How many mentions of Lisbon are there?", 1),
        ("How many times is boat mentioned in chapters 1 to 2?", 2),
        ("How many times is boat mentioned in chapters 2 to 1?", 2),
        ("How many times is Anna explicitly mentioned?", 2),
        ("How many times does Anna's name appear?", 2),
        ("How many times does the character Anna appear?", 2),
        ("How many times does “can you hear me” appear?", 0),
        ("How many times does the report contain the word lamp?", 3),
        ("How many times are Anna and Lisbon mentioned?", 3),
        ('How often are "Anna" and "Lisbon" mentioned?', 3),
        ("How many times is the word tide or Lisbon used?", 4),
        ("How many times does the book mention the lamp, tide and Lisbon?", 7),
        ("How many times is the word lamp used on page 3?", 2),
        ("How often does 'harbour-master' occur?", 1),
        ("How many times is Zanzibar mentioned?", 0),
        ("Count how many times Anna is mentioned", 2),
        ("Tell me how often lamp appears", 3),
        ("How often does the word “tide” turn up?", 3),
    ],
)
def test_occurrences_are_counted_as_whole_words(book: Document, question: str, number: int) -> None:
    found = answer(question, book)
    assert len(found.places) == number
    assert sum(found.figures["phrases"].values()) == number


@pytest.mark.parametrize(
    ("question", "text", "by_anyone"),
    [
        ("How often does Anna say “tide”?", "“tide” occurs 3 times, in 2 of 3", True),
        ("How many times has she used the word lamp?", "“lamp” occurs 3 times, in 2 of 3", True),
        (
            "How often is the word “boat” said by the keeper?",
            "“boat” occurs twice, in 2 of 3",
            True,
        ),
        (
            "How many times does Anna repeat the word tide in chapter 2?",
            "“tide” occurs twice in",
            True,
        ),
        (
            "How often does chapter 2 use the word “tide”?",
            "“tide” occurs twice in Chapter 2.",
            False,
        ),
        ("How many times does the author say the word tide?", "“tide” occurs 3 times", False),
        ("How often does Anna say “bell”?", "“bell” does not occur.", False),
    ],
)
def test_what_somebody_says_is_counted_whoever_says_it(
    book: Document, question: str, text: str, by_anyone: bool
) -> None:
    told = answer(question, book).text
    assert told.startswith(text)
    assert told.endswith(" That is in all, whoever says it.") == by_anyone
    assert ("whoever" in told) == by_anyone


def test_how_often_somebody_uses_a_thing_is_not_counted(book: Document) -> None:
    assert parse("How often does Anna use the lamp?", book) is None


def test_what_is_more_is_not_asked_of_words(book: Document) -> None:
    assert parse("Which is more, six or five?", book) is None


def test_every_place_is_a_place(book: Document) -> None:
    found = answer("Where does Anna appear?", book)
    assert [book.slice(span) for span in found.places] == ["Anna", "Anna"]
    assert [book.place(span).paragraph for span in found.places] == [1, 2]
    assert "Besides, “anna” once." in found.text


def test_other_forms_of_a_word_are_told_apart(book: Document) -> None:
    found = answer("How many times is the harbour mentioned?", book)
    assert found.figures["other_forms"] == {"harbours": 1}
    assert "Besides, “harbours” once." in found.text


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Where is tide first mentioned?", "“tide” occurs first in p. 1, Chapter 1. A-Title."),
        ("When does the lamp last appear?", "“lamp” occurs last in p. 3, Chapter 3. C-Title."),
        ("Which chapter mentions tide most often?", "most in Chapter 2. B-Title: twice"),
        ("Which is mentioned more often, tide or lamp?", "equally often: 3 times each"),
        ("Which thing is mentioned more often, tide or lamp?", "equally often: 3 times each"),
        ("Which is mentioned more often, whale or ship?", "“whale” and “ship” do not occur."),
        ("Which character is mentioned more, Anna or Lisbon?", "“Anna” occurs more often: twice"),
        ("Is tide mentioned more often than Lisbon?", "“tide” occurs more often: 3 times"),
        (
            "Is lamp mentioned more often than tide in chapter 3?",
            "“lamp” occurs more often in Chapter 3. C-Title: twice; “tide” 0 times.",
        ),
        (
            "Which is mentioned more often, tide or keeper in chapter 2?",
            "“tide” occurs more often in Chapter 2. B-Title: twice; “keeper” once.",
        ),
        (
            "Which is mentioned more often, Anna, keeper or lamp?",
            "“lamp” occurs most often: 3 times; “Anna” twice; “keeper” once.",
        ),
        (
            "Which is mentioned more often, keeper, tide or lamp?",
            "“tide” and “lamp” occur most often: 3 times each; “keeper” once.",
        ),
        (
            "Which is mentioned more often, tide, lamp or harbour?",
            "“tide”, “lamp” and “harbour” occur equally often: 3 times each.",
        ),
        (
            "Which chapter mentions boat most often?",
            "most in Chapter 1. A-Title and Chapter 2. B-Title: once each.",
        ),
        ("Which chapter mentions tide first?", "“tide” occurs first in p. 1, Chapter 1. A-Title."),
        ("Which chapter has the most mentions of tide?", "most in Chapter 2. B-Title: twice"),
        (
            "Which chapter mentions Anna the least?",
            "least in Chapter 2. B-Title and Chapter 3. C-Title: 0 times.",
        ),
        (
            "In which chapters does Anna not appear?",
            "“Anna” does not occur in 2 of 3 chapters: Chapter 2. B-Title and Chapter 3. C-Title.",
        ),
        ("Which chapters do not mention lamp?", "in 1 of 3 chapters: Chapter 2. B-Title."),
        ("In which chapter is the word “tide” used most?", "most in Chapter 2. B-Title: twice"),
        ("Which chapter mentions Lisbon?", "once, in 1 of 3 chapters: Chapter 3. C-Title (1)."),
        ("Which chapter has the most words?", "The longest chapter is Chapter 2. B-Title"),
        ("How many words are in chapter 2?", "There are 11 words in Chapter 2. B-Title."),
        ("How many words are in the last chapter?", "words in Chapter 3. C-Title."),
        (
            "How often is tide mentioned in chapters 1, 2 and 3?",
            "“tide” occurs 3 times in Chapter 1",
        ),
        (
            "How often is boat mentioned in chapters 1 to 2?",
            "in 2 of 2 chapters: Chapter 1. A-Title (1), Chapter 2. B-Title (1).",
        ),
        (
            "Show all mentions of lamp in chapters 2 and 3",
            "in 1 of 2 chapters: Chapter 3. C-Title (2).",
        ),
        ("How many sections are there in chapter 2?", "There are no sections in Chapter 2."),
        ("Could you tell me how many pages there are?", "There are 3 pages."),
        ("How many chapters are there?", "There are 3 chapters."),
        ("How many stories are there?", "There are 3 chapters."),
        ("How many poems does this book have?", "There are 3 chapters."),
        ("How many paragraphs does chapter 2 have?", "There are 3 paragraphs in Chapter 2."),
        ("How many pages are there?", "There are 3 pages."),
        (
            "How many sentences are there in chapter 1?",
            "There are 2 sentences in Chapter 1. A-Title.",
        ),
        ("What’s chapter 2 called?", "Chapter 2. B-Title"),
        ("Which chapter's the longest?", "The longest chapter is Chapter 2. B-Title: 11 words."),
        ("What's the shortest chapter?", "Chapter 3. C-Title"),
        ("Where's the tide first mentioned?", "“tide” occurs first in p. 1, Chapter 1. A-Title."),
        ("How many words are in B-Title?", "There are 11 words in Chapter 2. B-Title."),
        ("Which chapter is the longest?", "The longest chapter is Chapter 2. B-Title: 11 words."),
        ("What is the shortest chapter?", "Chapter 3. C-Title"),
        ("How long is chapter 2?", "Chapter 2. B-Title has 11 words."),
        ("How long is “B-Title”?", "Chapter 2. B-Title has 11 words."),
        ("What is the longest word?", "“harbour-master”: 14 letters"),
        ("What is chapter 2 called?", "Chapter 2. B-Title"),
        ("List the titles of all chapters", "A-Title\nChapter 2. B-Title\nChapter 3. C-Title"),
        ("What is the first sentence of chapter 1?", "tide Anna boat."),
        ("What is the last word of the book?", "Lisbon"),
    ],
)
def test_structure_is_told_exactly(book: Document, question: str, text: str) -> None:
    assert text in answer(question, book).text


@pytest.mark.parametrize(
    ("question", "items"),
    [
        ("The first word of every paragraph of chapter 2", ["Letter", "Wind", "Keeper"]),
        ("List the last words of all paragraphs in chapter 1", ["boat", "lamp"]),
        ("What are the first words of each chapter?", ["tide", "Letter", "Stone"]),
        ("the last sentence of each chapter", None),
    ],
)
def test_edges_are_listed_one_for_each(
    book: Document, question: str, items: list[str] | None
) -> None:
    found = answer(question, book)
    told = [item["text"] for item in found.figures["items"]]
    expected = [" ".join(paragraphs[-1]) for paragraphs in CHAPTERS]
    assert told == (items or expected)
    assert [book.slice(span) for span in found.places] == told


@pytest.mark.parametrize(
    "question",
    [
        "How many times does Anna visit Lisbon?",
        "How many children does Anna have?",
        "Where does the keeper live?",
        "How long is the voyage?",
        "How long is B-Title?",
        "What is the B-Title called?",
        "What is the name of the A-Title?",
        "How often does she appear?",
        "What is the name of the boat?",
        "What is the first thing that Anna says?",
        "How many times is the tide mentioned in the letter that Anna wrote?",
        "How many pages did Anna write?",
        "Why is chapter 2 so short?",
        "Who is the keeper?",
        "When was the letter written?",
        "Where was the keeper found?",
        "How many times can the boat be used?",
        "How many uses of the boat are there?",
        "Which chapter has the longest sentence?",
        "Which chapter contains the storm?",
        "Which chapter mentions how Anna died?",
        "How many lines are there?",
        "How many words are in the title?",
        "What is the first sentence of the title?",
        "How many stories does the B-Title have?",
        "Where did the lamp turn up?",
        "When does the keeper show up?",
        "How often did Anna say that she is mentioned?",
        "How often does “ ” occur?",
        "How often does the word ' ' occur?",
        "",
    ],
)
def test_what_counting_does_not_answer_is_left_to_reading(book: Document, question: str) -> None:
    assert parse(question, book) is None


def test_a_name_is_not_found_in_a_common_word() -> None:
    builder = DocumentBuilder("text", language="en")
    builder.paragraph("Will came. He will stay, if Will's rose will grow. WILL said so.")
    found = answer("How often is Will mentioned?", builder.build())
    assert found.figures["phrases"] == {"Will": 3}
    assert found.figures["other_forms"] == {"will": 2}


def test_what_is_quoted_with_blanks_between_the_marks_is_a_whole_word() -> None:
    builder = DocumentBuilder("text", language="fr")
    builder.paragraph("Un paquet et deux paquets.")
    found = answer("How many times is « paquet » mentioned?", builder.build())
    assert found.figures["phrases"] == {"paquet": 1}


def test_a_name_of_several_words_is_counted_as_it_stands() -> None:
    builder = DocumentBuilder("text", language="en")
    builder.paragraph("Anna Karenina met Mr. Darcy. “Mr Darcy!” cried Anna Karenina.")
    document = builder.build()
    for name in ("Anna Karenina", "Mr Darcy", "Mr. Darcy"):
        found = answer(f"How many times is {name} mentioned?", document)
        assert found.figures["phrases"] == {name: 2}


def test_a_word_is_not_found_where_it_is_denied() -> None:
    builder = DocumentBuilder("text", language="en")
    builder.paragraph("Don went home. Don't go, said Maria; but Don's hat was gone.")
    assert answer("How often is Don mentioned?", builder.build()).figures["phrases"] == {"Don": 2}


def quotes(question: str, document: Document) -> list[str]:
    texts = Texts({"b": document}, {"b": split_passages(document)}, {})
    found = answer_by_counting(question, texts)
    assert found is not None
    return [citation.quote for citation in found.citations]


def test_a_sentence_that_holds_a_word_twice_is_cited_once() -> None:
    builder = DocumentBuilder("text", language="en")
    builder.paragraph("Bell after bell rang. Then no bell.")
    assert quotes("How often is the bell mentioned?", builder.build()) == [
        "Bell after bell rang.",
        "Then no bell.",
    ]


@pytest.mark.parametrize(
    ("question", "cited"),
    [
        ("How often is the ghost mentioned?", ["Chapter 1. The Ghost", "No ghost came."]),
        ("Which chapters do not mention the ghost?", ["Chapter 3. Home"]),
    ],
)
def test_a_word_in_a_heading_is_cited_with_the_heading(question: str, cited: list[str]) -> None:
    builder = DocumentBuilder("text", language="en")
    for title, said in (
        ("Chapter 1. The Ghost", "It was dark. He slept."),
        ("Chapter 2. The Quay", "It was cold. No ghost came."),
        ("Chapter 3. Home", "It was warm."),
    ):
        builder.section(title)
        builder.paragraph(said)
    assert quotes(question, builder.build()) == cited


@pytest.mark.parametrize(
    ("question", "cited"),
    [
        ("Which chapter mentions Anna most often?", ["Anna ran.", "Anna fell.", "Anna rose."]),
        ("Which chapter mentions Anna least often?", ["Chapter 3"]),
        ("Which chapter mentions Tom most often?", ["Tom sat.", "Tom slept."]),
        ("Which chapter mentions Tom least often?", ["Chapter 2"]),
        (
            "Which chapter mentions “Anna” and “ran” most often?",
            ["Anna ran.", "Anna fell.", "Anna rose."],
        ),
        ("Where do Anna and Tom first appear?", ["Anna came.", "Tom sat."]),
    ],
)
def test_what_a_chapter_has_most_or_least_is_cited_from_it(question: str, cited: list[str]) -> None:
    builder = DocumentBuilder("text", language="en")
    told = ("Anna came. Tom sat.", "Anna ran. Anna fell. Anna rose.", "Tom slept.")
    for number, said in enumerate(told, start=1):
        builder.section(f"Chapter {number}")
        builder.paragraph(said)
    assert quotes(question, builder.build()) == cited


def test_a_description_that_is_not_there_is_left_to_reading(book: Document) -> None:
    texts = Texts({"b": book}, {"b": split_passages(book)}, {})
    asked = "How many times is the {} mentioned?"
    assert answer_by_counting(asked.format("master of the lamp"), texts) is None
    for question, insisted in (
        (asked.format("master of the lamp"), True),
        (asked.format("phrase master of the lamp"), False),
        (asked.format("“master of the lamp”"), False),
        (asked.format("lighthouse"), False),
    ):
        found = answer_by_counting(question, texts, insisted=insisted)
        assert found is not None
        assert "does not occur" in found.text


@pytest.mark.parametrize(
    ("question", "text", "cited"),
    [
        (
            "Which chapter is the longest?",
            "The longest chapters are Chapter 1 and Chapter 2: 5 words each.",
            2,
        ),
        ("Which page is the longest?", "The longest pages are p. 1 and p. 2: 5 words each.", 2),
        (
            "What is the shortest sentence?",
            "The shortest sentences are in p. 2, Chapter 2 and p. 3, Chapter 3: 1 word each.",
            2,
        ),
        (
            "What is the longest paragraph?",
            "The longest paragraphs are p. 1, Chapter 1 and p. 2",
            2,
        ),
        ("What is the longest word?", "The longest words are “Chapter” and “keepers”: 7", 4),
    ],
)
def test_all_that_are_equally_long_are_named(question: str, text: str, cited: int) -> None:
    builder = DocumentBuilder("pdf", language="en")
    for number, said in enumerate(("The keepers came.", "Wind. Then rain.", "Fog."), start=1):
        builder.page(str(number))
        builder.section(f"Chapter {number}")
        builder.paragraph(said)
    found = answer(question, builder.build())
    assert found.text.startswith(text)
    assert len(found.places) == cited


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("How many question marks are in chapter 1?", 2),
        ("How many questions are asked in chapter 1?", 2),
        ("How many questions does the book ask?", 3),
        ("How many exclamation marks does chapter 2 have?", 1),
        ("How many commas are there?", 1),
        ("How many semicolons are there?", 0),
    ],
)
def test_signs_are_counted_by_what_they_are_called(question: str, number: int) -> None:
    builder = DocumentBuilder("text", language="en")
    for index, said in enumerate(("Who? Anna asked. Why?", "Go, Tom! Must I?"), start=1):
        builder.section(f"Chapter {index}")
        builder.paragraph(said)
    document = builder.build()
    assert sum(answer(question, document).figures["phrases"].values()) == number
    most = answer("Which chapter has the most question marks?", document)
    assert most.text == "“?” occurs most in Chapter 1: twice."


def test_signs_are_those_of_the_text_s_own_script() -> None:
    builder = DocumentBuilder("text", language="ja")
    builder.paragraph("え？それじゃ、小石川？そうさね。")
    document = builder.build()
    assert answer("How many question marks are there?", document).figures["phrases"] == {"？": 2}
    assert answer("How many semicolons are there?", document).figures["phrases"] == {";": 0}


def test_a_part_is_named_by_its_title_and_the_word_for_one(book: Document) -> None:
    for question in (
        "How many words are there in the A-Title chapter?",
        "How long is the A-title section?",
    ):
        assert "Chapter 1. A-Title" in answer(question, book).text
    assert parse("How long is the A section?", book) is None


def test_other_questions_are_no_marks(book: Document) -> None:
    for question in ("How many questions are there?", "How many questions does Anna ask?"):
        assert parse(question, book) is None
    found = answer("How often are commas mentioned?", book)
    assert found.figures["phrases"] == {"commas": 0}


def test_a_sign_that_stands_alone_is_no_sentence() -> None:
    builder = DocumentBuilder("text", language="en")
    builder.paragraph("“Do you hear me?”—")
    builder.paragraph("Nobody answers that. Fog.")
    document = builder.build()
    assert answer("How many sentences are there?", document).figures["sentences"] == 3
    assert "1 word" in answer("What is the shortest sentence?", document).text


def test_pages_count_for_every_part_that_has_some_of_them() -> None:
    builder = DocumentBuilder("pdf", language="en")
    for number in (1, 2):
        builder.section(f"Chapter {number}")
        builder.paragraph(f"Tide {number}. Boat {number}.", page_breaks=[(8, str(number))])
    builder.section("Chapter 3")
    builder.paragraph("Lamp.")
    document = builder.build()
    assert answer("How many pages does chapter 2 have?", document).figures == {"pages": 2}
    assert answer("How many pages does chapter 3 have?", document).figures == {"pages": 1}
    lines = answer("What is the first line of every page?", document)
    assert [item["text"] for item in lines.figures["items"]] == ["Boat 1.", "Boat 2."]
    assert answer("What is the last line on page 1?", document).text == "Tide 2."


def test_lines_are_those_that_the_text_keeps() -> None:
    builder = DocumentBuilder("text", language="en")
    builder.paragraph("A poem. It follows.")
    builder.paragraph("The tide came in,\nthe boat went out.", "verse")
    assert answer("How many lines are there?", builder.build()).figures == {"lines": 2}


def test_blank_lines_are_none() -> None:
    builder = DocumentBuilder("text", language="en")
    builder.paragraph("the tide came\n\nand went\n\nand came again", "code")
    document = builder.build()
    assert answer("How many lines are there?", document).figures == {"lines": 3}
    shortest = answer("What is the shortest line?", document)
    assert [document.slice(span) for span in shortest.places] == ["and went"]


def test_edges_of_many_paragraphs_come_soon() -> None:
    builder = DocumentBuilder("text", language="en")
    for number in range(8_000):
        builder.paragraph(f"Tide {number}.")
    document = builder.build()
    started = time.process_time()
    found = answer("What is the first word of every paragraph?", document)
    assert len(found.places) == len(document.paragraphs)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How many times is the Nautilus mentioned?", "“Nautilus” occurs 3 times, in 2 of 3"),
        ("Where does the Nautilus first appear?", "“Nautilus” occurs first in I ¶ 1."),
        ("Which chapters do not mention the Nautilus?", "does not occur in 1 of 3 chapters: III."),
        ("How many times is Captain Nemo mentioned?", "“Captain Nemo” occurs once."),
        ("How many times is the phrase “the Nautilus” used?", "“the Nautilus” occurs 3 times"),
    ],
)
def test_words_in_italics_of_a_plain_text_are_words(question: str, text: str) -> None:
    builder = DocumentBuilder("plain", language="en")
    for title, said in (
        ("I", "The _Nautilus_ sailed. He saw the _Nautilus_."),
        ("II", "Captain _Nemo_ took the _Nautilus_."),
        ("III", "It rained."),
    ):
        builder.section(title)
        builder.paragraph(said)
    assert text in answer(question, builder.build()).text


@pytest.mark.parametrize(
    ("language", "told", "question", "text"),
    [
        ("hi", "राम ने सीता को देखा। रामायण पढ़ी। राम गया।", "How often is राम mentioned?", "twice."),
        ("hi", "राम ने सीता को देखा। सीताफल।", "How often is सीता mentioned?", "once."),
        ("hi", "राम ने सीता को देखा।", "How many words are there?", "There are 5 words."),
        ("hi", "राम ने देखा।", "What is the first word of the book?", "राम"),
        ("ar", "كَتَبَ الوَلَدُ كِتَابًا.", "How many words are there?", "There are 3 words."),
        ("ar", "كَتَبَ الوَلَدُ.", "What is the first word of the book?", "كَتَبَ"),
        (
            "en",
            "A well‑known, well-known dog.",
            "How often is well-known mentioned?",
            "twice.",
        ),
        ("ko", "안나는 갔다.", "How many words are there?", "There are 2 words."),
    ],
)
def test_a_word_has_its_vowel_signs_and_hyphens(
    language: str, told: str, question: str, text: str
) -> None:
    builder = DocumentBuilder("text", language=language)
    builder.paragraph(told)
    found = answer(question, builder.build()).text
    assert found.endswith(text)
    assert "Besides" not in found


def test_a_text_without_spaces_is_counted_by_characters() -> None:
    builder = DocumentBuilder("text", language="zh")
    builder.paragraph("悟空见师父。师父道:悟空不可无礼。")
    assert len(answer("How many times is 悟空 mentioned?", builder.build()).places) == 2


@pytest.mark.parametrize(
    ("question", "text"),
    [
        (
            "Which section is the longest?",
            "The longest section is Results: 10 words, without the sections below.",
        ),
        ("Which section is the shortest?", "The shortest section is Costs: 5 words."),
        (
            "Which sections do not mention the tunnel?",
            "“tunnel” does not occur in 3 of 6 sections: Background, Annex and Table.",
        ),
        ("Which section mentions the tunnel?", "once, in 1 of 6 sections: Costs (1)."),
        ("Which section mentions the boat most often?", "most in Results: twice."),
        ("Which section mentions the boat least often?", "least in Costs: 0 times."),
    ],
)
def test_a_section_stands_for_itself_beside_those_below_it(question: str, text: str) -> None:
    builder = DocumentBuilder("markdown", title="A Report", language="en")
    builder.section("A Report", 1)
    builder.paragraph("A boat left the quay.")
    builder.section("Background", 2)
    builder.paragraph("It was built by a boat company.")
    builder.section("Results", 2)
    builder.paragraph("The boat met a boat, and both went on.")
    builder.section("Costs", 3)
    builder.paragraph("The tunnel was dear.")
    builder.section("Annex", 2)
    builder.section("Table", 3)
    builder.paragraph("Every boat that was ever there.")
    assert text in answer(question, builder.build()).text


@pytest.mark.parametrize(
    ("question", "text", "figures"),
    [
        ("How many words are there?", "There are 12 characters; the script", {"characters": 12}),
        ("How long is the book?", "The text has 12 characters; the script", {"characters": 12}),
        ("How long is “第二章”?", "第二章 has 5 characters", {"characters": 5}),
        (
            "Which chapter is the longest?",
            "The longest chapter is 第一章: 7 characters.",
            {"chapters": 2, "characters": 7},
        ),
        ("What is the longest word?", "The script sets no words apart.", {}),
        ("What is the first word of the book?", "汤\nThe script sets no words apart", None),
    ],
)
def test_where_no_words_are_set_apart_characters_are_counted(
    question: str, text: str, figures: dict[str, int] | None
) -> None:
    builder = DocumentBuilder("text", language="zh")
    for title, said in (("第一章", "汤姆，来了！"), ("第二章", "他走。")):
        builder.section(title)
        builder.paragraph(said)
    found = answer(question, builder.build())
    assert found.text.startswith(text)
    assert figures is None or found.figures == figures


def test_counts_agree_with_how_a_text_was_made() -> None:
    chance = random.Random(7)
    vocabulary = WORDS.split()
    made = [
        [[chance.choice(vocabulary) for _ in range(chance.randint(1, 30))] for _ in range(9)]
        for _ in range(8)
    ]
    builder = DocumentBuilder("text", title="Made", language="en")
    for number, paragraphs in enumerate(made, start=1):
        builder.section(f"Chapter {number}")
        for words in paragraphs:
            builder.paragraph(" ".join(words))
    document = builder.build()
    for word in vocabulary:
        everywhere = sum(words.count(word) for paragraphs in made for words in paragraphs)
        assert len(answer(f"How often is “{word}” used?", document).places) == everywhere
        per_chapter = [sum(words.count(word) for words in paragraphs) for paragraphs in made]
        found = answer(f"In which chapters is “{word}” mentioned?", document)
        assert list(found.figures["by_chapter"].values()) == [n for n in per_chapter if n]
    for number, paragraphs in enumerate(made, start=1):
        found = answer(f"What is the first word of every paragraph of chapter {number}?", document)
        assert [item["text"] for item in found.figures["items"]] == [w[0] for w in paragraphs]
        found = answer(f"How many paragraphs are there in chapter {number}?", document)
        assert found.figures == {"paragraphs": len(paragraphs)}
