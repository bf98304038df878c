"""Where sentences end."""

from __future__ import annotations

import re
from functools import lru_cache

_TITLES = "Mr Mrs Ms Dr Prof Mme Mlle"
_MORE_TITLES = {
    "de": "Ew Fr Frl Hr Hrn Kap Nr Se St",
    "es": "Av Avda Da Dn Dra Dres Dña Excma Excmo Fr Gral Ilma Ilmo Lic Rvdo Sr Sra Sras Sres "
    "Srta Sta Sto art cap núm pág págs",
    "fr": "Ch MM Me Mgr Mlles Mmes Pr St Ste",
    "it": "art avv cap cav comm dott dr gen ing mons pag pagg prof sig sig.na sig.ra sigg",
    "nl": "blz dhr ir mevr mr nr st",
    "pl": "al dr inż ks mgr pl prof str tj tzn tzw ul św",
    "pt": "Av Dra Ex Exma Exmo Fr Gen Ilma Ilmo Pe Sr Sra Sras Srs Srta Sta Sto art cap núm pág "
    "págs",
}
_SHORTENED = {
    "de": "bzw ca etc usw vgl",
    "es": "aprox etc pp",
    "fr": "cf etc env ex pp",
    "it": "ca ecc es pp",
    "pl": "godz itd itp np ok ur ww zm",
    "pt": "etc exa pp",
}

ABBREVIATION = re.compile(
    rf"(?:\b(?:{'|'.join(_TITLES.split())}|St|Sr|Jr|vs|etc|No|Nr|Hr|Fr|cf|al|e\.g|i\.e)|\b[A-ZÀ-Þ])$"
)
"""The end of a text after which a full stop does not end the sentence, in most languages."""

END_MARKS = ".!?…।॥۔؟։።。！？"
"""What ends sentences, in any script."""

# Neither part may begin within a run of its own characters: that would take quadratic time.
STOP = re.compile(r"(?<![.!?…।॥۔؟։።။])[.!?…।॥۔؟։።။]++[\"'”’»)\]]*+\s+|[。！？]++[」』”’]*+")
"""What may end a sentence, with the space behind it."""

LONGEST_WORD = 12
"""Most characters of a word that is told from the end of a sentence."""

_BEFORE_NAMES = re.compile(
    r"\b(?:Capt|Cmdr|Col|Ft|Gen|Gov|Hon|Lt|Lieut|Maj|Messrs|Mt|Rep|Rev|Sen|Sgt)\.$"
)
_BEFORE_NUMBERS = re.compile(
    r"\b(?:approx|art|bd|ca?|cap|chap|ch|eq|figs?|kap|ll?|nos?|pp?|paras?|pt|secs?|sect|"
    r"vols?|jan|feb|apr|aug|sept?|oct|nov|dec)\.$",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"\b[^\W\d_]\.$")
_INITIAL = re.compile(r"[^\W\d_]\.")
_SPACES = re.compile(r"[\s(«“\"'’‘„\[¡¿—–-]+")
_ORDINAL = re.compile(r"\d{1,2}|[IVX]+")
_BEFORE_ORDINALS = frozenset([
    "ab", "am", "beim", "bis", "das", "dem", "den", "der", "des", "die", "diesem", "dieses",
    "im", "jedem", "seit", "und", "vom", "zum", "zur",
])  # fmt: skip
_BEGINS_SENTENCES = frozenset([
    "Aber", "Als", "Am", "An", "Auch", "Auf", "Bei", "Da", "Dann", "Das", "Denn", "Der", "Die",
    "Dies", "Diese", "Dieser", "Dieses", "Doch", "Dort", "Ein", "Eine", "Er", "Es", "Hier",
    "Ich", "Ihr", "Ihre", "Im", "In", "Jetzt", "Kein", "Man", "Mein", "Mit", "Nach", "Nicht",
    "Nun", "Sein", "Seine", "Sie", "So", "Und", "Von", "Vor", "Warum", "Was", "Wenn", "Wer",
    "Wie", "Wir", "Wo", "Zu",
])  # fmt: skip


@lru_cache(maxsize=4096)
def sentence_ends(text: str, language: str) -> tuple[int, ...]:
    """Offsets at which sentences end, in text without line breaks; the last may be missing."""
    if not STOP.search(text):
        return ()
    from sentencex import segment

    cuts, at = [], 0
    for sentence in segment(language or "en", text):
        core = sentence.strip()
        found = text.find(core, at) if core else -1
        if found >= 0:
            at = found + len(core)
            if text[at - 1] != "." or not _goes_on(text, at, language):
                cuts.append(at)
    return tuple(cuts)


def goes_on(said: str, behind: str, language: str) -> bool:
    """Whether a sentence that was said up to an end mark goes on with the word behind it: with a
    small letter, as behind "He waited…", or behind a shortened word, as in "Capt. Ahab" and
    "Fig. 2"."""
    if behind[:1].islower():
        return True
    if not said.endswith("."):
        return False
    if behind[:1].isdigit() and _BEFORE_NUMBERS.search(said[-2 * LONGEST_WORD :]):
        return True
    if behind[:1].isupper() and _BEFORE_NAMES.search(said[-2 * LONGEST_WORD :]):
        return True
    # "z. B.", "d. h."
    initials = _INITIALS.search(said[-3:]) and _INITIAL.match(behind)
    return initials is not None or _goes_on(f"{said}{behind}", len(said), language)


def _goes_on(text: str, at: int, language: str) -> bool:
    """Whether a sentence goes on behind a full stop, as behind "M." or "19." before a noun."""
    behind = text[at : at + 2 * LONGEST_WORD].lstrip()
    *_, before, word = ["", *_SPACES.split(text[max(0, at - 4 * LONGEST_WORD) : at - 1])]
    if not behind or not 0 < len(word) <= LONGEST_WORD:
        return False
    small = behind[0].islower() or behind[0].isdigit()
    if word in _titles(language) or (small and word in _shortened(language)):
        return True
    if len(word) == 1 and word.isalpha():
        # English is cut well there, and ends sentences in "I".
        return behind[0].islower() or (word.isupper() and language not in ("", "en"))
    if language != "de" or before not in _BEFORE_ORDINALS or not _ORDINAL.fullmatch(word):
        return False
    return behind[0].isupper() and _SPACES.split(behind)[0] not in _BEGINS_SENTENCES


@lru_cache(maxsize=64)
def _titles(language: str) -> frozenset[str]:
    """Words that go before a name or a number, also with a capital at a sentence's start."""
    words = [*_TITLES.split(), *_MORE_TITLES.get(language, "").split()]
    return frozenset([*words, *(word[0].upper() + word[1:] for word in words)])


@lru_cache(maxsize=64)
def _shortened(language: str) -> frozenset[str]:
    """Shortened words that may end a sentence as well."""
    return frozenset(_SHORTENED.get(language, "").split())
