"""A look at a GGUF file's header before the native library sees it.

The format: magic, version, counts, key-value pairs, tensor infos (GGUF specification,
version 3). A truncated or foreign file is told from a whole one without loading it.
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from longread.errors import ModelDamaged, ModelNotFound

# Elements and bytes of a block of each ggml tensor type; those of unknown types are not counted.
_BLOCKS = {
    **{0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34)},
    **{9: (32, 36), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176)},
    **{14: (256, 210), 15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98)},
    **{19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136)},
    **{24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2)},
    **{34: (256, 54), 35: (256, 66), 39: (32, 17)},
}
_SCALARS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_MAX_COUNT = 1_000_000
_MAX_STRING = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Header:
    """``tensors`` of the file, the offset at which their data begins, and how many bytes
    they take from there; padding behind the last one is not counted."""

    tensors: int
    data_start: int
    data_bytes: int


def names_file(model: str) -> bool:
    """Whether a model is named by the path of a GGUF file, and not by an id."""
    return model.lower().endswith(".gguf")


def check_file(path: Path) -> Header:
    """Read the header.

    Raises:
        ModelNotFound: there is no such file.
        ModelDamaged: it is no GGUF, or is cut off.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header = _read(file)
    except OSError as error:
        raise ModelNotFound(
            f"The model {path.name} cannot be read: {error.strerror}.",
            hint="`longread models list` shows what is installed.",
        ) from error
    except (struct.error, OverflowError, MemoryError) as error:
        raise _damaged(path, "its header is cut off or broken") from error
    except _NoGguf as error:
        raise _damaged(path, str(error)) from error
    whole = header.data_start + header.data_bytes
    if header.tensors and size < whole:
        raise _damaged(path, f"it has {size:,} of {whole:,} bytes")
    return header


class _NoGguf(Exception):
    pass


def _damaged(path: Path, why: str) -> ModelDamaged:
    return ModelDamaged(
        f"The model {path.name} is damaged: {why}.",
        hint="Fetch it again: llama.cpp reads whole GGUF files of version 2 or 3 only. For one of "
        "the catalogue, `longread models remove` and `longread models pull` do so.",
    )


def _read(file: BinaryIO) -> Header:
    if file.read(4) != b"GGUF":
        raise _NoGguf("it is no GGUF file")
    version, tensors, pairs = struct.unpack("<IQQ", _exactly(file, 20))
    if version not in (2, 3):
        raise _NoGguf(f"its GGUF version {version} is not known")
    if tensors > _MAX_COUNT or pairs > _MAX_COUNT:
        raise _NoGguf("its counts are beyond belief")
    alignment = 32
    for _ in range(pairs):
        key = _string(file)
        (kind,) = struct.unpack("<I", _exactly(file, 4))
        if key == b"general.alignment" and kind == 4:
            (alignment,) = struct.unpack("<I", _exactly(file, 4))
        else:
            _skip(file, kind, depth=0)
    needed = 0
    for _ in range(tensors):
        _string(file)
        (dimensions,) = struct.unpack("<I", _exactly(file, 4))
        if dimensions > 8:
            raise _NoGguf("a tensor has too many dimensions")
        fields = struct.unpack(f"<{dimensions}QIQ", _exactly(file, 8 * dimensions + 12))
        *shape, kind, offset = fields
        needed = max(needed, offset + _tensor_bytes(shape, kind))
    start = file.tell()
    if alignment == 0 or alignment > 2**20:
        raise _NoGguf("its alignment is beyond belief")
    return Header(tensors, start + (-start % alignment), needed)


def _tensor_bytes(shape: list[int], kind: int) -> int:
    elements, size = _BLOCKS.get(kind, (1, 0))
    return math.prod(shape) // elements * size if size else 1


def _exactly(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) != count:
        raise _NoGguf("its header is cut off")
    return data


def _string(file: BinaryIO) -> bytes:
    (length,) = struct.unpack("<Q", _exactly(file, 8))
    if length > _MAX_STRING:
        raise _NoGguf("a string is beyond belief")
    return _exactly(file, length)


def _skip(file: BinaryIO, kind: int, depth: int) -> None:
    if kind in _SCALARS:
        _exactly(file, _SCALARS[kind])
    elif kind == _STRING:
        _string(file)
    elif kind == _ARRAY and depth < 2:
        inner, count = struct.unpack("<IQ", _exactly(file, 12))
        if count > 100 * _MAX_COUNT:
            raise _NoGguf("an array is beyond belief")
        if inner in _SCALARS:
            file.seek(_SCALARS[inner] * count, 1)
        else:
            for _ in range(count):
                _skip(file, inner, depth + 1)
    else:
        raise _NoGguf("a value has an unknown type")
