"""The codec of blocks: keys and values in a few bits each.

Keys are quantized per channel over groups of tokens, values per token over groups of channels,
each group with its own lowest value and step (asymmetric): Liu et al., "KIVI: A Tuning-Free
Asymmetric 2bit Quantization for KV Cache" (ICML 2024), section 3. Where less than all tokens
are kept, each head keeps those whose keys are least like the mean key: Park et al., "KeyDiff:
Key Similarity-Based KV Cache Eviction for Long-Context LLM Inference" (2025), section 3.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from longread.config import BLOCK_BITS
from longread.engine.block import Block
from longread.errors import UsageError

GROUP = 128
"""Most tokens or channels of a group; two float16 numbers are kept for each."""

_MAGIC = b"LRB1"
_HEADER = struct.Struct("<4sBBHiIIIII")
_CHECK = struct.Struct("<I")

Halves = NDArray[np.float16]
Codes = NDArray[np.uint8]


class DamagedBlock(ValueError):
    """The bytes are no block, or not as they were written."""


@dataclass(frozen=True, slots=True)
class Codec:
    """How blocks are written: bits for keys and for values, and the share of tokens that each
    head keeps. ``heads`` is how many heads a layer's width is made of.

    Raises:
        UsageError: a number is not one that can be used.
    """

    key_bits: int = 4
    value_bits: int = 4
    share: float = 1.0
    heads: int = 1

    def __post_init__(self) -> None:
        if self.key_bits not in BLOCK_BITS or self.value_bits not in BLOCK_BITS:
            raise UsageError(
                "Blocks cannot be kept in so many bits.", hint=f"Choose one of {BLOCK_BITS}."
            )
        if not 0 < self.share <= 1:
            raise UsageError(
                "The share of tokens to keep is not above 0 and at most 1.", hint="1 keeps all."
            )

    def encode(self, block: Block) -> bytes:
        """Write a block."""
        keys, values = block.keys, block.values
        if self.share < 1:
            keys, values = _keep_telling(keys, values, self.share, self.heads)
        layers, kept, width = keys.shape
        header = _HEADER.pack(
            _MAGIC,
            self.key_bits,
            self.value_bits,
            0,
            block.position,
            len(block.tokens),
            kept,
            layers,
            width,
            values.shape[2],
        )
        body = b"".join(
            (
                header,
                np.asarray(block.tokens, "<i4").tobytes(),
                _pack(keys.swapaxes(1, 2), self.key_bits),
                _pack(values, self.value_bits),
            )
        )
        return body + _CHECK.pack(zlib.crc32(body))


@dataclass(frozen=True, slots=True)
class PackedBlock:
    """A block as the codec wrote it, to be unpacked where it is needed: it is a quarter of the
    size, and several are unpacked side by side. Its digest is that of the bytes."""

    tokens: tuple[int, ...]
    position: int
    data: bytes
    digest: str

    @property
    def kept(self) -> int:
        """How many tokens it has keys and values of.

        Raises:
            DamagedBlock: it was stripped.
        """
        return _read_header(self.data).keys[2]

    def stripped(self) -> PackedBlock:
        """The same block without its numbers, which says only which one it is."""
        return replace(self, data=b"")

    def unpack(self) -> Block:
        """The block itself.

        Raises:
            DamagedBlock: it was stripped.
        """
        layout = _read_header(self.data)
        view = memoryview(self.data)[_HEADER.size + 4 * len(self.tokens) : -_CHECK.size]
        keys = _unpack(view[: layout.split], layout.keys, layout.key_bits)
        values = _unpack(view[layout.split :], layout.values, layout.value_bits)
        keys = np.ascontiguousarray(keys.swapaxes(1, 2))
        return Block(self.tokens, self.position, keys, values, self.digest)


AnyBlock = Block | PackedBlock


def packed(data: bytes) -> PackedBlock:
    """A block that was written, checked but not unpacked.

    Raises:
        DamagedBlock: it is damaged.
    """
    layout = _read_header(data)
    (check,) = _CHECK.unpack_from(data, len(data) - _CHECK.size)
    if zlib.crc32(memoryview(data)[: -_CHECK.size]) != check:
        raise DamagedBlock("its checksum does not fit")
    tokens = np.frombuffer(data, "<i4", layout.count, _HEADER.size)
    digest = hashlib.blake2b(data, digest_size=16).hexdigest()
    return PackedBlock(tuple(tokens.tolist()), layout.position, bytes(data), digest)


def decode(data: bytes) -> Block:
    """Read a block.

    Raises:
        DamagedBlock: it is damaged.
    """
    return packed(data).unpack()


@dataclass(frozen=True, slots=True)
class _Written:
    """What a block's header says. ``split`` is how many bytes its keys take."""

    key_bits: int
    value_bits: int
    position: int
    count: int
    keys: tuple[int, int, int]
    values: tuple[int, int, int]
    split: int


def _read_header(data: bytes) -> _Written:
    try:
        fields = _HEADER.unpack_from(data)
    except struct.error as error:
        raise DamagedBlock("it is cut off") from error
    magic, key_bits, value_bits, _, position, count, kept, layers, width, value_width = fields
    if (
        magic != _MAGIC
        or key_bits not in BLOCK_BITS
        or value_bits not in BLOCK_BITS
        or not 0 < kept <= count
        or not (layers and width and value_width)
    ):
        raise DamagedBlock("its header makes no sense")
    keys, values = (layers, width, kept), (layers, kept, value_width)
    split = packed_size(keys, key_bits)
    body = 4 * count + split + packed_size(values, value_bits)
    if len(data) != _HEADER.size + body + _CHECK.size:
        raise DamagedBlock("it is cut off")
    return _Written(key_bits, value_bits, position, count, keys, values, split)


def packed_size(shape: tuple[int, int, int], bits: int) -> int:
    """Bytes that an array of float16 of this shape takes, grouped along its last axis."""
    rows, length = shape[0] * shape[1], shape[2]
    if bits == 16:
        return rows * length * 2
    layout = _Layout(length, bits)
    return rows * (layout.groups * 4 + layout.row_bytes)


@dataclass(frozen=True)
class _Layout:
    """A row of ``length`` numbers in groups of one size; the last group may be shorter, and is
    padded with its own last number."""

    length: int
    bits: int

    @cached_property
    def groups(self) -> int:
        return -(-self.length // GROUP)

    @cached_property
    def size(self) -> int:
        return -(-self.length // self.groups)

    @cached_property
    def row_bytes(self) -> int:
        return -(-self.length * self.bits // 8)


def _pack(numbers: Halves, bits: int) -> bytes:
    """Quantize along the last axis and pack: lowest values, steps, codes."""
    rows = numbers.reshape(-1, numbers.shape[2])
    if bits == 16:
        return np.ascontiguousarray(rows, "<f2").tobytes()
    layout = _Layout(numbers.shape[2], bits)
    padded = _padded(rows.astype(np.float32), layout)
    lowest = padded.min(axis=2, keepdims=True)
    steps = (padded.max(axis=2, keepdims=True) - lowest) / (2**bits - 1)
    # Rounded as they are kept, so that the codes are the best ones for what will be read.
    lowest, steps = lowest.astype("<f2"), steps.astype("<f2")
    divisor = np.where(steps > 0, steps, 1).astype(np.float32)
    codes = np.rint((padded - lowest) / divisor).clip(0, 2**bits - 1).astype(np.uint8)
    flat = codes.reshape(len(rows), -1)[:, : layout.length]
    return b"".join((lowest.tobytes(), steps.tobytes(), _pack_codes(flat, bits).tobytes()))


def _unpack(view: memoryview, shape: tuple[int, int, int], bits: int) -> Halves:
    count, length = shape[0] * shape[1], shape[2]
    if bits == 16:
        return np.frombuffer(view, "<f2").reshape(shape)
    layout = _Layout(length, bits)
    half = count * layout.groups * 2
    lowest = np.frombuffer(view[:half], "<f2").reshape(count, layout.groups, 1)
    steps = np.frombuffer(view[half : 2 * half], "<f2").reshape(count, layout.groups, 1)
    packed = np.frombuffer(view[2 * half :], np.uint8).reshape(count, layout.row_bytes)
    codes = _unpack_codes(packed, length, bits)
    padded = layout.groups * layout.size
    if padded != length:
        codes = np.pad(codes, ((0, 0), (0, padded - length)))
    numbers = codes.reshape(count, layout.groups, layout.size).astype(np.float32)
    numbers *= steps.astype(np.float32)
    numbers += lowest.astype(np.float32)
    halves = numbers.astype(np.float16).reshape(count, padded)[:, :length]
    return halves.reshape(shape)


def _padded(rows: NDArray[np.float32], layout: _Layout) -> NDArray[np.float32]:
    missing = layout.groups * layout.size - layout.length
    if missing:
        rows = np.pad(rows, ((0, 0), (0, missing)), mode="edge")
    return rows.reshape(len(rows), layout.groups, layout.size)


def _pack_codes(codes: Codes, bits: int) -> Codes:
    if bits == 8:
        return np.ascontiguousarray(codes)
    if bits == 3:
        planes = (codes[:, :, None] >> np.arange(3, dtype=np.uint8)) & 1
        return np.packbits(planes.reshape(len(codes), -1), axis=1)
    each = 8 // bits
    missing = -codes.shape[1] % each
    codes = np.pad(codes, ((0, 0), (0, missing))).reshape(len(codes), -1, each)
    packed = np.zeros(codes.shape[:2], np.uint8)
    for index in range(each):
        packed |= codes[:, :, index] << np.uint8(index * bits)
    return packed


def _unpack_codes(packed: Codes, length: int, bits: int) -> Codes:
    if bits == 8:
        return packed
    if bits == 3:
        planes = np.unpackbits(packed, axis=1)[:, : length * 3].reshape(len(packed), length, 3)
        codes = planes[:, :, 2].copy()
        for plane in (1, 0):
            codes <<= np.uint8(1)
            codes |= planes[:, :, plane]
        return codes
    each = 8 // bits
    codes = np.empty((*packed.shape, each), np.uint8)
    for index in range(each):
        codes[:, :, index] = (packed >> np.uint8(index * bits)) & np.uint8(2**bits - 1)
    return codes.reshape(len(packed), -1)[:, :length]


def _keep_telling(keys: Halves, values: Halves, share: float, heads: int) -> tuple[Halves, Halves]:
    """Keep a share of the tokens for each layer and head: those whose keys are least like the
    mean key of the block."""
    layers, count, width = keys.shape
    kept = max(1, round(count * share))
    split = keys.reshape(layers, count, heads, width // heads).astype(np.float32)
    directions = split / np.maximum(np.linalg.norm(split, axis=3, keepdims=True), 1e-6)
    likeness = (directions * directions.mean(axis=1, keepdims=True)).sum(axis=3)
    # In their order in the text, for each layer and head.
    chosen = np.sort(np.argsort(likeness, axis=1, kind="stable")[:, :kept], axis=1)
    return _rows(keys, chosen, heads), _rows(values, chosen, heads)


def _rows(numbers: Halves, chosen: NDArray[np.intp], heads: int) -> Halves:
    layers, count, width = numbers.shape
    split = numbers.reshape(layers, count, heads, width // heads)
    taken = np.take_along_axis(split, chosen[:, :, :, None], axis=1)
    return taken.reshape(layers, chosen.shape[1], width)
