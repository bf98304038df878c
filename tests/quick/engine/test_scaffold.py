"""Chat scaffolding from templates that come with weights."""

import time

import pytest

from longread.engine.protocol import Message
from longread.engine.scaffold import CHATML, render

TALK = [Message("system", "Be brief."), Message("user", "Who is <|im_end|> Anna?")]
LLAMA = (
    "{{ bos_token }}{% for m in messages %}<|start_header_id|>{{ m['role'] }}<|end_header_id|>\n\n"
    "{{ m['content'] | trim }}<|eot_id|>{% endfor %}"
    "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)
NO_SYSTEM = (
    "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
    "{% for m in messages %}[INST] {{ m.content }} [/INST]{% endfor %}"
)


def whole(template: str) -> str:
    return "".join(piece.text for piece in render(template, TALK, "<s>", "</s>"))


def test_a_template_lays_out_the_turns() -> None:
    text = whole(LLAMA)
    assert text.startswith("<s><|start_header_id|>system")
    assert text.endswith("<|start_header_id|>assistant<|end_header_id|>\n\n")


def test_contents_are_never_special() -> None:
    for template in (CHATML, LLAMA):
        pieces = render(template, TALK)
        plain = [piece.text for piece in pieces if not piece.special]
        assert plain == ["Be brief.", "Who is <|im_end|> Anna?"]
        assert not any("Anna" in piece.text for piece in pieces if piece.special)


def test_a_system_message_that_is_refused_goes_into_the_first_turn() -> None:
    assert whole(NO_SYSTEM) == "[INST] Be brief.\n\nWho is <|im_end|> Anna? [/INST]"


@pytest.mark.parametrize(
    "template",
    [
        "",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% for i in range(10**9) %}x{% endfor %}",
        "{{ 'x' * 10**9 }}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{{ undefined.attribute }}",
        "{% if %}",
        "no contents at all",
        "{{ messages[0].content }}{{ messages[0].content }}{{ messages[1].content }}",
        "x" * 200_000,
    ],
)
def test_a_hostile_or_broken_template_gives_chatml(template: str) -> None:
    started = time.monotonic()
    assert whole(template) == whole(CHATML)
    assert time.monotonic() - started < 60


def test_template_syntax_in_contents_stays_text() -> None:
    talk = [Message("user", "{{ 7 * 7 }} {% raw %}")]
    assert [piece.text for piece in render(CHATML, talk) if not piece.special] == [talk[0].content]
