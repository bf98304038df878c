"""A GGUF file's header, checked before the native library sees it."""

import struct
from pathlib import Path

import pytest

from longread.engine.gguf import check_file
from longread.errors import ModelDamaged, ModelNotFound


def string(text: str) -> bytes:
    return struct.pack("<Q", len(text)) + text.encode()


def whole() -> bytes:
    """A header with a string, an array and one tensor, and the tensor's data."""
    pairs = string("general.name") + struct.pack("<I", 8) + string("tiny")
    pairs += string("tokens") + struct.pack("<IIQ", 9, 8, 2) + string("a") + string("b")
    pairs += string("scores") + struct.pack("<IIQ", 9, 6, 2) + struct.pack("<ff", 0, 1)
    tensor = string("w") + struct.pack("<IQIQ", 1, 32, 0, 64)
    head = b"GGUF" + struct.pack("<IQQ", 3, 1, 3) + pairs + tensor
    return head + bytes(-len(head) % 32) + bytes(64 + 128)


def write(folder: Path, data: bytes) -> Path:
    file = folder / "model.gguf"
    file.write_bytes(data)
    return file


def test_a_whole_file_passes(tmp_path: Path) -> None:
    header = check_file(write(tmp_path, whole()))
    assert header.tensors == 1


@pytest.mark.parametrize("kept", [0, 3, 10, 24, 40, 60, 100, 150, 200])
def test_a_cut_off_file_is_damaged(tmp_path: Path, kept: int) -> None:
    with pytest.raises(ModelDamaged) as caught:
        check_file(write(tmp_path, whole()[:kept]))
    assert "models pull" in caught.value.hint


@pytest.mark.parametrize(
    "head",
    [
        b"PK\x03\x04",
        b"GGUF" + struct.pack("<IQQ", 99, 0, 0),
        b"GGUF" + struct.pack("<IQQ", 3, 2**60, 2**60),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + struct.pack("<Q", 2**60),
        b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + string("k") + struct.pack("<I", 77),
    ],
)
def test_absurd_headers_are_damaged(tmp_path: Path, head: bytes) -> None:
    with pytest.raises(ModelDamaged):
        check_file(write(tmp_path, head + bytes(100)))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound):
        check_file(tmp_path / "none.gguf")
