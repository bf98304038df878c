"""Several questions in one: "Who wrote the letter, and where is the key?"

What answers one of them stands elsewhere than what answers the other, and is not looked up well
together: so each is answered by itself. One that means what another is about ("Who is Anna, and
why does she leave?") stays with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from longread.answering.answer import NOT_FOUND, Answer, Route, Timing, Usage
from longread.answering.follow_up import stands_alone

_MOST = 4
_FEWEST_WORDS = 2

_DOES = (
    "am|is|are|was|were|do|does|did|has|have|had|can|could|will|would|shall|should|may|might|must"
)
_ASKS = (
    r"(?:(?:in|on|at|from|to|by|of|with|for|about|under)\s+)?"
    r"(?:who|whom|whose|what|when|where|why|how|which)\b"
)
_NO_NOUN = (
    "i|you|he|she|it|we|they|this|that|these|those|there|the|a|an|his|her|their|its|my|our|your"
)
_QUESTION = re.compile(rf"{_ASKS}|(?:{_DOES})\s+(?:(?:{_NO_NOUN})\b|(?-i:[A-Z]))", re.IGNORECASE)
_ASKED_WITHIN = re.compile(rf"\w\W*\s{_ASKS}", re.IGNORECASE)
_TURNED = re.compile(
    rf"{_ASKS}(?:[’']s\b|(?:\s+(?!(?:{_NO_NOUN})\b)(?-i:[a-z])[\w’'-]*){{0,5}}?\s+(?:{_DOES})(?:n[’']t)?\b)",
    re.IGNORECASE,
)
"""A question with the verb before what it is about: "which chapter is …", and not "which chapter
she …"."""
_OF_WHO = re.compile(
    rf"(?:who|what)\s+(?!(?:{_NO_NOUN}|in|on|at|to|from|of|by)\b)[a-z]+(?:ed|s|t|me|ve|id|w|n)\b"
)
"""A question about who does something: "who noticed the light"."""
_BREAK = re.compile(rf"\s*[,;]?\s+and\s+(?={_ASKS})", re.IGNORECASE)
_END = re.compile(r"(?<=\?)\s+")
_QUOTED = re.compile(r"[“\"„«‘'].+?[”\"“»’'](?!\w)")

_NAMED_BEFORE = re.compile(r"\b(?:how\s+many|which)\s+(?P<noun>[a-z]+)\b", re.IGNORECASE)
_NOTHING_NAMED = re.compile(
    rf"which\s+(?P<verb>{_DOES}|comes|mentions|ends|begins)\b", re.IGNORECASE
)
_OF_MANY = frozenset({"are", "were", "do", "have"})


def questions_in(question: str) -> tuple[str, ...]:
    """The questions that an English one holds, each as one by itself; the question alone where it
    holds no others, or where these do not say by themselves what they are about."""
    found = [
        part
        for sentence in _END.split(question)
        if (asked := sentence.rstrip("? "))
        for part in _split(asked)
    ]
    clear = 1 < len(found) <= _MOST and all(
        _QUESTION.match(one) and len(one.split()) >= _FEWEST_WORDS for one in found
    )
    first, *others = _completed(found) if clear else [question]
    return (first, *others) if all(map(stands_alone, others)) else (question,)


def _split(sentence: str) -> list[str]:
    hidden = [match.span() for match in _QUOTED.finditer(sentence)]
    parts, start = [], 0
    for match in _BREAK.finditer(sentence):
        quoted = any(first < match.end() and match.start() < last for first, last in hidden)
        if not quoted and _are_beside(sentence[start : match.start()], sentence[match.end() :]):
            parts.append(sentence[start : match.start()])
            start = match.end()
    return [*parts, sentence[start:]]


def _are_beside(before: str, behind: str) -> bool:
    """Whether the second of two asks by itself, and not within what the first asks, as in "what he
    says and what he does"."""
    if _TURNED.match(behind):
        return True
    return _OF_WHO.match(behind) is not None and _ASKED_WITHIN.search(before) is None


def _completed(questions: Iterable[str]) -> Iterator[str]:
    """Questions with their marks, and what "which" leaves to the one before it: "How many chapters
    are there, and which is the longest?"."""
    noun = ""
    for question in questions:
        said = question
        if noun and (match := _NOTHING_NAMED.match(question)):
            many = match["verb"].casefold() in _OF_MANY
            named = noun if many else noun.removesuffix("s")
            said = f"{question[: match.start('verb')]}{named} {question[match.start('verb') :]}"
        if match := _NAMED_BEFORE.search(said):
            noun = match["noun"]
        yield f"{said[:1].upper()}{said[1:]}?"


Item = TypeVar("Item")


def joined(question: str, answers: Sequence[Answer], timing: Timing) -> Answer:
    """The answer to several questions in one: their answers one below the other, and behind them
    which of them have none. It is declined where all are; its figures are those of each."""
    found = [one for one in answers if not one.declined]
    lines = [one.text for one in found]
    lines += not_found(answers)
    routes = {one.route for one in answers}
    assessed = [one.assessment for one in answers if one.assessment is not None]
    shown = found or answers
    return Answer(
        question=question,
        standalone_question=" ".join(one.standalone_question for one in answers),
        route=routes.pop() if len(routes) == 1 else Route.DETAIL,
        text="\n\n".join(lines) if found else NOT_FOUND,
        declined=not found,
        timing=timing,
        citations=_once((one.label, one) for answer in shown for one in answer.citations),
        figures={"questions": [_told(one) for one in answers]},
        sentences=tuple(sentence for one in found for sentence in one.sentences),
        quotations=tuple(quotation for one in found for quotation in one.quotations),
        evidence=_once((one.label, one) for answer in answers for one in answer.evidence),
        evidence_text="\n\n".join(one.evidence_text for one in answers if one.evidence_text),
        assessment=min(assessed, key=lambda one: one.probability, default=None),
        unknown_citations=sum(one.unknown_citations for one in answers),
        unfound_quotations=sum(one.unfound_quotations for one in answers),
        finish=next((one.finish for one in answers if one.finish != "stop"), "stop"),
        usage=Usage(
            sum(one.usage.prompt_tokens for one in answers),
            sum(one.usage.cached_tokens for one in answers),
            sum(one.usage.reply_tokens for one in answers),
        ),
        model=next((one.model for one in answers if one.model), ""),
        doubtful=any(one.doubtful for one in found),
    )


def not_found(answers: Sequence[Answer]) -> list[str]:
    """Lines on the questions that have no answer, where others have one."""
    if all(one.declined for one in answers):
        return []
    return [
        f"{NOT_FOUND}: {one.question}" if one.text == NOT_FOUND else one.text
        for one in answers
        if one.declined
    ]


def _told(answer: Answer) -> dict[str, object]:
    return {
        "question": answer.question,
        "route": answer.route,
        "answer": answer.text,
        "declined": answer.declined,
        "doubtful": answer.doubtful,
        "figures": answer.figures,
    }


def _once(labelled: Iterable[tuple[str, Item]]) -> tuple[Item, ...]:
    kept: dict[str, Item] = {}
    for label, item in labelled:
        kept.setdefault(label, item)
    return tuple(kept.values())
