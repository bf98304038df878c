"""Answers that are there without a model: by counting, by names, or from summaries that were
written."""

from __future__ import annotations

import time
from dataclasses import replace

from longread.answering.answer import NOT_FOUND, Answer, Route, Timing, without_model
from longread.answering.cast import answer_from_names
from longread.answering.company import answer_from_company
from longread.answering.counted import title_of
from longread.answering.counting import answer_by_counting
from longread.answering.named import reworded
from longread.answering.parts import MissingPart, missing_part
from longread.answering.several import joined, questions_in
from longread.answering.texts import Texts, titles_of
from longread.answering.translated import in_english
from longread.answering.whole import answer_from_tree
from longread.errors import UsageError
from longread.memory.library import Library
from longread.text import one_line

_QUOTED = 200


def answer_at_once(
    question: str, texts: Texts, library: Library, route: Route | None = None
) -> Answer | None:
    """The answer where none has to be looked for; else None. A ``route`` is kept to.

    Raises:
        UsageError: the route that is wanted gives no answer.
    """
    if route is Route.DETAIL:
        return None
    titled = reworded(question, titles_of(texts, library))
    answer = None
    if titled.document_ids:
        answer = _answer(titled.question, texts.only(titled.document_ids), library, route)
    if answer is None:
        answer = _answer(question, texts, library, route)
    if answer is None:
        said = (_answer(asked, texts, library, route) for asked in in_english(question))
        answer = next((one for one in said if one is not None), None)
    if answer is None and route is None and len(texts.ids) == 1:
        answer = _answer_each(question, texts, library)
    if answer is not None:
        # As it was asked: "the book", or its English, would mean nothing to a follow-up.
        return replace(answer, question=question, standalone_question=question)
    if route in (None, Route.EVERY):
        return None
    if route is Route.COUNT:
        raise UsageError(
            f"Counting does not answer “{one_line(question, _QUOTED)}”.",
            hint="docs/asking.md has the questions that it answers.",
        )
    raise UsageError(
        "There are no summaries to answer from yet.", hint="`longread read --notes` writes them."
    )


def _answer(question: str, texts: Texts, library: Library, route: Route | None) -> Answer | None:
    answer = None
    if route in (None, Route.COUNT):
        answer = answer_by_counting(question, texts, insisted=route is Route.COUNT)
    if answer is None and route in (None, Route.EVERY):
        answer = answer_from_names(question, texts, library) or answer_from_company(question, texts)
    if answer is None and route in (None, Route.EACH, Route.OVERVIEW):
        answer = answer_from_tree(question, texts, library, route)
    if answer is None and route is None:
        answer = _answer_of_no_part(question, texts)
    return answer


def _answer_each(question: str, texts: Texts, library: Library) -> Answer | None:
    """The answers to several questions in one, where all of them are there at once."""
    started = time.perf_counter()
    parts = questions_in(question)
    if len(parts) == 1:
        return None
    answers = []
    for part in parts:
        answer = answer_at_once(part, texts, library)
        if answer is None:
            return None
        answers.append(answer)
    seconds = time.perf_counter() - started
    return joined(question, answers, Timing(seconds, seconds, seconds))


def _answer_of_no_part(question: str, texts: Texts) -> Answer | None:
    """What is asked about a part that is not there is not looked up elsewhere."""
    started = time.perf_counter()
    missing = missing_part(question, texts)
    if missing is None:
        return None
    seen = " as far as it is read" if texts.last else ""
    if len(texts.ids) > 1:
        told = f"none of these has {one_line(missing.name)}{seen}"
    elif missing.others:
        told = f"it has no {one_line(missing.name)}{seen}, but {_all_of(missing)}"
    elif missing.unit in ("chapter", "page"):
        told = f"it has no {missing.unit}s that are marked as such{seen}"
    else:
        told = f"it has no {one_line(missing.name)}{seen}"
    text = f"{NOT_FOUND}: {told}"
    return replace(without_model(question, Route.DETAIL, [text], started), declined=True)


def _all_of(missing: MissingPart) -> str:
    """How many chapters, parts or pages there are, and which."""
    first, last = title_of(missing.others[0]), title_of(missing.others[-1])
    if len(missing.others) == 1:
        return f"one {missing.unit}, {first}"
    return f"{len(missing.others):,} {missing.unit}s, from {first} to {last}"
