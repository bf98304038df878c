"""The styles of a Word document, and its XML by names without their namespace."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from longread.sources.tree import Element

LEVELS = 9
"""Levels that headings and lists have."""

MAX_STYLES_BASED = 20
"""Styles based on each other that are followed."""

_NUMBER = re.compile(r"[0-9]{1,9}")
_HEADING_NAME = re.compile(r"heading ([1-9])", re.IGNORECASE)


def named(element: Element, name: str) -> str:
    """A name in the namespace of an element."""
    space, end, _ = element.tag.rpartition("}")
    return f"{space}{end}{name}"


def child(element: Element | None, *path: str) -> Element | None:
    """What stands at a path of names below an element."""
    for name in path:
        element = element.find(named(element, name)) if element is not None else None
    return element


def value_of(element: Element | None, *path: str, key: str = "val") -> str | None:
    """The value of an element, or of one below it."""
    found = child(element, *path)
    return found.get(named(found, key)) if found is not None else None


def number_in(element: Element | None, *path: str, key: str = "val") -> int | None:
    """The same as a number that is not negative."""
    value = value_of(element, *path, key=key) or ""
    return int(value) if _NUMBER.fullmatch(value) else None


def put(parent: Element, name: str, value: str = "") -> Element:
    """A new element, before what there is, in the place of one of this name."""
    for old in parent.findall(named(parent, name)):
        parent.remove(old)
    made = etree.Element(named(parent, name))
    if value:
        made.set(named(parent, "val"), value)
    parent.insert(0, made)
    return made


class Styles:
    """The styles of a document by their identifiers."""

    def __init__(self, root: Element | None) -> None:
        self._styles: dict[str, Element] = {}
        self._headings: dict[str, int] = {}
        for style in root.iter("{*}style") if root is not None else ():
            self._styles.setdefault(value_of(style, key="styleId") or "", style)

    def based(self, style: str) -> Iterator[tuple[str, Element]]:
        """A style and those that it is based on, the nearest first."""
        for _ in range(MAX_STYLES_BASED):
            element = self._styles.get(style)
            if element is None:
                return
            yield style, element
            style = value_of(element, "basedOn") or ""

    def heading(self, style: str) -> int:
        """The level of the headings that a style is for, from 1; 0 where it is for text."""
        if style not in self._headings:
            self._headings[style] = self._find_heading(style)
        return self._headings[style]

    def _find_heading(self, style: str) -> int:
        for _, element in self.based(style):
            level = number_in(element, "pPr", "outlineLvl")
            if level is not None:
                return level + 1 if level < LEVELS else 0
            if match := _HEADING_NAME.fullmatch(value_of(element, "name") or ""):
                return int(match[1])
        return 0
