"""A hub on this machine that speaks Hugging Face's protocol, and wheels built by code."""

from __future__ import annotations

import base64
import hashlib
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from longread.config import Paths
from longread.engine.catalogue import HubSource, ModelEntry, Source
from longread.engine.partial import Patience
from tests.guard import allow

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
HUB = HubSource("someone/small-GGUF", "0123abc", "small q4.gguf")
HUB_PATH = "/someone/small-GGUF/resolve/0123abc/small%20q4.gguf"
QUICK = Patience(
    connect_seconds=1, stall_seconds=1, wheel_stall_seconds=30, retries=2, pause_seconds=0.01
)


def model_bytes(size: int = 300_000) -> bytes:
    """Bytes that begin like a model and never repeat."""
    blocks = (hashlib.sha256(str(number).encode()).digest() for number in range(size // 32 + 1))
    return (b"GGUF" + struct.pack("<IQQ", 3, 0, 0) + b"".join(blocks))[:size]


def model_entry(data: bytes, *sources: Source) -> ModelEntry:
    """A catalogue entry for these bytes."""
    return ModelEntry(
        id="small-q4",
        name="Small",
        purpose="tests",
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        licence="CC0-1.0",
        context=2048,
        kv_bytes_per_token=1,
        memory=1,
        sources=sources,
    )


def folders(root: Path) -> Paths:
    """The folders of a longread that lives in ``root``."""
    return Paths(root, root / "cache", root)


def isolate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget proxies, tokens and endpoints of the machine that runs the tests."""
    # So pip finds out whether the machine speaks IPv6.
    allow("::1:0")
    for name in (*PROXIES, *(name.lower() for name in PROXIES), "HF_ENDPOINT", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@dataclass
class LocalHub:
    """What the server sends, and what it was asked. ``cut_after`` holds, for each of the
    next transfers, after how many bytes the connection breaks; ``statuses`` the next
    answers' statuses; ``hang`` accepts and never answers; ``slow`` pauses between pieces."""

    data: bytes
    etag: str = '"one"'
    ranges: bool = True
    redirect_to: str = ""
    hang: bool = False
    slow: float = 0
    cut_after: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    address: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    hub: LocalHub

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        hub = self.hub
        headers = {key.lower(): value for key, value in self.headers.items()}
        hub.asked.append((self.path, headers))
        if hub.hang:
            hub.stopping.wait(20)
            return
        if hub.statuses and (status := hub.statuses.pop(0)) != 200:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if hub.redirect_to:
            self.send_response(302)
            self.send_header("Location", hub.redirect_to + "/blob")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = self._start(headers)
        body = hub.data[start:]
        self.send_response(206 if start is not None and "range" in headers and hub.ranges else 200)
        self.send_header("ETag", hub.etag)
        if start:
            total = len(hub.data)
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        elif "range" in headers and hub.ranges and self._same(headers):
            self.send_header("Content-Range", f"bytes 0-{len(hub.data) - 1}/{len(hub.data)}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self._send(body)

    def _same(self, headers: dict[str, str]) -> bool:
        return headers.get("if-range", self.hub.etag) == self.hub.etag

    def _start(self, headers: dict[str, str]) -> int | None:
        if "range" not in headers or not self.hub.ranges or not self._same(headers):
            return None
        return int(headers["range"].removeprefix("bytes=").split("-")[0])

    def _send(self, body: bytes) -> None:
        cut = self.hub.cut_after.pop(0) if self.hub.cut_after else len(body)
        try:
            for begin in range(0, min(cut, len(body)), 20_000):
                self.wfile.write(body[begin : min(begin + 20_000, cut)])
                if self.hub.slow and self.hub.stopping.wait(self.hub.slow):
                    return
        except OSError:
            return
        self.close_connection = True


@contextmanager
def serve(data: bytes) -> Iterator[LocalHub]:
    """Run a hub while the block runs; what it sends can be changed meanwhile."""
    hub = LocalHub(data)
    handler = type("Handler", (_Handler,), {"hub": hub})
    allow("127.0.0.1:0")
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    allow(f"127.0.0.1:{server.server_port}")
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield hub
    finally:
        hub.stopping.set()
        server.shutdown()
        thread.join()
        server.server_close()


def make_wheel(folder: Path, package: str, members: dict[str, bytes], version: str = "1.0") -> Path:
    """Build a wheel that holds these files."""
    stem = package.replace("-", "_")
    info = f"{stem}-{version}.dist-info"
    about = f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n"
    files = {
        **members,
        f"{info}/METADATA": about.encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\n"
        b"Root-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = []
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(data)}\n")
    files[f"{info}/RECORD"] = "".join([*lines, f"{info}/RECORD,,\n"]).encode()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def wait_until(condition: Callable[[], object], seconds: float = 5) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)
