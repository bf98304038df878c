"""What a reply has in brackets: citations as models write them, and pictures.

A citation may be [55], [A7; A9], [Passage 55], [pp. 55-57], [¶ 55 and 57], [“55”] or 【55】.
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

_PASSAGES = r"(?i:(?:passages?\s*|pages?\s*|pp?(?:\.\s*|\s+)|¶+\s*)?)"
_LABEL = r"[A-Z]{0,2}\d+"
_DASH = r"\s*[-‐‑–—]\s*"
_ITEM = rf"{_PASSAGES}{_LABEL}(?:{_DASH}{_LABEL})?"
_AND = r"(?:\s*[,;&]\s*(?:(?i:and)\s+)?|\s+(?i:and)\s+)"
_CITATION = re.compile(rf"[\[【［]\s*({_ITEM}(?:{_AND}{_ITEM})*)\s*[\]】］]")
_BEGUN_CITATION = re.compile(rf"[\[【［][\s{re.escape(MARKS)}]*+(?:[pPA-Z\d¶][^\]】］]*+)?\Z")
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
    """The labels of the citation that a text begins with, and where it ends."""
    closes = _CLOSES.search(text, 0, LONGEST_CITATION)
    match = _CITATION.fullmatch(text[: closes.end()].translate(_NO_MARKS)) if closes else None
    if closes is None or match is None:
        return None
    return [label for item in re.split(_AND, match[1]) for label in _labels(item)], closes.end()


def may_become_citation(text: str) -> bool:
    """Whether a text that begins with a bracket may be the beginning of a citation."""
    return len(text) < LONGEST_CITATION and _BEGUN_CITATION.match(text) is not None


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


def _labels(item: str) -> Iterator[str]:
    match = _CITED.fullmatch(item)
    assert match is not None
    letters, first, other, last = match.groups()
    yield f"{letters}{first}"
    if last is None:
        return
    if other in ("", letters) and 0 < int(last) - int(first) < LONGEST_RANGE:
        yield from (f"{letters}{number}" for number in range(int(first) + 1, int(last)))
    yield f"{other or letters}{last}"
