"""Choosing evidence, and looking up."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from longread.answering.check import AnswerChecker, Sentence
from longread.answering.evidence import (
    Candidate,
    Evidence,
    arrange,
    document_letters,
    gather,
    material,
)
from longread.answering.follow_up import make_self_contained
from longread.answering.lookup import fuse, look_up
from longread.answering.quotes import find_verbatim
from longread.answering.support import cite
from longread.document import Document, DocumentBuilder
from longread.engine.fake import ScriptedModel
from longread.memory.library import Library
from longread.passages import split_passages
from longread.reading.frame import passage_text


def story() -> Document:
    builder = DocumentBuilder("plain", title="Story", language="en")
    for chapter in range(1, 6):
        builder.section(f"Chapter {chapter}")
        builder.paragraph(f"In chapter {chapter} the keeper counted {chapter * 7} lamps. " * 12)
    builder.section("Chapter 6")
    builder.paragraph("Agnes found the brass key under the third stair.")
    return builder.build()


def count(text: str) -> int:
    return len(text.split())


def chosen(numbers: list[int], budget: int) -> tuple[Evidence, ...]:
    document = story()
    candidates = [Candidate("d", number, 1 / rank) for rank, number in enumerate(numbers, 1)]
    return gather(candidates, {"d": document}, {"d": split_passages(document)}, count, budget)


def given(items: Sequence[Evidence]) -> list[str]:
    """What the model is given of one document's evidence."""
    pieces = material(items, {"d": story()})
    return [piece if isinstance(piece, str) else piece.text for piece in pieces]


def test_evidence_stands_in_the_order_of_the_text() -> None:
    assert [item.label for item in chosen([5, 1, 3], 1000)] == ["1", "3", "5"]


def test_evidence_keeps_to_its_budget() -> None:
    items = chosen([1, 2, 3, 4, 5, 6], 300)
    assert sum(map(count, given(items))) <= 300
    assert len(items) >= 2


def test_the_best_passage_is_always_taken() -> None:
    assert [item.label for item in chosen([4], 3)] == ["4"]


def test_a_short_passage_may_follow_one_that_did_not_fit() -> None:
    assert "6" in [item.label for item in chosen([1, 2, 6], 150)]


def test_evidence_is_given_under_its_section() -> None:
    builder = DocumentBuilder("plain", title="Long", language="en")
    builder.section("Chapter 1")
    for number in range(1, 4):
        builder.paragraph(f"The keeper counted {number} lamps. " * 30)
    document = builder.build()
    first, second, *_ = (passage_text(document, item) for item in split_passages(document))
    # The title stands in the text of a section's first passage anyway.
    assert first.startswith("[1] Chapter 1\n\nThe keeper counted 1 lamps.")
    assert second.startswith("[2] (Chapter 1) The keeper counted")


def statement() -> Document:
    builder = DocumentBuilder("pdf", title="Report", language="en")
    builder.section("Item 8")
    builder.paragraph("Balance Sheets")
    rows = [f"Item {n} of the harbour | {n},{n + 100} | {n},{n + 200}" for n in range(40)]
    builder.paragraph("\n".join(["June | 2018 | 2017", *rows]), "table")
    return builder.build()


def test_rows_of_a_table_stand_below_its_title_and_header() -> None:
    document = statement()
    first, second, *_ = (passage_text(document, item) for item in split_passages(document))
    assert first.count("Balance Sheets") == first.count("June | 2018 | 2017") == 1
    assert second.startswith("[2] (Item 8) Balance Sheets\nJune | 2018 | 2017\n…\nItem ")


def test_what_stands_above_a_tables_rows_is_part_of_what_supports_a_sentence() -> None:
    document = statement()
    passages = {"d": split_passages(document)}
    items = gather([Candidate("d", 2, 1.0)], {"d": document}, passages, count)
    assert items[0].given == f"Balance Sheets\nJune | 2018 | 2017\n{items[0].text}"
    checker = AnswerChecker(items, "What was item 20 in 2018?", "en")
    said = "The balance sheets of 2018 have it."
    assert [*checker.feed(said), *checker.finish()]
    assert [sentence.labels for sentence in checker.sentences] == [("2",)]


def test_the_best_passages_can_stand_next_to_the_question() -> None:
    items = chosen([2, 5, 1], 1000)
    assert [item.label for item in arrange(items, 0)] == ["1", "2", "5"]
    assert [item.label for item in arrange(items, 1)] == ["1", "5", "2"]


def test_several_documents_are_told_apart_by_their_titles() -> None:
    document = story()
    (item,) = chosen([6], 1000)
    other = replace(item, document_id="e")
    pieces = material([item, other], {"d": document, "e": replace(document, title="Other")})
    assert pieces[0] == "Document: Story\n\n"
    assert pieces[2] == "Document: Other\n\n"


def test_letters_tell_documents_apart() -> None:
    assert document_letters(["x"]) == {"x": ""}
    many = document_letters([str(number) for number in range(28)])
    assert (many["0"], many["25"], many["26"], many["27"]) == ("A", "Z", "AA", "AB")


def test_fusion_prefers_what_several_rankings_have() -> None:
    fused = fuse([[("d", 1), ("d", 2)], [("d", 3), ("d", 2)]])
    assert [item.passage for item in fused] == [2, 1, 3]


def test_words_that_stand_in_neighbouring_passages_are_found(tmp_path: Path) -> None:
    builder = DocumentBuilder("plain", language="en")
    filler = "The harbour was quiet and the gulls slept on the wall all afternoon. " * 9
    for text in (filler, f"Agnes Ferrol sat down. {filler}", f"She named the price. {filler}"):
        builder.paragraph(text)
    builder.paragraph(f"The price of bread rose. {filler}")
    with Library.open(tmp_path / "library.db") as library:
        record = library.add(builder.build(), "0" * 64)
        found = look_up(library, [record.id], "What price did Agnes Ferrol name?")
    assert [item.passage for item in found][:2] in ([2, 3], [3, 2])


def test_a_question_that_needs_nothing_is_not_rewritten() -> None:
    model = ScriptedModel()
    question = "Where did Agnes Ferrol find the brass key?"
    assert make_self_contained(model, [("Who is Agnes?", "A maid.")], question, "en") == question
    assert model.asked == []


@pytest.mark.parametrize(
    "question",
    [
        "In which chapter?",
        "On the last page?",
        "And in what year exactly?",
        "How many times?",
        "What happened afterwards?",
        "How long is each?",
        "Tell me more.",
        "Could you please explain further?",
        "More details, please.",
        "Are you sure?",
    ],
)
def test_a_question_of_too_few_words_is_about_what_was_asked_before(question: str) -> None:
    model = ScriptedModel()
    model.enqueue("Who is Agnes Ferrol, who found the brass key?")
    turns = [("Who found the key?", "Agnes Ferrol.")]
    assert make_self_contained(model, turns, question, "en").startswith("Who is Agnes Ferrol,")


@pytest.mark.parametrize(
    ("question", "rewritten", "asked"),
    [
        ("Tito?", "How many chapters are there?", "Tito?"),
        ("And Tito?", "How many chapters are there, then?", "And Tito?"),
        ("Who is he?", "Who is Tito?", "Who is Tito?"),
        ("Why?", "How many chapters are there?", "How many chapters are there? Why?"),
        ("In Part Two?", "How many chapters?", "How many chapters are there? In Part Two?"),
        ("How many are they?", "How many chapters are there?", "How many chapters are there?"),
    ],
)
def test_a_rewriting_that_repeats_what_was_counted_leaves_the_question_as_it_is(
    question: str, rewritten: str, asked: str
) -> None:
    model = ScriptedModel()
    model.enqueue(rewritten)
    turns = [("How many chapters are there?", "There are 4 chapters.")]
    assert make_self_contained(model, turns, question, "en", lambda last: True) == asked


def test_a_rewriting_that_repeats_what_was_not_counted_stands_before_the_question() -> None:
    model = ScriptedModel()
    model.enqueue("Who found the letter?")
    asked = make_self_contained(model, [("Who found the letter?", "Agnes.")], "Examples?", "en")
    assert asked == "Who found the letter? Examples?"


def test_a_useless_rewriting_falls_back_to_the_last_question() -> None:
    model = ScriptedModel()
    model.enqueue("I cannot do that.")
    rewritten = make_self_contained(model, [("Who is Agnes?", "A maid.")], "Where is she?", "en")
    assert rewritten == "Who is Agnes? Where is she?"


def test_a_citation_carries_the_words_that_support_it() -> None:
    document = story()
    (item,) = chosen([6], 1000)
    sentence = Sentence("Under the third stair. [6]", ("6",), 1.0)
    (citation,) = cite([sentence], [item], {"d": document}, "Where was the key?")
    assert citation.quote == "Agnes found the brass key under the third stair."
    assert document.slice(citation.span) == citation.quote
    assert str(citation.place) == "Chapter 6 ¶ 1"


@pytest.mark.parametrize(
    ("quotation", "found"),
    [
        ("brass key", "brass key"),
        ("the  brass\nkey", "the brass key"),
        ("Brass key.", "brass key"),
        ("brass ke", None),
        ("silver key", None),
        ("", None),
        ("...", None),
    ],
)
def test_quotations_match_tolerantly_but_whole(quotation: str, found: str | None) -> None:
    text = "Agnes found the brass key under the third stair."
    place = find_verbatim(quotation, [text])
    assert (text[place[1] : place[2]] if place else None) == found


def test_quotations_match_over_kinds_of_marks() -> None:
    text = "He said, ‘it’s mine’ — and left."
    place = find_verbatim("'it's mine' - and left", [text])
    assert place is not None
    assert text[place[1] : place[2]] == "it’s mine’ — and left"
