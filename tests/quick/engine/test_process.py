"""The process boundary without a model: taking turns, and failures while loading."""

from __future__ import annotations

import io
import os
import pickle
import queue
import threading
from pathlib import Path

import pytest

from longread.engine import child
from longread.engine.open import open_model
from longread.engine.turn import Turn
from longread.errors import ModelDamaged, ModelError, ModelNotFound, UsageError
from tests.quick.engine.gguf_file import gguf


def test_failures_while_loading_come_back_as_they_are(tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(gguf()[:-10])
    with pytest.raises(ModelDamaged, match=r"cut\.gguf") as caught:
        open_model(cut)
    assert "models pull" in caught.value.hint
    with pytest.raises(ModelNotFound):
        open_model(tmp_path / "none.gguf")


def test_a_process_that_cannot_be_started_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    with pytest.raises(ModelError, match="could not be started: No such file") as caught:
        open_model(tmp_path / "model.gguf")
    assert "TMPDIR" in caught.value.hint


@pytest.mark.parametrize("sent", [0, 5, 50_000])
def test_the_engine_ends_where_a_message_is_cut_off(
    sent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    exits: queue.SimpleQueue[int] = queue.SimpleQueue()
    monkeypatch.setattr(child, "_GRACE_SECONDS", 0.0)
    monkeypatch.setattr(os, "_exit", exits.put)
    message = pickle.dumps(("reply", 1, (b"x" * 100_000,)), pickle.HIGHEST_PROTOCOL)
    orders = child._Orders(io.BytesIO(message[:sent]))
    assert orders.next() is None
    assert orders.stopped()
    assert exits.get(timeout=5) == 1


def test_a_whole_file_that_is_no_language_model_says_why(tmp_path: Path) -> None:
    tiny = tmp_path / "tiny.gguf"
    tiny.write_bytes(gguf())
    with pytest.raises(ModelError, match=r"could not be loaded: .*architecture") as caught:
        open_model(tiny)
    assert "newer llama-cpp-python" in caught.value.hint
    assert "--context" not in caught.value.hint


def test_nothing_named_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        open_model(None)


def test_a_turn_makes_other_threads_wait() -> None:
    turn, order = Turn(), []

    def second() -> None:
        with turn:
            order.append("second")

    with turn:
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.05)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_a_turn_within_a_turn_is_refused_and_leaves_it_held() -> None:
    turn = Turn()
    with turn:
        with pytest.raises(ModelError, match="last reply"), turn:
            pass
        assert turn.mine
    assert not turn.mine
