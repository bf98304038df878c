"""What tests may do outside of their own folders: nothing, but for sockets they allow.

``sitecustomize`` beside this file watches in every Python process of the tests.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

TRESPASS = "LONGREAD_TEST_TRESPASS"
"""Names the folder that gets an empty file for each thing that was not allowed."""

SOCKETS = "LONGREAD_TEST_SOCKETS"
"""Addresses that may be used, as 127.0.0.1:8080, with commas between; * stands for all."""

WRITES = "LONGREAD_TEST_WRITES"
"""Folders that may be written to, with the system's path separator between; unset: any."""

ANY = "*"


def allow(*addresses: str) -> None:
    """Let this test and its child processes use sockets with these addresses."""
    os.environ[SOCKETS] = ",".join((os.environ.get(SOCKETS, ""), *addresses))


@contextmanager
def allowing(*addresses: str) -> Iterator[None]:
    """The same while the block runs."""
    before = os.environ.get(SOCKETS, "")
    allow(*addresses)
    try:
        yield
    finally:
        os.environ[SOCKETS] = before


def watched(environment: Mapping[str, str], trespass: Path) -> dict[str, str]:
    """An environment whose Python processes are watched and report to a folder."""
    path = [str(Path(__file__).parent), environment.get("PYTHONPATH", "")]
    return {
        **environment,
        "PYTHONPATH": os.pathsep.join(part for part in path if part),
        TRESPASS: str(trespass),
    }


def take_trespasses(folder: Path) -> list[str]:
    """What was done that was not allowed; it is forgotten then."""
    found = sorted(folder.iterdir())
    for item in found:
        item.unlink()
    return [unquote(item.name) for item in found]
