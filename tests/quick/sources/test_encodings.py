"""A text that is damaged in one place stays the text that it is."""

from __future__ import annotations

import pytest

from longread.sources import html, markdown, plain

ENGLISH = "It’s a truth universally told — that “a single man” wants café and naïveté. " * 20
CHINESE = "天地玄黄，宇宙洪荒。日月盈昃，辰宿列张。\n" * 40
BROKEN = ENGLISH.encode() + b"\xa0one bad byte \x92 here. " + ENGLISH.encode()


@pytest.mark.parametrize("reader", [plain.read, markdown.read, html.read])
def test_some_broken_bytes_do_not_cost_the_rest(reader: object) -> None:
    assert callable(reader)
    document = reader(BROKEN, "book")
    assert document.text.startswith(ENGLISH[:60])
    assert "one bad byte \ufffd here." in document.text
    assert "UTF-8" in document.warnings[0]


def test_a_page_that_says_it_is_utf8_may_be_damaged() -> None:
    document = html.read(b'<meta charset="utf-8"><p>' + BROKEN, "page.html")
    assert document.text.startswith(ENGLISH[:60])
    assert "UTF-8" in document.warnings[0]


def test_damaged_chinese_stays_chinese() -> None:
    document = plain.read(CHINESE.encode() + b"\xff\xfe" + CHINESE.encode(), "book.txt")
    assert document.text.startswith("天地玄黄")
    assert document.warnings


def test_another_encoding_is_no_damaged_utf8() -> None:
    document = plain.read(("Tout était calme, et la fée dormait. " * 9).encode("cp1252"), "a.txt")
    assert document.text.startswith("Tout était calme, et la fée")
    assert document.warnings == ()
