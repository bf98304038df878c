"""The encoding of a text's bytes: by byte order mark, as UTF-8, or by what the bytes look like."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Bytes that a text may begin with, and the encodings that they stand for."""

BROKEN_SHARE = 0.05
"""Share of broken characters among those beyond ASCII up to which a text is UTF-8."""

_LATIN = {
    "cp1252": "éèêëàâäáãåçîïíìôöóòõùûüúñßæœøÉÈÊÀÂÄÁÅÇÎÍÔÖÓÙÛÜÚÑÆŒØ¿¡°",
    "cp1250": "ąćęłńóśźżĄĆĘŁŃÓŚŹŻáčďéěíňřšťúůýžÁČĎÉĚÍŇŘŠŤÚŮÝŽľôäöüőűÖÜŐŰ",
}
_QUOTES = "’‘“”„«»–—…•§\xa0"
_CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5")
_FREQUENT_RUSSIAN = frozenset("оеаинтсрвл")
_HALF_WIDTH_KANA = re.compile("[\uff61-\uff9f]")
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")


def decode(data: bytes, warn: Callable[[str], None]) -> str:
    """Decode the bytes of a text that does not name its encoding."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    text = decode_utf8(data, warn)
    return data.decode(guess(data), "replace") if text is None else text


def decode_utf8(data: bytes, warn: Callable[[str], None]) -> str | None:
    """Decode UTF-8 that may be damaged here and there, which is told; None for anything else."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
    if text.count("\ufffd") > BROKEN_SHARE * len(_BEYOND_ASCII.findall(text)):
        return None
    warn("Some bytes are no valid UTF-8; \ufffd stands in their place.")
    return text


def guess(data: bytes) -> str:
    """The likely encoding of bytes that are not UTF-8."""
    head = data[:2000]
    if head[1::2].count(0) > len(head) // 3:
        return "utf-16-le"
    if head[0::2].count(0) > len(head) // 3:
        return "utf-16-be"
    for encoding, letters in _LATIN.items():
        if _is_latin(data, encoding, letters):
            return encoding
    for encoding in _CYRILLIC:
        if _is_russian(data, encoding):
            return encoding
    return _guess_by_statistics(data)


def _guess_by_statistics(data: bytes) -> str:
    from charset_normalizer import from_bytes

    sample = data[:200_000]
    for match in from_bytes(sample):
        # Cyrillic in one byte a letter also decodes as half-width kana, which no book is in.
        if len(_HALF_WIDTH_KANA.findall(str(match))) < 0.05 * len(sample):
            return match.encoding
    return "cp1252"


def _is_latin(data: bytes, encoding: str, letters: str) -> bool:
    """Whether bytes make sense in an encoding of Latin letters: mostly plain ones, and among
    the rest next to nothing but its languages' accents and quotes. Guessing by statistics
    takes short texts of these kinds for Baltic ones."""
    sample = data[:200_000]
    high = [byte for byte in sample if byte > 0x7F]
    if 4 * len(high) > len(sample):
        return False
    known = frozenset((letters + _QUOTES).encode(encoding))
    return sum(byte in known for byte in high) >= 0.97 * len(high)


def _is_russian(data: bytes, encoding: str) -> bool:
    """Whether the letters that are frequent in Russian are so in this decoding; statistics
    over bytes take some KOI8-R for Japanese."""
    letters = [letter for letter in data[:200_000].decode(encoding, "replace") if letter > "\x7f"]
    return sum(letter in _FREQUENT_RUSSIAN for letter in letters) > 0.5 * len(letters)
