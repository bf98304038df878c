import zipfile
from pathlib import Path

import pytest

from longread.errors import DamagedFile, EmptyDocument, SourceError, UnsupportedFormat
from longread.sources.formats import read_file, sniff


def _file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _zip(folder: Path, name: str, entry: str) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "x")
    return path


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("book.txt", b"%PDF-1.7\n", "pdf"),
        ("page.txt", b"\xef\xbb\xbf <!DOCTYPE html><p>x", "html"),
        ("notes.md", b"<html>", "markdown"),
        ("book.epub", b"BOOK".ljust(60, b"\0") + b"BOOKMOBI", "mobi"),
        ("README", b"words", "plain"),
        ("", b'<h1 id="notes">Notes</h1>\n<p>A paragraph.</p>', "html"),
        ("", b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">', "html"),
        ("page.txt", b"<p>What a paragraph of HTML looks like.", "plain"),
        ("pk.txt", b"PKD wrote many novels.", "plain"),
        ("pdf.txt", b"A PDF file begins so:\n%PDF-1.4 and so on.", "plain"),
        ("", b"A PDF file begins with %PDF-1.4 and so on.", "plain"),
        ("scan.bin", b"garbage\n%PDF-1.4\n", "pdf"),
        ("book.docx", b"PK\x03\x04", "zip"),
    ],
)
def test_content_counts_before_the_name(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    assert sniff(_file(tmp_path, name or "input", content), name) == expected


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("META-INF/container.xml", "EPUB"),
        ("word/document.xml", "DOCX file"),
        ("Word/Document.xml", "DOCX file"),
        ("word/document2.xml", "DOCX file"),
        ("a.txt", "no EPUB and no DOCX"),
    ],
)
def test_archives_are_told_by_what_they_hold(tmp_path: Path, entry: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read_file(_zip(tmp_path, "book.zip", entry), "book.zip", None)


def test_a_damaged_archive_is_told(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile):
        read_file(_file(tmp_path, "b.docx", b"PK\x03\x04broken"), "b.docx", None)
    path = _zip(tmp_path, "c.docx", "word/document.xml")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 6] = 99  # the version of ZIP that it needs, times ten
    path.write_bytes(data)
    with pytest.raises(DamagedFile):
        read_file(path, "c.docx", None)


def test_an_archive_is_not_opened_before_the_sandbox(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zipfile.ZipFile", None)
    path = tmp_path / "a.docx"
    path.write_bytes(b"PK\x03\x04broken")
    assert sniff(path, "a.docx") == "zip"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("c.exe", b"MZ\0\0", "of a kind"),
        ("book.rtf", rb"{\rtf1\ansi Hello}", "RTF"),
        ("book.doc", rb"{\rtf1\ansi Hello}", "RTF"),
        ("book.fb2", b'<?xml version="1.0"?>\n<FictionBook xmlns="x">', "fictionbook"),
        ("", b'<?xml version="1.0"?><!-- a --><!DOCTYPE svg [<!ENTITY a "b">]><svg>', "svg"),
    ],
)
def test_other_kinds_are_refused_by_name(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    with pytest.raises(UnsupportedFormat, match=said):
        sniff(_file(tmp_path, name or "standard input", content), name)


def test_many_comments_before_a_page_are_passed_at_once(tmp_path: Path) -> None:
    path = _file(tmp_path, "a", b"<!---->" * 600 + b"<!doctype " + b"[]]" * 400)
    assert sniff(path, "a") == "plain"


def test_empty_files_have_no_text_and_names_become_titles(tmp_path: Path) -> None:
    with pytest.raises(EmptyDocument):
        read_file(_file(tmp_path, "a.txt", b""), "a.txt", None)
    path = _file(tmp_path, "my_notes.txt", b"Some words stand here.")
    assert read_file(path, "my_notes.txt", None).title == "my notes"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["notes.txt", ""])
def test_a_text_with_headings_of_markdown_is_markdown(tmp_path: Path, name: str, end: str) -> None:
    text = "# Notes\n\nIt **rains**.\n\n## Boats\n\nNone came.\n".replace("\n", end)
    document = read_file(_file(tmp_path, "file", text.encode()), name, None)
    assert [section.title for section in document.sections] == ["", "Boats"]
    assert "It rains." in document.text


@pytest.mark.parametrize(
    "text",
    [
        "# install it\napt install it\n\n# run it\nit --help\n\n# end\n\nexit\n",
        "It was the # 1 of all.\n\n# 2 was another one.\n",
        "#1\n\nOne.\n\n#2\n\nTwo.\n",
    ],
)
def test_other_texts_with_number_signs_are_none(tmp_path: Path, text: str) -> None:
    document = read_file(_file(tmp_path, "file", text.encode()), "notes.txt", None)
    assert document.format == "plain"
