"""Documents that a question names by their titles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from longread.document import Document

THE_BOOK = "the book"
"""What a title is said as, where a question asks about a text as such."""

_SUBTITLE = re.compile(r"[:;(\[–—]|\s-\s")
_ARTICLE = re.compile(
    r"(?:the|a|an|der|die|das|ein|eine|le|la|les|un|une|el|los|las|il|lo|gli|i|o|os)\s+",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_QUOTES = "\"“”„«»‘’'"
_QUOTED_WORD = re.compile(rf"[{_QUOTES}](\w+)[{_QUOTES}]")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7af]")
_LEAST_UNSPACED = 2

_OF_A_TEXT = (
    r"\b(?:chapters?|sections?|parts?|pages?|paragraphs?|sentences?|words?|author|title|plot|"
    r"summary|synopsis|overview|outline|story|themes?|end|ending|beginning|start|opening|"
    r"(?:main )?characters)\b"
)
_FRAMES = (
    (r"\b(?:in|within|throughout|across|inside)\s+", r"(?!\w|['’]s\b)"),
    (_OF_A_TEXT + r"\s+(?:of|in|for|are(?:\s+there)?\s+in)\s+", r"(?!\w|['’]s\b)"),
    (
        r"\b(?:does|do|did)\s+",
        r"(?=\s+(?:have|contain|begin|start|open|end|finish|conclude)\W*$)",
    ),
    (r"\b(?:is|was|['’]s)\s+", r"(?=\s+(?:all\s+about|about|written|called|by)\b)"),
    (r"\b(?:has|have|wrote|authored|summari[sz]e|outline|recap|how\s+long\s+is)\s+", r"(?=\W*$)"),
)
"""What stands before and behind a title where a text as such is meant: "chapters does Emma have",
but not "does Emma love"."""


_OFTEN = 3
"""So often stands in a text what is more than its title, which a title page has too."""


@dataclass(frozen=True, slots=True)
class Reworded:
    """A question in which a ``title`` is said as ``THE_BOOK``, and the ids of whose title it is;
    none where the question stayed as it was."""

    question: str
    document_ids: frozenset[str] = frozenset()
    title: str = ""

    def means_more_than(self, documents: Mapping[str, Document]) -> bool:
        """Whether the title is also what somebody or something in the texts is called, as in "Who
        lives in Wuthering Heights?"."""
        words = r"\W+".join(map(re.escape, _own_words(_main(self.title))))
        named = re.compile(rf"(?<!\w){words}(?!\w)", re.IGNORECASE)
        return any(
            len(list(islice(named.finditer(documents[one].text), _OFTEN))) == _OFTEN
            for one in self.document_ids
        )


def documents_named(question: str, titles: Mapping[str, str]) -> frozenset[str]:
    """The ids of documents, given with their titles, that a question names. A subtitle and an
    article need not stand in the question. A title of one word, which may be just a word or a name,
    must stand there in quotation marks, or where a text as such is meant."""
    return frozenset(one for one, title in titles.items() if _is_named(question, title))


def reworded(question: str, titles: Mapping[str, str]) -> Reworded:
    """Say ``THE_BOOK`` for the title of a document, given by their ids, where a question asks about
    the text as such: "How many chapters has Emma?", "Who is Gaston in The Sheik?". Where a title is
    also somebody's name, "Where does Emma first appear?" stays as it is, and so does a question
    that names other documents too."""
    for title in dict.fromkeys(titles.values()):
        found = _framed(question, title)
        others = (other for other in titles.values() if other != title)
        if found is not None and not any(_is_named(question, other) for other in others):
            start, end = found
            ids = frozenset(one for one, other in titles.items() if other == title)
            return Reworded(f"{question[:start]}{THE_BOOK}{question[end:]}", ids, title)
    return Reworded(question)


def _framed(question: str, title: str) -> tuple[int, int] | None:
    """Where a title stands in a question that asks about the text as such."""
    for wording in dict.fromkeys((title.strip(), _main(title))):
        own = _own_words(wording)
        # Most titles of a large library stand nowhere in a question, and need no expressions.
        if _UNSPACED.search(wording) or not _stands(own, question):
            continue
        core = r"\W+".join(map(re.escape, own))
        article = rf"(?:{_ARTICLE.pattern})?" if _ARTICLE.match(wording) else ""
        pattern = rf"(?P<title>[{_QUOTES}]?{article}{core}(?:(?<=\w)[{_QUOTES}](?!\w))?)"
        for before, behind in _FRAMES:
            match = re.search(before + pattern + behind, question, re.IGNORECASE)
            if match and _is_said_as_title(match["title"], wording, len(own), question):
                return match.span("title")
    return None


def _is_said_as_title(said: str, title: str, words: int, question: str) -> bool:
    """Whether what stands in a question is the title, and no word or name that is like it."""
    bare = said.strip(_QUOTES)
    if words > 1 or bare != said or bare == title:
        return True
    return re.search(_OF_A_TEXT, question, re.IGNORECASE) is not None


def _is_named(question: str, title: str) -> bool:
    main = _main(title)
    if _UNSPACED.search(main):
        return len(main) >= _LEAST_UNSPACED and main in question
    own = _own_words(main)
    if len(own) == 1:
        quoted = (word.casefold() for word in _QUOTED_WORD.findall(question))
        return own[0] in quoted or _framed(question, title) is not None
    return _stands(own, question)


def _main(title: str) -> str:
    """A title without its subtitle."""
    return _SUBTITLE.split(title, maxsplit=1)[0].strip()


def _own_words(wording: str) -> list[str]:
    """The words of a title without its article, in small letters."""
    article = _ARTICLE.match(wording)
    return _words(wording[article.end() :] if article else wording)


def _stands(words: list[str], question: str) -> bool:
    """Whether words stand one behind the other in a question."""
    return bool(words) and f" {' '.join(words)} " in f" {' '.join(_words(question))} "


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())
