"""Parts of a text that other languages than English name without a number of their own, as English
names them: "die erste Hälfte des Buches", "les trois premiers chapitres" (part_words.toml).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from longread.forms import Meanings, compiled, expression, meaning, meanings
from longread.number_words import LAST, foreign_value
from longread.numerals import parse_number
from longread.spelled_numbers import in_digits
from longread.structure import CHAPTER_WORD, PAGE_WORD, PART_WORD

_FILE = "part_words.toml"
_PIECE = re.compile(r"\{(?P<name>[A-Z]+)\}")
_SAID = re.compile(r"\{(?P<name>[a-z]+)\}")
_UNIT = rf"{CHAPTER_WORD}|{PART_WORD}|{PAGE_WORD}|"
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", LAST: "last"}
_EASTERN_DIGITS = "[零〇一二三四五六七八九十百两]"
_LETTER = r"[^\W\u2e80-\u9fff]"
"""A letter of scripts that set words apart: a name is of whole words there."""


@dataclass(frozen=True, slots=True)
class _Names:
    """How parts are named in one language: forms with their English, and what words mean."""

    forms: tuple[tuple[re.Pattern[str], str], ...]
    words: Mapping[str, Meanings]

    @classmethod
    def of_table(cls, table: Mapping[str, Any]) -> _Names:
        """A language as its table in the file has it."""
        words = {name: value for name, value in table.items() if isinstance(value, dict)}
        pieces = {name: "|".join(map(expression, known)) for name, known in words.items()}
        pieces |= {
            "text": expression(table["text"]),
            "nth": r"[^\W\d_]+|\d\.",
            "number": rf"\d+|{_EASTERN_DIGITS}+|[^\W\d_]+(?:-[^\W\d_]+)*",
            "unit": pieces.get("unit", _UNIT),
            "ahead": rf"(?=\s+(?:\S+\s+){{0,3}}(?:{_UNIT})(?!\w))",
        }

        def form_of(form: str) -> re.Pattern[str]:
            filled = _PIECE.sub(
                lambda match: f"(?P<{match[1].casefold()}>{pieces[match[1].casefold()]})",
                expression(form),
            )
            return re.compile(rf"(?<!{_LETTER}){filled}(?!{_LETTER})", re.IGNORECASE)

        return cls(
            tuple((form_of(form), english) for form, english in table["forms"]),
            {name: meanings(known) for name, known in words.items()},
        )

    def in_english(self, text: str) -> str:
        """A text in which the parts are named as in English."""
        for form, english in self.forms:
            text = form.sub(lambda match, said=english: self._said(said, match), text)  # type: ignore[misc]
        return text

    def _said(self, english: str, match: re.Match[str]) -> str:
        """A name in English; as it stands where its numbers are none."""
        said = {
            name: self._translated(name, match[name])
            for name in match.re.groupindex
            if match[name] is not None
        }
        if not all(said.get(name, "-") for name in ("nth", "number")):
            return match[0]
        return _SAID.sub(lambda name: said[name[1]], english)

    def _translated(self, name: str, written: str) -> str:
        if name == "nth":
            return _ORDINALS.get(_value(written, ordinal=True), "")
        if name == "number":
            return str(_value(written, ordinal=False) or "")
        return meaning(written, self.words.get(name, ()))


@lru_cache(maxsize=32)
def in_known_words(text: str) -> str:
    """A text in which parts that stand there in words of other languages than English are named as
    they are known: halves and the like in English words, numbers in digits."""
    for code in _tables():
        if _hint(code).search(text):
            text = _names(code).in_english(text)
    return in_digits(text)


def text_words(code: str) -> str:
    """A form of what a text is called in a language."""
    return str(_tables()[code]["text"])


def _value(written: str, *, ordinal: bool) -> int:
    """The value of a number; zero for none."""
    if re.fullmatch(rf"\d+\.?|{_EASTERN_DIGITS}+", written):
        return parse_number(written) or 0
    return foreign_value(written, ordinal=ordinal) or 0


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(files("longread").joinpath(_FILE).read_text("utf-8"))


@cache
def _names(code: str) -> _Names:
    return _Names.of_table(_tables()[code])


@cache
def _hint(code: str) -> re.Pattern[str]:
    """What every name has a word of, so that most texts need no forms of most languages."""
    table = _tables()[code]
    words = [word for name in ("fraction", "edge") for word in table.get(name, ())]
    return compiled("|".join(words))
