"""The words of a text: where they begin and end, how often they stand there, and where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from longread.answering.phrases import Phrase
from longread.document import Document, Span
from longread.find import APOSTROPHES, BLANK, HYPHENS
from longread.memory.analysis import COUNTED_WORD, LETTER, UNSPACED
from longread.reading.mentions import HONORIFICS
from longread.structure import Part

Measure = Literal["word", "character"]
"""What the length of a text is told in."""

_BEGINS = rf"(?<!{LETTER})"
_ENDS = rf"(?!{LETTER}|[{APOSTROPHES}]t(?!{LETTER}))"
"""A word ends before what is none of its letters; "Don" does not end in "Don't"."""

_MOST = 0.5
_SIGNS = {sign: f"[{alike}]" for alike in (APOSTROPHES, HYPHENS) for sign in alike}
_LETTER = re.compile(LETTER)
_UNSPACED = re.compile(f"[{UNSPACED}]+")
_MEASURES: dict[Measure, re.Pattern[str]] = {
    "word": re.compile(COUNTED_WORD),
    "character": re.compile(rf"[{UNSPACED}]|{LETTER}"),
}


def find_phrase(document: Document, phrase: Phrase, within: Sequence[Part] = ()) -> list[Span]:
    """Every place where a phrase stands as whole words.

    Letter case does not matter, but for a phrase that begins with a capital: a name is not
    found in a common word. Any white space, apostrophe and hyphen match any other. Scripts
    without spaces have no whole words.
    """
    pattern = pattern_of(phrase)
    return [
        Span(match.start(), match.end())
        for span in spans_of(document, within)
        for match in pattern.finditer(document.text, span.start, span.end)
    ]


def pattern_of(phrase: Phrase) -> re.Pattern[str]:
    """What finds a phrase as whole words."""
    body = BLANK.join(map(_word_pattern, phrase.text.split()))
    first, last = phrase.text[:1], phrase.text[-1:]
    begins = _BEGINS if _LETTER.match(first) else ""
    ends = _ENDS if _LETTER.fullmatch(last) else ""
    # "1,000" holds no 1.
    begins += r"(?<!\d[.,:])" if first.isdecimal() else ""
    ends += r"(?![.,:]\d)" if last.isdecimal() else ""
    if first.isupper():
        return re.compile(f"{begins}{body[:1]}(?i:{body[1:]}){ends}")
    return re.compile(f"{begins}{body}{ends}", re.IGNORECASE)


def measure_of(document: Document) -> Measure:
    """What a text is counted in: words, or characters where most of it is in scripts that set no
    words apart."""
    unspaced = sum(map(len, _UNSPACED.findall(document.text)))
    return "character" if unspaced > _MOST * len(document.text) else "word"


def words_in(document: Document, span: Span, measure: Measure = "word") -> Iterator[Span]:
    """Where each word of a stretch stands, or each character but white space and punctuation."""
    for match in _MEASURES[measure].finditer(document.text, span.start, span.end):
        yield Span(match.start(), match.end())


def count_words(document: Document, spans: Iterable[Span], measure: Measure = "word") -> int:
    """How many words, or characters, some stretches have."""
    return sum(1 for span in spans for _ in words_in(document, span, measure))


def spans_of(document: Document, within: Sequence[Part]) -> list[Span]:
    """Where some parts stand; all of the text for none."""
    return [part.span for part in within] or [Span(0, len(document.text))]


def _word_pattern(word: str) -> str:
    bare = word.removesuffix(".")
    if f"{bare.casefold()}." in HONORIFICS:
        return re.escape(bare) + r"\.?"
    return "".join(_SIGNS.get(character, re.escape(character)) for character in word)
