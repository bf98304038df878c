"""Numbers in words as headings and questions write them, with their values, in the languages whose
words for chapters are known."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import product

LONGEST_NUMBER = 5
"""Most words of a number, as in "one hundred and twenty one"."""

LAST = -1
"""The value of what stands at the end: "last", "dernier"."""

Valued = Iterator[tuple[int, str]]
"""Numbers with how they are written."""

_FARTHEST = 80
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
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


def foreign_value(text: str, *, ordinal: bool) -> int | None:
    """The value of a number such as "dritten" or, unless it is to be ``ordinal``, "drei", in
    another language than English; LAST for "letzte", None where it is none, or could be English."""
    words = _simple(text)
    if words in _ordinals("en"):
        return None
    for language in _FOREIGN:
        value = _ordinals(language).get(words)
        if value is None and not ordinal:
            value = _cardinals(language).get(words)
        if value is not None:
            return value
    return None


def number_ahead(text: str) -> tuple[int, int] | None:
    """The value of the number in words of another language than English with which a text begins,
    and where it ends; None where it begins with none."""
    ahead = list(_WORD.finditer(text[:_FARTHEST]))[:LONGEST_NUMBER]
    for last in reversed(ahead):
        value = foreign_value(text[: last.end()], ordinal=False)
        if value is not None and value != LAST:
            return value, last.end()
    return None


def ordinal_at_end(text: str) -> tuple[int, int] | None:
    """The value of the ordinal of another language than English with which a text ends before a
    blank, and where it begins; None where it ends with none."""
    said = text.rstrip()
    words = list(_WORD.finditer(said, max(0, len(said) - _FARTHEST)))[-LONGEST_NUMBER:]
    if said == text or not words or words[-1].end() < len(said):
        return None
    for first in words:
        value = foreign_value(said[first.start() :], ordinal=True)
        if value is not None:
            return value, first.start()
    return None


def _simple(text: str) -> str:
    """Words without capitals, marks over letters and hyphens, which headings often leave out."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return _SPACES.sub(" ", _MARKS.sub("", parts)).strip()


@cache
def _cardinals(language: str) -> Mapping[str, int]:
    return _by_words(_CARDINALS.get(language))


@cache
def _ordinals(language: str) -> Mapping[str, int]:
    return _by_words(_ORDINALS.get(language))


def _by_words(make: Callable[[], Valued] | None) -> Mapping[str, int]:
    return {_simple(words): value for value, words in make()} if make else {}


def _from(first: int, words: str, step: int = 1) -> list[tuple[int, str]]:
    """Words, the first of which has this value."""
    return [(first + step * index, word) for index, word in enumerate(words.split())]


def _each(numbers: Iterable[tuple[int, str]], *endings: str) -> Valued:
    """Numbers with each of the endings."""
    return ((value, word + ending) for value, word in numbers for ending in endings)


def _spaced(
    tens: Iterable[tuple[int, str]], units: Iterable[tuple[int, str]], between: str = " "
) -> Valued:
    """Tens by themselves and with each unit behind them."""
    tens = list(tens)
    yield from tens
    yield from _joined(tens, units, between)


def _joined(
    tens: Iterable[tuple[int, str]], units: Iterable[tuple[int, str]], between: str
) -> Valued:
    for (ten, of_ten), (unit, of_unit) in product(tens, units):
        yield ten + unit, f"{of_ten}{between}{of_unit}"


def _units_first(
    units: Iterable[tuple[int, str]], tens: Iterable[tuple[int, str]], between: str
) -> Valued:
    """As in "einundzwanzig"."""
    for (unit, of_unit), (ten, of_ten) in product(units, tens):
        yield ten + unit, f"{of_unit}{between}{of_ten}"


_EN_UNITS = _from(1, "one two three four five six seven eight nine")
_EN_TEENS = _from(
    10, "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_EN_TENS = _from(20, "twenty thirty forty fifty sixty seventy eighty ninety", 10)


def _english() -> Valued:
    below = [*_EN_UNITS, *_EN_TEENS, *_spaced(_EN_TENS, _EN_UNITS)]
    # Before its word it is no number: "The Last Chapter" is a title.
    yield from [(LAST, "last"), *below]
    hundreds = [(100, "a hundred"), *((100 * n, f"{unit} hundred") for n, unit in _EN_UNITS)]
    yield from _spaced(hundreds, below)
    yield from _spaced(hundreds, below, " and ")


def _english_ordinals() -> Valued:
    units = _from(1, "first second third fourth fifth sixth seventh eighth ninth")
    yield from [*units, *_from(10, "tenth eleventh twelfth")]
    yield from _each(_EN_TEENS[3:], "th")
    yield from ((value, f"{ten[:-1]}ieth") for value, ten in _EN_TENS)
    yield from _spaced(_EN_TENS, units)


_DE_UNITS = _from(1, "ein zwei drei vier fünf sechs sieben acht neun")
_DE_TEENS = _from(
    10, "zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn"
)
_DE_TENS = _from(20, "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig", 10)


def _german() -> Valued:
    yield from [(1, "eins"), *_DE_UNITS, *_DE_TEENS, *_DE_TENS]
    yield from _units_first(_DE_UNITS, _DE_TENS, "und")


def _german_ordinals() -> Valued:
    stems = _from(1, "erst zweit dritt viert fünft sechst siebt acht neunt")
    stems += [(7, "siebent"), (LAST, "letzt"), *_each(_DE_TEENS, "t")]
    tens = list(_each(_DE_TENS, "st"))
    stems += [*tens, *_units_first(_DE_UNITS, tens, "und")]
    yield from _each(stems, "e", "er", "es", "en")


_NL_UNITS = _from(1, "een twee drie vier vijf zes zeven acht negen")
_NL_TEENS = _from(
    10, "tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien"
)
_NL_TENS = _from(20, "twintig dertig veertig vijftig zestig zeventig tachtig negentig", 10)


def _dutch() -> Valued:
    yield from [*_NL_UNITS, *_NL_TEENS, *_NL_TENS]
    yield from _units_first(_NL_UNITS, _NL_TENS, "en")


def _dutch_ordinals() -> Valued:
    yield from _from(1, "eerste tweede derde vierde vijfde zesde zevende achtste negende")
    yield LAST, "laatste"
    yield from _each(_NL_TEENS, "de")
    tens = list(_each(_NL_TENS, "ste"))
    yield from tens
    yield from _units_first(_NL_UNITS, tens, "en")


def _french() -> Valued:
    units = _from(1, "un deux trois quatre cinq six sept huit neuf")
    teens = _from(10, "dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf")
    tens = _from(20, "vingt trente quarante cinquante soixante", 10)
    yield from [*units, (1, "une"), *teens, *_spaced(tens, units)]
    yield from [(80, "quatre-vingts"), (100, "cent")]
    yield from _joined(tens, [(1, "un"), (1, "une"), (11, "onze")], " et ")
    yield from _joined([(60, "soixante")], teens, " ")
    yield from _spaced([(80, "quatre-vingt")], [*units, *teens])


def _french_ordinals() -> Valued:
    yield from [(1, "premier"), (1, "première"), (2, "second"), (2, "seconde")]
    yield from [(LAST, "dernier"), (LAST, "dernière")]
    for value, number in _french():
        stem = number.removesuffix("s") if number.endswith("vingts") else number.removesuffix("e")
        if stem.endswith("cinq"):
            stem += "u"
        elif stem.endswith("neuf"):
            stem = f"{stem[:-1]}v"
        yield value, f"{stem}ième"


def _romance(units: list[tuple[int, str]], tens: list[tuple[int, str]]) -> Valued:
    """Ordinals that have an ending by gender, of tens and units side by side or as one word."""
    for ending, other in product("oa", "oa"):
        of_tens, of_units = list(_each(tens, ending)), list(_each(units, other))
        yield from of_units
        yield from _spaced(of_tens, of_units)
        yield from _spaced(of_tens, of_units, "")


def _spanish() -> Valued:
    units = [*_from(1, "uno dos tres cuatro cinco seis siete ocho nueve"), (1, "una")]
    yield from [*units, *_from(10, "diez once doce trece catorce quince")]
    yield from [(20, "veinte"), (100, "cien")]
    yield from _joined([(10, "dieci"), (20, "veinti")], units, "")
    tens = _from(30, "treinta cuarenta cincuenta sesenta setenta ochenta noventa", 10)
    yield from _spaced(tens, units, " y ")


def _spanish_ordinals() -> Valued:
    yield from [(1, "primer"), (3, "tercer")]
    units = _from(1, "primer segund tercer cuart quint sext séptim octav noven")
    units += [(7, "sétim"), (9, "non"), (11, "undécim"), (12, "duodécim"), (LAST, "últim")]
    tens = (
        "décim vigésim trigésim cuadragésim quincuagésim sexagésim septuagésim octogésim nonagésim"
    )
    yield from _romance(units, _from(10, tens, 10))


def _portuguese() -> Valued:
    units = [*_from(1, "um dois três quatro cinco seis sete oito nove"), (1, "uma"), (2, "duas")]
    yield from units
    yield from _from(10, "dez onze doze treze quatorze quinze dezesseis dezessete dezoito dezenove")
    yield from [(14, "catorze"), (16, "dezasseis"), (17, "dezassete"), (19, "dezanove")]
    yield from [(50, "cincoenta"), (100, "cem")]
    tens = _from(20, "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa", 10)
    yield from _spaced([*tens, (50, "cincoenta")], units, " e ")


def _portuguese_ordinals() -> Valued:
    units = _from(1, "primeir segund terceir quart quint sext sétim oitav non")
    units += [(11, "undécim"), (12, "duodécim"), (LAST, "últim")]
    tens = (
        "décim vigésim trigésim quadragésim quinquagésim sexagésim septuagésim octogésim nonagésim"
    )
    yield from _romance(units, _from(10, tens, 10))


_IT_UNITS = _from(1, "uno due tre quattro cinque sei sette otto nove")
_IT_TEENS = _from(
    10,
    "dieci undici dodici tredici quattordici quindici sedici diciassette diciotto diciannove",
)
_IT_TENS = _from(20, "venti trenta quaranta cinquanta sessanta settanta ottanta novanta", 10)


def _italian() -> Valued:
    yield from [*_IT_UNITS, *_IT_TEENS, *_IT_TENS, (100, "cento")]
    for (ten, of_ten), (unit, of_unit) in product(_IT_TENS, _IT_UNITS):
        yield ten + unit, (of_ten[:-1] if of_unit[0] in "uo" else of_ten) + of_unit


def _italian_ordinals() -> Valued:
    units = _from(1, "prim second terz quart quint sest settim ottav non")
    units += [(11, "undecim"), (12, "duodecim"), (LAST, "ultim")]
    tens = _from(10, "decim ventesim trentesim quarantesim cinquantesim sessantesim", 10)
    yield from _romance(units, [*tens, (20, "vigesim")])
    yield from _each([(18, "decimottav")], "o", "a")
    for value, number in _italian():
        stem = number if number[-3:] in ("tre", "sei") else number[:-1]
        yield from _each([(value, stem)], "esimo", "esima")


_RU_TENS = _from(
    20, "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто", 10
)
_RU_TEENS = _from(
    11,
    "одиннадцат двенадцат тринадцат четырнадцат пятнадцат шестнадцат семнадцат восемнадцат "
    "девятнадцат",
)
_RU_ENDINGS = ("ый", "ой", "ая", "ое", "ую", "ом", "ого")


def _russian() -> Valued:
    units = [*_from(1, "один два три четыре пять шесть семь восемь девять")]
    units += [(1, "одна"), (2, "две"), (2, "двух"), (3, "трёх"), (4, "четырёх"), (5, "пяти")]
    yield from [*units, (10, "десять"), *_each(_RU_TEENS, "ь")]
    yield from _spaced(_RU_TENS, units)


def _russian_ordinals() -> Valued:
    units = list(_each(_from(4, "четвёрт пят шест седьм восьм девят"), *_RU_ENDINGS))
    units += _each([(1, "перв"), (2, "втор")], *_RU_ENDINGS)
    units += _each([(3, "трет")], "ий", "ья", "ье", "ьей", "ью", "ьем", "ьего")
    yield from units
    yield from _each([(LAST, "последн")], "ий", "яя", "ее", "ей", "юю", "ем", "его")
    stems = [(10, "десят"), *_RU_TEENS]
    stems += _from(
        20, "двадцат тридцат сороков пятидесят шестидесят семидесят восьмидесят девяност", 10
    )
    yield from _each(stems, *_RU_ENDINGS)
    yield from _spaced(_RU_TENS, units)


def _polish_ordinals() -> Valued:
    units = [(1, "pierwsz"), *_from(4, "czwart piąt szóst siódm ósm dziewiąt")]
    teens = _from(
        10,
        "dziesiąt jedenast dwunast trzynast czternast piętnast szesnast siedemnast osiemnast "
        "dziewiętnast",
    )
    tens = _from(
        20, "dwudziest trzydziest czterdziest pięćdziesiąt sześćdziesiąt siedemdziesiąt", 10
    )
    irregular = {"y": "drugi trzeci", "a": "druga trzecia", "e": "drugie trzecie"}
    for ending, others in irregular.items():
        of_units = [*_each(units, ending), *_from(2, others)]
        yield from of_units
        yield from _each([*teens, (LAST, "ostatn")], ending)
        yield from _spaced(_each(tens, ending), of_units)


_CARDINALS: Mapping[str, Callable[[], Valued]] = {
    "de": _german, "en": _english, "es": _spanish, "fr": _french, "it": _italian, "nl": _dutch,
    "pt": _portuguese, "ru": _russian,
}  # fmt: skip
_ORDINALS: Mapping[str, Callable[[], Valued]] = {
    "de": _german_ordinals, "en": _english_ordinals, "es": _spanish_ordinals,
    "fr": _french_ordinals, "it": _italian_ordinals, "nl": _dutch_ordinals,
    "pl": _polish_ordinals, "pt": _portuguese_ordinals, "ru": _russian_ordinals,
}  # fmt: skip
_FOREIGN = tuple(language for language in _ORDINALS if language != "en")
