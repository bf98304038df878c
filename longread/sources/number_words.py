"""Numbers in words as headings write them, in the languages whose words for chapters are known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product

LONGEST_NUMBER = 5
"""Most words of a number, as in "one hundred and twenty one"."""

_SPACES = re.compile(r"[\s-]+")
_MARKS = re.compile("[\u0300-\u036f]")


def is_ordinal(text: str, languages: Iterable[str]) -> bool:
    """Whether a text is a number such as "twenty-first", or "last", in one of the languages."""
    words = _simple(text)
    return any(words in _ordinals(language) for language in languages)


def is_number(text: str, languages: Iterable[str]) -> bool:
    """Whether a text is a number such as "twenty-one" or "twenty-first" in one of the languages."""
    words = _simple(text)
    return any(words in _cardinals(language) for language in languages) or is_ordinal(
        text, languages
    )


def _simple(text: str) -> str:
    """Words without capitals, marks over letters and hyphens, which headings often leave out."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return _SPACES.sub(" ", _MARKS.sub("", parts)).strip()


@lru_cache(maxsize=32)
def _cardinals(language: str) -> frozenset[str]:
    make = {
        "de": _german, "en": _english, "es": _spanish, "fr": _french, "it": _italian, "nl": _dutch,
        "pt": _portuguese, "ru": _russian,
    }.get(language)  # fmt: skip
    return frozenset(map(_simple, make())) if make else frozenset()


@lru_cache(maxsize=32)
def _ordinals(language: str) -> frozenset[str]:
    make = {
        "de": _german_ordinals, "en": _english_ordinals, "es": _spanish_ordinals,
        "fr": _french_ordinals, "it": _italian_ordinals, "nl": _dutch_ordinals,
        "pl": _polish_ordinals, "pt": _portuguese_ordinals, "ru": _russian_ordinals,
    }.get(language)  # fmt: skip
    return frozenset(map(_simple, make())) if make else frozenset()


def _words(text: str) -> list[str]:
    return text.split()


def _spaced(tens: Iterable[str], units: Iterable[str], between: str = " ") -> Iterator[str]:
    """Tens by themselves and with each unit behind them."""
    tens = list(tens)
    yield from tens
    yield from (f"{ten}{between}{unit}" for ten, unit in product(tens, units))


_EN_UNITS = _words("one two three four five six seven eight nine")
_EN_TEENS = _words(
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_EN_TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")


def _english() -> Iterator[str]:
    below = [*_EN_UNITS, *_EN_TEENS, *_spaced(_EN_TENS, _EN_UNITS)]
    # Before its word it is no number: "The Last Chapter" is a title.
    yield from ["last", *below]
    hundreds = [f"{unit} hundred" for unit in ("a", *_EN_UNITS)]
    yield from _spaced(hundreds, below)
    yield from _spaced(hundreds, below, " and ")


def _english_ordinals() -> Iterator[str]:
    units = _words("first second third fourth fifth sixth seventh eighth ninth")
    yield from [*units, "tenth", "eleventh", "twelfth"]
    yield from (f"{teen}th" for teen in _EN_TEENS[3:])
    yield from (f"{ten[:-1]}ieth" for ten in _EN_TENS)
    yield from _spaced(_EN_TENS, units)


_DE_UNITS = _words("ein zwei drei vier fünf sechs sieben acht neun")
_DE_TEENS = _words("zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn")
_DE_TENS = _words("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")


def _german() -> Iterator[str]:
    yield from ["eins", *_DE_UNITS, *_DE_TEENS, *_DE_TENS]
    yield from (f"{unit}und{ten}" for unit, ten in product(_DE_UNITS, _DE_TENS))


def _german_ordinals() -> Iterator[str]:
    stems = _words("letzt erst zweit dritt viert fünft sechst siebt siebent acht neunt")
    stems += [f"{teen}t" for teen in _DE_TEENS]
    tens = [f"{ten}st" for ten in _DE_TENS]
    stems += tens + [f"{unit}und{ten}" for unit, ten in product(_DE_UNITS, tens)]
    yield from (stem + ending for stem, ending in product(stems, ("e", "er", "es", "en")))


_NL_UNITS = _words("een twee drie vier vijf zes zeven acht negen")
_NL_TEENS = _words("tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien")
_NL_TENS = _words("twintig dertig veertig vijftig zestig zeventig tachtig negentig")


def _dutch() -> Iterator[str]:
    yield from [*_NL_UNITS, *_NL_TEENS, *_NL_TENS]
    yield from (f"{unit}en{ten}" for unit, ten in product(_NL_UNITS, _NL_TENS))


def _dutch_ordinals() -> Iterator[str]:
    yield from _words("eerste tweede derde vierde vijfde zesde zevende achtste negende laatste")
    yield from (f"{teen}de" for teen in _NL_TEENS)
    tens = [f"{ten}ste" for ten in _NL_TENS]
    yield from tens
    yield from (f"{unit}en{ten}" for unit, ten in product(_NL_UNITS, tens))


def _french() -> Iterator[str]:
    units = _words("un deux trois quatre cinq six sept huit neuf")
    teens = _words("dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf")
    tens = ["vingt", "trente", "quarante", "cinquante", "soixante"]
    yield from [*units, "une", *teens, *_spaced(tens, units), "quatre-vingts", "cent"]
    yield from (f"{ten} et {unit}" for ten, unit in product(tens, ("un", "une", "onze")))
    yield from (f"soixante {teen}" for teen in teens)
    yield from _spaced(["quatre-vingt"], [*units, *teens])


def _french_ordinals() -> Iterator[str]:
    yield from _words("premier première second seconde dernier dernière")
    for number in _french():
        stem = number.removesuffix("s") if number.endswith("vingts") else number.removesuffix("e")
        if stem.endswith("cinq"):
            stem += "u"
        elif stem.endswith("neuf"):
            stem = f"{stem[:-1]}v"
        yield f"{stem}ième"


def _romance(units: str, tens: str) -> Iterator[str]:
    """Ordinals that have an ending by gender, of tens and units side by side or as one word."""
    for ending, other in product("oa", "oa"):
        of_tens = [stem + ending for stem in _words(tens)]
        of_units = [stem + other for stem in _words(units)]
        yield from of_units
        yield from _spaced(of_tens, of_units)
        yield from _spaced(of_tens, of_units, "")


def _spanish() -> Iterator[str]:
    units = _words("uno una dos tres cuatro cinco seis siete ocho nueve")
    teens = _words("diez once doce trece catorce quince")
    yield from [*units, *teens, "veinte", "cien"]
    yield from (f"dieci{unit}" for unit in units)
    yield from (f"veinti{unit}" for unit in units)
    tens = _words("treinta cuarenta cincuenta sesenta setenta ochenta noventa")
    yield from _spaced(tens, units, " y ")


def _spanish_ordinals() -> Iterator[str]:
    yield from ["primer", "tercer"]
    yield from _romance(
        "primer segund tercer cuart quint sext séptim sétim octav noven non undécim duodécim últim",
        "décim vigésim trigésim cuadragésim quincuagésim sexagésim septuagésim octogésim nonagésim",
    )


def _portuguese() -> Iterator[str]:
    units = _words("um uma dois duas três quatro cinco seis sete oito nove")
    yield from units
    yield from _words("dez onze doze treze quatorze catorze quinze dezesseis dezasseis dezessete")
    yield from _words("dezassete dezoito dezenove dezanove cem")
    tens = _words("vinte trinta quarenta cinquenta cincoenta sessenta setenta oitenta noventa")
    yield from _spaced(tens, units, " e ")


def _portuguese_ordinals() -> Iterator[str]:
    yield from _romance(
        "primeir segund terceir quart quint sext sétim oitav non undécim duodécim últim",
        "décim vigésim trigésim quadragésim quinquagésim sexagésim septuagésim octogésim nonagésim",
    )


_IT_UNITS = _words("uno due tre quattro cinque sei sette otto nove")
_IT_TEENS = _words(
    "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove"
)
_IT_TENS = _words("venti trenta quaranta cinquanta sessanta settanta ottanta novanta")


def _italian() -> Iterator[str]:
    yield from [*_IT_UNITS, *_IT_TEENS, *_IT_TENS, "cento"]
    for ten, unit in product(_IT_TENS, _IT_UNITS):
        yield (ten[:-1] if unit[0] in "uo" else ten) + unit


def _italian_ordinals() -> Iterator[str]:
    yield from _romance(
        "prim second terz quart quint sest settim ottav non undecim duodecim ultim",
        "decim vigesim ventesim trentesim quarantesim cinquantesim sessantesim",
    )
    yield from ["decimottavo", "decimottava"]
    for number in _italian():
        stem = number if number[-3:] in ("tre", "sei") else number[:-1]
        yield from (f"{stem}esimo", f"{stem}esima")


_RU_TENS = _words("двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто")
_RU_TEENS = _words(
    "одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат восемнадцат "
    "девятнадцат"
)


def _russian() -> Iterator[str]:
    units = _words("один одна два две три четыре пять шесть семь восемь девять")
    yield from [*units, "десять", *(f"{teen}ь" for teen in _RU_TEENS)]
    yield from _spaced(_RU_TENS, units)


def _russian_ordinals() -> Iterator[str]:
    stems = _words("перв втор четвёрт пят шест седьм восьм девят")
    endings = ("ый", "ой", "ая", "ое")
    units = [stem + ending for stem, ending in product(stems, endings)]
    units += ["третий", "третья", "третье"]
    yield from [*units, "последний", "последняя", "последнее"]
    stems = ["десят", *_RU_TEENS, *_words("двадцат тридцат сороков пятидесят шестидесят")]
    stems += _words("семидесят восьмидесят девяност")
    yield from (stem + ending for stem, ending in product(stems, endings))
    yield from _spaced(_RU_TENS, units)


def _polish_ordinals() -> Iterator[str]:
    units = _words("pierwsz czwart piąt szóst siódm ósm dziewiąt")
    teens = _words("dziesiąt jedenast dwunast trzynast czternast piętnast szesnast siedemnast")
    teens += ["osiemnast", "dziewiętnast", "ostatn"]
    tens = _words("dwudziest trzydziest czterdziest pięćdziesiąt sześćdziesiąt siedemdziesiąt")
    irregular = {"y": ["drugi", "trzeci"], "a": ["druga", "trzecia"], "e": ["drugie", "trzecie"]}
    for ending, others in irregular.items():
        of_units = [stem + ending for stem in units] + others
        yield from of_units
        yield from (stem + ending for stem in teens)
        yield from _spaced([stem + ending for stem in tens], of_units)
