"""The native library, initialised once and silent: its log would garble the terminal."""

from __future__ import annotations

import ctypes
import os
from typing import Any

from longread.errors import ModelError
from longread.text import one_line

_ERROR_LEVEL = 4
_ENVIRONMENT = {
    # Threads that spin long while they wait lose whole time slices as soon as another program
    # wants a core. On 2 cores, beside one busy program, a 1.5B model decoded 2 to 11 tokens a
    # second with OpenMP's default, 17 with this; on an idle machine 33 and 30.
    "GOMP_SPINCOUNT": "300",
    # A debugger started from a dying process would take long and print much.
    "GGML_NO_BACKTRACE": "1",
}
_ANY = "a"
_errors: list[str] = []
_loaded: Any = None
_listener: Any = None


def library() -> Any:
    """The ctypes layer of llama-cpp-python, ready for use.

    Raises:
        ModelError: it is not installed, or its native part does not load.
    """
    global _loaded, _listener  # noqa: PLW0603 - the native library's state is global too
    if _loaded is None:
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        try:
            import llama_cpp.llama_cpp as llama
        except (ImportError, OSError, RuntimeError, AttributeError) as error:
            # It says so with each of these, one of a function that its native part lacks.
            raise ModelError(
                f"llama.cpp cannot be loaded here: {one_line(str(error))}.",
                hint="Install llama-cpp-python again, or mend LLAMA_CPP_LIB_PATH where it is set.",
            ) from error
        _listener = llama.llama_log_callback(_note)
        llama.llama_log_set(_listener, ctypes.c_void_p(0))
        llama.llama_backend_init()
        _loaded = llama
    return _loaded


def take_reason() -> str:
    """The first error that the library logged since the last call, on one line, or nothing."""
    reason = one_line(_errors[0], 200) if _errors else ""
    _errors.clear()
    return reason


def tokenize(
    vocabulary: Any, text: str, *, around: bool = False, special: bool = False
) -> list[int]:
    """The tokens of a text; with ``around`` those that begin and end one, with ``special``
    control tokens that are written in it."""
    llama = library()
    data = text.encode("utf-8", "replace")
    room = len(data) + 8
    buffer = (llama.llama_token * room)()
    count = llama.llama_tokenize(vocabulary, data, len(data), buffer, room, around, special)
    return list(buffer[: max(0, count)])


def around(vocabulary: Any) -> tuple[list[int], list[int]]:
    """The tokens that begin a text, and those that end one, as the model was trained."""
    bare, whole = tokenize(vocabulary, _ANY), tokenize(vocabulary, _ANY, around=True)
    start = next((at for at in range(len(whole)) if whole[at : at + len(bare)] == bare), len(whole))
    return whole[:start], whole[start + len(bare) :]


def back_end() -> str:
    """What the installed library computes on, and what of the processor it uses."""
    llama = library()
    features = llama.llama_print_system_info().decode("utf-8", "replace")
    return f"{computes_on()}; {features.strip().rstrip('|').strip()}"


def build() -> str:
    """What computes: the library's version and device; keys and values of another one may
    differ."""
    from importlib.metadata import version

    return f"llama-cpp-python {version('llama-cpp-python')}, {computes_on()}"


def computes_on() -> str:
    """``GPU`` where the library was built for one and finds it, else ``CPU``."""
    return "GPU" if library().llama_supports_gpu_offload() else "CPU"


def _note(level: int, text: bytes, _data: ctypes.c_void_p) -> None:
    # The first one says why; what comes behind it, that it went wrong.
    if level == _ERROR_LEVEL and text and text.strip() and not _errors:
        _errors.append(text.decode("utf-8", "replace").partition(": ")[2] or "")
