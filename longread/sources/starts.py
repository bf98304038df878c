"""Where the sections begin that a book's table of contents names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from longread.document import SectionKind
from longread.sources.contents import Entry
from longread.sources.vocabulary import Block
from longread.structure import is_part, title_number, title_word

LEAD_IN_BLOCKS = 3
"""As many blocks before a section's heading may belong to it."""

_LEAD_IN_CHARACTERS = 120
_SENTENCE = re.compile(r"[^\W\d_]{4,}.*[.!?][\"”’)]*$", re.S)
_FEWEST_CHAPTERS = 2
_TITLE_KINDS: tuple[tuple[re.Pattern[str], SectionKind], ...] = (
    (
        re.compile(
            r"^(?:cover|(?:half ?)?title[ -]?page|copyright(?: page| notice)?|imprint|dedication"
            r"|(?:table of )?contents|inhalt(?:sverzeichnis)?|table des matières|sommaire"
            r"|índice|contenido|indice|目次|目录|оглавление|содержание|foreword"
            r"|list of (?:illustrations|figures|tables|plates)|illustrations|acknowledge?ments"
            r"|also by .{1,60}|by the same author|praise for .{1,80})\.?$",
            re.I,
        ),
        "front",
    ),
    (
        re.compile(
            r"^(?:about the (?:author|publisher|translator)s?|colophon|uncopyright|index"
            r"|bibliography|glossary|appendix\b.{0,80}|transcriber['’]s notes?|errata|奥付)\.?$",
            re.I,
        ),
        "back",
    ),
    (re.compile(r"^(?:end ?notes|foot ?notes|notes|anmerkungen|fußnoten)\.?$", re.I), "notes"),
)


@dataclass(slots=True)
class Page:
    """One file of the spine as blocks, with the sections that begin in it."""

    path: str
    blocks: list[Block]
    starts: dict[int, list[Entry]] = field(default_factory=lambda: defaultdict(list))


def place_entries(pages: Sequence[Page], contents: Sequence[Entry]) -> None:
    """Put every entry of a table of contents where its section begins."""
    by_path = {page.path: page for page in pages}
    last: dict[str, int] = {}
    for entry in contents:
        if page := by_path.get(entry.path):
            last[page.path] = _place_of(entry, page, last.get(page.path))
            page.starts[last[page.path]].append(entry)
    for page in pages:
        _take_lead_in(page)


def _place_of(entry: Entry, page: Page, last: int | None) -> int:
    """The block that an entry begins with: the one that it points at. Where there is none, or where
    the ``last`` entry of its page stands at the page's beginning too, it is the next heading that
    says the same."""
    if entry.fragment:
        places = (i for i, block in enumerate(page.blocks) if entry.fragment in block.ids)
        if (found := next(places, None)) is not None:
            return found
    elif last is None:
        return 0
    first = 0 if last is None else last + 1
    headings = [i for i, block in enumerate(page.blocks) if block.level and i >= first]
    found = next((i for i in headings if same(page.blocks[i].text, entry.title)), None)
    if found is None:
        found = last if entry.fragment and last is not None else 0
    return found


def chapters_below_parts(pages: Sequence[Page], contents: Sequence[Entry]) -> None:
    """Let sections begin with the headings of chapters too, where the table of contents names only
    the parts or the works that hold them."""
    names_chapters = any(_is_chapter(entry.title) for entry in contents)
    for part, headings in list(_headings_below(pages)):
        if is_part(part.title) and title_number(part.title) is not None:
            found = [item for item in headings if _is_numbered(item[2].text)]
        elif names_chapters or kind_of_title(part.title):
            continue
        else:
            found = [item for item in headings if _is_chapter(item[2].text)]
        rank = min((block.level for _, _, block in found), default=0)
        found = [item for item in found if item[2].level == rank]
        if len({title_number(block.text) for _, _, block in found}) < _FEWEST_CHAPTERS:
            continue
        for page, place, block in found:
            page.starts[place].append(Entry(block.text, part.level + 1, page.path, ""))
            _take_lead_in(page)


def _headings_below(
    pages: Sequence[Page],
) -> Iterator[tuple[Entry, list[tuple[Page, int, Block]]]]:
    """The entries of a table of contents, each with the headings of its section, but its own."""
    entry: Entry | None = None
    found: list[tuple[Page, int, Block]] = []
    for page in pages:
        for place, block in enumerate(page.blocks):
            if begun := page.starts.get(place):
                if entry is not None:
                    yield entry, found
                entry, found = begun[-1], []
            if entry and block.level and not block.matter and not same(block.text, entry.title):
                found.append((page, place, block))
    if entry is not None:
        yield entry, found


def _is_numbered(title: str) -> bool:
    return title_number(title) is not None and not is_part(title)


def _is_chapter(title: str) -> bool:
    return _is_numbered(title) and bool(title_word(title))


def _take_lead_in(page: Page) -> None:
    """Let a page's first section begin with what stands before its heading: a page's number, the
    part that the chapter opens, a caption."""
    first = min(page.starts, default=0)
    if not first:
        return
    title = page.starts[first][0].title
    before = page.blocks[:first]
    near = page.blocks[: first + LEAD_IN_BLOCKS]
    is_headed = any(block.level and same(block.text, title) for block in near)
    is_short = sum(block.kind != "page" for block in before) <= LEAD_IN_BLOCKS
    if is_headed and is_short and all(leads_in(block, title) for block in before):
        page.starts[0] = page.starts.pop(first)


def leads_in(block: Block, title: str) -> bool:
    """Whether a block before a section's heading may belong to it: it is short and no sentence."""
    if block.level or block.kind == "page":
        return block.kind == "page" or same(block.text, title)
    if len(block.text) > _LEAD_IN_CHARACTERS:
        return False
    return block.kind == "caption" or not _SENTENCE.search(block.text)


def kind_of_title(title: str) -> SectionKind | None:
    """The kind of section that a title tells; None where it tells none."""
    line = " ".join(title.split())
    return next((kind for pattern, kind in _TITLE_KINDS if pattern.match(line)), None)


def same(text: str, title: str) -> bool:
    """Whether a paragraph says what a section's title says."""
    left, right = signs_of(text), signs_of(title)
    return bool(left) and (left == right or (len(left) < 120 and right.startswith(left)))


def signs_of(text: str) -> str:
    """The letters and digits of a text, whatever their case."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
