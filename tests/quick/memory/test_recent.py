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


def test_each_value_is_measured_once_however_many_are_kept() -> None:
    measured: list[str] = []

    def size(value: str) -> int:
        measured.append(value)
        return len(value)

    recent = Recent[str, str](100, size)
    for name in ("a", "b", "c", "a"):
        recent.keep(name, name * 30)
    assert measured == ["a" * 30, "b" * 30, "c" * 30, "a" * 30]
    recent.drop("b")
    recent.keep("d", "d" * 40)
    assert [name for name in "abcd" if recent.get(name)] == ["a", "c", "d"]
