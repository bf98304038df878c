"""Bytes of XML, XHTML or HTML become an lxml tree, safely.

Document type declarations are removed before a parser sees them, so that no entity of the
file's own is ever fetched or expanded; named HTML entities become their characters.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from html.entities import html5
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from longread.sources.encodings import BYTE_ORDER_MARKS, decode_utf8

Element = Any
"""An ``lxml.etree._Element``; lxml ships no types."""

MAX_ENTITY_CHARACTERS = 16
"""Longest replacement text of an entity of the file's own; longer ones are dropped."""

MAX_DEPTH = 1000
"""Elements nested deeper than this are flattened."""

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,300}\?>")
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)""")
_META_ENCODING = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.I)
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-fA-F]{1,8})|([0-9]{1,9}));")
_ENTITY = re.compile(r"&([A-Za-z_][\w.:-]{0,60});")
_OWN_ENTITY = re.compile(r"""<!ENTITY\s+([A-Za-z_][\w.:-]{0,60})\s+(?:"([^"]*)"|'([^']*)')\s*>""")
_DECLARED_NAME = re.compile(r"<!ENTITY\s+([A-Za-z_][\w.:-]{0,60})\s")
_DOCTYPE = re.compile(r"<!DOCTYPE", re.I)
_MARKUP_ENTITIES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_WHOLE_NUMBER = re.compile(r"\s*(-?\d{1,9})\s*")
_VOID = "area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr"
_SELF_CLOSED = re.compile(rf"<(?!(?:{_VOID})\b)([A-Za-z][\w:-]*)(\s[^<>]*?)?/>", re.I)

Warn = Callable[[str], None]


def declared_encoding(data: bytes) -> str:
    """The encoding that a byte order mark, XML declaration or meta element names, or ""."""
    for mark, name in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return name
    head = data[:4096]
    match = _XML_ENCODING.search(head) or _META_ENCODING.search(head)
    name = match[1].decode("ascii") if match else ""
    try:
        codec = codecs.lookup(name) if name else None
    except LookupError:
        return ""
    # A declaration that was read as ASCII cannot be true when it names a wide encoding.
    if codec is None or codec.name.startswith(("utf-16", "utf-32", "utf-7")):
        return ""
    if not getattr(codec, "_is_text_encoding", True):
        return ""
    return "cp1252" if codec.name in ("iso8859-1", "ascii") else codec.name


def decode(data: bytes, warn: Warn, guess: Callable[[bytes], str] | None = None) -> str:
    """Decode markup by its own declaration, else as UTF-8, else as what ``guess`` finds."""
    declared = declared_encoding(data)
    if declared and not declared.startswith("utf-8"):
        try:
            return data.decode(declared)
        except UnicodeDecodeError:
            pass
    text = decode_utf8(data, warn)
    if text is None:
        text = data.decode(declared or (guess(data) if guess else "cp1252"), "replace")
    return text


def _without_doctype(text: str) -> tuple[str, str]:
    """Split off every document type declaration: the text without, and the declarations."""
    kept: list[str] = []
    declarations: list[str] = []
    position = 0
    for _ in range(4):
        match = _DOCTYPE.search(text, position)
        if match is None:
            break
        end = _doctype_end(text, match.end())
        kept += text[position : match.start()], " "
        declarations.append(text[match.start() : end])
        position = end
    rest = _DOCTYPE.sub("&lt;!DOCTYPE", text[position:])
    return "".join([*kept, rest]), "".join(declarations)


def _doctype_end(text: str, position: int) -> int:
    depth = 0
    quote = ""
    for match in re.compile(r"[\[\]<>\"']").finditer(text, position):
        sign = match[0]
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "[":
            depth += 1
        elif sign == "]":
            depth -= 1
        elif sign == ">" and depth <= 0:
            return match.end()
    end = text.find(">", position)
    return len(text) if end < 0 else end + 1


def clean_xml(data: bytes, warn: Warn) -> str:
    """XML text without declarations, entities of its own, or illegal characters."""
    text = decode(data, warn)
    text, declarations = _without_doctype(_XML_DECLARATION.sub("", text.removeprefix("\ufeff"), 1))
    own: dict[str, str] = {}
    for name, double, single in _OWN_ENTITY.findall(declarations):
        value = double or single
        if len(value) <= MAX_ENTITY_CHARACTERS and "&" not in value and "<" not in value:
            own.setdefault(name, value)

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name in _MARKUP_ENTITIES:
            return match[0]
        if name in own:
            return own[name]
        if value := html5.get(f"{name};"):
            return value.replace("&", "&amp;").replace("<", "&lt;")
        warn("An unknown entity was left out.")
        return ""

    text = _ENTITY.sub(replace, text)
    text = _REFERENCE.sub(_windows_character, text)
    cleaned = _ILLEGAL.sub("", _REFERENCE.sub(_legal_reference, text))
    if len(cleaned) != len(text):
        warn("Characters that XML does not allow were left out.")
    return cleaned


def _code(match: re.Match[str]) -> int:
    return int(match[1], 16) if match[1] else int(match[2])


def _windows_character(match: re.Match[str]) -> str:
    """What a reference to a control character of Unicode means on a page: its number in Windows'
    encoding, as HTML has it."""
    code = _code(match)
    return bytes([code]).decode("cp1252", "ignore") if 0x80 <= code < 0xA0 else match[0]


def _legal_reference(match: re.Match[str]) -> str:
    code = _code(match)
    legal = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0x110000
    return match[0] if legal and code not in (0xFFFE, 0xFFFF) else ""


def parse_xml(data: bytes, warn: Warn) -> Element | None:
    """Parse XML such as a package file, mending what can be mended; None if there is none."""
    text = clean_xml(data, warn)
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        return etree.fromstring(text.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError:
        return None


def parse_xhtml(data: bytes, warn: Warn) -> Element | None:
    """Parse a page of an EPUB: as XML, else as HTML."""
    text = clean_xml(data, warn)
    # Entities of the file's own are gone, so the parser's limits on size protect nothing.
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        return etree.fromstring(text.encode("utf-8", "ignore"), parser)
    except etree.XMLSyntaxError:
        return _parse_html_text(text)


def parse_html(text: str) -> Element | None:
    """Parse decoded HTML; None where there is nothing in it."""
    text, declarations = _without_doctype(_XML_DECLARATION.sub("", text.removeprefix("\ufeff"), 1))
    for name in set(_DECLARED_NAME.findall(declarations)):
        text = text.replace(f"&{name};", "")
    return _parse_html_text(_ILLEGAL.sub("", text))


def _parse_html_text(text: str) -> Element | None:
    text = _SELF_CLOSED.sub(r"<\1\2></\1>", text)
    if not text.strip():
        return None
    parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=True, no_network=True)
    data = text.encode("utf-8", "ignore")
    try:
        root = lxml_html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        root = None
    if parser.error_log.filter_types([etree.ErrorTypes.ERR_RESOURCE_LIMIT]):
        # The parser stops at its own limit of depth and drops the rest of the text.
        shallow = etree.HTMLParser(encoding="utf-8", huge_tree=True, target=_ShallowTree())
        root = etree.fromstring(data, shallow)
    return root


class _ShallowTree:
    """A parser target that flattens what is nested deeper than ``MAX_DEPTH``."""

    def __init__(self) -> None:
        self._builder = etree.TreeBuilder()
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._builder.start(tag, attributes)
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._builder.end(tag)

    def end(self, tag: str) -> None:
        if self._depth <= MAX_DEPTH:
            self._builder.end(tag)
        self._depth -= 1

    def data(self, text: str) -> None:
        self._builder.data(text)

    def close(self) -> Element:
        return self._builder.close()


def local_name(element: Element) -> str:
    """The element's name without namespace, in lower case; "" for comments and the like."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def number_in(element: Element, attribute: str) -> int | None:
    """The number that an attribute of a list or an item gives."""
    match = _WHOLE_NUMBER.fullmatch(element.get(attribute) or "")
    return int(match[1]) if match else None


def drop(element: Element) -> None:
    """Take an element out of its tree, but not the text behind it."""
    parent, before = element.getparent(), element.getprevious()
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def types_of(element: Element) -> frozenset[str]:
    """What ``epub:type`` and ``role`` say of an element, in lower case without "doc-"."""
    values = element.get("{http://www.idpf.org/2007/ops}type") or element.get("epub:type") or ""
    role = element.get("role") or ""
    if not values and not role:
        return frozenset()
    return frozenset(word.lower().removeprefix("doc-") for word in f"{values} {role}".split())
