"""Reading, keeping and recalling with the real small model: the same numbers come out whatever
happened in between, and blocks say what their text says."""

from __future__ import annotations

import errno
import itertools
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from longread.bench import crashes
from longread.bench.weights import weights
from longread.engine.block import Block
from longread.engine.codec import AnyBlock, Codec, decode, packed
from longread.engine.llama import LlamaModel
from longread.engine.options import LoadOptions
from longread.engine.process import ProcessModel
from longread.engine.protocol import Message, Part, Sampling
from longread.engine.streaming import TextStream
from longread.errors import Cancelled, ModelError
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.reading.frame import passage_text, prefix
from longread.reading.reader import Reader
from longread.stopping import never

pytestmark = pytest.mark.small_model
SAMPLE = Path(__file__).parents[2] / "examples" / "the-uncorrected-tide.md"
OPTIONS = LoadOptions(context=2048)
WINDOW = 512
SHORT = Sampling(max_tokens=12)


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The sample's first passages as a model reads them."""
    with Library.open(tmp_path_factory.mktemp("texts") / "library.db") as library:
        record, _ = library.ingest(SAMPLE)
        document = library.document(record.id)
        return [passage_text(document, one) for one in library.passages(record.id)[:10]]


@pytest.fixture(scope="module")
def model(small_model_path: Path) -> Iterator[LlamaModel]:
    opened = LlamaModel(small_model_path, options=OPTIONS)
    yield opened
    opened.close()


def read_all(model: LlamaModel, texts: Sequence[str]) -> list[Block]:
    blocks = [model.read_on([text])[0].block for text in texts]
    assert all(block is not None for block in blocks)
    return [block for block in blocks if block is not None]


@pytest.fixture(scope="module")
def blocks(model: LlamaModel, texts: list[str]) -> list[Block]:
    """The blocks of one undisturbed pass."""
    model.start_reading(prefix(), WINDOW)
    made = read_all(model, texts)
    model.stop_reading()
    return made


def same(found: Sequence[Block], wanted: Sequence[Block]) -> bool:
    pairs = zip(found, wanted, strict=True)
    return all(
        (one.tokens, one.position) == (other.tokens, other.position)
        and np.array_equal(one.keys, other.keys)
        and np.array_equal(one.values, other.values)
        for one, other in pairs
    )


def talk(pieces: Sequence[str | Part], question: str) -> list[Message]:
    system, user = prefix()
    return [system, replace(user, content=(*user.pieces, *pieces, f"Question: {question}"))]


def given(texts: Sequence[str], blocks: Sequence[AnyBlock | None]) -> list[Part]:
    return [Part(text, block) for text, block in zip(texts, blocks, strict=True)]


def named(blocks: Sequence[Block]) -> list[Block]:
    return [replace(block, digest=f"block {index}") for index, block in enumerate(blocks)]


def test_a_stream_is_longer_than_its_window(blocks: list[Block], texts: list[str]) -> None:
    assert sum(len(block.tokens) for block in blocks) > 2 * WINDOW
    assert max(block.position + len(block.tokens) for block in blocks) <= WINDOW + 150
    layers, kept, width = blocks[3].keys.shape
    assert (layers, kept, width) == (30, len(blocks[3].tokens), 192)


def test_a_stream_goes_on_from_its_file_as_if_never_left(
    model: LlamaModel, blocks: list[Block], texts: list[str], tmp_path: Path
) -> None:
    for stop in (1, 4, 8):
        file = tmp_path / f"{stop}.state"
        model.start_reading(prefix(), WINDOW)
        before = read_all(model, texts[:stop])
        model.save_reading(file)
        model.start_reading(prefix(), WINDOW, file)
        assert same(before + read_all(model, texts[stop:]), blocks)
    model.stop_reading()


def test_a_file_that_does_not_fit_is_refused(
    model: LlamaModel, texts: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "bad.state"
    file.write_bytes(b"nonsense" * 1000)
    with pytest.raises(ModelError):
        model.start_reading(prefix(), WINDOW, file)
    model.start_reading(prefix(), WINDOW)
    assert model.read_on([texts[0]])[0].block is not None
    model.stop_reading()
    with pytest.raises(ModelError, match="Nothing is being read"):
        model.read_on([texts[0]])


def test_a_stream_that_is_interrupted_gives_the_same(
    small_model_path: Path, blocks: list[Block], texts: list[str]
) -> None:
    stop = threading.Event()
    model = LlamaModel(small_model_path, options=OPTIONS, stop=stop.is_set)
    model.start_reading(prefix(), WINDOW)
    generator = random.Random(1)
    made, cut = [], 0
    for text in texts:
        for attempt in itertools.count():
            # Ever later, so that each text gets through on a machine of any speed.
            timer = threading.Timer(generator.uniform(0.0, 0.3) * 2**attempt, stop.set)
            timer.start()
            try:
                (read,) = model.read_on([text])
            except Cancelled:
                cut += 1
                continue
            finally:
                timer.cancel()
                timer.join()
                stop.clear()
            made.append(read.block)
            break
    model.close()
    assert cut > 2
    assert same([block for block in made if block is not None], blocks)


def test_a_block_put_back_where_it_was_taken_changes_nothing(
    model: LlamaModel, texts: list[str]
) -> None:
    # As long as a text has to be to be read in the same way behind blocks as behind a text.
    question = "Who keeps the tide gauge, and who kept it before? " * 8
    asked = talk(given(texts[:3], [None] * 3), question)
    from_text = model.next_token_logits(asked)
    whole = [block for block in model.blocks(asked)[1:] if block is not None]
    opening = model.blocks(asked)[0]
    assert len(whole) == 3
    assert opening is not None
    assert opening.position == 0
    again = talk(given(texts[:3], named(whole)), question)
    parts = again[1].pieces
    first = Part("Passages:\n\n", replace(opening, digest="opening"), from_start=True)
    again[1] = replace(again[1], content=(first, *parts[1:]))
    from_blocks = model.next_token_logits(again)
    assert int(from_blocks.argmax()) == int(from_text.argmax())
    assert np.abs(from_blocks - from_text).max() < 0.05


def test_blocks_moved_and_recoded_say_what_their_text_says(
    model: LlamaModel, texts: list[str]
) -> None:
    """Which of three names a model says is decided by the block that it is given."""
    names = ("Agnes", "Boris", "Martha")
    told = [
        f"[{n}] The keeper of the lamp is {name}. {name} lit it.\n\n"
        for n, name in enumerate(names)
    ]
    made = {}
    for name, text in zip(names, told, strict=True):
        # A stream for each: what stood before is in a block too.
        model.start_reading(prefix(), WINDOW)
        model.read_on([texts[0]])
        block = model.read_on([text])[0].block
        assert block is not None
        made[name] = Part(text, decode(Codec().encode(block)))
    model.stop_reading()
    for name in names:
        asked = talk([made[name]], "Who is the keeper of the lamp? Say the name alone.")
        found = model.choose(asked, names)
        assert max(zip(found, names, strict=True)) == (found[names.index(name)], name)
        assert found[names.index(name)] > 0.5


def test_blocks_and_texts_mix_freely_and_in_any_order(
    model: LlamaModel, blocks: list[Block], texts: list[str]
) -> None:
    """What was asked before has no part in what comes out."""
    ready = named(blocks)
    mixes = [
        [(3, True), (5, False), (9, True)],
        [(3, True), (4, True), (9, True)],
        [(5, False), (3, True), (2, False)],
    ]
    talks = [
        talk(
            given([texts[n] for n, _ in mix], [ready[n] if block else None for n, block in mix]),
            question,
        )
        for mix in mixes
        for question in ("Who?", "What was on the wall, and who had put it there?")
    ]
    alone = []
    for asked in talks:
        list(model.reply([Message("user", "-")], SHORT))
        alone.append(model.next_token_logits(asked))
    for index in (0, 1, 0, 2, 3, 5, 4, 2, 1):
        assert np.array_equal(model.next_token_logits(talks[index]), alone[index])


def test_a_block_of_another_text_is_not_used(
    model: LlamaModel, blocks: list[Block], texts: list[str]
) -> None:
    wrong = talk([Part(texts[2], named(blocks)[5])], "Who?")
    right = talk([Part(texts[2])], "Who?")
    assert np.array_equal(model.next_token_logits(wrong), model.next_token_logits(right))


def test_a_block_of_another_model_is_not_used(model: LlamaModel, texts: list[str]) -> None:
    tokens = tuple(model._opened()[0].tokenize(texts[2]))
    numbers = np.zeros((4, len(tokens), 8), np.float16)
    foreign = Block(tokens, 60, numbers, numbers, "foreign")
    right = talk([Part(texts[2])], "Who?")
    expected = model.next_token_logits(right)
    assert np.array_equal(
        model.next_token_logits(talk([Part(texts[2], foreign)], "Who?")), expected
    )


def test_half_of_each_heads_tokens_can_be_put_back(
    model: LlamaModel, blocks: list[Block], texts: list[str]
) -> None:
    codec = Codec(8, 8, share=0.5, heads=model.info.heads)
    half = [decode(codec.encode(blocks[number])) for number in (3, 8)]
    assert all(block.kept == round(len(block.tokens) / 2) for block in half)
    asked = talk(given([texts[3], texts[8]], half), "Who?")
    answer = "".join(chunk.text for chunk in model.reply(asked, SHORT))
    assert answer
    assert np.isfinite(model.next_token_logits(asked)).all()


def test_a_full_disk_is_told_and_leaves_no_part_of_a_state(
    model: LlamaModel, texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    model.start_reading(prefix(), WINDOW)
    model.read_on(texts[:1])
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(ModelError, match="is full") as caught:
            model.save_reading(tmp_path / "one.state")
    assert "Free some space" in caught.value.hint
    assert list(tmp_path.iterdir()) == []
    model.save_reading(tmp_path / "one.state")
    with pytest.raises(ModelError, match="could not be written"):
        model.save_reading(tmp_path / "one.state")
    assert (tmp_path / "one.state").stat().st_size
    model.stop_reading()


def test_surprisal_is_that_of_the_text(small_model_path: Path, texts: list[str]) -> None:
    words = texts[2].split()
    random.Random(3).shuffle(words)
    read = []
    with weights(small_model_path) as bare:
        for text in (texts[2], " ".join(words)):
            with closing(TextStream(bare, [], WINDOW, 0, never)) as stream:
                read += stream.read([bare.tokenize(text)], blocks=False, surprisal=True)
    plain, shuffled = read
    assert len(plain.surprisal) == plain.tokens - 1
    assert np.mean(plain.surprisal) < np.mean(shuffled.surprisal) - 1


def test_attention_finds_the_passage_that_answers(model: LlamaModel, texts: list[str]) -> None:
    """Some head looks from each question at its passage, and at none of the others as much."""
    told = [
        "[1] The harbour master keeps three grey parrots in the customs house.\n\n",
        "[2] The vicar paints the church clock in green every spring.\n\n",
        "[3] The baker has a wooden leg and a brass trumpet.\n\n",
        "[4] The schoolteacher grows pumpkins behind the railway station.\n\n",
    ]
    questions = [
        "Where are the parrots kept?",
        "Who paints the clock?",
        "Who has a trumpet?",
        "What grows behind the station?",
    ]
    nothing = talk([Part(text) for text in told], "N/A")
    every = [
        model.attention(talk([Part(text) for text in told], question), None, nothing)
        for question in questions
    ]
    assert every[0].shape == (model.layers * model.query_heads, len(told))
    right = np.array([found.argmax(axis=1) == index for index, found in enumerate(every)])
    assert right.all(axis=0).sum() >= 3
    (head,) = np.flatnonzero(right.all(axis=0))[:1]
    place = divmod(int(head), model.query_heads)
    again = model.attention(talk([Part(text) for text in told], questions[1]), [place], nothing)
    assert np.allclose(again[0], every[1][head], atol=1e-3)


def test_shares_of_attention_are_no_more_than_all(model: LlamaModel, texts: list[str]) -> None:
    found = model.attention(talk(given(texts[:3], [None] * 3), "Who?"))
    assert (found >= 0).all()
    assert (found.sum(axis=1) <= 1.001).all()
    assert found.max() > 0.2


def test_attention_to_passages_of_which_half_is_kept_is_that_to_these_passages(
    model: LlamaModel, blocks: list[Block], texts: list[str]
) -> None:
    codec = Codec(8, 8, share=0.5, heads=model.info.heads)
    halves = [packed(codec.encode(block)) for block in blocks[:6]]
    asked = "Who stands at the gauge?"
    whole = model.attention(talk(given(texts[:6], named(blocks)[:6]), asked))
    half = model.attention(talk(given(texts[:6], halves), asked))
    telling = whole.sum(axis=1) > 0.5
    assert telling.sum() > 5
    alike = [np.corrcoef(pair)[0, 1] for pair in zip(whole[telling], half[telling], strict=True)]
    assert np.median(alike) > 0.9


def test_reading_watched_gives_the_same(
    model: LlamaModel, blocks: list[Block], texts: list[str]
) -> None:
    asked = talk(given(texts[3:6], named(blocks)[3:6]), "Who?")
    before = model.next_token_logits(asked)
    model.attention(asked)
    assert np.array_equal(model.next_token_logits(asked), before)


@pytest.mark.parametrize("streaming", ["windows", "plain"])
def test_a_cache_that_cannot_move_is_read_in_its_own_way(
    model: LlamaModel, texts: list[str], streaming: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model.start_reading(prefix(), WINDOW)
    assert model._stream is not None
    monkeypatch.setattr(model._stream.context, "streaming", streaming)
    lengths = []
    for text in texts if streaming == "windows" else texts[:2]:
        assert model.read_on([text])[0].block is None
        lengths.append(model._stream.length)
    assert max(lengths) <= WINDOW + 100
    model.stop_reading()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library.db") as opened:
        opened.ingest(SAMPLE)
        yield opened


def memory(folder: Path) -> BlockMemory:
    return BlockMemory(folder / "blocks.db", fingerprint="f", build="b", prefix="p")


def test_texts_that_are_read_together_give_blocks_as_one_by_one(
    model: LlamaModel, texts: list[str], blocks: list[Block]
) -> None:
    model.start_reading(prefix(), WINDOW)
    read = model.read_on(texts)
    model.stop_reading()
    for together, alone in zip(read, blocks, strict=True):
        assert together.block is not None
        assert together.block.tokens == alone.tokens
        # Evictions fall on other places, so later passages saw other text before them.
        likeness = np.corrcoef(
            together.block.values.astype(np.float32).ravel(),
            alone.values.astype(np.float32).ravel(),
        )
        assert likeness[0, 1] > 0.9


def test_reading_gives_way_in_the_middle_and_comes_out_the_same(
    small_model_path: Path, model: LlamaModel, texts: list[str]
) -> None:
    many = texts * 4
    model.start_reading(prefix(), WINDOW)
    undisturbed = model.read_on(many)
    model.stop_reading()
    answers = iter([False, True, True])
    looked: list[bool] = []

    def busy() -> bool:
        looked.append(next(answers, False))
        return looked[-1]

    with closing(ProcessModel(small_model_path, options=OPTIONS)) as process:
        process.start_reading(prefix(), WINDOW)
        read = process.read_on(many, give_way=busy)
    assert looked[:3] == [False, True, True]
    for one, other in zip(read, undisturbed, strict=True):
        assert one.block is not None
        assert other.block is not None
        assert (one.block.keys == other.block.keys).all()
        assert (one.block.values == other.block.values).all()


def test_a_question_is_taken_up_while_the_model_reads(
    small_model_path: Path, library: Library, tmp_path: Path
) -> None:
    model = ProcessModel(small_model_path, options=OPTIONS)
    (record,) = library.documents()
    stopped = threading.Event()
    passages: list[int] = []

    def read() -> None:
        with memory(tmp_path) as blocks:
            run = Reader(library, blocks, model, record.id, window=WINDOW).run()
            with closing(run) as states:
                for state in states:
                    passages.append(state.passages)
                    if stopped.is_set():
                        return

    thread = threading.Thread(target=read)
    thread.start()
    while not passages:
        time.sleep(0.01)
    delays, expected = [], ""
    for _ in range(4):
        asked = time.monotonic()
        chunks = model.reply([Message("user", "Say yes.")], SHORT)
        first = next(chunks)
        delays.append(time.monotonic() - asked)
        answer = first.text + "".join(chunk.text for chunk in chunks)
        assert answer == (expected or answer)
        expected = answer
        before = len(passages)
        deadline = time.monotonic() + 60
        while len(passages) == before and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(passages) > before
    stopped.set()
    thread.join(60)
    model.close()
    # Far above what it takes; a pass that does not give way would need minutes.
    assert sorted(delays)[1] < 10
    assert passages == sorted(passages)


def test_a_pass_killed_at_any_moment_ends_like_an_undisturbed_one(
    small_model_path: Path, tmp_path: Path
) -> None:
    text = tmp_path / "text.md"
    text.write_text(SAMPLE.read_text("utf-8")[:14_000], "utf-8")
    reading = crashes.Pass(small_model_path, text, WINDOW, commit_seconds=0.5)
    found = crashes.run(reading, tmp_path, kills=5, longest=9.0, seed=5)
    assert found.kills
    assert found.lost == 0
    assert found.equal
    assert found.sound
    assert found.left_over == ()
    assert found.passages > 10
    assert found.notes > 1


def test_the_second_question_on_the_same_passages_starts_sooner(
    small_model_path: Path, tmp_path: Path
) -> None:
    def ask(*arguments: str) -> dict[str, object]:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "longread", "ask", str(SAMPLE)),
                *("Who keeps the tide gauge?", "--model", str(small_model_path)),
                *("--embedder", "none", "--evidence-tokens", "900", "--json", *arguments),
            ],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "LONGREAD_HOME": str(tmp_path)},
        )
        found: dict[str, object] = json.loads(done.stdout)
        return found

    first, second = ask(), ask("--fast")
    assert first["evidence"] == second["evidence"]
    info = subprocess.run(
        [sys.executable, "-m", "longread", "library", "info", "--json"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "LONGREAD_HOME": str(tmp_path)},
    )
    kept = json.loads(info.stdout)
    assert kept["blocks"] >= len(first["evidence"])  # type: ignore[arg-type]
    assert 0 < kept["block_bytes"] < kept["block_budget_bytes"]
    seconds = [answer["seconds"]["total"] for answer in (first, second)]  # type: ignore[index]
    assert seconds[1] < seconds[0]
    nothing = ask("--budget", "0")
    assert nothing["evidence"] == first["evidence"]
