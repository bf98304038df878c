"""What stands apart of the text of a PDF: footnotes, and captions of figures and tables.

Both stand between a sentence and its end where that is in the next column or on the next page, and
belong to neither.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from longread.document import ParagraphKind
from longread.sources.joining import join
from longread.sources.pdf_layout import Line, body_size, is_table
from longread.text import squeeze

SMALL = 0.95
"""Share of the text's font size up to which a line may be one of a footnote."""

LONGEST_SHARE = 0.6
"""Share of a column's lines that its footnotes may be at most."""

SET_OFF = 1.3
"""Multiple of a column's usual distance of lines that parts a caption from the text."""

GAP = 0.9
"""Font sizes between two lines up to which one goes on what the other says."""

LEADING = 1.2
"""Font sizes between lines of text, where a page's own lines do not tell."""

LIKE = 0.03
"""Share by which the font sizes of a caption's lines may differ."""

_MARKED = re.compile(
    r"(?P<mark>[*∗⋆†‡§¶]{1,3}|\d{1,3}(?=\s?[^\W\d_a-z]|\s[a-z]|\s?[\"“‘'(«„]|[a-z]{2}))\s*(?=\S)"
)
_STARS = str.maketrans("∗⋆", "**")
_CAPTION = re.compile(
    r"(?:fig(?:ure|\.)?|table|tab\.|algorithm|listing|chart|abb(?:ildung|\.)|tabelle|tableau|figura|"
    r"tabla|tabela|tabella|[图圖図表])\s?(?:\d+(?:[.-]\d+)*|[ivx]+)(?::|\.(?=\s+(?-i:[^\Wa-z])|$))",
    re.IGNORECASE,
)

_ENDED = re.compile(r"[.!?…:;][\"'”’»)\]]*$")


@dataclass(frozen=True, slots=True)
class Apart:
    """A text that is no part of the one around it."""

    text: str
    kind: ParagraphKind


def with_apart(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """Mark the lines of footnotes and captions as standing apart of the text around them."""
    size = body_size(pages)
    return [_marked(page, size) for page in pages]


def texts_apart(lines: Iterable[Line], known: frozenset[str]) -> Iterator[Apart]:
    """What lines that stand apart say, footnotes behind their marks in brackets; ``known`` are the
    words of the document."""
    held: Apart | None = None
    above: Line | None = None
    for line in lines:
        text = squeeze(line.text)
        begun = None if held is not None and _refers(held, text) else _begun(line, text)
        above, before = line, above
        if begun is None and held is not None and before is not None and _is_close(before, line):
            held = replace(held, text=join(held.text, text, known))
            continue
        if held is not None:
            yield held
        held = begun or Apart(text, "prose")
    if held is not None:
        yield held


def _refers(held: Apart, text: str) -> bool:
    """Whether a line ends a caption with the number of another figure: "see / Figure 2."."""
    is_number = (found := _CAPTION.match(text)) is not None and found.end() == len(text)
    return is_number and held.kind == "caption" and not _ENDED.search(held.text)


def _is_close(above: Line, below: Line) -> bool:
    """Whether one line may go on what another one says."""
    gap = above.bottom - below.top
    return above.column == below.column and -above.size < gap < GAP * above.size


def _begun(line: Line, text: str) -> Apart | None:
    """What begins with a line; None where it goes on with what the last one says."""
    if line.aside:
        return Apart(text, "prose")
    if _CAPTION.match(text):
        return Apart(text, "caption")
    if mark := _MARKED.match(text):
        return Apart(f"[{mark['mark'].translate(_STARS)}] {text[mark.end() :]}", "footnote")
    return None


def _marked(page: Sequence[Line], size: float) -> list[Line]:
    columns: dict[int, list[int]] = {}
    for place, line in enumerate(page):
        if not (line.aside or line.apart):
            columns.setdefault(line.column, []).append(place)
    apart: set[int] = set()
    for places in columns.values():
        column = [page[place] for place in places]
        apart.update(places[at] for at in (*_foot(column, size), *_captions(column)))
    return [
        replace(line, apart=True) if place in apart else line for place, line in enumerate(page)
    ]


def _foot(column: Sequence[Line], size: float) -> range:
    """The lines at the foot of a column that are footnotes."""
    small = list(
        itertools.takewhile(
            lambda line: line.size <= SMALL * size and not is_table(line), reversed(column)
        )
    )
    marks = [at for at, line in enumerate(small) if _MARKED.match(line.text)]
    count = marks[-1] + 1 if marks else 0
    is_foot = len(small) < len(column) and count <= LONGEST_SHARE * len(column)
    return range(len(column) - count if is_foot else len(column), len(column))


def _captions(column: Sequence[Line]) -> Iterator[int]:
    """The lines of a column that are captions: from one that names a figure and is set off from
    what stands above it, down to the next wide gap or another size."""
    steps = [above.top - below.top for above, below in itertools.pairwise(column)]
    usual = median(steps) if steps else 0.0
    place = 0
    while place < len(column):
        first = place
        place += 1
        line = column[first]
        is_set_off = first == 0 or _is_apart(column[first - 1], line, usual)
        if not is_set_off or is_table(line) or not _CAPTION.match(line.text):
            continue
        # Labels within a picture are nearer to each other than lines of text can be.
        step = usual if usual >= line.size else LEADING * line.size
        if first < len(steps) and steps[first] > 0:
            step = min(steps[first], step)
        while place < len(column) and not _is_apart(column[place - 1], column[place], step):
            place += 1
        yield from range(first, place)


def _is_apart(above: Line, below: Line, step: float) -> bool:
    """Whether one line does not go on the block that another one ends."""
    distance = above.top - below.top
    is_far = distance > SET_OFF * step or distance <= 0
    return is_far or abs(above.size - below.size) > LIKE * above.size or is_table(below)
