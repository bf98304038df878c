"""Parsing in a child process, with limits on time, memory and files, and no network.

A file is untrusted, and so is every library that parses it: what crashes, hangs or
swells takes down the child alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from longread import errors
from longread.config import PARSE_MEMORY_BYTES, PARSE_SECONDS
from longread.document import Document, document_from_json
from longread.errors import DamagedFile, LimitExceeded, SourceError
from longread.stopping import never, run
from longread.text import one_line

_ROOT = str(Path(__file__).parents[2])
_START = "import sys; sys.path.insert(0, sys.argv[1]); import {0}; {0}.main()"


def parse(
    path: Path,
    name: str,
    password: str | None = None,
    *,
    picture_share: float | None = None,
    seconds: float = PARSE_SECONDS,
    memory: int = PARSE_MEMORY_BYTES,
    stop: Callable[[], bool] = never,
    child: str = "longread.sources.sandbox",
) -> Document:
    """Turn a file into a Document within a child process.

    ``name`` is the file's name for messages and fallback titles; ``picture_share`` the share of
    a PDF's pages that may be pictures, where it is not the usual one; ``child`` the module whose
    ``main`` answers the request.

    Raises:
        SourceError: of the kind that the reader raised; LimitExceeded where it took too
            long or too much; DamagedFile where the child crashed.
        Cancelled: ``stop`` said so.
    """
    request = {
        "path": str(path),
        "name": name,
        "password": password,
        "picture_share": picture_share,
        "memory": memory,
    }
    # Without -P, a file named like a library in the working folder would be run.
    command = [sys.executable, "-P", "-X", "utf8", "-c", _START.format(child), _ROOT]
    try:
        done = run(command, sent=json.dumps(request).encode(), seconds=seconds, stop=stop)
    except subprocess.TimeoutExpired as error:
        raise LimitExceeded(
            f"{one_line(name)} took longer than {seconds:.0f} s to parse.",
            hint="It may be damaged or made to do harm; a smaller part of it may work.",
        ) from error
    return _result(done.stdout, done.returncode, name)


def _result(answer: bytes, code: int, name: str) -> Document:
    try:
        values: dict[str, Any] = json.loads(answer)
    except ValueError as error:
        if code in (-9, -24, -25):  # killed: memory, processor time, file size
            raise LimitExceeded(
                f"{one_line(name)} went beyond the limits for parsing.",
                hint="It may be damaged or made to do harm.",
            ) from error
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        raise DamagedFile(
            f"{one_line(name)} broke its parser ({how}).",
            hint="Open it in another program and save it anew, then try that file.",
        ) from error
    if "error" in values:
        kind = getattr(errors, str(values["error"]), SourceError)
        raise kind(str(values["message"]), hint=str(values["hint"]))
    return document_from_json(values["document"])


Reader = Callable[[Path, str, str | None, float | None], Document]


def main(read: Reader | None = None) -> None:
    """The child: one request on standard input, one answer on standard output."""
    request = json.load(sys.stdin)
    # What a library prints must not end up within the answer.
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit(int(request["memory"]))
    name = str(request["name"])
    try:
        from longread.network import forbid_sockets
        from longread.sources.formats import read_file

        # No parser has a reason to open a socket.
        forbid_sockets("no network while parsing", unnamed=True)
        document = (read or read_file)(
            Path(request["path"]), name, request["password"], request["picture_share"]
        )
        values: dict[str, Any] = {"document": document.as_json()}
    except SourceError as error:
        values = {"error": type(error).__name__, "message": error.message, "hint": error.hint}
    except MemoryError:
        values = {
            "error": "LimitExceeded",
            "message": f"{one_line(name)} needs more memory than parsing may take.",
            "hint": "It may be damaged or made to do harm.",
        }
    except Exception as error:
        values = {
            "error": "DamagedFile",
            "message": f"{one_line(name)} could not be parsed ({type(error).__name__}: "
            f"{one_line(str(error), 200)}).",
            "hint": "Open it in another program and save it anew, then try that file.",
        }
    with answer:
        answer.write(json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode())
    # Native libraries may crash while they are torn down, when all is said already.
    os._exit(0)


def _limit(memory: int) -> None:
    """Limits that the system enforces, where it can (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    cores = os.cpu_count() or 1
    for kind, value in (
        (resource.RLIMIT_AS, memory if sys.platform == "linux" else resource.RLIM_INFINITY),
        (resource.RLIMIT_CPU, PARSE_SECONDS * cores),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (wanted, hard))
