"""What is shown of a model that reads, from looking into it to the summaries."""

from __future__ import annotations

from longread.reading.note_writer import NotesProgress
from longread.reading.pass_state import LOOKING_IN, LookInProgress, PassState
from longread.reading.reader import ReadingProgress
from longread.reading.tree_writer import TreeProgress


def test_looking_into_the_model_is_told_as_work_of_its_own() -> None:
    state = PassState()
    assert state.take("a", LookInProgress(12, 48, 30.0)) == ""
    assert state.amount == (12, 48, LOOKING_IN)
    assert (state.doing, state.seconds_left, state.share, state.where) == (LOOKING_IN, 30.0, 0, "")


def test_what_comes_behind_it_takes_its_place() -> None:
    state = PassState()
    state.take("a", LookInProgress(48, 48))
    state.take("a", ReadingProgress(3, 10, 600, 100.0, 14.0, 2_000_000))
    assert state.amount == (3, 10, "100 tokens/s, 2.0 MB kept")
    assert (state.doing, state.seconds_left, state.where) == ("reading", 14.0, "passage 3 of 10")
    assert state.take("a", ReadingProgress(10, 10, 2_000, 100.0, 0.0, 2_000_000, True)) == "read"
    state.take("a", NotesProgress(1, 2, 5.0))
    assert (state.doing, state.where) == ("notes", "note 1 of 2")
    state.take("a", TreeProgress(1, 4, 8.0))
    assert (state.doing, state.amount, state.where) == (
        "summaries",
        (1, 4, "summaries"),
        "summary 1 of 4",
    )
    assert state.take("a", TreeProgress(4, 4, 0.0, True)) == "noted"
    assert state.where == ""
