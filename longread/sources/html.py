"""HTML pages and books in one file."""

from __future__ import annotations

from pathlib import PurePath

from lxml import etree

from longread.document import Document, DocumentBuilder
from longread.errors import EmptyDocument
from longread.sources import encodings, markup
from longread.sources.hidden import is_silent
from longread.sources.tree import Element, decode, drop, local_name, parse_html

_SHARE_OF_MAIN = 0.3
"""A main element or a lone article is believed from this share of the page's text on."""

_PAGE_FURNITURE = frozenset({"header", "footer"})
_ASIDE = frozenset({"nav", "aside"})


def read(data: bytes, name: str) -> Document:
    """Read an HTML page.

    ``name`` is the file's name, the title where the page has none.

    Raises:
        EmptyDocument: the page has no text.
    """
    builder = DocumentBuilder("html")
    root = parse_html(decode(data, builder.warn, encodings.guess))
    if root is not None:
        builder.language = language_of(root)
        found = markup.even_levels(markup.blocks(_main_part(root), builder.warn))
        builder.title, found = title_and_rest(found, _title_element(root))
        markup.add_by_headings(builder, found)
    builder.title = builder.title or PurePath(name).stem
    document = builder.build()
    if not document.text:
        raise EmptyDocument("There is no text in the HTML page.", hint="Give another file.")
    return document


def language_of(root: Element) -> str:
    """The language that the root element or its body names, or ""."""
    key = "{http://www.w3.org/XML/1998/namespace}lang"
    for element in (root, *(child for child in root if local_name(child) == "body")):
        if found := element.get("lang") or element.get(key) or element.get("xml:lang"):
            return str(found)
    return ""


def title_and_rest(found: list[markup.Block], title: str = "") -> tuple[str, list[markup.Block]]:
    """The text's title, and its blocks where a lone top heading is no chapter.

    A first heading that is the only one of its rank, above all others, names the whole
    text: it stays as a heading paragraph and does not begin a section.
    """
    headings = [block for block in found if block.level]
    if not headings:
        return title, found
    top = headings[0]
    is_lone = len(headings) > 1 and all(block.level > top.level for block in headings[1:])
    if is_lone or (top.level == 1 and len(headings) == 1):
        place = found.index(top)
        before = sum(len(block.text) for block in found[:place])
        if before <= 400:
            found = [*found[:place], markup.Block("heading", top.text), *found[place + 1 :]]
            return title or top.text, found
    first = next((block.text for block in headings if block.level == 1), "")
    return title or first, found


def _title_element(root: Element) -> str:
    for element in root.iter("{*}title"):
        parent = element.getparent()
        if parent is not None and local_name(parent) in ("head", "html"):
            return " ".join((element.text or "").split())
    return ""


def _main_part(root: Element) -> Element:
    """The main content of a page from a web site; the whole of any other page."""
    body = next((child for child in root if local_name(child) == "body"), root)
    everything = _length(body)
    for name in ("main", "article"):
        parts = [item for item in body.iter("{*}*") if local_name(item) == name]
        if len(parts) == 1 and _length(parts[0]) >= _SHARE_OF_MAIN * everything:
            return parts[0]
    for child in list(body):
        if local_name(child) in _PAGE_FURNITURE and _length(child) < 0.2 * everything:
            drop(child)
    return body


def _length(element: Element) -> int:
    """Characters that an element holds besides navigation and what is no text."""
    total = 0
    walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
    for event, item in walk:
        if event == "start" and (local_name(item) in _ASIDE or is_silent(local_name(item))):
            walk.skip_subtree()
        elif event == "start":
            total += len((item.text or "").strip())
        if event != "start" and item is not element:
            total += len((item.tail or "").strip())
    return total
