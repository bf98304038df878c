"""Looking on while a model computes: tensors are copied out of its graph as they come.

The library calls back twice for each node of the graph: before it is computed, to ask whether it
is wanted, and behind that, with its numbers.
"""

from __future__ import annotations

import ctypes
import sys
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from longread.engine import native

Floats = NDArray[np.float32]

_NAMES = {"darwin": "libggml-base.dylib", "win32": "ggml-base.dll"}


class Watch(ABC):
    """Sees what a context computes that was given ``callback``, while it is ``awake``.

    Raises:
        OSError, AttributeError: the library does not offer what is needed.
    """

    def __init__(self) -> None:
        llama = native.library()
        self.awake = False
        self._base = _base_library(Path(llama.__file__).parent)
        self.callback = llama.ggml_backend_sched_eval_callback(self._see)

    @abstractmethod
    def wants(self, name: bytes) -> bool:
        """Whether a node of this name is wanted."""

    @abstractmethod
    def take(self, name: bytes, tensor: Any) -> bool:
        """Take a node that was wanted; returns whether to compute on."""

    def _see(self, tensor: Any, ask: bool, _data: Any) -> bool:
        # Where nothing is wanted, whole graphs are computed at once.
        if not self.awake:
            return not ask
        name: bytes = self._base.ggml_get_name(tensor) or b""
        if not self.wants(name):
            return not ask
        return True if ask else self.take(name, tensor)

    def _bytes(self, tensor: Any) -> int:
        return int(self._base.ggml_nbytes(tensor))

    def _read(self, tensor: Any, kind: type[Any]) -> NDArray[Any]:
        size = self._bytes(tensor)
        numbers = np.empty(size // np.dtype(kind).itemsize, kind)
        self._base.ggml_backend_tensor_get(tensor, numbers.ctypes.data, 0, size)
        return numbers


def _base_library(folder: Path) -> Any:
    name = _NAMES.get(sys.platform, "libggml-base.so")
    base = ctypes.CDLL(str(folder / "lib" / name))
    base.ggml_get_name.restype = ctypes.c_char_p
    base.ggml_get_name.argtypes = [ctypes.c_void_p]
    base.ggml_nbytes.restype = ctypes.c_size_t
    base.ggml_nbytes.argtypes = [ctypes.c_void_p]
    base.ggml_backend_tensor_get.restype = None
    base.ggml_backend_tensor_get.argtypes = [
        *(ctypes.c_void_p, ctypes.c_void_p),
        *(ctypes.c_size_t, ctypes.c_size_t),
    ]
    return base
