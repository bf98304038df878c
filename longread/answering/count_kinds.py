"""What can be asked of counting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from longread.answering.captions import Captioned
from longread.answering.phrases import Phrase
from longread.document import Span
from longread.structure import Part

Unit = Literal["chapter", "section", "page", "part", "paragraph", "sentence", "line", "word"]

Asked = Literal[
    "count",
    "compare",
    "places",
    "absent",
    "first",
    "last",
    "most",
    "least",
    "each",
    "together",
    "holding",
]


@dataclass(frozen=True, slots=True)
class Occurrences:
    """How often phrases stand in the text, which of them more often, at which places, first, last,
    in which ``unit`` most, least or not at all, how often in each, or in which all of them stand
    together; or how many sentences or paragraphs hold them. ``speaker``: who is asked about, where
    it is how often somebody says them."""

    phrases: tuple[Phrase, ...]
    asked: Asked
    unit: Unit = "chapter"
    within: tuple[Part, ...] = ()
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Units:
    """How many units there are, which is longest or shortest, what they are called, which are
    around a page, how long a part, each unit or one on average is, or which are longer or shorter
    than so many words; of words also how many different ones there are, and which are most
    frequent. ``rank`` is 2 for the second longest, ``number`` how many are to be named, or the
    limit, and ``by`` what length is measured in."""

    unit: Unit
    asked: Literal[
        "count",
        "longest",
        "shortest",
        "titles",
        "names",
        "around",
        "length",
        "lengths",
        "average",
        "longer",
        "shorter",
        "distinct",
        "frequent",
    ]
    within: tuple[Part, ...] = ()
    rank: int = 1
    number: int = 1
    by: Unit = "word"


@dataclass(frozen=True, slots=True)
class Edges:
    """The first or last word, sentence, line or paragraph of every unit, or of parts alone: the
    ``nth`` from that end, and ``number`` of them."""

    element: Unit
    end: Literal["first", "last"]
    unit: Unit | None
    within: tuple[Part, ...] = ()
    nth: int = 1
    number: int = 1


@dataclass(frozen=True, slots=True)
class Divisions:
    """How many parts, acts or the like there are, by the word for one."""

    word: str


@dataclass(frozen=True, slots=True)
class Captions:
    """How many tables or figures have a caption with a number, and which."""

    word: Captioned
    within: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Captioning:
    """What one table or figure shows, by its caption."""

    caption: Span


@dataclass(frozen=True, slots=True)
class Beside:
    """Which chapter, section or page comes after or before one."""

    part: Part
    side: Literal["after", "before"]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a part begins or ends, ``by_page`` or not."""

    part: Part
    end: Literal["begins", "ends"]
    by_page: bool


@dataclass(frozen=True, slots=True)
class Description:
    """Who wrote the text, or what it is called, as its file says."""

    asked: Literal["author", "title"]


Query = (
    Occurrences
    | Units
    | Edges
    | Divisions
    | Captions
    | Captioning
    | Beside
    | Whereabouts
    | Description
)
