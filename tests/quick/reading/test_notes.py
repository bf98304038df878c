"""Notes: what of a model's reply is kept, and how they are written, resumed and committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from longread.document import DocumentBuilder, Span
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.errors import EngineCrashed
from longread.memory.library import Library
from longread.memory.notes import Note
from longread.memory.terms import weights
from longread.reading import notes
from longread.reading.groups import Group
from longread.reading.names import Name
from longread.reading.note_writer import NoteWriter

TEXT = (
    "Mara Holt came down to the quay at dawn in 1952. Tobias Wren was mending a net. He told her "
    "that the letter had cost him eleven shillings, because the boat was never sold."
)
GROUP = Group(1, 1, 2, Span(0, len(TEXT)))
GOOD = [
    "Mara Holt meets Tobias Wren at the quay in 1952.",
    "He says that the letter cost him dearly.",
    "The boat was never sold.",
    "much did the letter cost?",
    "was the boat never sold?",
]
NAMES = (
    Name("Mara Holt", "person", (("Mara Holt", 1),), (Span(0, 9),)),
    Name("Tobias Wren", "person", (("Tobias Wren", 1),), (Span(50, 61),)),
    Name("Shetland", "place", (("Shetland", 1),), (Span(70, 78),)),
)


def check(*written: str, names: Sequence[Name] = NAMES) -> Note:
    return notes.check(GROUP, names, written, TEXT, "m")


def test_a_note_that_holds_is_kept_whole() -> None:
    note = check(*GOOD)
    assert note.gist == " ".join(GOOD[:3])
    assert note.names == (("Mara Holt", GOOD[0]), ("Tobias Wren", GOOD[0]), ("Shetland", ""))
    assert note.questions == ("How much did the letter cost?", "Why was the boat never sold?")
    assert (note.first, note.last, note.model, note.extracted) == (1, 2, "m", False)


HELD = "They meet on the quay at dawn."


@pytest.mark.parametrize(
    ("sentences", "kept"),
    [
        ((HELD, "Then Hercule Poirot arrives.", ""), HELD),
        ((HELD, "It was in 1984.", ""), HELD),
        ((HELD, "He told her that the…", ""), HELD),
        (("He told her that the letter…", "", ""), "He told her that the letter…"),
        ((HELD, "They meet at dawn on the quay.", ""), HELD),
        (
            ("They meet on the quay at dawn, and he", "", ""),
            "They meet on the quay at dawn, and he.",
        ),
        (("Then Poirot arrives.", "Hm.", ""), ""),
        (("", "", ""), ""),
    ],
)
def test_a_sentence_that_the_text_does_not_support_is_dropped(
    sentences: Sequence[str], kept: str
) -> None:
    assert check(*sentences, *GOOD[3:]).gist == kept


def test_a_name_in_italics_of_a_plain_text_stands_there() -> None:
    said = "They saw the Nautilus on the quay."
    assert notes.holding([said], "They went to the quay. There lay the _Nautilus_.", "en") == [said]


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        (
            "en",
            "The American paid 1,850 pounds to Mary Ann.",
            "Mary-Ann has 1850 of the Americans.",
        ),
        ("en", "It took six months, until 3.30.", "The work took 6 months until 3.30 that day."),
        ("de", "Das Haus gehört dem Kapitän.", "Der Kapitän verkauft die Häuser."),
        ("de", "Anna sah das Haus.", "Die große Freude der Besitzerin galt Annas Haus."),
        ("ru", "Анна и Иван поехали. Москва была далеко.", "Мать ждала Анну и Ивана в Москве."),
        ("ru", "Он видел Андрея и Кутузова.", "Вечером Андрей и Кутузов говорили."),
        ("fi", "Anna lähti. Helsinki oli kaukana.", "Sitten Annan veli matkusti Helsinkiin."),
        ("sv", "Anna såg huset.", "De ser nu äntligen Annas hus."),
        ("hu", "Anna és Budapest.", "A fiú Budapesten élt Annával."),
    ],
)
def test_names_and_numbers_may_have_another_form(language: str, text: str, said: str) -> None:
    assert notes.check(GROUP, (), (said, "", ""), text, "m", language).gist == said


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "Tom came in 1850 and paid some pounds.", "Tom paid 5 pounds for the boat."),
        ("en", "The boat cost 20,000 pounds.", "The boat cost 20 pounds in all."),
        ("en", "It rained in 2018, on the 5th.", "It rained on 12.5.2018 at the quay."),
        ("de", "Das Haus gehört dem Kapitän.", "Im Haus wohnte einst Napoleon mit dem Kapitän."),
        ("ru", "Анна и Иван поехали.", "Вечером Анна увидела Наполеона."),
        ("fi", "Anna lähti. Helsinki oli kaukana.", "Sitten Anna matkusti Tampereelle."),
    ],
)
def test_other_names_and_numbers_are_dropped(language: str, text: str, said: str) -> None:
    assert notes.check(GROUP, (), (said, "", ""), text, "m", language).gist == ""


def test_a_word_that_begins_a_sentence_is_a_name_where_another_sentence_says_so() -> None:
    said = ("Meanwhile they meet on the quay at dawn.", "Poirot mends a net.", "")
    assert check(*said).gist == " ".join(said[:2])
    said = (said[0], "Poirot mends a net.", "Then Poirot arrives.")
    assert check(*said).gist == said[0]


def test_a_sentence_keeps_the_marks_that_close_it() -> None:
    said = [
        "He said “Go.”",
        "She left.",
        "(It rained.)",
        "«Oui.»",
        "Tom cried “Stop!” and ran.",
        "Mr. Low came at 5 p.m. today.",
    ]
    assert notes.sentences(" ".join(said)) == said


def test_unfinished_invented_and_repeated_questions_are_dropped() -> None:
    note = check(*GOOD[:3], "did the", "is Poirot there?")
    assert note.questions == ()
    same = check(*GOOD[:3], "did he mend a net there?", "did he mend a net there?")
    assert same.questions == ("How did he mend a net there?",)
    assert check(*GOOD[:3], "do these passages end?", "").questions == ()
    german = notes.check(GROUP, NAMES, (*GOOD[:3], "Wer kommt?", ""), TEXT, "m", "de")
    assert german.questions == ("Wer kommt?",)


def test_the_second_try_has_a_gist_alone() -> None:
    note = check("They meet on the quay at dawn. It is cold.", names=())
    assert (note.gist, note.questions) == ("They meet on the quay at dawn. It is cold.", ())


def test_topics_are_the_words_that_tell_a_part_from_the_others() -> None:
    parts = ["The ferry came. A ferry, at last!", "The tide rose and the tide fell.", "The end."]
    weight = weights(parts, "en")
    assert notes.topics(parts[0], weight, "en", ()) == ["ferry"]
    ferry = Name("Ferry", "other", (("Ferry", 2),), ())
    assert notes.topics(parts[0], weight, "en", (ferry,)) == []


LINES = "\n".join(["They speak about the tide and the boats.", "", "", "do they speak?", "?"])


@pytest.fixture
def document_id(library: Library) -> str:
    builder = DocumentBuilder("text", title="Book", language="en")
    for chapter in range(1, 6):
        builder.section(f"Chapter {chapter}")
        for number in range(12):
            builder.paragraph(f"In {chapter}-{number} they speak about tide and boats. " * 12)
    return library.add(builder.build(), "0" * 64).id


def write(library: Library, model: ScriptedModel, document_id: str, together: int = 3) -> None:
    for _ in NoteWriter(library, model, document_id, together=together).run():
        pass


def test_every_group_gets_a_note(library: Library, document_id: str) -> None:
    model = ScriptedModel(fallback=LINES, streams=True)
    writer = NoteWriter(library, model, document_id)
    states = list(writer.run())
    written = library.notes(document_id)
    assert [note.number for note in written] == [group.number for group in writer.groups]
    assert {note.gist for note in written} == {"They speak about the tide and the boats."}
    assert written[0].questions == ("How do they speak?",)
    assert states[-1].finished
    assert states[-1].notes == states[-1].total == len(written)


def test_notes_on_a_text_that_was_divided_otherwise_are_written_again(
    library: Library, document_id: str
) -> None:
    model = ScriptedModel(fallback=LINES, streams=True)
    groups = NoteWriter(library, model, document_id).groups
    held = Note(1, groups[0].first, groups[0].last, "Kept.")
    shifted = Note(2, groups[1].first, groups[1].last + 1, "Of other passages.")
    beyond = Note(len(groups) + 1, 1, 1, "Of a group more.")
    library.add_notes(document_id, [held, shifted, beyond])
    write(library, model, document_id, together=1)
    gists = [note.gist for note in library.notes(document_id)]
    assert gists == ["Kept.", *["They speak about the tide and the boats."] * (len(groups) - 1)]


def test_the_model_is_given_the_groups_passages_and_the_task(
    library: Library, document_id: str
) -> None:
    model = ScriptedModel(fallback=LINES, streams=True)
    write(library, model, document_id)
    asked = "".join(message.text for message in model.asked[0])
    assert "[1] " in asked
    assert "In 1-0 they speak" in asked
    assert asked.endswith("two questions about details that these passages answer.")


def test_a_note_that_does_not_hold_is_tried_again_and_then_extracted(
    library: Library, document_id: str
) -> None:
    def reply(messages: Sequence[Message]) -> str:
        given = "".join(message.text for message in messages)
        again = "plain sentences" in messages[-1].text
        return "They speak about boats, and the tide." if again and "2-0" in given else "Poirot!"

    model = ScriptedModel(fallback=reply, streams=True)
    write(library, model, document_id)
    by_gist = {note.gist: note for note in library.notes(document_id)}
    held = by_gist.pop("They speak about boats, and the tide.")
    assert not held.extracted
    assert by_gist
    text = library.document(document_id).text
    for gist, note in by_gist.items():
        assert note.extracted
        assert all(f"{part}." in text for part in gist.rstrip(".").split(". "))


def test_while_one_note_is_tried_again_the_others_of_its_batch_count_as_written(
    library: Library, document_id: str
) -> None:
    def reply(messages: Sequence[Message]) -> str:
        given = "".join(message.text for message in messages)
        return "Poirot!" if "2-0" in given else LINES

    model = ScriptedModel(fallback=reply, streams=True)
    counts = [state.notes for state in NoteWriter(library, model, document_id, together=3).run()]
    assert any("plain sentences" in asked[-1].text for asked in model.asked), "none again"
    assert all(before - after <= 1 for before, after in pairwise(counts))


def test_a_sentence_that_the_model_doubts_is_dropped(library: Library, document_id: str) -> None:
    said = ["They speak about tide and boats.", "The boats speak about them.", "Tides come."]

    def chance(messages: Sequence[Message]) -> float:
        return {said[0]: 0.9, said[1]: 0.5, said[2]: 0.85}[claimed(messages)]

    model = ScriptedModel(fallback="\n".join(said), streams=True, chances=chance)
    write(library, model, document_id)
    note = library.notes(document_id)[0]
    assert note.gist == f"{said[0]} {said[2]}"
    assert note.beliefs == (0.9, 0.85)
    # Each is asked about by itself, behind the same passages.
    asked = [messages for messages in model.asked if "Claim:" in messages[-1].text]
    assert [claimed(messages) for messages in asked[:3]] == said
    assert len({messages[-1].text.partition("Claim:")[0] for messages in asked[:3]}) == 1


def test_where_the_model_believes_all_alike_nothing_is_dropped(
    library: Library, document_id: str
) -> None:
    said = "They speak about tide and boats.\nThe boats speak about them."
    model = ScriptedModel(fallback=said, streams=True, chances=lambda messages: 0.1)
    write(library, model, document_id)
    assert library.notes(document_id)[0].gist == said.replace("\n", " ")


def claimed(messages: Sequence[Message]) -> str:
    return messages[-1].text.partition("Claim: ")[2].partition("\n")[0]


def test_what_was_committed_is_not_written_again(library: Library, document_id: str) -> None:
    crashed = ScriptedModel(fallback=EngineCrashed("gone"), streams=True)
    crashed.enqueue(*[LINES] * 3)
    with pytest.raises(EngineCrashed):
        write(library, crashed, document_id)
    first = library.notes(document_id)
    assert len(first) == 3
    model = ScriptedModel(fallback=LINES.replace("They", "All"), streams=True)
    write(library, model, document_id)
    assert library.notes(document_id)[:3] == first
    assert all(note.gist.startswith("All") for note in library.notes(document_id)[3:])
    asked = len(model.asked)
    write(library, model, document_id)
    assert len(model.asked) == asked


def test_a_batch_is_due_when_its_last_passage_was_read(library: Library, document_id: str) -> None:
    model = ScriptedModel(fallback=LINES, streams=True)
    writer = NoteWriter(library, model, document_id, together=2)
    last = writer.groups[1].last
    assert not writer.due(last - 1)
    assert writer.due(last)
    for _ in writer.run(last):
        pass
    assert len(library.notes(document_id)) == 2
    assert not writer.due(last)


def test_a_model_that_cannot_stream_writes_its_notes_as_replies(
    library: Library, document_id: str
) -> None:
    said = "Notes:\n1. They speak about the tide and the boats.\n**Question: How do they speak?**"
    write(library, ScriptedModel(fallback=said), document_id)
    note = library.notes(document_id)[0]
    assert note.gist == "They speak about the tide and the boats."
    assert note.questions == ("How do they speak?",)
    assert set(note.topics) == {"speak", "tide", "boats"}


def test_notes_stay_as_they_were_written_until_their_document_goes(
    library: Library, document_id: str
) -> None:
    made = [
        Note(1, 1, 4, "The keeper loses his lamp."),
        Note(2, 5, 8, "The lamp is found by a child.", questions=("Who finds the lamp?",)),
        Note(3, 9, 12, "A storm."),
    ]
    library.add_notes(document_id, made)
    library.add_notes(document_id, [replace(made[0], gist="Something else.")])
    assert library.notes(document_id) == tuple(made)
    library.remove(document_id)
    assert library.store.rows("SELECT * FROM note") == []


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("In the second passage, he left.", "He left."),
        ("In these passages, Mara goes home.", "Mara goes home."),
        ("The passages say that he is ill.", "He is ill."),
        ("The story is about a young man named Tom Low, who seeks a key.", "Tom Low seeks a key."),
        ("The story is about a man who is ill.", "The story is about a man who is ill."),
        ("The important things are lost.", "The important things are lost."),
        ("The question of money divided them.", "The question of money divided them."),
    ],
)
def test_words_about_the_passages_are_left_out(written: str, kept: str) -> None:
    assert notes.without_lead_in(written) == kept


@pytest.mark.parametrize(
    "said",
    [
        "The passages are about a quay.",
        "The book describes a quay.",
        "Tobias does why: he believes that the quay is safe.",
    ],
)
def test_a_sentence_about_the_text_is_no_gist(said: str) -> None:
    assert check(HELD, said, "").gist == HELD


def test_notes_are_wanted_in_the_language_of_the_text() -> None:
    assert "German" not in notes.task("en") + notes.task_again("en")
    for task in (notes.task("de"), notes.task_again("de")):
        assert task.endswith("Write in German.")
    assert notes.task("xx") == notes.task("en")


def test_a_passage_in_a_house_is_no_passage_of_the_text() -> None:
    text = f"{TEXT} The passages of the house were dark, and they went through them slowly."
    said = ("They went slowly through the dark passages.", "", "")
    assert notes.check(GROUP, (), said, text, "m").gist == said[0]
    assert check("The passages are dark and slow.", HELD, "").gist == HELD
