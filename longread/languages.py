"""Languages as files name them: en, en-GB, eng, English."""

from __future__ import annotations

import re

_OTHER_NAMES = {
    "ar": "ara arabic", "bg": "bul bulgarian", "ca": "cat catalan", "cs": "ces cze czech",
    "da": "dan danish", "de": "deu ger german deutsch", "el": "ell gre greek",
    "en": "eng english", "eo": "epo esperanto", "es": "spa spanish español", "et": "est estonian",
    "eu": "eus baq basque", "fa": "fas per persian", "fi": "fin finnish",
    "fr": "fra fre french français", "ga": "gle irish", "he": "heb hebrew", "hi": "hin hindi",
    "hr": "hrv croatian", "hu": "hun hungarian", "hy": "hye arm armenian", "id": "ind indonesian",
    "it": "ita italian italiano", "ja": "jpn japanese", "ko": "kor korean", "la": "lat latin",
    "lt": "lit lithuanian", "nb": "nob", "ne": "nep nepali", "nl": "nld dut dutch", "nn": "nno",
    "no": "nor norwegian", "pl": "pol polish", "pt": "por portuguese português",
    "ro": "ron rum romanian", "ru": "rus russian", "sk": "slk slo slovak", "sl": "slv slovene",
    "sr": "srp serbian", "sv": "swe swedish", "ta": "tam tamil", "tr": "tur turkish",
    "uk": "ukr ukrainian", "yi": "yid yiddish", "zh": "zho chi chinese",
}  # fmt: skip
_CODES = {name: code for code, names in _OTHER_NAMES.items() for name in names.split()}
_NONE = frozenset({"und", "mul", "zxx", "mis", "qaa", "xx"})
_CODE = re.compile(r"[a-z]{2,3}")


def is_english(language: str) -> bool:
    """Whether a text of this language is in English, or nobody knows in what."""
    return language_code(language) in ("en", "")


def language_code(named: str) -> str:
    """The code of a language, of two letters where it has one, without its region or script; ""
    for what names no language."""
    base = re.split(r"[-_]", named.strip().casefold(), maxsplit=1)[0]
    code = _CODES.get(base, base)
    return code if _CODE.fullmatch(code) and code not in _NONE else ""
