"""Questions about the whole text: told from its summaries, with passages, up to the reader."""

from __future__ import annotations

from dataclasses import replace

import pytest

from longread.answering.answer import Answer, Route
from longread.answering.at_once import answer_at_once
from longread.answering.texts import Texts
from longread.answering.whole import route_of
from longread.document import DocumentBuilder
from longread.errors import UsageError
from longread.memory.library import Library
from longread.memory.summaries import Claim, Summary

EACH = "Give me one sentence for each chapter."


@pytest.mark.parametrize(
    "question",
    [
        EACH,
        "one sentence per chapter",
        "Describe every chapter in one short sentence",
        "Summarize each chapter.",
        "What happens in each chapter?",
        "A chapter-by-chapter outline, please",
    ],
)
def test_questions_about_each_chapter_are_known(question: str) -> None:
    assert route_of(question) is Route.EACH


@pytest.mark.parametrize(
    "question",
    [
        "What is this book about?",
        "what's it about?",
        "What is this about?",
        "Summarize this",
        "Summarize the novel",
        "Give me a short summary of the paper.",
        "Please summarise",
        "What is the plot?",
        "Tell me about this book.",
    ],
)
def test_questions_about_the_whole_are_known(question: str) -> None:
    assert route_of(question) is Route.OVERVIEW


@pytest.mark.parametrize(
    "question",
    [
        "What is the letter about?",
        "What is this letter about?",
        "What is the plot against the king that Anna finds out about?",
        "Who wrote the first sentence of the letter in each copy?",
        "What happens in the chapter house?",
        "Why does the summary of the report leave out the losses?",
        "Where is the book about whales?",
        "Is there a line about the letter from the king?",
        "Is there a single sentence about the part that Tom played?",
        "Who wrote a line to the party?",
    ],
)
def test_questions_about_a_detail_are_left_alone(question: str) -> None:
    assert route_of(question) is None


@pytest.fixture
def document_id(library: Library) -> str:
    builder = DocumentBuilder("text", title="The Grey Boat", language="en")
    for number, what in enumerate(("finds a letter", "sells the boat", "goes away"), start=1):
        builder.section(f"Chapter {number}")
        builder.paragraph(f"Mara {what} on day {number}. " * 30)
    document_id = library.add(builder.build(), "0" * 64).id
    told = []
    for number, what in enumerate(("finds a letter", "sells the boat", "goes away"), start=1):
        claim = Claim(f"Mara {what}.", (number,))
        title = f"Chapter {number}"
        told.append(Summary(number, "chapter", title, number, number, (claim,), claim, "s"))
    claims = tuple(summary.sentence for summary in told)
    told.append(Summary(4, "document", "The Grey Boat", 1, 3, claims, claims[0], "s"))
    library.add_summaries(document_id, told)
    return document_id


def ask(library: Library, document_id: str, question: str, upto: str = "") -> Answer:
    answer = answer_at_once(question, Texts.of(library, [document_id], upto), library)
    assert answer is not None
    return answer


def test_each_chapter_gets_one_item(library: Library, document_id: str) -> None:
    answer = ask(library, document_id, EACH)
    assert answer.route is Route.EACH
    assert answer.text.splitlines() == [
        "Chapter 1: Mara finds a letter. [1]",
        "Chapter 2: Mara sells the boat. [2]",
        "Chapter 3: Mara goes away. [3]",
    ]
    assert [citation.passage for citation in answer.citations] == [1, 2, 3]
    assert answer.citations[1].quote == "Mara sells the boat on day 2."
    assert all(sentence.supported for sentence in answer.sentences)


def test_a_chapter_is_told_in_its_own_words(library: Library, document_id: str) -> None:
    first, *others = library.summaries(document_id)
    quotation = Claim("“Mara finds a letter on day 1.”", (1,))
    library.add_summaries(document_id, [replace(first, quotation=quotation), *others])
    assert library.summaries(document_id)[0].quotation == quotation
    answer = ask(library, document_id, EACH)
    assert answer.text.splitlines()[:2] == [
        "Chapter 1: “Mara finds a letter on day 1.” [1]",
        "Chapter 2: Mara sells the boat. [2]",
    ]
    for question in ("What happens in each chapter?", "What is this book about?"):
        assert "Mara finds a letter. [1]" in ask(library, document_id, question).text


def test_the_whole_is_told_from_its_summary(library: Library, document_id: str) -> None:
    answer = ask(library, document_id, "What is this book about?")
    assert answer.route is Route.OVERVIEW
    assert answer.text == ("Mara finds a letter. [1] Mara sells the boat. [2] Mara goes away. [3]")


@pytest.mark.parametrize("question", [EACH, "What is this book about?"])
def test_nothing_behind_the_readers_place_is_told(
    library: Library, document_id: str, question: str
) -> None:
    answer = ask(library, document_id, question, "chapter 2")
    assert "sells the boat" in answer.text
    assert "goes away" not in answer.text
    assert {citation.passage for citation in answer.citations} == {1, 2}


def test_a_text_without_chapters_is_told_as_far_as_it_was_read(library: Library) -> None:
    builder = DocumentBuilder("text", title="Long", language="en")
    for day in range(1, 5):
        builder.paragraph(f"On day {day} the boat sailed on. " * 30)
    document_id = library.add(builder.build(), "3" * 64).id
    passages = library.passages(document_id)
    told = []
    for number, passage in enumerate(passages, start=1):
        claim = Claim(f"Stretch {number} is told.", (passage.number,))
        told.append(Summary(number, "stretch", "", number, number, (claim,), claim, "s"))
    both = Summary(len(told) + 1, "stretch", "", 1, 2, told[0].claims, told[0].sentence, "s")
    whole = Claim("All ends well.", (1,))
    end = Summary(len(told) + 2, "document", "Long", 1, len(passages), (whole,), whole, "s")
    library.add_summaries(document_id, [*told, both, end])
    assert ask(library, document_id, "What is this book about?").text == "All ends well. [1]"
    answer = ask(library, document_id, "What is this book about?", "80%")
    last = Texts.of(library, [document_id], "80%").last[document_id]
    assert 2 < last < len(passages)
    assert answer.text == " ".join(f"Stretch {n} is told. [{n}]" for n in range(1, last + 1))


def test_several_documents_are_told_apart(library: Library, document_id: str) -> None:
    builder = DocumentBuilder("text", title="Other", language="en")
    builder.paragraph("Tobias mends a net. " * 30)
    other = library.add(builder.build(), "1" * 64).id
    claim = Claim("Tobias mends a net.", (1,), supported=False)
    library.add_summaries(other, [Summary(1, "document", "Other", 1, 1, (claim,), claim, "s")])
    answer = answer_at_once(
        "What are they about?", Texts.of(library, [document_id, other]), library
    )
    assert answer is None
    both = Texts.of(library, [document_id, other])
    answer = answer_at_once(EACH, both, library)
    assert answer is not None
    assert answer.text.splitlines() == [
        "The Grey Boat:",
        "Chapter 1: Mara finds a letter. [A1]",
        "Chapter 2: Mara sells the boat. [A2]",
        "Chapter 3: Mara goes away. [A3]",
        "Other:",
        "Tobias mends a net. [B1]",
    ]
    assert not answer.sentences[-1].supported


def test_without_summaries_a_route_is_refused_and_a_question_looked_up(
    library: Library, document_id: str
) -> None:
    builder = DocumentBuilder("text", title="Bare", language="en")
    builder.paragraph("Nobody wrote about this. " * 10)
    bare = Texts.of(library, [library.add(builder.build(), "2" * 64).id])
    assert answer_at_once(EACH, bare, library) is None
    with pytest.raises(UsageError, match="no summaries"):
        answer_at_once(EACH, bare, library, Route.EACH)
    with pytest.raises(UsageError, match="Counting does not answer"):
        answer_at_once("Why?", bare, library, Route.COUNT)
    with_tree = Texts.of(library, [document_id])
    assert answer_at_once(EACH, with_tree, library, Route.DETAIL) is None
    overview = answer_at_once("Who is Mara?", with_tree, library, Route.OVERVIEW)
    assert overview is not None
    assert overview.route is Route.OVERVIEW
