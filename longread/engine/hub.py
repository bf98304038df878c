"""Fetching from a hub that speaks Hugging Face's protocol.

``HF_ENDPOINT`` names another hub, ``HF_TOKEN`` is sent to that hub and nowhere else, and
proxies come from the environment.
"""

from __future__ import annotations

import os
import re
import threading
from contextlib import suppress
from urllib.parse import quote, urlsplit

from longread.config import SOURCE_CONNECT_SECONDS
from longread.engine.catalogue import HubSource, shipped
from longread.engine.partial import PartialFile, Pull, Stopwatch
from longread.engine.transfer import Answer, Broken, Request, Transfer
from longread.errors import DownloadFailed, LongreadError
from longread.text import one_line

DEFAULT_ENDPOINT = "https://huggingface.co"
"""The hub that is asked when ``HF_ENDPOINT`` names no other."""

_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_REFUSED = {401: "asks for a login", 403: "refuses access", 404: "does not have the file"}
_BUSY = {408, 416, 425, 429, 500, 502, 503, 504}


def endpoint() -> str:
    """The hub's address, without a slash at its end.

    Raises:
        DownloadFailed: ``HF_ENDPOINT`` is no http address.
    """
    address = os.environ.get("HF_ENDPOINT", "").strip().rstrip("/") or DEFAULT_ENDPOINT
    with suppress(ValueError):
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.hostname:
            return address
    raise DownloadFailed(
        "HF_ENDPOINT does not hold the address of a hub.",
        hint="It must begin with http:// or https://; or unset it.",
    )


def host() -> str:
    """The hub's host name, fit to be shown: without any login that the address holds."""
    return one_line(urlsplit(endpoint()).hostname or "", 100)


def address_of(source: HubSource) -> str:
    """Where a file is asked for."""
    revision, file = quote(source.revision, safe=""), quote(source.file)
    return f"{endpoint()}/{quote(source.repository)}/resolve/{revision}/{file}"


def hub_reachable(timeout: float = SOURCE_CONNECT_SECONDS, source: HubSource | None = None) -> bool:
    """Whether the hub delivers: asks for the first bytes of a model, for ``timeout`` seconds.

    A hub that answers, but whose files come from a host that cannot be reached, does not
    count. ``source`` is by default that of the first model of the catalogue.
    """
    known = (one for model in shipped() for one in model.sources if isinstance(one, HubSource))
    asked = source or next(known)
    never = threading.Event()
    clock = Stopwatch(timeout)
    try:
        transfer = Transfer(_request(asked, {"Range": "bytes=0-3"}, timeout))
        try:
            answer = transfer.answer(clock, never)
            first = next(transfer.chunks(clock.left, never), b"")
        finally:
            transfer.close()
    except (Broken, LongreadError):
        return False
    return answer.status in (200, 206) and first.startswith(b"GGUF")


def fetch(source: HubSource, part: PartialFile, pull: Pull) -> None:
    """Fill the partial file to the model's size, going on where it ends.

    A transfer that breaks is tried again after a pause that doubles, as long as bytes
    come; a hub that cannot be reached at all is given up after ``connect_seconds``.

    Raises:
        DownloadFailed: the hub could not be reached, or does not have this file.
        DiskFull: there is no room.
        Cancelled: the user stopped it; the partial file stays.
    """
    first_answer = Stopwatch(pull.patience.connect_seconds)
    failures = 0
    delivered = False
    while part.length < pull.size:
        before = part.length
        clock = Stopwatch(pull.patience.connect_seconds) if delivered else first_answer
        try:
            _read_once(source, part, pull, clock)
        except Broken as broken:
            pull.check_cancelled()
            came = part.length > before
            delivered = delivered or came
            failures = 1 if came else failures + 1
            pause = pull.pause_after(failures)
            hopeless = not delivered and (broken.unreachable or pause >= first_answer.left)
            if hopeless or failures > pull.patience.retries:
                raise DownloadFailed(
                    f"{host()} {broken.reason}.",
                    hint="Check the network, and HF_ENDPOINT if it is set, and try again.",
                ) from broken
            pull.on_event(f"{host()} {broken.reason}; trying again in {pause:.0f} s.")
            pull.wait(pause)


def _request(source: HubSource, headers: dict[str, str], seconds: float) -> Request:
    always = {"Accept-Encoding": "identity", "User-Agent": "longread"}
    token = os.environ.get("HF_TOKEN", "").strip()
    if token:
        always["Authorization"] = f"Bearer {token}"
    return Request(address_of(source), always | headers, seconds=seconds, follow=True, as_sent=True)


def _read_once(source: HubSource, part: PartialFile, pull: Pull, clock: Stopwatch) -> None:
    offset = part.length
    headers = {}
    if offset:
        headers["Range"] = f"bytes={offset}-"
        if part.etag and part.source == source.key:
            headers["If-Range"] = part.etag
    transfer = Transfer(_request(source, headers, pull.patience.stall_seconds))
    try:
        answer = transfer.answer(clock, pull.cancel)
        pull.check_cancelled()
        start = _start(answer, offset, part, source, pull)
        etag = answer.headers.get("etag", "")
        # A weak ETag does not promise equal bytes, so it cannot guard a resumed transfer.
        part.note(source.key, etag="" if etag.startswith("W/") else etag)
        done = start
        with part.writing(start) as file:
            for chunk in transfer.chunks(pull.patience.stall_seconds, pull.cancel):
                done += len(chunk)
                if done > pull.size:
                    raise DownloadFailed(f"{host()} delivers more bytes than the model has.")
                file.write(chunk)
                pull.on_progress(done, pull.size)
        pull.check_cancelled()
        if done < pull.size:
            raise Broken("ended the transfer early")
    finally:
        transfer.close()


def _start(answer: Answer, offset: int, part: PartialFile, source: HubSource, pull: Pull) -> int:
    """Where the answer's bytes begin; refuses an answer that is not this file."""
    status, headers = answer.status, answer.headers
    if status in _REFUSED:
        hint = "Set HF_TOKEN to a token that may read it." if status in (401, 403) else ""
        raise DownloadFailed(f"{host()} {_REFUSED[status]} (HTTP {status}).", hint=hint)
    if status in _BUSY:
        if status == 416:
            part.discard()
        raise Broken(f"answered HTTP {status}")
    if status not in (200, 206):
        raise DownloadFailed(f"{host()} answered HTTP {status}.")
    if headers.get("content-encoding", "identity") != "identity":
        raise DownloadFailed(f"{host()} delivers the file in a compressed form.")
    if status == 200:
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) != pull.size:
            raise DownloadFailed(
                f"{host()} delivers another file: {int(length):,} bytes instead of {pull.size:,}."
            )
        if offset:
            pull.on_event(f"{host()} cannot resume this file; starting from its beginning.")
        return 0
    span = _CONTENT_RANGE.fullmatch(headers.get("content-range", "").strip())
    if span is None or span[2] not in ("*", str(pull.size)):
        raise DownloadFailed(f"{host()} delivers another file than the catalogue names.")
    etag = headers.get("etag", "")
    changed = part.source == source.key and part.etag and etag and etag != part.etag
    if int(span[1]) != offset or changed:
        part.discard()
        raise Broken("delivers a file that has changed since")
    return offset
