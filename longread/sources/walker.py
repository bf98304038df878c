"""The walk over a tree of markup, iterative, so that no depth of nesting can end it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from longread.document import LINE_KINDS, ParagraphKind
from longread.sources.hidden import Visibility, is_silent
from longread.sources.inline import Inline
from longread.sources.lists import Items, number_in
from longread.sources.marks import (
    page_mark,
    pages_of,
    places_in,
    plain,
    prefixed,
    without_emphasis,
)
from longread.sources.tables import CELLS, Table, is_layout
from longread.sources.tree import Element, Warn, local_name, types_of
from longread.sources.vocabulary import (
    BLOCKS,
    EMPTY_LINE,
    HEADINGS,
    ITEMS,
    LINE_NUMBER,
    LIST_NUMBER,
    LISTS,
    MANY_LINES,
    NOTE_LABEL,
    OWN_LABEL,
    PAGE_LABEL,
    PAGE_NUMBER,
    STANZA,
    VERSE,
    Block,
    Matter,
    is_back_link,
    kind_in,
    label_of,
    matter_in,
)

VERSE_LINE_CHARACTERS = 75
"""Lines parted by ``br`` are verse when none is longer than this."""


@dataclass(slots=True)
class _Frame:
    """What an open block element means for the text in it."""

    element: Element
    name: str
    kind: ParagraphKind
    matter: Matter
    opened_verse: bool = False
    opened_stanza: bool = False
    list_count: int = 0
    keeps_lines: bool = False


class Walker:
    """Turns one tree into blocks; use ``blocks``."""

    def __init__(
        self, wanted: Collection[str], pages: Mapping[str, str], warn: Warn, *, keep_nav: bool
    ) -> None:
        self._wanted = wanted
        self._pages = dict(pages)
        self._warn = warn
        self._keep_nav = keep_nav
        self._visibility = Visibility()
        self._blocks: list[Block] = []
        self._frames: list[_Frame] = []
        self._inline = Inline()
        self._ids: list[str] = []
        self._verse: list[str] = []
        self._verse_depth = 0
        self._verse_ids: list[str] = []
        self._tables: list[Table] = []
        self._items: Items | None = None
        self._list_depth = 0
        self._note_label = ""

    def walk(self, root: Element) -> list[Block]:
        """The blocks of a tree."""
        self._visibility = Visibility.of(root)
        skipped: Element | None = None
        for event, element in etree.iterwalk(root, events=("start", "end", "comment", "pi")):
            if event == "start":
                if skipped is None and self._skips(element):
                    skipped = element
                    self._take_anchors(*element.iter("{*}*"))
                if skipped is None:
                    self._start(element)
                continue
            if skipped is None and event == "end":
                self._end(element)
            if skipped is element:
                skipped = None
            if skipped is None and element is not root and element.tail:
                self._append(element.tail)
        self._flush()
        self._flush_verse()
        self._flush_items()
        self._add_pages(self._inline.waiting())
        return self._blocks

    def _skips(self, element: Element) -> bool:
        name = local_name(element)
        if not name or is_silent(name):
            return True
        types = types_of(element)
        classes = element.get("class")
        if "pagebreak" in types or (classes and self._is_page_number(element, classes)):
            if not self._is_listed(element):
                self._begin_page(label_of(element))
            return True
        if classes and LINE_NUMBER.search(classes):
            return True
        if name == "title" or "backlink" in types or (name == "a" and is_back_link(element)):
            return True
        if name == "nav" and types & {"page-list", "landmarks"}:
            return True
        if (name == "nav" or "navigation" in types) and not self._keep_nav:
            return True
        if self._visibility.is_hidden(element, name):
            in_contents = name == "nav" or self._matter() == "contents"
            if not in_contents and any(part.strip() for part in element.itertext("*")):
                self._warn("Hidden text was left out.")
            return True
        return False

    def _is_page_number(self, element: Element, classes: str) -> bool:
        return bool(PAGE_NUMBER.search(classes) and PAGE_LABEL.match(label_of(element)))

    def _begin_page(self, label: str) -> None:
        if match := PAGE_LABEL.match(label):
            label = match[1]
        if label:
            self._inline.begin_pages(page_mark(label))

    def _is_listed(self, element: Element) -> bool:
        """Whether the book's list of pages has the page that begins at an element."""
        return bool(self._pages) and any(
            not self._pages.keys().isdisjoint(_anchors(item)) for item in element.iter("{*}*")
        )

    def _take_anchors(self, *elements: Element) -> None:
        """Remember those anchors at elements that the book points to."""
        if not self._wanted and not self._pages:
            return
        for anchor in (anchor for element in elements for anchor in _anchors(element)):
            if anchor in self._wanted and anchor not in self._ids:
                self._ids.append(anchor)
            if anchor in self._pages:
                self._begin_page(self._pages.pop(anchor))

    def _append(self, text: str) -> None:
        self._inline.append(text, keeps_lines=self._keeps_lines())

    def _start(self, element: Element) -> None:
        name = local_name(element)
        if name in BLOCKS:
            self._flush()
            self._open(element, name)
            self._take_anchors(element)
        else:
            self._take_anchors(element)
            self._inline.begin(element, name)
        if element.text:
            self._append(element.text)

    def _end(self, element: Element) -> None:
        name = local_name(element)
        if name not in BLOCKS:
            self._inline.end(element, name)
        elif self._frames and self._frames[-1].element is element:
            self._flush()
            self._close(self._frames.pop())

    def _open(self, element: Element, name: str) -> None:
        outer = self._frames[-1] if self._frames else None
        types = types_of(element)
        classes = element.get("class") or ""
        frame = _Frame(
            element,
            name,
            kind_in(element, name, types, classes, outer.kind if outer else "prose"),
            matter_in(element, types, classes, outer.matter if outer else ""),
            keeps_lines=outer.keeps_lines if outer else False,
        )
        if name == "pre":
            frame.keeps_lines = True
        words = f"{classes} {' '.join(types)}"
        if name not in HEADINGS and words != " " and VERSE.search(words):
            frame.opened_verse = True
            self._flush_items()
            self._verse_depth += 1
            frame.opened_stanza = bool(STANZA.search(words))
        self._frames.append(frame)
        if name == "table" and not self._tables and not is_layout(element):
            self._flush_items()
            self._tables.append(Table())
        elif (name == "tr" and self._tables) or (
            name in CELLS and self._tables and not self._tables[-1].rows
        ):
            self._tables[-1].rows.append([])
        elif name in LISTS and not self._tables and not self._verse_depth:
            frame.list_count = (number_in(element, "start") or 1) - 1
            self._list_depth += 1
            if self._items is None:
                self._items = Items()
        elif name in ITEMS and self._items is not None:
            self._items.marker = self._marker_of(element, name, self._items)

    def _marker_of(self, item: Element, name: str, items: Items) -> str:
        if name != "li":
            return "dd" if name == "dd" and items.lines else "dt"
        marker = "- "
        frame = next((frame for frame in reversed(self._frames) if frame.name in LISTS), None)
        if frame is not None:
            value = number_in(item, "value")
            frame.list_count = frame.list_count + 1 if value is None else value
            marker = f"{frame.list_count}. " if frame.name == "ol" else "- "
        return "dt" if self._matter() == "contents" else marker

    def _is_in_item(self) -> bool:
        """Whether text belongs to an item, not to the list around it, as where a list is used to
        indent."""
        names = (frame.name for frame in reversed(self._frames))
        return next((name in ITEMS for name in names if name in ITEMS or name in LISTS), False)

    def _close(self, frame: _Frame) -> None:
        if frame.opened_verse:
            self._verse_depth -= 1
            if frame.opened_stanza or not self._verse_depth:
                self._flush_verse()
        if frame.name == "table" and self._tables:
            self._flush_table(self._tables.pop())
        elif frame.name in LISTS and self._list_depth:
            self._list_depth -= 1
            if not self._list_depth:
                self._flush_items()
                self._items = None

    def _flush(self) -> None:
        """End the paragraph that is being collected, if there is one."""
        text, linked = self._inline.take(keeps_lines=self._keeps_lines())
        if not text:
            if self._tables and self._frames and self._frames[-1].name in CELLS:
                self._cell("")
            return
        frame = self._frames[-1] if self._frames else None
        name = frame.name if frame else ""
        if self._tables and name != "caption":
            self._cell(without_emphasis(text).replace("\n", " "))
        elif name in HEADINGS and not (self._items and self._is_in_item()):
            self._flush_verse()
            self._flush_items()
            title = without_emphasis(text).replace("\n", " ")
            self._add("heading", title, level=HEADINGS[name], linked=linked)
        elif self._verse_depth:
            self._add_verse(text)
        elif (
            self._items is not None
            and name != "pre"
            and self._kind() != "footnote"
            and self._is_in_item()
        ):
            self._item(text.replace("\n", " "), linked)
        else:
            self._flush_items()
            self._paragraphs(text, linked)

    def _paragraphs(self, text: str, linked: int) -> None:
        kind = self._kind()
        if kind == "footnote" and (match := NOTE_LABEL.match(plain(text).strip())):
            self._note_label = f"[{match[1]}] "
            self._inline.begin_pages(pages_of(text))
            return
        if kind == "code":
            self._add(kind, without_emphasis(text).strip("\n"), linked=linked)
            return
        pieces = [piece for piece in EMPTY_LINE.split(text) if plain(piece).strip()]
        for piece in pieces:
            self._add(*self._as_paragraph(piece), linked=linked // len(pieces))

    def _matter(self) -> Matter:
        return self._frames[-1].matter if self._frames else ""

    def _keeps_lines(self) -> bool:
        return bool(self._frames) and self._frames[-1].keeps_lines

    def _kind(self) -> ParagraphKind:
        return self._frames[-1].kind if self._frames else "prose"

    def _as_paragraph(self, text: str) -> tuple[ParagraphKind, str]:
        kind = self._kind()
        lines = [line.strip() for line in text.split("\n") if plain(line).strip()]
        longest = max((len(plain(line)) for line in lines), default=0)
        many = len(lines) > MANY_LINES and longest <= VERSE_LINE_CHARACTERS
        if many and kind in ("prose", "quote"):
            return "verse", "\n".join(lines)
        label, self._note_label = self._note_label, ""
        text = " ".join(lines)
        if kind == "footnote" and self._items is not None and self._is_in_item():
            number = LIST_NUMBER.fullmatch(self._items.marker)
            self._items.marker = ""
            if number and not label and not OWN_LABEL.match(plain(text)):
                label = f"[{number[1]}] "
        return kind, prefixed(label, text)

    def _add_verse(self, text: str) -> None:
        name = self._frames[-1].name
        self._verse_ids += self._ids
        self._ids.clear()
        self._verse += [line.strip() for line in text.split("\n") if plain(line).strip()]
        if "\n" in text and name in ("p", "blockquote", "pre", "div", "section"):
            self._flush_verse()

    def _flush_verse(self) -> None:
        if self._verse:
            text = "\n".join(self._verse)
            self._ids, held = self._verse_ids, self._ids
            self._verse, self._verse_ids = [], []
            self._add("verse", text)
            self._ids += held

    def _cell(self, text: str) -> None:
        table = self._tables[-1]
        table.ids += self._ids
        self._ids.clear()
        cells = table.cells()
        frame = next((item for item in reversed(self._frames) if item.name in CELLS), None)
        # A frame's list_count is 1 once its cell has begun, so that its paragraphs join.
        if frame is not None and frame.list_count and cells:
            cells[-1] = f"{cells[-1]} {text}".strip()
        else:
            cells.append(text)
            if frame is not None:
                frame.list_count = 1

    def _flush_table(self, table: Table) -> None:
        rows = table.lines()
        self._ids = table.ids + self._ids
        if all(sum(map(bool, row)) <= 1 for row in rows):
            for row in rows:
                self._add(self._kind(), " ".join(row))
        else:
            lines = [" | ".join(row) for row in rows if any(row)]
            self._add("table", "\n".join(lines))

    def _item(self, text: str, linked: int) -> None:
        if self._ids and self._items is not None and self._items.lines:
            self._flush_items()
        if self._items is not None:
            self._items.ids += self._ids
            self._ids.clear()
            self._items.add(text, linked)

    def _flush_items(self) -> None:
        items = self._items
        if items is None or not items.lines:
            return
        self._items = Items(marker=items.marker)
        self._ids, held = items.ids, self._ids
        for text, linked in items.paragraphs(whole=self._matter() == "contents"):
            self._add("list", text, linked=linked)
        self._ids += held

    def _add(self, kind: ParagraphKind, text: str, *, level: int = 0, linked: int = 0) -> None:
        marked, text = text, plain(text)
        emphasis, pages = (
            places_in(marked, lines=kind in LINE_KINDS) if marked != text else ((), ())
        )
        text = text if kind == "code" else text.strip()
        if not text:
            return
        share = min(1.0, linked / len(text))
        # A title is one piece: a page that begins in it begins behind it.
        inside = tuple(item for item in pages if item[0] and not level)
        self._add_pages(label for offset, label in pages if not offset)
        ids, self._ids = tuple(self._ids), []
        block = Block(kind, text, level, ids, self._matter(), share, emphasis, inside)
        self._blocks.append(block)
        if level:
            self._add_pages(label for offset, label in pages if offset)

    def _add_pages(self, labels: Iterable[str]) -> None:
        for label in labels:
            ids, self._ids = tuple(self._ids), []
            self._blocks.append(Block("page", label, ids=ids, matter=self._matter()))


def _anchors(element: Element) -> tuple[str, str]:
    return element.get("id", ""), element.get("name", "")
