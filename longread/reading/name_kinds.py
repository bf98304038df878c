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

_PLACES_FIRST = word_set("mount cape fort lake north south east west")
"""Words by which places are called, before their names."""

_KNOWN_PLACES = word_set(
    "africa america antarctica asia australia austria belgium brazil britain california canada "
    "china denmark earth egypt england europe france germany greece greenland holland hungary "
    "iceland india ireland italy japan mexico norway poland portugal rome russia scotland spain "
    "sweden switzerland texas turkey wales"
)
"""Continents, countries and a world that many texts name, and only say something of."""

_GODS_AND_WORLDS = word_set("jupiter mars mercury neptune pluto saturn uranus venus")
_ON = re.compile(r"\bon\s+$", re.IGNORECASE)
"""One is on a world, and not on its god."""

_GROUPS = word_set(
    "academy agency army assembly association authority bank board brand bureau center centre "
    "class club commission committee company conference congress corporation council department "
    "division federation foundation government group guild inc institute institution league "
    "legion llc llp ltd ministry navy office organisation organization parliament party project "
    "regiment senate service services society team trust"
)
"""Words by which many together are called, or what they have founded: who is in it is of it."""

_WRITINGS = word_set(
    "act acts agreement amendment appendix article articles attachment charter code codes "
    "constitution convention document documents edition exhibit figure figures footnote guide "
    "guidelines handbook journal laws letters magazine manual note notes papers part plate policy "
    "press proceedings protocol report reports review rule rules schedule section sections "
    "standard standards statement statements survey table tables times treaty"
)
"""Words by which a text and its parts are called: what is in them is there only as words are."""

_POSTS = word_set(
    "chairman chairwoman counsel director directors manager managers officer officers president "
    "secretary treasurer"
)
"""Words for what somebody is, at the end of a longer title."""

PEOPLES = word_set(
    "african africans american americans arab arabian arabic arabs asian asians australian "
    "austrian belgian belgians bohemian british buddhism buddhist buddhists canadian catholic "
    "catholics celtic chinese christian christianity christians communist communists conservatives "
    "danish democrat democratic democrats dutch eastern egyptian english european europeans "
    "florentine florentines french gallic german germans greek greeks hebrew hindu hinduism hindus "
    "hispanic hispanics hungarian indian indians irish islam islamic italian italians japanese "
    "jewish jews judaism latin liberals malay malays mexican milanese mohammedan moorish muslim "
    "muslims northern norwegian oriental persian polish portuguese protestant protestants "
    "republican republicans roman romans russian russians scotch scots scottish siamese socialist "
    "socialists southern spanish swedish swiss turkish turks tuscan venetian venetians victorian "
    "welsh western whig whigs"
)
"""Peoples, languages, faiths, parties and quarters of the sky."""

_DEITIES = word_set("allah dieu god gott heaven jove providence")
"""Who is called upon more often than met."""

_LETTERS = re.compile(r"[A-Z]{2,5}s?")
"""What stands for the words that begin so."""

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

_NUMBER = re.compile(r"\s+\(?\d")
"""What is numbered is a part of something, or a month: "Table 3", "May 17"."""

_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)\s+\Z", re.IGNORECASE)
"""What is counted through stands behind its number: "25th Century"."""

_HAS = re.compile(r"[’']s\b")
_SAINTS = word_set("st st. saint")

_PLACE_SHARE = 0.35
_LEAST_SHARE, _WITH_OF_SHARE = 0.15, 0.45
"""With what is of a place it needs the second share of the mentions, of which what is in, at or
near it has the first at least."""

_NUMBERED_SHARE = 0.35
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
    if len(words) == 1 and words[0] in PEOPLES:
        return "other"
    if english and (_head(words) in _WRITINGS | _GROUPS or words[0] in _WRITINGS):
        return "other"
    before = [document.text[max(0, m.span.start - 24) : m.span.start] for m in places]
    kind = _kind_by_words(words) if english else None
    if english and name.casefold() in _GODS_AND_WORLDS and any(map(_ON.search, before)):
        kind = "place"
    if kind is not None or words[0] in _DEITIES:
        # Somebody may be called Hill, and in some books God speaks.
        return "person" if speaks >= _PERSON_SHARE * len(places) else kind or "other"
    numbered = sum(
        bool(_NUMBER.match(document.text, mention.span.end) or _ORDINAL.search(text))
        for text, mention in zip(before, places, strict=True)
    )
    if numbered >= _NUMBERED_SHARE * len(places):
        return "other"
    if _is_where(places, before, document):
        return "place"
    the = sum(text.casefold().endswith("the ") for text in before)
    if the >= _THE_SHARE * len(places) or (english and _LETTERS.fullmatch(name)):
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
    """What a name is of by a word of it that says so, as "Spofford Avenue" and "Vice President"."""
    head = _head(words)
    if len(words) > 1 and head in _POSTS | PEOPLES:
        return "other"
    is_place = head in PLACE_NOUNS or (
        words[0] in _PLACES_FIRST if len(words) > 1 else head in _KNOWN_PLACES
    )
    return "place" if is_place else None


def _head(words: Sequence[str]) -> str:
    """The word that says what a name is of, as "Lake" in "Lake of Geneva"."""
    return words[words.index("of") - 1] if "of" in words[1:] else words[-1]


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
