"""A block: the keys and values of a run of tokens, outside of any context.

``from_state`` and ``to_state`` translate between a block and the bytes in which llama.cpp
hands out one sequence of a context (``llama_state_seq_get_data``): a header, the cells with
their positions, and for each layer the keys, then for each layer the values. Without flash
attention the values are transposed: all tokens of a channel stand together.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEADER_BYTES = 8
"""What the library puts before the number of streams; it is kept as it is."""

_HALF = 1
_CELL = 3
_COUNT = struct.Struct("<I")
_COUNTS = struct.Struct("<II")
_LAYER = struct.Struct("<iQ")
_TRANSPOSED_LAYER = struct.Struct("<iII")


class UnknownState(ValueError):
    """The library's bytes are not laid out as this module knows them."""


@dataclass(frozen=True, slots=True)
class Block:
    """Keys and values of ``tokens``, which stood from ``position`` on when they were computed.

    ``keys`` and ``values`` are float16 of the shape (layers, kept tokens, width), the keys with
    their rotary embedding for that position. Fewer tokens may be kept than the block spans.
    ``digest`` names what it holds: blocks with the same digest are the same; empty where that
    is not known.
    """

    tokens: tuple[int, ...]
    position: int
    keys: NDArray[np.float16]
    values: NDArray[np.float16]
    digest: str = ""

    def stripped(self) -> Block:
        """The same block without its numbers, which says only which one it is."""
        return replace(self, keys=self.keys[:0], values=self.values[:0])

    @property
    def kept(self) -> int:
        """How many tokens it has keys and values of."""
        return int(self.keys.shape[1])


def from_state(data: bytes | bytearray, tokens: tuple[int, ...]) -> Block:
    """The block in a sequence's state.

    Raises:
        UnknownState: it is laid out otherwise, or not in float16.
    """
    import numpy as np

    try:
        streams, cells = _COUNTS.unpack_from(data, HEADER_BYTES)
        if streams != 1 or cells != len(tokens):
            raise UnknownState("it has other cells than tokens")
        offset = HEADER_BYTES + _COUNTS.size
        table = np.frombuffer(data, "<i4", cells * _CELL, offset).reshape(cells, _CELL)
        first = int(table[0, 0])
        if (table[:, 0] != np.arange(first, first + cells)).any() or (table[:, 1] != 1).any():
            raise UnknownState("its cells are not one run of positions")
        offset += table.nbytes
        transposed, layers = _COUNTS.unpack_from(data, offset)
        offset += _COUNTS.size
        keys, offset = _layers(data, offset, layers, cells)
        values, offset = (_channels if transposed else _layers)(data, offset, layers, cells)
    except (struct.error, ValueError) as error:
        raise UnknownState(str(error)) from error
    if offset != len(data):
        raise UnknownState("something follows its values")
    return Block(tokens, first, keys, values)


def count_cells(data: bytes | bytearray) -> int:
    """How many tokens a sequence's state has; 0 where it is none."""
    if len(data) < HEADER_BYTES + _COUNTS.size:
        return 0
    return int(_COUNTS.unpack_from(data, HEADER_BYTES)[1])


def as_stream(data: bytes | bytearray, streams: int) -> bytearray:
    """A sequence's state for a context in which so many sequences have cells of their own."""
    _, cells = _COUNTS.unpack_from(data, HEADER_BYTES)
    # Which of them the cells come with is not looked at.
    start = HEADER_BYTES + _COUNTS.size
    empty = bytes((streams - 1) * _COUNT.size)
    return bytearray().join(
        [data[:HEADER_BYTES], _COUNTS.pack(streams, cells), data[start:], empty]
    )


def is_transposed(data: bytes | bytearray) -> bool:
    """Whether a sequence's state, which is not empty, has its values transposed."""
    offset = HEADER_BYTES + _COUNTS.size + count_cells(data) * _CELL * 4
    return bool(_COUNTS.unpack_from(data, offset)[0])


def to_state(
    blocks: Sequence[Block], header: bytes, sequence: int = 0, *, transposed: bool
) -> bytearray:
    """The bytes that put blocks back, each at the end of the span it was taken from; their spans
    must follow one another, with gaps or without.

    ``header`` is the beginning of any state of the same context, whose values are
    ``transposed`` or not.
    """
    import numpy as np

    places = [
        np.arange(end - block.kept, end)
        for block in blocks
        for end in [block.position + len(block.tokens)]
    ]
    table = np.empty((sum(map(len, places)), _CELL), "<i4")
    table[:, 0] = np.concatenate(places)
    table[:, 1] = 1
    table[:, 2] = sequence
    layers, _, key_width = blocks[0].keys.shape
    size, width = blocks[0].values.itemsize, blocks[0].values.shape[2]
    parts: list[Any] = [
        header[:HEADER_BYTES],
        _COUNTS.pack(1, len(table)),
        table.tobytes(),
        _COUNTS.pack(transposed, layers),
    ]
    for layer in range(layers):
        parts.append(_LAYER.pack(_HALF, key_width * size))
        parts += [np.ascontiguousarray(block.keys[layer]).data for block in blocks]
    for layer in range(layers):
        rows = [block.values[layer] for block in blocks]
        if transposed:
            parts.append(_TRANSPOSED_LAYER.pack(_HALF, size, width))
            rows = [np.concatenate(rows).T]
        else:
            parts.append(_LAYER.pack(_HALF, width * size))
        parts += [np.ascontiguousarray(piece).data for piece in rows]
    return bytearray().join(parts)


def _layers(
    data: bytes | bytearray, offset: int, layers: int, cells: int
) -> tuple[NDArray[np.float16], int]:
    kind, row = _LAYER.unpack_from(data, offset)
    if kind != _HALF or not layers or not 0 < row < 2**24:
        raise UnknownState("its keys or values are not in float16")
    numbers, end = _numbers(data, offset, layers, _LAYER.size, row * cells)
    return numbers.reshape(layers, cells, row // 2), end


def _channels(
    data: bytes | bytearray, offset: int, layers: int, cells: int
) -> tuple[NDArray[np.float16], int]:
    import numpy as np

    kind, size, width = _TRANSPOSED_LAYER.unpack_from(data, offset)
    if kind != _HALF or size != 2 or not layers or not 0 < width < 2**23:
        raise UnknownState("its values are not in float16")
    before = _TRANSPOSED_LAYER.size
    numbers, end = _numbers(data, offset, layers, before, width * size * cells)
    return np.ascontiguousarray(numbers.reshape(layers, width, cells).swapaxes(1, 2)), end


def _numbers(
    data: bytes | bytearray, offset: int, layers: int, before: int, length: int
) -> tuple[NDArray[np.float16], int]:
    """What stands in each layer behind a head of ``before`` bytes, of the shape
    (layers, length / 2), and where it ends."""
    import numpy as np

    stride = before + length
    table = np.frombuffer(data, np.uint8, layers * stride, offset).reshape(layers, stride)
    if (table[:, :before] != table[0, :before]).any():
        raise UnknownState("its layers differ in width")
    return np.ascontiguousarray(table[:, before:]).view("<f2"), offset + layers * stride
