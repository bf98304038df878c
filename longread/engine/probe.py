"""A linear probe: what a model's hidden states behind a question say of the text before it.

Alain and Bengio, "Understanding intermediate layers using linear classifier probes" (2016),
section 3. Behind a passage and a question, the states of the middle layers show whether the one
answers the other, before the model has said a word.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from longread.engine.watch import Floats, Watch

_STATES = re.compile(rb"l_out-(\d+)$")
_STORED = np.dtype("<f4")


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A direction in the hidden states behind each of some ``layers`` (from 0): ``weights``,
    float32 of the shape (layers, width), with one ``bias``."""

    layers: tuple[int, ...]
    weights: Floats
    bias: float

    def judge(self, states: Floats) -> Floats:
        """The log-odds for states of the shape (layers, texts, width), one for each text: the mean
        over the layers. Only the states' directions count."""
        lengths = np.linalg.norm(states, axis=2, keepdims=True)
        directions = states / np.maximum(lengths, 1e-6)
        found: Floats = np.einsum("ltw,lw->t", directions, self.weights) / len(self.layers)
        return found + np.float32(self.bias)

    @property
    def digest(self) -> str:
        """Names the weights."""
        return hashlib.blake2b(self.weights.tobytes(), digest_size=8).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Plain values, the weights as base64 of their little-endian bytes."""
        data = self.weights.astype(_STORED).tobytes()
        return {
            "layers": list(self.layers),
            "bias": self.bias,
            "weights": base64.b64encode(data).decode("ascii"),
        }

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Probe:
        """A probe from what ``as_json`` gave.

        Raises:
            ValueError: that is something else.
        """
        try:
            layers = tuple(map(int, values["layers"]))
            data = base64.b64decode(values["weights"], validate=True)
            weights = np.frombuffer(data, _STORED).astype(np.float32).reshape(len(layers), -1)
            bias = float(values["bias"])
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"it is no probe ({error})") from error
        if not weights.size or not np.isfinite(weights).all() or not np.isfinite(bias):
            raise ValueError("its weights are no numbers")
        return cls(layers, weights, bias)


class StateWatch(Watch):
    """Catches the hidden states behind some layers."""

    def __init__(self) -> None:
        super().__init__()
        self._layers: frozenset[int] = frozenset()
        self._caught: dict[int, list[Floats]] = {}

    def begin(self, layers: frozenset[int]) -> None:
        """Catch these layers. Computing ends once the last of them was caught, so that nothing of
        what was read may be used further."""
        self._layers, self._caught, self.awake = layers, {}, True

    def end(self, tokens: int) -> dict[int, Floats]:
        """Stop; returns the states of each layer, of the shape (tokens, width)."""
        self.awake = False
        return {
            layer: np.concatenate(pieces).reshape(tokens, -1)
            for layer, pieces in self._caught.items()
        }

    def wants(self, name: bytes) -> bool:
        """Whether it is what a layer hands on."""
        match = _STATES.match(name)
        return match is not None and int(match[1]) in self._layers

    def take(self, name: bytes, tensor: Any) -> bool:
        """Take the states."""
        match = _STATES.match(name)
        assert match is not None
        layer = int(match[1])
        self._caught.setdefault(layer, []).append(self._read(tensor, np.float32))
        return layer != max(self._layers)
