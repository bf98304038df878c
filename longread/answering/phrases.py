"""What questions call things: the text they are about, and the words that they seek in it, as
in “the word tide” or “Anna and Maria”."""

from __future__ import annotations

import re
from dataclasses import dataclass

from longread.part_names import QUOTATION


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that are sought. ``exact``: they were quoted or called words, and no other form of
    them is meant."""

    text: str
    exact: bool = False

    @property
    def may_paraphrase(self) -> bool:
        """Whether it may be a description, which a text need not have in these words."""
        return not self.exact and " " in self.text


MARK = r"(?:the\s+)?(?:words?|names?|terms?|phrases?|expressions?)"
"""What calls the words behind it words."""

SIGNS = {
    "question marks": "?？؟",
    "exclamation marks": "!！",
    "exclamation points": "!！",
    "semicolons": ";；؛",
    "colons": ":：",
    "commas": ",，、،",
    "percent signs": "%％",
    "ampersands": "&＆",
}
"""What signs are called where it is asked how many there are, and how scripts write them."""

_QUOTED = re.compile(QUOTATION)
_MARKED = re.compile(rf"{MARK}\s+(?!of\b)(?P<rest>.+)", re.IGNORECASE)
_LONG = re.compile(r"(?:the\s+)?(?:phrases?|expressions?)\b", re.IGNORECASE)
_PERSON = re.compile(
    r"(?:the\s+(?:character|person)\s+(?!of\b)(?P<named>.+)|(?P<owner>.+)['’]s?\s+name)",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*,\s*(?:(?:and|or)\s+)?|\s+(?:and|or)\s+", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|a|an|any|this|that)\s+", re.IGNORECASE)
_NO_WORDING = frozenset(
    re.findall(
        r"\w+",
        "he she it they you him her them we i his its their this that these those one who what "
        "someone somebody anyone something anything both either neither not never no how why when "
        "where whether but except",
    )
)
_MOST_WORDS = 6


def phrases_in(what: str) -> tuple[Phrase, ...] | None:
    """The phrases that are named, joined by commas, "and" or "or"; None where what is named may be
    no wording at all."""
    what = what.strip(" ,")
    marked = _MARKED.fullmatch(what)
    named = marked["rest"] if marked else what
    pieces = [named] if _LONG.match(what) and not _QUOTED.search(named) else _split(named)
    if len({piece.casefold() for piece in pieces}) < len(pieces):
        # "Jarndyce and Jarndyce" is one name.
        pieces = [named]
    found = [_phrase(piece, exact=marked is not None) for piece in pieces]
    return tuple(one for one in found if one is not None) if all(found) else None


def signs_in(name: str, text: str) -> tuple[Phrase, ...]:
    """The signs whose name begins so, as a text writes them."""
    name = name.casefold()
    written = next((written for known, written in SIGNS.items() if known.startswith(name)), "")
    found = [sign for sign in written if sign in text] or written[:1]
    return tuple(Phrase(sign, exact=True) for sign in found)


def unquoted(text: str) -> str | None:
    """What a quotation quotes; None where a text is not a single quotation."""
    # In French, the marks are set off.
    return text[1:-1].strip() if _QUOTED.fullmatch(text) else None


def _split(text: str) -> list[str]:
    quotations = [match.span() for match in _QUOTED.finditer(text)]
    pieces, at = [], 0
    for match in _AND.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in quotations):
            pieces.append(text[at : match.start()])
            at = match.end()
    return [*pieces, text[at:]]


def _phrase(text: str, *, exact: bool) -> Phrase | None:
    if (quoted := unquoted(_ARTICLE.sub("", text))) is not None:
        return Phrase(quoted, exact=True) if quoted.strip() else None
    if marked := _MARKED.fullmatch(text):
        return _phrase(marked["rest"], exact=True)
    if exact:
        return Phrase(text, exact=True) if text else None
    if person := _PERSON.fullmatch(text):
        text = person["named"] or person["owner"]
    text = _ARTICLE.sub("", text)
    words = text.casefold().split()
    if not words or len(words) > _MOST_WORDS or not _NO_WORDING.isdisjoint(words):
        return None
    return Phrase(text)
