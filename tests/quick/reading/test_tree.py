"""The tree: what folds into what, how summaries are written, kept, and written again."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import pytest

from longread.document import Document, DocumentBuilder
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.errors import EngineCrashed, UsageError
from longread.memory.library import Library
from longread.memory.notes import Note
from longread.memory.summaries import Claim, Summary
from longread.passages import split_passages
from longread.reading.groups import Group, group_passages
from longread.reading.tree import FAN_IN, Branch, grow
from longread.reading.tree_writer import ENOUGH_SENTENCES, TreeWriter, spread

WORDS = ("anchor", "barrel", "candle", "dagger", "engine", "feather", "garden", "hammer")


def novel(chapters: int, *, length: int = 60, parts: int = 0) -> Document:
    builder = DocumentBuilder("text", title="The Long Way", language="en")
    for chapter in range(chapters):
        if parts and chapter % (chapters // parts) == 0:
            builder.section(f"Part {chapter // (chapters // parts) + 1}", level=1)
        builder.section(f"Chapter {chapter + 1}", level=2 if parts else 1)
        for number in range(length):
            word = WORDS[(chapter + number) % len(WORDS)]
            builder.paragraph(f"Vera carried the {word} to the shed number {number}. " * 6)
    return builder.build()


def grown(document: Document) -> tuple[tuple[Group, ...], tuple[Branch, ...]]:
    groups = group_passages(document, split_passages(document))
    return groups, grow(document, groups)


def leaves(branches: Sequence[Branch], number: int) -> list[int]:
    branch = branches[number - 1]
    found = list(branch.notes)
    for child in branch.branches:
        found += leaves(branches, child)
    return found


@pytest.mark.parametrize(
    "document",
    [novel(3), novel(30, length=8), novel(2, length=700), novel(12, length=10, parts=3)],
    ids=["few", "many chapters", "long chapters", "parts"],
)
def test_every_note_is_folded_once_into_the_whole(document: Document) -> None:
    groups, branches = grown(document)
    assert [branch.number for branch in branches] == list(range(1, len(branches) + 1))
    assert branches[-1].kind == "document"
    # The heading of a part alone is no text to tell of.
    told = [g.number for g in groups if len(document.slice(g.span)) > len("Part 1")]
    assert leaves(branches, len(branches)) == told
    for branch in branches:
        assert 1 <= len(branch.notes) + len(branch.branches) <= FAN_IN
        assert all(child < branch.number for child in branch.branches)
        assert (branch.first, branch.last) == (
            groups[leaves(branches, branch.number)[0] - 1].first,
            groups[leaves(branches, branch.number)[-1] - 1].last,
        )


def test_every_chapter_and_part_has_its_branch() -> None:
    document = novel(12, length=10, parts=3)
    _, branches = grown(document)
    chapters = [branch.title for branch in branches if branch.kind == "chapter"]
    assert chapters == [f"Chapter {number}" for number in range(1, 13)]
    assert [b.title for b in branches if b.kind == "part"] == ["Part 1", "Part 2", "Part 3"]


def test_text_before_the_first_chapter_counts_unless_it_is_short() -> None:
    for length, told in ((2, False), (20, True)):
        builder = DocumentBuilder("text", title="The Long Way", language="en")
        for _ in range(length):
            builder.paragraph("Long before all this, Vera had a house by the sea. " * 4)
        for chapter in range(3):
            builder.section(f"Chapter {chapter + 1}")
            builder.paragraph("Vera carried the anchor to the shed. " * 60)
        _, branches = grown(builder.build())
        assert (branches[0].kind == "stretch") == told


def test_what_stands_between_chapters_and_behind_them_is_told_by_itself() -> None:
    builder = DocumentBuilder("text", title="The Long Way", language="en")
    for part in (1, 2):
        builder.section(f"Part {part}", level=1)
        for _ in range(10):
            builder.paragraph(f"Vera looked back on part {part} of her way for hours. " * 6)
        for chapter in (1, 2):
            builder.section(f"Chapter {chapter} of {part}", level=2)
            builder.paragraph("Vera carried the anchor to the shed. " * 60)
    builder.section("About the Author", kind="back")
    builder.paragraph("The author keeps bees. " * 20)
    document = builder.build()
    passages = split_passages(document)
    _, branches = grown(document)
    inside = {
        branch.title: {document.sections[passages[n - 1].section].title
                       for n in range(branch.first, branch.last + 1)}
        for branch in branches if branch.kind == "chapter"
    }  # fmt: skip
    assert inside == {title: {title} for title in inside}
    assert len(inside) == 4
    (between,) = (b for b in branches if b.kind == "stretch" and b.first > 10)
    assert document.sections[passages[between.first - 1].section].title == "Part 2"


def test_a_text_without_chapters_has_stretches() -> None:
    builder = DocumentBuilder("text", title="Plain", language="en")
    for number in range(700):
        builder.paragraph(f"Vera carried the anchor to the shed number {number}. " * 6)
    _, branches = grown(builder.build())
    assert {branch.kind for branch in branches} == {"stretch", "document"}


def test_nothing_grows_without_text() -> None:
    assert grow(DocumentBuilder("text", title="Empty").build(), ()) == ()


@pytest.fixture
def document_id(library: Library) -> str:
    document_id = library.add(novel(10, length=80), "0" * 64).id
    document = library.document(document_id)
    library.add_notes(
        document_id,
        [
            Note(group.number, group.first, group.last, gist_of(document, group))
            for group in group_passages(document, library.passages(document_id))
        ],
    )
    return document_id


def gist_of(document: Document, group: Group) -> str:
    words = list(dict.fromkeys(re.findall("|".join(WORDS), document.slice(group.span))))
    return f"Vera carries the {words[0]} to the shed. She also carries the {words[-1]}."


def fold(messages: Sequence[Message]) -> str:
    """The first sentence of the notes."""
    found = re.search(r"^\d+\. (?:\(.*?\) )?(.*?\.)", messages[-1].text, re.MULTILINE)
    assert found
    return found[1]


def is_claim(messages: Sequence[Message]) -> bool:
    """Whether the model is asked if a sentence is true."""
    return "Claim:" in messages[-1].text


def write(library: Library, model: ScriptedModel, document_id: str) -> tuple[Summary, ...]:
    for _ in TreeWriter(library, model, document_id).run():
        pass
    return library.summaries(document_id)


def test_notes_fold_into_chapters_and_these_into_the_whole(
    library: Library, document_id: str
) -> None:
    model = ScriptedModel(fallback=fold, streams=True)
    states = list(TreeWriter(library, model, document_id).run())
    written = library.summaries(document_id)
    whole = written[-1]
    assert states[-1].finished
    assert states[-1].summaries == len(written)
    assert (whole.kind, whole.title) == ("document", "The Long Way")
    chapters = [one for one in written if one.kind == "chapter"]
    assert [one.title for one in chapters] == [f"Chapter {number}" for number in range(1, 11)]
    children = [one for one in written if one.kind in ("chapter", "stretch")]
    assert len(whole.claims) >= ENOUGH_SENTENCES
    assert {claim.text for claim in whole.claims} <= {one.sentence.text for one in children}
    assert [claim.passages for claim in whole.claims] == sorted(
        claim.passages for claim in whole.claims
    )
    assert whole.sentence.text == whole.claims[0].text
    assert not any(one.extracted for one in written)


def test_each_sentence_rests_on_passages_that_hold_it(library: Library, document_id: str) -> None:
    written = write(library, ScriptedModel(fallback=fold, streams=True), document_id)
    document, passages = library.document(document_id), library.passages(document_id)
    for summary in written:
        for claim in (*summary.claims, summary.sentence):
            assert claim.supported
            assert claim.passages
            (word,) = re.findall("|".join(WORDS), claim.text)
            texts = [document.slice(passages[number - 1].span) for number in claim.passages]
            assert any(word in text for text in texts)
            assert summary.first <= claim.passages[0] <= claim.passages[-1] <= summary.last


def test_a_chapter_is_told_of_what_came_before(library: Library, document_id: str) -> None:
    model = ScriptedModel(fallback=fold, streams=True)
    write(library, model, document_id)
    first, second, *_ = [asked[-1].text for asked in model.asked]
    assert not first.startswith("Before this part")
    assert second.startswith("Before this part: Vera carries")


def test_the_sentence_of_a_part_is_not_that_of_the_part_before(library: Library) -> None:
    told = ("The anchor lies in the shed.", "A lantern is painted green.")
    builder = DocumentBuilder("text", title="Two", language="en")
    for number, sentence in enumerate(told, start=1):
        builder.section(f"Chapter {number}")
        for _ in range(60):
            builder.paragraph(f"{sentence} " * 6)
    document_id = library.add(builder.build(), "3" * 64).id
    document = library.document(document_id)
    groups = group_passages(document, library.passages(document_id))
    gists = [told["lantern" in document.slice(group.span)] for group in groups]
    library.add_notes(
        document_id,
        [Note(g.number, g.first, g.last, gist) for g, gist in zip(groups, gists, strict=True)],
    )

    def copies(messages: Sequence[Message]) -> str:
        return told[0]

    first, second, _ = write(library, ScriptedModel(fallback=copies, streams=True), document_id)
    assert (first.sentence.text, second.sentence.text) == told


def test_what_is_there_is_not_written_again(library: Library, document_id: str) -> None:
    first = write(library, ScriptedModel(fallback=fold, streams=True), document_id)
    model = ScriptedModel(fallback=fold, streams=True)
    assert write(library, model, document_id) == first
    assert model.asked == []


def test_only_what_stands_above_a_change_is_written_again(
    library: Library, document_id: str
) -> None:
    def told(messages: Sequence[Message]) -> str:
        return fold(messages).replace("carries", "brings")

    first = write(library, ScriptedModel(fallback=fold, streams=True), document_id)
    changed = next(one for one in first if one.title == "Chapter 4")
    library.add_summaries(document_id, [replace(changed, source="of another model")])
    model = ScriptedModel(fallback=told, streams=True)
    second = write(library, model, document_id)
    differ = {one.title or one.kind for one, two in zip(first, second, strict=True) if one != two}
    assert {"Chapter 4", "stretch", "The Long Way"} <= differ
    assert "Chapter 3" not in differ
    assert sum(not is_claim(messages) for messages in model.asked) <= 4


def test_sentences_that_the_text_does_not_hold_are_dropped(
    library: Library, document_id: str
) -> None:
    def invents(messages: Sequence[Message]) -> str:
        return "Then Poirot comes in 1912."

    written = write(library, ScriptedModel(fallback=invents, streams=True), document_id)
    assert "Poirot" not in " ".join(one.text + one.sentence.text for one in written)
    assert all("Vera" in one.sentence.text for one in written)


@pytest.mark.parametrize(("chance", "stays"), [(0.95, True), (0.6, False)])
def test_a_sentence_that_the_model_doubts_gives_way_to_one_of_a_note(
    library: Library, chance: float, stays: bool
) -> None:
    document_id = library.add(novel(3), "2" * 64).id
    document = library.document(document_id)
    groups = group_passages(document, library.passages(document_id))
    library.add_notes(
        document_id,
        [
            Note(one.number, one.first, one.last, gist_of(document, one), beliefs=(0.9, 0.9))
            for one in groups
        ],
    )

    def told(messages: Sequence[Message]) -> str:
        return fold(messages).replace("Vera carries", "To the shed Vera carries")

    model = ScriptedModel(fallback=told, streams=True, chances=lambda messages: chance)
    written = [one for one in write(library, model, document_id) if one.kind == "chapter"]
    assert len(written) == 3
    assert [one.sentence.text.startswith("To the shed") for one in written] == [stays] * 3
    assert {one.sentence.belief for one in written} == {chance if stays else 0.9}
    # It is asked behind the passages that the sentence rests on.
    asked = [messages[-1].text for messages in model.asked if is_claim(messages)]
    assert f"Claim: {written[0].sentence.text}\n" in asked[0] or not stays
    assert all(f"[{number}] " in asked[0] for number in written[0].claims[0].passages)


def test_where_nothing_holds_the_notes_themselves_stand(library: Library, document_id: str) -> None:
    model = ScriptedModel(fallback="Poirot comes.", streams=True)
    written = write(library, model, document_id)
    assert all(one.claims and one.sentence.text for one in written)
    assert written[-1].extracted
    assert "Vera carries the" in written[-1].text


def test_a_crash_costs_one_batch(library: Library, document_id: str) -> None:
    crash = EngineCrashed("The model's process ended.", hint="Ask again.")
    model = ScriptedModel(fallback=fold, streams=True)
    model._replies = deque([fold, crash])
    written = write(library, model, document_id)
    whole = write(library, ScriptedModel(fallback=fold, streams=True), document_id)
    assert written == whole


@pytest.mark.parametrize(("crashes", "goes_on"), [(2, True), (3, False)])
def test_a_crash_while_the_model_is_asked_what_it_believes(
    library: Library, document_id: str, crashes: int, goes_on: bool
) -> None:
    left = [EngineCrashed("The model's process ended.", hint="Ask again.")] * crashes

    def chance(messages: Sequence[Message]) -> float:
        if left:
            raise left.pop()
        return 0.9

    model = ScriptedModel(fallback=fold, streams=True, chances=chance)
    if not goes_on:
        with pytest.raises(EngineCrashed):
            write(library, model, document_id)
        return
    written = write(library, model, document_id)
    assert written[0].sentence.belief == 0.9
    assert written[-1].kind == "document"


def test_without_notes_it_says_what_to_do(library: Library) -> None:
    document_id = library.add(novel(2), "1" * 64).id
    with pytest.raises(UsageError, match="no notes"):
        TreeWriter(library, ScriptedModel(streams=True), document_id)


def claims(*texts: str, supported: bool = True) -> tuple[Claim, ...]:
    return tuple(Claim(text, (1,), supported) for text in texts)


def test_sentences_are_spread_over_the_children() -> None:
    many = [claims(*(f"In {part}-{n} the tide comes." for n in range(3))) for part in range(8)]
    told = spread(many, 6, "en")
    assert [claim.text[3] for claim in told] == list("01234567")
    two = spread(many[:2], 6, "en")
    assert two == (*many[0], *many[1])
    assert spread([()], 6, "en") == ()
    assert spread([many[0], many[0]], 6, "en") == many[0]


def test_of_neighbours_the_more_telling_and_supported_one_stays() -> None:
    dull, good = claims("It rains.", "Vera carries the anchor.")
    others = [claims("Vera sells the anchor."), claims("The anchor is lost by Vera.")]
    told = spread([(dull, good), *others], 3, "en")
    assert told[0] == good
    (doubtful,) = claims("Vera carries the anchor.", supported=False)
    assert spread([(dull, doubtful), *others], 3, "en")[0] == dull
