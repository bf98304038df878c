"""HTML pages and books in one file."""

from __future__ import annotations

from pathlib import PurePath

from longread.document import Document, DocumentBuilder
from longread.errors import EmptyDocument
from longread.sources import encodings, markup
from longread.sources.main_part import main_part
from longread.sources.tree import Element, decode, local_name, parse_html


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
        body = next((child for child in root if local_name(child) == "body"), root)
        found = markup.even_levels(markup.blocks(main_part(body, builder.warn), builder.warn))
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
