"""How a text is divided: its chapters, and the numbers and words in their titles; and what stands
before a place, for a reader who has got no further.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from longread.document import Document, Passage, Section, Span
from longread.languages import language_code
from longread.number_words import number_ahead
from longread.numerals import NUMBER, parse_number

CHAPTER_WORD = (
    r"chapters?|chap\.?|ch\.?|cantos?|scenes?|staves?|stave|letters?|lectures?|sections?|sec\.?|§|"
    r"chapitres?|kapitel[ns]?|cap[íi]tulos?|capitol[oi]|глав(?:[аыеу]|ой|ах)?|hoofdstuk(?:ken)?|"
    r"rozdział"
)
PART_WORD = (
    r"books?|parts?|volumes?|vol\.?|acts?|livres?|parties?|actes?|tomes?|teil(?:en?|s)?|buch(?:e?s)?|"
    r"bücher|band|partes?|parti|libr(?:os?|i)|att[oi]|actos?|tom[oi]s?|deel|delen|"
    r"част(?:[ьи]|ью)|книг[аиуе]"
)
PAGE_WORD = r"(?:pages?|pp?\b\.?|seiten?|páginas?|pagin[ae])"
"""Regular expressions of what chapters, the parts that hold them, and pages are called."""

ENGLISH_PART_WORDS = frozenset(
    {"chapter", "section", "part", "page", "book", "volume", "act", "letter", "scene", "lecture"}
    | {"canto", "stave", "p", "pp"}
)
"""Words for parts, behind which another one may be English though it is a number elsewhere, as in
"Chapter Once"."""

_NUMBER = rf"(?:{NUMBER}|[\w.○]+(?:-\w+)?)"
_WORD_FIRST = re.compile(
    rf"(?P<word>{CHAPTER_WORD}|{PART_WORD})(?:(?![^\W\d_])|(?=(?-i:[IVXLC]+)\b))"
    rf"\s*(?P<number>(?:the\s+)?{_NUMBER})",
    re.IGNORECASE,
)
_NUMBER_FIRST = re.compile(
    rf"(?:the\s+)?(?P<number>\w+(?:-\w+)*|\d+\.)\s+(?P<word>{CHAPTER_WORD}|{PART_WORD})(?!\w)",
    re.IGNORECASE,
)
_EASTERN = re.compile(
    r"第\s*(?P<number>[\d０-９零〇○一二三四五六七八九十百千两]+)\s*(?P<word>[回章節节卷部篇集话話幕])"
)
_PARTS = re.compile(rf"(?:\w+\s+)?(?:{PART_WORD})\b|第.{{1,5}}[卷部篇集]", re.IGNORECASE)
_CHAPTERS = re.compile(rf"(?:{CHAPTER_WORD})\W*\w|第.{{1,5}}[回章節节话話幕]", re.IGNORECASE)
_ABOUT_THE_BOOK = re.compile(
    r"(?:(?:the|an|a)\s+)?(?:[\w’'-]+\s+){0,2}(?:preface|foreword|introduction|dedication|"
    r"acknowledge?ments?|afterword|appendix|glossary|bibliography|index|note)"
    r"(?:,?\s+(?:to|by|on)\b.*)?\W*|(?:appendix|appendices|annex)\b.*|"
    r"(?:vorwort|geleitwort|nachwort|danksagung|anhang|glossar|\w*verzeichnis|préface|avant-propos|"
    r"postface|remerciements|annexes?|glossaire|bibliographie|prefacio|agradecimientos|apéndices?|"
    r"glosario|bibliografía|índice|prefazione|postfazione|ringraziamenti|appendic[ei]|glossario|"
    r"bibliografia|indice|prefácio|posfácio|agradecimentos|apêndices?|voorwoord|nawoord|bijlagen?|"
    r"предисловие|послесловие|приложени[ея])(?:\s+\w)?\b\W*",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"(?P<letter>[A-Z])[.:]?\s+\w")
# A roman numeral needs a mark behind it: "I Set Off" and "X Marks the Spot" begin with words.
_LEADING_NUMBER = re.compile(
    r"(?:(?P<number>\d+)(?:[.:)\s—–-]|$)|(?P<roman>[IVXLC]+)(?:\s*[.:)—–]|\s+-\s|$))"
)
_SAME_AS = {
    "ch": "chapter", "chap": "chapter", "sec": "section", "§": "section", "kapiteln": "kapitel",
    "capitoli": "capitolo", "hoofdstukken": "hoofdstuk", "главы": "глава", "главе": "глава",
    "главу": "глава", "главой": "глава", "главах": "глава", "глав": "глава",
    "vol": "volume", "teile": "teil", "teilen": "teil", "buche": "buch", "bücher": "buch",
    "parti": "parte", "libri": "libro", "atti": "atto", "tomi": "tomo", "delen": "deel",
    "части": "часть", "частью": "часть", "книги": "книга", "книгу": "книга", "книге": "книга",
}  # fmt: skip
"""Words for chapters and parts that are cut short or inflected, and what they are of."""

_FEWEST = 2
_FEWEST_IN_TURN = 3
_MOST_OF_TEXT = 0.7
_LEAST_SHARE = 0.1
_LEAST_CALLED = 0.2
_LOOKED_AT = 3_000
_SPEECH_SHARE = 0.2
_SPEAKING_SHARE = 0.05
_NOTE = re.compile(r"\[(\w{1,6}|[*†‡§]{1,4})\]")
_FEWEST_SPEECHES = 10
_SPEECHES_TO_A_PARAGRAPH = 0.3
_SPEECHES_TO_A_CHARACTER = 0.0003
_OPENS_WITH_SPEECH = re.compile(r"\s*(?:[\"“„«»‘'「『]|(?:[—–]\s?|-- ?|-)[¿¡]?(?P<first>\w))")
_INTRODUCED = re.compile(r"[:：]\s?[\"“„«»‘'「『]")
_SPEAKS = re.compile(
    r"\b(?:said|asked|cried|replied|answered|whispered|exclaimed|murmured|shouted)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of the text with the name that a reader knows it by. ``section`` is an index
    into ``Document.sections`` where it is a section."""

    name: str
    span: Span
    section: int | None = None

    def lies_in(self, other: Part) -> bool:
        """Whether another part holds all of this one, and more."""
        return self.span != other.span and self.span.lies_in(other.span)


@dataclass(frozen=True, slots=True)
class CutDocument(Document):
    """A document as if its text ended early. ``chapters`` are those of the whole, by their indices
    in its sections: what is left may look as if it were divided otherwise."""

    chapters: tuple[int, ...] = ()


def chapters(document: Document) -> tuple[Part, ...]:
    """The chapters: body sections of the level that the text is divided into.

    That is the level whose titles are called so, or else the outermost one on which no section
    holds most of the text. A prologue beside parts counts as a chapter, a title page does not, nor
    do a preface and appendices beside what is called chapters or numbered in turn. A part among
    them gives way to what it holds. A document without sections has none.
    """
    if isinstance(document, CutDocument):
        left = (index for index in document.chapters if index < len(document.sections))
        return tuple(section_part(document, index) for index in left)
    body = [
        section_part(document, index)
        for index, section in enumerate(document.sections)
        if section.kind == "body" and section.title and _size(section.span)
    ]
    levels: dict[int, list[Part]] = {}
    for part in body:
        levels.setdefault(_section(document, part).level, []).append(part)
    # Those of a contract in an appendix do not divide the whole.
    least_called = _LEAST_CALLED * len(document.text)
    called = {
        level: len({title_number(part.name) for part in named})
        for level, parts in levels.items()
        if (named := [part for part in parts if _CHAPTERS.match(part.name)])
        and sum(_size(part.span) for part in named) >= least_called
    }
    level = max(called, key=lambda item: called[item], default=0)
    by_name = called.get(level, 0) >= _FEWEST
    if not by_name:
        dividing = [item for item in sorted(levels) if _divides(levels[item])]
        unless_parts = [item for item in dividing if not _mostly_parts(levels[item])]
        level = (unless_parts or dividing or [0])[0]
    sizes = sorted(_size(part.span) for part in levels.get(level, ()))
    if not sizes:
        return ()
    least = sizes[len(sizes) // 2] * _LEAST_SHARE
    in_turn = _numbered_in_turn(levels[level])
    appendices = _lettered_in_turn(levels[level]) if in_turn else []
    chosen = []
    for part in body:
        own = _section(document, part).level
        has_number = title_number(part.name) is not None
        numbered = own == level and has_number and not is_part(part.name)
        beside = own < level and not _has_parts(document, part)
        about_the_book = _ABOUT_THE_BOOK.fullmatch(part.name) and not has_number
        if (about_the_book and (by_name or in_turn)) or part in appendices:
            continue
        if own == level and is_part(part.name) and (inside := _below(document, part, body)):
            chosen += inside
        elif numbered or ((own == level or beside) and _size(part.span) >= least):
            chosen.append(part)
    return tuple(chosen)


def _numbered_in_turn(parts: Sequence[Part]) -> bool:
    """Whether some of these parts have the numbers from 1 on, each the next one."""
    numbers = [number for part in parts if (number := title_number(part.name)) is not None]
    return len(numbers) >= _FEWEST_IN_TURN and numbers == [*range(1, len(numbers) + 1)]


def _lettered_in_turn(parts: Sequence[Part]) -> list[Part]:
    """The parts behind the last one with a number that have the letters from A on, each the next
    one, as appendices have."""
    numbers = [at for at, part in enumerate(parts) if title_number(part.name) is not None]
    behind = parts[numbers[-1] + 1 :] if numbers else ()
    lettered = [
        part
        for at, part in enumerate(behind)
        if (match := _LETTERED.match(part.name)) and match["letter"] == chr(ord("A") + at)
    ]
    return lettered if len(lettered) >= _FEWEST else []


def _below(document: Document, part: Part, body: Sequence[Part]) -> list[Part]:
    """What stands right below a part that has no text of its own: headings of a part and its
    first chapter, behind which the other chapters stand beside the part."""
    if any(
        paragraph.section == part.section and paragraph.kind != "heading"
        for paragraph in document.paragraphs
    ):
        return []
    return [item for item in body if _section(document, item).parent == part.section]


def main_text(document: Document) -> Span:
    """A text from its first chapter to its last one, without what stands around them; all of it
    where it has none."""
    divided = chapters(document)
    if not divided:
        return Span(0, len(document.text))
    return Span(divided[0].span.start, divided[-1].span.end)


def section_part(document: Document, index: int) -> Part:
    """A section of a document, by its index, as a part."""
    return Part(document.sections[index].title, document.sections[index].span, index)


def told_apart(document: Document, named: Sequence[Part]) -> tuple[Part, ...]:
    """Some parts, of which those that have the name of another have the one around them with it, as
    "Part Two › Chapter 1"."""
    often = Counter(part.name for part in named)
    return tuple(
        part
        if part.section is None or often[part.name] == 1
        else replace(part, name=" › ".join(document.section_path(part.section)[-2:]))
        for part in named
    )


def parts(document: Document) -> tuple[Part, ...]:
    """The parts, which hold chapters, as "Book One" or "Second Part". One that is a heading alone
    goes on up to the next one, for the chapters behind it are its own."""
    return tuple(
        Part(section.title, _with_what_it_heads(document, index), index)
        for index, section in enumerate(document.sections)
        if section.title and is_part(section.title)
    )


def _with_what_it_heads(document: Document, index: int) -> Span:
    section = document.sections[index]
    beneath = any(item.parent == index for item in document.sections)
    own = document.paragraphs[section.paragraphs[0] : section.paragraphs[1]]
    if beneath or any(paragraph.kind != "heading" for paragraph in own):
        return section.span
    for item in document.sections[index + 1 :]:
        if item.level < section.level or item.kind != section.kind or is_part(item.title):
            return Span(section.span.start, item.span.start)
    return Span(section.span.start, len(document.text))


def page_parts(document: Document) -> tuple[Part, ...]:
    """The pages of a document, as parts."""
    return tuple(Part(f"p. {page.label}", page.span) for page in document.pages)


def _divides(parts: Sequence[Part]) -> bool:
    sizes = [_size(part.span) for part in parts]
    return len(parts) >= _FEWEST and max(sizes) <= _MOST_OF_TEXT * sum(sizes)


def _mostly_parts(parts: Sequence[Part]) -> bool:
    return sum(is_part(part.name) for part in parts) > len(parts) / 2


def _size(span: Span) -> int:
    return span.end - span.start


def _section(document: Document, part: Part) -> Section:
    assert part.section is not None
    return document.sections[part.section]


def _has_parts(document: Document, part: Part) -> bool:
    return any(section.parent == part.section for section in document.sections)


def title_number(title: str) -> int | None:
    """The number that a title begins with, behind a word for chapter or part if any."""
    if numbered := named_by_number(title):
        return numbered.number
    match = _LEADING_NUMBER.match(title)
    return parse_number(match["number"] or match["roman"]) if match else parse_number(title)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A word for a chapter or part, and the number beside it, as written and as a value."""

    word: str
    written: str
    number: int | None


def named_by_number(text: str, *, alone: bool = False) -> Numbered | None:
    """What a title begins with, such as "Letter 2" or "The Second Letter"; or what a text is
    ``alone``. None where it is nothing of the kind."""
    for form in (_WORD_FIRST, _NUMBER_FIRST, _EASTERN):
        if match := form.fullmatch(text) if alone else form.match(text):
            written = re.sub(r"^the\s+", "", match["number"], flags=re.IGNORECASE)
            word = singular(match["word"])
            foreign = word not in ENGLISH_PART_WORDS
            number = parse_number(written)
            if number is None and foreign:
                ahead = number_ahead(text[match.start("number") :])
                number = ahead[0] if ahead else None
            return Numbered(word, written, number)
    return None


def title_word(title: str) -> str:
    """The word for a chapter that a title begins with, where it has a number, as in "Letter 2";
    empty where it begins with none."""
    numbered = named_by_number(title)
    return numbered.word if numbered else ""


def singular(word: str) -> str:
    """One chapter's or part's word, small and in full."""
    word = word.casefold().rstrip(".s")
    return _SAME_AS.get(word, word)


def is_part(title: str) -> bool:
    """Whether a title names a part, which holds chapters, as in "Book One" or "FIRST PART"."""
    return _PARTS.match(title) is not None


def cut(
    document: Document, passages: Sequence[Passage], end: int
) -> tuple[Document, tuple[Passage, ...]]:
    """A document as if its text ended at an offset, with the passages before it; one that goes on
    behind it ends there."""
    if end >= len(document.text):
        return document, tuple(passages)
    text = document.text[:end].rstrip()
    last = len(text)
    chosen = tuple(part.section for part in chapters(document) if part.section is not None)

    def before(span: Span) -> Span:
        return Span(span.start, min(span.end, last))

    def those_left(indices: tuple[int, int]) -> tuple[int, int]:
        return indices[0], min(indices[1], len(paragraphs))

    paragraphs = tuple(
        replace(item, span=before(item.span))
        for item in document.paragraphs
        if item.span.start < last
    )
    sections = tuple(
        replace(item, span=before(item.span), paragraphs=those_left(item.paragraphs))
        for item in document.sections
        if item.span.start < last
    )
    pages = tuple(
        replace(item, span=before(item.span)) for item in document.pages if item.span.start < last
    )
    kept = tuple(
        replace(item, span=before(item.span), paragraphs=those_left(item.paragraphs))
        for item in passages
        if item.span.start < last
    )
    shortened = CutDocument(
        title=document.title,
        author=document.author,
        language=document.language,
        format=document.format,
        text=text,
        sections=sections,
        paragraphs=paragraphs,
        pages=pages,
        warnings=document.warnings,
        chapters=chosen,
        emphasis=tuple(item for item in document.emphasis if item.span.end <= last),
    )
    return shortened, kept


def is_story(document: Document) -> bool:
    """Whether the text looks like fiction, by how many of its paragraphs begin with somebody's
    words and say that somebody speaks, or, in other languages than English, how often a colon
    introduces words. A reader of one may not want to know how it ends."""
    prose = [
        document.slice(item.span)
        for item in document.paragraphs[:_LOOKED_AT]
        if item.kind == "prose"
    ]
    if not prose:
        return False
    said = sum(map(_opens_with_speech, prose)) / len(prose)
    if language_code(document.language) != "en":
        return said >= _SPEECH_SHARE or _introduces_speech(prose)
    speaking = sum(bool(_SPEAKS.search(text)) for text in prose) / len(prose)
    return said >= _SPEECH_SHARE / 2 and speaking >= _SPEAKING_SHARE


def _opens_with_speech(text: str) -> bool:
    """Whether a paragraph begins with a quotation mark, or with a dash and a capital: a small
    letter behind one is an entry of a list, or an option of a program."""
    match = _OPENS_WITH_SPEECH.match(text)
    return match is not None and not (match["first"] or "").islower()


def _introduces_speech(prose: Sequence[str]) -> bool:
    """Whether colons introduce somebody's words so often as where people talk within paragraphs.
    Long paragraphs of an essay have one now and then, and so have short ones of a report."""
    speeches = sum(len(_INTRODUCED.findall(text)) for text in prose)
    return speeches >= max(
        _FEWEST_SPEECHES,
        _SPEECHES_TO_A_PARAGRAPH * len(prose),
        _SPEECHES_TO_A_CHARACTER * sum(map(len, prose)),
    )


def footnotes(document: Document, within: Span) -> tuple[tuple[str, Span], ...]:
    """The footnotes that a stretch of the text refers to, by their labels: for each, the next one
    of this label behind the reference, or else the last one before it."""
    notes: dict[str, list[Span]] = defaultdict(list)
    for paragraph in document.paragraphs:
        if paragraph.kind == "footnote":
            match = _NOTE.match(document.text, paragraph.span.start, paragraph.span.end)
            if match is not None:
                notes[match[1]].append(paragraph.span)
    found: dict[Span, str] = {}
    for match in _NOTE.finditer(document.text, within.start, within.end) if notes else ():
        places = notes.get(match[1], [])
        if any(place.start == match.start() for place in places):
            continue
        behind = [place for place in places if place.start > match.start()]
        if places:
            found.setdefault((behind or places[-1:])[0], match[1])
    return tuple((label, span) for span, label in found.items())
