"""Tables and figures by the captions that have their numbers, and questions that name them:
"Table 3", "figs. 2 and 4"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from longread.document import Document, Paragraph, Passage, Span

Captioned = Literal["table", "figure"]

NUMBER = r"[A-Z]?\d+(?:[.-]\d+)*"
"""Matches the number of a table or figure, as 3, A1 or 2.4."""

_WORDS: Mapping[Captioned, str] = {
    "table": (
        r"(?:table(?:s|aux?)?|tab\.?|tabell(?:en?|a)|tabl(?:as?|\.)|tabelas?|таблиц[аеуы]|табл\.|表)"
    ),
    "figure": (
        r"(?:figur(?:es?|as?|e)|figs?\.?|abbildung(?:en)?|abb\.?|рисун(?:ок|ке|ка)|рис\.|[图圖図])"
    ),
}
_NUMBERS = rf"(?P<numbers>{NUMBER}(?:\s*(?:,|&|and|or|und|oder|et|ou|y|o|e)\s*{NUMBER})*)"
_ENDS = r"(?![\w]|[.-]\d)"
_NAMED = {
    word: re.compile(rf"(?<!\w){said}\s*{_NUMBERS}{_ENDS}", re.IGNORECASE)
    for word, said in _WORDS.items()
}
_CAPTION = {
    word: re.compile(rf"{said}\s*(?P<number>{NUMBER})\s*(?P<parted>[.:|—–-])?", re.IGNORECASE)
    for word, said in _WORDS.items()
}
_MOST_MENTIONING = 6
"""Passages that speak of a table or figure which are looked up with its caption."""


def captions(word: Captioned, document: Document) -> dict[str, Span]:
    """The captions of a text's tables or figures by their numbers, in the order of the text."""
    found: dict[str, Span] = {}
    bare: set[str] = set()
    for paragraph in document.paragraphs:
        match = _caption(word, paragraph, document)
        if match is None:
            continue
        number = match["number"].upper()
        says_more = bool(document.text[match.end() : paragraph.span.end].strip())
        if number in bare and says_more:
            # The end of a sentence may stand alone: "… see / Figure 2."
            bare.remove(number)
            del found[number]
        if number not in found:
            found[number] = paragraph.span
            bare |= set() if says_more else {number}
    return found


def named_in(question: str) -> Iterator[tuple[Captioned, str]]:
    """The tables and figures that a question names by their numbers."""
    for word, pattern in _NAMED.items():
        for match in pattern.finditer(question):
            for number in re.findall(NUMBER, match["numbers"], re.IGNORECASE):
                yield word, number.upper()


def passages_of_named_captions(
    document: Document, passages: Sequence[Passage], question: str
) -> list[int]:
    """The numbers of passages with the captions of tables and figures that a question names, and
    behind them some that speak of those."""
    named = dict.fromkeys(named_in(question))
    known = {word: captions(word, document) for word in dict.fromkeys(word for word, _ in named)}
    asked = [(word, number) for word, number in named if number in known[word]]
    naming = {one.number: {*named_in(document.slice(one.span))} for one in passages if asked}
    shown: list[int] = []
    telling: list[int] = []
    for word, number in asked:
        caption = known[word][number]
        shown += [passage.number for passage in passages if passage.span.touches(caption)]
        speaking = [at for at, names in naming.items() if (word, number) in names]
        telling += speaking[:_MOST_MENTIONING]
    return list(dict.fromkeys(shown + telling))


def _caption(word: Captioned, paragraph: Paragraph, document: Document) -> re.Match[str] | None:
    match = _CAPTION[word].match(document.text, paragraph.span.start, paragraph.span.end)
    is_caption = match is not None and (match["parted"] or paragraph.kind == "caption")
    return match if is_caption else None
