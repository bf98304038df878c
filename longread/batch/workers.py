"""Documents summarized side by side, by several processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass, replace
from multiprocessing.context import SpawnContext
from typing import Any

from longread.batch.work import Item, Order, Outcome, outcome
from longread.config import Paths
from longread.desk import alone_reading
from longread.errors import LongreadError
from longread.network import stay_offline
from longread.workspace import Workspace

LOOK_SECONDS = 0.5
"""How often it is looked at how far the documents are, and whether the batch was stopped."""

MAX_BREAKS = 3
"""So often in a row workers may end without a document being finished."""

KEEPING_SECONDS = 10.0
"""How long interrupted work may take to keep what it has, before it is interrupted again."""


@dataclass(slots=True)
class _Worker:
    """What a process of the pool has: its order, its things, and how far each document is.
    ``patience`` ends at that time of the monotonic clock."""

    order: Order
    workspace: Workspace
    shares: Any
    stopped: Any
    busy: bool = False
    patience: float = 0.0

    def interrupted(self, *_: object) -> None:
        """Ctrl-C reaches all processes of a terminal; only the batch's own end counts, so that
        a process that waits for work ends without a word. What was interrupted keeps what it has,
        and is left alone meanwhile."""
        now = time.monotonic()
        if self.busy and self.stopped.value and now >= self.patience:
            self.patience = now + KEEPING_SECONDS
            raise KeyboardInterrupt

    def watch(self) -> None:
        """Interrupt the work at hand, whatever it waits for, once the batch is stopped."""
        while True:
            time.sleep(LOOK_SECONDS)
            if self.stopped.value:
                os.kill(os.getpid(), signal.SIGINT)


_worker: _Worker | None = None


def side_by_side(
    items: Sequence[Item],
    order: Order,
    jobs: int,
    paths: Paths,
    tell: Callable[[float], None] = lambda share: None,
) -> Generator[Outcome]:
    """Summarize documents in ``jobs`` processes, each with a model of its own; yields them as
    they come. ``tell`` hears how many are done, parts of them included. A process that ends
    too soon is replaced. Closing the iterator stops all of them, and keeps what was read.

    Raises:
        LibraryBusy: another process reads.
        LongreadError: something is wrong that is no single document's fault.
    """
    if not order.options.threads:
        threads = max(1, (os.cpu_count() or 1) // jobs)
        order = replace(order, options=replace(order.options, threads=threads))
    context = multiprocessing.get_context("spawn")
    left = dict(enumerate(items))
    breaks = 0
    with alone_reading(paths):
        while left:
            before = len(left)
            try:
                with closing(_run(left, order, jobs, context, len(items), tell)) as finished:
                    for number, done in finished:
                        del left[number]
                        yield done
            except BrokenProcessPool as error:
                breaks = breaks + 1 if len(left) == before else 1
                if breaks >= MAX_BREAKS:
                    raise LongreadError(
                        "The processes that summarize end before a document is finished.",
                        hint="There may be too little memory for so many: try fewer --jobs.",
                    ) from error


def _run(
    left: dict[int, Item],
    order: Order,
    jobs: int,
    context: SpawnContext,
    total: int,
    tell: Callable[[float], None],
) -> Generator[tuple[int, Outcome]]:
    # Without locks: a process that is killed would keep them.
    shares: Any = context.Array("d", total, lock=False)
    stopped: Any = context.Value("b", 0, lock=False)
    done = total - len(left)
    pool = ProcessPoolExecutor(jobs, context, _begin, (order, shares, stopped))
    try:
        waiting: dict[Future[Outcome], int] = {
            pool.submit(_work, number, item): number for number, item in left.items()
        }
        while waiting:
            finished, _ = wait(waiting, LOOK_SECONDS, FIRST_COMPLETED)
            for future in finished:
                number = waiting.pop(future)
                result = future.result()
                shares[number] = 0.0
                done += 1
                yield number, result
            tell(done + sum(shares))
    finally:
        stopped.value = 1
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(order: Order, shares: Any, stopped: Any) -> None:
    global _worker  # noqa: PLW0603 - a pool's process has nowhere else to keep what is its own
    stay_offline()
    _worker = _Worker(order, Workspace(order.options), shares, stopped)
    signal.signal(signal.SIGINT, _worker.interrupted)
    threading.Thread(target=_worker.watch, daemon=True).start()


def _work(number: int, item: Item) -> Outcome:
    worker = _worker
    assert worker is not None

    def tell(share: float) -> None:
        worker.shares[number] = share

    if worker.stopped.value:
        raise KeyboardInterrupt
    worker.busy = True
    try:
        return outcome(worker.workspace, item, worker.order, tell)
    finally:
        worker.busy = False
