"""A server on this machine that speaks the OpenAI protocol, well or badly, as a test says."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.guard import allow

MODELS: dict[str, Any] = {"data": [{"id": "tiny", "meta": {"n_ctx": 4096}}, {"id": "other"}]}


@dataclass(slots=True)
class Answer:
    """What a request gets. Each block is sent and flushed on its own; ``broken`` ends the
    connection before the announced length; ``wait`` is called after each block."""

    blocks: tuple[bytes, ...]
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    broken: bool = False
    wait: Callable[[], object] | None = None


@dataclass(slots=True)
class LocalEndpoint:
    """Answers in the order in which they were enqueued, or what ``reply`` makes of a question;
    keeps what it was asked."""

    url: str = ""
    models: Answer = field(default_factory=lambda: as_json(MODELS))
    answers: deque[Answer] = field(default_factory=deque)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    reply: Callable[[str], str] | None = None
    hung_up: threading.Event = field(default_factory=threading.Event)

    def enqueue(self, *answers: Answer) -> None:
        self.answers.extend(answers)


def as_json(value: object, status: int = 200) -> Answer:
    return Answer((json.dumps(value).encode(),), status)


def events(*values: object, done: bool = True) -> bytes:
    """Server-sent events as a server writes them."""
    lines = [f"data: {json.dumps(value, ensure_ascii=False)}\n\n" for value in values]
    return "".join([*lines, "data: [DONE]\n\n" if done else ""]).encode()


def delta(text: str, finish: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


def stream(*values: object, done: bool = True) -> Answer:
    return Answer((events(*values, done=done),), headers={"Content-Type": "text/event-stream"})


@contextmanager
def serving() -> Iterator[LocalEndpoint]:
    """Serve on a free port for the length of a block."""
    endpoint = LocalEndpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(endpoint.models)

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            endpoint.bodies.append(body)
            if endpoint.reply is not None:
                said = endpoint.reply(body["messages"][-1]["content"])
                self._answer(stream(delta(said, "stop")))
            else:
                self._answer(endpoint.answers.popleft())

        def _answer(self, answer: Answer) -> None:
            endpoint.paths.append(self.path)
            endpoint.keys.append(self.headers.get("Authorization", ""))
            self.send_response(answer.status)
            if answer.broken:
                answer.headers["Content-Length"] = "100000"
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for block in answer.blocks:
                    self.wfile.write(block)
                    self.wfile.flush()
                    if answer.wait is not None:
                        answer.wait()
            except OSError:
                endpoint.hung_up.set()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            return

    allow("127.0.0.1:0")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    allow(f"127.0.0.1:{server.server_port}")
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield endpoint
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
