"""Text on its way out of a model, and the scripted model."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message, Sampling
from longread.engine.stream import SafeText
from longread.text import sanitise

ASK = [Message("user", "Who?")]


def streamed(text: str, cuts: list[int], stop: tuple[str, ...] = ()) -> str:
    safe = SafeText(stop)
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return "".join([safe.feed(text[a:b]) for a, b in pairwise(places)] + [safe.finish()])


@given(st.lists(st.integers(0, 40), max_size=8))
def test_a_stop_string_is_found_however_it_is_cut(cuts: list[int]) -> None:
    assert streamed("The answer.\n\nQuestion: more", cuts, ("\n\nQuestion:",)) == "The answer."


@given(st.text(alphabet="ab\x1b[]0;31m\x07\r\n", max_size=30), st.lists(st.integers(0, 30)))
def test_no_escape_survives_however_it_is_cut(text: str, cuts: list[int]) -> None:
    shown = streamed(text, cuts)
    assert "\x1b" not in shown
    assert "\x07" not in shown


@given(st.lists(st.integers(0, 40), max_size=8))
def test_an_escape_sequence_goes_whole(cuts: list[int]) -> None:
    text = "Red \x1b[31malarm\x1b[0m and \x1b]0;title\x07calm"
    assert streamed(text, cuts) == sanitise(text) == "Red alarm and calm"


def test_what_may_become_a_stop_string_is_held_back_and_then_given() -> None:
    safe = SafeText(("END",))
    assert safe.feed("The EN") == "The "
    assert safe.feed("TIRE book") == "ENTIRE book"


def test_a_scripted_model_says_what_it_was_told_and_remembers() -> None:
    model = ScriptedModel(fallback="No more.")
    model.enqueue("One two three.", ValueError("broken"))
    chunks = list(model.reply(ASK, Sampling()))
    assert "".join(chunk.text for chunk in chunks) == "One two three."
    assert chunks[-1].final
    assert chunks[-1].reply_tokens == 3
    with pytest.raises(ValueError, match="broken"):
        list(model.reply(ASK, Sampling()))
    assert "".join(chunk.text for chunk in model.reply(ASK, Sampling())) == "No more."
    assert model.asked == [tuple(ASK)] * 3
    assert sum(model.choose(ASK, ("yes", "no", "maybe"))) == pytest.approx(1)
