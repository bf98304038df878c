"""Checks of a ZIP archive before any other library sees it, and reading within limits.

Entries are found with ``zipfile`` but inflated here, counted while they inflate, so that
neither forged sizes nor a deflate bomb decide how much memory is used. Nothing is ever
extracted to disk, and symbolic links are never followed.
"""

from __future__ import annotations

import os
import posixpath
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from longread.closing import Closing
from longread.config import MAX_ARCHIVE_BYTES, MAX_ARCHIVE_ENTRIES
from longread.errors import DamagedFile, LimitExceeded, ProtectedFile
from longread.text import one_line

MAX_DIRECTORY_BYTES = 16 * 2**20
"""Largest central directory that is read at all."""

_CHUNK = 64 * 2**10
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_END_RECORD = struct.Struct("<4s4H2IH")
_ZIP64_END_RECORD_SIZE = struct.Struct("<40xQ")
_ENCRYPTED_FLAG = 0x1

_SIGNATURES: tuple[tuple[bytes, int, str], ...] = (
    (b"%PDF", 0, "a PDF document"),
    (b"\x89PNG\r\n", 0, "a PNG picture"),
    (b"\xff\xd8\xff", 0, "a JPEG picture"),
    (b"GIF8", 0, "a GIF picture"),
    (b"RIFF", 0, "a RIFF file (picture, sound or film)"),
    (b"BOOKMOBI", 60, "a Kindle (MOBI) book"),
    (b"\xd0\xcf\x11\xe0", 0, "an old Office document or one locked with a password"),
    (b"Rar!", 0, "a RAR archive"),
    (b"7z\xbc\xaf", 0, "a 7-Zip archive"),
    (b"\x1f\x8b", 0, "a gzip file"),
    (b"GGUF", 0, "a model file (GGUF)"),
    (b"{\\rtf", 0, "an RTF document"),
)


def what_it_is(head: bytes) -> str:
    """Name the kind of file that begins with ``head``, as in "a PDF document", or ""."""
    for signature, offset, name in _SIGNATURES:
        if head[offset : offset + len(signature)] == signature:
            return name
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")) or b"<html" in start:
        return "an HTML page"
    if start.startswith(b"<?xml"):
        return "an XML file"
    if head and b"\0" not in head and sum(byte < 9 for byte in head) == 0:
        return "plain text"
    return ""


class Archive(Closing):
    """A checked ZIP file. Names are normalised paths; look-up forgives letter case.

    Use it as a context manager. ``kind`` is what the file claims to be, for messages
    ("EPUB", "DOCX"); ``warn`` receives what was left out or mended.

    Raises:
        DamagedFile: not a ZIP archive, or one that breaks the format.
        LimitExceeded: more entries than allowed.
        ProtectedFile: an entry is locked with a ZIP password.
    """

    def __init__(self, path: Path, kind: str, warn: Callable[[str], None]) -> None:
        self._kind = kind
        self._warn = warn
        self._sizes: dict[str, int] = {}
        self._file: BinaryIO = path.open("rb")
        try:
            self._entries = self._check()
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file; safe to call twice."""
        self._file.close()

    def __iter__(self) -> Iterator[str]:
        """The names of the entries, in the archive's order."""
        return (name for name, _ in self._entries.values())

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._entries

    def find(self, name: str) -> str | None:
        """The archive's own spelling of a name, or None where there is no such entry."""
        entry = self._entries.get(_key(name))
        return entry[0] if entry else None

    def read(self, name: str) -> bytes:
        """Inflate one entry into memory.

        Raises:
            KeyError: there is no such entry.
            LimitExceeded: the entries read so far inflate to more than is allowed.
        """
        name, entry = self._entries[_key(name)]
        self._sizes[name] = 0
        others = sum(self._sizes.values())
        parts: list[bytes] = []
        for part in self._inflate(entry, name):
            self._sizes[name] += len(part)
            if others + self._sizes[name] > MAX_ARCHIVE_BYTES:
                raise LimitExceeded(
                    f"The {self._kind} file inflates to more than "
                    f"{MAX_ARCHIVE_BYTES // 2**20} MiB.",
                    hint="It is damaged or made to do harm; get another copy.",
                )
            parts.append(part)
        data = b"".join(parts)
        if zlib.crc32(data) != entry.CRC:
            self._warn(f"{_shown(name)} in the archive is damaged; what could be read was kept.")
        return data

    def _inflate(self, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
        start = self._data_start(entry)
        self._file.seek(start)
        left = entry.compress_size
        if entry.compress_type == zipfile.ZIP_STORED:
            while left > 0 and (chunk := self._file.read(min(_CHUNK, left))):
                left -= len(chunk)
                yield chunk
            return
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        while left > 0 and not inflater.eof:
            chunk = self._file.read(min(_CHUNK, left))
            left -= len(chunk)
            if not chunk:
                return
            while chunk and not inflater.eof:
                try:
                    yield inflater.decompress(chunk, 4 * _CHUNK)
                except zlib.error:
                    self._warn(f"{_shown(name)} in the archive is damaged.")
                    return
                chunk = inflater.unconsumed_tail
        yield inflater.flush()

    def _check(self) -> dict[str, tuple[str, zipfile.ZipInfo]]:
        head = self._file.read(4096)
        if not head:
            raise DamagedFile(
                f"The file is empty, not an {self._kind} file.", hint="Get the file again."
            )
        if not head.startswith(b"PK"):
            kind = what_it_is(head)
            reality = f"it is {kind}" if kind else "it is not a ZIP archive"
            raise DamagedFile(
                f"This is not an {self._kind} file: {reality}.",
                hint="Give the file the ending that fits, or get it again.",
            )
        self._check_directory_size()
        try:
            self._file.seek(0)
            with zipfile.ZipFile(self._file) as archive:
                entries = archive.infolist()
                directory = archive.start_dir
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, struct.error) as why:
            raise self._damaged("its table of contents cannot be read") from why
        if len(entries) > MAX_ARCHIVE_ENTRIES:
            raise LimitExceeded(
                f"The {self._kind} file has {len(entries):,} entries; "
                f"at most {MAX_ARCHIVE_ENTRIES:,} are read.",
                hint="It is damaged or made to do harm; get another copy.",
            )
        if not entries:
            raise self._damaged("there is nothing in the archive")
        self._check_overlap(entries, directory)
        if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
            raise ProtectedFile(
                f"The {self._kind} file is locked with a ZIP password.",
                hint="Unpack it with the password and pack it again without one.",
            )
        return self._name_entries(entries)

    def _name_entries(
        self, entries: list[zipfile.ZipInfo]
    ) -> dict[str, tuple[str, zipfile.ZipInfo]]:
        named: dict[str, tuple[str, zipfile.ZipInfo]] = {}
        for entry in entries:
            raw = entry.filename.replace("\\", "/")
            name = posixpath.normpath(raw)
            shown = _shown(raw)
            if raw.endswith("/"):
                continue
            if not raw:
                self._warn("An entry of the archive has no name and was left out.")
            elif raw.startswith("/") or name in ("", ".", "..") or name.startswith("../"):
                self._warn(f"The archive's entry {shown} points outside it and was left out.")
            elif stat.S_ISLNK(entry.external_attr >> 16):
                self._warn(f"The archive's entry {shown} is a symbolic link and was left out.")
            elif entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                self._warn(f"The archive's entry {shown} is packed in an unknown way.")
            elif (key := _key(name)) in named:
                self._warn(f"The archive has {shown} more than once; the first was read.")
            else:
                named[key] = (name, entry)
        return named

    def _check_directory_size(self) -> None:
        """Bound the central directory before ``zipfile`` reads all of it."""
        end = self._file.seek(0, os.SEEK_END)
        tail_start = max(0, end - 65_600)
        self._file.seek(tail_start)
        tail = self._file.read()
        place = tail.rfind(b"PK\x05\x06")
        if place < 0 or place + _END_RECORD.size > len(tail):
            raise self._damaged("its end is missing")
        size = _END_RECORD.unpack_from(tail, place)[5]
        record = tail.rfind(b"PK\x06\x06", 0, place)
        if record >= 0 and record + _ZIP64_END_RECORD_SIZE.size <= len(tail):
            size = max(
                size if size != 0xFFFFFFFF else 0,
                _ZIP64_END_RECORD_SIZE.unpack_from(tail, record)[0],
            )
        if size > MAX_DIRECTORY_BYTES:
            raise LimitExceeded(
                f"The {self._kind} file's table of contents is too large.",
                hint="It is damaged or made to do harm; get another copy.",
            )

    def _check_overlap(self, entries: list[zipfile.ZipInfo], directory: int) -> None:
        previous_end = 0
        for entry in sorted(entries, key=lambda item: item.header_offset):
            if entry.header_offset < previous_end:
                raise self._damaged("its entries overlap")
            previous_end = self._data_start(entry) + entry.compress_size
            if previous_end > directory:
                raise self._damaged("an entry is longer than the archive")

    def _data_start(self, entry: zipfile.ZipInfo) -> int:
        self._file.seek(entry.header_offset)
        header = self._file.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\x03\x04"):
            raise self._damaged("an entry is not where the table of contents says")
        fields = _LOCAL_HEADER.unpack(header)
        name_length, extra_length = int(fields[9]), int(fields[10])
        return entry.header_offset + _LOCAL_HEADER.size + name_length + extra_length

    def _damaged(self, why: str) -> DamagedFile:
        return DamagedFile(f"The {self._kind} file is damaged: {why}.", hint="Get it again.")


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", posixpath.normpath(name)).casefold()


def _shown(name: str) -> str:
    return one_line(name, 80)
