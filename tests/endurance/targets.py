"""What is fuzzed: functions of bytes that may do two things, come to an end as they should or
raise one of longread's own errors, and the files that fuzzing begins with.

A target returns whether it came to an end, and raises ``AssertionError`` where what it made is
not as it must be. EPUB and DOCX files are put together here from fuzzed parts: bytes changed at
random within compressed ones would rarely get beyond the archive.
"""

from __future__ import annotations

import atexit
import hashlib
import io
import json
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unicodedata import normalize

import numpy as np

from longread.answering.check import AnswerChecker
from longread.answering.evidence import Evidence
from longread.config import BLOCK_BITS
from longread.document import Document, DocumentBuilder, Passage, Span, document_from_json
from longread.engine.block import Block, UnknownState, from_state, to_state
from longread.engine.codec import Codec, DamagedBlock, decode
from longread.errors import LibraryDamaged, LibraryError, LongreadError
from longread.memory.library import Library
from longread.memory.migrations import MIGRATIONS
from longread.memory.packing import pack_structure, pack_text, unpack
from longread.memory.store import Store
from longread.passages import split_passages
from longread.sources import formats, gather
from longread.text import one_line, sanitise, squeeze, squeeze_lines
from tests.endurance.common import novel
from tests.quick.memory.books import book, long_book, sha256
from tests.quick.sources.build_epub_file import CONTAINER, link, nav, package, xhtml
from tests.quick.sources.build_pdf_file import Sheet

BETWEEN = b"\n\xff--\xff\n"
"""Stands between the parts of which a file is put together."""


@dataclass(frozen=True, slots=True)
class Target:
    """``run`` says whether the bytes were taken; ``seeds`` gives bytes that are."""

    run: Callable[[bytes], bool]
    seeds: Callable[[], list[bytes]]
    about: str


@cache
def _folder() -> Path:
    """A folder for the files of this process, which goes with it."""
    made = tempfile.mkdtemp(prefix="longread-fuzz-")
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


# Documents


def check_document(document: Document) -> None:
    """A document is sane: its text is clean, its spans lie in it and in order, it survives being
    kept, and its passages hold all of its words."""
    text = document.text
    assert sanitise(text) == text, "the text is not sanitised"
    assert document_from_json(json.loads(json.dumps(document.as_json()))) == document
    before = 0
    for paragraph in document.paragraphs:
        span = paragraph.span
        assert before <= span.start < span.end <= len(text), "a paragraph out of order"
        assert 0 <= paragraph.section < len(document.sections)
        before = span.end
    for index, section in enumerate(document.sections):
        assert 0 <= section.span.start <= section.span.end <= len(text), "a section out of bounds"
        assert section.parent is None or section.parent < index
        first, last = section.paragraphs
        assert 0 <= first <= last <= len(document.paragraphs)
    for page in document.pages:
        assert 0 <= page.span.start <= len(text), "a page out of bounds"
    for item in document.emphasis:
        assert 0 <= item.span.start < item.span.end <= len(text), "emphasis out of bounds"
    kept = unpack(
        pack_text(text),
        pack_structure(document),
        title=document.title,
        author=document.author,
        language=document.language,
        format_name=document.format,
    )
    assert kept == document, "what is kept of it is another document"
    check_passages(document, split_passages(document))


def check_passages(document: Document, passages: tuple[Passage, ...]) -> None:
    """They stand in their order, none is empty, and between them there is nothing but space."""
    end = 0
    for number, passage in enumerate(passages, start=1):
        assert passage.number == number
        assert end <= passage.span.start < passage.span.end
        left_out = document.text[end : passage.span.start]
        assert not left_out.strip(), f"no passage holds {left_out[:40]!r}"
        str(document.place(passage.span))
        end = passage.span.end
    assert not document.text[end:].strip(), "no passage holds the end"


def _read(data: bytes, name: str) -> bool:
    file = _folder() / f"case-{Path(name).suffix[1:]}"
    file.write_bytes(data)
    try:
        document = formats.read_file(file, name, None)
    except LongreadError:
        return False
    check_document(document)
    return True


def _as(name: str) -> Callable[[bytes], bool]:
    return lambda data: _read(data, name)


EPUB_PARTS = (
    "OPS/book.opf",
    "OPS/nav.xhtml",
    "OPS/one.xhtml",
    "OPS/two.xhtml",
    "OPS/style.css",
    "OPS/toc.ncx",
    "META-INF/encryption.xml",
    "META-INF/container.xml",
)
DOCX_PARTS = (
    "word/document.xml",
    "word/styles.xml",
    "word/numbering.xml",
    "word/footnotes.xml",
    "word/_rels/document.xml.rels",
    "docProps/core.xml",
    "[Content_Types].xml",
    "_rels/.rels",
)


def join(*parts: str | bytes) -> bytes:
    """Parts in the form in which they are fuzzed."""
    return BETWEEN.join(part.encode() if isinstance(part, str) else part for part in parts)


def _zip(data: bytes, names: tuple[str, ...], fallback: dict[str, bytes]) -> bytes:
    """A ZIP file of parts; an empty part stands for that of a sound file, if it has one."""
    if data.startswith(b"PK"):
        return data
    parts = data.split(BETWEEN)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, part in zip(names, parts + [b""] * len(names), strict=False):
            content = part or fallback.get(name, b"")
            if content:
                archive.writestr(name, content)
    return made.getvalue()


def _epub(data: bytes) -> bool:
    sound = {"META-INF/container.xml": CONTAINER.encode()}
    return _read(_zip(data, EPUB_PARTS, sound), "case.epub")


@cache
def _docx_parts() -> dict[str, bytes]:
    """The parts of a DOCX file as a word processor writes it."""
    import docx as word

    made = word.Document()
    made.core_properties.title = "A Report"
    made.add_heading("Beginnings", 1)
    made.add_paragraph("It began with a letter. ").add_run("Then it went on.").italic = True
    made.add_paragraph("first", style="List Bullet")
    made.add_heading("Figures", 2)
    cells = made.add_table(2, 2).rows[0].cells
    cells[0].text, cells[1].text = "year", "sum"
    made.add_paragraph("It ended.", style="Quote")
    file = io.BytesIO()
    made.save(file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _docx(data: bytes) -> bool:
    needed = ("[Content_Types].xml", "_rels/.rels")
    sound = {name: _docx_parts()[name] for name in needed}
    return _read(_zip(data, DOCX_PARTS, sound), "case.docx")


_PROSE = "<h1>One</h1><p>It <i>rained</i> all day; “so be it”, she said.</p>"


def _epub_seeds() -> list[bytes]:
    pages = ["one.xhtml", "two.xhtml"]
    opf = package(
        pages,
        manifest='<item id="css" href="style.css" media-type="text/css"/>'
        '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
        guide='<guide><reference type="toc" href="nav.xhtml"/></guide>',
    )
    contents = nav(
        link("one.xhtml", "One", link("two.xhtml#b", "Two")),
        '<nav epub:type="page-list"><ol><li><a href="two.xhtml#p7">7</a></li></ol></nav>',
    )
    second = xhtml(
        '<h2 id="b">Two</h2><p>The sea<a epub:type="noteref" href="#n">1</a>.</p>'
        '<span epub:type="pagebreak" id="p7" title="7"/><table><tr><td>a</td></tr></table>'
        '<aside epub:type="footnote" id="n"><p>A note.</p></aside><p class="hidden">x</p>',
        '<link rel="stylesheet" href="style.css"/>',
    )
    ncx = (
        '<?xml version="1.0"?><ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>'
        '<navPoint id="a"><navLabel><text>One</text></navLabel><content src="one.xhtml"/>'
        "</navPoint></navMap></ncx>"
    )
    made = join(opf, contents, xhtml(_PROSE), second, ".hidden { display: none }", ncx)
    without_nav = join(package(pages, has_nav=False), "", xhtml(_PROSE), second, "", ncx)
    return [made, without_nav, _zip(made, EPUB_PARTS, {"META-INF/container.xml": b"<container/>"})]


def _docx_seeds() -> list[bytes]:
    parts = _docx_parts()
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    styles = (
        f'<w:styles {space}><w:style w:type="paragraph" w:styleId="Heading1">'
        '<w:name w:val="heading 1"/></w:style><w:style w:type="paragraph" w:styleId="Quote">'
        '<w:name w:val="Quote"/><w:basedOn w:val="Quote"/></w:style></w:styles>'
    )
    numbering = (
        f'<w:numbering {space}><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0">'
        '<w:numFmt w:val="bullet"/></w:lvl></w:abstractNum><w:num w:numId="1">'
        '<w:abstractNumId w:val="0"/></w:num></w:numbering>'
    )
    notes = f'<w:footnotes {space}><w:footnote w:id="2"><w:p/></w:footnote></w:footnotes>'
    body = parts["word/document.xml"]
    return [
        join(body, styles, numbering, notes, parts["word/_rels/document.xml.rels"]),
        join(body, "", "", "", "", parts["docProps/core.xml"]),
    ]


def _pdf_seeds() -> list[bytes]:
    sheet = Sheet()
    sheet.canvas.setPageCompression(0)
    sheet.line("1. Beginnings", size=18, bold=True).line("It began with a letter, which was ")
    sheet.line("hyphen-").line("ated at its end.").row([(72, "year"), (200, "sum")])
    sheet.canvas.bookmarkPage("one")
    sheet.canvas.addOutlineEntry("Beginnings", "one", 0)
    sheet.new_page().line("2. The end", size=18, bold=True).line("It ended.")
    plain = sheet.bytes()
    small = Sheet().line("One line.").bytes()
    return [plain, small]


def _html_seeds() -> list[bytes]:
    return [
        xhtml(_PROSE).encode(),
        b"<!doctype html><meta charset=latin1><title>T</title><h1>A</h1><p>caf\xe9<br>two"
        b"<ul><li>x<li>y<li><ul><li>z</ul></ul><pre>a\n b</pre><table><tr><th>k<td>v</table>"
        b"<blockquote class=verse>one<br>two</blockquote><p style='display:none'>hidden",
    ]


def _markdown_seeds() -> list[bytes]:
    return [
        novel("A Book", 2, 2).encode(),
        b"# One\n\nA *word*, **bold**, `code`[^1], [link](x).\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n"
        b"> quote\n> > twice\n\n1. one\n   - two\n\n```\nx\n```\n\n[^1]: A note.\n\nSetext\n====\n",
    ]


def _plain_seeds() -> list[bytes]:
    return [
        b"THE TITLE\n\nby Somebody\n\nCONTENTS\n\n  I. One\n  II. Two\n\n\nCHAPTER I. One\n\n"
        b"It rained. It\nrained on.\n\n\nCHAPTER II. Two\n\n    A verse,\n    another line.\n",
        "第一章 開始\n\n他來了。他走了。\n\n第二章\n\n完。\n".encode(),
        "\ufeffKapitel 1\n\nGrüße.\n".encode("utf-16"),
    ]


# Names


def _gather(data: bytes) -> bool:
    """Names of files, one a line, are sorted and their formats told, whatever is in them."""
    folder = _folder() / "names"
    folder.mkdir(exist_ok=True)
    head, _, rest = data.partition(b"\n")
    names = [name for name in rest.decode("utf-8", "surrogateescape").split("\n")[:8] if name]
    made: list[Path] = []
    for name in names:
        with suppress(OSError, ValueError):
            file = folder / name.replace("/", "_")
            file.write_bytes(head)
            made.append(file)
    try:
        found = gather([folder])
        assert len(set(found)) == len(found) <= len(made)
        for file in found:
            with suppress(LongreadError):
                assert formats.sniff(file, file.name) in (*formats.SUFFIXES.values(), "zip")
    finally:
        for file in made:
            file.unlink(missing_ok=True)
    return bool(found)


# Text


def _text(data: bytes) -> bool:
    """The sanitiser leaves nothing that acts, and does no more the second time."""
    text = data.decode("utf-8", "surrogateescape" if len(data) % 2 else "replace")
    for clean in (sanitise, squeeze, squeeze_lines, one_line):
        once = clean(text)
        assert clean(once) == once, f"{clean.__name__} does more the second time"
        bad = [char for char in once if char not in "\t\n" and _acts(ord(char))]
        assert not bad, f"{clean.__name__} leaves {bad}"
        once.encode("utf-8")
    assert normalize("NFC", sanitise(text)) == sanitise(text)
    assert len(one_line(text)) <= 300
    assert "\n" not in one_line(text)
    return bool(text)


def _acts(code: int) -> bool:
    hides = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069 or 0xE0000 <= code <= 0xE007F
    return code < 32 or 127 <= code < 160 or 0xD800 <= code < 0xE000 or hides


# Blocks


def _codec(data: bytes) -> bool:
    """Bytes are a block or are refused, with their checksum mended where the first byte says so,
    so that what stands behind it is reached."""
    mend, body = data[:1], data[1:]
    if mend and mend[0] % 2 and len(body) > 4:
        body = body[:-4] + zlib.crc32(body[:-4]).to_bytes(4, "little")
    try:
        block = decode(body)
    except DamagedBlock:
        return False
    assert block.keys.shape[1] == block.values.shape[1] <= len(block.tokens)
    assert block.keys.dtype == block.values.dtype == np.float16
    assert block.keys.nbytes + block.values.nbytes <= 8 * len(body)
    return True


def _block_seeds() -> list[bytes]:
    return [b"\x01" + Codec(bits, bits).encode(_a_block()) for bits in BLOCK_BITS]


def _a_block() -> Block:
    numbers = np.arange(2 * 5 * 8, dtype=np.float16).reshape(2, 5, 8)
    return Block((7, 8, 9, 10, 11), 3, numbers, -numbers)


def _state(data: bytes) -> bool:
    """What a native library might hand out is a state of a sequence, or is refused."""
    for count in (1, 5):
        with suppress(UnknownState):
            block = from_state(data, tuple(range(count)))
            assert block.keys.shape[1] == count
            return True
    return False


def _state_seeds() -> list[bytes]:
    return [
        bytes(to_state([_a_block()], bytes(8), 0, transposed=transposed))
        for transposed in (False, True)
    ]


# The word index


@cache
def _library() -> Library:
    library = Library.open(_folder() / "words" / "library.db")
    for language in ("en", "de", "zh"):
        text = book("The doctor’s car: a maroon Austin, 1,577.3 miles.", language=language)
        library.add(text, hashlib.sha256(language.encode()).hexdigest())
    return library


def _words(data: bytes) -> bool:
    """Any question can be looked up; no query's syntax comes through."""
    question = data.decode("utf-8", "replace")
    library = _library()
    ids = [record.id for record in library.documents()]
    found = library.search_words(question, document_ids=ids)
    assert all(found[i].score >= found[i + 1].score for i in range(len(found) - 1))
    return bool(found)


def _words_seeds() -> list[bytes]:
    return [
        b'maroon "Austin" OR NEAR(car, 3)* AND NOT ^doctor',
        "body : car + heading - {a b} : x* 医生的车 1.577,3 O’Brien’s".encode(),
        b"'; DROP TABLE words; --\0 car",
    ]


# Answers

EVIDENCE = (
    "The doctor’s car, a maroon Austin, stood before the post office. It was 3.30 p.m. there.",
    "Inside lay the letter: “I never sold the boat.” Mara read it twice, at 4.5 miles.",
    "他說：「我沒有賣船。」 Dr. Wren «came» down.",
)


def evidence() -> tuple[Evidence, ...]:
    """Three passages of two documents."""
    made = []
    for number, text in enumerate(EVIDENCE, start=1):
        passage = Passage(number, Span(100 * number, 100 * number + len(text)), 0, (0, 1))
        document = "b" if number == 3 else "a"
        made.append(Evidence(f"{document.upper()}{number}", document, "T", passage, text, 1.0))
    return tuple(made)


def checked(pieces: list[str]) -> tuple[str, AnswerChecker]:
    """What is shown of a reply that comes in pieces, and its checker."""
    checker = AnswerChecker(evidence(), "What car does the doctor drive?", "en")
    shown = [text for piece in pieces for text in checker.feed(piece)]
    shown += checker.finish()
    return "".join(shown), checker


def check_reply(reply: str, cuts: list[int]) -> None:
    """What is shown is the same however a reply is cut; what is cited and quoted is there."""
    whole, checker = checked([reply])
    at = sorted({min(cut, len(reply)) for cut in cuts})
    pieces = [reply[a:b] for a, b in zip([0, *at], [*at, len(reply)], strict=True)]
    in_pieces, other = checked(pieces)
    assert in_pieces == whole, f"cut at {at}, it shows {in_pieces!r} in place of {whole!r}"
    assert other.sentences == checker.sentences
    assert "![" not in whole, "what may be a picture"
    labels = {item.label for item in evidence()}
    assert all(label in labels for one in checker.sentences for label in one.labels)
    for quotation in checker.quotations:
        texts = [item for item in evidence() if item.document_id == quotation.document_id]
        offset = quotation.span.start
        assert any(
            item.text[offset - item.passage.span.start :].startswith(quotation.text)
            for item in texts
            if item.passage.span.start <= offset < item.passage.span.end
        ), "a quotation that is not there"


def _check(data: bytes) -> bool:
    cuts, _, reply = data.partition(b"\n")
    check_reply(reply.decode("utf-8", "replace")[:2000], list(cuts[:8]))
    return True


def _check_seeds() -> list[bytes]:
    return [
        "\x05\x20\nIt was a maroon Austin [A1]. “I never sold the boat,” she read [2, 9]".encode(),
        "\x01\x07\n- Yes.\n- At 3.30 «came» „never sold“ [passage 3] [x] 「我沒有賣船。」".encode(),
    ]


# Migrations


@cache
def old_libraries() -> tuple[bytes, ...]:
    """Files of libraries as older versions left them, with a document in each."""
    made = []
    for count in range(2, len(MIGRATIONS) + 1):
        path = _folder() / f"old-{count}.db"
        with closing(Store(path, steps=MIGRATIONS[:count])) as store:
            text = long_book(3)
            Library(store).add(text, sha256(text))
            store.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        made.append(path.read_bytes())
        for item in _folder().glob(f"{path.name}*"):
            item.unlink()
    return tuple(made)


def damage(old: bytes, changes: bytes) -> bytes:
    """A file with bytes changed: each five of the changes are a place, by four bytes, and a
    value; those of a last, shorter one say how much of the end is missing."""
    found = bytearray(old)
    for start in range(0, len(changes) - 4, 5):
        place = int.from_bytes(changes[start : start + 4], "big") % len(found)
        found[place] = changes[start + 4]
    if rest := len(changes) % 5:
        end = int.from_bytes(changes[-rest:], "big") * len(found) // 256**rest
        del found[len(found) - end :]
    return bytes(found)


def _migrations(data: bytes) -> bool:
    """A damaged library is refused, and stays as it is, or is brought up to date and no worse."""
    if not data:
        return False
    olds = old_libraries()
    folder = _folder() / "migrations"
    folder.mkdir(exist_ok=True)
    for item in folder.iterdir():
        item.unlink()
    path = folder / "library.db"
    path.write_bytes(damage(olds[data[0] % len(olds)], data[1:]))
    before = path.read_bytes()
    try:
        library = Library.open(path)
    except LibraryDamaged:
        assert path.read_bytes() == before, "a library that is refused was changed"
        return False
    except LibraryError:
        return False
    with library, suppress(LongreadError):
        names = [row[0] for row in library.store.rows("SELECT name FROM migration ORDER BY number")]
        assert names == [step.name for step in MIGRATIONS]
        for record in library.documents():
            library.document(record.id)
            library.search_words("needle1", document_ids=[record.id])
        text = book("A new one.")
        new = library.add(text, sha256(text))
        assert library.document(new.id) == text
    return True


def _migration_seeds() -> list[bytes]:
    return [bytes([number]) for number in range(len(MIGRATIONS) - 1)] + [
        bytes([0, 0, 0, 0, 60, 1]),
        bytes([1, 0, 0, 32, 0, 255, 0, 0, 16, 200, 7, 9]),
    ]


# Sections


def _builder(data: bytes) -> bool:
    """A document of any sections, pages and paragraphs is sane."""
    builder = DocumentBuilder("text")
    for line in data.decode("utf-8", "surrogateescape" if len(data) % 2 else "replace").split("\n"):
        kind, rest = line[:1], line[1:]
        match kind:
            case "#":
                builder.section(rest, len(rest) % 4)
            case "p":
                builder.page(rest)
            case "v":
                builder.paragraph(rest.replace("|", "\n"), "verse")
            case _:
                builder.paragraph(rest, page_breaks=[(len(rest) // 2, "x")])
    document = builder.build()
    check_document(document)
    return bool(document.text)


def _builder_seeds() -> list[bytes]:
    return [
        b"#One\n It rained. It stopped.\np7\nvone|two\n##Two\n The end",
        " \u2028x\n#\np".encode(),
    ]


TARGETS: dict[str, Target] = {
    "epub": Target(_epub, _epub_seeds, "EPUB files"),
    "pdf": Target(_as("case.pdf"), _pdf_seeds, "PDF files"),
    "docx": Target(_docx, _docx_seeds, "DOCX files"),
    "html": Target(_as("case.html"), _html_seeds, "HTML pages"),
    "markdown": Target(_as("case.md"), _markdown_seeds, "Markdown"),
    "plain": Target(_as("case.txt"), _plain_seeds, "plain text"),
    "names": Target(_gather, lambda: [b"%PDF-\na10.pdf\na9.md\n.x.md"], "names of files, sniffing"),
    "builder": Target(_builder, _builder_seeds, "documents as sources build them, passages"),
    "text": Target(_text, lambda: ["\x1b[31mred\u202e a\u0301\r\n".encode()], "the sanitiser"),
    "codec": Target(_codec, _block_seeds, "blocks as they are kept"),
    "state": Target(_state, _state_seeds, "states as the engine hands them out"),
    "words": Target(_words, _words_seeds, "questions to the word index"),
    "check": Target(_check, _check_seeds, "the checker of citations and quotations"),
    "migrations": Target(_migrations, _migration_seeds, "damaged libraries of older versions"),
}
