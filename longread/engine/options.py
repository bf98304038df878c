"""How a GGUF model is loaded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load: 0 threads and 0 context mean what the machine suggests, -1 GPU layers
    all that fit."""

    threads: int = 0
    gpu_layers: int = -1
    context: int = 0
