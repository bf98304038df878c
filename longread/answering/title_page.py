"""Questions on a document as a thing, whose answers stand at its beginning: who wrote it, when and
where it was published."""

from __future__ import annotations

import re

from longread.part_names import TEXT_WORD

# A poem or an article may be one that is spoken of.
_ITSELF = rf"(?:this\s+{TEXT_WORD}|the\s+(?:book|paper|text|document|manual|thesis)|this|it)"
_MAKERS = (
    r"(?:(?:first|second|third|last|lead|main|primary|senior|corresponding)\s+)?"
    r"(?:co-?)?(?:authors?|writers?|editors?|translators?|illustrators?|publishers?)"
)
_OF_ITSELF = rf"(?:\s+of\s+{_ITSELF})?"
_PLACES = (
    r"(?:universit(?:y|ies)|institut(?:es?|ions?)|compan(?:y|ies)|organi[sz]ations?|"
    r"countr(?:y|ies))"
)
_OF_MAKERS = (
    rf"(?:who|what|which)\s+(?:is|are|was|were)\s+(?:the\s+)?{_MAKERS}{_OF_ITSELF}",
    rf"(?:list|name|give(?:\s+me)?)\s+(?:all\s+)?(?:of\s+)?(?:the\s+)?{_MAKERS}{_OF_ITSELF}",
    rf"what\s+(?:is|are)\s+the\s+names?\s+of\s+the\s+{_MAKERS}{_OF_ITSELF}",
    rf"how\s+many\s+{_MAKERS}\s+(?:are\s+there|(?:does|has)\s+{_ITSELF}(?:\s+have)?)",
    rf"(?:what|which)\s+(?:is|are)\s+the\s+(?:affiliations?|e-?mail\s+address(?:es)?)"
    rf"(?:\s+of\s+(?:{_ITSELF}|the\s+{_MAKERS}))?",
    rf"(?:(?:from|at|for)\s+)?(?:what|which)\s+{_PLACES}\s+(?:are|is|do|does|did)\s+(?:the\s+)?"
    rf"{_MAKERS}(?:\s+(?:from|at|of|affiliated\s+with|work(?:\s+(?:for|at))?|belong\s+to))?",
    rf"(?:where|for\s+whom)\s+(?:do|does|did)\s+the\s+{_MAKERS}\s+work(?:\s+(?:for|at))?",
)
_DONE = r"(?P<{}>wrot|writt|publish|translat|edit|illustrat)(?:e|en|ed)"
_BY_VERBS = (
    rf"who\s+(?:has\s+)?{_DONE.format('did')}\s+{_ITSELF}",
    rf"by\s+whom\s+(?:is|was)\s+{_ITSELF}\s+{_DONE.format('done')}",
)
_NOUNS = {
    "wrot": "authors",
    "writt": "authors",
    "publish": "publishers",
    "translat": "translators",
    "edit": "editors",
    "illustrat": "illustrators",
}
_OF_DATES = (
    rf"(?:when|where|in\s+(?:what|which)\s+year)\s+(?:is|was)\s+{_ITSELF}\s+(?:first\s+)?"
    r"(?:written|published|released|issued|submitted|printed)",
    r"(?:what|which)\s+(?:is|was)\s+the\s+(?:(?:publication|release)\s+date|"
    rf"(?:date|year)(?:\s+of\s+(?:publication|release))?|edition|isbn|doi){_OF_ITSELF}",
)
_ENDING = r"\s*[.?!]*\s*"
_MAKERS_ASKED = re.compile(rf"\s*(?:{'|'.join(_OF_MAKERS)}){_ENDING}", re.IGNORECASE)
_MAKERS_ASKED_BY_VERBS = re.compile(rf"\s*(?:{'|'.join(_BY_VERBS)}){_ENDING}", re.IGNORECASE)
_DATES_ASKED = re.compile(rf"\s*(?:{'|'.join(_OF_DATES)}){_ENDING}", re.IGNORECASE)


def asked_of_makers(question: str) -> str:
    """An English question that asks who made the text, or where they are from, in words that a
    title page may have: "Who are the authors?" for "Who wrote this?"; empty where it asks for
    something else."""
    if done := _MAKERS_ASKED_BY_VERBS.fullmatch(question):
        verb = done["did"] or done["done"]
        return f"Who are the {_NOUNS[verb.casefold()]}?"
    return question if _MAKERS_ASKED.fullmatch(question) else ""


def asks_for_title_page(question: str) -> bool:
    """Whether an English question asks what a title page says."""
    return bool(asked_of_makers(question)) or _DATES_ASKED.fullmatch(question) is not None
