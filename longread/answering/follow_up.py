"""Follow-up questions, made self-contained before anything is looked up.

Looking up needs the names that "she" and "there" stand for; so does a reader of the
saved conversation.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from longread.answering import prompts
from longread.engine.protocol import Model, Sampling
from longread.part_names import TEXT_WORD
from longread.text import one_line

TURNS_GIVEN = 3
"""How many earlier turns the model sees when it rewrites a question."""

_SELF_CONTAINED_ENGLISH = re.compile(
    r"^(?!.*\b(?:he|him|his|she|hers?|it|its|they|them|theirs?|this|that|these|those|there|"
    r"then|one|ones|same|else|other|another|former|latter|so|too|also)\b)"
    r"(?!\s*(?:and|or|but|really|what about|how about)\b[^?]{0,20}\??$)"
    r"(?!\s*(?:why|how)(?:\s+\S+)?\s*\??$).{12,}$",
    re.IGNORECASE | re.DOTALL,
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
    return _SELF_CONTAINED_ENGLISH.match(said) is not None


def make_self_contained(
    model: Model, turns: Sequence[tuple[str, str]], question: str, language: str
) -> str:
    """Rewrite a follow-up so that it needs no conversation.

    ``turns`` are earlier (question, answer) pairs, oldest first. A question that needs no
    rewriting is returned as it is; a useless rewriting is replaced by the last question
    with the new one behind it, which still gives looking up the names.
    """
    if not turns or (language == "en" and stands_alone(question)):
        return question
    recent = [(one_line(asked), one_line(reply)) for asked, reply in turns[-TURNS_GIVEN:]]
    sampling = Sampling(max_tokens=80, stop=("\n",))
    pieces = [chunk.text for chunk in model.reply(prompts.standalone(recent, question), sampling)]
    rewritten = one_line("".join(pieces)).strip(' "“”')
    rewritten = re.sub(r"^(?:Rewritten question|Question):\s*", "", rewritten)
    asks = rewritten.endswith(("?", "？", "؟")) or not question.rstrip().endswith("?")
    if asks and 0.5 * len(question) <= len(rewritten) <= 300:
        return rewritten
    return f"{recent[-1][0]} {question}"
