"""Chapter headings in plain text, in several languages.

Only forms that cannot be a sentence count: a chapter word with a number, a numbered
Chinese or Japanese heading, or a number alone that goes on a sequence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from longread.document import SectionKind
from longread.number_words import LONGEST_NUMBER, is_number, is_ordinal
from longread.numerals import parse_number
from longread.sentences import ABBREVIATION, STOP

LONGEST_HEADING = 100
"""Characters beyond which a line is text."""

LONGEST_WRAPPED = 240
"""Characters beyond which lines that begin like a heading are text."""

_PARTS = {
    "act": "en", "band": "de", "book": "en", "buch": "de", "libro": "es it", "livre": "fr",
    "livro": "pt", "part": "en", "parte": "es it pt", "partie": "fr", "teil": "de", "tome": "fr",
    "tomo": "es it pt", "volume": "en fr it pt", "книга": "ru", "том": "ru", "часть": "ru",
}  # fmt: skip
_CHAPTERS = {
    "cap": "es it pt", "capitolo": "it", "capitulo": "es pt", "capítulo": "es pt", "chap": "en fr",
    "chapitre": "fr", "chapter": "en", "hoofdstuk": "nl", "kapitel": "de", "kapittel": "",
    "kapitola": "", "luku": "", "rozdział": "pl", "bölüm": "", "chương": "", "κεφάλαιο": "",
    "глава": "ru", "розділ": "",
}  # fmt: skip
_OTHERS = {
    "canto": "en es it pt", "lecture": "en", "letter": "en", "scene": "en", "section": "en fr",
    "stave": "en",
}  # fmt: skip
_LANGUAGES = {word: named.split() for word, named in (_PARTS | _CHAPTERS | _OTHERS).items()}
"""Words for parts and chapters, with the languages that the numbers beside them are written in."""

_LONGEST_WORD = 16
_LAST_PLACE = 4
"""Most words that stand before such a word, as in "The twenty first chapter"."""

_ROMAN = "IVXLCDMХІСМ\u2160-\u217f"
"""Letters of roman numerals, with those of other scripts that look like them."""

_NUMERAL = re.compile(rf"\d{{1,4}}|[{_ROMAN}]+|[ivxlcdm]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"(?<!\S)[^\W\d_]+|(?<!\S)\S+")
_NUMBER_FOLLOWS = re.compile(r"\.?\s+(?:the\s+)?", re.IGNORECASE)
_ARTICLE = re.compile(r"(?:the|das|der|die|la|le|el|il|o|a)\s+", re.IGNORECASE)
_BEHIND = re.compile(r"(?P<mark>\.?(?:\s*[.,:—–-]+\s*|\s+)?)(?P<title>\S.*)?")
_CJK = re.compile(
    r"第\s*[0-9０-９一二三四五六七八九十百千零〇○两]+\s*(?P<word>[回章節节卷部篇集话話幕])"
    r"(?:[\s\u3000]*(?P<title>\S.{0,60}))?(?<![。，；])"
)
_SHORT = rf"(?P<number>[{_ROMAN}]{{1,8}}|\d{{1,3}})"
_ALONE = re.compile(rf"{_SHORT}\.?")
_NUMBERED_TITLE = re.compile(
    rf"(?P<number>[{_ROMAN}]{{1,8}}|\d{{1,3}})[.:]\s+(?P<title>\S.{{2,80}})"
)
_OUTER = re.compile(
    r"(?i:prologue|epilogue|preface|foreword|introduction|afterword|conclusion|appendix|contents|"
    r"table of contents|dedication|acknowledgements?|avant-propos|préface|épilogue|vorwort|"
    r"nachwort|einleitung|prólogo|epílogo|prefazione|prologo|epilogo|предисловие|пролог|эпилог|"
    r"序|序章|前言|后记|後記|引子|楔子|尾声)\.?"
)
_FRONT = re.compile(
    r"(?i:preface|foreword|contents|table of contents|dedication|acknowledgements?|"
    r"avant-propos|préface|vorwort|prefazione|предисловие|前言|序)\.?"
)
_MARKS = "*_=~#|<["
_DECORATION = re.compile(r"(?P<before>[*_=~#|<\[\s]+)(?P<inner>.*?)(?P<behind>[*_=~#|>\]\s]*)")
_BRACKETS = re.compile(r"[|<\[]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A recognised heading. ``rank`` is 1 for parts and books, 2 for chapters, 3 for a
    number alone; ``title`` is what stands behind its number, or all of it where it has none."""

    text: str
    rank: int
    kind: SectionKind
    title: str = ""
    number: int | None = None


def recognise(line: str, longest: int = LONGEST_HEADING) -> Heading | None:
    """Tell whether a line is a heading; numbers alone still need a sequence to count."""
    whole = line.strip()
    if not whole or len(whole) > longest:
        return None
    line = undecorated(whole) if whole[0] in _MARKS else whole
    if line[0].islower():
        # Most lines of a text; they are no headings but for "chapter 3".
        return _worded(line) if line[:_LONGEST_WORD].split(maxsplit=1)[0] in _LANGUAGES else None
    if match := _CJK.fullmatch(line):
        rank = 1 if match["word"] in "卷部篇集" else 2
        return Heading(line, rank, "body", match["title"] or "")
    return _worded(line) or _numbered(line, whole) or _outer(line)


def undecorated(line: str) -> str:
    """A line without the marks that set it off on both its sides, as in "* * PART TWO * *"."""
    match = _DECORATION.fullmatch(line)
    if match is None or not match["inner"]:
        return line
    return match["inner"] if match["behind"] or "#" in match["before"] else line


def _numbered(line: str, whole: str) -> Heading | None:
    """A number alone, or with a title in capitals. In brackets it is that of a page or a note."""
    if not (line[0].isdigit() or line[0] in "IVXLCХІС") or _BRACKETS.match(whole):
        return None
    if match := _ALONE.fullmatch(line):
        number = parse_number(match["number"])
        return Heading(line, 3, "body", "", number) if number else None
    match = _NUMBERED_TITLE.fullmatch(line)
    if match and match["title"].isupper():
        return Heading(line, 2, "body", match["title"], parse_number(match["number"]))
    return None


def _outer(line: str) -> Heading | None:
    if not _OUTER.fullmatch(line):
        return None
    return Heading(line, 2, "front" if _FRONT.fullmatch(line) else "body", line)


def _worded(line: str) -> Heading | None:
    """A heading with a word for a part or chapter and a number behind or before it."""
    for token in islice(_TOKEN.finditer(line), _LAST_PLACE + 1):
        word = token[0].casefold()
        if word not in _LANGUAGES:
            continue
        before, behind = line[: token.start()].strip(), line[token.end() :]
        rest: str | None = behind
        if not before:
            rest = _without_number(behind, word)
        elif not _may_stand_before(before, word):
            return None
        found = None if rest is None else _BEHIND.fullmatch(rest)
        is_set_off = token[0].isupper() and "." in found["mark"] if found else False
        if found is None or (not is_set_off and _looks_like_text(line, word, found)):
            return None
        return Heading(line, 1 if word in _PARTS else 2, "body", found["title"] or "")
    return None


def _may_stand_before(text: str, word: str) -> bool:
    """Whether a text is a number as it stands before a word: "Second", "2.", "The second"."""
    if text.endswith(".") and _NUMERAL.fullmatch(text[:-1]):
        return parse_number(text) is not None
    article = _ARTICLE.match(text)
    return is_ordinal(text[article.end() :] if article else text, _LANGUAGES[word])


def _without_number(text: str, word: str) -> str | None:
    """What stands behind the number that follows a word; None where none does."""
    start = _NUMBER_FOLLOWS.match(text)
    if start is None:
        return None
    rest = text[start.end() :]
    match = _NUMERAL.match(rest)
    if (
        match
        and not rest[match.end() : match.end() + 1].isalnum()
        and parse_number(match[0]) is not None
    ):
        return rest[match.end() :]
    words = islice(_LETTERS.finditer(rest), LONGEST_NUMBER)
    for end in sorted((found.end() for found in words), reverse=True):
        if is_number(rest[:end], _LANGUAGES[word]):
            return rest[end:]
    return None


def _looks_like_text(line: str, word: str, behind: re.Match[str]) -> bool:
    """ "Part one of the plan was to wait," is a sentence, "PART ONE: Waiting" is not."""
    title, mark = behind["title"], behind["mark"].strip()
    if line.isupper():
        return False
    if title is None:
        return mark == ","
    if title.endswith((",", ";")) or not (behind["mark"] or title[0] in "([*"):
        return True
    if mark in ("", ",") and title[0].islower():
        return True
    return title.endswith(".") and title[-2:-1].islower() and not _may_end_in_a_stop(word, behind)


def _may_end_in_a_stop(word: str, behind: re.Match[str]) -> bool:
    """ "Chapter 1. Loomings." is a heading, "Chapter 1 was short." and "Chapter 1. It was short. He
    read on." are text. What stands behind words that are not only for chapters must be written like
    a title: "Section 4. Nothing was said about it." is text too."""
    title = behind["title"]
    if behind["mark"].strip() in ("", ",") or holds_sentences(title):
        return False
    return word in _CHAPTERS or is_title(title)


def holds_sentences(text: str) -> bool:
    """Whether a sentence ends within a text."""
    stops = (stop.start() for stop in STOP.finditer(text))
    return not all(ABBREVIATION.search(text[:stop]) for stop in stops)


def is_title(text: str) -> bool:
    """Whether all of a text's words but short ones begin as in a title, with a capital."""
    words = [word for word in _LETTERS.findall(text) if len(word) > 3]
    return bool(words) and not any(word[0].islower() for word in words)
