"""Lists: what each part of a text names, put together, with its places."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from longread.answering.answer import Answer, Route, Stage
from longread.answering.asker import Asker
from longread.answering.lists import ITEMS_OF_A_PART, MOST_PARTS, is_list
from longread.answering.texts import Texts
from longread.document import DocumentBuilder
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.memory.library import Library

GIFTS = ("a silver ring", "a ball of thread", "a red petticoat")
QUESTION = "List every gift that Irene is given"


def add(library: Library, chapters: int, number: int = 0) -> str:
    builder = DocumentBuilder("text", title=f"Tower {number}", language="en")
    for chapter in range(chapters):
        builder.section(f"Chapter {chapter + 1}")
        builder.paragraph("They walked over the hill and spoke of the weather. " * 40)
        if chapter < len(GIFTS):
            builder.paragraph(f"On that day Irene was given {GIFTS[chapter]} as a gift. " * 2)
    return library.add(builder.build(), str(number) * 64).id


def names(messages: Sequence[Message]) -> str:
    """Names the gifts of a part, one that is not there, and then goes on about nothing."""
    given = messages[-1].text
    found = [gift for gift in GIFTS if gift in given]
    said = [*found, "a golden crown"] if found else ["None.", "a hill"]
    return "\n".join([*said, *[""] * ITEMS_OF_A_PART][:ITEMS_OF_A_PART])


def ask(
    library: Library,
    ids: Sequence[str],
    question: str = QUESTION,
    upto: str = "",
    route: Route | None = None,
) -> tuple[Answer, list[str]]:
    model = ScriptedModel(fallback=names, streams=True)
    events = list(Asker(library, model, Texts.of(library, ids, upto)).ask(question, route=route))
    (answer,) = [event for event in events if isinstance(event, Answer)]
    return answer, [event.name for event in events if isinstance(event, Stage)]


def test_what_each_part_names_is_listed_with_its_place(library: Library) -> None:
    document_id = add(library, 5)
    answer, stages = ask(library, [document_id])
    head, *items = answer.text.splitlines()
    assert head == "3 found in all parts of the text:"
    assert [re.sub(r" \[\d+\]$", "", item) for item in items] == [f"- {gift}" for gift in GIFTS]
    assert answer.route is Route.EVERY
    assert answer.figures == {"parts": 5, "read": 5, "items": list(GIFTS)}
    assert [gift in one.quote for gift, one in zip(GIFTS, answer.citations, strict=True)]
    assert all(gift in one.quote for gift, one in zip(GIFTS, answer.citations, strict=True))
    assert any("reading 5 of 5 parts" in stage for stage in stages)


def test_the_same_thing_is_listed_once_with_all_its_places(library: Library) -> None:
    ids = [add(library, 2), add(library, 2, 1)]
    answer, _ = ask(library, ids)
    assert answer.figures["items"] == list(GIFTS[:2])
    assert len(re.findall(r"\[A\d+\] \[B\d+\]", answer.text)) == 2


def test_only_the_document_that_is_named_is_read(library: Library) -> None:
    ids = [add(library, 2), add(library, 3, 1)]
    answer, _ = ask(library, ids, f"{QUESTION} in Tower 1.")
    assert answer.figures["read"] == 3
    assert {one.document_id for one in answer.citations} == {ids[1]}


def test_of_a_long_text_those_parts_are_read_to_which_the_words_lead(library: Library) -> None:
    answer, _ = ask(library, [add(library, 40)])
    assert answer.figures["items"] == list(GIFTS)
    assert (answer.figures["read"], answer.figures["parts"]) == (MOST_PARTS, 40)
    assert "12 of 40 parts of the text, those to which" in answer.text


def test_nothing_behind_the_readers_place_is_listed(library: Library) -> None:
    answer, _ = ask(library, [add(library, 5)], upto="chapter 2")
    assert answer.figures["items"] == list(GIFTS[:2])


def test_a_list_of_a_page_has_nothing_of_the_pages_around_it(library: Library) -> None:
    builder = DocumentBuilder("text", title="Tower", language="en")
    builder.section("Chapter 1")
    for page, gift in enumerate(GIFTS, start=1):
        builder.page(str(page))
        builder.paragraph("They walked over the hill. " * 20)
        builder.paragraph(f"On that day Irene was given {gift} as a gift. " * 2)
        builder.paragraph("They came home by the mill. " * 20)
    document_id = library.add(builder.build(), "8" * 64).id
    answer, _ = ask(library, [document_id], f"{QUESTION} on page 2.")
    assert answer.figures["items"] == [GIFTS[1]]
    assert {str(one.place) for one in answer.citations} == {"p. 2, Chapter 1"}


def test_nothing_found_is_said(library: Library) -> None:
    builder = DocumentBuilder("text", title="Plain", language="en")
    builder.paragraph("They walked over the hill. " * 40)
    plain = library.add(builder.build(), "9" * 64).id
    answer, _ = ask(library, [plain])
    assert answer.text == "Nothing of it was found in all parts of the text."


def test_a_list_can_be_insisted_on_and_refused(library: Library) -> None:
    document_id = add(library, 3)
    wanted, _ = ask(library, [document_id], "Irene's gifts", route=Route.EVERY)
    assert wanted.figures["items"] == list(GIFTS)
    refused, _ = ask(library, [document_id], route=Route.DETAIL)
    assert refused.route is Route.DETAIL


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("List all the gifts that Irene is given", True),
        ("What are all the reasons against the tunnel?", True),
        ("Every argument against the tunnel", True),
        ("All the places she visits", True),
        ("Who is Irene?", False),
        ("What is the list of gifts about?", False),
        ("Why does every goblin fear songs?", False),
        ("All in all, who wins?", False),
        ("Every evening Anna walks to the harbour. Why?", False),
        ("All the soldiers deserted Anna; why?", False),
        ("Every argument of Mr. Darcy against the tunnel", True),
        ("Tell me all about Anna", False),
    ],
)
def test_what_asks_for_a_list(question: str, wanted: bool) -> None:
    assert is_list(question) == wanted
