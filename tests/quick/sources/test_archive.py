from __future__ import annotations

import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from longread.errors import DamagedFile, LimitExceeded, ProtectedFile
from longread.sources import archive as archive_module
from longread.sources.archive import Archive

from .build_epub_file import write_zip


def opened(path: Path, seen: list[str] | None = None) -> Archive:
    return Archive(path, "EPUB", (seen if seen is not None else []).append)


@pytest.mark.parametrize(
    ("content", "reality"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 and so on", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "PNG picture"),
        (b"\xff\xd8\xff\xe0" + bytes(40), "JPEG picture"),
        (b"<!DOCTYPE html><html></html>", "HTML page"),
        (b"Just a letter.", "plain text"),
        (bytes(60) + b"BOOKMOBI", "Kindle"),
        (bytes(range(256)), "not a ZIP archive"),
    ],
)
def test_a_file_that_is_something_else_is_named(
    tmp_path: Path, content: bytes, reality: str
) -> None:
    path = tmp_path / "book.epub"
    path.write_bytes(content)
    with pytest.raises(DamagedFile, match=reality):
        opened(path)


def test_entries_are_read_and_found_in_any_letter_case(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.epub", {"Text/One.xhtml": "hello", "b\\c.txt": "back"})
    with opened(path) as archive:
        assert archive.read("text/ONE.xhtml") == b"hello"
        assert archive.find("TEXT/one.xhtml") == "Text/One.xhtml"
        assert "b/c.txt" in archive
        with pytest.raises(KeyError):
            archive.read("missing")


def test_a_damaged_directory_is_rejected(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.epub", {"one": "x" * 500})
    data = path.read_bytes()
    path.write_bytes(data[:-30])
    with pytest.raises(DamagedFile, match="end is missing"):
        opened(path)
    path.write_bytes(data.replace(b"PK\x01\x02", b"PK\x01\x09"))
    with pytest.raises(DamagedFile, match="table of contents"):
        opened(path)


def test_overlapping_entries_are_rejected(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.epub", {"one": "first", "two": "second"})
    data = bytearray(path.read_bytes())
    second = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 0)
    path.write_bytes(data)
    with pytest.raises(DamagedFile, match="overlap"):
        opened(path)


def test_too_many_entries_are_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "MAX_ARCHIVE_ENTRIES", 10)
    path = write_zip(tmp_path / "a.epub", {f"n{number}": "" for number in range(11)})
    with pytest.raises(LimitExceeded, match="11 entries"):
        opened(path)


def test_a_deflate_bomb_stops_while_it_inflates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "MAX_ARCHIVE_BYTES", 2**20)
    path = write_zip(tmp_path / "a.epub", {"bomb": bytes(40 * 2**20), "small": "ok"})
    with opened(path) as archive:
        assert archive.read("small") == b"ok"
        with pytest.raises(LimitExceeded, match="inflates"):
            archive.read("bomb")


def test_the_limit_counts_all_entries_together_but_none_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "MAX_ARCHIVE_BYTES", 1000)
    path = write_zip(tmp_path / "a.epub", {"one": bytes(600), "two": bytes(600)})
    with opened(path) as archive:
        assert archive.read("one") == archive.read("one")
        with pytest.raises(LimitExceeded):
            archive.read("two")


def test_a_forged_size_does_not_cut_the_text(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.epub", {"one": "text " * 1000})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        struct.pack_into("<I", data, data.find(signature) + offset, 7)
    path.write_bytes(data)
    with opened(path) as archive:
        assert archive.read("one") == b"text " * 1000


def test_a_damaged_entry_is_kept_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.epub"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as made:
        made.writestr("one", "some text here")
    path.write_bytes(path.read_bytes().replace(b"some text", b"same text"))
    seen: list[str] = []
    with opened(path, seen) as archive:
        assert archive.read("one") == b"same text here"
    assert "damaged" in seen[0]


def _symlink(made: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("link")
    entry.external_attr = 0o120777 << 16
    made.writestr(entry, "/etc/hostname")


def _twice(made: zipfile.ZipFile) -> None:
    made.writestr("One", "first")
    made.writestr("one", "second")


def _outside(made: zipfile.ZipFile) -> None:
    made.writestr("../up", "x")
    made.writestr("/top", "x")


def _nameless(made: zipfile.ZipFile) -> None:
    made.writestr(zipfile.ZipInfo(""), "x")


@pytest.mark.parametrize(
    ("make", "left", "warning"),
    [
        (_symlink, ["kept"], "symbolic link"),
        (_twice, ["kept", "One"], "more than once"),
        (_outside, ["kept"], "points outside"),
        (_nameless, ["kept"], "has no name"),
    ],
)
def test_odd_entries_are_left_out_with_a_warning(
    tmp_path: Path, make: Callable[[zipfile.ZipFile], None], left: list[str], warning: str
) -> None:
    path = tmp_path / "a.epub"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as made:
        made.writestr("kept", "x")
        make(made)
    seen: list[str] = []
    with opened(path, seen) as archive:
        assert list(archive) == left
    assert warning in seen[0]


def test_a_zip_password_is_said(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.epub", {"one": "x"})
    data = bytearray(path.read_bytes())
    data[data.find(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ProtectedFile, match="password"):
        opened(path)


def test_a_very_long_name_works(tmp_path: Path) -> None:
    name = "d/" + "x" * 60_000
    with opened(write_zip(tmp_path / "a.epub", {name: "deep"})) as archive:
        assert archive.read(name) == b"deep"
