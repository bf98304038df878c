"""Questions in other languages as the English ones that mean the same.

What counting and lists know are English forms of questions. Here stands how the same is asked in
other languages (questions.toml), so that it is understood without being known twice. Answers
stay English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import count
from typing import Any

from longread.answering.named import THE_BOOK
from longread.answering.phrases import unquoted
from longread.forms import Meanings, compiled, expression, meaning, meanings
from longread.number_words import foreign_value
from longread.numerals import parse_number
from longread.part_names import EASTERN_PARTS, NUMBERED_PARTS
from longread.part_words import text_words
from longread.structure import CHAPTER_WORD, PAGE_WORD

_FORMS = "questions.toml"
_PIECE = re.compile(r"\{(?P<name>[A-Z]+)\}")
_SAID = re.compile(r"\{(?P<name>[a-z]+)\}")
_WITH_A_PART = re.compile(r"\[(?P<said>.*?)\]")
_LONGEST = 300
"""Characters of a question that may be one of the forms; a longer one is none."""

_NOTHING = "(?!)"
"""Matches nowhere: what a language does without."""

_UNSPACED_PARTS = rf"{EASTERN_PARTS}|(?:{CHAPTER_WORD}|{PAGE_WORD})\s*\d+"
"""What names parts in a script that sets no words apart; forms of it are many, and longer names in
other languages would make them slow."""

_AROUND = " \t\n.,:;?!¿¡？！。"


@dataclass(frozen=True, slots=True)
class _Language:
    """How questions are asked in one language: forms with their English, what words mean, and what
    the text, a word as such, what leads into a part, articles and pronouns are."""

    forms: tuple[tuple[re.Pattern[str], str], ...]
    words: Mapping[str, Meanings]
    text: re.Pattern[str]
    mark: re.Pattern[str]
    into: re.Pattern[str]
    articles: re.Pattern[str]
    pronouns: re.Pattern[str]

    @classmethod
    def of_table(cls, table: Mapping[str, Any]) -> _Language:
        """A language as its table in the file has it."""
        words = {name: value for name, value in table.items() if isinstance(value, dict)}
        pieces = {name: "|".join(map(expression, known)) for name, known in words.items()}
        pieces |= {"text": expression(table["text"]), "what": ".+?", "other": ".+?"}
        pieces |= {"within": ".+?", "number": r"\d+|[^\W\d_]+"}
        pieces["part"] = _UNSPACED_PARTS if table.get("unspaced") else NUMBERED_PARTS
        return cls(
            tuple((_with_pieces(form, pieces), english) for form, english in table["forms"]),
            {name: meanings(known) for name, known in words.items()},
            compiled(table["text"]),
            _compiled(rf"(?:{expression(table['mark'])})\s*(?P<rest>.+)"),
            _compiled(rf"(?:{pieces.get('in', _NOTHING)})\s+"),
            _compiled(rf"\A(?:{table['articles'] or _NOTHING})\s+"),
            _compiled(table["pronouns"]),
        )

    def english(self, question: str) -> list[str]:
        """What a question may mean, in English."""
        said = []
        for form, english in self.forms:
            match = form.fullmatch(question)
            if match:
                pieces = {
                    name.partition("_")[0]: value
                    for name, value in match.groupdict().items()
                    if value is not None
                }
                said.append(self._said(english, pieces))
        return [one for one in dict.fromkeys(said) if one]

    def _said(self, english: str, pieces: dict[str, str]) -> str:
        """A form of English filled in; empty where what is counted is no wording."""
        for name in ("what", "other"):
            if name in pieces:
                pieces[name] = self._wording(pieces[name])
        if "number" in pieces:
            pieces["number"] = _in_digits(pieces["number"])
        if not all(pieces.get(name, "-") for name in ("what", "other", "number")):
            return ""
        within = pieces.pop("within", "").strip()
        if within and self.text.fullmatch(within):
            within = ""
        english = _WITH_A_PART.sub(r"\g<said>" if within else "", english)
        pieces["within"] = self._bare(within) or THE_BOOK
        return _SAID.sub(lambda match: self._translated(match["name"], pieces), english)

    def _wording(self, what: str) -> str:
        what = what.strip()
        if marked := self.mark.fullmatch(what):
            return f"the word {marked['rest']}"
        if self.pronouns.fullmatch(what) or self.into.match(what):
            return ""
        return what if unquoted(what) is not None else self._bare(what)

    def _bare(self, name: str) -> str:
        return self.articles.sub("", name)

    def _translated(self, name: str, pieces: Mapping[str, str]) -> str:
        return meaning(pieces[name], self.words.get(name, ()))


@lru_cache(maxsize=32)
def in_english(question: str) -> tuple[str, ...]:
    """The English questions that one in another language may mean; none where it is none of the
    forms that are known."""
    question = question.strip(_AROUND)
    if len(question) > _LONGEST:
        return ()
    found = [
        one
        for code, table in _tables().items()
        if re.match(table["begins"], question, re.IGNORECASE)
        for one in _language(code).english(question)
    ]
    return tuple(dict.fromkeys(found))


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(files("longread.answering").joinpath(_FORMS).read_text("utf-8"))


@cache
def _language(code: str) -> _Language:
    return _Language.of_table(_tables()[code] | {"text": text_words(code)})


def _in_digits(number: str) -> str:
    """A number in digits; empty where it is none."""
    if parse_number(number):
        return str(parse_number(number))
    return str(foreign_value(number, ordinal=False) or "")


def _with_pieces(form: str, pieces: Mapping[str, str]) -> re.Pattern[str]:
    """A form with groups for its pieces, which have their names and a number: one that is in a form
    twice stands in either place."""
    numbers = count()

    def group(match: re.Match[str]) -> str:
        name = match["name"].casefold()
        return f"(?P<{name}_{next(numbers)}>{pieces[name]})"

    return _compiled(_PIECE.sub(group, expression(form)))


def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)
