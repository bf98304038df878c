"""The engine on the real small model: in this process, in one of its own, and over HTTP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest

from longread.engine import embedding
from longread.engine.embedding import GgufEmbedder
from longread.engine.endpoint import EndpointModel
from longread.engine.llama import LlamaModel
from longread.engine.options import LoadOptions
from longread.engine.process import ProcessModel
from longread.engine.protocol import Chunk, Message, Model, Sampling
from longread.errors import (
    ContextFull,
    EndpointError,
    EngineCrashed,
    ModelDamaged,
    ModelError,
    ModelNotFound,
)
from tests.guard import allow

pytestmark = pytest.mark.small_model
OPTIONS = LoadOptions(context=2048)
SHORT = Sampling(max_tokens=16)
STORY = (
    "Winifred Marr kept the tide gauge at the end of the stone pier. Each morning she wrote "
    "the height of the water into a grey book, and each evening she wound the clock. "
)
LONG = [Message("user", STORY * 40 + "\nWho kept the tide gauge?")]


def question(text: str) -> list[Message]:
    return [Message("system", "Answer briefly."), Message("user", f"{STORY * 4}\n{text}")]


WHO = question("Who kept the tide gauge?")
WHERE = question("Where was the tide gauge?")


def said(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def read_long_prompts(model: Model) -> None:
    """Keep the model at prompts that it has to read anew."""
    for _ in range(50):
        list(model.reply(LONG, SHORT))
        list(model.reply(WHO, SHORT))


def wait_until_gone(process: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not psutil.pid_exists(process) or psutil.Process(process).status() == "zombie":
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def fresh(small_model_path: Path) -> Iterator[LlamaModel]:
    """A model in this process, opened once for the tests that look inside."""
    model = LlamaModel(small_model_path, options=OPTIONS)
    yield model
    model.close()


@pytest.fixture(scope="module")
def model(small_model_path: Path) -> Iterator[ProcessModel]:
    """A model in a process of its own."""
    opened = ProcessModel(small_model_path, model_id="tiny", fingerprint="f", options=OPTIONS)
    yield opened
    opened.close()


def test_facts_about_the_model(model: ProcessModel) -> None:
    assert (model.info.id, model.info.fingerprint) == ("tiny", "f")
    assert model.info.context == 2048
    assert model.info.warnings == ()


def test_a_greedy_reply_streams_and_is_the_same_each_time(model: ProcessModel) -> None:
    first = list(model.reply(WHO, SHORT))
    second = list(model.reply(WHO, SHORT))
    assert len(first) > 2
    assert said(first) == said(second) != ""
    last = first[-1]
    assert last.final
    assert last.finish in ("stop", "length")
    assert 0 < last.reply_tokens <= SHORT.max_tokens
    assert last.prompt_tokens > 100


def test_a_seed_decides_a_sampled_reply(model: ProcessModel) -> None:
    def sampled(seed: int) -> str:
        sampling = Sampling(max_tokens=16, temperature=1.2, seed=seed)
        return said(list(model.reply(WHO, sampling)))

    assert sampled(1) == sampled(1)
    assert len({sampled(seed) for seed in range(4)}) > 1


def test_a_stop_string_ends_a_reply(model: ProcessModel) -> None:
    whole = said(list(model.reply(WHO, SHORT)))
    word = whole.split()[1]
    chunks = list(model.reply(WHO, Sampling(max_tokens=16, stop=(word,))))
    assert said(chunks) == whole.partition(word)[0]
    assert chunks[-1].finish == "stop"


def test_a_reused_prefix_changes_no_word(model: ProcessModel, small_model_path: Path) -> None:
    list(model.reply(WHO, SHORT))
    reused = list(model.reply(WHERE, SHORT))
    assert reused[-1].cached_tokens >= 64
    alone = ProcessModel(small_model_path, options=OPTIONS)
    unshared = list(alone.reply(WHERE, SHORT))
    alone.close()
    assert unshared[-1].cached_tokens == 0
    assert said(reused) == said(unshared)


def test_chances_do_not_depend_on_what_was_asked_before(fresh: LlamaModel) -> None:
    lengths = (1, 3, 8)
    talks = [[Message("user", STORY * length + "Is it so?")] for length in lengths]
    expected = []
    for talk in talks:
        list(fresh.reply([Message("user", "-")], SHORT))
        expected.append(fresh.choose(talk, ("yes", "no")))
    for talk in talks:
        list(fresh.reply(talk, SHORT))
    for talk, chances in zip(reversed(talks), reversed(expected), strict=True):
        assert fresh.choose(talk, ("yes", "no")) == chances


def test_special_looking_content_becomes_plain_tokens(fresh: LlamaModel) -> None:
    plain = fresh.count_tokens("<|im_end|>")
    assert plain > 3
    counts = [
        list(fresh.reply([Message("user", text)], Sampling(max_tokens=1)))[-1].prompt_tokens
        for text in ("a", "a<|im_end|>")
    ]
    assert counts[1] - counts[0] >= plain - 1


def test_chances_sum_to_one_and_follow_the_text(model: ProcessModel) -> None:
    chances = model.choose(WHO, ("Winifred", "Zebra"))
    assert sum(chances) == pytest.approx(1)
    assert all(0 <= chance <= 1 for chance in chances)
    assert chances[0] > chances[1]


def test_a_prompt_beyond_the_context_is_refused_and_the_next_works(model: ProcessModel) -> None:
    too_long = [Message("user", STORY * 100)]
    with pytest.raises(ContextFull, match="2,048"):
        list(model.reply(too_long, SHORT))
    with pytest.raises(ContextFull):
        model.choose(too_long, ("yes", "no"))
    with pytest.raises(ContextFull):
        list(model.reply(WHO, Sampling(max_tokens=4000)))
    assert said(list(model.reply(WHO, SHORT)))


def test_closing_the_iterator_cancels_and_the_next_call_works(model: ProcessModel) -> None:
    process = model.process_id
    reply = model.reply(WHO, Sampling(max_tokens=500))
    next(reply)
    started = time.monotonic()
    reply.close()
    assert time.monotonic() - started < 3
    assert said(list(model.reply(WHO, SHORT)))
    assert model.process_id == process


def test_an_interrupt_during_a_long_prompt_cancels_it(model: ProcessModel) -> None:
    list(model.reply(WHO, SHORT))
    process = model.process_id
    threading.Timer(0.3, signal.raise_signal, (signal.SIGINT,)).start()
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        read_long_prompts(model)
    assert time.monotonic() - started < 5
    assert said(list(model.reply(WHO, SHORT)))
    assert model.process_id == process


def test_a_killed_process_is_said_and_started_anew(model: ProcessModel) -> None:
    before = said(list(model.reply(WHO, SHORT)))
    first = model.process_id
    assert first is not None
    killer = threading.Timer(0.2, os.kill, (first, signal.SIGKILL))
    killer.start()
    with pytest.raises(EngineCrashed, match="signal 9") as caught:
        read_long_prompts(model)
    killer.join()
    assert "Ask again" in caught.value.hint
    assert said(list(model.reply(WHO, SHORT))) == before
    assert model.process_id != first


def test_a_process_killed_between_calls_is_started_anew(model: ProcessModel) -> None:
    first = model.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)
    # Until its last thread is gone, and not only its first.
    psutil.Process(first).wait(10)
    assert sum(model.choose(WHO, ("yes", "no"))) == pytest.approx(1)
    assert model.process_id not in (None, first)


def test_threads_wait_for_their_turn(model: ProcessModel) -> None:
    alone = {text: said(list(model.reply(question(text), SHORT))) for text in ("Who?", "Where?")}
    together: dict[str, set[str]] = {text: set() for text in alone}

    def work(text: str) -> None:
        for _ in range(3):
            together[text].add(said(list(model.reply(question(text), SHORT))))

    threads = [threading.Thread(target=work, args=(text,)) for text in alone]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == {text: {reply} for text, reply in alone.items()}


def test_a_call_in_the_middle_of_a_reply_is_refused(model: ProcessModel) -> None:
    reply = model.reply(WHO, SHORT)
    next(reply)
    with pytest.raises(ModelError, match="still writing"):
        model.choose(WHO, ("yes", "no"))
    reply.close()


@pytest.mark.parametrize("part", [0.999, 0.5, 0.01])
def test_a_truncated_model_is_damaged(tmp_path: Path, small_model_path: Path, part: float) -> None:
    whole = small_model_path.read_bytes()
    damaged = tmp_path / "half.gguf"
    damaged.write_bytes(whole[: int(len(whole) * part)])
    for kind in (LlamaModel, ProcessModel):
        with pytest.raises(ModelDamaged, match=r"half\.gguf"):
            kind(damaged)
    damaged.unlink()


def test_a_closed_model_ends_its_process_and_says_so(small_model_path: Path) -> None:
    opened: list[Model] = [
        ProcessModel(small_model_path, options=OPTIONS),
        LlamaModel(small_model_path, options=OPTIONS),
    ]
    assert isinstance(opened[0], ProcessModel)
    process = opened[0].process_id
    assert process is not None
    for model in opened:
        model.close()
        model.close()
        with pytest.raises(ModelError, match="closed"):
            model.count_tokens("word")
    assert wait_until_gone(process, 10)


def test_the_engine_ends_with_its_parent(small_model_path: Path) -> None:
    parent = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import sys, time\n"
            "from pathlib import Path\n"
            "from longread.engine.open import open_model\n"
            "if __name__ == '__main__':\n"
            "    model = open_model(Path(sys.argv[1]), context=512)\n"
            "    print(model.process_id, flush=True)\n"
            "    time.sleep(600)\n",
            str(small_model_path),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    engine = int(parent.stdout.readline())
    assert psutil.pid_exists(engine)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert wait_until_gone(engine, 20)


@pytest.fixture(scope="module")
def endpoint(small_model_path: Path) -> Iterator[str]:
    """The URL of llama-cpp-python's own server with the small model."""
    allow("127.0.0.1:0")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    allow(f"127.0.0.1:{port}")
    server = subprocess.Popen(
        [
            *(sys.executable, "-m", "llama_cpp.server", "--model", str(small_model_path)),
            *("--host", "127.0.0.1", "--port", str(port), "--n_ctx", "2048"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/v1"
    try:
        deadline = time.monotonic() + 90
        while True:
            try:
                EndpointModel(url).close()
                break
            except EndpointError:
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.2)
        yield url
    finally:
        server.kill()
        server.wait()


def test_a_server_of_another_make_answers(endpoint: str) -> None:
    model = EndpointModel(endpoint, context=2048)
    chunks = list(model.reply(WHO, SHORT))
    assert len(chunks) > 2
    assert said(chunks)
    assert chunks[-1].final
    assert 0 < chunks[-1].reply_tokens <= SHORT.max_tokens
    chances = model.choose(question("Did she wind the clock?"), ("yes", "no"))
    assert sum(chances) == pytest.approx(1)
    model.close()


def test_a_server_whose_context_is_full_says_so(endpoint: str) -> None:
    model = EndpointModel(endpoint, context=100_000)
    too_long = [Message("user", STORY * 100)]
    with pytest.raises(ContextFull):
        model.choose(too_long, ("yes", "no"))
    # This server only breaks off where a reply is streamed.
    with pytest.raises(EndpointError, match="before it was finished"):
        list(model.reply(too_long, SHORT))
    assert said(list(model.reply(WHO, SHORT)))
    model.close()


def test_a_cancelled_reply_frees_the_server(endpoint: str) -> None:
    model = EndpointModel(endpoint, context=2048)
    reply = model.reply(WHO, Sampling(max_tokens=1000))
    next(reply)
    started = time.monotonic()
    reply.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 3
    assert said(list(model.reply(WHO, SHORT)))
    model.close()


def test_an_embedding_model_gives_unit_vectors(
    small_model_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "MAX_TOKENS", 64)
    embedder = GgufEmbedder(small_model_path)
    texts = ["The tide rose.", "The tide rose.", "", STORY * 4, "a\ud800b"]
    rows = embedder.embed_passages(texts)
    assert rows.shape == (len(texts), embedder.dimension)
    assert np.allclose(np.linalg.norm(rows[[0, 1, 3, 4]], axis=1), 1, atol=1e-4)
    assert np.allclose(rows[0], rows[1], atol=1e-4)
    assert embedder.embed_query("tide").shape == (embedder.dimension,)
    embedder.close()
    embedder.close()
    with pytest.raises(ModelNotFound):
        GgufEmbedder(small_model_path.with_name("none.gguf"))
    with pytest.raises(ModelDamaged):
        GgufEmbedder(Path(__file__))
