"""What the native library says went wrong."""

from __future__ import annotations

from ctypes import c_void_p

from longread.engine import native


def test_the_first_error_says_why_and_is_taken_once() -> None:
    native.take_reason()
    for said in (b"load: the file is cut off\n", b"\n", *[b"load: failed to load\n"] * 5):
        native._note(native._ERROR_LEVEL, said, c_void_p())
    assert native.take_reason() == "the file is cut off"
    assert native.take_reason() == ""
