"""Questions in other languages, as far as they are understood without a model."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from longread.answering import cast
from longread.answering.at_once import answer_at_once
from longread.answering.count_query import parse
from longread.answering.parts import scope_of
from longread.answering.texts import Texts
from longread.answering.translated import in_english
from longread.answering.whole import route_of
from longread.document import Document, DocumentBuilder
from longread.memory.library import Library


@pytest.mark.parametrize(
    ("question", "english"),
    [
        ("Wie oft wird Zaches erwähnt?", "how many times is Zaches mentioned"),
        ("Wie oft wird der Fürst erwähnt?", "how many times is Fürst mentioned"),
        (
            "Wie oft kommt das Wort „Hut“ in Kapitel 3 vor?",
            "how many times is the word „Hut“ mentioned in Kapitel 3",
        ),
        (
            "Wie oft wird in Kapitel 3 Fabian genannt?",
            "how many times is Fabian mentioned in Kapitel 3",
        ),
        ("Wie viele Wörter hat Kapitel 3?", "how many words are there in Kapitel 3"),
        ("Wie viele Kapitel hat das Buch?", "how many chapters are there"),
        ("Welches ist das kürzeste Kapitel?", "which is the shortest chapters"),
        ("In welchen Kapiteln kommt Ada vor?", "in which chapters is Ada mentioned"),
        ("Wo wird Ada zum ersten Mal erwähnt?", "where is Ada first mentioned"),
        ("Wie lautet der letzte Satz des Buches?", "last sentence of the book"),
        ("Was ist das erste Wort jedes Absatzes?", "first word of every paragraphs"),
        ("Wer sind die Hauptfiguren?", "list the main characters"),
        ("Liste alle Figuren auf", "list all characters"),
        ("Wie heißen die Kapitel?", "list all chapters"),
        ("Wovon handelt die Geschichte?", "what is the book about"),
        ("Fasse Kapitel 3 zusammen.", "summarize Kapitel 3"),
        ("Wer hat das Buch geschrieben?", "who wrote the book"),
        ("Hoe vaak wordt Max in hoofdstuk 2 genoemd?", None),
        ("Hoeveel hoofdstukken heeft het boek?", "how many chapters are there"),
        ("Waar gaat het boek over?", "what is the book about"),
        ("Combien de fois Swann est-il mentionné ?", "how many times is Swann mentioned"),
        (
            "Combien de fois est mentionné le mot « mer » dans le chapitre 2 ?",
            "how many times is the word « mer » mentioned in chapitre 2",
        ),
        ("Combien de chapitres y a-t-il ?", "how many chapters are there"),
        ("Combien de mots compte le chapitre 3 ?", "how many words are there in chapitre 3"),
        ("Où apparaît Nemo pour la première fois ?", "where is Nemo first mentioned"),
        ("Quel est le chapitre le plus long ?", "which is the longest chapters"),
        ("Quels sont les personnages principaux ?", "list the main characters"),
        ("De quoi parle l'histoire ?", "what is the book about"),
        ("Quelle est la première phrase du chapitre 2 ?", "first sentence of chapitre 2"),
        ("¿Cuántas veces se menciona a Sancho?", "how many times is Sancho mentioned"),
        ("¿Cuántos capítulos tiene el libro?", "how many chapters are there"),
        ("¿Cuál es el capítulo más largo?", "which is the longest chapters"),
        ("¿De qué trata el libro?", "what is the book about"),
        ("Quante volte viene nominato Pinocchio?", "how many times is Pinocchio mentioned"),
        ("Qual è il capitolo più lungo?", "which is the longest chapters"),
        ("Di cosa parla il libro?", "what is the book about"),
        ("Quantas vezes é mencionado Bentinho?", "how many times is Bentinho mentioned"),
        ("Qual é o capítulo mais longo?", "which is the longest chapters"),
        ("Сколько раз упоминается Наташа?", "how many times is Наташа mentioned"),
        ("Сколько слов в главе 3?", "how many words are there in главе 3"),
        ("Кто главные герои?", "list the main characters"),
        ("О чём эта книга?", "what is the book about"),
        ("孙悟空出现了多少次？", "how many times is 孙悟空 mentioned"),
        ("“金箍棒”在第三回出现了几次？", "how many times is “金箍棒” mentioned in 第三回"),
        ("这本书有多少章？", "how many chapters are there"),
        ("第三回有多少字？", "how many words are there in 第三回"),
        ("最长的是哪一章？", "which is the longest chapters"),
        ("列出所有人物", "list all characters"),
        ("Welche Orte werden im Buch erwähnt?", "list all places"),
        ("Welke plaatsen worden in hoofdstuk 2 genoemd?", "list all places in hoofdstuk 2"),
        ("Quels lieux sont mentionnés ?", "list all places"),
        ("Quels sont les lieux mentionnés dans le livre ?", "list all places"),
        ("Quels personnages apparaissent ?", "list all characters"),
        ("¿Qué lugares se mencionan en el libro?", "list all places"),
        ("Quali luoghi sono menzionati nel libro?", "list all places"),
        ("Que lugares são mencionados no capítulo 3?", "list all places in capítulo 3"),
        ("书中提到了哪些地方？", "list all places"),
    ],
)
def test_a_question_has_its_english(question: str, english: str | None) -> None:
    said = in_english(question)
    assert said
    assert english is None or said[0] == english


@pytest.mark.parametrize(
    "question",
    [
        "How many times is Zaches mentioned?",
        "Who is the captain?",
        "Wie oft wird er erwähnt?",
        "Wer ist der Autor des Briefes?",
        "Wo wird der Brief geschrieben?",
        "Wie viele Witwen gibt es?",
        "Combien de fois Emma est-elle allée à Rouen ?",
        "¿Cuántos soldados hay?",
        "Сколько солдат в городе?",
        f"Wie oft wird {'Hafen ' * 60}erwähnt?",
        "",
        "?",
    ],
)
def test_what_asks_for_something_in_the_text_is_left_alone(question: str) -> None:
    assert in_english(question) == ()


def tale() -> Document:
    builder = DocumentBuilder("text", title="Die Lampe", author="Ada Vogt", language="de")
    for number, name in enumerate(("Mara", "Tobias", "Corwin"), start=1):
        builder.section(f"Kapitel {number}")
        for _ in range(number):
            builder.paragraph(f"Der Hafen lag still, und {name} stand am Wasser.")
    return builder.build()


def texts_of(library: Library) -> Texts:
    return Texts.of(library, [library.add(tale(), "7" * 64).id])


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Wie oft wird der Hafen erwähnt?", "“Hafen” occurs 6 times"),
        ("Wie oft wird Tobias in Kapitel 2 erwähnt?", "“Tobias” occurs twice in Kapitel 2"),
        ("Wie viele Kapitel hat das Buch?", "There are 3 chapters."),
        ("Wie viele Wörter hat Kapitel 3?", "There are 29 words in Kapitel 3."),
        ("Welches Kapitel ist das längste?", "The longest chapter is Kapitel 3"),
        ("Wo wird Corwin erwähnt?", "“Corwin” occurs 3 times"),
        ("Was ist das letzte Wort von Kapitel 1?", "Wasser"),
        ("Wer hat das Buch geschrieben?", "Ada Vogt"),
        ("Combien de fois Mara est-elle mentionnée ?", "“Mara” occurs once"),
        ("Wie viele Wörter haben die ersten zwei Kapitel?", "31 words in Kapitel 1 to Kapitel 2"),
        ("Combien de mots comptent les deux premiers chapitres ?", "in Kapitel 1 to Kapitel 2"),
        ("Quante volte viene nominato Mara nei primi due capitoli?", "once in Kapitel 1 to Kap"),
        ("前两章里“Mara”出现了几次？", "“Mara” occurs once in Kapitel 1 to Kapitel 2"),
        (
            "Wie oft wird Corwin in der zweiten Hälfte des Buches erwähnt?",
            "3 times in the second half",
        ),
    ],
)
def test_it_is_counted_without_a_model(library: Library, question: str, said: str) -> None:
    answer = answer_at_once(question, texts_of(library), library)
    assert answer is not None
    assert said in answer.text
    assert answer.question == answer.standalone_question == question


@pytest.mark.parametrize(
    ("question", "wanted", "names"),
    [
        ("Fasse Kapitel 2 zusammen", "overview", ("Kapitel 2",)),
        ("Was passiert in Kapitel 3?", "overview", ("Kapitel 3",)),
        ("Worum geht es in dem Buch?", "overview", ("Die Lampe",)),
        ("Wer stirbt in Kapitel 3?", "answer", ("Kapitel 3",)),
    ],
)
def test_all_of_a_part_is_told(
    library: Library, question: str, wanted: str, names: tuple[str, ...]
) -> None:
    scope = scope_of(question, texts_of(library))
    assert scope is not None
    assert scope.wanted == wanted
    assert scope.names == names


def test_what_is_said_in_english_is_understood(library: Library) -> None:
    texts = texts_of(library)
    document = next(iter(texts.documents.values()))
    questions = [
        "how many times is Mara mentioned in Kapitel 1",
        "how many chapters are there",
        "how many words are there in Kapitel 2",
        "where is Mara first mentioned",
        "where is Mara last mentioned",
        "where is Mara mentioned in Kapitel 1",
        "in which chapters is Mara mentioned",
        "which is the longest chapters",
        "how long is Kapitel 2",
        "first word of every paragraphs",
        "first sentence of Kapitel 2",
        "list all chapters",
        "who wrote the book",
    ]
    assert [one for one in questions if parse(one, document) is None] == []
    assert cast.answer_from_names("list the main characters", texts, library) is not None
    assert route_of("one sentence for each chapter") is not None
    for question in ("what is the book about", "summarize Kapitel 2", "what happens in Kapitel 2"):
        scope = scope_of(question, texts)
        assert scope is not None
        assert scope.wanted == "overview"


def test_each_form_has_what_its_english_says() -> None:
    source = files("longread.answering").joinpath("questions.toml").read_text("utf-8")
    missing = []
    for code, table in tomllib.loads(source).items():
        for form, english in table["forms"]:
            pieces = {name.casefold() for name in re.findall(r"\{([A-Z]+)\}", form)}
            said = set(re.findall(r"\{([a-z]+)\}", english)) - {"within"}
            known = {"what", "other", "number", "within", "part", "text", *table}
            if not said <= pieces <= known or ("[" in english and "within" not in pieces):
                missing.append(f"{code}: {form}")
    assert missing == []
