"""The walk over a tree of markup, iterative, so that no depth of nesting can end it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lxml import etree

from longread.sources import formulas, pictures
from longread.sources.composer import Composer
from longread.sources.hidden import Visibility, is_silent
from longread.sources.inline import Inline
from longread.sources.marks import page_mark
from longread.sources.tree import Element, Warn, local_name, types_of
from longread.sources.vocabulary import (
    BLOCKS,
    LINE_NUMBER,
    NOT_PRINTED,
    PAGE_LABEL,
    PAGE_NUMBER,
    Block,
    is_back_link,
    is_label,
    is_mark_of_heading,
    label_of,
)


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
        self._composer = Composer()
        self._inline = Inline()

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
        return self._composer.finish(self._inline.waiting())

    def _skips(self, element: Element) -> bool:
        name = local_name(element)
        if name == "img" and not self._visibility.is_hidden(element, name):
            self._see(element)
        if not name or is_silent(name):
            return True
        types = types_of(element)
        classes = element.get("class")
        if "pagebreak" in types or (classes and self._is_page_number(element, classes)):
            if not self._is_listed(element):
                self._begin_page(label_of(element))
            return True
        if classes and (LINE_NUMBER.search(classes) or _is_not_printed(name, classes)):
            return True
        is_sign = name == "a" and (is_back_link(element) or is_mark_of_heading(element))
        leads_back = "backlink" in types and not is_label(element)
        if name == "title" or leads_back or is_sign:
            return True
        if name == "nav" and types & {"page-list", "landmarks"}:
            return True
        if (name == "nav" or "navigation" in types) and not self._keep_nav:
            return True
        if self._visibility.is_hidden(element, name):
            self._leave_hidden(element, name)
            return True
        if name == "math":
            self._append(formulas.mathml(element))
        return name == "math"

    def _leave_hidden(self, element: Element, name: str) -> None:
        if formula := _shown_as_picture(element):
            self._append(formula)
            return
        in_contents = name == "nav" or self._composer.matter == "contents"
        if not in_contents and any(part.strip() for part in element.itertext("*")):
            self._warn("Hidden text was left out.")

    def _see(self, picture: Element) -> None:
        letter = pictures.first_letter(picture) if self._inline.is_at_start() else ""
        if letter:
            self._append(letter)
        else:
            self._composer.see(picture)

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
            if anchor in self._wanted and anchor not in self._composer.ids:
                self._composer.ids.append(anchor)
            if anchor in self._pages:
                self._begin_page(self._pages.pop(anchor))

    def _append(self, text: str) -> None:
        self._inline.append(text, keeps_lines=self._composer.keeps_lines)

    def _start(self, element: Element) -> None:
        name = local_name(element)
        if name in BLOCKS:
            self._flush()
            self._composer.open(element, name)
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
        elif self._composer.is_open(element):
            self._flush()
            for said in self._composer.said_by_pictures():
                self._append(said)
                self._flush()
            self._composer.close()

    def _flush(self) -> None:
        """End the paragraph that is being collected, if there is one."""
        self._composer.put(*self._inline.take(keeps_lines=self._composer.keeps_lines))


def _is_not_printed(name: str, classes: str) -> bool:
    return name not in ("html", "body", "main", "article") and bool(NOT_PRINTED.search(classes))


def _shown_as_picture(element: Element) -> str:
    """The formula that a hidden element holds for readers who do not see the picture behind it."""
    picture = element.getnext()
    if picture is None or local_name(picture) != "img" or (element.tail or "").strip():
        return ""
    found = element if local_name(element) == "math" else element.find(".//{*}math")
    # Nobody sees it: what is said there in words is no formula.
    return "" if found is None or formulas.has_prose(found) else formulas.mathml(found)


def _anchors(element: Element) -> tuple[str, str]:
    return element.get("id", ""), element.get("name", "")
