"""Several replies side by side with the real small model, and notes on a real text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from longread.engine import writing
from longread.engine.context import Context, NoContext
from longread.engine.llama import LlamaModel
from longread.engine.options import LoadOptions
from longread.engine.process import ProcessModel
from longread.engine.protocol import CUT, Line, Message, Part, Sampling, StreamingModel
from longread.engine.writing import OTHER_BEGINNING
from longread.errors import ModelError
from longread.reading.frame import Material, prefix

pytestmark = pytest.mark.small_model
SAMPLE = Path(__file__).parents[2] / "examples" / "the-uncorrected-tide.epub"
OPTIONS = LoadOptions(context=1024)
FACTS = ("The lamp is green.", "The boat is red.", "The door is blue.", "The sea is grey.")
LINES = (Line("Gist:", 12), Line("Topics:", 6))


def asked(fact: str) -> list[Message]:
    passage = Part(f"[1] {fact} The keeper said so twice, and wrote it into his log.\n\n")
    return Material((passage,)).asked("Write a note.\nGist: one sentence\nTopics: key words")


def write(
    model: StreamingModel, prompts: Sequence[Sequence[Message]], together: int
) -> tuple[tuple[str, ...], ...]:
    model.start_writing(prompts, [LINES] * len(prompts), together)
    while (written := model.write_on()).replies is None:
        assert written.done <= written.total == len(prompts)
    return written.replies


@pytest.fixture(scope="module")
def model(small_model_path: Path) -> Iterator[LlamaModel]:
    opened = LlamaModel(small_model_path, options=OPTIONS)
    yield opened
    opened.close()


@pytest.mark.parametrize("together", [1, 3, 8])
def test_every_reply_has_its_lines(model: LlamaModel, together: int) -> None:
    replies = write(model, [asked(fact) for fact in FACTS], together)
    assert len(replies) == len(FACTS)
    for lines in replies:
        assert len(lines) == len(LINES)
        for said, line in zip(lines, LINES, strict=True):
            assert "\n" not in said
            assert not said.startswith(line.label)
            assert model.count_tokens(said.removesuffix(CUT)) <= line.max_tokens
    assert all(lines[0] for lines in replies)


def test_a_line_that_had_more_to_say_is_marked(model: LlamaModel) -> None:
    lines = (Line("The keeper said that the", 3), Line("-", 40))
    model.start_writing([asked(FACTS[0])], [lines], 1)
    while (written := model.write_on()).replies is None:
        pass
    cut, whole = written.replies[0]
    assert cut.endswith(CUT)
    assert model.count_tokens(whole.removesuffix(CUT)) < 40 or whole.endswith(CUT)


def test_items_of_a_list_begin_differently(model: LlamaModel) -> None:
    lines = (Line("-", 20),) * 4
    model.start_writing([asked(FACTS[0])], [lines], 1)
    while (written := model.write_on()).replies is None:
        pass
    begins = [tuple(said.split()[:OTHER_BEGINNING]) for said in written.replies[0]]
    assert len(set(begins)) == len(begins)


@pytest.mark.parametrize("together", [1, 4])
def test_replies_are_about_their_own_prompt(model: LlamaModel, together: int) -> None:
    prompts = [
        Material((Part(f"[1] {fact} The keeper said so twice.\n\n"),)).asked("What did he say?")
        for fact in FACTS
    ]
    line = (Line("The keeper said that the", 6),)
    model.start_writing(prompts, [line] * len(prompts), together)
    while (written := model.write_on()).replies is None:
        pass
    words = ("lamp", "boat", "door", "sea")
    assert [lines[0].split()[0] for lines in written.replies] == list(words)


def test_where_memory_is_small_fewer_are_written_at_a_time(
    model: LlamaModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = write(model, [asked(fact) for fact in FACTS], 1)
    sizes: list[int] = []

    def watched(*given: Any, **named: Any) -> Context:
        if named.get("separate"):
            sizes.append(named["sequences"])
            if len(sizes) == 1:
                raise NoContext("there is no room")
        return Context(*given, **named)

    monkeypatch.setattr(writing, "Context", watched)
    # There is none for four, but for two.
    assert len(write(model, [asked(fact) for fact in FACTS], 4)) == len(FACTS)
    assert sizes == [4, 2]
    monkeypatch.setattr(writing, "MEMORY_SHARE", 0.0)
    assert write(model, [asked(fact) for fact in FACTS], 4) == alone
    assert sizes == [4, 2, 1]


def test_the_last_ones_close_up(model: LlamaModel, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[list[int]] = []
    step = Context.step

    def watched(
        context: Context, tokens: Mapping[int, int], wanted: Iterable[int]
    ) -> dict[int, Any]:
        steps.append(list(tokens))
        return step(context, tokens, wanted)

    monkeypatch.setattr(Context, "step", watched)
    prompts = [
        Material((Part(f"[1] {fact} The keeper said so twice.\n\n"),)).asked("What did he say?")
        for fact in FACTS
    ]
    label = "The keeper said that the"
    lengths = (2, 2, 6, 6)
    model.start_writing(prompts, [(Line(label, most),) for most in lengths], 4)
    while (written := model.write_on()).replies is None:
        pass
    # Those that go on are still about their own prompt.
    words = ("lamp", "boat", "door", "sea")
    assert [lines[0].split()[0] for lines in written.replies] == list(words)
    assert steps[0] == [0, 1, 2, 3]
    assert steps[-1] == [0, 1]


def test_the_same_batch_gives_the_same_replies(model: LlamaModel) -> None:
    prompts = [asked(fact) for fact in FACTS]
    first = write(model, prompts, 3)
    list(model.reply(asked(FACTS[0]), Sampling(max_tokens=4)))
    assert write(model, prompts, 3) == first


def test_blocks_spare_reading_again(model: LlamaModel) -> None:
    texts = [
        f"[{n}] {fact} The keeper wrote it into his log.\n\n" for n, fact in enumerate(FACTS, 1)
    ]
    model.start_reading(prefix(), 512)
    blocks = [model.read_on([text])[0].block for text in texts]
    model.stop_reading()
    given = Material(tuple(Part(t, b) for t, b in zip(texts, blocks, strict=True)))
    replies = write(model, [given.asked("Write a note.\nGist: one sentence")] * 2, 2)
    assert replies[0][0]
    broken = replace(blocks[0], keys=blocks[0].keys[:, :, :-2]) if blocks[0] else None
    wrong = Material((Part(texts[0], broken),))
    with pytest.raises(ModelError):
        write(model, [wrong.asked("Write a note.")], 1)
    model.stop_writing()
    assert write(model, [asked(FACTS[0])], 1)[0][0]


def test_questions_come_between_and_change_nothing(small_model_path: Path) -> None:
    prompts = [asked(fact) for fact in FACTS]
    with closing(ProcessModel(small_model_path, options=OPTIONS)) as model:
        undisturbed = write(model, prompts, 4)
        answers: list[str] = []
        written: list[tuple[tuple[str, ...], ...]] = []
        thread = threading.Thread(target=lambda: written.append(write(model, prompts, 4)))
        thread.start()
        for _ in range(4):
            chunks = model.reply(asked(FACTS[1]), Sampling(max_tokens=3))
            answers.append("".join(chunk.text for chunk in chunks))
            time.sleep(0.5)
        thread.join()
        assert written == [undisturbed]
        assert len(set(answers)) == 1


def test_nothing_can_be_written_on_that_was_not_begun(model: LlamaModel) -> None:
    model.stop_writing()
    model.stop_writing()
    with pytest.raises(ModelError):
        model.write_on()


def test_notes_of_a_real_text_hold(tmp_path: Path, small_model_path: Path) -> None:
    book = tmp_path / "book.txt"
    text = SAMPLE.with_suffix(".md").read_text("utf-8")
    book.write_text(text[:14_000], "utf-8")
    environment = {**os.environ, "LONGREAD_HOME": str(tmp_path / "home")}

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "longread", *arguments]
        return subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=300, env=environment
        ).stdout

    run("read", str(book), "--notes", "--model", str(small_model_path), "--embedder", "none")
    notes = [json.loads(row) for row in run("library", "notes", "book", "--json").splitlines()]
    assert [note["number"] for note in notes] == list(range(1, len(notes) + 1))
    assert notes[0]["first"] == 1
    assert all(note["gist"] and note["model"] for note in notes)
    assert all(note["first"] <= note["last"] for note in notes)
