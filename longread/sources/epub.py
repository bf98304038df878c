"""EPUB 2 and 3: the spine gives the order, the table of contents gives the sections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from longread.document import Document, DocumentBuilder, SectionKind
from longread.errors import EmptyDocument
from longread.sources import gutenberg, markup
from longread.sources.archive import Archive
from longread.sources.contents import Entry
from longread.sources.html import language_of
from longread.sources.package import Package, check_protection, open_package
from longread.sources.starts import (
    LEAD_IN_BLOCKS,
    Page,
    chapters_below_parts,
    kind_of_title,
    leads_in,
    place_entries,
    same,
    signs_of,
)
from longread.sources.tree import parse_xhtml
from longread.sources.untagged_headings import by_words
from longread.sources.vocabulary import MATTER_KINDS, Block

LINKED_SHARE = 0.7
"""A list whose text is links to at least this share is a table of contents."""

_RUN_OF_LINKS = 3
_COARSE_CONTENTS = 2
_HEADINGS_BEYOND_CONTENTS = 3
_GUIDE_KINDS: dict[str, SectionKind] = {
    "cover": "front",
    "title-page": "front",
    "toc": "front",
    "copyright-page": "front",
    "dedication": "front",
    "acknowledgements": "front",
    "foreword": "front",
    "index": "back",
    "glossary": "back",
    "bibliography": "back",
    "colophon": "back",
    "notes": "notes",
}


def read(path: Path) -> Document:
    """Read an EPUB.

    Raises:
        DamagedFile: no EPUB, or one that breaks the format beyond mending.
        ProtectedFile: its text is encrypted.
        LimitExceeded: it inflates to more than is allowed.
        EmptyDocument: there is no text in it.
    """
    builder = DocumentBuilder("epub")
    with Archive(path, "EPUB", builder.warn) as archive:
        _check_type(archive, builder)
        check_protection(archive, builder.warn)
        package = open_package(archive, builder.warn)
    builder.title = package.title or path.stem
    builder.author = package.author
    builder.language = package.language
    pages = _read_pages(package, builder)
    _Assembler(builder, package, pages).assemble()
    document = builder.build()
    if not document.text:
        raise EmptyDocument("There is no text in the EPUB.", hint="It may hold only pictures.")
    return document


def _check_type(archive: Archive, builder: DocumentBuilder) -> None:
    kind = archive.read("mimetype")[:64].strip() if "mimetype" in archive else b""
    if kind.removeprefix(b"\xef\xbb\xbf") != b"application/epub+zip":
        builder.warn("The archive's mimetype entry is wrong or missing; it was read as EPUB.")


def _read_pages(package: Package, builder: DocumentBuilder) -> list[Page]:
    wanted: dict[str, set[str]] = defaultdict(set)
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in package.contents:
        if entry.fragment:
            wanted[entry.path].add(entry.fragment)
    for entry in package.pages:
        if entry.fragment:
            labels[entry.path][entry.fragment] = entry.title
    pages: list[Page] = []
    for path, data in package.spine:
        root = parse_xhtml(data, builder.warn)
        if root is None:
            continue
        builder.language = builder.language or language_of(root)
        found = markup.blocks(root, builder.warn, wanted[path], labels[path], keep_nav=True)
        pages.append(Page(path, _with_contents(found)))
    _drop_gutenberg(pages)
    if len(package.contents) <= _COARSE_CONTENTS:
        _find_untagged_headings(pages)
    place_entries(pages, package.contents)
    return pages


def _with_contents(found: list[Block]) -> list[Block]:
    """Mark lists that are nothing but links, and runs of paragraphs that are, as contents."""
    listed = [
        block.kind in ("list", "table", "prose", "quote")
        and block.linked >= LINKED_SHARE
        and not block.matter
        for block in found
    ]
    marked: list[Block] = []
    for place, block in enumerate(found):
        around = listed[max(0, place - _RUN_OF_LINKS) : place + _RUN_OF_LINKS + 1]
        alone = block.kind in ("prose", "quote") and sum(around) <= _RUN_OF_LINKS
        is_contents = listed[place] and not alone
        marked.append(replace(block, matter="contents") if is_contents else block)
    return marked


def _drop_gutenberg(pages: list[Page]) -> None:
    """Take Project Gutenberg's header and licence out, wherever they stand."""
    for page in pages:
        page.blocks = [
            block
            for block in page.blocks
            if block.matter != "boilerplate" and not gutenberg.TITLE.match(block.text)
        ]
    found = [(page, block) for page in pages for block in page.blocks]
    texts = [block.text for _, block in found]
    starts = (place for place, text in enumerate(texts) if gutenberg.START.search(text[:5000]))
    first = next(starts, -1) + 1
    end = gutenberg.end_of_book(texts[first:])
    for page in pages:
        page.blocks = []
    for page, block in found[first:] if end is None else found[first : first + end]:
        page.blocks.append(block)


def _find_untagged_headings(pages: list[Page]) -> None:
    """Let paragraphs such as "Chapter 3" be headings where the markup of a book has none."""
    found = [block for page in pages for block in page.blocks]
    if any(block.level for block in found):
        return
    made = iter(by_words(found))
    for page in pages:
        page.blocks = [block for old in page.blocks for block in next(made, [old])]


class _Assembler:
    """Puts the pages' blocks into sections."""

    def __init__(self, builder: DocumentBuilder, package: Package, pages: list[Page]) -> None:
        self._builder = builder
        self._package = package
        self._pages = pages
        self._level_of_rank: dict[int, int] = {}
        self._level = 1
        self._kind: SectionKind = "body"
        self._kind_level = 0
        self._kind_path = ""
        self._pending = ""
        self._rest = ""
        self._has_section = False
        self._labels = {entry.path: entry.title for entry in package.pages if not entry.fragment}
        self._first_body = self._find_first_body()

    def assemble(self) -> None:
        """Write every page into the builder."""
        by_headings = self._contents_are_coarse()
        if not by_headings:
            chapters_below_parts(self._pages, self._package.contents)
        for number, page in enumerate(self._pages):
            if not page.blocks and not page.starts:
                continue
            self._begin_page(number, page, by_headings=by_headings)
            for place in range(len(page.blocks)):
                for entry in page.starts.get(place, ()):
                    if not by_headings:
                        self._begin(entry.title, entry.level, self._kind_of(entry, number, place))
                        self._kind_path = page.path
                self._put(page, place, by_headings=by_headings)
            self._end_section()

    def _contents_are_coarse(self) -> bool:
        """Whether the table of contents names too little to make sections of."""
        named = sum(len(entries) for page in self._pages for entries in page.starts.values())
        ranks = [b.level for page in self._pages for b in page.blocks if 0 < b.level <= 3]
        if not named:
            return bool(ranks)
        return named <= _COARSE_CONTENTS and len(ranks) >= named * _HEADINGS_BEYOND_CONTENTS

    def _find_first_body(self) -> int:
        for number, page in enumerate(self._pages):
            entries = [entry for place in page.starts.values() for entry in place]
            if any(not kind_of_title(entry.title) for entry in entries) and not any(
                block.matter in ("front", "contents") for block in page.blocks[:1]
            ):
                return number
        return 0

    def _begin_page(self, number: int, page: Page, *, by_headings: bool) -> None:
        if label := self._labels.get(page.path):
            self._builder.page(label)
        if page.starts.get(0) and not by_headings:
            return
        head = next((i for i, block in enumerate(page.blocks) if block.kind != "page"), None)
        if head is None:
            return
        kind = self._kind_of(None, number, head)
        # What follows the first entry of the contents has its section from there.
        until = LEAD_IN_BLOCKS if by_headings else min([LEAD_IN_BLOCKS, *page.starts])
        heading = next((block for block in page.blocks[:until] if block.level), None)
        if by_headings:
            if heading is None and kind != self._kind:
                self._begin("", 1, kind)
            return
        if kind != "body" or number < self._first_body:
            kind = "front" if kind == "body" else kind
            if kind != self._kind or heading is not None or not self._has_section:
                self._begin(heading.text if heading else "", 1, kind)
        elif heading is not None and heading.level <= 2:
            self._begin(heading.text, self._level_for(heading.level), kind)
        elif self._kind != "body":
            self._begin("", 1, "body")

    def _kind_of(self, entry: Entry | None, number: int, place: int) -> SectionKind:
        page = self._pages[number]
        if kind := MATTER_KINDS.get(page.blocks[place].matter):
            return kind
        if self._is_contents(entry, number, place):
            return "front"
        if entry and (titled := kind_of_title(entry.title)):
            return titled
        if entry is None or not entry.fragment:
            guided = _GUIDE_KINDS.get(self._package.guide.get(page.path, ""))
            if guided:
                return guided
        inherits = self._kind in ("back", "notes") or page.path == self._kind_path
        if entry and inherits and self._kind_level and entry.level > self._kind_level:
            return self._kind
        if entry is None:
            texts = [item.text for item in page.blocks if item.level][:1]
            return (kind_of_title(texts[0]) if texts else None) or "body"
        return "body"

    def _is_contents(self, entry: Entry | None, number: int, place: int) -> bool:
        """Whether a section is a table of contents. A chapter that opens with its own is none: what
        stands below it belongs to it."""
        page = self._pages[number]
        end = min((start for start in page.starts if start > place), default=len(page.blocks))
        if not _are_mostly_contents(page.blocks[place:end]):
            return False
        return entry is None or _are_mostly_contents(self._section_blocks(entry, number, place))

    def _section_blocks(self, entry: Entry, number: int, place: int) -> Iterator[Block]:
        """The blocks from a place on that belong to an entry's section and those below it."""
        yield self._pages[number].blocks[place]
        first = place + 1
        for page in self._pages[number:]:
            for index in range(first, len(page.blocks)):
                if any(item.level <= entry.level for item in page.starts.get(index, ())):
                    return
                yield page.blocks[index]
            first = 0

    def _level_for(self, rank: int) -> int:
        known = {r: level for r, level in self._level_of_rank.items() if r <= rank}
        if not known:
            return self._level if self._level_of_rank else 1
        nearest = max(known)
        return known[nearest] + (1 if nearest < rank else 0)

    def _begin(self, title: str, level: int, kind: SectionKind) -> None:
        self._end_section()
        if gutenberg.TITLE.match(title):
            title, kind = "", "front"
        self._builder.section(title, level, kind, heading=False)
        self._pending = title
        self._level = level
        self._kind = kind
        self._kind_level = level if kind != "body" else 0
        self._has_section = True

    def _end_section(self) -> None:
        """A section without text keeps at least its heading."""
        if self._pending:
            self._builder.paragraph(self._pending, "heading")
            self._pending = ""

    def _put(self, page: Page, place: int, *, by_headings: bool) -> None:
        block = page.blocks[place]
        if block.kind == "page":
            self._builder.page(block.text)
            return
        if block.level:
            if by_headings:
                kind = MATTER_KINDS.get(block.matter) or kind_of_title(block.text) or "body"
                self._begin(block.text, block.level, kind)
                self._end_section()
                return
            if self._pending:
                self._level_of_rank.setdefault(block.level, self._level)
                if same(block.text, self._pending):
                    self._rest = signs_of(self._pending).removeprefix(signs_of(block.text))
                    self._pending = ""
            self._builder.paragraph(block.text, "heading")
            self._pending = ""
            return
        rest, self._rest = self._rest, ""
        if rest and signs_of(block.text) == rest:
            # "III" is the heading, and below it stands "A Progress".
            self._builder.paragraph(block.text, "heading")
            return
        if self._pending and not self._is_title_near(page, place):
            title, self._pending = self._pending, ""
            if same(block.text, title) and len(block.text) < 200:
                self._builder.paragraph(block.text, "heading")
                return
            self._builder.paragraph(title, "heading")
        self._builder.paragraph(block.text, block.kind, block.page_breaks, block.emphasis)

    def _is_title_near(self, page: Page, place: int) -> bool:
        """Whether the open section's own heading follows a block that leads in to it."""
        following = page.blocks[place + 1 : place + 1 + LEAD_IN_BLOCKS]
        heading = next((block for block in following if block.level), None)
        is_near = heading is not None and same(heading.text, self._pending)
        return is_near and leads_in(page.blocks[place], self._pending)


def _are_mostly_contents(blocks: Iterable[Block]) -> bool:
    """Whether blocks are a list of links and little else."""
    lengths = [(len(block.text), block.matter == "contents") for block in blocks]
    total = sum(length for length, _ in lengths)
    return total > 0 and sum(length for length, listed in lengths if listed) > total / 2
