"""The fuzzing targets in short: bytes changed at random, and properties that hold of all."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from longread.config import BLOCK_BITS
from longread.engine.block import Block, from_state, to_state
from longread.engine.codec import Codec, decode
from tests.endurance.common import ROOT
from tests.endurance.fuzz import Case, fuzz
from tests.endurance.targets import TARGETS, check_reply, checked

CASES = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MORE_CASES = settings(CASES, max_examples=150)

Change = tuple[float, bytes, int]
changes = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6), st.integers(0, 40)),
    max_size=6,
)


def changed(data: bytes, some: list[Change]) -> bytes:
    """Bytes with others put in at places between 0 and 1, in place of so many."""
    found = bytearray(data)
    for place, piece, over in some:
        at = int(place * len(found))
        found[at : at + over] = piece
    return bytes(found)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_what_a_target_begins_with_is_taken(name: str) -> None:
    seeds = TARGETS[name].seeds()
    assert [data for data in seeds if TARGETS[name].run(data)]


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_changed_bytes_are_taken_or_refused_with_a_code(name: str) -> None:
    target = TARGETS[name]

    @CASES
    @given(st.sampled_from(target.seeds()), changes)
    def run(data: bytes, some: list[Change]) -> None:
        target.run(changed(data, some))

    run()


@pytest.mark.parametrize(
    "name", ["builder", "check", "markdown", "names", "plain", "text", "words"]
)
def test_any_text_is_taken_or_refused_with_a_code(name: str) -> None:
    @CASES
    @given(st.text(max_size=300))
    def run(text: str) -> None:
        TARGETS[name].run(text.encode("utf-8", "surrogatepass"))

    run()


MARKS = ["[", "]", "![", "](x)", "“", "”", '"', "‘", "’", "’tis", "boys’", "1."]
SAID = ["[A1]", "[2]", "[p. 1-3]", "I never sold the boat", ". ", "3.30 p.m.", " ", "\n"]
PIECES = st.sampled_from(MARKS + SAID)


@MORE_CASES
@given(
    st.lists(PIECES | st.text(max_size=8), max_size=14), st.lists(st.integers(0, 90), max_size=5)
)
def test_a_reply_is_shown_the_same_however_it_comes(pieces: list[str], cuts: list[int]) -> None:
    check_reply("".join(pieces), cuts)


def test_only_what_is_there_is_quoted_and_cited() -> None:
    shown, checker = checked(["“I never sold the boat” [2]. “Gone” [9]. A maroon Austin [A1]."])
    assert shown == "“I never sold the boat” [A2]. Gone. A maroon Austin [A1]."
    assert (len(checker.quotations), checker.unfound_quotations) == (1, 1)
    assert checker.unknown_citations == 1


@CASES
@given(
    st.sampled_from(BLOCK_BITS),
    st.sampled_from(BLOCK_BITS),
    st.integers(1, 3).flatmap(
        lambda layers: st.tuples(st.integers(1, 9), st.integers(1, 130)).flatmap(
            lambda shape: arrays.arrays(
                np.float16,
                (2, layers, *shape),
                elements=st.floats(-1000, 1000, width=16),
            )
        )
    ),
)
def test_any_block_comes_back_within_a_step(key_bits: int, value_bits: int, both: object) -> None:
    assert isinstance(both, np.ndarray)
    keys, values = both
    block = Block(tuple(range(keys.shape[1])), 5, keys, values)
    found = decode(Codec(key_bits, value_bits).encode(block))
    for got, wanted, bits, axis in (
        (found.keys, keys, key_bits, 1),
        (found.values, values, value_bits, 2),
    ):
        exact = wanted.astype(np.float32)
        span = exact.max(axis=axis, keepdims=True) - exact.min(axis=axis, keepdims=True)
        allowed = span / (2**bits - 1) * 0.51 + np.abs(exact) * 2e-3 + span * 2e-3 + 1e-3
        assert (np.abs(got.astype(np.float32) - exact) <= allowed).all()


@CASES
@given(st.integers(1, 6), st.integers(1, 4), st.integers(1, 9), st.booleans())
def test_any_state_comes_back(tokens: int, layers: int, width: int, transposed: bool) -> None:
    numbers = np.arange(tokens * layers * width, dtype=np.float16).reshape(layers, tokens, width)
    block = Block(tuple(range(tokens)), 0, numbers, numbers + 1)
    found = from_state(bytes(to_state([block], bytes(8), 0, transposed=transposed)), block.tokens)
    assert (found.keys == block.keys).all()
    assert (found.values == block.values).all()


def test_findings_are_told_apart_and_kept(tmp_path: Path) -> None:
    def run(data: bytes) -> bool:
        if data == b"refuse":
            return False
        return bool(1 // len(data))

    case = Case(run, tmp_path / "findings", tmp_path / "status")
    for data in (b"x", b"refuse", b"", b""):
        case(data)
    assert (case.outcome.taken, case.outcome.refused) == (1, 1)
    ((kind, name),) = case.outcome.findings.items()
    assert kind.startswith("ZeroDivisionError at test_fuzz.py")
    assert (tmp_path / "findings" / name).read_bytes() == b""
    assert json.loads((tmp_path / "status").read_text())["findings"] == {kind: name}


@pytest.mark.parametrize("script", ["concurrency", "crash_rounds", "disk_rounds", "fuzz", "soak"])
def test_every_script_says_how_it_is_used(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"tests.endurance.{script}", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--seed" in done.stdout
    assert "--json" in done.stdout
    assert f"python -m tests.endurance.{script}" in done.stdout


@pytest.mark.parametrize(
    ("taken", "code", "processes", "faults"),
    [
        # The first process ends behind its cases, the second one is stopped when the time is over.
        ([5, 4], 3, 2, ["the process ended (3), no. 1"]),
        ([5, 4, 2], 3, 3, ["the process ended (3), no. 1", "the process ended (3), no. 2"]),
        # It has come to the number of cases that one process runs.
        ([5, 4, 2], 0, 3, []),
        # One that ends before its first case would do so again.
        ([0, 4], 3, 1, ["the process ended (3), no. 1"]),
    ],
)
def test_fuzzing_goes_on_in_another_process_where_one_ended(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    taken: list[int],
    code: int,
    processes: int,
    faults: list[str],
) -> None:
    seeds: list[object] = []
    minutes = 1.0

    def start(values: Sequence[object], folder: Path) -> subprocess.Popen[bytes]:
        *_, status, seed = values
        outcome = {"taken": taken[len(seeds)], "refused": 0, "findings": {}}
        seeds.append(seed)
        Path(str(status)).write_text(json.dumps(outcome), "utf-8")
        goes_on = len(seeds) == len(taken)
        script = "input()" if goes_on else f"raise SystemExit({code})"
        return subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE)

    # Who goes on has used up all of the time when it is looked at, others hardly any.
    spent = (60 * minutes if len(seeds) == len(taken) else 0.001 for _ in count())
    monkeypatch.setattr("tests.endurance.fuzz._process", start)
    monkeypatch.setattr("tests.endurance.fuzz._processor_seconds", lambda pid: next(spent))
    options = argparse.Namespace(
        target="text",
        minutes=minutes,
        seed=7,
        corpus=str(tmp_path / "corpus"),
        findings=str(tmp_path / "findings"),
        json=tmp_path / "outcome.json",
    )
    assert fuzz(options) == bool(faults)
    told = json.loads(options.json.read_text("utf-8"))
    assert seeds == list(range(7, 7 + processes))
    assert [row["taken"] for row in told["rows"]] == [sum(taken[:processes])]
    assert [fault.partition(", in ")[0] for fault in told["faults"]] == faults
