"""Whose turn it is: calls that somebody waits for, and work that stands back."""

from __future__ import annotations

import threading
import time

import pytest

from longread.engine.turn import REST_SECONDS, Turn
from longread.errors import ModelError

SECONDS = 5.0


def test_one_call_runs_at_a_time() -> None:
    turn, inside, most = Turn(), 0, 0

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            with turn:
                inside += 1
                most = max(most, inside)
                time.sleep(0.001)
                inside -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert most == 1
    assert not turn.wanted


@pytest.mark.parametrize(
    "stands_back", [(False, False), (False, True), (True, False), (True, True)]
)
def test_a_thread_does_not_wait_for_itself(stands_back: tuple[bool, bool]) -> None:
    turn, refused = Turn(), []

    def once_more() -> None:
        outer, inner = (turn.standing_back(lambda: None) if back else turn for back in stands_back)
        with outer:
            assert turn.mine
            with pytest.raises(ModelError, match="still writing") as caught, inner:
                pass
            assert turn.mine
        refused.append(caught.value)

    # Of its own, since one that waits for itself never ends.
    thread = threading.Thread(target=once_more, daemon=True)
    thread.start()
    thread.join(SECONDS)
    assert refused
    assert not turn.mine


def test_who_stands_back_is_told_to_give_way_and_goes_last() -> None:
    turn, order = Turn(), []
    told, standing = threading.Event(), threading.Event()

    def stand_back() -> None:
        with turn.standing_back(told.set):
            standing.set()
            assert told.wait(SECONDS)
            assert turn.wanted
            order.append("gave way")
        with turn.standing_back(told.set):
            order.append("back again")

    thread = threading.Thread(target=stand_back)
    thread.start()
    assert standing.wait(SECONDS)
    with turn:
        order.append("first call")
    with turn:
        order.append("second call")
    left = time.monotonic()
    thread.join(SECONDS)
    assert order == ["gave way", "first call", "second call", "back again"]
    assert time.monotonic() - left > REST_SECONDS / 2


def test_an_error_within_ends_the_turn() -> None:
    turn = Turn()
    with pytest.raises(KeyError), turn:
        raise KeyError
    with pytest.raises(KeyError), turn.standing_back(lambda: None):
        raise KeyError
    with turn:
        assert turn.mine
