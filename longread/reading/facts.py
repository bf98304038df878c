"""The names and numbers of a sentence, and whether a text has them in some form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from longread.languages import language_code
from longread.memory import analysis
from longread.memory.analysis import passage_terms
from longread.memory.terms import bare
from longread.numerals import parse_number

WORD = re.compile(rf"(?!\d){analysis.WORD}")
"""A word, without digits before it."""

_BEGINNING = re.compile(r"\w")
_NUMBER = re.compile(r"\d[\d.,:]*")
# What stands before a German noun, perhaps with adjectives; before a name it seldom does.
_DETERMINED = re.compile(
    r"\b(?i:d(?:er|ie|as|em|en|es)|(?:k?ein|mein|dein|sein|ihr|unser|eue?r)(?:e[mnrs]?)?|"
    r"(?:dies|jed|jen|welch|manch|solch|all|viel|einig|mehrer|beid)e[mnrs]?|zwei|drei|"
    r"im|am|zum|zur|vom|beim|ins|ans|aufs)\s+(?:[a-zß-öø-ÿ]+\s+){0,2}$"
)
_LONGEST_BEFORE_NOUN = 60
_LEAST_STEM = 3
_LEAST_NUMERAL = 3


def plain(word: str) -> str:
    """A word in small letters, without a possessive ending."""
    return bare(word.casefold())


@lru_cache(32)
def words(text: str) -> frozenset[str]:
    """The plain words of a text."""
    return frozenset(plain(word) for word in WORD.findall(text))


def names_within(sentences: Iterable[str], language: str) -> frozenset[str]:
    """The plain words that sentences write as names where they do not begin with them."""
    return frozenset(plain(word) for one in sentences for word in _names_within(one, language))


def is_held(sentence: str, text: str, language: str, named: frozenset[str] = frozenset()) -> bool:
    """Whether the names and numbers of a sentence stand in a text.

    The word that begins the sentence may have its capital from that alone: it is a name only if
    it is among the ``named`` ones.
    """
    opening = WORD.search(sentence)
    names = set(_names_within(sentence, language))
    if opening is not None and plain(opening[0]) in named:
        names.add(opening[0])
    numbers = (part for number in _NUMBER.findall(sentence) for part in number.split(":"))
    return all(_has_name(text, name, language) for name in names) and all(
        term in _numbers(text, language)
        for number in numbers
        for term in passage_terms(number, language)[:1]
    )


def _names_within(sentence: str, language: str) -> Iterator[str]:
    beginning = _BEGINNING.search(sentence)
    nouns_too = language_code(language) == "de"
    for match in WORD.finditer(sentence):
        start = match.start()
        if not match[0][0].isupper() or (beginning and start == beginning.start()):
            continue
        before = sentence[max(0, start - _LONGEST_BEFORE_NOUN) : start]
        if not (nouns_too and _DETERMINED.search(before)):
            yield match[0]


def _has_name(text: str, name: str, language: str) -> bool:
    whole = plain(name)
    parts = [part for part in whole.split("-") if part]
    return whole in words(text) or all(_has_word(text, part, language) for part in parts)


def _has_word(text: str, word: str, language: str) -> bool:
    """Whether a text has a form of a word: one of the same stem, or each begins with the other's
    stem, for stems of one name differ too."""
    known = words(text)
    # Not every language sets an apostrophe before its possessive ending.
    if word in known or word.removesuffix("s") in known:
        return True
    stems = passage_terms(word, language)
    by_stem = _by_stem(text, language)
    if not by_stem.keys().isdisjoint(stems):
        return True
    begun = (word[:length] for length in range(_LEAST_STEM, len(word) + 1))
    return any(other.startswith(tuple(stems)) for stem in begun for other in by_stem.get(stem, ()))


@lru_cache(32)
def _by_stem(text: str, language: str) -> dict[str, list[str]]:
    """The plain words of a text by their stems."""
    found: dict[str, list[str]] = {}
    for word in words(text):
        for stem in passage_terms(word, language):
            found.setdefault(stem, []).append(word)
    return found


@lru_cache(32)
def _numbers(text: str, language: str) -> frozenset[str]:
    """The numbers of a text as terms: 1,850 is 1850, and six is 6."""
    written = (term for one in _NUMBER.findall(text) for term in passage_terms(one, language))
    # Shorter words are numerals only by their letters, as "I" is.
    told = (parse_number(word) for word in words(text) if len(word) >= _LEAST_NUMERAL)
    return frozenset((*written, *(str(value) for value in told if value is not None)))
