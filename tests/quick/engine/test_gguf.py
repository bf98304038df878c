"""A damaged model file is told before the native library sees it."""

from __future__ import annotations

import struct
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longread.engine.gguf import check_file
from longread.errors import ModelDamaged, ModelNotFound
from tests.quick.engine.gguf_file import Q4_K, gguf


def write(folder: Path, data: bytes) -> Path:
    path = folder / "tiny.gguf"
    path.write_bytes(data)
    return path


def test_a_whole_file_passes(tmp_path: Path) -> None:
    header = check_file(write(tmp_path, gguf()))
    assert (header.tensors, header.data_bytes) == (1, 256)
    assert header.data_start % 64 == 0


def test_bytes_behind_the_last_tensor_do_not_matter(tmp_path: Path) -> None:
    assert check_file(write(tmp_path, gguf() + bytes(100))).tensors == 1


def test_the_size_of_a_quantized_tensor_is_known(tmp_path: Path) -> None:
    whole = gguf(kind=Q4_K, elements=512, tensor_bytes=2 * 144)
    assert check_file(write(tmp_path, whole)).data_bytes == 288
    with pytest.raises(ModelDamaged, match=r"it has \d+ of \d+ bytes"):
        check_file(write(tmp_path, whole[:-1]))


@given(st.floats(0, 0.999))
def test_a_file_cut_off_anywhere_is_damaged(
    tmp_path_factory: pytest.TempPathFactory, part: float
) -> None:
    data = gguf()
    path = write(tmp_path_factory.getbasetemp(), data[: int(len(data) * part)])
    with pytest.raises(ModelDamaged) as caught:
        check_file(path)
    assert "tiny.gguf" in caught.value.message
    assert "models pull" in caught.value.hint


@given(st.integers(0, 200), st.binary(min_size=1, max_size=8))
def test_a_garbled_header_never_raises_anything_else(
    tmp_path_factory: pytest.TempPathFactory, at: int, noise: bytes
) -> None:
    data = bytearray(gguf())
    data[at : at + len(noise)] = noise
    path = write(tmp_path_factory.getbasetemp(), bytes(data))
    with suppress(ModelDamaged):
        assert check_file(path).data_start <= path.stat().st_size


def test_other_files_are_no_models(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged, match="no GGUF") as caught:
        check_file(write(tmp_path, b"PK\x03\x04" + bytes(100)))
    assert "of version 2 or 3" in caught.value.hint
    with pytest.raises(ModelDamaged, match="version 9"):
        check_file(write(tmp_path, b"GGUF" + struct.pack("<IQQ", 9, 0, 0)))


def test_a_missing_file_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound):
        check_file(tmp_path / "none.gguf")
    with pytest.raises(ModelNotFound):
        check_file(tmp_path)
