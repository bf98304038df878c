"""Which of several documents a question names by their titles."""

from __future__ import annotations

import re
from collections.abc import Mapping

from longread.answering.abstain import names_in

_SUBTITLE = re.compile(r"[:;(\[–—]|\s-\s")
_ARTICLE = re.compile(
    r"(?:the|a|an|der|die|das|ein|eine|le|la|les|un|une|el|los|las|il|lo|gli|i|o|os)\s+",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_QUOTED_WORD = re.compile(r"[\"“„«»‘'](\w+)[\"”“»«’']")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7af]")
_LEAST_UNSPACED = 2


def documents_named(question: str, titles: Mapping[str, str]) -> frozenset[str]:
    """The ids of documents, given with their titles, that a question names; none where it names
    all of them. A subtitle and an article need not stand in the question. A title of one word,
    which may be just a word, must be written there like a name or in quotation marks."""
    named = frozenset(one for one, title in titles.items() if _is_named(question, title))
    return named if len(named) < len(titles) else frozenset()


def _is_named(question: str, title: str) -> bool:
    main = _SUBTITLE.split(title, maxsplit=1)[0].strip()
    if _UNSPACED.search(main):
        return len(main) >= _LEAST_UNSPACED and main in question
    words = _words(_ARTICLE.sub("", main, count=1) if _ARTICLE.match(main) else main)
    if len(words) == 1:
        names = [*names_in(question), *_QUOTED_WORD.findall(question)]
        return words[0] in {name.casefold() for name in names}
    return bool(words) and f" {' '.join(words)} " in f" {' '.join(_words(question))} "


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
