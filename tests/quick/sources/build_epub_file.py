"""Small EPUB files, made by code."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)


def xhtml(body: str, head: str = "", body_attributes: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        f"<head><title/>{head}</head><body{body_attributes}>{body}</body></html>"
    )


def nav(links: str, extra: str = "") -> str:
    return xhtml(f'<nav epub:type="toc"><h1>Contents</h1><ol>{links}</ol></nav>{extra}')


def link(href: str, title: str, inner: str = "") -> str:
    return f'<li><a href="{href}">{title}</a>{f"<ol>{inner}</ol>" if inner else ""}</li>'


def package(
    pages: Sequence[str],
    *,
    title: str = "A Book",
    manifest: str = "",
    spine: str = "",
    guide: str = "",
    doctype: str = "",
    has_nav: bool = True,
    nav_in_spine: bool = False,
) -> str:
    items = "".join(
        f'<item id="p{number}" href="{name}" media-type="application/xhtml+xml"/>'
        for number, name in enumerate(pages)
    )
    if has_nav:
        items += (
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        )
    references = '<itemref idref="nav"/>' if nav_in_spine else ""
    references += "".join(f'<itemref idref="p{number}"/>' for number in range(len(pages)))
    return (
        f'<?xml version="1.0" encoding="utf-8"?>{doctype}'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<dc:identifier id="id">urn:x:1</dc:identifier><dc:title>{title}</dc:title>'
        "<dc:creator>Ada Writer</dc:creator><dc:creator>Ben Second</dc:creator>"
        "<dc:language>en-GB</dc:language></metadata>"
        f"<manifest>{items}{manifest}</manifest><spine>{references}{spine}</spine>{guide}"
        "</package>"
    )


def write_zip(path: Path, files: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def write_epub(
    path: Path,
    pages: Mapping[str, str],
    *,
    toc: str = "",
    package_text: str | None = None,
    extra: Mapping[str, str | bytes] | None = None,
    nav_extra: str = "",
    nav_in_spine: bool = False,
) -> Path:
    """Write an EPUB 3 whose pages are given as bodies; without ``toc`` it has no nav."""
    opf = package_text or package(list(pages), has_nav=bool(toc), nav_in_spine=nav_in_spine)
    files: dict[str, str | bytes] = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": CONTAINER,
        "OPS/book.opf": opf,
    }
    if toc:
        files["OPS/nav.xhtml"] = nav(toc, nav_extra)
    for name, body in pages.items():
        files[f"OPS/{name}"] = body if body.startswith("<?xml") else xhtml(body)
    files |= extra or {}
    return write_zip(path, files)
