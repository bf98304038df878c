"""Chat scaffolding: the model's own template around contents that stay plain text.

The template comes from the weights and is untrusted: it runs in jinja2's sandbox, with
placeholders in place of the contents. The contents are put in afterwards and tokenized
with special tokens off, so that ``<|im_end|>`` printed in a book stays ten characters of
text.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from longread.engine.guard import MAX_INTEGER_BITS, limited
from longread.engine.protocol import Message, Part

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
    """A run of a prompt: ``special`` for scaffolding, whose control tokens count; ``part`` is
    the message's part that it is, if any."""

    text: str
    special: bool
    part: Part | None = None


def render(
    template: str, messages: Sequence[Message], bos: str = "", eos: str = ""
) -> tuple[Piece, ...]:
    """Lay out messages by a template, up to where the assistant's reply begins.

    A template that refuses a system message, or leaves it out, gets it as part of the first
    user message. One that fails otherwise is replaced by ChatML.
    """
    try:
        return _by_template(template, messages, bos, eos)
    except _Unusable:
        return _render(CHATML, messages, bos, eos)


def problem(template: str, bos: str = "", eos: str = "") -> str:
    """Why a template cannot be used, as part of a sentence; empty where it can."""
    turns = (Message("system", "-"), Message("user", "-"))
    try:
        _by_template(template, turns, bos, eos)
    except _Unusable as error:
        return str(error)
    return ""


class _Unusable(Exception):
    pass


def _by_template(
    template: str, messages: Sequence[Message], bos: str, eos: str
) -> tuple[Piece, ...]:
    try:
        return _render(template, messages, bos, eos)
    except _Unusable:
        merged = _without_system(messages)
        if merged is None:
            raise
        return _render(template, merged, bos, eos)


def _render(template: str, messages: Sequence[Message], bos: str, eos: str) -> tuple[Piece, ...]:
    frame = _frame(template, tuple(message.role for message in messages), bos, eos)
    pieces = [Piece(frame[0], True)]
    for message, behind in zip(messages, frame[1:], strict=True):
        pieces += [_piece(item) for item in message.pieces]
        pieces.append(Piece(behind, True))
    return tuple(piece for piece in pieces if piece.text)


@lru_cache(maxsize=64)
def _frame(template: str, roles: tuple[str, ...], bos: str, eos: str) -> tuple[str, ...]:
    """The scaffolding before, between and behind messages of these roles."""
    if not template:
        raise _Unusable("there is none")
    if len(template) > MAX_TEMPLATE_CHARACTERS:
        raise _Unusable("it is too long")
    marks = [f"\u27e8{secrets.token_hex(12)}\u27e9" for _ in roles]
    text = _run(template, roles, marks, bos, eos)
    if len(text) > MAX_SCAFFOLD_CHARACTERS:
        raise _Unusable("what it makes is too long")
    if any(text.count(mark) != 1 for mark in marks):
        raise _Unusable("it does not lay out each message once")
    frame: list[str] = []
    for mark in marks:
        before, found, text = text.partition(mark)
        if not found:
            raise _Unusable("it does not keep the messages in order")
        frame.append(before)
    return (*frame, text)


def _run(template: str, roles: Sequence[str], marks: Sequence[str], bos: str, eos: str) -> str:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Environment(ImmutableSandboxedEnvironment):
        # Arithmetic on huge integers is one long step that no limit can break into.
        intercepted_binops = frozenset({"*", "**"})

        def call_binop(self, context: object, operator: str, left: object, right: object) -> object:
            if operator == "**" or _bits(left) + _bits(right) > MAX_INTEGER_BITS:
                raise _Unusable("it computes with huge numbers")
            return left * right  # type: ignore[operator]

    environment = Environment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: ""
    turns = [{"role": role, "content": mark} for role, mark in zip(roles, marks, strict=True)]
    try:
        with limited():
            return environment.from_string(template).render(
                messages=turns,
                add_generation_prompt=True,
                bos_token=bos,
                eos_token=eos,
                tools=None,
                enable_thinking=False,
            )
    except _Unusable:
        raise
    except Exception as error:  # whatever an untrusted program may raise
        raise _Unusable(f"it fails with {type(error).__name__}") from error


def _bits(value: object) -> int:
    return value.bit_length() if isinstance(value, int) else 0


def _refuse(reason: str = "") -> None:
    raise _Unusable("it refuses the conversation")


def _without_system(messages: Sequence[Message]) -> list[Message] | None:
    if len(messages) < 2 or messages[0].role != "system":
        return None
    first, second = messages[0].text, messages[1]
    head, *rest = second.pieces or ("",)
    joined = (f"{first}\n\n{head}",) if isinstance(head, str) else (f"{first}\n\n", head)
    return [Message(second.role, (*joined, *rest)), *messages[2:]]


def _piece(item: str | Part) -> Piece:
    return Piece(item, False) if isinstance(item, str) else Piece(item.text, False, item)
