"""Blocks in a few bits: what comes back, how large it is, and what damage does."""

from __future__ import annotations

import numpy as np
import pytest

from longread.config import BLOCK_BITS
from longread.engine.block import Block
from longread.engine.codec import Codec, DamagedBlock, decode
from longread.errors import UsageError

LAYERS, WIDTH = 3, 96


def block(tokens: int = 210, seed: int = 1) -> Block:
    generator = np.random.default_rng(seed)
    # As in real models: keys whose channels differ in place and scale, values that do not.
    scale = generator.uniform(0.1, 20, size=(LAYERS, 1, WIDTH))
    keys = generator.normal(size=(LAYERS, tokens, WIDTH)) * scale + scale
    values = generator.normal(size=(LAYERS, tokens, WIDTH))
    numbers = keys.astype(np.float16), values.astype(np.float16)
    return Block(tuple(range(5, tokens + 5)), 77, *numbers)


def errors(found: Block, made: Block) -> tuple[float, float]:
    """Root mean square errors of keys and values, as shares of their spread."""
    pairs = ((found.keys, made.keys), (found.values, made.values))
    shares = []
    for got, wanted in pairs:
        axis = 1 if wanted is made.keys else 2
        difference = got.astype(np.float32) - wanted.astype(np.float32)
        spread = wanted.astype(np.float32).std(axis=axis, keepdims=True)
        shares.append(float(np.sqrt(np.mean((difference / spread) ** 2))))
    return shares[0], shares[1]


@pytest.mark.parametrize("tokens", [1, 2, 7, 64, 129, 300])
@pytest.mark.parametrize("bits", BLOCK_BITS)
def test_what_is_written_comes_back(bits: int, tokens: int) -> None:
    made = block(tokens)
    found = decode(Codec(bits, bits).encode(made))
    assert (found.tokens, found.position) == (made.tokens, made.position)
    assert found.keys.shape == made.keys.shape
    assert found.keys.dtype == np.float16
    # A step is the range over 2^bits - 1, and an error at most half of it.
    for got, wanted, axis in ((found.keys, made.keys, 1), (found.values, made.values, 2)):
        exact = wanted.astype(np.float32)
        span = exact.max(axis=axis, keepdims=True) - exact.min(axis=axis, keepdims=True)
        allowed = span / (2**bits - 1) * 0.51 + np.abs(exact) * 2e-3 + 1e-3
        assert (np.abs(got.astype(np.float32) - exact) <= allowed).all()


def test_sixteen_bits_keep_everything() -> None:
    made = block()
    found = decode(Codec(16, 16).encode(made))
    assert (found.keys == made.keys).all()
    assert (found.values == made.values).all()


def test_more_bits_are_nearer() -> None:
    made = block()
    by_bits = [errors(decode(Codec(bits, bits).encode(made)), made) for bits in (2, 3, 4, 8)]
    assert by_bits == sorted(by_bits, reverse=True)
    assert max(by_bits[2]) < 0.12


def test_keys_and_values_have_bits_of_their_own() -> None:
    made = block()
    keys, values = errors(decode(Codec(8, 2).encode(made)), made)
    assert keys < 0.01 < values


def test_four_bits_take_little_more_than_a_quarter() -> None:
    made = block(220)
    assert len(Codec().encode(made)) < 0.28 * (made.keys.nbytes + made.values.nbytes)


def test_numbers_without_spread_stay_exact() -> None:
    same = np.full((LAYERS, 40, WIDTH), 3.5, np.float16)
    found = decode(Codec(2, 2).encode(Block(tuple(range(40)), 0, same, same)))
    assert (found.keys == same).all()
    assert (found.values == same).all()


def test_a_share_of_the_tokens_keeps_the_unlike_ones_of_each_head() -> None:
    made = block(100)
    keys = np.ones((LAYERS, 100, WIDTH), np.float16)
    # The one token of each head whose key points elsewhere.
    half = WIDTH // 2
    keys[:, 30, :half] = -1
    keys[:, 70, half:] = -1
    values = np.broadcast_to(np.arange(100, dtype=np.float16)[None, :, None], keys.shape)
    found = decode(Codec(16, 16, share=0.1, heads=2).encode(Block(made.tokens, 0, keys, values)))
    assert found.keys.shape == (LAYERS, 10, WIDTH)
    assert len(found.tokens) == 100
    assert (found.values[:, :, 0] == 30).any()
    assert not (found.values[:, :, 0] == 70).any()
    assert (found.values[:, :, half] == 70).any()
    # In the order of the text, each value with its key.
    assert (np.diff(found.values[:, :, 0].astype(int), axis=1) > 0).all()
    assert ((found.keys[:, :, 0] == -1) == (found.values[:, :, 0] == 30)).all()


def test_equal_bytes_have_equal_digests() -> None:
    first, second = Codec().encode(block()), Codec().encode(block(seed=2))
    assert decode(first).digest == decode(first).digest != ""
    assert decode(first).digest != decode(second).digest


def test_damage_is_found() -> None:
    data = Codec().encode(block(40))
    for place in range(0, len(data), 97):
        damaged = bytearray(data)
        damaged[place] ^= 0x10
        with pytest.raises(DamagedBlock):
            decode(bytes(damaged))
    for length in (0, 3, 20, len(data) // 2, len(data) - 1):
        with pytest.raises(DamagedBlock):
            decode(data[:length])


@pytest.mark.parametrize("settings", [(5, 4, 1.0), (4, 1, 1.0), (4, 4, 0.0), (4, 4, 1.5)])
def test_useless_settings_are_refused(settings: tuple[int, int, float]) -> None:
    with pytest.raises(UsageError):
        Codec(*settings)
