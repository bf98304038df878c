"""From a path or bytes to a Document: limits, formats, language, passwords, outside tools."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

import longread.sources
from longread.errors import (
    Cancelled,
    EmptyDocument,
    LimitExceeded,
    NoTextLayer,
    PasswordNeeded,
    SourceError,
    ToolMissing,
)
from longread.sources import convert, read_document
from tests.quick.sources.build_epub_file import write_epub
from tests.quick.sources.build_pdf_file import Sheet, encrypted, picture

TEXT = "The keeper lit the lamp at dusk, and the boats came home one by one. " * 3
KINDLE = bytes(60) + b"BOOKMOBI" + bytes(200)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder as the only one on the path, and one for temporary files."""
    for name in ("bin", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    return tmp_path / "bin"


def install(tools: Path, name: str, code: str) -> None:
    """Put an executable on the path, written in Python."""
    path = tools / name
    path.write_text(f"#!{sys.executable}\nimport shutil, sys, time\n{code}\n", "utf-8")
    path.chmod(0o755)


def kindle(path: Path) -> Path:
    path.write_bytes(KINDLE)
    return path


def scan(path: Path) -> Path:
    sheet = Sheet()
    sheet.canvas.drawImage(picture(), 0, 0, 595, 842)
    return sheet.save(path)


def test_a_pipe_is_refused_without_waiting_on_it(tmp_path: Path) -> None:
    path = tmp_path / "pipe.txt"
    os.mkfifo(path)
    with pytest.raises(SourceError, match="no regular file"):
        read_document(path)


def test_a_file_above_the_limit_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(longread.sources, "MAX_FILE_BYTES", 1000)
    path = tmp_path / "big.txt"
    path.write_text("x" * 1001, "utf-8")
    with pytest.raises(LimitExceeded, match="1,001 bytes"):
        read_document(path)


def test_an_empty_file_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "empty.pdf"
    path.touch()
    with pytest.raises(EmptyDocument):
        read_document(path)


def test_a_pdf_may_begin_after_some_garbage(tmp_path: Path) -> None:
    path = tmp_path / "late.bin"
    path.write_bytes(b"garbage\n" * 20 + Sheet().line("A line of text.").bytes())
    assert read_document(path).text == "A line of text."


def test_bytes_of_standard_input_are_read() -> None:
    document = read_document(None, data=TEXT.encode(), name="standard input")
    assert (document.format, document.text) == ("plain", TEXT.strip())
    page = b"<!doctype html><title>A page</title><p>" + TEXT.encode()
    assert read_document(None, data=page).format == "html"
    pdf = read_document(None, data=Sheet().line("Bytes of a PDF.").bytes())
    assert (pdf.format, pdf.text) == ("pdf", "Bytes of a PDF.")


def test_the_language_is_found_where_the_file_does_not_tell(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Der Wärter zündete am Abend die Lampe an, und die Boote kamen heim.", "utf-8")
    assert read_document(path).language == "de"
    path.write_text("One.", "utf-8")
    assert read_document(path).language == ""


@pytest.mark.parametrize(
    ("named", "language"), [("en-GB", "en"), ("deu", "de"), ("und", "en"), ("x-none", "en")]
)
def test_the_language_has_a_code_of_two_letters(tmp_path: Path, named: str, language: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(f'<html lang="{named}"><p>{TEXT}', "utf-8")
    assert read_document(path).language == language


def test_a_password_reaches_the_reader(tmp_path: Path) -> None:
    data = Sheet().line("Behind a lock.").bytes()
    path = encrypted(data, tmp_path / "a.pdf", password="key", algorithm="AES-256")
    assert read_document(path, password="key").text == "Behind a lock."
    with pytest.raises(PasswordNeeded):
        read_document(path)


def test_control_characters_never_reach_the_document(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31mb.txt"
    path.write_text(f"{TEXT}\x1b]52;c;aGk=\x07 \x9b31m \u202e \U000e0041", "utf-8")
    document = read_document(path)
    assert not set(document.text + document.title) & set("\x1b\x07\x9b\u202e\U000e0041")


def test_a_kindle_book_is_read_through_calibre(tmp_path: Path, tools: Path) -> None:
    made = write_epub(tmp_path / "made.epub", {"a.xhtml": "<h1>One</h1><p>First.</p>"})
    install(tools, "ebook-convert", f"shutil.copy({str(made)!r}, sys.argv[2])")
    assert read_document(kindle(tmp_path / "book.azw3")).text == "One\n\nFirst."
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_name_that_looks_like_an_option_is_not_passed_on(tmp_path: Path, tools: Path) -> None:
    code = (
        "said = repr(sys.argv[1:]) + open(sys.argv[1], 'rb').read()[60:68].decode()\n"
        "open(sys.argv[2], 'w').write(said)"
    )
    install(tools, "ebook-convert", code)
    path = kindle(tmp_path / "--help.mobi")
    with convert.mobi_as_epub(path, path.name) as book:
        said = book.read_text("utf-8")
    assert "--help" not in said
    assert said.endswith("BOOKMOBI")


def test_a_converter_that_hangs_is_stopped(
    tmp_path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convert, "CONVERT_SECONDS", 1)
    install(tools, "ebook-convert", "time.sleep(60)")
    with pytest.raises(LimitExceeded, match="ebook-convert took longer than 1 s"):
        read_document(kindle(tmp_path / "book.mobi"))
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_converter_that_is_stopped_leaves_no_file_and_no_process(
    tmp_path: Path, tools: Path
) -> None:
    begun = tmp_path / "begun"
    code = (
        "import pathlib, subprocess, tempfile; tempfile.mkdtemp(); "
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        f"part = pathlib.Path({str(tmp_path / 'part')!r}); part.write_text(str(child.pid)); "
        f"part.rename({str(begun)!r}); time.sleep(60)"
    )
    install(tools, "ocrmypdf", code)
    with pytest.raises(Cancelled, match="ocrmypdf"):
        read_document(scan(tmp_path / "scan.pdf"), ocr=True, stop=begun.exists)
    assert list((tmp_path / "temporary").iterdir()) == []
    with suppress(psutil.NoSuchProcess):
        psutil.Process(int(begun.read_text("utf-8"))).wait(20)


@pytest.mark.usefixtures("tools")
def test_a_scan_needs_the_option_and_the_tool(tmp_path: Path) -> None:
    path = scan(tmp_path / "scan.pdf")
    with pytest.raises(NoTextLayer, match=r"ocrmypdf.*--ocr"):
        read_document(path)
    with pytest.raises(ToolMissing, match="ocrmypdf"):
        read_document(path, ocr=True)


def test_a_scan_is_recognised(tmp_path: Path, tools: Path) -> None:
    made = Sheet().line("What the scan says.").save(tmp_path / "made.pdf")
    code = f"assert '--skip-text' in sys.argv; shutil.copy({str(made)!r}, sys.argv[-1])"
    install(tools, "ocrmypdf", code)
    assert read_document(scan(tmp_path / "scan.pdf"), ocr=True).text == "What the scan says."
    assert list((tmp_path / "temporary").iterdir()) == []


def test_pages_that_are_pictures_are_recognised_among_others(tmp_path: Path, tools: Path) -> None:
    sheet = Sheet().line("A page with text.").new_page().line("Another one.").new_page()
    sheet.canvas.drawImage(picture(), 0, 0, 595, 842)
    path = sheet.save(tmp_path / "a.pdf")
    assert "1 of 3 pages" in read_document(path).warnings[0]
    with pytest.raises(ToolMissing, match="ocrmypdf"):
        read_document(path, ocr=True)
    # What is a picture after all, such as a frontispiece, does no harm.
    install(tools, "ocrmypdf", "shutil.copy(sys.argv[-2], sys.argv[-1])")
    assert "Another one." in read_document(path, ocr=True).text


@pytest.mark.usefixtures("tools")
def test_a_pdf_with_text_is_not_recognised_again(tmp_path: Path) -> None:
    path = Sheet().line("Plain enough.").save(tmp_path / "a.pdf")
    assert read_document(path, ocr=True).text == "Plain enough."


def test_importing_the_package_is_cheap() -> None:
    code = (
        "import sys; import longread.sources; "
        "print(*(set(sys.modules) & {'pypdf', 'pypdfium2', 'lxml', 'ebooklib', 'py3langid'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.strip() == b""
