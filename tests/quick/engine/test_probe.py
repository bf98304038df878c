"""A probe judges states by their direction, and is kept for its model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from longread.engine.insight import keep_probe, kept_probe
from longread.engine.probe import Probe
from tests.quick.engine.local_hub import folders

WEIGHTS = np.array([[2.0, -1.0, 0.5], [4.0, 1.0, 0.0]], np.float32)


def probe() -> Probe:
    return Probe((5, 7), WEIGHTS, 0.25)


def test_only_the_direction_of_a_state_counts() -> None:
    layer = np.array([[3.0, 0.0, 0.0], [300.0, 0.0, 0.0], [0.0, 4.0, 0.0]], np.float32)
    # The mean over both layers.
    assert probe().judge(np.array([layer, layer])) == pytest.approx([3.25, 3.25, 0.25])
    assert np.isfinite(probe().judge(np.zeros((2, 1, 3), np.float32))).all()


def test_a_probe_is_the_same_behind_its_file(tmp_path: Path) -> None:
    where = folders(tmp_path)
    assert kept_probe("one", "a", where) == (False, None)
    keep_probe("one", "a", probe(), where)
    keep_probe("two", "a", None, where)
    known, back = kept_probe("one", "a", where)
    assert known
    assert back is not None
    assert (back.layers, back.bias) == ((5, 7), 0.25)
    assert (back.weights == WEIGHTS).all()
    assert back.digest == probe().digest != Probe((5, 7), WEIGHTS * 2, 0.25).digest
    # That nothing can be seen inside a model is known too.
    assert kept_probe("two", "a", where) == (True, None)
    # What another file, prompt or version has made is found anew.
    assert kept_probe("one", "b", where) == (False, None)


@pytest.mark.parametrize(
    "changed",
    [
        {"weights": "no base64!"},
        {"weights": "AAAA"},
        {"weights": ""},
        {"weights": "AADAfwAAwH8="},
        {"layers": [1, "x"]},
        {"bias": None},
        {"bias": float("nan")},
    ],
)
def test_a_damaged_probe_is_found_anew(changed: dict[str, Any], tmp_path: Path) -> None:
    where = folders(tmp_path)
    keep_probe("one", "a", probe(), where)
    file = where.models / "insights.json"
    kept = json.loads(file.read_text("utf-8"))
    kept["one"]["probe"] |= changed
    file.write_text(json.dumps(kept), "utf-8")
    assert kept_probe("one", "a", where) == (False, None)
    with pytest.raises(ValueError, match=r"its weights|it is no probe"):
        Probe.of_json(probe().as_json() | changed)


@pytest.mark.parametrize("text", ["", "[", "[]", "3", '{"one": 3}', '{"one": {"maker": "a"}}'])
def test_a_damaged_file_of_probes_is_written_anew(text: str, tmp_path: Path) -> None:
    where = folders(tmp_path)
    file = where.models / "insights.json"
    file.parent.mkdir(parents=True)
    file.write_text(text, "utf-8")
    known, back = kept_probe("one", "a", where)
    assert back is None
    assert known == ("maker" in text)
    keep_probe("one", "a", probe(), where)
    assert kept_probe("one", "a", where)[1] is not None
