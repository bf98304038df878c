"""What a reply has in brackets: citations as models write them, and pictures.

A citation may be [55], [A7; A9], [Passage 55], [pp. 55-57], [¶ 55 and 57], [“55”] or 【55】, and
several may stand in brackets of their own, as in ([55], [57]).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from longread.answering.quotes import MARKS

BRACKETS = frozenset("[【［")
"""What a citation opens with."""

LONGEST_CITATION = 120
"""Characters after which an open bracket is one that cites nothing."""

LONGEST_PICTURE = 600
"""Characters after which what may be a picture is none."""

LONGEST_RANGE = 20
"""Of a range of more passages, only the ends are meant."""

_PASSAGES = r"(?i:(?:passages?\s*|pages?\s*|pp?(?:\.\s*|\s+)|¶+\s*|[#^]\s*)?)"
_LABEL = r"[A-Z]{0,2}\d+"
_DASH = r"\s*[-‐‑–—]\s*"
_ITEM = rf"{_PASSAGES}{_LABEL}(?:{_DASH}{_LABEL})?"
_AND = r"(?:\s*[,;&]\s*(?:(?i:and)\s+)?|\s+(?i:and)\s+)"
_CITATION = re.compile(rf"[\[【［]\s*({_ITEM}(?:{_AND}{_ITEM})*)\s*[\]】］]")
_BEGUN_CITATION = re.compile(rf"[\[【［][\s{re.escape(MARKS)}]*+(?:[pPA-Z\d¶#^][^\]】］]*+)?\Z")
_CUT_CITATION = re.compile(
    r"(?:[(\[【［][\s,;]*+)?[\[【［](?:(?i:passages?|pages?|pp?\b\.?|and\b)|[A-Z]{1,2}(?=\d|\Z)"
    r"|[\s\d,;&¶#^‐‑–—-])*+\Z"
)
_CLOSING = frozenset(")]】］")
_BETWEEN = re.compile(r"(?:[\s,;&]|(?i:and)\b)++")
_CLOSES = re.compile(r"[\]】］]")
_NO_MARKS = str.maketrans("", "", MARKS)
_CITED = re.compile(rf"{_PASSAGES}([A-Z]*)(\d+)(?:{_DASH}([A-Z]*)(\d+))?")

# A blank line ends what may be a picture; brackets within its brackets are balanced.
_PLAIN = r"[^\[\]()\\\n]|\\.|\\?\n(?![^\S\n]*\n)"
_ALT = rf"!\[(?:{_PLAIN}|[()]|\[(?:{_PLAIN}|[()])*+\])*+"
_TARGET = rf"\]\((?:{_PLAIN}|[\[\]]|\((?:{_PLAIN}|[\[\]])*+\))*+"
_PICTURE = re.compile(rf"{_ALT}{_TARGET}\)")
_BEGUN_PICTURE = re.compile(
    rf"{_ALT}(?:\[(?:{_PLAIN}|[()])*+|{_TARGET}(?:\((?:{_PLAIN}|[\[\]])*+)?|\])?\\?\Z"
)


def citation(text: str) -> tuple[list[str], int] | None:
    """The labels of the citation that a text begins with, and where it ends; several that stand in
    brackets together are one."""
    if not begins_citation(text):
        return None
    if found := _single(text):
        return found
    labels, end = _singles(text)
    return (labels, end + 1) if labels and text[end : end + 1] in _CLOSING else None


def begins_citation(text: str) -> bool:
    """Whether a text begins with a bracket in which a citation may stand."""
    return text[:1] in BRACKETS or (text[:1] == "(" and (len(text) == 1 or text[1] in BRACKETS))


def may_become_citation(text: str) -> bool:
    """Whether a text that is not whole may be the beginning of a citation."""
    if not begins_citation(text) or len(text) >= LONGEST_CITATION:
        return False
    _, end = _singles(text)
    begun = (_BEGUN_CITATION.match(one) is not None for one in (text, text[end:]))
    return any(begun) or "and".startswith(text[end:].casefold())


def is_cut(text: str) -> bool:
    """Whether a text that ends is a citation that was not written to its end."""
    return _CUT_CITATION.match(text.translate(_NO_MARKS)) is not None


def without_citations(text: str) -> str:
    """A text without its citations."""
    return _CITATION.sub("", text)


def picture_end(text: str) -> int:
    """Where the picture ends that a text begins with; 0 if it does not."""
    match = _PICTURE.match(text, 0, LONGEST_PICTURE)
    return match.end() if match else 0


def may_become_picture(text: str) -> bool:
    """Whether a text that begins with ``![`` may be the beginning of a picture."""
    return len(text) < LONGEST_PICTURE and _BEGUN_PICTURE.match(text) is not None


def _single(text: str) -> tuple[list[str], int] | None:
    closes = _CLOSES.search(text, 0, LONGEST_CITATION)
    match = _CITATION.fullmatch(text[: closes.end()].translate(_NO_MARKS)) if closes else None
    if closes is None or match is None:
        return None
    return [label for item in re.split(_AND, match[1]) for label in _labels(item)], closes.end()


def _singles(text: str) -> tuple[list[str], int]:
    """The labels of all citations that stand behind a text's first character, and where they
    end."""
    labels: list[str] = []
    end = 1
    while True:
        between = _BETWEEN.match(text, end)
        end = between.end() if between else end
        found = _single(text[end:]) if text[end : end + 1] in BRACKETS else None
        if found is None:
            return labels, end
        labels += found[0]
        end += found[1]


def _labels(item: str) -> Iterator[str]:
    match = _CITED.fullmatch(item)
    assert match is not None
    letters, first, other, last = match.groups()
    yield f"{letters}{int(first)}"
    if last is None:
        return
    if other in ("", letters) and 0 < int(last) - int(first) < LONGEST_RANGE:
        yield from (f"{letters}{number}" for number in range(int(first) + 1, int(last)))
    yield f"{other or letters}{int(last)}"
