"""What was used last stays in memory."""

from __future__ import annotations

from longread.memory.recent import Recent


def test_what_was_not_used_for_longest_goes_first() -> None:
    recent = Recent[str, str](6, len)
    recent.keep("a", "12")
    recent.keep("b", "34")
    assert recent.get("a") == "12"
    recent.keep("c", "567")
    assert (recent.get("a"), recent.get("b"), recent.get("c")) == ("12", None, "567")


def test_what_was_used_last_stays_however_large_it_is() -> None:
    recent = Recent[str, str](3, len)
    recent.keep("a", "1")
    recent.keep("b", "23456")
    assert (recent.get("a"), recent.get("b")) == (None, "23456")
    recent.keep("b", "2")
    recent.drop("b")
    recent.drop("b")
    assert recent.get("b") is None
