"""Builds small GGUF files byte by byte."""

from __future__ import annotations

import struct

TEXT, UINT32, ARRAY, FLOAT32 = 8, 4, 9, 0
Q4_K = 12


def string(text: str) -> bytes:
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


def gguf(*, tensor_bytes: int = 4 * 64, kind: int = FLOAT32, elements: int = 64) -> bytes:
    """Two values and one tensor."""
    words = b"".join(string(word) for word in ("a", "b"))
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 3)
    head += string("general.alignment") + struct.pack("<II", UINT32, 64)
    head += string("general.name") + struct.pack("<I", TEXT) + string("tiny")
    head += string("tokens") + struct.pack("<IIQ", ARRAY, TEXT, 2) + words
    head += string("weight") + struct.pack("<IQIQ", 1, elements, kind, 0)
    return head + bytes(-len(head) % 64) + bytes(tensor_bytes)
