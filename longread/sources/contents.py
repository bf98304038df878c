"""A book's table of contents and its list of printed pages, as NCX and nav documents have them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit

from lxml import etree

from longread.sources.tree import Element, Warn, local_name, parse_xhtml, parse_xml, types_of
from longread.text import one_line

_DAISY = "http://www.daisy.org/z3986/2005/ncx/"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the table of contents: where it points, and how deep it stands."""

    title: str
    level: int
    path: str
    fragment: str


def mended_ncx(data: bytes, warn: Warn) -> bytes:
    """The NCX with the labels of its entries where EbookLib looks for them."""
    root = parse_xml(data, warn)
    if root is None:
        return b"<ncx/>"
    for label in root.iter("{*}navLabel"):
        text = " ".join("".join(label.itertext("{*}*")).split())
        for child in list(label):
            label.remove(child)
        etree.SubElement(label, f"{{{_DAISY}}}text").text = text
    return bytes(etree.tostring(root, encoding="utf-8"))


def mended_nav(data: bytes, warn: Warn) -> bytes:
    """The nav document with its lists and links where EbookLib looks for them."""
    root = parse_xhtml(data, warn)
    if root is None:
        return b"<html/>"
    made = etree.Element("html")
    body = etree.SubElement(made, "body")
    for nav in root.iter("{*}nav"):
        kind = next((k for k in ("toc", "page-list") if k in types_of(nav)), "")
        lists = next((item for item in nav.iter("{*}ol", "{*}ul")), None)
        if kind and lists is not None:
            made_nav = etree.SubElement(body, "nav", {"class": kind})
            _copy_list(lists, made_nav, 0)
    return bytes(etree.tostring(made, encoding="utf-8", method="html"))


def _copy_list(source: Element, target: Element, depth: int) -> None:
    made = etree.SubElement(target, "ol")
    for item in source:
        if local_name(item) != "li":
            continue
        line = etree.SubElement(made, "li")
        inner = next((i for i in item.iter("{*}ol", "{*}ul")), None)
        link = next((i for i in item.iter("{*}a") if not _is_inside(i, inner)), None)
        children = (child for child in item.iterchildren("{*}*") if child is not inner)
        label = link if link is not None else next(children, None)
        own = [item.text or "", *(child.tail or "" for child in item)]
        texts = label.itertext("{*}*") if label is not None else own
        anchor = etree.SubElement(line, "a" if link is not None else "span")
        anchor.text = " ".join("".join(texts).split())
        if link is not None and link.get("href"):
            anchor.set("href", link.get("href"))
        if inner is not None and depth < 40:
            _copy_list(inner, line, depth + 1)


def _is_inside(element: Element, container: Element | None) -> bool:
    return container is not None and any(parent is container for parent in element.iterancestors())


def pages_of_ncx(data: bytes, base: str, warn: Warn) -> Iterator[Entry]:
    """The printed pages that an NCX lists; ``base`` is the folder that it stands in."""
    root = parse_xml(data, warn)
    for target in root.iter("{*}pageTarget") if root is not None else ():
        label = " ".join("".join(target.xpath("./*[local-name()='navLabel']//text()")).split())
        content = next(target.iter("{*}content"), None)
        address = content.get("src", "") if content is not None else ""
        path = resolve(base, address.partition("#")[0])
        title = one_line(label or target.get("value", ""))
        if path and title:
            yield Entry(title, 1, path, unquote(address.partition("#")[2]))


def flatten(toc: Any, base: str, nav: str, level: int = 1) -> list[Entry]:
    """The lines of a table of contents as EbookLib gives it, one after the other; ``base`` is the
    folder that it stands in, ``nav`` the name of the nav document."""
    found: list[Entry] = []
    for line in toc or ():
        link, children = line if isinstance(line, tuple) else (line, ())
        href = getattr(link, "href", "") or ""
        address, _, fragment = href.partition("#")
        path = resolve(base, address)
        if fragment and (not address or address.endswith("/")):
            path = nav
        title = one_line(getattr(link, "title", "") or "")
        entry = Entry(title, level, path or "", unquote(fragment))
        inner = flatten(children, base, nav, level + 1)
        if not href and inner:
            # A heading over others may lead nowhere itself: it begins with the first of them.
            entry = replace(entry, path=inner[0].path, fragment=inner[0].fragment)
        found += [entry, *inner]
    return found


def resolve(base: str, href: str) -> str | None:
    """A name inside the archive for a reference, or None where it leads out of it."""
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return None
    if parts.scheme or parts.netloc or not parts.path:
        return None
    path = unquote(parts.path).replace("\\", "/")
    if path.startswith("/"):
        return None
    path = posixpath.normpath(posixpath.join(base, path))
    return None if path.startswith("..") or path in (".", "") else path
