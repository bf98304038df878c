"""Joining the lines of a paragraph: words that their ends break, and scripts without spaces."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff01-\uff64]")
"""A character of a script that sets no spaces between words, or whose lines may end anywhere."""

_FIRST_WIDE = "\u2e80"
_SOFT_HYPHEN = "\u00ad"
_HYPHENS = ("-", "\u2010", _SOFT_HYPHEN)
_LINE_ENDS = [f"{hyphen}{gap}\n" for hyphen in _HYPHENS for gap in ("", " ")]
_HANGUL = re.compile("[\uac00-\ud7af]")
_BESIDE_WIDE = "“”‘’…—·"
_FEW_BROKEN = 0.02
_MANY_BROKEN = 0.03
_LEAST_BROKEN = 3
_LONGEST_WORD = 60
_BROKEN = re.compile(r"([^\W\d_]+|\d+)[-\u2010\u00ad]$")
_LINE_BREAK = re.compile(r"[-\u2010\u00ad][ \t]*\n[ \t]*(?P<tail>[^\W\d_]+)")
_WORD_START = re.compile(r"[^\W\d_]+|\d+")
_SUSPENDED = re.compile(r"(?:and|or|und|oder|bis)\s")
_SUSPENDED_NUMBER = re.compile(r"(?:and|or|to|und|oder|bis)\s")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")


def is_wide(text: str) -> bool:
    """Whether a text begins in a script that sets no spaces between words."""
    return WIDE.match(text) is not None


def join(text: str, following: str, known: frozenset[str]) -> str:
    """Join two lines of print; a hyphen at the end goes where the word is one without it. ``known``
    are the words of the document."""
    return Joiner(known).join(text, following)


def known_words(texts: Iterable[str]) -> frozenset[str]:
    """Words and hyphenated compounds of texts, in small letters."""
    return frozenset(_WORD.findall(" ".join(set(" ".join(texts).split())).casefold()))


@dataclass(frozen=True, slots=True)
class Joiner:
    """Joins the lines of a document. ``known`` are its words, ``breaks_words`` says that lines may
    end within one; where a program has wrapped them, each hyphen belongs to its word."""

    known: frozenset[str] = frozenset()
    breaks_words: bool = True

    @classmethod
    def of(cls, text: str) -> Joiner:
        """A joiner for a text, by what most hyphens at its lines' ends are: parts of their words,
        or there only since a line ended within a word, as in a text that was taken from print."""
        lines = text.count("\n")
        if sum(map(text.count, _LINE_ENDS)) <= _FEW_BROKEN * lines:
            return cls(breaks_words=False)
        inner, halves, end = [], [], 0
        for match in _LINE_BREAK.finditer(text):
            before = text[max(end, match.start() - _LONGEST_WORD) : match.start() + 1]
            inner.append(text[end : match.start() + 1 - len(before.split()[-1])])
            end = match.end()
            if match["tail"].islower() and (found := _halves(before, match["tail"])):
                halves.append(found)
        known = known_words([*inner, text[end:]])
        one_word = sum("".join(found) in known for found in halves)
        compound = sum(_is_compound(*found, known) for found in halves)
        if len(halves) >= max(_LEAST_BROKEN, _MANY_BROKEN * lines):
            # Short texts have few words to know others by.
            one_word = len(halves) - compound
        return cls(known, one_word > compound)

    def join(self, text: str, following: str) -> str:
        """Join two lines."""
        dropped, between = self._seam(text, following)
        return text[: len(text) - dropped] + between + following

    def joined(self, lines: Sequence[str]) -> str:
        """All lines of a paragraph as one."""
        parts = [line.strip() for line in lines]
        for index, (line, following) in enumerate(itertools.pairwise(parts)):
            if line[-1:] in _HYPHENS or max(line[-1:], following[:1]) >= _FIRST_WIDE:
                dropped, between = self._seam(line, following)
                parts[index] = line[: len(line) - dropped] + between
            else:
                parts[index] = f"{line} "
        return "".join(parts)

    def _seam(self, line: str, following: str) -> tuple[int, str]:
        """How many characters at a line's end go, and what stands between it and the next one."""
        last, first = line[-1:], following[:1]
        if not last or not first:
            return 0, ""
        if last in _HYPHENS and (halves := _halves(line, following)):
            return self._hyphen(line, following, *halves)
        # Print breaks Korean words anywhere, programs where a space is.
        broken = self.breaks_words and _HANGUL.match(last) and _HANGUL.match(first)
        return 0, "" if broken or beside(last, first) else " "

    def _hyphen(self, line: str, following: str, head: str, tail: str) -> tuple[int, str]:
        if line.endswith(_SOFT_HYPHEN):
            return 1, ""
        suspended = _SUSPENDED if head.isalpha() else _SUSPENDED_NUMBER
        if suspended.match(following) and head + tail not in self.known:
            return 0, " "
        breaks = self.breaks_words and head.isalpha() and following[0].islower()
        return int(breaks and not _is_compound(head, tail, self.known)), ""


def beside(last: str, first: str) -> bool:
    """Whether no space stands between the last character of a line and the first of the next one:
    both belong to a script without spaces, or one does and the other is a mark that it uses."""
    if max(last, first) < _FIRST_WIDE:
        return False
    wide = [WIDE.match(last) is not None, WIDE.match(first) is not None]
    marks = [last in _BESIDE_WIDE, first in _BESIDE_WIDE]
    korean = _HANGUL.match(last) or _HANGUL.match(first)
    return not korean and (all(wide) or (any(wide) and any(marks)))


def _halves(line: str, following: str) -> tuple[str, str] | None:
    """What stands before and behind a hyphen at a line's end, in small letters."""
    if line[-1:] not in _HYPHENS:
        return None
    match = _BROKEN.search(line[-_LONGEST_WORD:])
    rest = _WORD_START.match(following)
    return (match[1].casefold(), rest[0].casefold()) if match and rest else None


def _is_compound(head: str, tail: str, known: frozenset[str]) -> bool:
    whole = head + tail in known
    return not whole and (f"{head}-{tail}" in known or {head, tail} <= known)
