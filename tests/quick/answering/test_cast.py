from __future__ import annotations

import pytest

from longread.answering.answer import Route
from longread.answering.at_once import answer_at_once
from longread.answering.texts import Texts
from longread.document import DocumentBuilder
from longread.memory.library import Library
from longread.memory.notes import Note


@pytest.fixture
def document_id(library: Library) -> str:
    builder = DocumentBuilder("plain", title="The Boat", language="en")
    builder.section("One")
    for _ in range(6):
        builder.paragraph("“Yes,” said Mara Holt. She went to Varholm and looked at the Nab.")
    builder.paragraph("Then Tobias Wren said that he had been in Varholm. He liked the Nab.")
    builder.section("Two")
    builder.paragraph("But Tobias Wren laughed, and he walked on. “No,” said Ada Pell.")
    builder.paragraph("“Never,” said Ada Pell, and she went home.")
    return library.add(builder.build(), sha256="1" * 64).id


def ask(library: Library, document_id: str, question: str, upto: str = "") -> str:
    found = answer_at_once(question, Texts.of(library, [document_id], upto), library)
    return found.text if found else ""


@pytest.mark.parametrize(
    "question",
    [
        "List all characters",
        "Who are the characters in this book?",
        "Please list every character in the story.",
        "what persons are there?",
        "How many characters are there?",
        "How many people does the story name?",
        "Who appears in the book?",
        "Who is in this story?",
        "List all people mentioned",
        "Who is mentioned?",
        "Who's who?",
        "Can you list all characters?",
        "Make a list of the characters that appear",
        "What are the names of the characters?",
        "All characters",
    ],
)
def test_all_characters_with_their_counts(
    library: Library, document_id: str, question: str
) -> None:
    told = ask(library, document_id, question).split("\n")
    assert told[0] == "3 persons are named more than once."
    assert [line.partition(" times")[0] for line in told[1:]] == [
        "- Mara Holt, 6",
        "- Tobias Wren, 2",
        "- Ada Pell, 2",
    ]


def test_main_ones_places_and_all_names(library: Library, document_id: str) -> None:
    assert "Tobias" in ask(library, document_id, "Who are the main characters?")
    places = ask(library, document_id, "Which places are named in the book?")
    assert "Varholm, 7 times" in places
    assert "Mara" not in places
    assert "Mara Holt" in ask(library, document_id, "List all names in the text")


@pytest.mark.parametrize(
    "question",
    [
        "Who appears in chapter 2?",
        "Who is in chapter 2?",
        "How many people are named in chapter 2?",
    ],
)
def test_who_is_met_in_a_part(library: Library, question: str) -> None:
    builder = DocumentBuilder("plain", title="The Boat", language="en")
    for number, name in enumerate(("Mara Holt", "Ada Pell"), start=1):
        builder.section(f"Chapter {number}")
        builder.paragraph(f"“Yes,” said {name}, and she went on. " * 4)
    document_id = library.add(builder.build(), sha256="2" * 64).id
    assert ask(library, document_id, question).split("\n") == [
        "1 person is named in Chapter 2.",
        "- Ada Pell, 4 times. [2]",
    ]


@pytest.fixture
def many(library: Library) -> str:
    """Twelve who are named 60, 58, 25, and then 9 times and fewer."""
    builder = DocumentBuilder("plain", title="The Boat", language="en")
    times_of = {"Mara": 60, "Tobias": 58, "Ada": 25, "Egon": 9, "Irma": 9, "Otto": 9, "Selma": 8}
    times_of |= {"Boris": 8, "Clara": 8, "Anton": 7, "Vera": 7, "Hugo": 2}
    for name, times in times_of.items():
        builder.paragraph(f"Then they heard that {name} said no. " * times)
    return library.add(builder.build(), sha256="2" * 64).id


@pytest.mark.parametrize(
    "question",
    [
        "Who is the protagonist?",
        "Who is the main character?",
        "Who’s the main character?",
        "What is the name of the main character?",
        "Who is mentioned most often?",
        "Which character appears most often?",
        "Who is the most frequently mentioned person in the book?",
    ],
)
def test_a_protagonist_is_named_at_least_half_as_often_as_the_first(
    library: Library, many: str, question: str
) -> None:
    told = ask(library, many, question)
    assert "Mara, 60 times" in told
    assert "Tobias, 58 times" in told
    assert "Ada" not in told


@pytest.mark.parametrize(
    "question",
    [
        "Who are the main characters?",
        "Who are the key people?",
        "Major characters?",
        "Could you please name the central characters",
    ],
)
def test_main_characters_are_the_ten_who_are_named_most(
    library: Library, many: str, question: str
) -> None:
    told = ask(library, many, question)
    assert told.startswith("10 persons are named most.")
    assert "Anton, 7 times" in told
    assert "Vera" not in told


def test_who_is_named_seldom_beside_another_is_no_main_character(library: Library) -> None:
    builder = DocumentBuilder("plain", title="The Boat", language="en")
    builder.paragraph("Then they heard that Mara said no. " * 60)
    builder.paragraph("Then they heard that Hugo said no. " * 2)
    document_id = library.add(builder.build(), sha256="3" * 64).id
    assert "Hugo" not in ask(library, document_id, "Who are the main characters?")


def test_nothing_behind_the_reader_s_place(library: Library, document_id: str) -> None:
    assert "Ada Pell" not in ask(library, document_id, "List all characters", "One")


def test_what_the_notes_say_stands_behind_a_name(library: Library, document_id: str) -> None:
    note = Note(1, 1, 1, "Mara Holt sees the Nab.", names=(("Mara Holt", "Mara Holt sees it."),))
    library.add_notes(document_id, [note])
    assert "- Mara Holt, 6 times. Mara Holt sees it. [1]" in ask(
        library, document_id, "List all characters"
    )


def test_each_name_is_cited_where_it_is_met_first(library: Library, document_id: str) -> None:
    texts = Texts.of(library, [document_id])
    answer = answer_at_once("List all characters", texts, library)
    assert answer is not None
    assert answer.route is Route.EVERY
    assert answer.figures == {"names": {"Mara Holt": 6, "Tobias Wren": 2, "Ada Pell": 2}}
    assert answer.citations[0].quote == "“Yes,” said Mara Holt."


@pytest.mark.parametrize(
    "question",
    [
        "Who are you?",
        "Which town?",
        "What is the name?",
        "What is the name of the captain?",
        "Which characters die in the book?",
        "List all arguments against the tax",
        "What is the place where Ned died?",
        "What are the main figures in the report?",
        "What are the settings?",
        "Who appears at the door?",
        "Who is there?",
        "Who is in it?",
        "Who is in the house?",
        "What is the name of the place?",
        "All characters die?",
        "Name the main argument",
        "Who is the most?",
        "How many people died?",
        "How many characters does a line have?",
    ],
)
def test_other_questions_are_left_to_others(
    library: Library, document_id: str, question: str
) -> None:
    assert not ask(library, document_id, question)
    texts = Texts.of(library, [document_id])
    assert answer_at_once(question, texts, library, Route.EVERY) is None


def test_where_the_language_does_not_tell_who_is_a_person_all_names_are_listed(
    library: Library,
) -> None:
    builder = DocumentBuilder("plain", title="Лодка", language="ru")
    builder.section("Глава 1")
    for _ in range(4):
        builder.paragraph("Там сидела Мара и смотрела на Оршу.")
    document_id = library.add(builder.build(), sha256="2" * 64).id
    told = ask(library, document_id, "Кто главные герои?")
    assert told.startswith("2 names are named most.")
    assert "Мара, 4 times" in told


def test_where_the_language_does_not_tell_places_persons_are_none(library: Library) -> None:
    builder = DocumentBuilder("plain", title="Le bateau", language="fr")
    builder.paragraph("Alors demanda Mara du pain. On allait donc vers Oria. " * 4)
    document_id = library.add(builder.build(), sha256="2" * 64).id
    told = ask(library, document_id, "Quels lieux sont mentionnés ?")
    assert told == "1 name is named more than once.\n- Oria, 4 times. [1]"


def test_in_a_script_without_capitals_names_are_looked_for_by_the_model(library: Library) -> None:
    builder = DocumentBuilder("plain", title="船", language="zh")
    builder.section("第一回")
    builder.paragraph("孙悟空坐在船上。" * 4)
    document_id = library.add(builder.build(), sha256="3" * 64).id
    assert ask(library, document_id, "列出所有人物") == ""


def test_an_english_text_without_persons_says_so(library: Library) -> None:
    builder = DocumentBuilder("plain", title="Ports", language="en")
    builder.section("One")
    for _ in range(4):
        builder.paragraph("The boat went to Varholm and came from Oria.")
    document_id = library.add(builder.build(), sha256="4" * 64).id
    assert ask(library, document_id, "List all characters") == "No person is named more than once."
    assert ask(library, document_id, "How many characters are there?") == ""
