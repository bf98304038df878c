"""Titles in questions: which document is meant, and when a title stands for the text as such."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from longread.answering.answer import Answer
from longread.answering.asker import Asker
from longread.answering.at_once import answer_at_once
from longread.answering.named import documents_named, reworded
from longread.answering.texts import Texts
from longread.engine.fake import ScriptedModel
from longread.memory.library import Library
from tests.quick.memory.books import book, sha256


@pytest.mark.parametrize(
    ("question", "titles", "named"),
    [
        ("Who dies in the mysterious affair at styles?", {"a": "The Mysterious Affair at Styles",
                                                          "b": "Summer"}, "a"),
        ("How does Kamala die in Siddhartha?", {"a": "Siddhartha", "b": "Summer"}, "a"),
        ("What happens in summer?", {"a": "Siddhartha", "b": "Summer"}, ""),
        ("Summer or winter?", {"a": "Siddhartha", "b": "Summer"}, ""),
        ("Compare “Siddhartha” and “Summer” on love.",
         {"a": "Siddhartha", "b": "Summer", "c": "Emma"}, "ab"),
        ("What does the report on Adidas say about Nike?", {"a": "Nike", "b": "Adidas"}, ""),
        ("How many pages has emma?", {"a": "Emma", "b": "Summer"}, "a"),
        ("Was steht in Effi Briest über Innstetten?", {"a": "Effi Briest (Roman)", "b": "X"}, "a"),
        ("三国演义中谁死了？", {"a": "三国演义", "b": "水浒传"}, "a"),
        ("What does he want?", {"a": "", "b": "?", "c": "The"}, ""),
        ("What is said on redharbours?", {"a": "Red Harbour", "b": "X"}, ""),
    ],
)  # fmt: skip
def test_documents_that_a_question_names(
    question: str, titles: Mapping[str, str], named: str
) -> None:
    assert documents_named(question, titles) == frozenset(named)


@pytest.mark.parametrize(
    ("question", "title", "said"),
    [
        ("How many chapters are there in The Sheik?", "The Sheik",
         "How many chapters are there in the book?"),
        ("how many chapters has the sheik?", "The Sheik", "how many chapters has the book?"),
        ("How many pages does “Emma” have?", "Emma", "How many pages does the book have?"),
        ("Who is Gaston in The Sheik?", "The Sheik", "Who is Gaston in the book?"),
        ("In Siddhartha, how does Kamala die?", "Siddhartha: An Indian Tale",
         "In the book, how does Kamala die?"),
        ("Who wrote the mysterious affair at Styles?", "The Mysterious Affair at Styles",
         "Who wrote the book?"),
        ("What is Mysterious Affair at Styles about?", "The Mysterious Affair at Styles",
         "What is the book about?"),
        ("How long is Siddhartha: An Indian Tale?", "Siddhartha: An Indian Tale",
         "How long is the book?"),
        ("How does Jane Eyre end?", "Jane Eyre", "How does the book end?"),
        ("What is the longest chapter of Jane Eyre?", "Jane Eyre",
         "What is the longest chapter of the book?"),
        ("Where does Jane Eyre first appear?", "Jane Eyre", ""),
        ("How many times is Emma mentioned?", "Emma", ""),
        ("Who are the friends of Jane Eyre?", "Jane Eyre", ""),
        ("What is in The Sheik's tent?", "The Sheik", ""),
        ("Does she trust in the sheik?", "The Sheik", ""),
        ("What happens in summer?", "Summer", ""),
        ("Where did they go in summertime?", "Summer", ""),
        ("What is said in a (b", "A (B", ""),
        ("Who wrote it?", "", ""),
        ("Who wrote ?", "?", ""),
        ("三国演义有几章？", "三国演义", ""),
    ],
)  # fmt: skip
def test_a_title_is_said_as_the_book_where_the_text_as_such_is_meant(
    question: str, title: str, said: str
) -> None:
    found = reworded(question, {"a": title})
    assert (found.question, found.document_ids) == (
        (said, frozenset("a")) if said else (question, frozenset())
    )


def test_a_question_that_names_other_documents_too_stays_as_it_is() -> None:
    titles = {"a": "Siddhartha", "b": "Summer", "c": "Summer"}
    question = "Is love mentioned more often in Siddhartha, or in Summer?"
    assert reworded(question, titles).question == question
    assert reworded("How many chapters has Summer?", titles).document_ids == frozenset("bc")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library.db") as opened:
        for title, chapters in (("The Red Harbour", 3), ("Emma: A Novel", 2)):
            text = book(
                *(f"Emma came in hour {n}." for n in range(chapters)),
                title=title,
                chapters=[f"Chapter {n + 1}" for n in range(chapters)],
            )
            opened.add(text, sha256(text))
        yield opened


def at_once(library: Library, question: str, *, of: slice = slice(None)) -> Answer | None:
    ids = [one.id for one in library.documents()]
    return answer_at_once(question, Texts.of(library, ids[of]), library)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many chapters has The Red Harbour?", "There are 3 chapters."),
        ("How many chapters does Emma have?", "There are 2 chapters."),
        ("Who wrote Emma?", "It was written by An Author."),
        ("Who is the author of the red harbour?", "It was written by An Author."),
        ("What is the first word of every chapter of The Red Harbour?",
         "Chapter 1: Emma\nChapter 2: Emma\nChapter 3: Emma"),
    ],
)  # fmt: skip
def test_counting_is_of_the_document_that_is_named(
    library: Library, question: str, answer: str
) -> None:
    found = at_once(library, question)
    assert found is not None
    assert (found.text, found.question) == (answer, question)
    assert found.standalone_question == question


def test_a_hero_who_is_also_the_title_is_counted(library: Library) -> None:
    found = at_once(library, "How many times is Emma mentioned?", of=slice(1, 2))
    assert found is not None
    assert found.text.startswith("“Emma” occurs twice")
    every = at_once(library, "How many times is Emma mentioned?")
    assert every is not None
    assert "The Red Harbour: “Emma” occurs 3 times" in every.text


def test_who_wrote_it_and_what_it_is_called_is_what_the_file_says(library: Library) -> None:
    one = slice(1, 2)
    for question, answer in (
        ("Who wrote this book?", "It was written by An Author."),
        ("Who wrote this?", "It was written by An Author."),
        ("Who is the author?", "It was written by An Author."),
        ("By whom was the novel written?", "It was written by An Author."),
        ("What is the title of the book?", "It is called “Emma: A Novel”."),
        ("What is this book called?", "It is called “Emma: A Novel”."),
        ("What is the title of this?", "It is called “Emma: A Novel”."),
        ("What are the chapters called?", "Chapter 1\nChapter 2"),
    ):
        found = at_once(library, question, of=one)
        assert found is not None, question
        assert found.text == answer
    assert at_once(library, "Who wrote the letter?", of=one) is None
    assert at_once(library, "What is the title of the song?", of=one) is None


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Who lives in Cranford?", "Who lives in Cranford?"),
        ("How many sisters does Jane Eyre have?", "How many sisters does Jane Eyre have?"),
        ("Who is the captain in Siddhartha?", "Who is the captain in the book?"),
    ],
)
def test_a_title_that_is_also_a_name_in_the_text_stays_in_what_the_model_is_asked(
    library: Library, question: str, asked: str
) -> None:
    for title in ("Cranford", "Jane Eyre", "Siddhartha"):
        about = "nobody" if title == "Siddhartha" else title
        text = book(*(f"A captain with two sisters saw {about} by day {n}." for n in range(3)),
                    title=title)  # fmt: skip
        library.add(text, sha256(text))
    model = ScriptedModel(fallback="Two.")
    ids = [one.id for one in library.documents() if one.title in question]
    list(Asker(library, model, Texts.of(library, ids)).ask(question))
    assert model.asked[-1][-1].text.rpartition("Question: ")[2].startswith(asked)
