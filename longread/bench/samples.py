"""Files of known size for measurements, made by code from a seed: no real text is needed
where only sizes and speeds are measured."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

SEED = 20_240_117
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstv" for vowel in "aeio"]
_FUNCTION_WORDS = """
    the of and to a in that it was he his i with as for had is you at her not on be she but
    him they have by which my this all from were so there when one or we an out me up said
    if no what would who their them been your will could then about into now do like more
    over only
"""
_CONTENT_WORDS = """
    time little man hand old good great way face house night day room eyes moment door voice
    long life head looked came went thought knew made young last place woman work morning
    word years world father mother heart light side turned found half people friend water
    white took table window street matter dark asked seemed stood garden paper reason
    evening captain doctor letter answer quite black gentleman servant money question
    company business fire horse green silence road river stone corner chair country village
    church winter summer strange quiet sudden laughed walked waited remember suppose believe
    carried opened watched followed spoke heard presently perhaps indeed already beyond
    against beside carriage kitchen station journey minutes hundred thousand shadow danger
    secret promise trouble honour fortune daughter brother evidence interest attention
    expression impossible particular important conversation
"""
_NAMES = 3_000
_SHARES = (0.42, 0.36, 0.22)
_SPOKEN = 0.5
_CONTAINER = (
    '<?xml version="1.0"?><container version="1.0" '
    'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
    'full-path="book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)


def sentences(words: int, seed: int = SEED) -> Iterator[str]:
    """Sentences without sense, with ``words`` words in all: function words, common words and
    invented names in such shares that they tokenize and compress about as a novel does."""
    chance = random.Random(seed)
    names = [
        "".join(chance.choices(_SYLLABLES, k=chance.choice((2, 3)))).capitalize()
        for _ in range(_NAMES)
    ]
    kinds = (_FUNCTION_WORDS.split(), _CONTENT_WORDS.split(), names)
    # As in a language, a word's frequency falls with its rank (Zipf).
    weights = [[1 / (rank + 3) for rank in range(len(kind))] for kind in kinds]
    while words > 0:
        length = min(words, chance.randint(6, 24))
        words -= length
        chosen = [
            chance.choices(kinds[kind], weights[kind])[0]
            for kind in chance.choices(range(3), _SHARES, k=length)
        ]
        chosen[0] = chosen[0].capitalize()
        if length > 8:
            chosen[length // 2] += ","
        sentence = " ".join(chosen) + "."
        yield f'"{sentence}"' if chance.random() < _SPOKEN else sentence


def paragraphs(words: int, seed: int = SEED) -> Iterator[str]:
    """Paragraphs of five sentences."""
    waiting: list[str] = []
    for sentence in sentences(words, seed):
        waiting.append(sentence)
        if len(waiting) == 5:
            yield " ".join(waiting)
            waiting = []
    if waiting:
        yield " ".join(waiting)


def make_text(path: Path, characters: int) -> None:
    """A plain text of about so many characters."""
    with path.open("w", encoding="utf-8") as file:
        written = 0
        for paragraph in paragraphs(characters):
            if written >= characters:
                return
            written += file.write(paragraph + "\n\n")


def make_epub(path: Path, words: int, chapters: int = 40) -> None:
    """An EPUB 3 with so many words and chapters."""
    everything = list(paragraphs(words))
    size = -(-len(everything) // chapters)
    names = [f"c{number}.xhtml" for number in range(1, chapters + 1)]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", _CONTAINER)
        manifest = "".join(
            f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>'
            for n, name in enumerate(names)
        )
        spine = "".join(f'<itemref idref="i{n}"/>' for n in range(chapters))
        archive.writestr(
            "book.opf",
            '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
            'unique-identifier="u"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            '<dc:identifier id="u">measured</dc:identifier><dc:title>Measured</dc:title>'
            "<dc:language>en</dc:language></metadata><manifest>"
            '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" '
            f'properties="nav"/>{manifest}</manifest><spine>{spine}</spine></package>',
        )
        links = "".join(
            f'<li><a href="{name}">Chapter {n}</a></li>' for n, name in enumerate(names, 1)
        )
        archive.writestr(
            "nav.xhtml",
            '<html xmlns="http://www.w3.org/1999/xhtml" '
            'xmlns:epub="http://www.idpf.org/2007/ops"><head><title>Contents</title></head>'
            f'<body><nav epub:type="toc"><ol>{links}</ol></nav></body></html>',
        )
        for number, name in enumerate(names):
            body = "".join(
                f"<p>{text}</p>" for text in everything[number * size : (number + 1) * size]
            )
            archive.writestr(
                name,
                '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Chapter</title></head>'
                f"<body><h1>Chapter {number + 1}</h1>{body}</body></html>",
            )


def make_pdf(path: Path, pages: int, words_a_page: int = 400) -> None:
    """A PDF of so many pages of plain lines in Helvetica."""
    lines: list[str] = []
    for paragraph in paragraphs(pages * words_a_page):
        line = ""
        for word in paragraph.split():
            if len(line) + len(word) > 80:
                lines.append(line)
                line = ""
            line += (" " if line else "") + word
        lines.append(line)
    size = -(-len(lines) // pages)
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b""]
    kids = []
    for page in range(pages):
        shown = " ".join(f"({line}) Tj T*" for line in lines[page * size : (page + 1) * size])
        stream = f"BT /F1 10 Tf 60 800 Td 12 TL {shown} ET".encode("ascii")
        number = len(objects) + 1
        kids.append(f"{number} 0 R")
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font "
            b"<< /F1 3 0 R >> >> /Contents %d 0 R >>" % (number + 1)
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {pages} >>".encode()
    objects[2] = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    with path.open("wb") as file:
        file.write(b"%PDF-1.4\n")
        places = []
        for number, body in enumerate(objects, 1):
            places.append(file.tell())
            file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        start = file.tell()
        file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
        file.writelines(b"%010d 00000 n \n" % place for place in places)
        file.write(
            b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
            % (len(objects) + 1, start)
        )
