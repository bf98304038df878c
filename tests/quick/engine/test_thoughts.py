"""Models that think before they answer, behind a server: asked not to, and told from the answer."""

from __future__ import annotations

import math
from typing import Any

import pytest

from longread.engine.endpoint import EndpointModel
from longread.engine.protocol import Message, Sampling
from longread.errors import EndpointError
from tests.quick.engine.local_endpoint import LocalEndpoint, as_json, delta, stream

ASK = [Message("user", "Who keeps the gauge?")]
THOUGHT = "The user asks who. Yes, let me look."
SILENCE = ("chat_template_kwargs", "reasoning_effort")


def reply(model: EndpointModel) -> str:
    return "".join(chunk.text for chunk in model.reply(ASK, Sampling()))


def pieces(text: str, size: int, finish: str) -> list[object]:
    """A text in pieces of this size."""
    cut = [delta(text[at : at + size]) for at in range(0, len(text), size)]
    return [*cut, delta("", finish)]


def thinking(field: str, thought: str) -> dict[str, Any]:
    """A thought in a field of its own."""
    return {"choices": [{"index": 0, "delta": {field: thought}, "finish_reason": None}]}


def spoken(**message: str) -> dict[str, Any]:
    top = [{"token": "Yes", "logprob": math.log(0.9)}]
    chances = {"content": [{"token": "Yes", "logprob": 0.0, "top_logprobs": top}]}
    return {"choices": [{"message": {"role": "assistant"} | message, "logprobs": chances}]}


def test_a_server_is_asked_for_no_thoughts(server: LocalEndpoint, model: EndpointModel) -> None:
    server.enqueue(stream(delta("Marr.", "stop")), as_json(spoken(content="Yes")))
    reply(model)
    model.choose(ASK, ("yes", "no"))
    assert len(server.bodies) == 2
    for body in server.bodies:
        assert body["chat_template_kwargs"] == {"enable_thinking": False}
        assert body["reasoning_effort"] == "none"


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("known", [0, 1])
def test_words_that_a_server_does_not_know_are_left_out_from_then_on(
    server: LocalEndpoint, model: EndpointModel, status: int, known: int
) -> None:
    refusal = as_json({"error": {"message": "Unrecognized request argument"}}, status)
    server.enqueue(*[refusal] * (2 - known), *[stream(delta("Marr.", "stop"))] * 2)
    assert [reply(model), reply(model)] == ["Marr.", "Marr."]
    asked = [[word for word in SILENCE if word in body] for body in server.bodies]
    assert asked == [
        ["chat_template_kwargs", "reasoning_effort"],
        *[["chat_template_kwargs"]] * (1 + known),
        *[[]] * (2 - 2 * known),
    ]


def test_a_server_that_knows_neither_them_nor_log_probabilities_answers(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    refusal = as_json({"detail": "extra fields not permitted"}, 422)
    server.enqueue(*[refusal] * 5, *[as_json(spoken(content="no")) for _ in range(2)])
    for _ in range(2):
        model.choose(ASK, ("yes", "no"))
    assert [len(set(body) & {*SILENCE, "logprobs"}) for body in server.bodies[4:]] == [1, 0, 0]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (f"<think>\n{THOUGHT}\n</think>\n\nWinifred Marr.\n", "Winifred Marr.\n"),
        ("<think>\n\n</think>\n\nWinifred Marr.", "Winifred Marr."),
        ("<think></think><think></thi</think>Marr.", "Marr."),
        # What only looks like a thought stays.
        *((text, text) for text in ("Marr: <think>so</think>.", "<thin ice>", "  <", "\n<th")),
    ],
)
def test_thoughts_before_an_answer_are_not_part_of_it(
    server: LocalEndpoint, model: EndpointModel, text: str, answer: str, size: int
) -> None:
    server.enqueue(stream(*pieces(text, size, "stop")))
    assert reply(model) == answer


@pytest.mark.parametrize("finish", ["length", "stop"])
@pytest.mark.parametrize(
    "events",
    [
        [thinking("reasoning_content", THOUGHT)],
        [thinking("reasoning", THOUGHT)],
        [delta(f"<think>{THOUGHT}")],
        [delta("<think>Ok")],
        [delta(f"<think>{THOUGHT}</think>\n")],
    ],
)
def test_a_reply_of_thoughts_alone_is_said_and_not_taken_for_an_answer(
    server: LocalEndpoint, model: EndpointModel, events: list[object], finish: str
) -> None:
    server.enqueue(stream(*events, delta("", finish)))
    with pytest.raises(EndpointError, match="thinking") as caught:
        reply(model)
    assert server.url in caught.value.message
    assert "thinking off" in caught.value.hint


@pytest.mark.parametrize(
    ("message", "chances"),
    [
        ({"content": f"<think>{THOUGHT}</think>\n\nNo"}, [0, 1]),
        ({"content": "No", "reasoning_content": THOUGHT}, [0, 1]),
        ({"content": "", "reasoning_content": THOUGHT}, [0.5, 0.5]),
        ({"content": "<think>Yes, but"}, [0.5, 0.5]),
    ],
)
def test_a_thought_decides_no_choice(
    server: LocalEndpoint, model: EndpointModel, message: dict[str, str], chances: list[float]
) -> None:
    server.enqueue(as_json(spoken(**message)))
    assert model.choose(ASK, ("yes", "no")) == chances
