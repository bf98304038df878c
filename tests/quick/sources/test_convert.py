from pathlib import Path

import pytest

from longread.errors import DamagedFile, ToolMissing
from longread.sources.convert import mobi_as_epub, with_text_layer


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def _tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    path.chmod(0o755)


def test_a_kindle_book_is_converted_and_the_copy_removed(tools: Path, tmp_path: Path) -> None:
    _tool(tools, "ebook-convert", 'echo "$1" > "$2"')
    book = tmp_path / "--help.azw3"
    book.write_bytes(b"x")
    with mobi_as_epub(book, book.name) as converted:
        given = converted.read_text("utf-8").strip()
    assert given.endswith("/source.azw3")
    assert not converted.exists()


def test_a_missing_tool_is_named(tools: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="ebook-convert"), mobi_as_epub(tmp_path, "a.mobi"):
        pass
    with pytest.raises(ToolMissing, match="ocrmypdf"), with_text_layer(tmp_path, "a.pdf"):
        pass


def test_a_tool_that_fails_is_quoted(tools: Path, tmp_path: Path) -> None:
    _tool(tools, "ocrmypdf", "echo no tesseract >&2; exit 3")
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"x")
    with (
        pytest.raises(DamagedFile, match=r"exit code 3\). no tesseract"),
        with_text_layer(scan, scan.name),
    ):
        pass
