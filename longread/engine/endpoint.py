"""A model behind an OpenAI-compatible server: llama-server, Ollama, vLLM and others.

Only the host that the user named is spoken to: redirects are not followed.
"""

from __future__ import annotations

import json
import math
import os
import threading
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx

from longread.engine.protocol import Chunk, Message, ModelInfo, Sampling
from longread.engine.stream import SafeText
from longread.errors import ContextFull, EndpointError, UsageError
from longread.passages import estimate_tokens
from longread.text import one_line

DEFAULT_CONTEXT = 8192
"""Context that is assumed of a server which does not tell."""

CONNECT_SECONDS = 10.0
"""How long a connection may take."""

SILENCE_SECONDS = 600.0
"""How long a server may say nothing: it may be reading a long prompt on a slow machine."""

MAX_LINE = 1_000_000
_TOP_LOGPROBS = 20
_KEY = "LONGREAD_API_KEY"


class EndpointModel:
    """A model behind ``base`` (up to and with ``/v1``). Without ``model_id`` the first model
    that the server lists is taken. ``LONGREAD_API_KEY`` is sent as a bearer token.

    Raises:
        UsageError: the URL is not one.
        EndpointError: the server is not there or does not speak the protocol.
    """

    def __init__(self, base: str, *, model_id: str = "", context: int = 0) -> None:
        parts = urlsplit(base)
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise UsageError(
                f"{one_line(base)!r} is not the URL of an endpoint.",
                hint="As in: --endpoint http://localhost:8080/v1",
            )
        self._base = base.rstrip("/")
        key = os.environ.get(_KEY, "")
        self._client = httpx.Client(
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS),
            follow_redirects=False,
        )
        self._lock = threading.Lock()
        listed = self._models()
        chosen = next((item for item in listed if item.get("id") == model_id), None)
        first = chosen or (listed[0] if listed and not model_id else {})
        name = model_id or str(first.get("id", "default"))
        meta = first.get("meta") if isinstance(first.get("meta"), dict) else {}
        told = first.get("max_model_len") or (meta or {}).get("n_ctx")
        size = context or (told if isinstance(told, int) and told > 0 else DEFAULT_CONTEXT)
        self._info = ModelInfo(one_line(name), size, f"{self._base}#{name}", "endpoint")

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
        safe = SafeText(sampling.stop)
        usage: dict[str, Any] = {}
        finish, pieces = "", 0
        with self._lock:
            for event in self._events(body):
                usage = event.get("usage") or usage
                for choice in event.get("choices") or ():
                    text = (choice.get("delta") or {}).get("content") or ""
                    finish = choice.get("finish_reason") or finish
                    pieces += bool(text)
                    if shown := safe.feed(str(text)):
                        yield Chunk(shown)
                if safe.stopped:
                    finish = "stop"
                    break
        if rest := safe.finish():
            yield Chunk(rest)
        if not finish:
            raise EndpointError(
                f"{self._base} ended its answer before it was finished.",
                hint="Look at the server's log, and ask again.",
            )
        yield Chunk(
            "",
            final=True,
            prompt_tokens=_count(usage.get("prompt_tokens")),
            cached_tokens=_count((usage.get("prompt_tokens_details") or {}).get("cached_tokens")),
            reply_tokens=_count(usage.get("completion_tokens")) or pieces,
            finish="length" if finish == "length" else "stop",
        )

    def choose(self, messages: Sequence[Message], choices: Sequence[str]) -> list[float]:
        """Probabilities from the server's log-probabilities; where it gives none, its one-word
        reply decides."""
        self._check_fit(messages, 4)
        body = self._body(messages, 4) | {
            "temperature": 0.0,
            "logprobs": True,
            "top_logprobs": _TOP_LOGPROBS,
        }
        with self._lock:
            answer = self._post(body)
        try:
            choice = answer["choices"][0]
            said = str(choice["message"]["content"] or "")
        except (KeyError, IndexError, TypeError) as error:
            raise self._strange("its answer has no choices") from error
        sums = _sum_logprobs(choice, choices)
        total = sum(sums)
        if total > 0:
            return [value / total for value in sums]
        word = said.strip().casefold()
        hits = [word.startswith(item.casefold()) for item in choices]
        if any(hits):
            return [hit / sum(hits) for hit in hits]
        return [1 / len(choices)] * len(choices)

    def close(self) -> None:
        """Close the connections; safe to call twice."""
        self._client.close()

    def _check_fit(self, messages: Sequence[Message], reply: int) -> None:
        prompt = sum(self.count_tokens(message.content) for message in messages)
        if prompt + reply > self._info.context:
            raise ContextFull(
                f"The prompt of about {prompt:,} tokens and a reply of up to {reply:,} do not fit "
                f"the context of {self._info.context:,}.",
                hint="Ask for less evidence, or raise --context if the server allows more.",
            )

    def _body(self, messages: Sequence[Message], limit: int) -> dict[str, Any]:
        turns = [{"role": message.role, "content": message.content} for message in messages]
        return {"model": self._info.id, "messages": turns, "max_tokens": limit}

    def _models(self) -> list[dict[str, Any]]:
        try:
            response = self._client.get(f"{self._base}/models")
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if response.status_code == httpx.codes.NOT_FOUND:
            return []
        self._check_status(response)
        try:
            listed = response.json()["data"]
            return [item for item in listed if isinstance(item, dict)]
        except (ValueError, KeyError, TypeError) as error:
            raise self._strange("its list of models is no such list") from error

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        try:
            response = self._client.post(f"{self._base}/chat/completions", json=body)
            self._check_status(response)
            answer = response.json()
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        except ValueError as error:
            raise self._strange("its answer is no JSON") from error
        if not isinstance(answer, dict):
            raise self._strange("its answer is no object")
        return answer

    def _events(self, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The objects of a stream of server-sent events."""
        url = f"{self._base}/chat/completions"
        try:
            with self._client.stream("POST", url, json=body) as response:
                if response.status_code != httpx.codes.OK:
                    response.read()
                self._check_status(response)
                for line in response.iter_lines():
                    data = line[5:].strip() if line.startswith("data:") else ""
                    if data == "[DONE]":
                        return
                    if data and len(data) <= MAX_LINE:
                        event = json.loads(data)
                        if not isinstance(event, dict) or "error" in event:
                            raise self._strange("it reports an error within its answer")
                        yield event
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        except ValueError as error:
            raise self._strange("its stream is no JSON") from error

    def _check_status(self, response: httpx.Response) -> None:
        code = response.status_code
        if code == httpx.codes.OK:
            return
        hint = "Look at the server's log."
        if code in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
            hint = f"Set {_KEY} to the server's key."
        elif code == httpx.codes.NOT_FOUND:
            hint = "Check the URL (it ends in /v1) and the model's name."
        elif response.is_redirect:
            hint = "It redirects elsewhere, which is not followed: name the final URL."
        raise EndpointError(f"{self._base} answered with status {code}.", hint=hint)

    def _unreachable(self, error: httpx.HTTPError) -> EndpointError:
        return EndpointError(
            f"{self._base} could not be reached or broke off ({type(error).__name__}).",
            hint="Is the server running there? Check the URL and its log.",
        )

    def _strange(self, what: str) -> EndpointError:
        return EndpointError(
            f"{self._base} does not speak the OpenAI protocol: {what}.",
            hint="Check the URL (it ends in /v1) and the server's log.",
        )


def _sum_logprobs(choice: dict[str, Any], choices: Sequence[str]) -> list[float]:
    """Add up the first token's probabilities of spellings that begin a choice."""
    sums = [0.0] * len(choices)
    try:
        top = choice["logprobs"]["content"][0]["top_logprobs"]
        for item in top:
            word = str(item["token"]).strip().casefold()
            for index, wanted in enumerate(choices):
                if word and wanted.casefold().startswith(word):
                    sums[index] += math.exp(min(0.0, float(item["logprob"])))
    except (KeyError, IndexError, TypeError, ValueError):
        return [0.0] * len(choices)
    return sums


def _count(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0
