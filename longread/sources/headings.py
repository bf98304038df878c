"""Chapter headings in plain text, in several languages.

Only forms that cannot be a sentence count: a chapter word with a number, a numbered
Chinese or Japanese heading, or a number alone that goes on a sequence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from longread.document import SectionKind
from longread.numerals import roman_value
from longread.sentences import ABBREVIATION, STOP

LONGEST_HEADING = 100
"""Characters beyond which a line is text."""

LONGEST_WRAPPED = 240
"""Characters beyond which lines that begin like a heading are text."""

_ROMAN = r"(?:[MDCLXVI]+|[mdclxvi]+)"
_COUNT_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    "sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|"
    "the first|the second|the third|the fourth|the fifth|the last|first|second|third|fourth|fifth|"
    "un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|premier|première|deuxième|troisième|"
    "eins|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|"
    "primero|segundo|tercero|primera|segunda|tercera|uno|dos|tres|cuatro|cinco|"
    "primo|secondo|terzo|quarto|quinto|sesto|prima|seconda|terza|"
    "primeiro|segundo|terceiro|um|dois|três|"
    "перва[яй]|втора[яй]|третья|четв[её]ртая|пятая|шестая|седьмая|первый|второй|третий"
)
_NUMBER = rf"(?:\d{{1,4}}|{_ROMAN}|(?i:{_COUNT_WORDS}))(?:-(?i:{_COUNT_WORDS}))?"
_PART_WORDS = (
    "book|part|volume|act|livre|partie|tome|teil|buch|band|parte|libro|tomo|livro|часть|книга|том"
)
_CHAPTER_WORDS = (
    "chapter|chap\\.|chapitre|kapitel|cap[íi]tulo|capitolo|cap\\.|глава|hoofdstuk|rozdział"
)
_OTHER_WORDS = "canto|scene|stave|letter|lecture|section"
_WORDS = f"{_PART_WORDS}|{_CHAPTER_WORDS}|{_OTHER_WORDS}"
_ORDINALS = (
    "first|second|third|fourth|fifth|erste[rs]?|zweite[rs]?|dritte[rs]?|vierte[rs]?|fünfte[rs]?|"
    "sechste[rs]?|siebente[rs]?|siebte[rs]?|achte[rs]?|neunte[rs]?|zehnte[rs]?|elfte[rs]?|"
    "zwölfte[rs]?|première|premier|deuxième|seconde|troisième|quatrième|cinquième|"
    "primera|segunda|tercera|cuarta|primeira|terceira|quarta|prima|seconda|terza"
)
_TITLE = r"(?P<mark>\.?(?:\s*[.:—–-]+\s*|\s+)?)(?P<title>\S.*)?"
_WITH_NUMBER = re.compile(rf"(?P<word>(?i:{_WORDS}))\s+(?:(?i:the)\s+)?{_NUMBER}\b{_TITLE}")
_NUMBER_FIRST = re.compile(rf"(?:\d{{1,3}}\.|(?i:{_ORDINALS}))\s+(?P<word>(?i:{_WORDS}))\b{_TITLE}")
_CJK = re.compile(
    r"第\s*[0-9０-９一二三四五六七八九十百千零〇○两]+\s*(?P<word>[回章節节卷部篇集话話幕])"
    r"(?:[\s\u3000]*(?P<title>\S.{0,60}))?"
)
_ALONE = re.compile(r"(?:(?P<roman>[IVXLC]{1,8})|(?P<digits>\d{1,3}))\.?")
_NUMBERED_TITLE = re.compile(
    r"(?:(?P<roman>[IVXLC]{1,8})|(?P<digits>\d{1,3}))[.:]\s+(?P<title>\S.{2,80})"
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
_WORD = re.compile(r"[^\W\d_]+")


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
    line = line.strip()
    if not line or len(line) > longest:
        return None
    if match := _CJK.fullmatch(line):
        rank = 1 if match["word"] in "卷部篇集" else 2
        return Heading(line, rank, "body", match["title"] or "")
    for pattern in (_WITH_NUMBER, _NUMBER_FIRST):
        match = pattern.fullmatch(line)
        if match and not (match["title"] and _looks_like_text(line, match)):
            part = re.fullmatch(f"(?i:{_PART_WORDS})", match["word"]) is not None
            return Heading(line, 1 if part else 2, "body", match["title"] or "")
    match = _NUMBERED_TITLE.fullmatch(line)
    if match and match["title"].isupper():
        return Heading(line, 2, "body", match["title"], _value(match))
    if match := _ALONE.fullmatch(line):
        number = _value(match)
        return Heading(line, 3, "body", "", number) if number else None
    if _OUTER.fullmatch(line):
        return Heading(line, 2, "front" if _FRONT.fullmatch(line) else "body", line)
    return None


def _looks_like_text(line: str, match: re.Match[str]) -> bool:
    """ "Part one of the plan was to wait," is a sentence, "PART ONE: Waiting" is not."""
    title, mark = match["title"], match["mark"]
    if line.isupper():
        return False
    if title.endswith((",", ";")) or (not mark and title[0] not in "([*"):
        return True
    if not mark.strip() and title[0].islower():
        return True
    return title.endswith(".") and title[-2:-1].islower() and not _may_end_in_a_stop(match)


def _may_end_in_a_stop(match: re.Match[str]) -> bool:
    """ "Chapter 1. Loomings." is a heading, "Chapter 1 was short." and "Chapter 1. It was short. He
    read on." are text. What stands behind words that are not only for chapters must be written like
    a title: "Section 4. Nothing was said about it." is text too."""
    title = match["title"]
    if not match["mark"].strip() or holds_sentences(title):
        return False
    return re.fullmatch(f"(?i:{_CHAPTER_WORDS})", match["word"]) is not None or is_title(title)


def holds_sentences(text: str) -> bool:
    """Whether a sentence ends within a text."""
    stops = (stop.start() for stop in STOP.finditer(text))
    return not all(ABBREVIATION.search(text[:stop]) for stop in stops)


def is_title(text: str) -> bool:
    """Whether all of a text's words but short ones begin as in a title, with a capital."""
    words = [word for word in _WORD.findall(text) if len(word) > 3]
    return bool(words) and not any(word[0].islower() for word in words)


def _value(match: re.Match[str]) -> int | None:
    return roman_value(match["roman"]) if match["roman"] else int(match["digits"])
