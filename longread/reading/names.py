"""Names of a text, gathered by code: who and what it names, under which forms, where.

Forms of one name are joined where that is clear, as "Darcy" and "Fitzwilliam Darcy"; "Mr. Bennet"
and "Mrs. Bennet" are not, and what could be several stays by itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from longread.document import Document, Passage, Span
from longread.languages import language_code
from longread.memory.analysis import passage_terms
from longread.reading.mentions import (
    HONORIFICS,
    MARRIED,
    MEN,
    OFFICES,
    RANKS,
    WOMEN,
    Mention,
    mentions,
    word_set,
)
from longread.reading.name_kinds import PEOPLES, Kind, kind_of, sex_by_pronouns

FEWEST_MENTIONS = 2
"""A name that is met less often is left out."""

LEADING_SHARE = 0.75
"""A surname alone is the one bearer's who has at least this share of its mentions."""

_SHORTEST_NICKNAME = 3
_INITIAL = re.compile(r"\w\.")
_FIRST_AND_LAST = 2
_DECLINING = word_set("ru uk be pl cs sk sl hr sr bg fi et hu lt lv el la")
_CROWNED = word_set("king queen emperor empress pope")
"""Who is called so is known by the first name alone: "Queen Elizabeth" is no Elizabeth Bennet."""

_NOT_ONLY_OF_PERSONS = word_set("st st. saint general gen.")
"""Titles that places and companies have too: "St. Petersburg", "General Motors"."""

_TITLES_WITHIN = (OFFICES - _NOT_ONLY_OF_PERSONS) | word_set(
    "mr mr. mrs mrs. miss minister admiral officer secretary"
)
"""Titles that more may stand before, as in "Prime Minister"."""

_QUARTERS = word_set("new north northern south southern east eastern west western upper lower")
"""Words for a part of what is named behind them, or another of that name."""

_MISTER = word_set("mr mr. mister")
_BEFORE_SURNAMES = _MISTER | MARRIED


@dataclass(frozen=True, slots=True)
class Name:
    """Somebody or something that a text names. ``forms`` are the wordings with how often each
    stands there, the commonest first; ``mentions`` all places, in the order of the text."""

    name: str
    kind: Kind
    forms: tuple[tuple[str, int], ...]
    mentions: tuple[Span, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values for ``json.dumps``."""
        return {
            "name": self.name,
            "kind": self.kind,
            "forms": dict(self.forms),
            "mentions": [[span.start, span.end] for span in self.mentions],
        }


def dispersion(name: Name, length: int, bins: int) -> list[int]:
    """How often a name stands in each of so many equal parts of a text."""
    counts = [0] * bins
    for span in name.mentions:
        counts[min(bins - 1, span.start * bins // max(1, length))] += 1
    return counts


@dataclass(slots=True)
class _Form:
    """One wording with its places. ``core`` are its words without titles before them."""

    text: str
    core: tuple[str, ...]
    title: str
    places: list[Mention]

    @property
    def sex(self) -> str:
        if self.title in MEN:
            return "m"
        return "w" if self.title in WOMEN else ""


def gather(document: Document) -> tuple[Name, ...]:
    """The names of a document, those with most mentions first."""
    forms: dict[str, _Form] = {}
    for mention in mentions(document):
        form = forms.get(mention.form)
        if form is None:
            words = mention.form.split()
            titles = _titles(words)
            title = words[titles - 1].casefold() if titles else ""
            core = tuple(_key(word, document.language) for word in words[titles:])
            form = forms[mention.form] = _Form(mention.form, core, title, [])
        form.places.append(mention)
    groups = _join(list(forms.values()), document)
    names = [_name(group, document) for group in groups]
    bearers = {name.name.split()[-1] for name in names if name.kind == "person"}
    kept = [
        replace(name, kind="other") if _is_family(name, bearers) else name
        for name in names
        if len(name.mentions) >= FEWEST_MENTIONS
    ]
    return tuple(sorted(kept, key=lambda item: (-len(item.mentions), item.mentions[0].start)))


def _titles(words: Sequence[str]) -> int:
    """How many words of a form are no name yet: titles, and what stands before one, as in "French
    President Emmanuel Macron"."""
    leading = 0
    while leading < len(words) - 1 and words[leading].casefold() in HONORIFICS:
        leading += 1
    for at in range(len(words) - 2, leading, -1):
        around = words[at - 1], words[at + 1]
        if words[at].casefold() in _TITLES_WITHIN and all(word[0].isupper() for word in around):
            return at + 1
    return leading


def _is_family(name: Name, bearers: Container[str]) -> bool:
    """Whether a place is none, but where those are at home who bear a name, as "the Wilsons"."""
    return name.kind == "place" and name.name.endswith("s") and name.name[:-1] in bearers


def _key(word: str, language: str) -> str:
    """What a word's forms have in common, in languages that decline names."""
    terms = passage_terms(word, language) if language_code(language) in _DECLINING else []
    return terms[0] if terms else word.casefold()


def together(
    names: Sequence[Name], passages: Iterable[Passage]
) -> dict[tuple[str, str], list[Passage]]:
    """The passages in which two names stand together, for pairs that ever do."""
    starts = [(span.start, index) for index, name in enumerate(names) for span in name.mentions]
    starts.sort()
    pairs: dict[tuple[str, str], list[Passage]] = defaultdict(list)
    at = 0
    for passage in passages:
        present: set[int] = set()
        while at < len(starts) and starts[at][0] < passage.span.end:
            if starts[at][0] >= passage.span.start:
                present.add(starts[at][1])
            at += 1
        for one, other in combinations(sorted(present), 2):
            pairs[names[one].name, names[other].name].append(passage)
    return dict(pairs)


def _join(forms: list[_Form], document: Document) -> list[list[_Form]]:
    """Groups of forms that are one name."""
    sexes = _sexes(forms, document)
    groups: list[list[_Form]] = []
    whole: dict[tuple[str, ...], list[_Form]] = defaultdict(list)
    for form in forms:
        if len(form.core) > 1:
            whole[form.core].append(form)
    groups += _by_nicknames(_by_endings(whole, sexes), sexes)
    by_first: dict[str, list[list[_Form]]] = defaultdict(list)
    by_last: dict[str, list[list[_Form]]] = defaultdict(list)
    for group in groups:
        for first in {form.core[0] for form in group}:
            by_first[first].append(group)
        by_last[group[0].core[-1]].append(group)
    single = [form for form in forms if len(form.core) == 1]
    # Titles tell most, so that a bare word finds the groups that they have made.
    for form in sorted(single, key=lambda item: (not item.title, -len(item.places))):
        word = form.core[0]
        bearers = by_last[word] if form.title else _without_ladies(by_last[word])
        surname = [group for group in bearers if _fits(form, group, sexes)]
        if not surname and not form.title:
            # What the pronouns around a bare surname say weighs less than that somebody is called
            # so in full.
            told, sexes[form.text] = sexes[form.text], ""
            surname = [
                group for group in bearers if len(group[0].core) > 1 and _fits(form, group, sexes)
            ]
            sexes[form.text] = "" if surname else told
        given = [group for group in by_first[word] if _fits(form, group, sexes)]
        # "Colonel Fitzwilliam" is not Fitzwilliam Darcy, while "Sir William" is William Lucas.
        candidates = surname if surname or form.title in OFFICES else given
        if form.title not in OFFICES and form.title not in _BEFORE_SURNAMES:
            candidates = given + surname
        best = _leading([g for g in candidates if _same_title(form, g)] or candidates)
        if best is not None and not _only_holds(best, word):
            best.append(form)
            continue
        group = [form]
        groups.append(group)
        by_last[word].append(group)
    return groups


def _without_ladies(groups: Sequence[list[_Form]]) -> Sequence[list[_Form]]:
    """Those who may be called by their surname alone: where one is Mr., not Mrs. or Miss."""
    titles = [{form.title for form in group} for group in groups]
    gentlemen = [not of.isdisjoint(_MISTER) for of in titles]
    if not any(gentlemen):
        return groups
    return [
        group
        for group, of, gentleman in zip(groups, titles, gentlemen, strict=True)
        if gentleman or of.isdisjoint(WOMEN)
    ]


def _only_holds(group: Sequence[_Form], word: str) -> bool:
    """Whether a name holds a word that is no short form of it, but another name: "King of Spain"
    and Spain, "New England" and England, "Arab Sheik" and Arab."""
    first, last = group[0].core[0], group[0].core[-1]
    if last == word:
        return "of" in group[0].core or first in _QUARTERS
    return first == word and word in PEOPLES


def _by_endings(
    whole: Mapping[tuple[str, ...], list[_Form]], sexes: dict[str, str]
) -> list[list[_Form]]:
    """Groups of full names of the same words. One that stands once, behind a place or the end of a
    list, as "North Dormer Lucius Harney", is with the name that it ends in."""
    groups: dict[tuple[str, ...], list[_Form]] = {}
    for core in sorted(whole, key=len):
        forms = whole[core]
        is_rare = sum(len(form.places) for form in forms) < FEWEST_MENTIONS
        endings = (core[at:] for at in range(1, len(core) - 1))
        ending = next((one for one in endings if one in groups), None) if is_rare else None
        if ending is None:
            groups[core] = list(forms)
        else:
            groups[ending] += forms
            sexes.update((form.text, "") for form in forms if not form.title)
    return list(groups.values())


def _by_nicknames(groups: list[list[_Form]], sexes: dict[str, str]) -> list[list[_Form]]:
    """Groups of full names, those with one surname joined of which one first name is the beginning
    of the other, or its first letter, as "Phil Gordon" and "P. Gordon" of "Philippa Gordon"."""
    joined: list[list[_Form]] = []
    by_surname: dict[str, list[list[_Form]]] = defaultdict(list)
    for group in sorted(groups, key=lambda group: -len(group[0].core[0])):
        first, last = group[0].core[0], group[0].core[-1]
        namesakes = by_surname[last] if len(group[0].core) == _FIRST_AND_LAST else []
        longer = [
            other
            for other in namesakes
            if other[0].core[0].startswith(first.removesuffix("."))
            and (len(first) >= _SHORTEST_NICKNAME or _INITIAL.fullmatch(first))
            and all(_fits(form, other, sexes) for form in group)
        ]
        if len(longer) == 1:
            longer[0].extend(group)
        else:
            joined.append(group)
            namesakes.append(group)
    return joined


def _sexes(forms: Sequence[_Form], document: Document) -> dict[str, str]:
    """By its title, else by the pronouns behind it, else by what else its first name tells."""
    sexes = {form.text: form.sex or sex_by_pronouns(form.places, document) for form in forms}
    by_first: dict[str, list[_Form]] = defaultdict(list)
    for form in forms:
        by_first[form.core[0]].append(form)
    for form in forms:
        if not sexes[form.text] and len(form.core) > 1:
            alike = by_first[form.core[0]]
            titled = {other.sex for other in alike} - {""}
            places = [place for other in alike for place in other.places]
            sexes[form.text] = (
                titled.pop() if len(titled) == 1 else sex_by_pronouns(places, document)
            )
    return sexes


def _fits(form: _Form, group: Sequence[_Form], sexes: dict[str, str]) -> bool:
    if form.title in _CROWNED and not _same_title(form, group):
        return False
    own = sexes[form.text]
    others = {sexes[other.text] for other in group} - {""}
    if own and others and own not in others:
        return False
    plain = {other.title for other in group} & (MEN | WOMEN) - RANKS
    ranked = {other.title for other in group} & RANKS
    if (form.title in RANKS and plain) or (form.title in (MEN | WOMEN) - RANKS and ranked):
        return False
    # Mr. and Mrs. are told apart by sex; Mrs. and Miss of one surname are two people.
    married = {other.title in MARRIED for other in group if other.title in WOMEN}
    return form.title not in WOMEN or not married or (form.title in MARRIED) in married


def _same_title(form: _Form, group: Sequence[_Form]) -> bool:
    return bool(form.title) and any(other.title == form.title for other in group)


def _leading(groups: list[list[_Form]]) -> list[_Form] | None:
    unique = list({id(group): group for group in groups}.values())
    if not unique:
        return None
    sizes = [sum(len(form.places) for form in group) for group in unique]
    best = max(range(len(unique)), key=lambda index: sizes[index])
    return unique[best] if sizes[best] >= LEADING_SHARE * sum(sizes) else None


def _name(group: Sequence[_Form], document: Document) -> Name:
    counted = sorted(((form.text, len(form.places)) for form in group), key=lambda f: -f[1])
    places = sorted((m for form in group for m in form.places), key=lambda m: m.span.start)
    total = len(places)
    # The fullest of the forms that are used at all often says most.
    usual = [text for text, count in counted if count >= max(2, total // 50)] or [counted[0][0]]
    titles = {form.title for form in group} - {""} - _NOT_ONLY_OF_PERSONS
    fullness = {form.text: sum(word not in HONORIFICS for word in form.core) for form in group}
    named = max(usual, key=lambda text: (fullness[text], -len(text)))
    name = named if fullness[named] > 1 else counted[0][0]
    kind = "person" if titles else kind_of(name, places, document)
    return Name(name, kind, tuple(counted), tuple(m.span for m in places))
