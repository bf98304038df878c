"""The switch that keeps longread off the network, and the hook that holds libraries to it."""

from __future__ import annotations

import os
import sys
from typing import Any

from longread.config import load_settings
from longread.errors import Offline

OFFLINE = "LONGREAD_OFFLINE"
"""The variable that switches the network off, for this process and those that it starts."""

_NO = frozenset({"", "0", "false", "no", "off"})
_TO_OTHERS = frozenset(
    {
        "socket.bind",
        "socket.connect",
        "socket.getaddrinfo",
        "socket.gethostbyaddr",
        "socket.gethostbyname",
        "socket.getnameinfo",
        "socket.sendmsg",
        "socket.sendto",
    }
)
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def is_offline() -> bool:
    """Whether the variable, ``--offline`` or the setting switches the network off.

    Raises:
        UsageError: the settings cannot be read.
    """
    return _said_by_environment() or load_settings().offline


def require(what: str) -> None:
    """Refuse what needs the network where that is switched off; ``what`` begins a sentence.

    Raises:
        Offline: it is.
    """
    if is_offline():
        raise Offline(
            f"{what} needs the network, and longread is offline.",
            hint="Do it without --offline, without LONGREAD_OFFLINE in the environment, and "
            "without `offline = true` in config.toml.",
        )


def go_offline() -> None:
    """Switch the network off for good, in this process and in those that it starts."""
    os.environ[OFFLINE] = "1"
    forbid_sockets("longread is offline")


def stay_offline() -> None:
    """Do as the process that started this one was told."""
    if _said_by_environment():
        go_offline()


def forbid_sockets(why: str, *, unnamed: bool = False) -> None:
    """Refuse what any Python code here, libraries included, asks of sockets from now on; there
    is no way back. ``unnamed``: also sockets that lead nowhere yet, such as an event loop's.
    """

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if not event.startswith("socket.") or event == "socket.gethostname":
            return
        if unnamed or (event in _TO_OTHERS and not _is_own_pipe(event, arguments)):
            raise PermissionError(why)

    sys.addaudithook(refuse)


def _said_by_environment() -> bool:
    return os.environ.get(OFFLINE, "").strip().casefold() not in _NO


def _is_own_pipe(event: str, arguments: tuple[Any, ...]) -> bool:
    """Windows makes an event loop's pair of sockets by a connection to itself."""
    if sys.platform != "win32" or event not in ("socket.bind", "socket.connect"):
        return False
    address = arguments[1]
    return isinstance(address, tuple) and address[0] in _LOOPBACK
