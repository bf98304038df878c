"""``longread bench passkey`` and ``needles``: what is hidden in a long text, and asked for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from longread.bench import haystack, needles, passkey
from longread.bench.bench import Bench, Progress
from longread.bench.haystack import Haystack, Hidden
from longread.bench.results import read_results
from longread.engine.fake import ScriptedModel
from longread.engine.protocol import Message
from longread.memory.library import Library


def all_text(messages: Sequence[Message]) -> str:
    return "".join(message.text for message in messages)


def finds_the_key(messages: Sequence[Message]) -> str:
    text = all_text(messages)
    wanted = re.search(r"What is the pass key of (.+?)\?", text)
    assert wanted is not None
    found = re.search(rf"The pass key of {wanted[1]} is (\d+)", text)
    return f"It is {found[1]}." if found else "Not found in the text"


def takes_the_first_key(messages: Sequence[Message]) -> str:
    found = re.search(r"The pass key of .+? is (\d+)", all_text(messages))
    return f"It is {found[1]}." if found else "Not found in the text"


def says_what_is_hidden(messages: Sequence[Message]) -> str:
    text = all_text(messages)
    hidden = [one for group in needles.KINDS.values() for needle in group for one in needle.hidden]
    return " ".join(one for one in hidden if one in text) or "Not found in the text"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setattr(haystack, "DOCUMENT_TOKENS", 3_000)
    monkeypatch.setattr(haystack, "_POOL_WORDS", 4_000)
    with Library.open(tmp_path / "library.db") as opened:
        yield opened


def test_a_haystack_has_its_length_and_hides_each_paragraph_at_its_place(library: Library) -> None:
    model = ScriptedModel()
    hay = Haystack(library, model, 6_000, [Hidden(0.9, "The owl sat still.")])
    first = hay.hide([Hidden(0.25, "The cat ran off.")])
    texts = [library.document(document_id).text for document_id in first]
    assert sum(map(model.count_tokens, texts)) == pytest.approx(6_000, rel=0.1)
    assert texts[0].index("The cat") / len(texts[0]) == pytest.approx(0.5, abs=0.05)
    assert texts[1].index("The owl") / len(texts[1]) == pytest.approx(0.8, abs=0.05)
    second = hay.hide([Hidden(0.0, "The dog barked.")])
    texts = [library.document(document_id).text for document_id in second]
    assert texts[0].startswith("The dog barked.")
    assert "The cat" not in texts[0]
    assert second[1] == first[1]
    assert {record.id for record in library.documents()} == set(second)
    hay.clear()
    assert library.documents() == ()


def test_what_a_run_that_was_cut_off_has_left_is_removed(library: Library) -> None:
    Haystack(library, ScriptedModel(), 2_000).hide([])
    assert len(library.documents()) == 1
    Haystack(library, ScriptedModel(), 2_000)
    assert library.documents() == ()


def run(library: Library, model: ScriptedModel, out: Path, *, others: int = 3) -> list[Progress]:
    setup = passkey.Setup((2_000, 6_000), passkey.evenly(3), (0, others))
    return list(passkey.run(out, Bench(library, model), setup))


def test_a_key_is_found_at_every_place_among_others(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    states = run(library, ScriptedModel(fallback=finds_the_key), out)
    assert states[-1].done == states[-1].total == 12
    assert {(row["tokens"], row["distractors"], row["place"]) for row in read_results(out)} == {
        (tokens, others, place)
        for tokens in (2_000, 6_000)
        for others in (0, 3)
        for place in (0.0, 0.5, 1.0)
    }
    for row in passkey.summarise(read_results(out)):
        assert row["found"] == row["in_evidence"] == 1.0
        assert row["places"] == 3
        assert row["resident_bytes"] > 1e7
        assert row["stored_bytes"] > 1e4


def test_another_key_is_wrong(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run(library, ScriptedModel(fallback="The pass key is 00000."), out)
    assert {row["found"] for row in passkey.summarise(read_results(out))} == {0.0}


def test_of_many_keys_the_model_sees_only_the_one_that_is_asked_for(
    library: Library, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    run(library, ScriptedModel(fallback=takes_the_first_key), out, others=60)
    assert {row["found"] for row in passkey.summarise(read_results(out))} == {1.0}


def test_what_was_asked_is_not_asked_again(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    run(library, ScriptedModel(fallback=finds_the_key), out)
    rows = out.read_text("utf-8").splitlines()
    out.write_text("\n".join(rows[:-1]) + '\n{"tokens": 60', "utf-8")
    model = ScriptedModel(fallback=finds_the_key)
    states = run(library, model, out)
    assert [state.row["place"] for state in states if state.row] == [1.0]
    assert len(read_results(out)) == 12


def test_each_kind_of_needle_is_judged(library: Library, tmp_path: Path) -> None:
    says_all = ScriptedModel(fallback=says_what_is_hidden)
    out = tmp_path / "out.jsonl"
    states = list(needles.run(out, Bench(library, says_all), [2_000], [0.0, 0.5]))
    questions = 2 * sum(map(len, needles.KINDS.values()))
    assert states[-1].done == states[-1].total == questions == len(read_results(out))
    by_kind = {row["kind"]: row for row in needles.summarise(read_results(out))}
    assert by_kind["single"]["right"] == by_kind["single"]["in_evidence"] == 1.0
    assert by_kind["several"]["right"] == 1.0
    assert by_kind["not there"]["right"] == 0.0
    assert by_kind["all"]["questions"] == questions
    assert set(needles.by_depth(read_results(out))) == {("0%", "2,000"), ("50%", "2,000")}


def test_declining_is_right_only_where_there_is_nothing(library: Library, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    list(needles.run(out, Bench(library, ScriptedModel()), [2_000], [0.5]))
    rows = read_results(out)
    assert {row["kind"] for row in rows} == set(needles.KINDS)
    for row in rows:
        assert row["right"] == (row["kind"] == "not there"), json.dumps(row)
