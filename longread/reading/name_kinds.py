"""Whether a name is a person's, a place's or something else's, told from its words and from what
stands around it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from longread.document import Document
from longread.languages import is_english
from longread.reading.mentions import PLACE_NOUNS, Mention, word_set

Kind = Literal["person", "place", "other"]
"""What a name is of."""

_PLACES_FIRST = word_set("mount cape fort lake")
"""Words by which places are called, before their names."""

_GROUPS = word_set(
    "academy army association bank board class club committee company council government guild "
    "league legion navy parliament party regiment republic society states union"
)
_PEOPLES = word_set(
    "african africans american americans arab arabian arabic arabs asian australian austrian "
    "belgian belgians bohemian british canadian catholic celtic chinese christian christians "
    "danish dutch eastern egyptian english european europeans florentine florentines french "
    "gallic german germans greek greeks hebrew hungarian indian indians irish italian "
    "italians japanese jewish latin mexican milanese mohammedan moorish muslim northern "
    "norwegian oriental persian polish portuguese protestant roman romans russian russians "
    "scotch scots scottish siamese southern spanish swedish swiss turkish turks tuscan "
    "venetian venetians victorian welsh western"
)
"""Peoples, languages, faiths and quarters of the sky."""

_DEITIES = word_set("allah dieu god gott heaven jove providence")
"""Who is called upon more often than met."""

_PLACE_WORDS = word_set(
    "in at from near into towards toward through across leave left reach reached"
)
_PLACE_WORDS_WITH_THE = word_set("on off along over past beyond by round behind")
_AT = re.compile(
    rf"\b(?:(?:{'|'.join(sorted(_PLACE_WORDS))})\s+(?:the\s+)?|"
    rf"(?:{'|'.join(sorted(_PLACE_WORDS_WITH_THE))})\s+the\s+)$",
    re.IGNORECASE,
)
_TO = re.compile(r"\bto\s+(?:the\s+)?$", re.IGNORECASE)
"""One goes to places, and speaks to persons."""

_OF = re.compile(r"\b(?:of|throughout|within)\s+$", re.IGNORECASE)
"""Much is of a place, and something of a person."""

_HAS = re.compile(r"[’']s\b")
_SAINTS = word_set("st st. saint")

_PLACE_SHARE = 0.35
_LEAST_SHARE, _WITH_OF_SHARE = 0.15, 0.45
"""With what is of a place it needs the second share of the mentions, of which what is in, at or
near it has the first at least."""

_OWNERS_SHARE = 0.9
_THE_SHARE = 0.5
_PERSON_SHARE = 0.1
_SPEAKING_SHARE, _LEAST_SPEAKING = 0.015, 2
"""Where only words for speaking are known, somebody speaks at so many mentions at least."""

_SPEAKING = word_set(
    "said says asked cried replied answered thought exclaimed whispered continued returned "
    "sagte fragte rief antwortete erwiderte sprach meinte dachte flüsterte versetzte "
    "dit demanda répondit cria s'écria s’écria reprit murmura répliqua ajouta "
    "dijo preguntó respondió contestó exclamó replicó murmuró repuso añadió gritó "
    "disse chiese rispose esclamò domandò gridò mormorò "
    "perguntou respondeu exclamou murmurou replicou gritou acudiu "
    "zei vroeg antwoordde riep fluisterde dacht "
    "сказал сказала спросил спросила ответил ответила отвечал отвечала проговорил проговорила "
    "возразил возразила промолвил промолвила воскликнул воскликнула заметил заметила "
    "подумал подумала"
)
_ACTING = word_set("looked smiled laughed nodded turned sighed stood sat walked who whose had was")
_SPEAKS, _ACTS = (
    re.compile(rf"\s*,?\s*(?:{'|'.join(sorted(words))})\b") for words in (_SPEAKING, _ACTING)
)
_LOOK_AHEAD = 160
_HE = re.compile(r"\b(?:he|him|his|himself)\b", re.IGNORECASE)
_SHE = re.compile(r"\b(?:she|her|hers|herself)\b", re.IGNORECASE)
_CLEAR_SHARE = 0.62


def kind_of(name: str, places: Sequence[Mention], document: Document) -> Kind:
    """What a name without a title is of, from its wording and all places where it stands."""
    english = is_english(document.language)
    speaks = sum(_speaks(mention, document) for mention in places)
    words = name.casefold().split()
    if len(words) == 1 and words[0] in _PEOPLES:
        return "other"
    kind = _kind_by_words(words) if english else None
    if kind == "place" or words[0] in _DEITIES:
        # Somebody may be called Hill, and in some books God speaks.
        return "person" if speaks >= _PERSON_SHARE * len(places) else kind or "other"
    before = [document.text[max(0, m.span.start - 24) : m.span.start] for m in places]
    if _is_where(places, before, document):
        return "place"
    the = sum(text.casefold().endswith("the ") for text in before)
    if kind == "other" or the >= _THE_SHARE * len(places):
        return "other"
    acts = sum(bool(_ACTS.match(document.text, mention.span.end)) for mention in places)
    if speaks + acts >= _PERSON_SHARE * len(places) or sex_by_pronouns(places, document):
        return "person"
    enough = max(_LEAST_SPEAKING, _SPEAKING_SHARE * len(places))
    return "person" if not english and speaks >= enough else "other"


def _is_where(places: Sequence[Mention], before: Sequence[str], document: Document) -> bool:
    """Whether something is in, at or near what is named so often enough; what stands ``before``
    each mention says so."""
    owners = [_is_owner(mention, document) for mention in places]
    # Where it never stands otherwise, as "Tom-all-Alone's", it is no owner's name.
    owned = sum(owners) < _OWNERS_SHARE * len(places)
    there = sum(
        bool(_AT.search(text))
        for text, owner in zip(before, owners, strict=True)
        if not (owner and owned)
    )
    to = sum(bool(_TO.search(text)) for text in before)
    of = sum(bool(_OF.search(text)) for text in before)
    return bool(there) and (
        there + to >= _PLACE_SHARE * len(places)
        or (there >= _LEAST_SHARE * len(places) and there + to + of >= _WITH_OF_SHARE * len(places))
    )


def _kind_by_words(words: Sequence[str]) -> Kind | None:
    """What a name is of by a word of it that says so, as "Spofford Avenue" and "Story Club"."""
    head = words[words.index("of") - 1] if "of" in words[1:] else words[-1]
    if head in PLACE_NOUNS or (len(words) > 1 and words[0] in _PLACES_FIRST):
        return "place"
    return "other" if head in _GROUPS else None


def _is_owner(mention: Mention, document: Document) -> bool:
    """Whether the place where a name stands is somebody's, as "at Fry's"; a saint's is a place
    that is called so."""
    named = not _SAINTS.isdisjoint(mention.form.casefold().split())
    return not named and bool(_HAS.match(document.text, mention.span.end))


def _speaks(mention: Mention, document: Document) -> bool:
    return mention.prior in _SPEAKING or bool(_SPEAKS.match(document.text, mention.span.end))


def sex_by_pronouns(places: Sequence[Mention], document: Document) -> str:
    """Whether the words behind mentions say he ("m") or she ("w"); "" where neither is clear."""
    he = she = 0
    for mention in places[:200]:
        after = document.text[mention.span.end : mention.span.end + _LOOK_AHEAD]
        first_he, first_she = _HE.search(after), _SHE.search(after)
        if first_he and (not first_she or first_he.start() < first_she.start()):
            he += 1
        elif first_she:
            she += 1
    if he + she < 3:
        return ""
    if he >= _CLEAR_SHARE * (he + she):
        return "m"
    return "w" if she >= _CLEAR_SHARE * (he + she) else ""
