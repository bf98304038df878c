"""A model behind an OpenAI-compatible server, against a server that behaves and misbehaves."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from longread.engine.endpoint import DEFAULT_CONTEXT, MAX_LINE, EndpointModel
from longread.engine.protocol import Chunk, Message, Sampling
from longread.engine.transfer import SETTINGS
from longread.errors import ContextFull, EndpointError, ModelError, UsageError
from tests.quick.engine.local_endpoint import (
    Answer,
    LocalEndpoint,
    as_json,
    delta,
    events,
    serving,
    stream,
)

ASK = [Message("system", "Be brief."), Message("user", "Who keeps the gauge?")]
USAGE = {
    "choices": [],
    "usage": {
        "prompt_tokens": 20,
        "completion_tokens": 3,
        "prompt_tokens_details": {"cached_tokens": 16},
    },
}


def said(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def logprobs(**chances: float) -> dict[str, object]:
    top = [{"token": token, "logprob": math.log(chance)} for token, chance in chances.items()]
    first = {"token": top[0]["token"], "logprob": top[0]["logprob"], "top_logprobs": top}
    return {
        "choices": [
            {"message": {"role": "assistant", "content": "?"}, "logprobs": {"content": [first]}}
        ]
    }


def spoken(text: str) -> dict[str, object]:
    return {"choices": [{"message": {"role": "assistant", "content": text}, "logprobs": None}]}


def test_the_first_listed_model_is_taken_with_its_context(model: EndpointModel) -> None:
    assert model.info.id == "tiny"
    assert model.info.context == 4096
    assert model.info.fingerprint.endswith("/v1#tiny")


def test_a_named_model_and_context_win(server: LocalEndpoint) -> None:
    model = EndpointModel(server.url + "/", model_id="other", context=1234)
    assert (model.info.id, model.info.context) == ("other", 1234)
    model.close()


@pytest.mark.parametrize(
    ("listed", "size"),
    [
        ({"meta": {"n_ctx_train": 2048}}, 2048),
        ({"meta": {"n_ctx_train": 131072}}, DEFAULT_CONTEXT),
        ({"meta": {"n_ctx": 16384, "n_ctx_train": 131072}}, 16384),
        ({"max_model_len": 4096}, 4096),
        ({"meta": "?", "max_model_len": "?"}, DEFAULT_CONTEXT),
    ],
)
def test_the_context_is_what_the_server_tells(
    server: LocalEndpoint, listed: dict[str, object], size: int
) -> None:
    server.models = as_json({"data": [{"id": "m", **listed}]})
    model = EndpointModel(server.url)
    assert model.info.context == size
    model.close()


def test_a_server_without_a_list_of_models_is_used_all_the_same(server: LocalEndpoint) -> None:
    server.models = Answer((b"none",), 404)
    model = EndpointModel(server.url)
    assert model.info.context == DEFAULT_CONTEXT
    server.enqueue(stream(delta("Yes.", "stop")))
    assert said(list(model.reply(ASK, Sampling()))) == "Yes."
    model.close()


def test_a_reply_streams_and_ends_with_the_counts(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    opening = {"choices": [{"delta": {"role": "assistant"}, "finish_reason": None}]}
    server.enqueue(stream(opening, delta("Winifred "), delta("Marr."), delta("", "stop"), USAGE))
    sampling = Sampling(max_tokens=50, temperature=0.5, seed=7, stop=("END",))
    chunks = list(model.reply(ASK, sampling))
    assert [chunk.text for chunk in chunks] == ["Winifred ", "Marr.", ""]
    assert chunks[-1] == Chunk("", True, 20, 16, 3, "stop")
    body = server.bodies[0]
    assert [turn["content"] for turn in body["messages"]] == [turn.content for turn in ASK]
    assert (body["model"], body["max_tokens"], body["stop"]) == ("tiny", 50, ["END"])
    assert (body["temperature"], body["seed"], body["stream"]) == (0.5, 7, True)


@pytest.mark.parametrize("indent", [None, 1])
def test_a_server_that_does_not_stream_is_read_all_the_same(
    server: LocalEndpoint, model: EndpointModel, indent: int | None
) -> None:
    message = {"role": "assistant", "content": "Winifred Marr."}
    whole = USAGE | {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    server.enqueue(Answer((json.dumps(whole, indent=indent).encode(),)))
    chunks = list(model.reply(ASK, Sampling()))
    assert said(chunks) == "Winifred Marr."
    assert chunks[-1] == Chunk("", True, 20, 16, 3, "stop")


@pytest.mark.parametrize("finish", [None, "length"])
def test_a_reply_is_whole_where_only_the_end_of_its_stream_says_so(
    server: LocalEndpoint, model: EndpointModel, finish: str | None
) -> None:
    server.enqueue(stream(delta("Winifred "), delta("Marr.", finish)))
    chunks = list(model.reply(ASK, Sampling()))
    assert said(chunks) == "Winifred Marr."
    assert chunks[-1].finish == (finish or "stop")


def test_a_reply_cut_at_its_length_says_so(server: LocalEndpoint, model: EndpointModel) -> None:
    server.enqueue(stream(delta("One "), delta("two", "length")))
    last = list(model.reply(ASK, Sampling()))[-1]
    assert (last.finish, last.reply_tokens) == ("length", 2)


def test_stop_strings_hold_where_the_server_ignores_them(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    server.enqueue(stream(delta("An answer.\nQuest"), delta("ion: more"), delta("", "length")))
    chunks = list(model.reply(ASK, Sampling(stop=("\nQuestion:",))))
    assert said(chunks) == "An answer."
    assert chunks[-1].finish == "stop"


def test_control_characters_in_a_reply_are_removed(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    half_a_character = b'data: {"choices": [{"delta": {"content": "\\ud83d"}}]}\n\n'
    pieces = events(delta("Red \x1b[3"), delta("1malarm\x07\u202e"), done=False)
    server.enqueue(Answer((pieces + half_a_character + events(delta("", "stop")),)))
    assert said(list(model.reply(ASK, Sampling()))) == "Red alarm"


def test_events_survive_any_cutting_and_unusual_line_separators(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    text = "Ünïcode 漢字 a\u2028b\x85c"
    data = b": a comment\r\n\r\n" + events(delta(text), delta("", "stop"))
    server.enqueue(Answer(tuple(data[at : at + 3] for at in range(0, len(data), 3))))
    assert said(list(model.reply(ASK, Sampling()))) == "Ünïcode 漢字 a\nb\nc"


@pytest.mark.parametrize(
    "data",
    [
        b"data: {not json\n\n",
        b"data: [1, 2]\n\n",
        b"data: \xff\xfe\n\n",
        b"data: " + b"[" * 100_000 + b"\n\n",
        b'data: {"error": {"message": "out of memory"}}\n\n',
        b"data: " + b"x" * (MAX_LINE + 70_000),
        events(delta("no end"), done=False),
        events(done=True),
        b"<html>hello</html>",
        b"",
    ],
)
def test_a_malformed_stream_is_an_endpoint_error(
    server: LocalEndpoint, model: EndpointModel, data: bytes
) -> None:
    server.enqueue(Answer((data,)))
    with pytest.raises(EndpointError) as caught:
        list(model.reply(ASK, Sampling()))
    assert server.url in caught.value.message


def test_odd_values_in_a_stream_are_passed_over(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    odd: list[object] = [
        {"choices": 5},
        {"choices": [1, None, "x"]},
        {"choices": [{"delta": "text"}]},
        {"choices": [{"delta": {"content": ["a"]}}]},
        {"choices": None, "usage": "much"},
        {"usage": {"prompt_tokens": "9", "prompt_tokens_details": [1]}},
    ]
    server.enqueue(stream(*odd, delta("Fine.", "stop")))
    chunks = list(model.reply(ASK, Sampling()))
    assert said(chunks) == "Fine."
    assert chunks[-1].prompt_tokens == 0


def test_a_dropped_connection_is_said_and_the_next_call_works(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    server.enqueue(
        Answer((events(delta("Half an"), done=False),), broken=True),
        stream(delta("Whole.", "stop")),
    )
    received: list[Chunk] = []
    with pytest.raises(EndpointError, match="broke the transfer off"):
        received.extend(model.reply(ASK, Sampling()))
    assert said(list(model.reply(ASK, Sampling()))) == "Whole."


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (401, "LONGREAD_API_KEY"),
        (403, "LONGREAD_API_KEY"),
        (404, "/v1"),
        (429, "try again"),
        (500, "log"),
        (503, "try again"),
    ],
)
def test_a_bad_status_is_said_with_its_remedy(
    server: LocalEndpoint, model: EndpointModel, status: int, hint: str
) -> None:
    refusal = as_json({"error": {"message": "no \x1b[31mway"}}, status)
    server.enqueue(refusal, refusal, refusal)
    with pytest.raises(EndpointError, match=f"status {status}: no way") as caught:
        list(model.reply(ASK, Sampling()))
    assert hint in caught.value.hint
    with pytest.raises(EndpointError, match=str(status)):
        model.choose(ASK, ("yes", "no"))


def test_a_server_that_finds_its_context_full_says_so(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    refusal = {"error": {"message": "the request exceeds the available context size of 512 tokens"}}
    server.enqueue(as_json(refusal, 400))
    with pytest.raises(ContextFull, match="512 tokens"):
        list(model.reply(ASK, Sampling()))


def test_a_prompt_beyond_the_context_is_not_sent(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    with pytest.raises(ContextFull):
        list(model.reply([Message("user", "word " * 5000)], Sampling()))
    with pytest.raises(ContextFull):
        model.choose([Message("user", "word " * 5000)], ("yes", "no"))
    assert server.bodies == []


def test_a_redirect_is_not_followed(server: LocalEndpoint, model: EndpointModel) -> None:
    with serving() as elsewhere:
        away = {"Location": f"{elsewhere.url}/chat/completions", "Content-Length": "0"}
        server.enqueue(Answer((), 307, away), Answer((), 302, away))
        with pytest.raises(EndpointError, match="307") as caught:
            list(model.reply(ASK, Sampling()))
        assert "not followed" in caught.value.hint
        with pytest.raises(EndpointError, match="302"):
            model.choose(ASK, ("yes", "no"))
        assert elsewhere.paths == []


def test_no_server_is_said() -> None:
    with serving() as gone:
        pass
    with pytest.raises(EndpointError, match="could not be reached") as caught:
        EndpointModel(gone.url)
    assert "running" in caught.value.hint


def test_a_server_that_goes_away_later_is_said(server: LocalEndpoint) -> None:
    with serving() as gone:
        model = EndpointModel(gone.url)
    with pytest.raises(EndpointError):
        list(model.reply(ASK, Sampling()))
    with pytest.raises(EndpointError):
        model.choose(ASK, ("yes", "no"))
    model.close()


@pytest.mark.parametrize("listing", [b"<html>", b"[]", b"null", b'{"data": 5}', b"[" * 100_000])
def test_a_server_of_another_kind_is_told_from_a_model(
    server: LocalEndpoint, listing: bytes
) -> None:
    server.models = Answer((listing,))
    with pytest.raises(EndpointError, match="does not speak"):
        EndpointModel(server.url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8080",
        "ftp://host/v1",
        "http://",
        "http://[::1",
        "http://host:99999/v1",
        "x\0",
    ],
)
def test_what_is_no_url_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match="not the URL"):
        EndpointModel(url)


def test_closing_the_iterator_hangs_up(server: LocalEndpoint, model: EndpointModel) -> None:
    endless = (events(delta("word "), done=False),) * 10_000
    server.enqueue(
        Answer(endless, wait=lambda: time.sleep(0.005)),
        stream(delta("Next.", "stop")),
    )
    reply = model.reply(ASK, Sampling())
    assert isinstance(reply, Iterator)
    assert next(reply).text == "word "
    started = time.monotonic()
    reply.close()  # type: ignore[attr-defined]
    assert time.monotonic() - started < 2
    assert server.hung_up.wait(10)
    assert said(list(model.reply(ASK, Sampling()))) == "Next."


def test_a_call_in_the_middle_of_a_reply_fails_instead_of_waiting_for_ever(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    server.enqueue(stream(delta("One "), delta("two", "stop")))
    reply = model.reply(ASK, Sampling())
    next(reply)
    with pytest.raises(ModelError, match="still writing"):
        model.choose(ASK, ("yes", "no"))
    assert said(list(reply)) == "two"


def test_a_choice_is_weighed_by_log_probabilities(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    server.enqueue(as_json(logprobs(Yes=0.5, ye=0.1, No=0.2, **{" no": 0.1, "Perhaps": 0.1})))
    assert model.choose(ASK, ("yes", "no")) == pytest.approx([0.6 / 0.9, 0.3 / 0.9])
    assert server.bodies[0]["logprobs"] is True


def test_a_token_that_begins_both_choices_tells_nothing(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    server.enqueue(as_json(logprobs(t=0.6, true=0.3, tr=0.05, tangled=0.1)))
    assert model.choose(ASK, ("true", "tangled")) == pytest.approx([0.35 / 0.45, 0.1 / 0.45])


@pytest.mark.parametrize(
    ("word", "chances"),
    [("No.", [0, 1]), (" yes, it does", [1, 0]), ("Perhaps", [0.5, 0.5]), ("", [0.5, 0.5])],
)
def test_without_log_probabilities_the_spoken_word_decides(
    server: LocalEndpoint, model: EndpointModel, word: str, chances: list[float]
) -> None:
    server.enqueue(as_json(spoken(word)))
    assert model.choose(ASK, ("yes", "no")) == chances


def test_a_server_that_refuses_log_probabilities_is_asked_once_without_them(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    refusal = as_json({"error": {"message": "logprobs is not supported"}}, 500)
    server.enqueue(refusal, as_json(spoken("No")), as_json(spoken("Yes")))
    assert model.choose(ASK, ("yes", "no")) == [0, 1]
    assert model.choose(ASK, ("yes", "no")) == [1, 0]
    assert ["logprobs" in body for body in server.bodies] == [True, False, False]


@pytest.mark.parametrize("answer", [{}, {"choices": []}, {"choices": 3}, [1], {"choices": [None]}])
def test_an_answer_without_choices_is_an_endpoint_error(
    server: LocalEndpoint, model: EndpointModel, answer: object
) -> None:
    server.enqueue(as_json(answer))
    with pytest.raises(EndpointError, match="does not speak"):
        model.choose(ASK, ("yes", "no"))


def test_odd_log_probabilities_fall_back_to_the_spoken_word(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    odd: list[object] = [5, {"content": [{"top_logprobs": "x"}]}, {"content": []}, {"content": [7]}]
    for value in odd:
        choice = {"message": {"content": "yes"}, "logprobs": value}
        server.enqueue(as_json({"choices": [choice]}))
        assert model.choose(ASK, ("yes", "no")) == [1, 0]


def test_the_key_is_sent_and_only_if_it_is_set(
    server: LocalEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    EndpointModel(server.url).close()
    monkeypatch.setenv("LONGREAD_API_KEY", "sesame\n")
    EndpointModel(server.url).close()
    assert server.keys == ["", "Bearer sesame"]
    monkeypatch.setenv("LONGREAD_API_KEY", "ключ")
    with pytest.raises(UsageError, match="LONGREAD_API_KEY"):
        EndpointModel(server.url)


def test_a_password_in_the_url_is_not_shown(server: LocalEndpoint) -> None:
    model = EndpointModel(server.url.replace("//", "//user:secret@"))
    server.enqueue(as_json({}, 500))
    with pytest.raises(EndpointError) as caught:
        list(model.reply(ASK, Sampling()))
    model.close()
    assert server.keys[0].startswith("Basic ")
    assert "secret" not in f"{caught.value} {model.info}"


def test_a_server_on_this_machine_is_not_reached_through_a_proxy(
    server: LocalEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        EndpointModel(server.url).close()
        assert proxy.paths == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1080"),
        ("all_proxy", "socks://127.0.0.1:1080/"),
        ("HTTP_PROXY", "http://[::1"),
        ("SSL_CERT_FILE", "/nowhere/certificates.pem"),
    ],
)
def test_settings_of_the_environment_that_cannot_be_used_are_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting in SETTINGS:
        monkeypatch.delenv(setting, raising=False)
        monkeypatch.delenv(setting.lower(), raising=False)
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=name.upper()):
        EndpointModel("http://gpu.example:8000/v1")


@pytest.mark.parametrize("said", ["", "The "])
def test_closing_ends_what_a_silent_server_is_asked(server: LocalEndpoint, said: str) -> None:
    silence = threading.Event()
    said_first = events(delta(said), done=False) if said else b""
    server.enqueue(Answer((said_first,), wait=lambda: silence.wait(20)))
    model = EndpointModel(server.url)
    with ThreadPoolExecutor(1) as threads:
        asked = threads.submit(lambda: list(model.reply(ASK, Sampling())))
        while not server.bodies:
            time.sleep(0.01)
        started = time.monotonic()
        model.close()
        with pytest.raises(ModelError, match="closed"):
            asked.result(5)
        assert time.monotonic() - started < 2
    silence.set()


def test_lone_surrogates_in_a_question_do_not_break_the_request(
    server: LocalEndpoint, model: EndpointModel
) -> None:
    server.enqueue(stream(delta("Yes.", "stop")))
    list(model.reply([Message("user", "a\ud800b")], Sampling()))
    assert json.dumps(server.bodies[0]["messages"][0]["content"]) == '"a?b"'


def test_a_closed_model_says_so(server: LocalEndpoint) -> None:
    model = EndpointModel(server.url)
    model.close()
    model.close()
    with pytest.raises(ModelError, match="closed"):
        list(model.reply(ASK, Sampling()))
    with pytest.raises(ModelError, match="closed"):
        model.choose(ASK, ("yes", "no"))
