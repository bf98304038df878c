"""Text leaves a model sanitised, and ends at a stop string, however it was cut into pieces."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from longread.engine.stream import SafeText
from longread.text import sanitise

PARTS = st.sampled_from(
    ["a", "word ", "\n", "\r", "\r\n", "\x1b[31m", "\x1b]0;title\x07", "\x1b", "[0", "]8;;x",
     "\x9b1m", "\x07", "\x1b\\", "é", "END", "EN", "\u202e", "日本"]
)  # fmt: skip


def run(pieces: list[str], stop: tuple[str, ...] = ()) -> tuple[str, SafeText]:
    safe = SafeText(stop)
    return "".join([*(safe.feed(piece) for piece in pieces), safe.finish()]), safe


@given(st.lists(PARTS, max_size=12))
def test_the_pieces_give_what_the_whole_gives(parts: list[str]) -> None:
    whole = "".join(parts)
    assert run(list(whole))[0] == run(parts)[0] == sanitise(whole)


@given(st.lists(PARTS, max_size=12))
def test_a_stop_string_is_found_however_it_is_cut(parts: list[str]) -> None:
    whole = "".join(parts)
    shown, safe = run(list(whole), ("END",))
    assert shown == sanitise(whole.partition("END")[0])
    assert safe.stopped == ("END" in whole)


def test_what_may_become_a_stop_string_is_held_back() -> None:
    safe = SafeText(("\n\n", "User:"))
    assert safe.feed("Yes.") == "Yes."
    assert safe.feed(" Us") == " "
    assert safe.feed("ually") == "Usually"
    assert safe.feed("\n") == ""
    assert safe.feed("\nMore") == ""
    assert safe.stopped
    assert safe.feed("never") == ""


def test_the_earliest_of_several_stop_strings_wins() -> None:
    assert run(["one two three"], ("three", "two"))[0] == "one "


def test_text_behind_a_whole_escape_sequence_is_not_held_back() -> None:
    safe = SafeText()
    assert safe.feed("\x1b[31mred") == "red"
    assert safe.feed(" and ") == " and "
    assert safe.feed("\x1b]0;ti") == ""
    assert safe.feed("tle\x07done") == "done"


def test_what_is_held_back_has_an_end() -> None:
    safe = SafeText()
    safe.feed("\x1b]")
    assert "x" in "".join(safe.feed("x" * 1000) for _ in range(6))
