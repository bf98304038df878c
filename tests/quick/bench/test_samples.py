from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pypdfium2

from longread.bench import samples
from longread.bench.machine import this_machine


def test_sentences_have_the_words_asked_for_and_repeat() -> None:
    first = list(samples.sentences(5_000))
    assert sum(len(sentence.split()) for sentence in first) == 5_000
    assert first == list(samples.sentences(5_000))
    assert first != list(samples.sentences(5_000, seed=1))


def test_the_epub_is_well_formed_and_holds_every_word(tmp_path: Path) -> None:
    path = tmp_path / "made.epub"
    samples.make_epub(path, 3_000, chapters=4)
    with zipfile.ZipFile(path) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        pages = [name for name in archive.namelist() if name.startswith("c")]
        texts = ["".join(ElementTree.fromstring(archive.read(name)).itertext()) for name in pages]
        for name in ("book.opf", "nav.xhtml", "META-INF/container.xml"):
            ElementTree.fromstring(archive.read(name))
    assert len(pages) == 4
    assert sum(text.count(".") for text in texts) == len(list(samples.sentences(3_000)))


def test_the_pdf_has_the_pages_asked_for_and_readable_text(tmp_path: Path) -> None:
    path = tmp_path / "made.pdf"
    samples.make_pdf(path, 7, words_a_page=100)
    document = pypdfium2.PdfDocument(path)
    try:
        assert len(document) == 7
        page = document[0]
        text = page.get_textpage().get_text_range()
    finally:
        document.close()
    assert text.split()[:3] == next(samples.paragraphs(700)).split()[:3]


def test_the_text_has_about_the_size_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "made.txt"
    samples.make_text(path, 50_000)
    assert 50_000 <= path.stat().st_size < 52_000


def test_machine_facts_are_all_there() -> None:
    machine = this_machine()
    assert machine.cores >= 1
    assert machine.memory_bytes > 2**28
    assert all(str(value) for value in machine.as_json().values())
    assert str(machine.cores) in str(machine)
