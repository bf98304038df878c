"""The reading pass: it goes through the text in order, and goes on after any interruption."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from longread.config import MAX_CRASHES
from longread.engine.fake import ScriptedModel
from longread.errors import DocumentNotFound, EngineCrashed
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.reading.frame import passage_text, prefix
from longread.reading.reader import Reader, ReadingProgress, bunches, together
from tests.quick.memory.books import long_book, sha256

PASSAGES = 20


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library.db") as opened:
        text = long_book(PASSAGES)
        opened.add(text, sha256(text))
        yield opened


def memory(folder: Path, name: str = "blocks.db") -> BlockMemory:
    return BlockMemory(folder / name, fingerprint="f", build="b", prefix="p")


def reader(library: Library, blocks: BlockMemory, model: ScriptedModel, **options: float) -> Reader:
    (record,) = library.documents()
    settings = {"commit_seconds": 0.0, **options}
    return Reader(library, blocks, model, record.id, **settings)  # type: ignore[arg-type]


def contents(library: Library, blocks: BlockMemory) -> list[tuple[int, str]]:
    (record,) = library.documents()
    found = [(number, blocks.get(record.id, number)) for number in blocks.passages(record.id)]
    return [(number, block.digest) for number, block in found if block is not None]


def undisturbed(library: Library, folder: Path) -> list[tuple[int, str]]:
    with memory(folder, "whole.db") as blocks:
        list(reader(library, blocks, ScriptedModel(streams=True)).run())
        return contents(library, blocks)


def stop_after(passages: int, run: Reader) -> None:
    with closing(run.run()) as progress:
        for state in progress:
            if state.passages == passages:
                return


def test_the_whole_text_is_read_in_order(library: Library, tmp_path: Path) -> None:
    model = ScriptedModel(streams=True)
    (record,) = library.documents()
    with memory(tmp_path) as blocks:
        states = list(reader(library, blocks, model).run())
        assert blocks.passages(record.id) == list(range(1, PASSAGES + 1))
        known = blocks.reading(record.id)
    document = library.document(record.id)
    assert model.read == [passage_text(document, one) for one in library.passages(record.id)]
    assert model.read[0].startswith("[1] Chapter 1\n\nThe needle0 lies")
    assert [state.passages for state in states] == [*range(4, PASSAGES + 1, 4), PASSAGES]
    assert states[-1].finished
    assert known is not None
    assert known.finished
    assert known.tokens == states[-1].tokens > 0
    assert list(tmp_path.glob("*.state")) == []


def test_progress_tells_speed_and_what_is_left(library: Library, tmp_path: Path) -> None:
    with memory(tmp_path) as blocks:
        states = list(reader(library, blocks, ScriptedModel(streams=True)).run())
    middle = states[len(states) // 2]
    assert isinstance(middle, ReadingProgress)
    assert middle.total == PASSAGES
    assert middle.tokens_per_second > 0
    assert 0 < middle.seconds_left < 600
    assert middle.block_bytes > 0
    assert states[-1].seconds_left == 0


def test_a_pass_that_was_left_goes_on_and_ends_the_same(library: Library, tmp_path: Path) -> None:
    with memory(tmp_path) as blocks:
        stop_after(8, reader(library, blocks, ScriptedModel(streams=True)))
        model = ScriptedModel(streams=True)
        list(reader(library, blocks, model).run())
        assert model.read[0].startswith("[9]")
        assert contents(library, blocks) == undisturbed(library, tmp_path)
    assert list(tmp_path.glob("*.state")) == []


def test_nothing_is_read_twice_once_it_is_finished(library: Library, tmp_path: Path) -> None:
    with memory(tmp_path) as blocks:
        list(reader(library, blocks, ScriptedModel(streams=True)).run())
        model = ScriptedModel(streams=True)
        (state,) = reader(library, blocks, model).run()
        assert state.finished
        assert model.read == []


def test_without_a_sound_state_the_pass_begins_anew(library: Library, tmp_path: Path) -> None:
    with memory(tmp_path) as blocks:
        stop_after(8, reader(library, blocks, ScriptedModel(streams=True)))
        (state,) = tmp_path.glob("*.state")
        state.write_text("damaged")
        model = ScriptedModel(streams=True)
        list(reader(library, blocks, model).run())
        assert model.read[0].startswith("[1]")
        assert contents(library, blocks) == undisturbed(library, tmp_path)


def test_another_window_is_another_pass(library: Library, tmp_path: Path) -> None:
    with memory(tmp_path) as blocks:
        stop_after(8, reader(library, blocks, ScriptedModel(streams=True)))
        model = ScriptedModel(streams=True)
        list(reader(library, blocks, model, window=512).run())
        assert len(model.read) == PASSAGES


def crash() -> EngineCrashed:
    return EngineCrashed("The model's process ended.", hint="Ask again.")


def test_a_crash_of_the_engine_costs_only_what_was_not_committed(
    library: Library, tmp_path: Path
) -> None:
    model = ScriptedModel(streams=True)
    model.failures = deque([None, None, None, crash(), None, crash()])
    with memory(tmp_path) as blocks:
        states = list(reader(library, blocks, model).run())
        assert states[-1].finished
        assert contents(library, blocks) == undisturbed(library, tmp_path)
    assert len(model.read) == PASSAGES


def test_an_engine_that_keeps_crashing_is_given_up(library: Library, tmp_path: Path) -> None:
    model = ScriptedModel(streams=True)
    model.failures = deque([crash() for _ in range(50)])
    with memory(tmp_path) as blocks, pytest.raises(EngineCrashed):
        list(reader(library, blocks, model).run())
    assert len(model.failures) == 50 - MAX_CRASHES


def test_a_document_removed_meanwhile_ends_the_pass_and_leaves_nothing(
    library: Library, tmp_path: Path
) -> None:
    (record,) = library.documents()
    model = ScriptedModel(streams=True)
    with memory(tmp_path) as blocks:
        passing = reader(library, blocks, model).run()
        next(passing)
        with Library.open(tmp_path / "library.db") as other:
            other.remove(record.id)
        with pytest.raises(DocumentNotFound):
            list(passing)
        assert len(model.read) < PASSAGES
        assert blocks.documents() == set()
    assert list(tmp_path.glob("*.state")) == []


def test_a_crash_while_a_pass_is_resumed_costs_nothing(library: Library, tmp_path: Path) -> None:
    class Starting(ScriptedModel):
        starts = 0

        def start_reading(self, *arguments: Any) -> None:
            self.starts += 1
            if self.starts == 1:
                raise crash()
            super().start_reading(*arguments)

    with memory(tmp_path) as blocks:
        stop_after(8, reader(library, blocks, ScriptedModel(streams=True)))
        model = Starting(streams=True)
        list(reader(library, blocks, model).run())
        assert model.read[0].startswith("[9]")


def test_a_pass_makes_way_while_another_process_asks(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([True, True, *[False] * (PASSAGES + 1)])
    looked: list[bool] = []

    def asks(folder: Path) -> bool:
        looked.append(next(answers))
        return looked[-1]

    monkeypatch.setattr("longread.reading.reader.somebody_asks", asks)
    model = ScriptedModel(streams=True)
    with memory(tmp_path) as blocks:
        with closing(reader(library, blocks, model).run()) as states:
            next(states)
            assert looked == [True, True, False]
        assert model.read


def test_the_prefix_ends_where_the_passages_begin() -> None:
    system, user = prefix()
    assert system.role == "system"
    assert user.text == "Passages:\n\n"


def test_neighbours_are_read_together_as_far_as_they_fit() -> None:
    assert together([2, 2, 2, 5, 9, 1], 6) == [
        range(0, 3),
        range(3, 4),
        range(4, 5),
        range(5, 6),
    ]
    assert together([], 6) == []
    texts = ["word " * 300, "word " * 150, "word " * 100, "word " * 900]
    assert bunches(texts) == [range(0, 3), range(3, 4)]


def test_a_pass_cut_off_behind_its_end_leaves_no_state(library: Library, tmp_path: Path) -> None:
    (record,) = library.documents()
    with memory(tmp_path) as blocks:
        list(reader(library, blocks, ScriptedModel(streams=True)).run())
        blocks.new_state(record.id).write_text("what the last commit left")
        list(reader(library, blocks, ScriptedModel(streams=True)).run())
    assert list(tmp_path.glob("*.state")) == []
