"""A look at a GGUF file's header before the native library sees it.

The format: magic, version, counts, key-value pairs, tensor infos (GGUF specification,
version 3). A truncated or foreign file is told from a whole one without loading it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from longread.errors import ModelDamaged, ModelNotFound

_SCALARS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY = 8, 9
_MAX_COUNT = 1_000_000
_MAX_STRING = 64 * 2**20


@dataclass(frozen=True, slots=True)
class Header:
    """``tensors`` of the file, the offset at which their data begins, and the largest
    offset of one from there."""

    tensors: int
    data_start: int
    last_tensor: int


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
    if header.tensors and header.data_start + header.last_tensor >= size:
        raise _damaged(path, "the file is cut off")
    return header


class _NoGguf(Exception):
    pass


def _damaged(path: Path, why: str) -> ModelDamaged:
    return ModelDamaged(
        f"The model {path.name} is damaged: {why}.",
        hint="`longread models verify` checks it, `longread models pull` fetches it again.",
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
    last = 0
    for _ in range(tensors):
        _string(file)
        (dimensions,) = struct.unpack("<I", _exactly(file, 4))
        if dimensions > 8:
            raise _NoGguf("a tensor has too many dimensions")
        fields = struct.unpack(f"<{dimensions}QIQ", _exactly(file, 8 * dimensions + 12))
        last = max(last, fields[-1])
    start = file.tell()
    if alignment == 0 or alignment > 2**20:
        raise _NoGguf("its alignment is beyond belief")
    return Header(tensors, start + (-start % alignment), last)


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
