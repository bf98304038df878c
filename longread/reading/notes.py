"""Notes on groups of passages: what is asked of the model, and what of its reply is kept.

Code finds the names; the model only says what they are or do. A sentence of a gist with a name
or a number that the passages do not have is dropped. Where nothing holds, sentences of the text
itself take the gist's place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from longread.document import Document, Passage, Span
from longread.engine.protocol import Line
from longread.memory.analysis import content_terms
from longread.memory.notes import Note
from longread.memory.terms import ABBREVIATION
from longread.passages import sentence_spans
from longread.reading.groups import Group
from longread.reading.names import Name

MAIN_NAMES = 3
"""Of so many names a note says what they are or do."""

GIST_TOKENS = 110
NAME_TOKENS = 24
TOPIC_TOKENS = 24
QUESTION_TOKENS = 32

GIST, TOPICS, QUESTION = "Gist:", "Topics:", "Question:"

_MOST_TOPICS = 5
_EXTRACTED_SENTENCES = 2
_LEAST_LETTERS = 24
_LEAST_QUESTION = 8
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])[\"”’)]*\s+")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_NUMBER = re.compile(r"\d[\d.,:]*")
_TASK = """Write a note on these passages, so that they can be found and understood later:
{gist} in two or three sentences, what happens or is said here: who does what, where, when and why
{names}{topics} three to five key words
{question} a question that these passages answer
{question} another one"""
_NAME = "{name}: in a few words, what {name} is or does here\n"
_AGAIN = "In two or three plain sentences, what do these passages say?"


def main_names(names: Sequence[Name], span: Span) -> list[str]:
    """The persons, and then the other names, that a stretch of text speaks of most."""
    counts: Counter[str] = Counter()
    persons = set()
    for name in names:
        inside = sum(span.start <= mention.start < span.end for mention in name.mentions)
        if inside:
            counts[name.name] = inside
            if name.kind == "person":
                persons.add(name.name)
    ranked = sorted(counts, key=lambda item: (item not in persons, -counts[item]))
    return ranked[:MAIN_NAMES]


def task(names: Sequence[str]) -> str:
    """What the model is asked behind the passages."""
    return _TASK.format(
        gist=GIST,
        names="".join(_NAME.format(name=name) for name in names),
        topics=TOPICS,
        question=QUESTION,
    )


def task_again() -> str:
    """What it is asked where its note did not hold."""
    return _AGAIN


def lines(names: Sequence[str]) -> tuple[Line, ...]:
    """The lines of a note."""
    return (
        Line(GIST, GIST_TOKENS),
        *(Line(f"{name}:", NAME_TOKENS) for name in names),
        Line(TOPICS, TOPIC_TOKENS),
        Line(QUESTION, QUESTION_TOKENS),
        Line(QUESTION, QUESTION_TOKENS),
    )


def lines_again() -> tuple[Line, ...]:
    """The only line of a second try."""
    return (Line(GIST, GIST_TOKENS),)


def check(
    group: Group, names: Sequence[str], written: Sequence[str], text: str, language: str, model: str
) -> Note:
    """A note of what was written behind the labels; its gist is empty where none of it holds."""
    gist, *rest = written
    described = rest[: len(names)] if len(rest) > len(names) else []
    topics, *questions = rest[len(described) :] if len(rest) > len(names) else [""]
    words = _words(text)
    return Note(
        number=group.number,
        first=group.first,
        last=group.last,
        gist=" ".join(holding(gist, text)),
        names=tuple(
            (name, what.strip(" .;,"))
            for name, what in zip(names, described, strict=True)
            if len(what) > 2 and _supported(what, text, words)
        ),
        topics=_topics(topics, text, language),
        questions=tuple(
            dict.fromkeys(
                question
                for question in questions
                if question.endswith(("?", "？"))
                and len(question) >= _LEAST_QUESTION
                and _supported(question, text, words)
            )
        ),
        model=model,
    )


def extract(document: Document, passages: Sequence[Passage]) -> str:
    """The sentences of passages that hold most of what they are about, in their order."""
    spans = [span for passage in passages for span in sentence_spans(document, passage)]
    terms = [set(content_terms(document.slice(span), document.language)) for span in spans]
    counts = Counter(term for found in terms for term in found)

    def worth(index: int) -> float:
        return sum(counts[term] for term in terms[index]) / (8 + len(terms[index]))

    best = sorted(range(len(spans)), key=lambda index: (-worth(index), index))
    return " ".join(document.slice(spans[i]) for i in sorted(best[:_EXTRACTED_SENTENCES]))


def sentences(text: str) -> list[str]:
    """What was written, cut behind each sentence; not behind "Mr."."""
    found: list[str] = []
    for part in _SENTENCE_END.split(text.strip()):
        if found and ABBREVIATION.search(found[-1].removesuffix(".")):
            found[-1] += f" {part}"
        elif part.strip():
            found.append(part.strip())
    return found


def holding(written: str, text: str) -> list[str]:
    """The sentences that were written to their end and whose names and numbers stand in the
    text; none where too little is left of them."""
    words = _words(text)
    said = sentences(written)
    whole = [s for s in said if s.rstrip('"”’)').endswith(tuple(".!?…。！？"))] or said
    kept = [s for s in whole if _supported(s, text, words)]
    return kept if sum(len(s) for s in kept) >= _LEAST_LETTERS else []


def _supported(sentence: str, text: str, words: set[str]) -> bool:
    """Whether the names and numbers of a sentence stand in the text."""
    for match in _WORD.finditer(sentence):
        word = match.group()
        begins = not sentence[: match.start()].strip(" \"“‘'(")
        if word[0].isupper() and not begins and _plain(word) not in words:
            return False
    return all(number.strip(".,:") in text for number in _NUMBER.findall(sentence))


def _topics(line: str, text: str, language: str) -> tuple[str, ...]:
    known = set(content_terms(text, language))
    found: dict[str, None] = {}
    for piece in re.split(r"[,;、，]", line):
        topic = piece.strip(" .")
        terms = content_terms(topic, language)
        if terms and len(topic.split()) <= 4 and known & set(terms):
            found.setdefault(topic)
    return tuple(found)[:_MOST_TOPICS]


def _words(text: str) -> set[str]:
    return {_plain(word) for word in _WORD.findall(text)}


def _plain(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.casefold())
