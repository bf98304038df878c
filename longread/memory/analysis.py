"""Text becomes index terms, the same way for passages and for questions.

Words are casefolded, stemmed with the Snowball stemmer of the language, and lose their
accents. Scripts that are written without spaces give overlapping pairs of characters.
A term holds only letters, digits and characters outside ASCII, so that the index's own
tokenizer never splits one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from longread.find import APOSTROPHES, HYPHENS
from longread.memory.stopwords import joined_stop_words, joins_pronouns, stop_words
from longread.text import EAST_ASIAN

LONGEST_TERM = 64
"""Characters of a word that are indexed; what is longer is no word."""

_SNOWBALL = {
    "ar": "arabic",
    "ca": "catalan",
    "cs": "czech",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "eo": "esperanto",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fa": "persian",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "nb": "norwegian",
    "ne": "nepali",
    "nl": "dutch",
    "nn": "norwegian",
    "no": "norwegian",
    "pl": "polish",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}

_MORE_NAMES = {"bg": "bulgarian", "hr": "croatian", "ja": "japanese", "ko": "korean"}
_MORE_NAMES |= {"la": "latin", "sk": "slovak", "sl": "slovene", "uk": "ukrainian", "zh": "chinese"}

UNSPACED = f"\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0edf\u1000-\u1049\u1780-\u17d3{EAST_ASIAN}"
"""Letters of scripts that set no spaces between words, for a class of a regular expression."""

# Hangul has spaces, but its words have endings that no stemmer knows.
_IN_PAIRS = rf"{UNSPACED}\uac00-\ud7af"
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06ed\u0900-\u0963\u0966-\u0dff\u0f71-\u0f84\u200c\u200d"
)
LETTER = rf"(?:[^\W_{UNSPACED}]|[{_MARKS}])"
"""Matches a letter or digit of a script with spaces between words, or a vowel sign or mark, which
belongs to the word that it stands in."""

WORD = rf"(?:(?=\w){LETTER}++(?:[{HYPHENS}{APOSTROPHES}]{LETTER}++)*+|[{UNSPACED}]++)"
"""Matches a word as it stands in a text; in scripts without spaces, a run of letters."""

COUNTED_WORD = (
    rf"(?:\d++(?:[.,:]\d++)++{LETTER}*+|(?<!{LETTER})(?:(?=\w){LETTER}(?<!\d)\.){{2,}}|{WORD})"
)
"""Matches what counts as one word: a word, a number with its signs, or an abbreviation with its."""

_COUNTED = re.compile(f"[{EAST_ASIAN}]|{COUNTED_WORD}")
_STEMMED_LETTER = rf"(?:[^\W_{_IN_PAIRS}]|[{_MARKS}])"
_NUMBER = r"\d+(?:[.,']\d+)+"
_TOKEN = re.compile(
    rf"(?P<unspaced>[{_IN_PAIRS}]+)"
    rf"|(?P<number>{_NUMBER})"
    r"|(?P<acronym>(?<![^\W_])(?:[^\W\d_]\.){2,})"
    rf"|(?P<word>{_STEMMED_LETTER}+(?:['-]{_STEMMED_LETTER}+)*)"
    "|(?P<symbol>[\u2600-\u27bf\U0001f300-\U0001faff])"
)
# An index may hold "15.25kg" as 15.2 and 5kg: it keeps its terms for as long as its text.
_TOKEN_CUT_AT_UNITS = re.compile(_TOKEN.pattern.replace(_NUMBER, rf"{_NUMBER}(?![^\W\d_])"))
_YEAR_BEHIND_LETTERS = re.compile(r"(?<=[^\W\d_])(?P<word>(?:19|20)\d\d)(?![^\W_])")
"""The year of "FY2018": a report's tables have the year alone above their columns."""

_OF_UNSPACED = re.compile(f"[{_IN_PAIRS}]")
_ACCENTS = re.compile("[\u0300-\u036f]")
_VOWEL_POINTS = re.compile(
    "[\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u200c\u200d]"
)
_ROMAN_OR_GREEK = re.compile("[\u00c0-\u024f\u0370-\u03ff\u1e00-\u1fff\u0300-\u036f]")
_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ё": "е"}
)
_PLAIN_SIGNS = str.maketrans({**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys(HYPHENS, "-")})
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,']\d{3})+")
_CONTRACTED = frozenset({"t", "re", "ve", "ll", "d", "m"})


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A term of a question; ``prefix`` finds every term that begins so."""

    text: str
    prefix: bool = False


def language_name(language: str) -> str:
    """The English name of a language by its code; empty where it is not known here."""
    code = _code(language)
    return (_SNOWBALL | _MORE_NAMES).get(code, "").capitalize()


def passage_terms(text: str, language: str) -> list[str]:
    """All terms of a text in its order, function words included."""
    analyse = _analyser(_code(language))
    terms: list[str] = []
    for kind, token in _tokens(text):
        if kind == "unspaced":
            terms += _pairs(token)
            # The last character begins no pair, and must be found on its own too.
            terms.append(token[-1])
        else:
            terms += analyse(kind, token)
    return terms


def query_terms(question: str, language: str) -> list[QueryTerm]:
    """The distinct terms of a question, without function words where others remain."""
    telling: dict[QueryTerm, None] = {}
    everything: dict[QueryTerm, None] = {}
    code = _code(language)
    analyse, tell, stopped = _analyser(code), _teller(code), stop_words(code)
    patterns = (_TOKEN, _TOKEN_CUT_AT_UNITS, _YEAR_BEHIND_LETTERS)
    for kind, token in chain.from_iterable(_tokens(question, pattern) for pattern in patterns):
        if kind == "unspaced":
            found = [QueryTerm(pair) for pair in _pairs(token)] or [QueryTerm(token, prefix=True)]
            kept = [term for term in found if term.text not in stopped]
        else:
            found = [QueryTerm(term) for term in analyse(kind, token)]
            kept = [QueryTerm(term) for term in tell(kind, token)]
        telling.update(dict.fromkeys(kept))
        everything.update(dict.fromkeys(found))
    return list(telling or everything)


def content_terms(text: str, language: str) -> list[str]:
    """The terms of a text in its order, without function words; none may remain."""
    code = _code(language)
    tell, stopped = _teller(code), stop_words(code)
    terms: list[str] = []
    for kind, token in _tokens(text):
        if kind == "unspaced":
            terms += [item for item in _pairs(token) or [token] if item not in stopped]
        else:
            terms += tell(kind, token)
    return terms


def language_asked_in(question: str, language: str) -> str:
    """The code of a text's language where a question is asked in it, by its function words; empty
    where that may be English."""
    is_asked = len(content_terms(question, language)) < len(content_terms(question, "en"))
    return _code(language) if is_asked else ""


def is_spaced_letter(character: str) -> bool:
    """Whether a character is a letter or digit of a script that has spaces between its words."""
    return character.isalnum() and not _OF_UNSPACED.match(character)


def count_words(text: str) -> int:
    """How many words a text has; of Chinese and Japanese, which set no spaces, how many characters
    and words of other scripts, as word processors count."""
    return sum(1 for _ in _COUNTED.finditer(text))


def _code(language: str) -> str:
    return language.lower().replace("_", "-").split("-")[0]


def _tokens(text: str, pattern: re.Pattern[str] = _TOKEN) -> Iterator[tuple[str, str]]:
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_PLAIN_SIGNS))
    for match in pattern.finditer(text.casefold()):
        kind = match.lastgroup
        assert kind is not None
        yield kind, match[0]


def _pairs(run: str) -> list[str]:
    return [run[index : index + 2] for index in range(len(run) - 1)]


@lru_cache(maxsize=8)
def _analyser(code: str) -> Callable[[str, str], tuple[str, ...]]:
    """A function from (kind, casefolded token) to terms, remembering what it met."""
    stem = _stemmer(code)

    def fold_and_stem(word: str) -> tuple[str, ...]:
        word = word[:LONGEST_TERM]
        if word.isascii():
            return (stem(word),)
        bare = _fold(word)
        if not bare:
            return ()
        # Stemmers know accents, but questions are often typed without them.
        return tuple(dict.fromkeys(term for term in (_fold(stem(word)), stem(bare)) if term))

    @lru_cache(maxsize=65_536)
    def analyse(kind: str, token: str) -> tuple[str, ...]:
        if kind == "number":
            return _number_terms(token)
        if kind == "acronym":
            return fold_and_stem(token.replace(".", ""))
        if kind == "symbol":
            return (token,)
        if "'" not in token and "-" not in token:
            return fold_and_stem(token)
        terms: list[str] = []
        parts = token.split("-")
        for part in parts:
            for word in _without_apostrophes(part):
                terms += fold_and_stem(word)
        if 1 < len(parts) <= 3:
            terms += fold_and_stem("".join(parts).replace("'", ""))
        return tuple(dict.fromkeys(terms))

    return analyse


@lru_cache(maxsize=8)
def _teller(code: str) -> Callable[[str, str], tuple[str, ...]]:
    """As ``_analyser``, without function words: "who's" has no terms, "l'arbre" those of "arbre",
    and "on-line" those of "line" and "online"."""
    analyse, stopped, joined = _analyser(code), stop_words(code), joined_stop_words(code)

    @lru_cache(maxsize=65_536)
    def tell(kind: str, token: str) -> tuple[str, ...]:
        if token.replace("'", "") in stopped:
            return ()
        if kind != "word" or ("'" not in token and "-" not in token):
            return analyse(kind, token)
        parts = token.split("-")
        terms: list[str] = []
        for part in parts:
            words = _joined_words(part)
            telling = [word for word in words if word not in joined]
            # One letter before an apostrophe is no term of its own.
            for word in [part] if telling == words else telling:
                terms += analyse(kind, word) if len(word) > 1 or word == part else ()
        one_word = telling or not joins_pronouns(code)
        if terms and one_word and 1 < len(parts) <= 3:
            terms += analyse(kind, "".join(parts).replace("'", ""))
        return tuple(dict.fromkeys(terms))

    return tell


def _stemmer(code: str) -> Callable[[str], str]:
    name = _SNOWBALL.get(code)
    if name is None:
        return _unchanged
    import Stemmer

    if name not in Stemmer.algorithms():
        return _unchanged
    stem: Callable[[str], str] = Stemmer.Stemmer(name, 0).stemWord
    return stem


def _unchanged(word: str) -> str:
    return word


def _fold(word: str) -> str:
    """Drop accents where they are accents, not letters of their own as in й or が."""
    word = _VOWEL_POINTS.sub("", word).translate(_UNDECOMPOSED)
    if not _ROMAN_OR_GREEK.search(word):
        return word
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", word)))


def _without_apostrophes(word: str) -> list[str]:
    """ "dog's" → dog; "don't" → dont; "l'homme" → homme, lhomme; "o'brien" → brien, obrien."""
    if "'" not in word:
        return [word]
    left, _, right = word.partition("'")
    if right == "s":
        return [left]
    joined = word.replace("'", "")
    if right in _CONTRACTED:
        return [joined]
    return [*(part for part in word.split("'") if len(part) > 1), joined]


def _joined_words(part: str) -> list[str]:
    """The words that apostrophes join, without a contracted ending: "l'un" → l, un; "who'd" →
    who."""
    left, _, right = part.partition("'")
    return [left] if right == "s" or right in _CONTRACTED else part.split("'")


def _number_terms(token: str) -> tuple[str, ...]:
    """A number with separators: as a whole without them, and its parts.

    "1,577.3" gives 1577·3 and 1577, as does "1577.3"; "12.5.2018" gives each part too. The
    middle dot stands for the decimal sign, since the index splits at a full stop.
    """
    if _THOUSANDS.fullmatch(token):
        whole = re.sub(r"\D", "", token)
        separators = set(re.sub(r"\d", "", token))
        single = token.count(next(iter(separators))) == 1
        return (whole, re.sub(r"\D", "·", token)) if single else (whole,)
    head, _, tail = re.sub(r"[,']", ".", token).rpartition(".")
    if "." not in head or _THOUSANDS.fullmatch(head):
        whole = head.replace(".", "")
        return (f"{whole}·{tail}", whole)
    parts = [*head.split("."), tail]
    return ("·".join(parts), *dict.fromkeys(parts))
