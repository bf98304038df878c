"""The package of an EPUB: its own oddities are mended, then EbookLib reads it.

EbookLib stops at a missing file, a ghost in the spine or a broken table of contents, and
would read pictures and fonts into memory. It is therefore given a package file made anew
from what the archive really holds, and reads every entry through ``Archive``.
"""

from __future__ import annotations

import posixpath
import re
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from ebooklib import epub
from lxml import etree

from longread.errors import DamagedFile, ProtectedFile
from longread.sources.archive import Archive
from longread.sources.contents import (
    Entry,
    flatten,
    mended_nav,
    mended_ncx,
    pages_of_ncx,
    resolve,
)
from longread.sources.tree import Element, Warn, local_name, parse_xml
from longread.text import one_line

_OPF = "http://www.idpf.org/2007/opf"
_DC = "http://purl.org/dc/elements/1.1/"
_XHTML = "application/xhtml+xml"
_NCX = "application/x-dtbncx+xml"
_PAGE_TYPES = frozenset(
    {_XHTML, "text/html", "text/x-oeb1-document", "application/xml", "text/xml", "image/svg+xml"}
)
_PAGE_ENDINGS = (".xhtml", ".html", ".htm", ".xht")
_PACKAGE_NAME = "longread-package.opf"
_FONT_OBFUSCATION = frozenset(
    {"http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"}
)
_DRM_FILES = {
    "META-INF/sinf.xml": "Apple FairPlay",
    "META-INF/rights.xml": "Adobe ADEPT",
    "META-INF/license.lcpl": "Readium LCP",
}


@dataclass(slots=True)
class Package:
    """What an EPUB says of itself, resolved to names in its archive."""

    title: str = ""
    author: str = ""
    language: str = ""
    spine: list[tuple[str, bytes]] = field(default_factory=list)
    contents: list[Entry] = field(default_factory=list)
    pages: list[Entry] = field(default_factory=list)
    guide: dict[str, str] = field(default_factory=dict)
    nav: str = ""


@dataclass(frozen=True, slots=True)
class _Item:
    identifier: str
    path: str
    media_type: str
    is_nav: bool


def check_protection(archive: Archive, warn: Warn) -> None:
    """Refuse a book that is locked; obfuscated fonts alone are no lock.

    Raises:
        ProtectedFile: the archive says that its text is encrypted.
    """
    system = next((name for file, name in _DRM_FILES.items() if file in archive), "")
    if "META-INF/encryption.xml" in archive:
        root = parse_xml(archive.read("META-INF/encryption.xml"), warn)
        used = set()
        for element in root.iter("{*}EncryptionMethod") if root is not None else ():
            parent = element.getparent()
            # A key's own method stands in EncryptedKey and says nothing of the text.
            if parent is None or local_name(parent) != "encryptedkey":
                used.add(element.get("Algorithm") or "")
        if not used - _FONT_OBFUSCATION:
            return
        system = system or "an unknown system"
    elif system != "Apple FairPlay":
        return
    raise ProtectedFile(
        f"The book is protected by digital rights management ({system}).",
        hint="Its text cannot be read; use a copy without protection.",
    )


def open_package(archive: Archive, warn: Warn) -> Package:
    """Read an EPUB's metadata, spine and table of contents with EbookLib.

    Raises:
        DamagedFile: there is no package file, or it cannot be parsed.
    """
    opf_name = _find_opf(archive, warn)
    root = parse_xml(archive.read(opf_name), warn)
    if root is None or local_name(root) != "package":
        raise DamagedFile(
            "The EPUB's package file (OPF) cannot be parsed.", hint="Get another copy."
        )
    mender = _Mender(archive, opf_name, root, warn)
    reader = _Reader(archive, mender.package(), mender.items, warn)
    book = reader.load()
    package = Package(
        title=_main_title(book, root),
        author=_authors(book),
        language=_first(book, "language"),
        nav=next((item.path for item in mender.items.values() if item.is_nav), ""),
    )
    for identifier, _ in book.spine:
        item = book.get_item_with_id(identifier)
        if item is not None and item.content:
            package.spine.append((item.get_name(), item.content))
    ncx = next((item.path for item in mender.items.values() if item.media_type == _NCX), "")
    base = posixpath.dirname(ncx) if reader.has_ncx_contents else ""
    package.contents = flatten(book.toc, base, package.nav)
    package.pages = flatten(getattr(book, "pages", []), "", package.nav)
    if ncx and not package.pages:
        package.pages = list(pages_of_ncx(archive.read(ncx), posixpath.dirname(ncx), warn))
    for line in book.guide or ():
        path = resolve(posixpath.dirname(opf_name), line.get("href") or "")
        if path:
            package.guide[path] = (line.get("type") or "").lower()
    return package


def _find_opf(archive: Archive, warn: Warn) -> str:
    if "META-INF/container.xml" in archive:
        root = parse_xml(archive.read("META-INF/container.xml"), warn)
        for element in root.iter("{*}rootfile") if root is not None else ():
            path = resolve("", element.get("full-path") or "")
            if path and (name := archive.find(path)):
                return name
    names = [name for name in archive if name.lower().endswith(".opf")]
    if not names:
        raise DamagedFile(
            "The EPUB has no package file (OPF), so its order of reading is not known.",
            hint="Get another copy.",
        )
    warn("META-INF/container.xml does not lead to the package file; it was searched for.")
    return min(names, key=lambda name: name.count("/"))


class _Mender:
    """Makes a package file that says only what the archive holds."""

    def __init__(self, archive: Archive, opf_name: str, root: Element, warn: Warn) -> None:
        self._archive = archive
        self._base = posixpath.dirname(opf_name)
        self._root = root
        self._warn = warn
        self.items: dict[str, _Item] = {}

    def package(self) -> bytes:
        metadata = next(self._root.iter("{*}metadata"), None)
        made = etree.Element(f"{{{_OPF}}}package", nsmap={None: _OPF, "dc": _DC})
        made.set("version", self._root.get("version") or "2.0")
        made_metadata = etree.SubElement(made, f"{{{_OPF}}}metadata")
        for element in metadata.iter("{*}*") if metadata is not None else ():
            name = local_name(element)
            if name in ("title", "creator", "language") and (element.text or "").strip():
                line = etree.SubElement(made_metadata, f"{{{_DC}}}{name}")
                line.text = element.text
                if identifier := element.get("id"):
                    line.set("id", identifier)
                if role := element.get("{http://www.idpf.org/2007/opf}role"):
                    line.set("role", role)
        spine = next(self._root.iter("{*}spine"), None)
        self._read_manifest(spine)
        made_manifest = etree.SubElement(made, f"{{{_OPF}}}manifest")
        for item in self.items.values():
            line = etree.SubElement(made_manifest, f"{{{_OPF}}}item")
            line.set("id", item.identifier)
            line.set("href", quote(item.path))
            line.set("media-type", item.media_type)
            if item.is_nav:
                line.set("properties", "nav")
        made_spine = etree.SubElement(made, f"{{{_OPF}}}spine")
        for identifier in self._read_spine(spine):
            etree.SubElement(made_spine, f"{{{_OPF}}}itemref").set("idref", identifier)
        ncx = next((i for i in self.items.values() if i.media_type == _NCX), None)
        if ncx:
            made_spine.set("toc", ncx.identifier)
        guide = next(self._root.iter("{*}guide"), None)
        if guide is not None:
            made.append(deepcopy(guide))
        return bytes(etree.tostring(made, encoding="utf-8"))

    def _read_manifest(self, spine: Element | None) -> None:
        in_spine = {line.get("idref") for line in spine} if spine is not None else set()
        for element in self._root.iter("{*}item"):
            identifier, href = element.get("id") or "", element.get("href") or ""
            if not identifier or identifier in self.items:
                continue
            media_type = (element.get("media-type") or "").strip().lower()
            is_nav = "nav" in (element.get("properties") or "").split()
            is_page = media_type in _PAGE_TYPES or href.lower().endswith(_PAGE_ENDINGS)
            is_ncx = media_type == _NCX or href.lower().endswith(".ncx")
            wanted = is_nav or is_ncx or (is_page and identifier in in_spine)
            path = resolve(self._base, href)
            if path is None:
                if identifier in in_spine or wanted:
                    self._warn(f"{_shown(href)} points outside the book and was left out.")
                continue
            name = self._archive.find(path)
            if name is None:
                self._warn(f"{_shown(path)} is named in the book but is not in the archive.")
            elif wanted:
                kind = _NCX if is_ncx else _XHTML
                self.items[identifier] = _Item(identifier, name, kind, is_nav and not is_ncx)

    def _read_spine(self, spine: Element | None) -> list[str]:
        found: list[str] = []
        for line in spine.iter("{*}itemref") if spine is not None else ():
            identifier = line.get("idref") or ""
            item = self.items.get(identifier)
            if item is None or item.media_type == _NCX:
                self._warn(f"The spine names {_shown(identifier)}, which cannot be read.")
            elif identifier not in found:
                found.append(identifier)
        if not found:
            found = [item.identifier for item in self._unlisted_pages()]
            if found:
                self._warn("The book gives no order of reading; the archive's order was taken.")
        return found

    def _unlisted_pages(self) -> list[_Item]:
        for number, name in enumerate(self._archive):
            if name.lower().endswith(_PAGE_ENDINGS):
                known = next((i for i in self.items.values() if i.path == name), None)
                if known is None:
                    identifier = f"longread-{number}"
                    self.items[identifier] = _Item(identifier, name, _XHTML, is_nav=False)
        return [i for i in self.items.values() if i.media_type == _XHTML and not i.is_nav]


class _Reader(epub.EpubReader):  # type: ignore[misc]
    """EbookLib's reader over a checked archive and a mended package file."""

    def __init__(
        self, archive: Archive, package: bytes, items: dict[str, _Item], warn: Warn
    ) -> None:
        super().__init__("", {"ignore_ncx": True})
        self._archive = archive
        self._package = package
        self._warn = warn
        self._ncx = {item.path for item in items.values() if item.media_type == _NCX}
        self._nav = {item.path for item in items.values() if item.is_nav}
        self.has_ncx_contents = False

    def read_file(self, name: str) -> bytes:
        if name == _PACKAGE_NAME:
            return self._package
        found = name if name in self._archive else unquote(name)
        data = self._archive.read(found)
        if found in self._ncx:
            return mended_ncx(data, self._warn)
        return data

    def _load(self) -> None:
        self.opf_file = _PACKAGE_NAME
        self._load_opf_file()
        if not self.book.toc and self._ncx and not self.has_ncx_contents:
            self._parse_ncx(self.read_file(next(iter(self._ncx))))

    def _parse_ncx(self, data: bytes) -> None:
        try:
            super()._parse_ncx(data)
            if not isinstance(self.book.toc, list):
                self.book.toc = [self.book.toc]
            self.has_ncx_contents = bool(self.book.toc)
        except (AttributeError, IndexError, TypeError, RecursionError, etree.LxmlError):
            self.book.toc = []
            self._warn("The table of contents (NCX) cannot be read.")

    def _parse_nav(self, data: bytes, base_path: str, navtype: str = "toc") -> None:
        try:
            super()._parse_nav(mended_nav(data, self._warn), base_path, navtype)
            if navtype == "toc" and self.book.toc:
                self.has_ncx_contents = False
        except (AttributeError, IndexError, TypeError, RecursionError, etree.LxmlError):
            if navtype == "toc":
                self._warn("The table of contents (nav) cannot be read.")


def _main_title(book: Any, root: Element) -> str:
    titles = book.get_metadata("DC", "title") if book.metadata else []
    kinds = {
        (meta.get("refines") or "").lstrip("#"): (meta.text or "").strip()
        for meta in root.iter("{*}meta")
        if meta.get("property") == "title-type"
    }
    for value, attributes in titles:
        if kinds.get(attributes.get("id", "")) == "main":
            return str(value)
    return str(titles[0][0]) if titles else ""


def _authors(book: Any) -> str:
    names: list[str] = []
    for value, attributes in book.get_metadata("DC", "creator") if book.metadata else []:
        if attributes.get("role", "aut") == "aut" and value not in names:
            names.append(re.sub(r"\s+", " ", value).strip())
    return ", ".join(names[:6])


def _first(book: Any, name: str) -> str:
    values = book.get_metadata("DC", name) if book.metadata else []
    return str(values[0][0]).strip() if values else ""


def _shown(name: str) -> str:
    return one_line(name, 80)
