"""Quotations: a wording is shown in quotation marks only where the text has it.

A match is tried exactly, then tolerant of white space, letter case, dashes, dots and the
shapes of quotation marks; what is shown is then the text's own wording.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from longread.memory.analysis import is_spaced_letter
from longread.text import one_line

OPENING = {
    '"': '"',
    "＂": "＂",
    "“": "”",
    "”": "”",
    "„": "“”",
    "«": "»",
    "»": "«»",
    "‹": "›",
    "›": "‹›",
    "「": "」",
    "『": "』",
    "〝": "〞〟",
    "‘": "’",
    "‚": "‘’",
    "'": "'",
}
"""Opening quotation marks with the marks that may close them."""

MARKS = "".join(sorted({mark for pair in OPENING.items() for mark in "".join(pair)}))
"""All quotation marks."""

SINGLE = frozenset("‘‚'")
"""Opening marks that are apostrophes too, or whose closing ones are."""

MAX_QUOTATION = 600
"""Characters after which an open quotation mark is taken for a stray one."""

PUNCTUATION = ".,;:!?…。，、；：！？"
"""What may stand at a quotation's end and not in the text."""

_ALWAYS_OPENING = frozenset("“„«‹「『〝‚")
_AFTER_CLOSED = frozenset(".,;!?…)]}%”’»›")
_NEVER_BEHIND = dict.fromkeys("”»›", _AFTER_CLOSED)
_NEVER_BEHIND |= {"'": _AFTER_CLOSED | frozenset("-=[{"), "‘": frozenset("-")}
_BEFORE_OPENING = frozenset("([{—–")

# "’tis", "’em", "rock ’n’ roll", the nineties; Dutch "’t" and "’s", German "’ne".
_ELIDED = re.compile(
    r"(?:tis|twas|twere|twill|twould|til|till|cause|cos|bout|round|neath|em|im|er|n|t|s|k|ne|nen|"
    r"\d\ds?)(?![^\W_])['’]?",
    re.IGNORECASE,
)
# "the boys’ boat", "goin’ home", "a cup o’ tea".
_MAY_END_WITH_APOSTROPHE = re.compile(r"(?:[sxz]|[^\W\d_]{2}in|\bo)$", re.IGNORECASE)

_FOLD = str.maketrans(dict.fromkeys(MARKS, "'") | dict.fromkeys("–—‐‑", "-"))

_DOTS = re.compile(r"…|\.{3}")
_DOTS_PATTERN = f"(?:{_DOTS.pattern})"


def may_open(mark: str, before: str) -> bool:
    """Whether a quotation mark can open a quotation behind a character, or behind nothing.

    One that closes others too, or is an apostrophe or a sign of inches, cannot behind a word;
    where words have no spaces between them, each can.
    """
    if mark in _ALWAYS_OPENING:
        return True
    return not is_spaced_letter(before) and before not in _NEVER_BEHIND.get(mark, ())


def quotation_end(text: str, *, final: bool) -> int | None:
    """Where the mark stands that closes the quotation which a text opens with; 0 where none
    does, None while more of the text must come. ``final``: there is no more."""
    if text[0] in SINGLE:
        return _end_of_single(text, final=final)
    ends = [text.find(mark, 1, MAX_QUOTATION) for mark in OPENING[text[0]]]
    end = min((at for at in ends if at > 0), default=0)
    return end if end or final or len(text) >= MAX_QUOTATION else None


def _end_of_single(text: str, *, final: bool) -> int | None:
    """Such a quotation stands in one line. An apostrophe within a word does not close it; one at
    the end of a word that may have one there does only where no other mark does. Behind a
    word that has lost its beginning not even then: what seems to open is an apostrophe."""
    if text[1:2].isspace():
        return 0
    closing = OPENING[text[0]]
    elided = _ELIDED.match(text, 1)
    line = text[:MAX_QUOTATION].partition("\n")[0]
    doubtful = 0
    for match in re.finditer(f"[{closing}{text[0]}]", line):
        at = match.start()
        if at < (elided.end() if elided else 2):
            continue
        before, behind = text[at - 1], text[at + 1 : at + 3]
        if len(behind) < 2 and "\n" not in behind and not final:
            return None
        opens = before.isspace() or before in _BEFORE_OPENING
        if opens and doubtful:
            return doubtful
        if opens or match[0] not in closing or is_spaced_letter(behind[:1]):
            continue
        goes_on = behind[:1] == " " and behind[1:].islower()
        if not (goes_on and _MAY_END_WITH_APOSTROPHE.search(text[max(0, at - 4) : at])):
            return at
        doubtful = doubtful or (0 if elided else at)
    closed = final or "\n" in text[:MAX_QUOTATION] or len(text) >= MAX_QUOTATION + 2
    return doubtful if closed else None


def find_verbatim(quotation: str, texts: Sequence[str]) -> tuple[int, int, int] | None:
    """Where a quotation stands: index of the text, start and end of the characters.

    Punctuation at the quotation's ends is not required to match. None where no text has it.
    """
    wanted = quotation.strip()
    if not wanted:
        return None
    for index, text in enumerate(texts):
        for match in re.finditer(re.escape(wanted), text):
            if _whole_words(text, match.start(), match.end()):
                return index, match.start(), match.end()
    core = wanted.strip(f" \n\t{PUNCTUATION}{MARKS}").translate(_FOLD)
    words = core.split()
    if not words:
        return None
    pattern = re.compile(r"\s+".join(map(_word_pattern, words)), re.IGNORECASE)
    for index, text in enumerate(texts):
        for match in pattern.finditer(text.translate(_FOLD)):
            if _whole_words(text, match.start(), match.end()):
                return index, match.start(), match.end()
    return None


def _word_pattern(word: str) -> str:
    return _DOTS_PATTERN.join(map(re.escape, _DOTS.split(word)))


def _whole_words(text: str, start: int, end: int) -> bool:
    """Whether a stretch of a text cuts no word; scripts without spaces have no borders of words."""
    return not any(
        0 < at < len(text) and is_spaced_letter(text[at - 1]) and is_spaced_letter(text[at])
        for at in (start, end)
    )


def is_shown(quote: str, answer: str) -> bool:
    """Whether an answer has the words of a citation itself, so that nobody needs them again."""
    return one_line(quote, len(quote)) in answer
