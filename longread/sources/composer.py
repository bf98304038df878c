"""What becomes of text in open elements: paragraphs, headings, verse, lists, tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from longread.document import ParagraphKind
from longread.sources import pictures
from longread.sources.lists import Items, numeral
from longread.sources.marks import pages_of, places_in, plain, prefixed, without_emphasis
from longread.sources.tables import CELLS, Table, is_layout
from longread.sources.tree import Element, number_in, types_of
from longread.sources.vocabulary import (
    EMPTY_LINE,
    HEADINGS,
    ITEMS,
    LIST_NUMBER,
    LISTS,
    MANY_LINES,
    NOTE_LABEL,
    OWN_LABEL,
    STANZA,
    VERSE,
    Block,
    Matter,
    kind_in,
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
    texts_before: int = 0
    pictures: list[str] = field(default_factory=list)
    is_pictures: bool = False


class Composer:
    """Puts text into blocks, as the elements around it say. ``ids`` are the wanted anchors since
    the last block."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._blocks: list[Block] = []
        self._frames: list[_Frame] = []
        self._verse: list[str] = []
        self._verse_depth = 0
        self._verse_ids: list[str] = []
        self._tables: list[Table] = []
        self._items: Items | None = None
        self._list_depth = 0
        self._note_label = ""
        self._texts = 0
        self._last_picture: Block | None = None

    @property
    def matter(self) -> Matter:
        """The part of a book that the innermost element belongs to."""
        return self._frames[-1].matter if self._frames else ""

    @property
    def keeps_lines(self) -> bool:
        """Whether white space counts in the innermost element."""
        return bool(self._frames) and self._frames[-1].keeps_lines

    def finish(self, labels: Iterable[str]) -> list[Block]:
        """All blocks; ``labels`` are those of pages that begin behind the last one."""
        self._flush_verse()
        self._flush_items()
        self._add_pages(labels)
        return self._blocks

    def open(self, element: Element, name: str) -> None:
        """A block element begins."""
        outer = self._frames[-1] if self._frames else None
        types = types_of(element)
        classes = element.get("class") or ""
        frame = _Frame(
            element,
            name,
            kind_in(element, name, types, classes, outer.kind if outer else "prose"),
            matter_in(element, types, classes, outer.matter if outer else ""),
            keeps_lines=outer.keeps_lines if outer else False,
            texts_before=self._texts,
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
            self._tables[-1].begin_row()
        elif name in LISTS and not self._tables and not self._verse_depth:
            start = number_in(element, "start")
            frame.list_count = 0 if start is None else start - 1
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
            written = numeral(frame.list_count, frame.element.get("type", ""))
            marker = f"{written}. " if frame.name == "ol" else "- "
        return "dt" if self.matter == "contents" else marker

    def _is_in_item(self) -> bool:
        """Whether text belongs to an item, not to the list around it, as where a list is used to
        indent."""
        names = (frame.name for frame in reversed(self._frames))
        return next((name in ITEMS for name in names if name in ITEMS or name in LISTS), False)

    def is_open(self, element: Element) -> bool:
        """Whether an element is the innermost block element."""
        return bool(self._frames) and self._frames[-1].element is element

    def see(self, picture: Element) -> None:
        """Take a picture, for what it says where its element has no text."""
        if self._frames:
            frame = self._frames[-1]
            said = pictures.title(picture) if frame.name in HEADINGS else pictures.text(picture)
            if said:
                frame.pictures.append(said)

    def said_by_pictures(self) -> list[str]:
        """The texts of the innermost element that its pictures stand for: none where it has text
        of its own."""
        frame = self._frames[-1]
        if not frame.pictures or frame.texts_before != self._texts:
            return []
        if frame.name in HEADINGS:
            return [" ".join(frame.pictures)]
        frame.kind, frame.is_pictures = "caption", True
        return frame.pictures

    def close(self) -> None:
        """The innermost block element ends."""
        frame = self._frames.pop()
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

    def put(self, text: str, linked: int) -> None:
        """Take a text that stands between the borders of block elements, and how many of its
        characters are links. It may be empty, as in an empty cell."""
        if not text:
            if self._tables and self._frames and self._frames[-1].name in CELLS:
                self._cell("")
            return
        self._texts += 1
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
            self._note_label = f"{pages_of(text)}[{match[1]}] "
            return
        if kind == "code":
            self._add(kind, without_emphasis(text).strip("\n"), linked=linked)
            return
        pieces = [piece for piece in EMPTY_LINE.split(text) if plain(piece).strip()]
        for piece in pieces:
            self._add(*self._as_paragraph(piece), linked=linked // len(pieces))

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
        self._verse_ids += self.ids
        self.ids.clear()
        self._verse += [line.strip() for line in text.split("\n") if plain(line).strip()]
        if "\n" in text and name in ("p", "blockquote", "pre", "div", "section"):
            self._flush_verse()

    def _flush_verse(self) -> None:
        if self._verse:
            text = "\n".join(self._verse)
            self.ids, held = self._verse_ids, self.ids
            self._verse, self._verse_ids = [], []
            self._add("verse", text)
            self.ids += held

    def _cell(self, text: str) -> None:
        table = self._tables[-1]
        table.ids += self.ids
        self.ids.clear()
        frame = next((item for item in reversed(self._frames) if item.name in CELLS), None)
        # A frame's list_count is 1 once its cell has begun, so that its paragraphs join.
        if frame is not None and frame.list_count:
            table.add_to_cell(text)
        else:
            table.begin_cell(text, frame.element if frame else None)
            if frame is not None:
                frame.list_count = 1

    def _flush_table(self, table: Table) -> None:
        rows = table.lines()
        self.ids = table.ids + self.ids
        if all(sum(map(bool, row)) <= 1 for row in rows):
            for row in rows:
                self._add(self._kind(), " ".join(row))
        else:
            lines = [" | ".join(row) for row in rows if any(row)]
            self._add("table", "\n".join(lines))

    def _item(self, text: str, linked: int) -> None:
        if self.ids and self._items is not None and self._items.lines:
            self._flush_items()
        if self._items is not None:
            self._items.ids += self.ids
            self.ids.clear()
            self._items.add(text, linked)

    def _flush_items(self) -> None:
        items = self._items
        if items is None or not items.lines:
            return
        self._items = Items(marker=items.marker)
        self.ids, held = items.ids, self.ids
        for text, linked in items.paragraphs(whole=self.matter == "contents"):
            self._add("list", text, linked=linked)
        self.ids += held

    def _add(self, kind: ParagraphKind, text: str, *, level: int = 0, linked: int = 0) -> None:
        marked, text = text, plain(text)
        emphasis, pages = places_in(marked, kind) if marked != text else ((), ())
        text = text if kind == "code" else text.strip()
        if not text:
            return
        share = min(1.0, linked / len(text))
        is_picture = kind == "caption" and bool(self._frames) and self._frames[-1].is_pictures
        last = self._blocks[-1].text if self._blocks else ""
        is_repeated = is_picture and pictures.repeats(text, last)
        self._drop_picture(text)
        # A title is one piece: a page that begins in it begins behind it.
        inside = tuple(item for item in pages if item[0] and not level)
        self._add_pages(label for offset, label in pages if not offset)
        if is_repeated:
            return
        ids, self.ids = tuple(self.ids), []
        block = Block(kind, text, level, ids, self.matter, share, emphasis, inside)
        self._blocks.append(block)
        self._last_picture = block if is_picture else None
        if level:
            self._add_pages(label for offset, label in pages if offset)

    def _drop_picture(self, text: str) -> None:
        """Leave out what the picture before a text says, where its caption says the same."""
        picture = self._last_picture
        is_last = picture is not None and self._blocks[-1] is picture
        if picture is not None and is_last and pictures.repeats(picture.text, text):
            self._blocks.pop()
            self.ids = [*picture.ids, *self.ids]

    def _add_pages(self, labels: Iterable[str]) -> None:
        for label in labels:
            ids, self.ids = tuple(self.ids), []
            self._blocks.append(Block("page", label, ids=ids, matter=self.matter))
