"""Files as the world sends them: broken, lying, or made to do harm. All are built by code."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from longread.config import MAX_ARCHIVE_BYTES
from tests.caps import MOST_SECONDS
from tests.quick.sources.build_epub_file import (
    CONTAINER,
    link,
    package,
    write_epub,
    write_zip,
    xhtml,
)
from tests.quick.sources.build_pdf_file import Sheet, encrypted, picture
from tests.quick.sources.test_docx import relationships, write_raw
from tests.quick.sources.test_epub import encryption

TEXT = "The keeper lit the lamp at dusk, and the boats came home one by one."
SECRET = "what-no-book-may-read"
NOWHERE = "http://127.0.0.1:9"
"""A host that a file points at; nothing may ask it for anything."""

_PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
_PAGE = '<item id="g" href="{}" media-type="application/xhtml+xml"/>'
_REFERENCE = '<itemref idref="g"/>'
_BOMB = MAX_ARCHIVE_BYTES + 2**20


@dataclass(frozen=True, slots=True)
class Case:
    """A file that a row of the table of faults is about, and what must become of it.

    Without a ``code`` it is read; ``warns`` is a part of a warning, ``text`` a part of what was
    read. ``make`` writes the file to a path; a file of the name ``secret`` lies beside it.
    """

    row: int
    name: str
    make: Callable[[Path], object]
    code: str = ""
    warns: str = ""
    text: str = TEXT
    seconds: float = MOST_SECONDS


def book(path: Path, **options: object) -> Path:
    """An EPUB of one page, with whatever is odd about it."""
    return write_epub(path, {"1.xhtml": f"<p>{TEXT}</p>"}, **options)  # type: ignore[arg-type]


def _with_package(path: Path, **options: str) -> None:
    opf = package(["1.xhtml"], has_nav=False, **options)  # type: ignore[arg-type]
    write_epub(path, {"1.xhtml": f"<p>{TEXT}</p>"}, package_text=opf)


def _parts(path: Path, drop: str = "", **changed: bytes) -> None:
    book(path)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if name != drop}
    write_zip(path, parts | changed)


def _change(path: Path, change: Callable[[bytearray], object]) -> None:
    data = bytearray(book(path).read_bytes())
    change(data)
    path.write_bytes(data)


def _overlap(data: bytearray) -> None:
    struct.pack_into("<I", data, data.rfind(b"PK\x01\x02") + 42, 0)


def _forge(size: int) -> Callable[[bytearray], None]:
    """Every entry says that it inflates to this size."""

    def change(data: bytearray) -> None:
        for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
            place = data.find(signature)
            while place >= 0:
                struct.pack_into("<I", data, place + offset, size)
                place = data.find(signature, place + 4)

    return change


def deflated(size: int, fill: bytes = b" ") -> bytes:
    """What deflates to so many bytes, made without them: one piece, again and again."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    piece = packer.compress(fill * 2**20) + packer.flush(zlib.Z_FULL_FLUSH)
    return piece * (size // 2**20) + packer.flush()


def _bomb(size: int) -> Callable[[Path], None]:
    """An EPUB whose page inflates to a size."""

    def make(path: Path) -> None:
        page = b"<html><body><p>" + TEXT.encode()
        packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        data = packer.compress(page) + packer.flush(zlib.Z_FULL_FLUSH) + deflated(size)
        book(path)
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
            for name, content in parts.items():
                archive.writestr(name, data if name == "OPS/1.xhtml" else content)
        _call_deflated(path, "OPS/1.xhtml")

    return make


def _call_deflated(path: Path, name: str) -> None:
    """Say of a stored entry that it is deflated."""
    data = bytearray(path.read_bytes())
    for signature, method, name_at in ((b"PK\x03\x04", 8, 30), (b"PK\x01\x02", 10, 46)):
        place = data.find(signature)
        while place >= 0:
            if data[place + name_at :].startswith(name.encode()):
                struct.pack_into("<H", data, place + method, zipfile.ZIP_DEFLATED)
            place = data.find(signature, place + 4)
    path.write_bytes(data)


def _duplicates(path: Path) -> None:
    book(path)
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("OPS/1.xhtml", xhtml("<p>Another page of the same name.</p>"))
        archive.writestr("ops/1.XHTML", xhtml("<p>And one in capitals.</p>"))


def _laughs(name: str, inside: str) -> str:
    steps = '<!ENTITY a0 "ha ha ha ha ha ha ha ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    return f"<!DOCTYPE {name} [{steps}{inside}]>"


def _own_file(path: Path) -> str:
    """An entity that stands for a file beside the book."""
    return f'<!ENTITY file SYSTEM "{(path.parent / "secret").as_uri()}">'


def _entities(path: Path, doctype: Callable[[str], str], use: str) -> None:
    """A book whose package, NCX and page use entities of their own."""
    page = xhtml(f"<p>{TEXT} {use}</p>").replace("<!DOCTYPE html>", doctype("html"))
    ncx = (
        f'<?xml version="1.0"?>{doctype("ncx")}<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/">'
        f'<navMap><navPoint id="a"><navLabel><text>One {use}</text></navLabel>'
        '<content src="1.xhtml"/></navPoint></navMap></ncx>'
    )
    opf = package(
        ["1.xhtml"],
        has_nav=False,
        title=f"A Book {use}",
        doctype=doctype("package"),
        manifest='<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
    )
    write_epub(path, {"1.xhtml": page}, package_text=opf, extra={"OPS/toc.ncx": ncx})


def _remote(path: Path) -> None:
    body = (
        f'<p>{TEXT}</p><img src="{NOWHERE}/a.png" alt=""/><script src="{NOWHERE}/b.js"/>'
        f'<iframe src="{NOWHERE}/c.html"/><object data="{NOWHERE}/d.svg"/>'
    )
    head = f'<link rel="stylesheet" href="{NOWHERE}/e.css"/><base href="{NOWHERE}/"/>'
    doctype = f'<!DOCTYPE html PUBLIC "-//X" "{NOWHERE}/x.dtd">'
    page = xhtml(body, head).replace("<!DOCTYPE html>", doctype)
    opf = package(
        ["1.xhtml"],
        has_nav=False,
        manifest=_PAGE.format(f"{NOWHERE}/f.xhtml"),
        spine=_REFERENCE,
    )
    write_epub(path, {"1.xhtml": page}, package_text=opf)


def pdf_of(*objects: bytes, trailer: bytes = b"", previous: str = "") -> bytes:
    """A PDF of these objects, numbered from 1, of which the first is the catalogue.
    ``previous``: where its table says that an earlier one lies; ``itself`` for itself."""
    out = io.BytesIO()
    out.write(b"%PDF-1.7\n")
    places = []
    for number, item in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, item))
    table = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    before = b"/Prev %d" % table if previous == "itself" else b""
    out.write(b"trailer\n<</Size %d/Root 1 0 R%s%s>>\n" % (len(objects) + 1, before, trailer))
    out.write(b"startxref\n%d\n%%%%EOF\n" % table)
    return out.getvalue()


def page_of(
    content: bytes, *more: bytes, filters: bytes = b"", catalogue: bytes = b"", uses: bytes = b""
) -> tuple[bytes, ...]:
    """The objects of a PDF with one page; further objects are numbered from 6."""
    return (
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F 5 0 R>>%s>>>>" % uses,
        b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), filters, content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
        *more,
    )


DRAWN = f"BT /F 12 Tf 72 700 Td ({TEXT}) Tj ET ".encode()


def _nested_flate(path: Path) -> None:
    layer = b"\x78\xda" + deflated(2**30)
    for _ in range(2):
        layer = zlib.compress(layer, 9)
    filters = b"/Filter[/FlateDecode/FlateDecode/FlateDecode]"
    path.write_bytes(pdf_of(*page_of(layer, filters=filters)))


def _huge_outline(path: Path, entries: int = 200_000) -> None:
    first, last = 7, 6 + entries
    items = [
        b"<</Title(Entry %d)/Parent 6 0 R/Dest[3 0 R/Fit]%s>>"
        % (number, b"/Next %d 0 R" % (number + 1) if number < last else b"")
        for number in range(first, last + 1)
    ]
    outline = b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>" % (first, last, entries)
    path.write_bytes(pdf_of(*page_of(DRAWN, outline, *items, catalogue=b"/Outlines 6 0 R")))


def _calls_itself(path: Path) -> None:
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>"
    form += b"/Length 6>>\nstream\n/X Do \nendstream"
    path.write_bytes(pdf_of(*page_of(DRAWN + b" /X Do", form, uses=b"/XObject<</X 6 0 R>>")))


def _call_each_other(path: Path) -> None:
    """Two forms that each draw both: what they draw doubles with every step."""
    form = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R/Y 7 0 R>>>>"
    form += b"/Length 12>>\nstream\n/X Do /Y Do \nendstream"
    objects = page_of(DRAWN + b" /X Do", form, form, uses=b"/XObject<</X 6 0 R/Y 7 0 R>>")
    path.write_bytes(pdf_of(*objects))


def _image_without_end(path: Path) -> None:
    content = DRAWN + b" BI /W 10 /H 10 /BPC 8 /CS /G ID " + b"\x55" * 200_000
    path.write_bytes(pdf_of(*page_of(content)))


def _hidden_text(path: Path) -> None:
    sheet = Sheet().line(TEXT).at(900, 400, "far beyond the page")
    unseen = sheet.canvas.beginText(72, 120)
    unseen.setTextRenderMode(3)
    unseen.textLine("drawn for no eye")
    sheet.canvas.drawText(unseen)
    sheet.save(path)


def _scan(path: Path) -> None:
    sheet = Sheet()
    sheet.canvas.drawImage(picture(), 0, 0, 595, 842)
    sheet.save(path)


def _outside_picture(path: Path) -> None:
    drawing = (
        "<w:p><w:r><w:drawing><wp:inline xmlns:wp='http://schemas.openxmlformats.org/drawingml/"
        "2006/wordprocessingDrawing'><wp:docPr id='1' name='n'/><a:graphic xmlns:a='http://"
        "schemas.openxmlformats.org/drawingml/2006/main'><a:graphicData><pic:pic xmlns:pic='http:"
        "//schemas.openxmlformats.org/drawingml/2006/picture'><pic:blipFill><a:blip r:link='{}'/>"
        "</pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )
    links = relationships(
        ("rId8", "image", f"{NOWHERE}/p.png", True),
        ("rId9", "image", (path.parent / "secret").as_uri(), True),
    )
    body = (
        drawing.format("rId8") + drawing.format("rId9") + f"<w:p><w:r><w:t>{TEXT}</w:t></w:r></w:p>"
    )
    write_raw(path, body, **{"word/_rels/document.xml.rels": links})


def _drm(path: Path) -> None:
    locked = encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")
    book(path, extra={"META-INF/encryption.xml": locked, "META-INF/rights.xml": "<r/>"})


def _fonts(path: Path) -> None:
    book(path, extra={"META-INF/encryption.xml": encryption("http://www.idpf.org/2008/embedding")})


def _signs(path: Path) -> None:
    hidden = "\u202e\u2066\u200f\U000e0041\u200b"
    joined = "\U0001f468\u200d\U0001f469 \u0645\u06cc\u200c\u0631\u0648\u0645"
    acts = "\x1b[31m\x1b]52;c;aGk=\x07\x9b2J\x07"
    path.write_text(f"{TEXT}{hidden}{acts} {joined}\n" * 3, "utf-8")


FILES = (
    Case(1, "empty.epub", Path.touch, "empty-document"),
    Case(1, "picture.epub", lambda path: path.write_bytes(_PNG), "damaged-file"),
    Case(2, "no-package.epub", lambda path: _parts(path, "OPS/book.opf"), "damaged-file"),
    Case(
        2,
        "no-container.epub",
        lambda path: _parts(path, "META-INF/container.xml"),
        warns="does not lead to the package",
    ),
    Case(3, "no-mimetype.epub", lambda path: _parts(path, "mimetype"), warns="mimetype"),
    Case(3, "other-mimetype.epub", lambda path: _parts(path, mimetype=b"text/x"), warns="mimetype"),
    Case(
        4,
        "absent-page.epub",
        lambda path: _with_package(path, manifest=_PAGE.format("gone.xhtml"), spine=_REFERENCE),
        warns="not in the archive",
    ),
    Case(
        5,
        "dots.epub",
        lambda path: write_epub(
            path,
            {},
            package_text=package(["sub/../../OPS/1.xhtml"], has_nav=False),
            extra={"OPS/1.xhtml": xhtml(f"<p>{TEXT}</p>")},
        ),
    ),
    Case(
        6,
        "escaping-file.epub",
        lambda path: _with_package(
            path, manifest=_PAGE.format((path.parent / "secret").as_uri()), spine=_REFERENCE
        ),
        warns="outside",
    ),
    Case(
        6,
        "escaping-dots.epub",
        lambda path: _with_package(
            path, manifest=_PAGE.format("../../../../secret"), spine=_REFERENCE
        ),
        warns="outside",
    ),
    Case(
        7,
        "cut-directory.epub",
        lambda path: path.write_bytes(book(path).read_bytes()[:-30]),
        "damaged-file",
    ),
    Case(
        7,
        "garbled-directory.epub",
        lambda path: path.write_bytes(
            book(path).read_bytes().replace(b"PK\x01\x02", b"PK\x01\x09")
        ),
        "damaged-file",
    ),
    Case(8, "overlapping.epub", lambda path: _change(path, _overlap), "damaged-file"),
    Case(9, "says-four-gigabytes.epub", lambda path: _change(path, _forge(0xFFFFFFF0))),
    Case(9, "says-seven-bytes.epub", lambda path: _change(path, _forge(7))),
    Case(10, "bomb.epub", _bomb(_BOMB), "limit-exceeded"),
    Case(10, "bomb.docx", lambda path: path.write_bytes(docx_bomb()), "limit-exceeded"),
    Case(11, "twice.epub", _duplicates, warns="more than once"),
    Case(12, "long-name.epub", lambda path: book(path, extra={"OPS/" + "n" * 60_000: "x"})),
    Case(13, "drm.epub", _drm, "protected-file"),
    Case(
        13,
        "fairplay.epub",
        lambda path: book(path, extra={"META-INF/sinf.xml": "<s/>"}),
        "protected-file",
    ),
    Case(14, "fonts.epub", _fonts),
    Case(
        15,
        "own-files.epub",
        lambda path: _entities(
            path, lambda name: f"<!DOCTYPE {name} [{_own_file(path)}]>", "&file;"
        ),
        warns="entity",
    ),
    Case(
        15,
        "own-files.html",
        lambda path: path.write_text(
            f"<!DOCTYPE html [{_own_file(path)}]><p>{TEXT} &file;</p>", "utf-8"
        ),
    ),
    Case(
        16,
        "laughs.epub",
        lambda path: _entities(path, lambda name: _laughs(name, ""), "&a9;"),
        warns="entity",
    ),
    Case(
        16,
        "quadratic.epub",
        lambda path: _entities(
            path, lambda name: f'<!DOCTYPE {name} [<!ENTITY b "{"b" * 100_000}">]>', "&b;" * 4000
        ),
        warns="entity",
    ),
    Case(17, "remote.epub", _remote, warns="outside"),
    Case(
        17,
        "remote.html",
        lambda path: path.write_text(
            f"<link rel=stylesheet href={NOWHERE}/a.css><script src={NOWHERE}/b.js></script>"
            f"<p>{TEXT}</p><img src={NOWHERE}/c.png>",
            "utf-8",
        ),
    ),
    Case(
        18,
        "illegal-signs.epub",
        lambda path: write_epub(
            path,
            {"1.xhtml": f'<?xml version="1.0"?><html><body><p>{TEXT} \x0b\x01&#x1;</body></html>'},
        ),
        warns="XML does not allow",
    ),
    Case(19, "nested-flate.pdf", _nested_flate, "bounded"),
    Case(
        20,
        "circular-tables.pdf",
        lambda path: path.write_bytes(pdf_of(*page_of(DRAWN), previous="itself")),
        seconds=10,
    ),
    Case(21, "huge-outline.pdf", _huge_outline, warns="outline"),
    Case(22, "calls-itself.pdf", _calls_itself),
    Case(22, "call-each-other.pdf", _call_each_other, "bounded"),
    Case(23, "image-without-end.pdf", _image_without_end),
    Case(
        26,
        "locked.pdf",
        lambda path: encrypted(
            Sheet().line(TEXT).bytes(), path, password="key", algorithm="AES-256"
        ),
        "password-needed",
    ),
    Case(27, "scan.pdf", _scan, "no-text-layer"),
    Case(28, "hidden-text.pdf", _hidden_text, warns="cannot see"),
    Case(29, "outside-picture.docx", _outside_picture),
    Case(33, "signs.txt", _signs),
)
"""Rows of the table that are files. ``bounded``: read or rejected, but within the caps."""


def docx_bomb() -> bytes:
    """A DOCX whose text inflates beyond the limit."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w", force_zip64=True) as entry:
            for _ in range(_BOMB // 2**20):
                entry.write(b" " * 2**20)
    return buffer.getvalue()


__all__ = ["CONTAINER", "FILES", "NOWHERE", "SECRET", "TEXT", "Case", "book", "link", "pdf_of"]
