"""Questions about a part of the text are answered from that part alone."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from longread.answering.answer import Answer, AnswerText, Route, Stage
from longread.answering.asker import Asker
from longread.answering.at_once import answer_at_once
from longread.answering.parts import scope_of
from longread.answering.texts import Texts
from longread.document import Document, DocumentBuilder
from longread.engine.fake import ScriptedModel
from longread.memory.library import Library
from longread.memory.summaries import Claim, Summary
from longread.part_names import parts_called
from longread.part_words import in_known_words
from longread.spelled_numbers import in_digits
from tests.quick.memory.books import book, sha256

CHAPTERS = 5
DAYS = 12


def story() -> Document:
    """In each chapter somebody else dies, once; the rest is alike in all of them."""
    builder = DocumentBuilder("text", title="The Lamp", language="en")
    for number, name in enumerate(("Mara", "Tobias", "Ada", "Corwin", "Edmund"), start=1):
        builder.page(str(number))
        builder.section(f"Chapter {number}. The Day of {name}")
        for day in range(1, DAYS + 1):
            said = f"Then {name} dies of a fever." if day == DAYS // 2 else f"It is day {day}."
            builder.paragraph(f"{said} " + f"Nobody came down to the shore on {day}. " * 24)
    return builder.build()


@pytest.fixture
def document_id(library: Library) -> str:
    return library.add(story(), sha256(story())).id


def texts(library: Library, document_id: str, upto: str = "") -> Texts:
    return Texts.of(library, [document_id], upto)


def ask(library: Library, given: Texts, question: str, chance: float = 0.9) -> Answer:
    model = ScriptedModel(fallback=lambda messages: "It is told.", chances=lambda messages: chance)
    asker = Asker(library, model, given, evidence_tokens=900)
    *_, answer = asker.ask(question)
    assert isinstance(answer, Answer)
    return answer


def chapters_of(answer: Answer) -> set[int]:
    document = story()
    return {document.paragraphs[one.passage.paragraphs[0]].section + 1 for one in answer.evidence}


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("How often is Corwin mentioned?", "“Corwin” does not occur in what has been read."),
        (
            "Which is mentioned more often, Corwin or Edmund?",
            "“Corwin” and “Edmund” do not occur in what has been read.",
        ),
        (
            "Which two characters appear together?",
            "No two persons are named in the same passages in what has been read.",
        ),
        ("List all places", "No place is named more than once in what has been read."),
    ],
)
def test_what_is_not_there_may_come_behind_the_readers_place(
    library: Library, document_id: str, question: str, text: str
) -> None:
    found = answer_at_once(question, texts(library, document_id, "chapter 2"), library)
    assert found is not None
    assert found.text == text
    found = answer_at_once(question, texts(library, document_id), library)
    assert found is not None
    assert "what has been read" not in found.text


@pytest.mark.parametrize(
    ("question", "names", "sought"),
    [
        ("Who dies in chapter 3?", ["Chapter 3"], "Who dies ?"),
        ("Who dies in the third chapter?", ["Chapter 3"], "Who dies ?"),
        ("Who dies in Chapter III of the book?", ["Chapter 3"], "Who dies of the book?"),
        ("In chapter two, who dies?", ["Chapter 2"], ", who dies?"),
        ("Who dies in the last chapter?", ["Chapter 5"], "Who dies ?"),
        ("Who dies at the end of chapter four?", ["Chapter 4"], "Who dies at the end ?"),
        ("Who dies in chapters 2 and 4?", ["Chapter 2", "Chapter 4"], "Who dies ?"),
        ("Who dies in chapters 1, 2 or 4?", ["Chapter 1", "Chapter 2", "Chapter 4"], "Who dies ?"),
        (
            "Who dies in chapters 2 to 4?",
            ["Chapter 2. The Day of Tobias to Chapter 4"],
            "Who dies ?",
        ),
        ("Who dies in the first two chapters?", ["Chapter 1. The Day of Mara to Chapter 2"], None),
        ("Who dies in the last three chapters?", ["Chapter 3. The Day of Ada to Chapter 5"], None),
        ("Who dies in the penultimate chapter?", ["Chapter 4"], "Who dies ?"),
        ("Who dies in the second-to-last chapter?", ["Chapter 4"], "Who dies ?"),
        ("Who dies in the first and the last chapter?", ["Chapter 1", "Chapter 5"], "Who dies ?"),
        ("Who dies in the first and third chapters?", ["Chapter 1", "Chapter 3"], "Who dies ?"),
        (
            "Who dies between chapters 2 and 4?",
            ["Chapter 2. The Day of Tobias to Chapter 4"],
            "Who dies ?",
        ),
        (
            "Who dies from chapter 2 to chapter 4?",
            ["Chapter 2. The Day of Tobias to Chapter 4"],
            "Who dies ?",
        ),
        (
            "Who dies in chapters 1 and 3-5?",
            ["Chapter 1", "Chapter 3. The Day of Ada to Chapter 5"],
            "Who dies ?",
        ),
        ("Wer stirbt im 3. Kapitel?", ["Chapter 3"], "Wer stirbt ?"),
        ("Does Ada in chapter 3 know Mara of chapter 1?", ["Chapter 3", "Chapter 1"], None),
        (
            "Who finds the second letter in chapter 3?",
            ["Chapter 3"],
            "Who finds the second letter ?",
        ),
        ("Who dies in the Day of Ada chapter?", ["Chapter 3"], "Who dies ?"),
        ("Does Mara in the day of Ada section know?", ["Chapter 3"], "Does Mara know?"),
        ("According to chapter 3, who dies?", ["Chapter 3"], ", who dies?"),
        ("Who dies on page 2?", ["p. 2"], "Who dies ?"),
        ("Wer stirbt in Kapitel 3?", ["Chapter 3"], "Wer stirbt ?"),
        ("Qui meurt dans le chapitre 3 ?", ["Chapter 3"], "Qui meurt ?"),
        ("Qui meurt dans le troisième chapitre ?", ["Chapter 3"], "Qui meurt ?"),
        ("¿Quién muere en el último capítulo?", ["Chapter 5"], "¿Quién muere ?"),
    ],
)
def test_parts_that_a_question_names(
    library: Library, document_id: str, question: str, names: list[str], sought: str | None
) -> None:
    scope = scope_of(question, texts(library, document_id))
    assert scope is not None
    assert scope.wanted == "answer"
    assert [re.sub(r"\. The Day of \w+$", "", name) for name in scope.names] == names
    assert sought is None or scope.sought == sought


@pytest.mark.parametrize(
    "question",
    [
        "Who dies?",
        "Who dies before chapter 3?",
        "Who dies after the second chapter?",
        "Who dies up to chapter 3?",
        "Who dies in chapter 9?",
        "What does the letter I wrote to Ada say?",
        "Who was on the first page of the newspaper?",
        "Which part of Lisbon does Ada live in?",
        "What happened in the second act of violence?",
        "How does the war end?",
        "Who is in the chapter house?",
        "Who dies in the longest chapter?",
        "What was the section of the road like?",
        "According to the doctor, who dies?",
        "Which three chapters mention the king?",
        "Who dies in 2 chapters?",
        "Who dies in section 2.1?",
        "Who dies in the last chapters?",
    ],
)
def test_questions_that_name_no_part(library: Library, document_id: str, question: str) -> None:
    assert scope_of(question, texts(library, document_id)) is None


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What happens in chapter 3?", "overview"),
        ("What happened in the third chapter?", "overview"),
        ("Summarize chapter 3.", "overview"),
        ("Please summarise chapters 2 to 4", "overview"),
        ("Give me a short summary of the last chapter", "overview"),
        ("What is chapter 3 about?", "overview"),
        ("Chapter 3", "overview"),
        ("In chapter 3, what happens?", "overview"),
        ("What are the main events of chapter 3?", "overview"),
        ("How does chapter 3 end?", "end"),
        ("What happens at the beginning of chapter 3?", "beginning"),
        ("How does the book end?", "end"),
        ("How does it all end?", "end"),
        ("What is the ending of the novel?", "end"),
        ("How does the story begin?", "beginning"),
        ("What happens in chapter 3 to Ada?", "answer"),
        ("Who explains chapter 3?", "answer"),
    ],
)
def test_what_is_wanted_of_a_part(
    library: Library, document_id: str, question: str, wanted: str
) -> None:
    scope = scope_of(question, texts(library, document_id))
    assert scope is not None
    assert scope.wanted == wanted


def test_a_detail_is_looked_up_in_the_part_alone(library: Library, document_id: str) -> None:
    given = texts(library, document_id)
    anywhere = ask(library, given, "Who dies of a fever?")
    assert len(chapters_of(anywhere)) > 1
    there = ask(library, given, "Who dies of a fever in chapter 4?")
    assert chapters_of(there) == {4}
    assert "Corwin dies" in there.evidence_text
    assert there.figures == {"within": ["Chapter 4. The Day of Corwin"]}


def test_it_is_said_where_is_looked(library: Library, document_id: str) -> None:
    asker = Asker(library, ScriptedModel(), texts(library, document_id))
    stages = [
        event.name for event in asker.ask("Who dies in chapter 2?") if isinstance(event, Stage)
    ]
    assert stages[0] == "looking up in Chapter 2. The Day of Tobias"


def test_a_part_is_told_from_passages_all_over_it(library: Library, document_id: str) -> None:
    answer = ask(library, texts(library, document_id), "What happens in chapter 2?", chance=0.0)
    assert not answer.declined
    assert chapters_of(answer) == {2}
    numbers = [one.passage.number for one in answer.evidence]
    inside = [p.number for p in library.passages(document_id) if p.section == 1]
    assert len(numbers) < len(inside)
    third = len(inside) / 3
    assert {int((number - inside[0]) // third) for number in numbers} == {0, 1, 2}


@pytest.mark.parametrize(
    ("question", "sections"),
    [
        ("What is The Lamp about?", {1, 2, 4, 5}),
        ("How does The Lamp end?", {5}),
        ("What happens in chapter 2 of The Lamp?", {2}),
    ],
)
def test_a_document_that_is_named_is_told_of_alone(
    library: Library, document_id: str, question: str, sections: set[int]
) -> None:
    other = book("Chapter 2 of The Lamp is what this is about.", title="Other", chapters=["One"])
    other_id = library.add(other, sha256(other)).id
    for ids in ([document_id], [other_id, document_id]):
        answer = ask(library, Texts.of(library, ids), question)
        assert {one.document_id for one in answer.evidence} == {document_id}
        assert chapters_of(answer) == sections
        assert answer.question == question


@pytest.mark.parametrize("question", ["What is this book about?", "Summarize the novel, please"])
def test_a_text_that_was_not_read_is_told_from_passages_all_over_it(
    library: Library, document_id: str, question: str
) -> None:
    answer = ask(library, texts(library, document_id), question, chance=0.0)
    assert not answer.declined
    assert {1, 2, 4, 5} == chapters_of(answer)
    assert max(chapters_of(ask(library, texts(library, document_id, "chapter 2"), question))) == 2


def test_the_end_is_told_from_the_last_passages(library: Library, document_id: str) -> None:
    last = len(library.passages(document_id))
    answer = ask(library, texts(library, document_id), "How does the book end?", chance=0.0)
    assert not answer.declined
    numbers = [one.passage.number for one in answer.evidence]
    assert numbers == list(range(last - len(numbers) + 1, last + 1))
    begun = ask(library, texts(library, document_id), "How does the story begin?")
    assert [one.passage.number for one in begun.evidence] == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    "question", ["How does the book end?", "What happens in part 4?", "Who dies in the story?"]
)
def test_nothing_behind_the_readers_place_is_looked_at(
    library: Library, document_id: str, question: str
) -> None:
    answer = ask(library, texts(library, document_id, "chapter 3"), question)
    assert max(chapters_of(answer), default=0) <= 3


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What happens in chapter 9?", "no chapter 9, but 5 chapters, from Chapter 1"),
        ("What is the first sentence of chapter 9?", "no chapter 9, but 5 chapters, from Chapter"),
        ("How many words has chapter 9?", "no chapter 9, but 5 chapters, from Chapter 1"),
        ("Who dies in the letter of chapter XII?", "no chapter XII, but 5 chapters, from Chapter"),
        ("Who dies on page 40?", "no page 40, but 5 pages, from p. 1 to p. 5"),
        ("Who dies in the ninth chapter?", "no ninth chapter, but 5 chapters, from Chapter 1"),
        ("Wer stirbt im neunten Kapitel?", "no 9. Kapitel, but 5 chapters, from Chapter 1"),
        ("第九回有多少字？", "no 第九回, but 5 chapters, from Chapter 1"),
        ("Summarize part 2", "no part 2"),
        ("What is section 2.1 about?", "no section 2.1"),
    ],
)
def test_of_a_part_that_is_not_there_nothing_is_made_up(
    library: Library, document_id: str, question: str, told: str
) -> None:
    answer = answer_at_once(question, texts(library, document_id), library)
    assert answer is not None
    assert answer.declined
    assert answer.text.startswith(f"Not found in the text: it has {told}")


@pytest.mark.parametrize(
    "question",
    [
        "What is the first sentence of chapter 3?",
        "What is the first sentence of the third chapter?",
        "Summarize chapter 2",
        "How many words has chapter 2?",
        "Who appears in chapter 4?",
        "What happens in the last chapter?",
        "Quelle est la première phrase du troisième chapitre ?",
        "Résume le chapitre 2",
        "第三回有多少字？",
    ],
)
def test_a_text_without_chapters_is_said_to_have_none(library: Library, question: str) -> None:
    builder = DocumentBuilder("text", title="The Boat", language="en")
    builder.paragraph("Nobody came down to the shore. " * 20)
    document_id = library.add(builder.build(), "7" * 64).id
    answer = answer_at_once(question, texts(library, document_id), library)
    assert answer is not None
    assert answer.declined
    assert answer.text == "Not found in the text: it has no chapters that are marked as such"


@pytest.mark.parametrize(
    ("said", "question"),
    [
        ("CHAPTER III. Nobody came.", "What happens in chapter 3?"),
        ("The last chapter of his book is lost.", "What happens in the last chapter?"),
        ("As section 2.1 of the act has it.", "What does section 2.1 say?"),
        ("It was on page one of every paper.", "What is on page one?"),
    ],
)
def test_a_part_that_a_text_speaks_of_is_looked_up(
    library: Library, said: str, question: str
) -> None:
    builder = DocumentBuilder("text", title="The Boat", language="en")
    builder.paragraph(f"{said} " * 20)
    document_id = library.add(builder.build(), "7" * 64).id
    assert answer_at_once(question, texts(library, document_id), library) is None


def test_none_of_several_texts_has_a_part(library: Library, document_id: str) -> None:
    builder = DocumentBuilder("text", title="The Boat", language="en")
    builder.paragraph("Nobody came down to the shore. " * 20)
    other = library.add(builder.build(), "7" * 64).id
    both = Texts.of(library, [document_id, other])
    answer = answer_at_once("Who dies in chapter 9?", both, library)
    assert answer is not None
    assert answer.text == "Not found in the text: none of these has chapter 9"
    assert answer_at_once("Who dies in chapter 3?", both, library) is None


def test_a_part_behind_the_readers_place_is_as_if_it_were_not_there(
    library: Library, document_id: str
) -> None:
    answer = answer_at_once(
        "Who dies in chapter 4?", texts(library, document_id, "chapter 3"), library
    )
    assert answer is not None
    told = "Not found in the text: it has no chapter 4 as far as it is read, but 3 chapters, from "
    assert answer.text.startswith(told)


@pytest.mark.parametrize(
    "question",
    [
        "Did the owner file for Chapter 11?",
        "Who is in the chapter house?",
        "What is in a letter?",
        "Who tells of it in part two?",
    ],
)
def test_what_may_be_no_part_is_looked_up(library: Library, question: str) -> None:
    builder = DocumentBuilder("text", title="The Boat", language="en")
    for number in range(1, 4):
        builder.section(f"Chapter {number}")
        builder.paragraph("Nobody came down to the shore. " * 20)
    document_id = library.add(builder.build(), "7" * 64).id
    assert answer_at_once(question, texts(library, document_id), library) is None


def test_of_a_part_without_text_nothing_is_made_up(library: Library) -> None:
    builder = DocumentBuilder("text", title="The Boat", language="en")
    for number in range(1, 4):
        builder.page(str(number))
        if number == 2:
            continue
        builder.section(f"Chapter {number}")
        builder.paragraph("Nobody came down to the shore. " * 20)
    document_id = library.add(builder.build(), "9" * 64).id
    answer = ask(library, texts(library, document_id), "What is said on page 2?", chance=0.9)
    assert answer.declined


def add_summaries(library: Library, document_id: str) -> None:
    told = []
    passages = library.passages(document_id)
    for number in range(1, CHAPTERS + 1):
        own = [one.number for one in passages if one.section == number - 1]
        claim = Claim(f"Somebody dies in number {number}.", (own[0],))
        told.append(
            Summary(number, "chapter", f"Chapter {number}", own[0], own[-1], (claim,), claim, "s")
        )
    claims = tuple(summary.sentence for summary in told)
    whole = Summary(9, "document", "The Lamp", 1, len(passages), claims, claims[0], "s")
    library.add_summaries(document_id, [*told, whole])


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        ("What happens in chapter 2?", ["Somebody dies in number 2."]),
        ("Summarize the last chapter", ["Somebody dies in number 5."]),
        (
            "Summarize chapters 2 to 3",
            ["Chapter 2: Somebody dies in number 2.", "Chapter 3: Somebody dies in number 3."],
        ),
    ],
)
def test_a_part_that_was_read_is_told_from_its_summary(
    library: Library, document_id: str, question: str, lines: list[str]
) -> None:
    given = texts(library, document_id)
    assert answer_at_once(question, given, library) is None
    add_summaries(library, document_id)
    answer = answer_at_once(question, given, library)
    assert answer is not None
    assert answer.route is Route.OVERVIEW
    assert [line.partition(" [")[0] for line in answer.text.splitlines()] == lines
    assert answer.citations


def test_a_part_of_a_chapter_is_not_told_by_the_chapters_summary(
    library: Library, document_id: str
) -> None:
    add_summaries(library, document_id)
    behind = texts(library, document_id, "Chapter 3. The Day of Ada ¶ 4")
    assert answer_at_once("What happens in chapter 3?", behind, library) is None
    assert answer_at_once("What happens in chapter 2?", behind, library) is not None


@pytest.mark.parametrize(
    "question", ["Who are the characters in chapter 3?", "Which people appear in chapter 3?"]
)
def test_the_names_of_a_part_are_those_met_there(library: Library, question: str) -> None:
    builder = DocumentBuilder("text", title="The Boat", language="en")
    for number, name in enumerate(("Mara Holt", "Tobias Wren", "Ada Pell"), start=1):
        builder.section(f"Chapter {number}")
        builder.paragraph(f"“Yes,” said {name}, and she laughed. “No,” said {name}.")
        builder.paragraph("Then Mara Holt said nothing. “Never,” said Mara Holt.")
    document_id = library.add(builder.build(), "5" * 64).id
    answer = answer_at_once(question, texts(library, document_id), library)
    assert answer is not None
    assert answer.text.split("\n")[0] == "2 persons are named in Chapter 3."
    assert "Ada Pell, 2 times" in answer.text
    assert "Mara Holt, 2 times" in answer.text
    assert "Tobias" not in answer.text


@pytest.mark.parametrize(
    ("question", "sections"),
    [
        ("Who dies in chapter 2 of part two?", [5]),
        ("In part one, chapter 1, who dies?", [1]),
        ("Who dies in chapter 1?", [1, 4]),
        ("Who dies in part two?", [3]),
    ],
)
def test_a_chapter_is_that_of_its_part(
    library: Library, question: str, sections: list[int]
) -> None:
    builder = DocumentBuilder("text", title="The Boat", language="en")
    for part in ("Part One", "Part Two"):
        builder.section(part, 1)
        for number in range(1, 3):
            builder.section(f"Chapter {number}", 2)
            builder.paragraph("Nobody came down to the shore. " * 20)
    document = builder.build()
    document_id = library.add(document, "6" * 64).id
    scope = scope_of(question, texts(library, document_id))
    assert scope is not None
    assert [part.section for part in scope.parts[document_id]] == sections


@pytest.mark.parametrize(
    ("question", "wanted", "names"),
    [
        ("Summarize the introduction", "overview", ["1 Introduction"]),
        ("What does the author regret in the conclusion?", "answer", ["3 Conclusion"]),
        ("What is listed in the appendix?", "answer", ["Appendix A", "Appendix B"]),
        ("Who is in the appendix of the book?", "answer", ["Appendix A", "Appendix B"]),
        ("What is listed in the appendix B?", "answer", ["Appendix B"]),
        ("Which prologue is meant in the preface?", None, []),
        ("What is the introduction of the harbour tax about?", None, []),
        ("What is said in the introduction of the book?", "answer", ["1 Introduction"]),
        ("Who asked for an introduction to the keeper?", None, []),
    ],
)
def test_parts_that_are_known_by_their_titles(
    library: Library, question: str, wanted: str | None, names: list[str]
) -> None:
    builder = DocumentBuilder("text", title="On Tides", language="en")
    for title in ("1 Introduction", "2 Tides", "3 Conclusion", "Appendix A", "Appendix B"):
        builder.section(title)
        builder.paragraph("Nobody came down to the shore. " * 20)
    document_id = library.add(builder.build(), "8" * 64).id
    scope = scope_of(question, texts(library, document_id))
    assert (scope.wanted if scope else None) == wanted
    assert list(scope.names if scope else ()) == names


def test_parts_called() -> None:
    document = story()

    def called(name: str) -> list[str]:
        return [part.name.partition(".")[0] for part in parts_called(name, document)]

    assert called("chapters 1, 2 and 4") == ["Chapter 1", "Chapter 2", "Chapter 4"]
    assert called("the final chapter") == ["Chapter 5"]
    assert called("chapters 1 and 9") == []
    (stretch,) = parts_called("chapters 2-4", document)
    assert stretch.name == "Chapter 2. The Day of Tobias to Chapter 4. The Day of Corwin"
    first, last = parts_called("chapter 2", document)[0], parts_called("chapter 4", document)[0]
    assert (stretch.span.start, stretch.span.end) == (first.span.start, last.span.end)


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("the first half of the book", ("Mara", "Tobias"), ("Corwin", "Edmund")),
        ("the latter half of this novel", ("Corwin", "Edmund"), ("Mara", "Tobias")),
        ("second half", ("Corwin", "Edmund"), ("Mara", "Tobias")),
        ("the first 20% of the text", ("Mara",), ("Tobias", "Edmund")),
        ("the last quarter of the book", ("Edmund",), ("Ada", "Mara")),
        ("the middle third of the book", ("Ada",), ("Mara", "Edmund")),
        ("the first few chapters", ("Mara", "Tobias", "Ada"), ("Corwin",)),
        ("the last couple of chapters", ("Corwin", "Edmund"), ("Ada",)),
    ],
)
def test_fractions_of_a_text(name: str, inside: tuple[str, ...], outside: tuple[str, ...]) -> None:
    document = story()
    (part,) = parts_called(name, document)
    text = document.slice(part.span)
    assert [f"{one} dies" in text for one in inside] == [True] * len(inside)
    assert [f"{one} dies" in text for one in outside] == [False] * len(outside)


def test_a_fraction_of_a_part_is_cut_between_paragraphs() -> None:
    document = story()
    (half,) = parts_called("the first half of chapter 2", document)
    (chapter,) = parts_called("chapter 2", document)
    edges = {one.span.start for one in document.paragraphs}
    assert half.span.start == chapter.span.start
    assert chapter.span.start < half.span.end < chapter.span.end
    assert half.span.end in edges
    assert parts_called("the first half of chapter 9", document) == ()


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who dies in the first half of the book?", 1),
        ("Who dies in the last third of chapter 3?", 1),
        ("Who dies in the first few chapters?", 1),
        ("Who ruled in the first half of the century?", 0),
        ("Who scored in the second half?", 0),
    ],
)
def test_a_question_names_a_fraction_of_the_text_and_not_of_something_in_it(
    library: Library, document_id: str, question: str, names: int
) -> None:
    scope = scope_of(question, texts(library, document_id))
    assert len(scope.names if scope else ()) == names


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("Wer stirbt im dritten Kapitel?", "Wer stirbt im 3. Kapitel?"),
        ("Der letzte Satz des dritten Kapitels", "Der letzte Satz des 3. kapitel"),
        ("Wer stirbt in Kapitel dreizehn?", "Wer stirbt in Kapitel 13?"),
        ("dans le vingt et unième chapitre", "dans le 21. chapitre"),
        ("dans le dernier chapitre", "dans le last chapitre"),
        ("en el capítulo tercero", "en el capítulo 3"),
        ("nel secondo capitolo", "nel 2. capitolo"),
        ("в третьей главе", "в 3. глава"),
        ("à la troisième page", "à la 3. page"),
        ("Who dies in the second chapter?", "Who dies in the second chapter?"),
        ("the page once opened", "the page once opened"),
        ("partie de pêche", "partie de pêche"),
        ("in der ersten Geschichte", "in der ersten Geschichte"),
    ],
)
def test_numbers_of_parts_in_words_of_other_languages(question: str, written: str) -> None:
    assert in_digits(question) == written


@pytest.mark.parametrize(
    ("name", "english"),
    [
        ("die ersten drei Kapitel", "the first three chapters"),
        ("die drei ersten Kapitel", "the first three chapters"),
        ("der letzten 2 Kapitel", "the last two chapters"),
        ("die erste Hälfte des Buches", "the first half of the book"),
        ("die zweite Hälfte von Kapitel 3", "the second half of chapter 3"),
        ("das letzte Drittel des dritten Kapitels", "the last third of chapter 3"),
        ("erste Hälfte", "the first half"),
        ("de laatste drie hoofdstukken", "the last three chapters"),
        ("de eerste helft van het boek", "the first half of the book"),
        ("les trois premiers chapitres", "the first three chapters"),
        ("les deux dernières pages", "the last two pages"),
        ("la première moitié du livre", "the first half of the book"),
        ("le dernier quart du troisième chapitre", "the last quarter of chapter 3"),
        ("la première moitié", "the first half"),
        ("los últimos tres capítulos", "the last three chapters"),
        ("los dos primeros capítulos", "the first two chapters"),
        ("la segunda mitad del libro", "the second half of the book"),
        ("gli ultimi tre capitoli", "the last three chapters"),
        ("la prima metà del libro", "the first half of the book"),
        ("os três primeiros capítulos", "the first three chapters"),
        ("a segunda metade do capítulo 2", "the second half of chapter 2"),
        ("последние две главы", "the last two chapters"),
        ("первых трёх главах", "the first three chapters"),
        ("первая половина книги", "the first half of the book"),
        ("前三章", "the first three chapters"),
        ("最后两回", "the last two chapters"),
        ("书的前半部分", "the first half of the book"),
    ],
)
def test_parts_without_a_number_have_names_in_other_languages(name: str, english: str) -> None:
    expected = parts_called(english, story())
    assert expected
    assert [part.span for part in parts_called(name, story())] == [part.span for part in expected]


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Summarize “The Day of Ada”", "overview"),
        ("What happens in the chapter “The Day of Ada”?", "overview"),
        ("Who dies in “The Day of Ada”?", "answer"),
    ],
)
def test_a_chapter_is_named_by_its_title(
    library: Library, document_id: str, question: str, wanted: str
) -> None:
    scope = scope_of(question, texts(library, document_id))
    assert scope is not None
    assert scope.wanted == wanted
    assert scope.names == ("Chapter 3. The Day of Ada",)


@pytest.mark.parametrize(
    "question", ["Summarize chapters 1 and 3", "Summarize chapter 1 and chapter 3"]
)
def test_all_of_several_parts_is_told(library: Library, document_id: str, question: str) -> None:
    scope = scope_of(question, texts(library, document_id))
    assert scope is not None
    assert scope.wanted == "overview"
    assert len(scope.names) == 2


@pytest.mark.parametrize(
    "question", ["Who says “The Day of Ada”?", "Who writes of “a new chapter 9 in my life”?"]
)
def test_a_quotation_that_leads_to_no_title_names_no_part(
    library: Library, document_id: str, question: str
) -> None:
    assert scope_of(question, texts(library, document_id)) is None


@pytest.mark.parametrize(
    "question",
    [
        "die erste Hälfte von Maras Reise",
        "il primo quarto d'ora",
        "i primi capitoli",
        "les premiers pas",
        "前者第",
    ],
)
def test_what_names_no_part_stays_as_it_is(question: str) -> None:
    assert in_known_words(question) == question


def test_a_part_without_a_number_is_found_within_a_question(
    library: Library, document_id: str
) -> None:
    for question in (
        "Wer stirbt in den ersten drei Kapiteln?",
        "Qui meurt dans les trois premiers chapitres ?",
        "Chi muore nei primi tre capitoli?",
    ):
        scope = scope_of(question, texts(library, document_id))
        assert scope is not None
        assert scope.names == ("Chapter 1. The Day of Mara to Chapter 3. The Day of Ada",)


def test_each_name_of_a_part_has_what_its_english_says() -> None:
    source = files("longread").joinpath("part_words.toml").read_text("utf-8")
    missing = []
    for code, table in tomllib.loads(source).items():
        for form, english in table["forms"]:
            pieces = {name.casefold() for name in re.findall(r"\{([A-Z]+)\}", form)}
            known = {"nth", "number", "unit", "text", "ahead", *table}
            if not set(re.findall(r"\{([a-z]+)\}", english)) <= pieces <= known:
                missing.append(f"{code}: {form}")
    assert missing == []


def test_a_follow_up_on_a_part_that_is_not_there_is_declined_once(
    library: Library, document_id: str
) -> None:
    model = ScriptedModel(fallback=lambda messages: "Who dies in chapter 9?")
    asker = Asker(library, model, texts(library, document_id))
    events = list(asker.ask("And in chapter 9?", [("Who dies in chapter 3?", "Ada.")]))
    assert not [event for event in events if isinstance(event, AnswerText)]
    (answer,) = [event for event in events if isinstance(event, Answer)]
    assert answer.declined
    assert "it has no chapter 9" in answer.text
