import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longread.text import (
    escaped_json,
    naming,
    one_line,
    sanitise,
    squeeze,
    squeeze_lines,
)


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b]0;owned\x07",
        "\x1b]8;;http://example.org\x1b\\",
        "\x1b[31m",
        "\x1b[?25l",
        "\x9b2J",
        "\x1bPq#0\x1b\\",
        "\x1b_hidden\x1b\\",
        "\x1bc",
        "\x1b(B",
    ],
)
def test_escape_sequences_go_whole(sequence: str) -> None:
    assert sanitise(f"a{sequence}b") == "ab"


@pytest.mark.parametrize(
    "hidden", ["\u202e", "\u2066", "\u200f", "\U000e0041", "\u200b", "\ufeff", "\0", "\x7f"]
)
def test_invisible_characters_go(hidden: str) -> None:
    assert sanitise(f"a{hidden}b") == "ab"


def test_joiners_stay_for_emoji_and_scripts() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert sanitise(family) == family
    assert sanitise("می\u200cروم") == "می\u200cروم"


def test_line_ends_become_newlines_and_letters_are_composed() -> None:
    assert sanitise("a\r\nb\rc\u2028d\x0ce") == "a\nb\nc\nd\ne"
    assert sanitise("e\u0301") == "é"


def test_squeezing_prose_and_lines() -> None:
    assert squeeze(" a \n\t b ") == "a b"
    assert squeeze_lines("  a \u00a0 b \n  c ") == "a b\nc"


def test_one_line_is_cut_to_its_limit() -> None:
    assert one_line("a\nb") == "a b"
    assert one_line("x" * 50, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("name", "said", "named"),
    [
        ("/shelf/a.pdf", "It is locked.", "a.pdf: It is locked."),
        ("/shelf/a.pdf", "a.pdf is locked.", "a.pdf is locked."),
        ("C:\\shelf\\a.pdf", "It is locked.", "a.pdf: It is locked."),
        ("a\x1b[31mb", "It is locked.", "ab: It is locked."),
        ("x" * 99, "It is locked.", "x" * 59 + "…: It is locked."),
    ],
)
def test_a_message_names_its_file_once(name: str, said: str, named: str) -> None:
    assert naming(name, said) == named


def test_json_loses_nothing_and_acts_on_nothing() -> None:
    name = "a\x1b[31m\x9b2J\u202e\U000e0041\udcff é 日\n"
    written = escaped_json(json.dumps({"path": name}, ensure_ascii=False))
    assert json.loads(written) == {"path": name}
    assert written == sanitise(written)
    assert "é 日" in written


def test_json_is_one_line_for_whatever_ends_lines() -> None:
    said = "one\u2028two\u2029three\x85four"
    written = escaped_json(json.dumps(said, ensure_ascii=False))
    assert len(written.splitlines()) == 1
    assert json.loads(written) == said


_NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("\x1b\x9b\x9c\x07[]P\\;0m \n\r\x85\u202e\u200b\u0301\ud800a"),
        st.characters(),
    )
)


@given(_NASTY)
def test_sanitising_twice_changes_nothing(text: str) -> None:
    once = sanitise(text)
    assert sanitise(once) == once


@given(_NASTY)
def test_nothing_that_acts_on_a_terminal_stays(text: str) -> None:
    assert not any(
        (ord(mark) < 32 and mark not in "\n\t") or 127 <= ord(mark) < 160 for mark in sanitise(text)
    )
