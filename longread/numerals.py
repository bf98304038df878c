"""Numbers as headings and questions write them: 12, XII, twelve, twelfth, 十二."""

from __future__ import annotations

import re
import unicodedata

_ROMAN_VALUES = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_LOOK_ALIKE = str.maketrans("ІХСМ", "IXCM")
_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_IRREGULAR = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fifth": 5,
    "eighth": 8,
    "ninth": 9,
    "twelfth": 12,
}
_CHINESE_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
}
_CHINESE_UNITS = {"十": 10, "百": 100, "千": 1000}
# What has more digits numbers nothing, and Python refuses to read very long ones.
_IN_DIGITS = re.compile(r"(\d{1,18})(?:st|nd|rd|th)?")

_ORDINALS = [f"{word}th" for word in _UNITS] + [f"{word[:-1]}ieth" for word in _TENS]
_WORDS = "|".join(sorted([*_UNITS, *_TENS, *_IRREGULAR, *_ORDINALS], key=len, reverse=True))
_BELOW_A_HUNDRED = rf"(?:(?:{'|'.join(_TENS)})[- ])?(?:{_WORDS})"
_HUNDREDS = rf"(?:a|{'|'.join(_UNITS[1:10])})\s+hundred(?:th|(?:\s+and)?\s+{_BELOW_A_HUNDRED})?"
NUMBER = (
    rf"(?:\d+(?:st|nd|rd|th)?|{_HUNDREDS}|{_BELOW_A_HUNDRED}|"
    r"(?!(?-i:ci|li)\b)[ivxlc]{2,}|(?-i:[IVXLC](?!\s+(?:am|was|have|had|did|read|wrote|just)\b)))\b"
)
"""A regular expression, to be used without regard to letter case, of numbers as they are written
behind "chapter" and the like; small, "ci" and "li" are words in Italian."""


def parse_number(text: str) -> int | None:
    """The value of a number, whatever its writing; None where it is none."""
    text = unicodedata.normalize("NFKC", text).strip().rstrip(".").casefold()
    if match := _IN_DIGITS.fullmatch(text):
        return int(match[1])
    for read in (_from_roman, _from_words, _from_chinese):
        value = read(text)
        if value is not None:
            return value
    return None


def roman_value(text: str) -> int | None:
    """The value of a well-formed roman numeral in capitals, or in Cyrillic ones that look so."""
    text = text.translate(_LOOK_ALIKE)
    rest, total = text, 0
    for value, digits in _ROMAN_VALUES:
        while rest.startswith(digits):
            rest = rest[len(digits) :]
            total += value
    return total if total and not rest and roman_numeral(total) == text else None


def roman_numeral(number: int) -> str:
    """A number from 1 on as a roman numeral in capitals."""
    written = ""
    for value, digits in _ROMAN_VALUES:
        written += digits * (number // value)
        number %= value
    return written


def _from_roman(text: str) -> int | None:
    return roman_value(text.upper())


def _from_words(text: str) -> int | None:
    """English cardinals and ordinals below a thousand."""
    words = re.split(r"[\s-]+", text.removeprefix("the "))
    if words[1:2] in (["hundred"], ["hundredth"]):
        hundreds = 1 if words[0] == "a" else _word_value(words[0])
        rest = words[3:] if words[2:3] == ["and"] else words[2:]
        below = _from_words(" ".join(rest)) if rest else 0
        if not hundreds or hundreds >= 10 or below is None or below >= 100:
            return None
        return 100 * hundreds + below
    if len(words) == 2 and words[0] in _TENS:
        tens, unit = _word_value(words[0]), _word_value(words[1])
        return tens + unit if tens and unit and unit < 10 else None
    return _word_value(words[0]) if len(words) == 1 else None


def _word_value(word: str) -> int | None:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for base in (word, word.removesuffix("th"), re.sub("ieth$", "y", word)):
        if base in _UNITS:
            return _UNITS.index(base)
        if base in _TENS:
            return 20 + 10 * _TENS.index(base)
    return None


def _from_chinese(text: str) -> int | None:
    if not text or any(c not in _CHINESE_DIGITS and c not in _CHINESE_UNITS for c in text):
        return None
    if not any(c in _CHINESE_UNITS for c in text):
        return int("".join(str(_CHINESE_DIGITS[c]) for c in text))
    total, digit = 0, None
    for character in text:
        unit = _CHINESE_UNITS.get(character)
        if unit is None:
            digit = _CHINESE_DIGITS[character]
        else:
            total += (1 if digit is None else digit) * unit
            digit = None
    return total + (digit or 0)
