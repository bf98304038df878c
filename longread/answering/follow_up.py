"""Follow-up questions, made self-contained before anything is looked up.

Looking up needs the names that "she" and "there" stand for; so does a reader of the
saved conversation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from longread.answering import prompts
from longread.engine.protocol import Model, Sampling
from longread.memory.analysis import content_terms
from longread.part_names import TEXT_WORD
from longread.text import one_line

TURNS_GIVEN = 3
"""How many earlier turns the model sees when it rewrites a question."""

_FEWEST_CHARACTERS = 12

_POINTING = (
    r"\b(?:he|him|his|she|hers?|it|its|they|them|theirs?|this|that|these|those|there|then|one|ones|"
    r"same|else|other|another|former|latter|so|too|also)\b"
)
_ASKED_SHORT = (
    r"(?:(?:about|after|at|before|by|for|from|in|of|on|since|to|until|with)\s+)?(?:what|which|whose)"
    r"\s+\w+",
    r"(?:in|on|at)\s+[^?]{0,20}",
    r"(?:(?:by|for|since)\s+)?how\s+(?:many\s+times|long|often|much|old|far)",
    r"(?:why|how)(?:\s+\S+)?",
    r"(?:what|who)\s+(?:\w+\s+){1,2}(?:next|after(?:wards)?|before|first)",
    r".*\b(?:each|both)",
)
_WISHES = (
    r"(?:tell|show|give)\s+me\s+(?:(?:some|a\s+few|any)\s+)?(?:more|further|details?|examples?)"
    r"(?:\s+(?:details?|examples?|information))?",
    r"(?:say|know|give)\s+(?:some\s+)?more(?:\s+(?:details?|examples?|information))?",
    r"(?:(?:some|any|a\s+few)\s+)?(?:more|further)\s+(?:details?|examples?|information)",
    r"(?:explain|elaborate|clarify|continue|go\s+on)(?:\s+(?:more|further|why|how|please))?",
    r"(?:are\s+)?you\s+(?:really\s+|quite\s+)?(?:sure|certain)",
)
_BEFORE_A_WISH = r"(?:please,?\s+)?(?:(?:can|could|would|will)\s+you\s+(?:please\s+)?)?"
_POINTS_BACK = re.compile(
    rf"{_POINTING}|^\W*+(?:(?:and|or|but)\s+)?"
    rf"(?:{'|'.join(_ASKED_SHORT)}|{_BEFORE_A_WISH}(?:{'|'.join(_WISHES)}))"
    r"(?:,?\s+(?:please|exactly|precisely))?\W*+$",
    re.IGNORECASE | re.DOTALL,
)
"""What a question has that is about what was asked before: a pronoun, or too few words to be about
anything else, as in "In which chapter?" and "Tell me more"."""

_GOES_ON = re.compile(
    r"^\s*(?:and|or|but|really|what about|how about)\b[^?]{0,20}\??$", re.IGNORECASE
)

_TO_NOTHING_SAID = re.compile(
    rf"\b(?:(?:this|that)\s+(?:whole\s+|entire\s+)?{TEXT_WORD}|"
    r"there\s+(?:is|are|was|were)|(?:is|are|was|were)\s+there)\b",
    re.IGNORECASE,
)
"""Words that seem to point at what was said, and point at the text, or at nothing."""


def stands_alone(question: str) -> bool:
    """Whether an English question says by itself what it is about."""
    said = _TO_NOTHING_SAID.sub("in the text", question)
    short = len(said) < _FEWEST_CHARACTERS or _GOES_ON.match(said)
    return not (short or _POINTS_BACK.search(said))


def make_self_contained(
    model: Model,
    turns: Sequence[tuple[str, str]],
    question: str,
    language: str,
    is_counted: Callable[[str], bool] = lambda asked: False,
) -> str:
    """Rewrite a follow-up so that it needs no conversation.

    ``turns`` are earlier (question, answer) pairs, oldest first. A question that needs no
    rewriting is returned as it is; a useless rewriting is replaced by the last question
    with the new one behind it, which still gives looking up the names. Behind a last question
    that ``is_counted``, one that names something is about that alone.
    """
    if not turns or (language == "en" and stands_alone(question)):
        return question
    recent = [(one_line(asked), one_line(reply)) for asked, reply in turns[-TURNS_GIVEN:]]
    sampling = Sampling(max_tokens=80, stop=("\n",))
    pieces = [chunk.text for chunk in model.reply(prompts.standalone(recent, question), sampling)]
    rewritten = one_line("".join(pieces)).strip(' "“”')
    rewritten = re.sub(r"^(?:Rewritten question|Question):\s*", "", rewritten)
    asks = rewritten.endswith(("?", "？", "؟")) or not question.rstrip().endswith("?")
    useful = asks and 0.5 * len(question) <= len(rewritten) <= 300
    if useful and not any(_repeats(rewritten, asked, question, language) for asked, _ in recent):
        return rewritten
    last, _ = recent[-1]
    names_something = content_terms(question, language) and not _POINTS_BACK.search(question)
    return question if names_something and is_counted(last) else f"{last} {question}"


def _repeats(rewritten: str, asked: str, question: str, language: str) -> bool:
    """Whether a rewriting says no more than what was asked before, and leaves out what the new
    question is about."""
    new = {*content_terms(question, language)}
    if new:
        said = {*content_terms(rewritten, language)}
        return not new <= said and said <= {*content_terms(asked, language)}
    return {*rewritten.casefold().split()} <= {*asked.casefold().split()}
