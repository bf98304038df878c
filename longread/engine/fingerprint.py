"""Names a file of weights by what is in it, without reading gigabytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

HEAD_BYTES = 1 << 20
"""How much of a file's beginning counts; in one with a large vocabulary no weights are among it."""

PIECES = 256
"""How many pieces of the rest count, the first right behind the beginning, the last at the end."""

PIECE_BYTES = 16 * 1024
"""How large each of them is."""


def fingerprint(file: Path) -> str:
    """The sha256, in hexadecimal, of a file's size, its beginning and pieces spread evenly over the
    rest. Other weights of the same name and size have another one; a file that differs in a few
    numbers alone may have the same.

    Raises:
        OSError: the file cannot be read.
    """
    with file.open("rb") as source:
        size = source.seek(0, 2)
        source.seek(0)
        digest = hashlib.sha256(f"{size}:".encode())
        digest.update(source.read(HEAD_BYTES))
        room = max(0, size - HEAD_BYTES - PIECE_BYTES)
        for number in range(PIECES):
            source.seek(HEAD_BYTES + room * number // (PIECES - 1))
            digest.update(source.read(PIECE_BYTES))
    return digest.hexdigest()
