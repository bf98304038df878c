"""Pictures that stand for text: a first letter, a title, or all that a page says."""

from __future__ import annotations

import re

from longread.sources.tree import Element, local_name
from longread.sources.vocabulary import BLOCKS

_MARKS_OF_QUOTATION = "\"'“”„«‘’‹¿¡"
_LETTER = re.compile(rf"[{_MARKS_OF_QUOTATION}]?[^\W\d_]")
_WORDS_OF_ONE_LETTER = frozenset("AIOYÀÉÈОУВКСЯИ")
_STEPS_BEHIND = 8
_FILE = re.compile(
    r"\.(?:jpe?g|png|gif|svg|webp|bmp|tiff?)\b|^[a-z]+:/|^[a-z]*[-_]?\d{2,}$|^\w*_\w*$", re.I
)
_PICTURE_FILE = re.compile(r"\.(?:jpe?g|png|gif|svg|webp|bmp|tiff?)$|^$", re.I)
_PART_OF_A_BOOK = re.compile(
    r"\b(?:covers?|title[ -]?page|logos?|icons?|ornaments?|decorations?|decorative|dividers?"
    r"|unavailable)\b|表紙|ロゴ",
    re.I,
)
_PART_OF_A_BOOK_CHARACTERS = 80
_ANY_PICTURE = re.compile(
    r"\W*(?:images?|pictures?|photos?|illustrations?|figures?|figs?|graphics?|art|img)\b[\W\d]*",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_FEWEST_WORDS = 3
_EASTERN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_FEWEST_EASTERN = 8


def first_letter(element: Element) -> str:
    """The letter that a picture is, where the words behind it go on from it; or ""."""
    said = _said(element)
    if not _LETTER.fullmatch(said):
        return ""
    behind = _behind(element)
    word = behind.lstrip()
    letters = word.lstrip("'’")
    is_capital = letters[:1].isupper() and not letters[1:2].islower()
    if not (letters[:1].islower() or is_capital):
        return ""
    is_joined = word == behind or said[-1] in _WORDS_OF_ONE_LETTER
    return said if is_joined else ""


def title(element: Element) -> str:
    """What a picture says that is all there is of a heading; or ""."""
    said = _said(element)
    return "" if _names_the_picture(said) else said


def text(element: Element) -> str:
    """What a picture says that is all there is of a paragraph or page, in whole words; or "", also
    where it leads to another page, as a button does."""
    said = _said(element)
    is_prose = len(_WORD.findall(said)) >= _FEWEST_WORDS
    if not is_prose and len(_EASTERN.findall(said)) < _FEWEST_EASTERN:
        return ""
    return "" if _names_the_picture(said) or _leads_elsewhere(element) else said


def repeats(said: str, neighbour: str) -> bool:
    """Whether a text next to a picture says the same, as its caption may."""
    left, right = _letters(said), _letters(neighbour)
    return left in right or (right in left and 2 * len(right) >= len(left))


def _said(element: Element) -> str:
    is_shown = element.get("role") not in ("presentation", "none")
    return " ".join((element.get("alt") or "").split()) if is_shown else ""


def _names_the_picture(said: str) -> bool:
    """Whether words tell which picture it is, not what it says."""
    is_part = len(said) <= _PART_OF_A_BOOK_CHARACTERS and _PART_OF_A_BOOK.search(said)
    return bool(is_part or _FILE.search(said) or _ANY_PICTURE.fullmatch(said))


def _leads_elsewhere(element: Element) -> bool:
    for outer in element.iterancestors("{*}*"):
        name = local_name(outer)
        if name in BLOCKS:
            break
        if name == "a" and not _PICTURE_FILE.search(outer.get("href", "")):
            return True
    return False


def _behind(element: Element) -> str:
    """The first text behind an element in its paragraph, with the white space before it."""
    found = ""
    for _ in range(_STEPS_BEHIND):
        found += element.tail or ""
        following = element.getnext()
        if found.strip() or (following is not None and local_name(following) in BLOCKS):
            break
        if following is None:
            element = element.getparent()
            if element is None or local_name(element) in BLOCKS:
                break
            continue
        found += next((part for part in following.itertext("{*}*", with_tail=False) if part), "")
        if found.strip():
            break
        element = following
    return found


def _letters(said: str) -> str:
    return "".join(sign for sign in said.casefold() if sign.isalnum())
