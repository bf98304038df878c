"""Chapter headings in plain text, in several languages.

Only forms that cannot be a sentence count: a chapter word with a number, a numbered
Chinese or Japanese heading, or a number alone that goes on a sequence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from longread.document import SectionKind
from longread.numerals import roman_value

LONGEST_HEADING = 100
"""Characters beyond which a line is text."""

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
    "chapter|chap\\.|canto|scene|stave|letter|lecture|section|"
    "chapitre|kapitel|cap[íi]tulo|capitolo|cap\\.|canto|глава|hoofdstuk|rozdział"
)
_ORDINALS = (
    "first|second|third|fourth|fifth|erste[rs]?|zweite[rs]?|dritte[rs]?|vierte[rs]?|fünfte[rs]?|"
    "sechste[rs]?|siebente[rs]?|siebte[rs]?|achte[rs]?|neunte[rs]?|zehnte[rs]?|elfte[rs]?|"
    "zwölfte[rs]?|première|premier|deuxième|seconde|troisième|quatrième|cinquième|"
    "primera|segunda|tercera|cuarta|primeira|terceira|quarta|prima|seconda|terza"
)
_TITLE = r"(?:\s*[.:—–-]+\s*|\s+)?(?P<title>\S.{0,80})?"
_WITH_NUMBER = re.compile(
    rf"(?P<word>(?i:{_PART_WORDS}|{_CHAPTER_WORDS}))\s+(?:(?i:the)\s+)?{_NUMBER}\b\.?{_TITLE}"
)
_NUMBER_FIRST = re.compile(
    rf"(?:\d{{1,3}}\.|(?i:{_ORDINALS}))\s+(?P<word>(?i:{_PART_WORDS}|{_CHAPTER_WORDS}))\b\.?{_TITLE}"
)
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
_SENTENCE_END = re.compile(r"[,;]$|[a-zа-я]\.$")


@dataclass(frozen=True, slots=True)
class Heading:
    """A recognised heading. ``rank`` is 1 for parts and books, 2 for chapters, 3 for a
    number alone; ``bare`` says that it has a number and no title of its own."""

    text: str
    rank: int
    kind: SectionKind
    bare: bool
    number: int | None = None


def recognise(line: str) -> Heading | None:
    """Tell whether a line is a heading; numbers alone still need a sequence to count."""
    line = line.strip()
    if not line or len(line) > LONGEST_HEADING:
        return None
    if match := _CJK.fullmatch(line):
        rank = 1 if match["word"] in "卷部篇集" else 2
        return Heading(line, rank, "body", match["title"] is None)
    for pattern in (_WITH_NUMBER, _NUMBER_FIRST):
        match = pattern.fullmatch(line)
        if match and not (match["title"] and _looks_like_text(line, match)):
            part = re.fullmatch(f"(?i:{_PART_WORDS})", match["word"]) is not None
            return Heading(line, 1 if part else 2, "body", match["title"] is None)
    match = _NUMBERED_TITLE.fullmatch(line)
    if match and match["title"].isupper():
        return Heading(line, 2, "body", False, _value(match))
    if match := _ALONE.fullmatch(line):
        number = _value(match)
        return Heading(line, 3, "body", True, number) if number else None
    if _OUTER.fullmatch(line):
        return Heading(line, 2, "front" if _FRONT.fullmatch(line) else "body", False)
    return None


def _looks_like_text(line: str, match: re.Match[str]) -> bool:
    """ "Part one of the plan was to wait," is a sentence, "PART ONE: Waiting" is not."""
    title = match["title"]
    separated = not line[: match.start("title")].endswith(" ") or bool(
        re.search(r"[.:—–-]\s*$", line[: match.start("title")])
    )
    if _SENTENCE_END.search(line) and not line.isupper():
        return True
    return not separated and title[:1].islower()


def _value(match: re.Match[str]) -> int | None:
    return roman_value(match["roman"]) if match["roman"] else int(match["digits"])
