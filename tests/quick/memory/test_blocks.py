"""The block memory: what is kept within its budget, what is dropped, and what is forgotten."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import pytest

from longread.config import Paths
from longread.engine.block import Block
from longread.engine.codec import Codec
from longread.engine.fake import ScriptedModel
from longread.errors import LibraryBusy, LibraryNewer
from longread.memory import block_file, locks
from longread.memory.block_file import count_at, forget_document, held_at
from longread.memory.blocks import HALF_LIFE_SECONDS, BlockMemory, Reading
from longread.memory.courtesy import asking, somebody_asks
from longread.memory.library import Library
from longread.memory.migrations import Migration
from longread.memory.store import Store
from longread.workspace import Workspace
from tests.quick.memory.books import book, sha256


def block(seed: int = 0, tokens: int = 50) -> Block:
    numbers = np.random.default_rng(seed).normal(size=(2, 2, tokens, 32)).astype(np.float16)
    return Block(tuple(range(tokens)), 10, numbers[0], numbers[1])


def opened(folder: Path, **changes: object) -> BlockMemory:
    identity = {"fingerprint": "weights", "build": "1.0", "prefix": "p"}
    values = {k: v for k, v in changes.items() if k in identity}
    rest = {k: v for k, v in changes.items() if k not in identity}
    return BlockMemory(folder / "blocks.db", **{**identity, **values}, **rest)  # type: ignore[arg-type]


def fill(kept: BlockMemory, numbers: range, document: str = "d", *, used: bool = False) -> None:
    for number in numbers:
        kept.keep(document, [kept.encode(number, block(number))], used=used)


SIZE = len(Codec().encode(block()))


def test_a_block_comes_back_as_the_codec_keeps_it(tmp_path: Path) -> None:
    with opened(tmp_path, codec=Codec(16, 16)) as kept:
        fill(kept, range(1, 4))
        found = kept.get("d", 2)
        assert found is not None
        assert (found.unpack().keys == block(2).keys).all()
        assert found.digest
        assert kept.get("d", 9) is None
        assert kept.get("other", 2) is None
        assert kept.passages("d") == [1, 2, 3]


@pytest.mark.parametrize("changed", ["fingerprint", "build", "prefix"])
def test_another_model_build_or_prefix_has_blocks_of_its_own(tmp_path: Path, changed: str) -> None:
    with opened(tmp_path) as kept:
        fill(kept, range(1, 3))
    with opened(tmp_path, **{changed: "another"}) as other:
        assert other.get("d", 1) is None
        assert other.passages("d") == []
        assert other.info().blocks == 2
    with opened(tmp_path) as kept:
        assert kept.passages("d") == [1, 2]


def test_a_damaged_block_is_dropped(tmp_path: Path) -> None:
    with opened(tmp_path) as kept:
        fill(kept, range(1, 3))
        with kept._store.writing("damaging") as connection:
            connection.execute("UPDATE block SET data = zeroblob(bytes) WHERE passage = 1")
        assert kept.get("d", 1) is None
        assert kept.passages("d") == [2]


def test_a_damaged_file_is_begun_anew(tmp_path: Path) -> None:
    with opened(tmp_path) as kept:
        fill(kept, range(1, 3))
    (tmp_path / "blocks.db").write_bytes(b"not a database" * 100)
    with opened(tmp_path) as kept:
        assert kept.info().blocks == 0
        fill(kept, range(1, 2))
        assert kept.passages("d") == [1]


def test_a_file_from_a_newer_version_is_left_as_it_is(tmp_path: Path) -> None:
    with opened(tmp_path) as kept:
        fill(kept, range(1, 3))
    path = tmp_path / "blocks.db"
    steps = (*block_file._STEPS, Migration("later", "CREATE TABLE later (a)"))
    Store(path, steps=steps).close()
    for use in (opened, lambda folder: count_at(folder / "blocks.db")):
        with pytest.raises(LibraryNewer, match="newer version"):
            use(tmp_path)
    store = Store(path, steps=steps)
    assert block_file.count(store).blocks == 2
    store.close()


def test_the_budget_holds_and_what_stays_is_spread_over_the_text(tmp_path: Path) -> None:
    with opened(tmp_path, budget=SIZE * 10) as kept:
        fill(kept, range(1, 81))
        assert kept.info().bytes <= SIZE * 10
        stayed = kept.passages("d")
        assert len(stayed) >= 9
        assert max(np.diff([0, *stayed, 80])) <= 16


def test_what_was_evidence_stays(tmp_path: Path) -> None:
    with opened(tmp_path, budget=SIZE * 5) as kept:
        fill(kept, range(1, 6))
        kept.mark_used("d", [1, 3])
        fill(kept, range(6, 60))
        assert {1, 3} <= set(kept.passages("d"))


def test_what_was_evidence_stays_when_the_pass_reads_it_again(tmp_path: Path) -> None:
    with opened(tmp_path, budget=SIZE * 5) as kept:
        fill(kept, range(6, 7), used=True)
        fill(kept, range(1, 60))
        assert 6 in kept.passages("d")
        (uses,) = kept._store.rows("SELECT uses FROM block WHERE passage = 6")[0]
        assert uses == pytest.approx(1, abs=0.01)


def test_a_block_stays_where_the_new_one_of_its_passage_has_no_room(tmp_path: Path) -> None:
    with opened(tmp_path, budget=SIZE * 2) as kept:
        fill(kept, range(1, 3))
        kept.keep("d", [kept.encode(1, block(1, tokens=200))])
        assert kept.passages("d") == [1, 2]
        found = kept.get("d", 1)
        assert found is not None
        assert len(found.unpack().tokens) == 50


def test_what_was_used_long_ago_gives_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, budget=SIZE * 4) as kept:
        fill(kept, range(1, 5), used=True)
        later = time.time() + 10 * HALF_LIFE_SECONDS
        monkeypatch.setattr("longread.memory.blocks.time.time", lambda: later)
        fill(kept, range(10, 14), "e")
        assert kept.passages("e") == [10, 11, 12, 13]
        assert kept.passages("d") == []


def test_a_smaller_budget_frees_space_with_the_next_block(tmp_path: Path) -> None:
    with opened(tmp_path) as kept:
        fill(kept, range(1, 11))
    with opened(tmp_path, budget=SIZE * 3) as kept:
        fill(kept, range(11, 12), used=True)
        assert kept.info().bytes <= SIZE * 3
        assert 11 in kept.passages("d")


@pytest.mark.parametrize("changed", ["build", "prefix"])
def test_what_an_earlier_build_or_prefix_left_gives_way_first(tmp_path: Path, changed: str) -> None:
    budget = SIZE * 6
    with opened(tmp_path, budget=budget, fingerprint="other weights") as other:
        fill(other, range(1, 3))
    with opened(tmp_path, budget=budget) as earlier:
        earlier.keep_prefix(block(7, tokens=4))
        fill(earlier, range(3, 6), used=True)
        state = earlier.new_state("d")
        state.write_text("a state")
    with opened(tmp_path, budget=budget, **{changed: "later"}) as later:
        fill(later, range(1, 5))
        assert later.passages("d") == [1, 2, 3, 4]
        later.remove_states("d")
    assert not state.exists()
    with opened(tmp_path, budget=budget, fingerprint="other weights") as other:
        assert other.passages("d") == [1, 2]


def test_the_prefix_is_kept_exactly_and_first(tmp_path: Path) -> None:
    prefix = block(7, tokens=4)
    with opened(tmp_path, budget=SIZE * 4) as kept:
        kept.keep_prefix(prefix)
        fill(kept, range(1, 30), used=True)
        found = kept.prefix()
        assert found is not None
        assert (found.unpack().values == prefix.values).all()


def test_how_far_a_reading_is_comes_back(tmp_path: Path) -> None:
    reading = Reading(2048, 7, 900, 3.5, False, "state", 12)
    with opened(tmp_path) as kept:
        assert kept.reading("d") is None
        kept.keep("d", [], reading=reading)
        assert kept.reading("d") == reading


def test_a_removed_document_leaves_nothing(tmp_path: Path) -> None:
    text = book("A tide rose.", "It fell.")
    with Library.open(tmp_path / "library.db") as library:
        record = library.add(text, sha256(text))
        with opened(tmp_path) as kept:
            state = kept.new_state(record.id)
            state.write_text("state")
            fill(kept, range(1, 4), record.id)
            fill(kept, range(1, 2), "other")
            kept.keep(record.id, [], reading=Reading(64, 1, 2, 3.0, state=state.name))
        assert library.info().blocks == 4
        library.remove(record.id)
        assert library.info().blocks == 1
    with opened(tmp_path) as kept:
        assert kept.passages(record.id) == []
        assert kept.reading(record.id) is None
    assert not state.exists()


def test_its_blocks_go_before_the_library_is_compacted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = book("A tide rose.", "It fell.")
    with Library.open(tmp_path / "library.db") as library:
        record = library.add(text, sha256(text))
        with opened(tmp_path) as kept:
            fill(kept, range(1, 4), record.id)

        def busy() -> None:
            raise LibraryBusy("The library is in use.")

        monkeypatch.setattr(library.store, "compact", busy)
        with pytest.raises(LibraryBusy):
            library.remove(record.id)
        assert library.info().blocks == 0


def test_blocks_of_unknown_documents_are_swept_on_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Paths(tmp_path, tmp_path, tmp_path)
    text = book("A tide rose.", "It fell.")
    with Library.open(place.library) as library:
        record = library.add(text, sha256(text))
    with BlockMemory(place.blocks, fingerprint="f", build="b", prefix="p") as kept:
        fill(kept, range(1, 4), record.id)
        fill(kept, range(1, 4), "removed")
        kept.keep_prefix(block(7, tokens=4))
        lost = kept.new_state("removed")
        lost.write_text("a state")
    monkeypatch.setattr(Workspace, "_open_model", lambda workspace: ScriptedModel(streams=True))
    with Workspace(paths=place) as workspace:
        found = workspace.blocks()
        assert found is not None
        assert found.documents() == {record.id}
    assert held_at(place.blocks).keys() >= {record.id}
    assert not lost.exists()


def test_a_library_without_blocks_has_none(tmp_path: Path) -> None:
    assert count_at(tmp_path / "blocks.db").blocks == 0
    forget_document(tmp_path / "blocks.db", "d")
    assert not (tmp_path / "blocks.db").exists()


def test_who_asks_is_seen_by_others_and_only_while_alive(tmp_path: Path) -> None:
    assert not somebody_asks(tmp_path)
    with asking(tmp_path):
        assert not somebody_asks(tmp_path)
        code = (
            f"from longread.memory.courtesy import *; print(somebody_asks(Path({str(tmp_path)!r})))"
        )
        seen = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert seen.stdout.strip() == "True"
    assert list(tmp_path.iterdir()) == []
    assert not somebody_asks(tmp_path)


def test_what_a_killed_process_left_stops_nobody(tmp_path: Path) -> None:
    """Also where its number belongs to another program that runs."""
    code = (
        "import os\nfrom longread.memory.courtesy import *\n"
        f"with asking(Path({str(tmp_path)!r})):\n    os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    assert list(tmp_path.iterdir()) != []
    (tmp_path / "asking-1").touch()
    (tmp_path / f"asking-{os.getppid()}").touch()
    assert not somebody_asks(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_clock_that_was_set_back_gives_no_block_a_worth_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time()
    with opened(tmp_path, budget=4 * SIZE) as kept:
        monkeypatch.setattr(time, "time", lambda: real + 60 * 365 * 86_400.0)
        fill(kept, range(1, 5))
        kept.mark_used("d", [4])
        monkeypatch.setattr(time, "time", lambda: real)
        kept.mark_used("d", [4])
        fill(kept, range(5, 8), used=True)
        # The one that was used is worth most, and was used three times, not infinitely often.
        assert kept.passages("d") == [4, 5, 6, 7]
        (uses,) = kept._store.rows("SELECT uses FROM block WHERE passage = 4")[0]
        assert uses == pytest.approx(2)


def test_states_of_a_document_go_with_it_even_if_no_reading_names_them(tmp_path: Path) -> None:
    with opened(tmp_path) as kept:
        lost, other = kept.new_state("d"), kept.new_state("e")
        for file in (lost, other):
            file.write_text("a state")
    forget_document(tmp_path / "blocks.db", "d")
    assert not lost.exists()
    assert other.exists()
    (tmp_path / "blocks.db").unlink()
    forget_document(tmp_path / "blocks.db", "e")
    assert not other.exists()


def damaged_within(path: Path) -> None:
    """Fill all pages but the first ones, on the tables, with what no table holds."""
    data = bytearray(path.read_bytes())
    assert len(data) > 20 * 4096
    data[12 * 4096 :] = b"\x5a" * (len(data) - 12 * 4096)
    path.write_bytes(bytes(data))


@pytest.mark.parametrize(
    "use",
    [
        lambda kept: kept.get("d", 60),
        lambda kept: kept.passages("d"),
        lambda kept: kept.info(),
        lambda kept: kept.mark_used("d", range(1, 61)),
        lambda kept: kept.keep("d", [kept.encode(61, block(61))]),
    ],
)
def test_a_file_that_turns_out_to_be_damaged_is_begun_anew(
    tmp_path: Path, use: Callable[[BlockMemory], object]
) -> None:
    with opened(tmp_path) as kept:
        fill(kept, range(1, 61))
    damaged_within(tmp_path / "blocks.db")
    with opened(tmp_path) as kept:
        use(kept)
        fill(kept, range(1, 2))
        assert kept.get("d", 1) is not None
        for number in (1, 59, 60):
            kept.get("d", number)
        assert kept._store.integrity() == ()


def test_a_file_with_a_damaged_list_of_models_is_begun_anew(tmp_path: Path) -> None:
    with opened(tmp_path) as kept:
        fill(kept, range(1, 3))
    path = tmp_path / "blocks.db"
    with closing(apsw.Connection(str(path))) as connection:
        begins: Any = connection.execute(
            "SELECT (rootpage - 1) * (SELECT page_size FROM pragma_page_size) FROM sqlite_schema "
            "WHERE name = 'sqlite_autoindex_model_1'"
        ).fetchall()[0][0]
    data = bytearray(path.read_bytes())
    data[begins : begins + 200] = b"\xff" * 200
    path.write_bytes(bytes(data))
    with opened(tmp_path) as kept:
        assert kept.info().blocks == 0
        fill(kept, range(1, 2))
        assert kept.passages("d") == [1]


def test_a_file_that_is_locked_on_opening_is_closed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path):
        pass
    monkeypatch.setattr("longread.memory.store.WRITER_WAIT_SECONDS", 0.1)
    closed, close = [], Store.close

    def closing_it(store: Store) -> None:
        closed.append(store.path.name)
        close(store)

    monkeypatch.setattr(Store, "close", closing_it)
    held = locks.hold(tmp_path / "blocks.db.lock", "writing", wait_seconds=1)
    with held, pytest.raises(LibraryBusy):
        opened(tmp_path, build="another")
    assert closed == ["blocks.db"]


def test_damage_is_no_error_to_those_who_only_look(tmp_path: Path) -> None:
    for look in (count_at, held_at, lambda path: forget_document(path, "d")):
        with opened(tmp_path) as kept:
            fill(kept, range(1, 61))
        damaged_within(tmp_path / "blocks.db")
        look(tmp_path / "blocks.db")
