"""The scripted model keeps the protocol's promises, so that tests with it mean something."""

from __future__ import annotations

import pytest

from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Chunk, Message, Model, Sampling

ASK = [Message("system", "Be brief."), Message("user", "Who keeps the gauge?")]


def said(model: Model, sampling: Sampling | None = None) -> str:
    return "".join(chunk.text for chunk in model.reply(ASK, sampling or Sampling()))


def test_a_reply_comes_word_by_word_and_ends_with_its_counts() -> None:
    model = ScriptedModel()
    model.enqueue("Winifred Marr.\nShe did.")
    chunks = list(model.reply(ASK, Sampling()))
    assert [chunk.text for chunk in chunks] == ["Winifred", " Marr.", "\nShe", " did.", ""]
    assert chunks[-1] == Chunk("", True, prompt_tokens=6, reply_tokens=4, finish="stop")


def test_the_longest_reply_and_stop_strings_hold() -> None:
    model = ScriptedModel("one two END three")
    assert said(model, Sampling(stop=("END",))) == "one two"
    last = list(model.reply(ASK, Sampling(max_tokens=3)))[-1]
    assert (last.reply_tokens, last.finish) == (3, "length")


def test_a_function_answers_from_what_it_is_asked() -> None:
    model = ScriptedModel()
    model.enqueue(lambda messages: messages[-1].text.upper())
    assert said(model) == "WHO KEEPS THE GAUGE?"


def test_an_exception_is_raised_in_its_turn() -> None:
    model = ScriptedModel("Afterwards.")
    model.enqueue(ConnectionError("gone"))
    with pytest.raises(ConnectionError, match="gone"):
        said(model)
    assert said(model) == "Afterwards."


def test_choices_get_the_scripted_chance_and_share_the_rest() -> None:
    model = ScriptedModel(chances=lambda messages: 0.4)
    assert model.choose(ASK, ("yes", "no", "perhaps")) == pytest.approx([0.4, 0.3, 0.3])
    assert model.asked == [tuple(ASK)]


def test_it_counts_words_and_remembers_being_closed() -> None:
    model = ScriptedModel()
    assert model.count_tokens("one two  three") == 3
    model.close()
    model.close()
    assert model.closed
