"""Forms of what people write, as regular expressions that can be read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

Meanings = Sequence[tuple[re.Pattern[str], str]]
"""Forms of words of a language, each with what it is in English."""


def expression(form: str) -> str:
    """The regular expression of a form, in which a blank stands for any white space, " ?" for none
    or some, and round brackets only group."""
    form = re.sub(r"(?<!\\)\((?!\?)", "(?:", form)
    return form.replace(" ?", r"\s*").replace(" ", r"\s+")


def compiled(form: str) -> re.Pattern[str]:
    """A form that is to be used without regard to letter case."""
    return re.compile(expression(form), re.IGNORECASE)


def meanings(words: Mapping[str, str]) -> Meanings:
    """What words mean, by their forms."""
    return tuple((compiled(form), english) for form, english in words.items())


def meaning(word: str, known: Meanings) -> str:
    """What a word means; the word itself where that is not known."""
    return next((english for form, english in known if form.fullmatch(word)), word)
