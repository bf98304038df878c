import zipfile
from pathlib import Path

import pytest

from longread.errors import DamagedFile, EmptyDocument, UnsupportedFormat
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
    ],
)
def test_content_counts_before_the_name(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    assert sniff(_file(tmp_path, name, content), name) == expected


@pytest.mark.parametrize(
    ("entry", "expected"), [("META-INF/container.xml", "epub"), ("word/document.xml", "docx")]
)
def test_archives_are_told_by_what_they_hold(tmp_path: Path, entry: str, expected: str) -> None:
    assert sniff(_zip(tmp_path, "book.zip", entry), "book.zip") == expected


def test_other_archives_and_kinds_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedFormat, match="no EPUB and no DOCX"):
        sniff(_zip(tmp_path, "a.zip", "a.txt"), "a.zip")
    with pytest.raises(DamagedFile):
        sniff(_file(tmp_path, "b.docx", b"PK\x03\x04broken"), "b.docx")
    with pytest.raises(UnsupportedFormat):
        sniff(_file(tmp_path, "c.exe", b"MZ\0\0"), "c.exe")


def test_empty_files_have_no_text_and_names_become_titles(tmp_path: Path) -> None:
    with pytest.raises(EmptyDocument):
        read_file(_file(tmp_path, "a.txt", b""), "a.txt", None)
    path = _file(tmp_path, "my_notes.txt", b"Some words stand here.")
    assert read_file(path, "my_notes.txt", None).title == "my notes"
