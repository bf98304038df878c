"""Every Python process that finds this file first on its path imports it before all else.

It refuses sockets that no test allowed and files outside the folders that a test named, and
notes both, since code may take the refusal for any other error.
"""

import os
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

_CONNECTING = frozenset(
    {"socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"}
)
_NAMING = frozenset({"socket.gethostbyname", "socket.gethostbyaddr"})
_MAKING = frozenset({"os.mkdir", "os.link", "os.symlink", "os.rename"})
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _CONNECTING:
        _check_socket(event, _address(event, arguments))
    elif event in _NAMING:
        _check_socket(event, f"{arguments[0]}:")
    elif event == "open":
        path, _, flags = arguments
        if isinstance(path, str | bytes) and flags & _WRITING:
            _check_write(event, path)
    elif event in _MAKING:
        target = arguments[0 if event == "os.mkdir" else 1]
        # A path beside an open folder cannot be told from here.
        if isinstance(target, str | bytes) and Path(os.fsdecode(target)).is_absolute():
            _check_write(event, target)


def _address(event: str, arguments: tuple[Any, ...]) -> str:
    """Host and port; empty where it is no address of a network."""
    if event == "socket.getaddrinfo":
        return f"{_text(arguments[0])}:{_text(arguments[1])}"
    address = arguments[1]
    return f"{_text(address[0])}:{address[1]}" if isinstance(address, tuple) else ""


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _check_socket(event: str, address: str) -> None:
    allowed = os.environ.get("LONGREAD_TEST_SOCKETS", "").split(",")
    hosts = [f"{item.rpartition(':')[0]}:" for item in allowed]
    if address and not {"*", address} & {*allowed, *hosts} - {""}:
        _refuse(f"{event} {address}")


def _check_write(event: str, path: str | bytes) -> None:
    roots = os.environ.get("LONGREAD_TEST_WRITES")
    if roots is None:
        return
    where = os.path.realpath(os.fsdecode(path))
    allowed = [*roots.split(os.pathsep), "/dev", os.environ.get("LONGREAD_TEST_TRESPASS", "")]
    if not any(root and os.path.commonpath([root, where]) == root for root in allowed):
        _refuse(f"{event} {where}")


def _refuse(what: str) -> None:
    folder = os.environ.get("LONGREAD_TEST_TRESPASS")
    if folder and Path(folder).is_dir():
        # The name says it all: a parsing process may make files, but write nothing into them.
        name = quote(f"{os.getpid()} {what}", safe=" ")[:240]
        (Path(folder) / name).touch()
    raise PermissionError(f"no test allowed this: {what}")


sys.addaudithook(_watch)
