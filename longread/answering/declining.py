"""Replies that decline: "Not found in the text", and the same in other words and languages.

Only what speaks of the text as such is taken for that: "The passages do not say who wrote it",
and not "She does not know who wrote it".
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from longread.answering.answer import NOT_FOUND
from longread.answering.brackets import without_citations
from longread.answering.check import Sentence, says_nothing

_SORRY = re.compile(
    r"\A(?:unfortunately|sorry|i[’']m sorry|i am sorry|i apologi[sz]e)\b[,.]?\s+(?:but\s+)?"
)
_BASED_ON = r"(?:(?:based on|according to|from)\s+(?:the|these|this)\s+[^,.]{1,40},\s+)?"
_TEXT = r"(?:texts?|passages?|documents?|books?|excerpts?|context|evidence|information)"
_GIVEN = r"(?:given|provided|available|above|numbered)"
_THE_TEXT = (
    rf"(?:(?:the|this|these|none\s+of\s+the)\s+)?(?:{_GIVEN}\s+)?{_TEXT}(?:\s+{_GIVEN}(?!\s+no\b))?"
)
_SAYS = (
    r"(?:say|mention|state|specif|provid|contain|includ|indicat|give|tell|explain|describ|answer|"
    r"name|reveal|address|discuss|offer|identif|clarif)"
)
_WORD_OF = r"(?:information|mention|answer|details?|reference)"

_DECLINES = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"{_BASED_ON}{_THE_TEXT}\s+(?:do|does|did)(?:\s+not|n[’']t)\s+(?:\w+ly\s+)?"
        rf"(?P<says>{_SAYS})",
        rf"none\s+of\s+the\s+(?:{_GIVEN}\s+)?{_TEXT}\s+(?P<says>{_SAYS})",
        rf"{_BASED_ON}{_THE_TEXT}\s+(?:gives?|provides?|contains?|ha[sv]e?|offers?|makes?)\s+"
        rf"no\s+(?:\w+\s+)?(?P<says>{_WORD_OF})",
        rf"{_BASED_ON}there\s+(?:is|are|was|were)\s+no\s+(?:\w+\s+)?(?P<says>{_WORD_OF})\b"
        rf".*\b(?:{_TEXT}|{_GIVEN})\b",
        rf"{_BASED_ON}(?:it|this|that)\s+is(?:\s+not|n[’']t)\s+(?:\w+ly\s+)?"
        rf"(?P<says>{_SAYS})\w*\s+(?:anywhere\s+)?(?:in|by)\s+{_THE_TEXT}",
        rf"(?:not|no)\s+(?P<says>{_SAYS}|found|{_WORD_OF})\w*(?:\s+(?:{_GIVEN}|found))?"
        rf"(?:\s+(?:in|by)\s+{_THE_TEXT})?\W*$",
        r"(?:der|die|das|dieser|diese|im|in\s+den)\s+(?:\w+en\s+)?"
        r"(?:text(?:e|en|stellen?)?|passagen?|abschnitte?n?|dokumente?n?|buch|auszügen?)\s+"
        r"(?P<says>enth[aä]lt|erwähn|nenn|sag|gib|geb|geh|steht|steh|wird|werden|find)\w*\s+"
        r"(?:es\s+|dazu\s+|darüber\s+)?(?:nicht|kein)",
        r"(?:nicht|keine\s+angaben?)\s+(?:im|in\s+den|in\s+dem)\s+"
        r"(?P<says>text|passagen|dokument)\b",
        r"(?:le|la|les|ce|cet|ces)\s+(?:textes?|passages?|documents?|livre|extraits?)"
        r"(?:\s+fournis?)?\s+n(?:e\s+|[’'])(?P<says>mention|précis|di[ts]|indiqu|conti|fourni|donn|"
        r"parl|spécifi)\w*\s+(?:pas|aucun)",
        r"(?:el|los|este|estos)\s+(?:textos?|pasajes?|documentos?|libro|fragmentos?)\s+no\s+"
        r"(?P<says>mencion|dice|especific|indic|contien|proporcion|da|señal|explic)",
        r"(?:il|i|questo|questi)\s+(?:test[oi]|bran[oi]|passagg\w+|document[oi]|libro)\s+non\s+"
        r"(?P<says>menzion|dic|specific|indic|conti?en|contengono|forni|precis|spieg)",
        r"(?:o|os|as)\s+(?:textos?|passage\w+|trechos?|documentos?|livro)\s+não\s+"
        r"(?P<says>mencion|diz|especific|indic|cont|fornec|inform)",
        r"(?:de|het)\s+(?:tekst|passages?|document\w*|boek|fragmenten)\s+"
        r"(?P<says>vermeld|noem|zeg|ge[ev]|bevat|bevatten)\w*\s+(?:niet|geen)",
        r"(?:в\s+)?(?:текст|отрывк|фрагмент|документ|книг)\w*\s+не\s+"
        r"(?P<says>упомина|указ|сказан|говорит|содерж)",
        r"(?:文中|文本|文章|段落|原文|文档|书中|这些段落)\S{0,4}?(?:没有|未)"
        r"\S{0,2}(?P<says>提到|提及|说明|提供|指出|给出)",
    )
)
_BUT = re.compile(
    r"\b(?:but|however|although|though|only|except|instead|rather|aber|sondern|mais|pero|sino|ma|"
    r"mas|maar|но)\b|但|而是",
    re.IGNORECASE,
)

_ASKS_OF_TEXT = re.compile(rf"\b{_TEXT}\b", re.IGNORECASE)

_AROUND = re.compile(r"^(?:[^\w]|_)+")
_FIRST = frozenset(
    re.findall(
        r"\S+",
        "the this these none there it that no not unfortunately sorry i i'm based according from "
        "text "
        "passages information der die das dieser diese im in nicht keine le la les ce cet ces el "
        "los este estos il questo questi o os as de het в",
    )
)
_SECOND = re.compile(
    rf"{_TEXT}|{_GIVEN}|{_WORD_OF}|{_SAYS}\w*|found|of|am|sorry|apologi[sz]e|but|on|to|the|these|this|"
    r"there|none|it|is|isn't|was|are|were|do|does|don't|doesn't|ha[sv]e?|den|dem|im|angaben?|"
    r"\w*(?:text|passag|abschnitt|dokument|document|buch|auszüge|livre|extrait|pasaje|libro|"
    r"fragment|testo|testi|bran|trecho|livro|tekst|boek|текст|отрывк|книг)\w*",
    re.IGNORECASE,
)
_BE = frozenset({"is", "was", "are", "were"})
_UNSPACED = re.compile(r"[文段原书这]")


def declines(reply: str, sentences: Sequence[Sentence], question: str) -> bool:
    """Whether a checked reply to a question says that there is no answer, and nothing else that
    its passages support."""
    if says_nothing(reply) or _bare(reply).startswith(NOT_FOUND.casefold()):
        return True
    if not sentences or any(sentence.supported for sentence in sentences[1:]):
        return False
    said = _SORRY.sub("", _bare(sentences[0].text), count=1)
    # Who asks whether the text mentions something is answered so.
    if _BUT.search(said) or _ASKS_OF_TEXT.search(question):
        return False
    found = (form.match(said) for form in _DECLINES)
    return any(match and match["says"] not in question.casefold() for match in found)


def may_decline(begun: str) -> bool:
    """Whether a reply that begins so may still turn out to decline."""
    begun = _bare(begun)
    declining = NOT_FOUND.casefold()
    if says_nothing(begun) or declining.startswith(begun) or begun.startswith(declining):
        return True
    if _UNSPACED.match(begun):
        return True
    first, *others = re.findall(r"[\w']+", begun.replace("’", "'"))
    if not others:
        return any(one.startswith(first) for one in _FIRST)
    second, *others = others
    if first not in _FIRST or not others:
        return first in _FIRST
    denied = second not in _BE or any(one.startswith(others[0]) for one in ("no", "not"))
    return denied and _SECOND.fullmatch(second) is not None


def _bare(reply: str) -> str:
    """A reply in small letters, without its citations and the signs before its first word."""
    return _AROUND.sub("", without_citations(reply)).casefold()
