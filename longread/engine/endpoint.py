"""A model behind an OpenAI-compatible server: llama-server, Ollama, vLLM and others.

Only the host that the user named is spoken to: redirects are not followed, and a server on
this machine is never reached through a proxy.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from ipaddress import ip_address
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import httpx

from longread.engine.openai_json import as_count, as_table, as_tables, reason_of, sum_logprobs
from longread.engine.partial import Stopwatch
from longread.engine.protocol import Chunk, Message, ModelInfo, Sampling
from longread.engine.stream import SafeText
from longread.engine.thoughts import Thoughts
from longread.engine.transfer import Broken, Request, Transfer
from longread.engine.turn import Turn
from longread.errors import ContextFull, EndpointError, LongreadError, ModelError, UsageError
from longread.network import require
from longread.passages import estimate_tokens
from longread.text import one_line

DEFAULT_CONTEXT = 8192
"""Context that is assumed of a server which does not tell."""

CONNECT_SECONDS = 10.0
"""How long a connection may take."""

LIST_SECONDS = 60.0
"""How long the list of models may take: a server may be busy with another request."""

SILENCE_SECONDS = 600.0
"""How long a server may say nothing: it may be reading a long prompt on a slow machine."""

MAX_LINE = 1_000_000
"""Longest line, in bytes, that is taken from a stream."""

_CHAT = "chat/completions"
_KEY = "LONGREAD_API_KEY"
_Wishes = tuple[dict[str, Any], ...]
_NO_THINKING = {"chat_template_kwargs": {"enable_thinking": False}}
# What only some servers understand, from the most to nothing. Thoughts would use up a reply's few
# hundred tokens: llama-server and vLLM know the first word for none, Ollama the second.
_WITHOUT_THOUGHTS: _Wishes = (_NO_THINKING | {"reasoning_effort": "none"}, _NO_THINKING, {})
_WITH_LOGPROBS: _Wishes = ({"logprobs": True, "top_logprobs": 20}, {})
_NOT_UNDERSTOOD = (400, 422)
"""How servers refuse a request with a word in it that they do not know."""
_NO_LOGPROBS = (*_NOT_UNDERSTOOD, 500, 501)
"""How they refuse one for log-probabilities."""
_BUSY = (429, 503)
"""How they put one off."""
_DONE: dict[str, Any] = {}


class EndpointModel:
    """A model behind ``base`` (up to and with ``/v1``). Without ``model_id`` the first model
    that the server lists is taken. ``LONGREAD_API_KEY`` is sent as a bearer token.

    Raises:
        Offline: the network is switched off.
        UsageError: the URL is not one, or the key is none.
        EndpointError: the server is not there or does not speak the protocol.
    """

    def __init__(self, base: str, *, model_id: str = "", context: int = 0) -> None:
        self._base = base.rstrip("/")
        self._shown, host = _check_url(self._base)
        require("An endpoint")
        key = _key()
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._elsewhere = not _is_this_machine(host)
        self._closed = threading.Event()
        self._turn = Turn()
        self._without_thoughts: _Wishes = _WITHOUT_THOUGHTS
        self._with_logprobs: _Wishes = _WITH_LOGPROBS
        listed = self._models()
        chosen = next((item for item in listed if item.get("id") == model_id), None)
        first = chosen or (listed[0] if listed and not model_id else {})
        self._name = model_id or str(first.get("id", "default"))
        size = context or _told_context(first) or DEFAULT_CONTEXT
        fingerprint = f"{self._shown}#{self._name}"
        self._info = ModelInfo(one_line(self._name), size, fingerprint)

    @property
    def info(self) -> ModelInfo:
        """Facts about the model."""
        return self._info

    def count_tokens(self, text: str) -> int:
        """An estimate, since the protocol has no call for it."""
        return estimate_tokens(text)

    def reply(self, messages: Sequence[Message], sampling: Sampling) -> Iterator[Chunk]:
        """Stream the assistant's next turn; see ``Model.reply``."""
        self._check_fit(messages, sampling.max_tokens)
        body = self._body(messages, sampling.max_tokens) | {
            "temperature": sampling.temperature,
            "seed": sampling.seed,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if sampling.stop:
            body["stop"] = list(sampling.stop)
        safe, thoughts = SafeText(sampling.stop), Thoughts()
        usage: dict[str, Any] = {}
        finish, pieces = "", 0
        with self._turn, closing(self._events(body)) as events:
            for event in events:
                if event is _DONE:
                    # Some servers say no more than this of how a reply ended.
                    finish = finish or ("stop" if pieces or thoughts.seen else "")
                usage = as_table(event.get("usage")) or usage
                for choice in as_tables(event.get("choices")):
                    # Where a server does not stream, its one event holds the whole message.
                    message = as_table(choice.get("delta")) or as_table(choice.get("message"))
                    finish = choice.get("finish_reason") or finish
                    if text := thoughts.take(message):
                        pieces += 1
                        if shown := safe.feed(text):
                            yield Chunk(shown)
                if safe.stopped:
                    finish = "stop"
                    break
        if rest := safe.feed(thoughts.finish()) + safe.finish():
            yield Chunk(rest)
        if not finish:
            raise EndpointError(
                f"{self._shown} ended its answer before it was finished.",
                hint="Look at the server's log: its context may be too small for the prompt.",
            )
        if thoughts.alone:
            raise EndpointError(
                f"{self._info.id} at {self._shown} spent its whole reply on thinking, and gave no "
                "answer.",
                hint="Switch its thinking off at the server, or name another model with --model.",
            )
        yield Chunk(
            "",
            final=True,
            prompt_tokens=as_count(usage.get("prompt_tokens")),
            cached_tokens=as_count(
                as_table(usage.get("prompt_tokens_details")).get("cached_tokens")
            ),
            reply_tokens=as_count(usage.get("completion_tokens")) or pieces,
            finish="length" if finish == "length" else "stop",
        )

    def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> list[float]:
        """Probabilities from the server's log-probabilities; where it gives none, its one-word
        reply decides."""
        self._check_fit(messages, 4)
        body = self._body(messages, 4) | {"temperature": 0.0}
        with self._turn, self._chat(body, logprobs=True) as pieces:
            answer = self._object(pieces)
        listed = as_tables(answer.get("choices"))
        if not listed:
            raise self._strange("its answer has no choices")
        thoughts = Thoughts()
        said = thoughts.take(as_table(listed[0].get("message"))) + thoughts.finish()
        # The first token of a thought says nothing of the choice.
        sums = [] if thoughts.seen else sum_logprobs(listed[0], choices)
        total = sum(sums)
        if total > 0:
            return [value / total for value in sums]
        word = said.strip().casefold()
        hits = [word.startswith(item.casefold()) for item in choices]
        if any(hits):
            return [hit / sum(hits) for hit in hits]
        return [1 / len(choices)] * len(choices)

    def close(self) -> None:
        """End what is being asked; safe to call twice, and from another thread."""
        self._closed.set()

    def _check_fit(self, messages: Sequence[Message], reply: int) -> None:
        prompt = sum(self.count_tokens(message.text) for message in messages)
        if prompt + reply > self._info.context:
            raise ContextFull(
                f"The prompt of about {prompt:,} tokens and a reply of up to {reply:,} do not fit "
                f"the context of {self._info.context:,}.",
                hint="Ask for less evidence, or raise --context if the server allows more.",
            )

    def _body(self, messages: Sequence[Message], limit: int) -> dict[str, Any]:
        turns = [
            {"role": message.role, "content": message.text.encode("utf-8", "replace").decode()}
            for message in messages
        ]
        return {"model": self._name, "messages": turns, "max_tokens": limit}

    def _models(self) -> list[dict[str, Any]]:
        with self._asking("models", None, LIST_SECONDS) as (status, pieces):
            if status == httpx.codes.NOT_FOUND:
                return []
            if status != httpx.codes.OK:
                raise self._refusal(status, b"".join(pieces))
            listed = self._object(pieces).get("data")
        if not isinstance(listed, list):
            raise self._strange("its list of models is no such list")
        return as_tables(listed)

    @contextmanager
    def _chat(self, body: dict[str, Any], *, logprobs: bool = False) -> Iterator[Iterator[bytes]]:
        """The body of the answer to a request, with as much of what not every server understands
        as this one does; what it once refused is not asked for again.

        Raises:
            ContextFull, EndpointError: the server refuses the request itself.
        """
        ways = list(product(self._without_thoughts, self._with_logprobs if logprobs else ({},)))
        for thinking, chances in ways:
            with self._asking(_CHAT, body | thinking | chances) as (status, pieces):
                if status == httpx.codes.OK:
                    self._without_thoughts = _from(thinking, self._without_thoughts)
                    if logprobs:
                        self._with_logprobs = _from(chances, self._with_logprobs)
                    yield pieces
                    return
                refusal = self._refusal(status, b"".join(pieces))
            final = isinstance(refusal, ContextFull) or (thinking, chances) == ways[-1]
            if final or status not in (_NO_LOGPROBS if chances else _NOT_UNDERSTOOD):
                raise refusal

    @contextmanager
    def _asking(
        self, what: str, body: dict[str, Any] | None, silence: float = SILENCE_SECONDS
    ) -> Iterator[tuple[int, Iterator[bytes]]]:
        """A request, which is given up at the block's end: status and body of its answer.

        Raises:
            ModelError: the model was closed.
            UsageError: the settings of the environment cannot be used.
            EndpointError: the server could not be reached, broke off, or redirects elsewhere.
        """
        request = Request(
            f"{self._base}/{what}",
            self._headers | ({} if body is None else {"Content-Type": "application/json"}),
            seconds=silence,
            connect_seconds=CONNECT_SECONDS,
            body=None if body is None else json.dumps(body).encode(),
            from_environment=self._elsewhere,
        )
        self._check_open()
        transfer = Transfer(request)
        try:
            answer = transfer.answer(Stopwatch(silence), self._closed)
            if "location" in answer.headers and 300 <= answer.status < 400:
                raise EndpointError(
                    f"{self._shown} answered with status {answer.status}.",
                    hint="It redirects elsewhere, which is not followed: name the final URL.",
                )
            yield answer.status, transfer.chunks(silence, self._closed)
            self._check_open()
        except Broken as broken:
            self._check_open()
            raise self._unreachable(broken) from broken
        finally:
            transfer.close()

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise ModelError("The model was closed.", hint="Open it again.")

    def _object(self, pieces: Iterator[bytes]) -> dict[str, Any]:
        data = b"".join(pieces)
        self._check_open()
        try:
            found = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self._strange("its answer is no JSON") from error
        if not isinstance(found, dict):
            raise self._strange("its answer is no object")
        return found

    def _events(self, body: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
        """The objects of a stream of server-sent events, and ``_DONE`` where it says that it ends;
        or the one that a server sends which does not stream."""
        with self._chat(body) as pieces:
            lines = self._lines(pieces)
            for line in lines:
                if line.lstrip().startswith(b"{"):
                    yield self._event(b"\n".join((line, *lines)))
                    return
                data = line[5:].strip() if line.startswith(b"data:") else b""
                if data == b"[DONE]":
                    yield _DONE
                    return
                if data:
                    yield self._event(data)

    def _lines(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Lines of a stream. Only a line feed ends one: JSON may hold other separators."""
        held = b""
        for block in pieces:
            *whole, held = (held + block).split(b"\n")
            yield from whole
            if len(held) > MAX_LINE:
                raise self._strange("it sends a line without end")
        yield held

    def _event(self, data: bytes) -> dict[str, Any]:
        try:
            event = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise self._strange("its stream is no JSON") from error
        if not isinstance(event, dict):
            raise self._strange("its stream holds no objects")
        if event.get("error"):
            raise EndpointError(
                f"{self._shown} broke off its answer with an error{reason_of(event)}.",
                hint="Look at the server's log.",
            )
        return event

    def _refusal(self, code: int, data: bytes) -> ContextFull | EndpointError:
        try:
            reason = reason_of(json.loads(data))
        except (ValueError, RecursionError):
            reason = ""
        if code == httpx.codes.BAD_REQUEST and "context" in reason and "token" in reason:
            return ContextFull(
                f"The prompt and its reply do not fit the context of {self._shown}{reason}.",
                hint="Ask for less evidence, or start the server with a larger context.",
            )
        hint = "Look at the server's log."
        if code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            hint = f"Set {_KEY} to the server's key."
        elif code in _BUSY:
            hint = "It may still be loading its model, or be busy: try again in a while."
        elif code == httpx.codes.NOT_FOUND:
            hint = "Check the URL (it ends in /v1) and the model's name."
        return EndpointError(f"{self._shown} answered with status {code}{reason}.", hint=hint)

    def _unreachable(self, broken: Broken) -> LongreadError:
        if broken.settings:
            return UsageError(
                f"{self._shown} {broken.reason}.", hint="Correct these variables, or unset them."
            )
        return EndpointError(
            f"{self._shown} {broken.reason}.",
            hint="Is the server running there? Check the URL and its log.",
        )

    def _strange(self, what: str) -> EndpointError:
        return EndpointError(
            f"{self._shown} does not speak the OpenAI protocol: {what}.",
            hint="Check the URL (it ends in /v1) and the server's log.",
        )


def _check_url(base: str) -> tuple[str, str]:
    """The URL as it may be shown, without a password in it, and its host."""
    try:
        url = httpx.URL(base)
        parts = urlsplit(base)
        good = url.scheme in ("http", "https") and bool(url.host) and parts.port != 0
    except (ValueError, httpx.InvalidURL):
        good = False
    if not good:
        raise UsageError(
            f"{one_line(base)!r} is not the URL of an endpoint.",
            hint="As in: --endpoint http://localhost:8080/v1",
        )
    shown = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return one_line(shown), url.host


def _key() -> str:
    key = os.environ.get(_KEY, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise UsageError(
            f"{_KEY} holds characters that cannot be sent.", hint="Set it to the key alone."
        )
    return key


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _told_context(listed: dict[str, Any]) -> int:
    """The context that a server's list of models gives, or 0. What a model was trained for
    is an upper bound only: the server may have made less room."""
    meta = as_table(listed.get("meta"))
    told = as_count(listed.get("max_model_len")) or as_count(meta.get("n_ctx"))
    return told or min(as_count(meta.get("n_ctx_train")), DEFAULT_CONTEXT)


def _from(accepted: dict[str, Any], wishes: _Wishes) -> _Wishes:
    return wishes[wishes.index(accepted) :]
