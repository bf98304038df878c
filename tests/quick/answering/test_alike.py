"""Of sentences of one shape, the one on what is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from longread.answering.answer import Answer
from longread.answering.asker import Asker, Decline
from longread.answering.texts import Texts
from longread.engine.fake import ScriptedModel
from longread.memory.library import Library

FILLER = "The tide came in and the boats rose with it, and nobody came up from the quay. "
KEYS = {"black chapel": 48213, "black mill": 11907, "white chapel": 70045, "red tower": 55310}


def text(*more: str) -> str:
    told = [f"The pass key of the {name} is {key}." for name, key in KEYS.items()]
    return "\n\n".join(f"{sentence} {FILLER}" for sentence in (*told, *more))


def given(tmp_path: Path, told: str, question: str, decline: Decline | None = None) -> Answer:
    file = tmp_path / "keys.md"
    file.write_text(told, "utf-8")
    model = ScriptedModel(fallback="48213.")
    with Library.open(tmp_path / "library.db") as library:
        record, _ = library.ingest(file)
        asker = Asker(library, model, Texts.of(library, [record.id]))
        asker.decline = decline or asker.decline
        (answer,) = (one for one in asker.ask(question) if isinstance(one, Answer))
    return answer


def test_the_model_sees_the_one_that_is_asked_for_alone(tmp_path: Path) -> None:
    answer = given(tmp_path, text(), "What is the pass key of the black chapel?")
    assert answer.evidence_text.endswith("The pass key of the black chapel is 48213.")
    assert "11907" not in answer.evidence_text
    assert answer.text == "48213. [1]"
    (citation,) = answer.citations
    assert citation.quote == "The pass key of the black chapel is 48213."
    # What is measured beside the product gets nothing but its evidence.
    plain = given(tmp_path, text(), "What is the pass key of the black chapel?", Decline.NEVER)
    assert "11907" in plain.evidence_text


@pytest.mark.parametrize(
    ("told", "question"),
    [
        pytest.param(text(), "What is the pass key of the green chapel?", id="none has all"),
        pytest.param(
            text("The pass key of the black chapel is 99999."),
            "What is the pass key of the black chapel?",
            id="two have all",
        ),
        pytest.param(text(), "Which chapel?", id="one telling word"),
        pytest.param(
            "The pass key of the black chapel is 48213. "
            "Nobody in the village remembered who had built the chapel, or why it was black. "
            f"A key hung behind the door of the mill. {FILLER}",
            "What is the pass key of the black chapel?",
            id="no others of its shape",
        ),
        pytest.param(
            "So it went. Said the king to the knight. Said the king to the page. "
            f"Said the king to the queen. {FILLER} {FILLER}",
            "What said the king to the queen?",
            id="it says no more than the question",
        ),
    ],
)
def test_otherwise_it_sees_all_of_the_evidence(tmp_path: Path, told: str, question: str) -> None:
    assert len(given(tmp_path, told, question).evidence_text) > 150
