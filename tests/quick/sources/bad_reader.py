"""A reader that misbehaves as the file that it reads tells it to; runs in the sandbox."""

from __future__ import annotations

import ctypes
import os
import socket
import sys
import time
from pathlib import Path

from longread.document import Document, DocumentBuilder
from longread.errors import ProtectedFile
from longread.sources import sandbox


def read(path: Path, name: str, password: str | None, _: float | None) -> Document:
    """Do what the first line of the file says."""
    act = path.read_text("utf-8").strip()
    builder = DocumentBuilder("plain", title=name, author=password or "")
    match act:
        case "abort":
            os.abort()
        case "fault":
            ctypes.string_at(0)
        case "sleep":
            time.sleep(60)
        case "swell":
            builder.paragraph("x" * len(bytearray(2_000_000_000)))
        case "raise":
            raise RuntimeError("lost the \x1b[31mthread")
        case "protected":
            raise ProtectedFile(f"{name} is locked.", hint="Read it elsewhere.")
        case "write":
            (path.parent / "dropping").write_text("more than nothing")
        case "connect":
            socket.create_connection(("127.0.0.1", 9), timeout=1)
        case "chatter":
            print("noise on standard output")
            sys.stderr.write("\x1b[31mnoise on standard error")
            os.write(1, b"native noise")
            builder.paragraph("Said and done.")
        case _:
            builder.paragraph(act)
    return builder.build()


def main() -> None:
    """The sandbox's child with this reader."""
    sandbox.main(read)
