"""The encoding of a text's bytes: by byte order mark, as UTF-8, or by what the bytes look like."""

from __future__ import annotations

import codecs
import re
from collections import Counter
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

_WESTERN = (
    "éèêëàâæçîïôœùûüÿ", "äöüß", "áéíñóúü¿¡ªº", "áâãàçéêíóôõúü", "àèéìíîòóùú", "åäöæøéü",
    "áéèêëíïóöü",
)  # fmt: skip
_CENTRAL = ("ąćęłńóśźż", "áäčďéěíĺľňóôŕřšťúůýž", "áéíóöőúüű", "čćđšž", "ăâîşţ")
_LATIN = (
    ("cp1252", _WESTERN), ("iso8859-15", _WESTERN), ("cp1250", _CENTRAL), ("iso8859-2", _CENTRAL),
)  # fmt: skip
"""Encodings of Latin letters, with what the languages written in them have beyond ASCII."""

_MARKS = "’‘“”„«»–—…•§°\xa0"
_LIGATURE = re.compile(rb"(?<![0-9])[\xbc\xbd][a-z]|[A-Za-z][\xbc\xbd]")
"""Where "œ" of ISO-8859-15 may stand."""

_LEAST_KNOWN = 0.97
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
    latin = _guess_latin(data[:200_000])
    if latin is not None:
        return latin
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


def _guess_latin(sample: bytes) -> str | None:
    """The encoding of Latin letters that bytes make most sense in: mostly plain ones, and among the
    rest next to nothing but one language's letters and marks, or else those of neighbours. Guessing
    by statistics takes short texts of these kinds for Baltic ones."""
    high = Counter(sample.translate(None, bytes(range(0x80))))
    if not high:
        return _LATIN[0][0]
    if 4 * high.total() > len(sample):
        return None
    # One byte is "œ" or a half, and French has many accents beside each "œ".
    ligatures = _LIGATURE.search(sample) and 2 * (high[0xBC] + high[0xBD]) <= high.total()
    tried = [
        (encoding, languages, _MARKS + "£©®™€" * (encoding == "cp1252") + "½" * (not ligatures))
        for encoding, languages in _LATIN
        if ligatures or encoding != "iso8859-15"
    ]
    alone = [(encoding, one, marks) for encoding, languages, marks in tried for one in languages]
    together = [(encoding, "".join(languages), marks) for encoding, languages, marks in tried]
    for candidates in (alone, together):
        shares = [_share(high, *candidate) for candidate in candidates]
        if max(shares) >= _LEAST_KNOWN:
            return candidates[shares.index(max(shares))][0]
    return None


def _share(high: Counter[int], encoding: str, letters: str, marks: str) -> float:
    """Share of bytes beyond ASCII that are letters of a language, or marks, in an encoding."""
    known = set(f"{letters}{letters.upper()}{marks}".encode(encoding, "ignore"))
    return sum(high[byte] for byte in known) / high.total()


def _is_russian(data: bytes, encoding: str) -> bool:
    """Whether the letters that are frequent in Russian are so in this decoding; statistics
    over bytes take some KOI8-R for Japanese."""
    letters = [letter for letter in data[:200_000].decode(encoding, "replace") if letter > "\x7f"]
    return sum(letter in _FREQUENT_RUSSIAN for letter in letters) > 0.5 * len(letters)
