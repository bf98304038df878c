"""One HTTP request, read in a thread of its own.

So looking up a name, a connection that hangs and a server that falls silent all end on time,
and so does a request that is given up, whatever the thread is blocked in.
"""

from __future__ import annotations

import queue
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from longread.engine.partial import Stopwatch

QUEUED_PIECES = 64
"""Pieces of a body, of up to 64 KB each, that wait between the network and who takes them."""

SETTINGS = ("ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""The variables of the environment by which requests find their way."""

MAX_REDIRECTS = 5
"""Most redirects that are followed for one request."""

_POLL_SECONDS = 0.1
_SLACK_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked. A server may say nothing for ``seconds``, and a connection take
    ``connect_seconds``, or as long. ``from_environment``: proxies and certificates are those that
    the environment names. ``as_sent``: the body comes as it is, also where it is compressed."""

    address: str
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 60.0
    connect_seconds: float | None = None
    body: bytes | None = None
    follow: bool = False
    from_environment: bool = True
    as_sent: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer; names of headers are looked up whatever their case."""

    status: int
    headers: Mapping[str, str]


_Item = Answer | bytes | Exception | None
"""What the reading thread hands over: the head, pieces of the body, a fault, or the end."""


class Broken(Exception):
    """A transfer ended early; ``reason`` is a predicate whose subject is the host.
    ``unreachable``: nothing came. ``settings``: the environment's settings are at fault."""

    def __init__(self, reason: str, *, unreachable: bool = False, settings: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.unreachable = unreachable
        self.settings = settings


class Transfer:
    """A request under way; it is a POST where it has a body, else a GET."""

    def __init__(self, request: Request) -> None:
        self._items: queue.Queue[_Item] = queue.Queue(maxsize=QUEUED_PIECES)
        self._abandoned = threading.Event()
        self._socket: Any = None
        threading.Thread(
            target=self._run, args=(request,), name="longread-transfer", daemon=True
        ).start()

    def answer(self, clock: Stopwatch, cancel: threading.Event) -> Answer:
        """Status and headers; raises ``Broken`` when the clock runs out, or ``cancel`` is set."""
        item = self._next(clock, cancel)
        if isinstance(item, Answer):
            return item
        raise Broken("could not be reached in time", unreachable=True)

    def chunks(self, stall_seconds: float, cancel: threading.Event) -> Iterator[bytes]:
        """The body, until its end or until ``cancel`` is set."""
        while True:
            item = self._next(Stopwatch(stall_seconds), cancel)
            if isinstance(item, bytes):
                yield item
            elif item is _SILENCE:
                raise Broken("fell silent")
            else:
                return

    def close(self) -> None:
        """Hang up; safe to call twice. The thread ends by itself."""
        self._abandoned.set()
        self._hang_up()

    def _next(self, clock: Stopwatch, cancel: threading.Event) -> _Item:
        while not cancel.is_set():
            try:
                item = self._items.get(timeout=min(_POLL_SECONDS, clock.left) or 0.001)
            except queue.Empty:
                if clock.left == 0:
                    return _SILENCE
                continue
            if isinstance(item, Exception):
                raise item
            return item
        return None

    def _put(self, item: _Item) -> bool:
        while not self._abandoned.is_set():
            with suppress(queue.Full):
                self._items.put(item, timeout=_POLL_SECONDS)
                return True
        return False

    def _run(self, request: Request) -> None:
        answered = False
        try:
            import httpx

            try:
                # For a thread that nobody waits for any more: the caller's clock is shorter.
                longest = request.seconds + _SLACK_SECONDS
                client = httpx.Client(
                    follow_redirects=request.follow,
                    max_redirects=MAX_REDIRECTS,
                    timeout=httpx.Timeout(longest, connect=request.connect_seconds or longest),
                    trust_env=request.from_environment,
                )
            except Exception as error:
                raise Broken(_SETTINGS_REASON, unreachable=True, settings=True) from error
            with (
                client,
                client.stream(
                    "GET" if request.body is None else "POST",
                    request.address,
                    headers=request.headers,
                    content=request.body,
                    extensions={"trace": self._see},
                ) as response,
            ):
                answered = self._put(Answer(response.status_code, response.headers))
                # In the sizes they come in, so that a broken transfer loses none of them.
                pieces = response.iter_raw() if request.as_sent else response.iter_bytes()
                for chunk in pieces:
                    if not self._put(chunk):
                        return
            self._put(None)
        except Broken as broken:
            self._put(broken)
        except Exception as error:
            # Whatever went wrong belongs to the caller; a thread has nobody to raise it to.
            self._put(Broken(_reason(error, answered), unreachable=not answered))

    def _see(self, _event: str, details: Mapping[str, Any]) -> None:
        """Note the socket of each connection that the request makes."""
        made = details.get("return_value")
        if made is not None and hasattr(made, "get_extra_info"):
            self._socket = made.get_extra_info("socket")
            if self._abandoned.is_set():
                self._hang_up()

    def _hang_up(self) -> None:
        """Let the thread's read return at once; closing the socket would not."""
        if self._socket is not None:
            with suppress(OSError, ValueError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


_SILENCE = TimeoutError()
"""Stands in the queue's place when nothing came in time."""

_SETTINGS_REASON = (
    "could not be asked with the proxy and certificate settings of the environment"
    f" (look at {', '.join(SETTINGS)})"
)


def _reason(error: Exception, answered: bool) -> str:
    import httpx

    text = str(error)
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "has a certificate that is not trusted here (SSL_CERT_FILE names others)"
    if isinstance(error, httpx.ProxyError):
        return "could not be reached through the proxy that the environment names"
    if isinstance(error, httpx.TooManyRedirects):
        return "redirects without end"
    if isinstance(error, ValueError | httpx.InvalidURL | httpx.UnsupportedProtocol):
        return "could not be asked: its address, or the key for it, cannot be used"
    if answered:
        return "broke the transfer off"
    if isinstance(error, httpx.TimeoutException):
        return "could not be reached in time"
    return "could not be reached"
