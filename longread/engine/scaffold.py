"""Chat scaffolding: the model's own template around contents that stay plain text.

The template comes from the weights and is untrusted: it runs in jinja2's sandbox, with
placeholders in place of the contents. The contents are put in afterwards and tokenized
with special tokens off, so that ``<|im_end|>`` printed in a book stays five characters of
text.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from longread.engine.protocol import Message

MAX_TEMPLATE_CHARACTERS = 100_000
"""Longest chat template that is run; real ones have a few thousand."""

MAX_SCAFFOLD_CHARACTERS = 50_000
"""Longest scaffolding that is taken from a template."""

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{{ message.content }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n"
)
"""The template for weights that bring none of their own."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a prompt: ``special`` for scaffolding, whose control tokens count."""

    text: str
    special: bool


def render(
    template: str, messages: Sequence[Message], bos: str = "", eos: str = ""
) -> tuple[Piece, ...]:
    """Lay out messages by a template, up to where the assistant's reply begins.

    A template that refuses a system message gets it as part of the first user message. One
    that fails otherwise is replaced by ChatML.
    """
    for attempt in (messages, _without_system(messages)):
        try:
            return _render(template, attempt, bos, eos)
        except _Unusable:
            continue
    return _render(CHATML, messages, bos, eos)


class _Unusable(Exception):
    pass


def _render(template: str, messages: Sequence[Message], bos: str, eos: str) -> tuple[Piece, ...]:
    from jinja2 import TemplateError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    if not template or len(template) > MAX_TEMPLATE_CHARACTERS:
        raise _Unusable
    marks = [f"\u27e8{secrets.token_hex(12)}\u27e9" for _ in messages]
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: ""
    try:
        text = environment.from_string(template).render(
            messages=[
                {"role": message.role, "content": mark}
                for message, mark in zip(messages, marks, strict=True)
            ],
            add_generation_prompt=True,
            bos_token=bos,
            eos_token=eos,
            tools=None,
            enable_thinking=False,
        )
    except (TemplateError, _Unusable, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise _Unusable from error
    except (RecursionError, MemoryError, OverflowError, AttributeError) as error:
        raise _Unusable from error
    if len(text) > MAX_SCAFFOLD_CHARACTERS or any(text.count(mark) != 1 for mark in marks):
        raise _Unusable
    pieces: list[Piece] = []
    for message, mark in zip(messages, marks, strict=True):
        before, found, text = text.partition(mark)
        if not found:
            raise _Unusable
        pieces += [Piece(before, True), Piece(message.content, False)]
    pieces.append(Piece(text, True))
    return tuple(piece for piece in pieces if piece.text)


def _refuse(reason: str = "") -> None:
    raise _Unusable(reason)


def _without_system(messages: Sequence[Message]) -> list[Message]:
    if len(messages) < 2 or messages[0].role != "system":
        return list(messages)
    first = Message(messages[1].role, f"{messages[0].content}\n\n{messages[1].content}")
    return [first, *messages[2:]]
