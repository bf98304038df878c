"""Where a text names somebody or something: runs of words written with a capital.

A capital tells of a name only where no sentence begins. A word that begins one counts if it
is a name elsewhere and seldom or never a common word. Languages that write every noun with a
capital give poor results, those that write nothing with one none.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from longread.document import Document, Span
from longread.languages import is_english, language_code
from longread.memory.analysis import WORD
from longread.memory.stopwords import stop_words

COMMON_SHARE = 0.25
"""A word that is written small more often than this, against its capitals within sentences,
names nothing where a sentence begins."""

FEWEST_CASED = 0.5
"""Share of a text's letters, of those that have capitals, below which they are foreign to it."""

_SAMPLE = 20_000

LONGEST_RUN = 6
"""Words that a name has at most."""


def word_set(text: str) -> frozenset[str]:
    """The words of a text that lists them."""
    return frozenset(text.split())


MEN = word_set(
    "mr mr. mister master sir lord king prince duke baron count monsieur m. herr don señor signor "
    "uncle father brother squire emperor"
)
MARRIED = word_set("mrs mrs. madame mme mme. frau doña señora signora")
WOMEN = MARRIED | word_set(
    "miss ms ms. lady queen princess duchess baroness countess mademoiselle mlle mlle. fräulein "
    "señorita signorina aunt mother sister dame empress madam"
)
OFFICES = word_set(
    "dr dr. doctor professor prof prof. captain capt capt. colonel col col. major general gen. "
    "lieutenant lieut. sergeant corporal inspector judge justice reverend rev rev. bishop cardinal "
    "pope saint st st. president senator governor constable"
)
HONORIFICS = MEN | WOMEN | OFFICES
"""Titles before names, in small letters: of men, of women, those of wives among them, and of
either."""
RANKS = word_set(
    "sir lord king prince duke baron count emperor lady queen princess duchess baroness countess "
    "dame empress"
)
"""Titles whose bearer is never called Mr., Mrs. or Miss."""

_BEFORE_OF = (RANKS - {"sir", "lady", "lord"}) | word_set(
    "house bank university isle bay gulf church order bishop archbishop earl marquis court cape "
    "mount lake sea tower hall valley city county state republic"
)
"""Words whose name goes on behind "of"; in others, as "Holmes of Baker Street", it ends there."""

PLACE_NOUNS = word_set(
    "abbey alley arms avenue bay beach bridge canal castle cathedral church city coast college "
    "cottage county court cove creek crescent desert embassy falls farm fields forest gables "
    "gallery garden gardens gate hall harbor harbour hill hills hospital hotel house inn island "
    "islands isle isles lake lane lodge manor mews mountain mountains museum ocean palace park "
    "peninsula pier place plains plateau point pool port prairie prison quay ridge river road row "
    "school sea square station street terrace theatre tower town university valley village wharf "
    "wood woods yard"
)
"""Words by which places are called, at the end of their names."""

_PARTICLES = word_set("of de du des la le van von der den zu di da della del y e bin ibn al")
_NEVER = word_set(
    "i i'm i'll i've i'd i’m i’ll i’ve i’d o oh ah eh monday tuesday wednesday thursday friday "
    "saturday sunday january february march april june july august september october november "
    "december christmas chapter mss"
)
_ENGLISH = (
    stop_words("en") | word_set("himself herself itself myself themselves thou thee thy")
) - {"will"}
"""What names nothing by itself, even with a capital as "He" has of God."""

_ARTICLES = word_set("the a an")
"""Of these words, those with which a name may begin, as "The Hawk"."""

_WORD = re.compile(rf"(?!\d){WORD}\.?")
_POSSESSIVE = re.compile(r"[’']s?$")
_BEGINS = re.compile(r"(?:^|[.!?…:;][”’\"')\]»]*\s+|(?:[“‘„«‹\"'(\[—–*_-]|--|[¿¡])\s*)$")
_ITALICS = re.compile(r"(?<=_)[^_.!?…]{1,80}(?=_)")
_ABBREVIATED = re.compile(r"(?:^|\s)(?:[A-ZÀ-Þ]|" + "|".join(
    re.escape(word.rstrip(".").capitalize()) for word in sorted(HONORIFICS) if word.endswith(".")
) + r")\.\s+$")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as it stands at one place, without a possessive ending; ``prior`` is the word
    before it in small letters, where it stands in the same sentence."""

    form: str
    span: Span
    prior: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int
    begins: bool

    @property
    def word(self) -> str:
        return _POSSESSIVE.sub("", self.text)

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


def mentions(document: Document) -> list[Mention]:
    """All mentions in the order of the text; headings do not count."""
    if not _has_capitals(document.text):
        return []
    runs = [
        tokens
        for paragraph in document.paragraphs
        if paragraph.kind not in ("heading", "code", "table")
        for tokens in [_tokens(document.text, paragraph.span)]
    ]
    common = _common_words(runs)
    if is_english(document.language):
        small, not_first = _ENGLISH, _ENGLISH - _ARTICLES
    else:
        small, not_first = stop_words(language_code(document.language)), frozenset[str]()
    pairs = _pairs(runs, small)
    never = HONORIFICS | _NEVER | small
    found = []
    for tokens in runs:
        for first, last in _runs(tokens, document.text, common, pairs, not_first):
            form = " ".join([*(t.text for t in tokens[first:last]), tokens[last].word])
            words = [word.casefold() for word in form.split()]
            if not never.issuperset(words):
                span = Span(tokens[first].start, tokens[first].start + len(form))
                prior = "" if tokens[first].begins or not first else tokens[first - 1].text
                found.append(Mention(form, span, prior.casefold()))
    return found


def _has_capitals(text: str) -> bool:
    """Whether a text is written in a script with capitals, as characters all over it tell."""
    sample = text[:: len(text) // _SAMPLE + 1]
    cased = sum(one.islower() or one.isupper() for one in sample)
    return cased >= FEWEST_CASED * sum(map(str.isalpha, sample))


def _tokens(text: str, span: Span) -> list[_Token]:
    tokens = []
    for match in _WORD.finditer(text, span.start, span.end):
        word, start, end = match.group(), match.start(), match.end()
        abbreviated = word.casefold() in HONORIFICS or (len(word) == 2 and word[0].isupper())
        if word.endswith(".") and not abbreviated:
            word, end = word[:-1], end - 1
        named = _ITALICS.match(text, start, span.end)
        opens = start - 1 if named and _is_capitalised(named[0]) else start
        before = text[max(span.start, opens - 8) : opens]
        begins = opens == span.start or bool(_BEGINS.search(before))
        if begins and _ABBREVIATED.search(before):
            begins = False
        tokens.append(_Token(word, start, end, begins))
    return tokens


def _is_capitalised(words: str) -> bool:
    """Whether words have capitals as names do, and so begin no sentence only for their italics."""
    return all(word[0].isupper() or word in _PARTICLES for word in words.split())


def _common_words(runs: list[list[_Token]]) -> frozenset[str]:
    """Words that name nothing where they begin a sentence."""
    capitals: Counter[str] = Counter()
    small: Counter[str] = Counter()
    starts: set[str] = set()
    for tokens in runs:
        for token in tokens:
            word = token.word.casefold()
            if not token.capital:
                small[word] += 1
            elif token.begins or token.text.isupper():
                starts.add(word)
            else:
                capitals[word] += 1
    return frozenset(
        word
        for word in starts | set(capitals)
        if not capitals[word] or small[word] > COMMON_SHARE * capitals[word]
    )


def _pairs(runs: list[list[_Token]], small: frozenset[str]) -> frozenset[tuple[str, str]]:
    """Words that stand next to each other within sentences as names do, as "New York", the first
    of them no function word."""
    counted = Counter(
        (one.text, other.word)
        for tokens in runs
        for one, other in pairwise(tokens)
        if one.text.istitle()
        and other.text.istitle()
        and other.start == one.end + 1
        and not (one.begins or other.begins or one.text.endswith("."))
        and one.text.casefold() not in small
    )
    return frozenset(pair for pair, count in counted.items() if count > 1)


def _runs(
    tokens: list[_Token],
    text: str,
    common: frozenset[str],
    pairs: frozenset[tuple[str, str]],
    not_first: frozenset[str],
) -> Iterator[tuple[int, int]]:
    """First and last token of each run that is a name, which no word of ``not_first`` begins."""
    index = 0
    while index < len(tokens):
        if not _names(tokens, index, common, pairs, not_first):
            index += 1
            continue
        last = index
        while last - index < LONGEST_RUN - 1:
            following = _next(tokens, text, last)
            if following is None:
                break
            # What somebody has is no part of the name, but in "Patty's Place" it is.
            owned = tokens[last].word != tokens[last].text
            if owned and tokens[following].word.casefold() not in PLACE_NOUNS:
                break
            last = following
        yield index, last
        index = last + 1


def _names(
    tokens: list[_Token],
    index: int,
    common: frozenset[str],
    pairs: frozenset[tuple[str, str]],
    not_first: frozenset[str],
) -> bool:
    token = tokens[index]
    word = token.word.casefold()
    if (
        not token.capital
        or word in _NEVER
        or word in not_first
        or (len(word) < 2 and not token.text.endswith("."))
    ):
        return False
    if word in HONORIFICS:
        return True
    if token.begins or (token.text.isupper() and len(word) > 1):
        following = tokens[index + 1].word if index + 1 < len(tokens) else ""
        return word not in common or (token.text, following) in pairs
    return True


def _next(tokens: list[_Token], text: str, last: int) -> int | None:
    """The token that goes on a run behind ``last``, perhaps behind particles."""
    for step in (1, 2, 3):
        if last + step >= len(tokens):
            return None
        previous, token = tokens[last + step - 1], tokens[last + step]
        if text[previous.end : token.start] not in (" ", "\n"):
            return None
        if token.capital:
            return None if token.word.casefold() in _NEVER else last + step
        if token.text not in _PARTICLES:
            return None
        if token.text == "of" and previous.word.casefold() not in _BEFORE_OF:
            return None
    return None
