"""Passages that are asked for are shown in the text's own words, without the model's."""

from __future__ import annotations

import pytest

from longread.answering.answer import NOT_FOUND, Answer, AnswerText, Route
from longread.answering.asker import Asker
from longread.answering.quoting import wanted_in
from longread.answering.texts import Texts
from longread.document import DocumentBuilder
from longread.engine.fake import ScriptedModel
from longread.memory.library import Library

SHORT = "The lantern hung on a rusty nail."
BESIDE = "Nobody had lit it since the autumn. It was green."
OTHER = "Mara Holt weighed the tin box on the scale."


@pytest.fixture
def document_id(library: Library) -> str:
    builder = DocumentBuilder("text", title="The Quay", language="en")
    for number, said in enumerate((f"{SHORT} {BESIDE}", OTHER, "The ice came early."), start=1):
        builder.section(f"Chapter {number}")
        for day in range(10):
            builder.paragraph(f"On day {day} nobody came down to the shore. " * 24)
        builder.paragraph(said)
        for day in range(10):
            builder.paragraph(f"On night {day} nobody went up to the hill. " * 24)
    return library.add(builder.build(), "7" * 64).id


def ask(
    library: Library, document_id: str, question: str, route: Route | None = None
) -> tuple[Answer, str]:
    # The model is asked nothing: it has no replies.
    asker = Asker(library, ScriptedModel(), Texts.of(library, [document_id]))
    events = list(asker.ask(question, route=route))
    (answer,) = [event for event in events if isinstance(event, Answer)]
    return answer, "".join(event.text for event in events if isinstance(event, AnswerText))


@pytest.mark.parametrize(
    ("question", "what", "short"),
    [
        ("Quote the sentence where the lantern is described.", "the lantern", True),
        ("Find the passage where the tin box is weighed", "the tin box is weighed", False),
        ("Please show me the line that mentions the key!", "the key", True),
        ("Can you find the scene in the book when Anna leaves?", "Anna leaves", False),
        ("Where does it say that Anna left?", "Anna left", True),
        ("Where in the book does it say that the ship sank?", "the ship sank", True),
        ("Where does the author say anything about war?", "war", True),
        ("Quote what Anna says about the ship.", "Anna says about the ship", True),
        ("What is the sentence about the lantern?", "the lantern", True),
        ("Where is the paragraph in which they meet?", "they meet", False),
        ("Which passage describes the storm?", "the storm", False),
        ("Find a quote about love.", "love", True),
        ("Find the man who killed Anna.", None, False),
        ("What is the line of work of Mr. Peel?", None, False),
        ("Cite la phrase sur les listes de diffusion", "listes de diffusion", True),
        ("Finde die Stelle, wo Balthasar weint!", "Balthasar weint", False),
        ("Wo steht, dass Zinnober tot ist?", "Zinnober tot ist", True),
        ("Encuentra el pasaje donde muere Ana.", "muere Ana", False),
        ("Dove si dice che Renzo parte?", "Renzo parte", True),
        ("Encontre o trecho sobre a ponte", "ponte", False),
        ("Citeer de zin over de brief", "brief", True),
        ("Wo steht das Haus?", None, False),
        ("Où est le bateau ?", None, False),
        ("What is the scene of the crime?", None, False),
        ("Quote the first sentence of chapter 3.", None, False),
        ("What does it say about love?", None, False),
        ("Where is the harbour?", None, False),
        ("Where does Anna live?", None, False),
        ("What line does Tom say when he leaves?", None, False),
        ("", None, False),
    ],
)
def test_what_asks_to_be_shown_is_known(question: str, what: str | None, *, short: bool) -> None:
    wanted = wanted_in(question)
    if what is None:
        assert wanted is None
    else:
        assert wanted is not None
        assert (wanted.what, wanted.short) == (what, short)


def test_a_sentence_is_shown_as_it_stands_there(library: Library, document_id: str) -> None:
    answer, shown = ask(library, document_id, "Quote the sentence where the lantern is described.")
    (cited,) = answer.citations
    assert answer.text == shown == f"“{SHORT}” [{cited.label}]"
    assert str(cited.place) == "Chapter 1 ¶ 11"
    assert cited.quote == SHORT
    (quotation,) = answer.quotations
    document = library.document(document_id)
    assert document.slice(quotation.span) == quotation.text == SHORT
    assert all(sentence.supported for sentence in answer.sentences)
    assert not answer.model


def test_of_a_long_speech_one_sentence_is_shown(library: Library) -> None:
    builder = DocumentBuilder("text", title="The Quay", language="en")
    builder.paragraph("Nobody came down to the shore. " * 24)
    wanted = "The harbour was full of ice and of broken boats that year."
    others = "I cannot say why we went there at all, and nobody has asked me. " * 6
    builder.paragraph(f"“{others}{wanted} {others.strip()}”")
    document = builder.build()
    document_id = library.add(document, "8" * 64).id
    answer, _ = ask(library, document_id, "Quote the sentence about the broken boats.")
    (cited,) = answer.citations
    assert cited.quote == document.slice(cited.span) == wanted


def test_a_passage_has_the_sentences_around_it(library: Library, document_id: str) -> None:
    answer, _ = ask(library, document_id, "Find the passage where the lantern hung.")
    (cited,) = answer.citations
    assert cited.quote.startswith(f"{SHORT} {BESIDE}")
    assert cited.quote in library.document(document_id).text


def test_what_does_not_stand_there_is_not_shown(library: Library, document_id: str) -> None:
    answer, shown = ask(library, document_id, "Find the passage where the dragon dies.")
    assert (answer.declined, answer.text, shown) == (True, NOT_FOUND, "")


def test_a_part_that_is_named_is_searched_alone(library: Library, document_id: str) -> None:
    found, _ = ask(library, document_id, "Find the sentence about the tin box in chapter 2.")
    assert "tin box" in found.text
    missed, _ = ask(library, document_id, "Find the sentence about the tin box in chapter 3.")
    assert missed.declined


def test_a_route_is_kept_to(library: Library, document_id: str) -> None:
    asker = Asker(
        library,
        ScriptedModel(fallback=lambda messages: "It is green.", chances=lambda messages: 0.9),
        Texts.of(library, [document_id]),
    )
    *_, answer = asker.ask("Find the sentence about the lantern.", route=Route.DETAIL)
    assert isinstance(answer, Answer)
    assert answer.text.startswith("It is green.")
