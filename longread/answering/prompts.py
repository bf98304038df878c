"""Every prompt about a question, in one place.

The evidence stands before the question, so that the check and the answer share one
prefix in the KV cache and differ only in their last text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from longread.engine.protocol import Message
from longread.reading.frame import Material

_ANSWER = {
    "": "Answer briefly.",
    "de": "Antworte kurz und auf Deutsch.",
    "es": "Responde brevemente, en español.",
    "fr": "Réponds brièvement, en français.",
    "it": "Rispondi brevemente, in italiano.",
    "ja": "日本語で簡潔に答えてください。",
    "nl": "Antwoord kort, in het Nederlands.",
    "pt": "Responde brevemente, em português.",
    "ru": "Ответь кратко, по-русски.",
    "zh": "请用中文简短回答。",
}
_SOUGHT = {
    "name": "Answer with a name or a few words.",
    "place": "Answer with a place or a few words.",
    "time": "Answer with a time or a few words.",
    "reason": "Give the reason briefly.",
}
_SEEKS = re.compile(
    r"\s*(?:(?:to|with|by|for|from|of|about|at)\s+)?(?P<name>who|whom|whose)\b"
    r"|\s*(?P<reason>why)\b"
    r"|\s*(?:(?P<place>where)|(?P<time>when))\s+"
    r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could)\b(?!.*,)",
    re.IGNORECASE,
)
_ASKS_WHO_SOMEBODY_IS = re.compile(r"\s*[Ww]ho\s+(?:is|are|was|were)(?:\s+the)?(?:\s+[A-Z]\S*)+\s*")
_ASKS_FOR_MORE = re.compile(r"\band\s+(?:what|why|how|who|where|when|which)\b", re.IGNORECASE)
_TELL = {
    "": "Tell in two or three sentences what happens here, without naming the passages.",
    "de": (
        "Erzähle auf Deutsch in zwei oder drei Sätzen, was hier geschieht, ohne Passagen zu nennen."
    ),
    "es": "Cuenta en español, en dos o tres frases, lo que pasa aquí, sin nombrar los pasajes.",
    "fr": (
        "Raconte en français, en deux ou trois phrases, ce qui se passe ici, "
        "sans nommer les passages."
    ),
    "it": (
        "Racconta in italiano, in due o tre frasi, che cosa succede qui, senza nominare i passaggi."
    ),
    "ja": "ここで何が起こるかを、段落番号を挙げずに、日本語で二、三文で述べてください。",
    "nl": (
        "Vertel in het Nederlands, in twee of drie zinnen, wat hier gebeurt, "
        "zonder de passages te noemen."
    ),
    "pt": (
        "Conta em português, em duas ou três frases, o que acontece aqui, sem nomear as passagens."
    ),
    "ru": "Расскажи по-русски в двух-трёх предложениях, что здесь происходит, не называя отрывков.",
    "zh": "请用中文以两三句话讲述这里发生的事，不要提及段落编号。",
}
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


def answer(material: Material, question: str, language: str = "") -> list[Message]:
    """Ask for the answer, in the language with this code where it is one of those known here."""
    return material.asked(f"Question: {question}\n", instruction(question, language))


def instruction(question: str, language: str = "") -> str:
    """What is said behind a question about how to answer it, in that language.

    A small model that is told what is sought, a name, a place, a time or a reason, says the
    question again less often (docs/benchmarks/answers.md).
    """
    return _SOUGHT.get(sought_in(question)) or _ANSWER.get(language, _ANSWER[""])


def sought_in(question: str) -> str:
    """What answers an English question by itself: a "name", a "place", a "time" or a "reason"; ""
    where something else is asked, or more, as who somebody is that is named."""
    asked = _SEEKS.match(question)
    if (
        asked is None
        or _ASKS_WHO_SOMEBODY_IS.fullmatch(question.rstrip("?!. "))
        or _ASKS_FOR_MORE.search(question)
    ):
        return ""
    return asked.lastgroup or ""


def tell(material: Material, question: str, language: str = "") -> list[Message]:
    """Ask for what all of the evidence says, likewise."""
    return material.asked(f"Question: {question}\n", _TELL.get(language, _TELL[""]))


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
