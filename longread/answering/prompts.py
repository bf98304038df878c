"""Every prompt about a question, in one place.

The evidence stands before the question, so that the check and the answer share one
prefix in the KV cache and differ only in their last text.
"""

from __future__ import annotations

from collections.abc import Sequence

from longread.engine.protocol import Message
from longread.reading.frame import Material

_ANSWER = "Answer briefly."
_TELL = "Tell in two or three sentences what happens here, without naming the passages."
_CHECK = "Do the passages state the answer to this question? Reply with one word, yes or no."
_OPTIONS = "Which option is right? Reply with its letter alone."
_STANDALONE = (
    "You rewrite the last question of a conversation so that it can be understood alone. "
    "Replace words such as he, she, it, they, there and that by the names they stand for. "
    "Keep the language and the meaning. Reply with the rewritten question alone."
)


def question_alone(material: Material, question: str) -> list[Message]:
    """Nothing but the question, for the attention that it pays; together with an instruction it
    picks the right passages less often (docs/benchmarks/looking-up.md)."""
    return material.asked(f"Question: {question}\n")


def answer(material: Material, question: str) -> list[Message]:
    """Ask for the answer."""
    return material.asked(f"Question: {question}\n", _ANSWER)


def tell(material: Material, question: str) -> list[Message]:
    """Ask for what all of the evidence says."""
    return material.asked(f"Question: {question}\n", _TELL)


def check(material: Material, question: str) -> list[Message]:
    """Ask whether the evidence holds the answer; the choices are yes and no."""
    return material.asked(f"Question: {question}\n", _CHECK)


def choose_option(material: Material, question: str, options: Sequence[str]) -> list[Message]:
    """Ask for the letter of the right option, from A on."""
    lines = "\n".join(f"{chr(65 + index)}. {option}" for index, option in enumerate(options))
    return material.asked(f"Question: {question}\n{lines}\n{_OPTIONS}")


def standalone(turns: Sequence[tuple[str, str]], question: str) -> list[Message]:
    """Ask for a follow-up question as one that needs no conversation; ``turns`` are earlier
    questions with their answers, oldest first."""
    talk = "\n".join(f"Question: {asked}\nAnswer: {answered}" for asked, answered in turns)
    return [
        Message("system", _STANDALONE),
        Message("user", f"{talk}\nLast question: {question}\n\nRewritten question:"),
    ]
