"""Up to here: of fifty facts behind the reader's place, none is given away on any route."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

import pytest

from longread.answering.about import About
from longread.answering.answer import Answer, Route
from longread.answering.at_once import answer_at_once
from longread.answering.texts import Texts
from longread.desk import Desk
from longread.document import DocumentBuilder, Span
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Part
from longread.errors import UsageError
from longread.memory.library import Library
from longread.report.outline import Length, outline
from longread.report.portrait import portrait
from longread.workspace import Options, Workspace
from tests.quick.memory.books import book, sha256

PEOPLE = ("Aldous", "Brenna", "Corwin", "Dervla", "Edmund")
SURNAMES = (
    *("Quillfeather", "Ravensmoor", "Silverthorn", "Tanglewood", "Underhillock"),
    *("Vexworthy", "Wintergreen", "Yarrowdale", "Zephyrstone", "Oakenbrook"),
)
FACTS = [f"{first} {last}" for first in PEOPLE for last in SURNAMES]
"""Names that are met only behind the reader's place, each with a thing of its own."""

PLACE = "chapter 3"


def thing(number: int) -> str:
    return f"cinnabar{'abcdefghij'[number // 10]}{'abcdefghij'[number % 10]}"


def fact(number: int) -> str:
    return f"{FACTS[number]} hid the {thing(number)} under the bridge of Ostermouth. "


SECRETS = [name.split()[1] for name in FACTS] + [thing(number) for number in range(len(FACTS))]


class Notebook:
    """Writes notes and summaries that name whatever stands in what it is given."""

    def __call__(self, messages: object) -> str:
        given = str(messages)
        named = [name for name in FACTS if name in given] or ["Mara Holt"]
        line = f"{named[0]} hides something under the bridge there."
        return "\n".join([line] * 8)


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> ScriptedModel:
    scripted = ScriptedModel(fallback=Notebook(), streams=True)
    monkeypatch.setattr("longread.workspace.Workspace._open_model", lambda self: scripted)
    return scripted


@pytest.fixture
def workspace(model: ScriptedModel) -> Iterator[Workspace]:
    with Workspace(Options(embedder="none")) as opened:
        yield opened


@pytest.fixture
def document_id(workspace: Workspace) -> str:
    builder = DocumentBuilder("text", title="The Bridge", language="en")
    number = 0
    for chapter in range(1, 9):
        builder.section(f"Chapter {chapter}")
        for _ in range(20):
            told = "Mara Holt walked over the bridge, and Tobias Wren was hiding in the reeds. "
            if chapter > 3 and number < len(FACTS):
                told = fact(number) + told
                number += 1
            builder.paragraph(told * 4)
    assert number == len(FACTS)
    document_id = workspace.library.add(builder.build(), "0" * 64).id
    for _ in Desk(workspace, [document_id]).read():
        pass
    return document_id


def given_away(*texts: str) -> list[str]:
    return [secret for secret in SECRETS if any(secret in text for text in texts)]


def answers(desk: Desk, question: str, route: Route | None = None) -> Iterator[Answer]:
    at_once = desk.at_once(question, route)
    if at_once is not None:
        yield at_once
    else:
        yield from (event for event in desk.ask(question, route) if isinstance(event, Answer))


def test_the_facts_are_there_for_who_has_read_all(workspace: Workspace, document_id: str) -> None:
    """What is kept back below is in the notes, in the summaries, and found."""
    library: Library = workspace.library
    assert given_away(*(note.gist for note in library.notes(document_id)))
    assert given_away(*(one.text for one in library.summaries(document_id)))
    for number in (0, 24, 49):
        found = Desk(workspace, [document_id]).search(f"What did {FACTS[number]} hide?", 3)
        assert thing(number) in found[0][1].quote


ABOUT_ALL = (
    "What was hidden under the bridge?",
    "List every thing that was hidden under the bridge",
    "What is this book about?",
    "One sentence for each chapter",
    "List all characters",
    "Which places are named in this book?",
    "Which chapter is the longest?",
    "The last sentence of every chapter",
)
ABOUT_ONE = (
    "What did {name} hide?",
    "Who hid the {thing}?",
    "How many times is {name} mentioned?",
    "Where does the {thing} appear?",
)


def test_no_fact_behind_the_place_is_given_away(
    workspace: Workspace, document_id: str, model: ScriptedModel
) -> None:
    desk = Desk(workspace, [document_id], upto=PLACE)
    model.asked.clear()
    for question in ABOUT_ALL:
        told = [answer.as_json() for answer in answers(desk, question)]
        assert told
        assert not given_away(json.dumps(told, ensure_ascii=False)), question
        assert not given_away(*(cited.quote for _, cited in desk.search(question, 20)))
    assert not given_away(*(m.text for messages in model.asked for m in messages))


def test_a_question_that_names_a_fact_learns_nothing_of_it(
    workspace: Workspace, document_id: str, model: ScriptedModel
) -> None:
    desk = Desk(workspace, [document_id], upto=PLACE)
    for number, name in enumerate(FACTS):
        named = {"name": name, "thing": thing(number)}
        own = {name.split()[1], thing(number)}
        for question in (form.format(**named) for form in ABOUT_ONE):
            model.asked.clear()
            for answer in answers(desk, question):
                told = answer.as_json() | {"question": "", "standalone_question": ""}
                found = set(given_away(json.dumps(told, ensure_ascii=False)))
                # What was asked for is repeated only to say that it does not stand there.
                counted = answer.route is Route.COUNT and "does not occur" in answer.text
                assert found <= (own if counted else set()), question
            prompts = "\n".join(m.text for messages in model.asked for m in messages)
            assert not given_away(prompts.replace(question, "")), question
            assert not given_away(*(cited.quote for _, cited in desk.search(question, 20)))


@pytest.mark.parametrize("name", ["[3]", " [3] ", "[3] Chapter 2 ¶ 1"])
def test_a_place_may_be_the_label_of_a_citation(
    workspace: Workspace, document_id: str, name: str
) -> None:
    (_, _, third, *_) = workspace.library.passages(document_id)
    texts = Texts.of(workspace.library, [document_id], name)
    assert texts.documents[document_id].text.rstrip() == (
        workspace.library.document(document_id).text[: third.span.end].rstrip()
    )
    with pytest.raises(UsageError):
        Texts.of(workspace.library, [document_id], "[999]")
    assert Texts.of(workspace.library, [document_id], "chapter 3").last


MIDDLE = FACTS[20]
"""Who is named right before the reader's place, within a passage; what he hides is behind it."""


@pytest.mark.parametrize(
    ("question", "shows"),
    [
        ("What did {name} hide?", True),
        ("What did Mara Holt hide?", False),
        ("What is meant by this?", True),
        ("What happens in chapter 5?", True),
        ("Who hid something in chapter 5?", True),
        ("List every person who hides something", True),
        ("List every thing that was hidden in chapter 5", True),
    ],
)
def test_a_passage_that_the_place_cuts_ends_there(
    workspace: Workspace, document_id: str, model: ScriptedModel, question: str, shows: bool
) -> None:
    document = workspace.library.document(document_id)
    place = document.text.index(f" the {thing(20)}")
    desk = Desk(workspace, [document_id], upto=place)
    number = desk.texts.last[document_id] + 1
    model.asked.clear()
    name = Span(place - len(f"{MIDDLE} hid"), place)
    about = About(document_id, name) if question.endswith("this?") else None
    told = list(desk.ask(question.format(name=MIDDLE), about=about))[-1]
    assert isinstance(told, Answer)
    behind = {*SECRETS} - {*given_away(document.text[:place])}
    shown = [
        piece
        for messages in model.asked
        for message in messages
        for piece in message.pieces
        if isinstance(piece, Part) and piece.text.startswith(f"[{number}] ")
    ]
    assert bool(shown) == shows
    assert all(one.block is None and one.text.rstrip().endswith(" hid") for one in shown)
    prompts = "".join(m.text for messages in model.asked for m in messages)
    assert behind.isdisjoint(given_away(prompts, json.dumps(told.as_json(), ensure_ascii=False)))


def test_a_passage_that_the_place_cuts_is_searched_as_far_as_it_is_read(
    workspace: Workspace, document_id: str
) -> None:
    place = workspace.library.document(document_id).text.index(f" the {thing(20)}")
    desk = Desk(workspace, [document_id], upto=place)
    candidate, cited = desk.search(MIDDLE, 20)[0]
    assert candidate.passage == desk.texts.last[document_id] + 1
    assert MIDDLE in cited.quote
    assert cited.span.end <= place
    found = [one.passage for one, _ in desk.search(f"the {thing(20)}", 50)]
    assert desk.texts.last[document_id] + 1 not in found


def test_no_block_is_kept_of_a_passage_that_the_place_cuts(
    workspace: Workspace, document_id: str
) -> None:
    place = workspace.library.document(document_id).text.index(f" the {thing(20)}")
    desk = Desk(workspace, [document_id], upto=place)
    last, blocks = desk.texts.last[document_id], workspace.blocks()
    assert blocks is not None
    blocks.forget([document_id])
    (told,) = (e for e in desk.ask("What happens in chapter 5?") if isinstance(e, Answer))
    given = {item.passage.number for item in told.evidence}
    assert last + 1 in given
    assert set(blocks.passages(document_id)) == given - {last + 1}


@pytest.mark.parametrize("sought", ["Mara Holt", MIDDLE])
def test_what_stands_in_a_passage_that_the_place_cuts_is_cited(
    workspace: Workspace, document_id: str, sought: str
) -> None:
    place = workspace.library.document(document_id).text.index(sought) + len(sought)
    desk = Desk(workspace, [document_id], upto=place)
    found = desk.at_once(f"How often is {sought} mentioned?")
    assert found is not None
    assert found.text.startswith(f"“{sought}” occurs once")
    (cited,) = found.citations
    assert cited.passage == desk.texts.last[document_id] + 1
    assert sought in cited.quote
    assert cited.span.end <= place


def test_summaries_and_reports_end_at_the_place(workspace: Workspace, document_id: str) -> None:
    library = workspace.library
    document = library.document(document_id)
    end = document.text.index("Chapter 4")
    last = sum(passage.span.end <= end for passage in library.passages(document_id))
    for length in Length:
        made = outline(library, document_id, length, last)
        assert not given_away(json.dumps(made.as_json(), ensure_ascii=False)), length
    report = portrait(library, document_id, PLACE)
    assert not given_away(json.dumps(asdict(report), ensure_ascii=False, default=str))
    assert given_away(json.dumps(outline(library, document_id, Length.FULL).as_json()))


def test_before_the_first_chapter_there_is_none_yet(library: Library) -> None:
    text = book("Mara wrote this before all.", "Mara came.", "Mara went.",
                chapters=["A Note", "Chapter 1", "Chapter 2"])  # fmt: skip
    document_id = library.add(text, sha256(text)).id
    texts = Texts.of(library, [document_id], text.text.index("Chapter 1"))
    for question in ("How many chapters are there?", "Which chapters do not mention Mara?"):
        answer = answer_at_once(question, texts, library)
        assert answer is not None
        assert "has been read" in answer.text


@pytest.mark.parametrize("heading", [True, False])
def test_contents_are_told_without_the_text_below_them(workspace: Workspace, heading: bool) -> None:
    builder = DocumentBuilder("text", title="The Bridge", language="en")
    for chapter in range(1, 6):
        builder.section(f"Chapter {chapter}", heading=heading)
        builder.paragraph(fact(chapter) * 20)
    document_id = workspace.library.add(builder.build(), "1" * 64).id
    desk = Desk(workspace, [document_id], session="s")
    assert desk.of_contents("Which chapter is the longest?") is None
    assert desk.of_contents("How many times is the bridge mentioned?") is None
    told = desk.of_contents("How many chapters are there?")
    assert told is not None
    assert told.text == "There are 5 chapters."
    assert len(told.citations) == (5 if heading else 0)
    (turn,) = workspace.library.turns("s")
    assert not given_away(json.dumps([told.as_json(), turn.answer], ensure_ascii=False))
