"""Notes on groups of passages: what is asked of the model, and what of its reply is kept.

The model writes short sentences and questions; code finds names and topics. A sentence with a name
or a number that the passages do not have is dropped, and so is one that the model itself doubts.
Where nothing holds, sentences of the text itself take the gist's place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from longread.document import Document, Passage, Span
from longread.engine.protocol import CUT, Line
from longread.languages import is_english
from longread.memory.analysis import content_terms, language_name
from longread.memory.notes import Note
from longread.memory.terms import common_worth
from longread.passages import sentence_spans
from longread.reading.belief import is_doubtful
from longread.reading.facts import WORD, is_held, names_within, plain, words
from longread.reading.groups import Group
from longread.reading.names import Name
from longread.reading.side_by_side import ITEM
from longread.sentences import ABBREVIATION

MAIN_NAMES = 5
"""A note has so many names at most."""

SENTENCE_TOKENS, QUESTION_TOKENS, AGAIN_TOKENS = 40, 32, 80
"""Longest sentence, question, and gist of a second try, in tokens."""

SENTENCES = 3
"""A gist has so many sentences: asked for one short sentence at a time, a small model confuses
much less than in a summary."""

QUESTION, AGAIN = "Question:", "Gist:"
"""Labels of a note's lines behind its sentences, and of the only line of a second try."""

STEMS = ("How", "Why")
"""What an English question begins with: left alone, a small model asks what the theme is."""

_MOST_TOPICS = 5
_EXTRACTED_SENTENCES = 2
_LEAST_LETTERS = 24
_LEAST_QUESTION = 8
_LEAST_TELLING = 4
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’»›」』)\]]*\s+")
_ENDS = (".", "!", "?", "…", "。", "！", "？")
_TASK = (
    "What happens or is said in these passages? Say it in three short sentences, in order: who "
    "does what, and why. Then write two questions about details that these passages "
    "answer.{language}"
)
_AGAIN = "In two plain sentences, what do these passages say?{language}"

_OF_THE_TEXT = (
    r"(?:in|of|from)\s+(?:these|this|the)\s+(?:(?:first|second|third|next|last)\s+)?"
    r"(?:passages?|text|excerpts?|section|part)"
)
_LEAD_IN = re.compile(
    rf"{_OF_THE_TEXT},\s+|"
    rf"(?:these|this|the)\s+(?:passages?|text|excerpts?)\s+(?:says?|tells?|states?|describes?)"
    rf"\s+that\s+",
    re.IGNORECASE,
)
_IS_ABOUT = re.compile(
    r"(?:the|this)\s+(?:story|text|book|chapter|passage)\s+is\s+about\s+an?\s+(?:\w+\s+){1,3}"
    r"(?:named|called)\s+(?P<name>(?-i:[A-Z])[\w’'-]*(?:\s+(?-i:[A-Z])[\w’'-]*)*),?\s+who\s+",
    re.IGNORECASE,
)
_ABOUT_THE_TEXT = re.compile(
    r"\b(?:passages?|excerpts?|does\s+(?:what|why)|(?:the|this)\s+(?:book|document)|"
    r"(?:theme|plot|purpose|point)\s+of\s+(?:the|this)\s+(?:text|story)|questions?\s+about)\b",
    re.IGNORECASE,
)


def main_names(names: Sequence[Name], span: Span) -> list[Name]:
    """The persons, and then the other names, that a stretch of text speaks of most."""
    found: list[tuple[bool, int, Name]] = []
    for name in names:
        inside = sum(span.start <= mention.start < span.end for mention in name.mentions)
        if inside:
            found.append((name.kind != "person", -inside, name))
    return [name for _, _, name in sorted(found, key=lambda item: item[:2])[:MAIN_NAMES]]


def topics(
    text: str, weight: Mapping[str, float], language: str, names: Sequence[Name]
) -> list[str]:
    """The words that tell most of what a stretch of text is about, beside names; ``weight`` is
    that of each term over all stretches."""
    named = {part.casefold() for name in names for form, _ in name.forms for part in form.split()}
    counts: Counter[str] = Counter()
    shown: dict[str, Counter[str]] = {}
    for word in WORD.findall(text):
        terms = content_terms(word, language)
        if len(terms) == 1 and len(word) >= _LEAST_TELLING and plain(word) not in named:
            counts[terms[0]] += 1
            shown.setdefault(terms[0], Counter())[word.casefold()] += 1
    often = [term for term in counts if counts[term] > 1]
    best = sorted(often, key=lambda term: (-counts[term] * weight.get(term, 0.0), term))
    return [shown[term].most_common(1)[0][0] for term in best[:_MOST_TOPICS]]


def task(language: str) -> str:
    """What the model is asked behind the passages."""
    return _TASK.format(language=_in(language))


def task_again(language: str) -> str:
    """What it is asked where its note did not hold."""
    return _AGAIN.format(language=_in(language))


def lines(language: str) -> tuple[Line, ...]:
    """The lines of a note."""
    stems = [f" {stem}" for stem in STEMS] if is_english(language) else [""] * len(STEMS)
    asked = [Line(f"{QUESTION}{stem}", QUESTION_TOKENS) for stem in stems]
    return (*[Line(ITEM, SENTENCE_TOKENS)] * SENTENCES, *asked)


def lines_again() -> tuple[Line, ...]:
    """The only line of a second try."""
    return (Line(AGAIN, AGAIN_TOKENS),)


def _in(language: str) -> str:
    name = "" if is_english(language) else language_name(language)
    return f" Write in {name}." if name else ""


def check(
    group: Group,
    names: Sequence[Name],
    written: Sequence[str],
    text: str,
    model: str,
    language: str = "en",
) -> Note:
    """A note of what was written behind the labels of ``lines``, or the single one of a second
    try; its gist is empty where none of it holds."""
    said = written[:SENTENCES] if len(written) > 1 else written
    asked = [
        f"{line.label.removeprefix(QUESTION)} {one}".strip()
        for line, one in zip(lines(language)[SENTENCES:], written[SENTENCES:], strict=False)
        if one
    ]
    kept = kept_sentences(said, text, language)
    return Note(
        number=group.number,
        first=group.first,
        last=group.last,
        gist=" ".join(kept),
        names=tuple((name.name, _saying(kept, name)) for name in names),
        questions=tuple(_different([one for one in asked if _is_question(one, text, language)])),
        model=model,
    )


def without_doubtful(note: Note, names: Sequence[Name], believed: Sequence[float]) -> Note:
    """A note whose gist keeps what the model believes, of its sentences so far each."""
    said = sentences(note.gist)
    kept = [
        (sentence, belief)
        for sentence, belief in zip(said, believed, strict=True)
        if not is_doubtful(belief, believed)
    ]
    texts = [sentence for sentence, _ in kept]
    return replace(
        note,
        gist=" ".join(texts),
        names=tuple((name.name, _saying(texts, name)) for name in names),
        beliefs=tuple(belief for _, belief in kept),
    )


def kept_sentences(said: Sequence[str], text: str, language: str) -> list[str]:
    """What of some lines holds, as sentences that differ, each with a full stop; none where too
    little is left. What was cut off is left out where anything else holds."""
    found = holding(said, text, language)
    kept = _different([_ended(one) for one in found if not is_cut(one)] or found)
    return kept if sum(map(len, kept)) >= _LEAST_LETTERS else []


def _is_question(said: str, text: str, language: str) -> bool:
    """Whether something is a question on what the text says."""
    ends = said.endswith(("?", "？")) and len(said) >= _LEAST_QUESTION
    return ends and not _talks_about(text, said) and is_held(said, text, language)


def _talks_about(text: str, said: str) -> bool:
    """Whether something is said about the text as such, in words that it does not use itself, as
    of a passage in a house."""
    found = _ABOUT_THE_TEXT.finditer(said)
    return any(match.group().casefold() not in text.casefold() for match in found)


def is_cut(sentence: str) -> bool:
    """Whether a sentence was not written to its end."""
    return sentence.endswith(CUT)


def _ended(sentence: str) -> str:
    """With a full stop: small models leave it out in lists."""
    return sentence if sentence.rstrip('"”’)').endswith(_ENDS) else f"{sentence.rstrip(',;:')}."


def _different(said: Sequence[str]) -> list[str]:
    """Without what only says again what another one says."""
    kept: list[str] = []
    for one in said:
        telling = {word for word in words(one) if len(word) >= _LEAST_TELLING} or words(one)
        if not any(telling <= words(other) for other in kept):
            kept.append(one)
    return kept


def _saying(gist: Sequence[str], name: Name) -> str:
    """The first sentence of a gist in which a name stands."""
    parts = {plain(form.split()[-1]) for form, _ in name.forms}
    return next((sentence for sentence in gist if parts & words(sentence)), "")


def extract(document: Document, passages: Sequence[Passage]) -> str:
    """The sentences of passages that hold most of what they are about, in their order."""
    spans = [span for passage in passages for span in sentence_spans(document, passage)]
    worth = common_worth([content_terms(document.slice(s), document.language) for s in spans])
    best = sorted(range(len(spans)), key=lambda index: (-worth[index], index))
    return " ".join(document.slice(spans[i]) for i in sorted(best[:_EXTRACTED_SENTENCES]))


def sentences(text: str) -> list[str]:
    """What was written, cut behind each sentence; not behind "Mr.", nor where it goes on with a
    small letter."""
    found: list[str] = []
    at = 0
    for end in [*(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]:
        part, at = text[at:end].strip(), end
        goes_on = part[:1].islower() or (found and ABBREVIATION.search(found[-1].removesuffix(".")))
        if found and part and goes_on:
            found[-1] += f" {part}"
        elif part:
            found.append(part)
    return found


def holding(written: Sequence[str], text: str, language: str) -> list[str]:
    """The sentences of some lines that say something of the text, and whose names and numbers
    stand in it."""
    said = [without_lead_in(one) for line in written for one in sentences(line)]
    # Of a word that begins a sentence, its capital tells nothing; the other sentences do.
    named = names_within(said, language)
    return [s for s in said if not _talks_about(text, s) and is_held(s, text, language, named)]


def without_lead_in(sentence: str) -> str:
    """A sentence without words about the passages before what it says of them."""
    rest = _LEAD_IN.sub("", sentence, count=1)
    about = _IS_ABOUT.match(rest)
    if about:
        rest = f"{about['name']} {rest[about.end() :]}"
    return rest[:1].upper() + rest[1:]
