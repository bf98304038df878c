"""Documents summarized on a Ray cluster: each is a task, done again where a worker dies."""

from __future__ import annotations

import hashlib
import re
import socket
import tempfile
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from longread.batch.work import Item, Order, Outcome, outcome
from longread.errors import LongreadError, SourceError, UsageError
from longread.files import existing
from longread.network import require
from longread.text import one_line
from longread.workspace import Workspace

RETRIES = 5
"""So often a document is done again whose worker died."""

LOOK_SECONDS = 0.5
"""How often it is told how many documents are done."""

CONNECT_SECONDS = 10.0
"""How long a cluster may take to answer."""

_HOST_AND_PORT = re.compile(r"(?:ray://)?\[?([^\[\]/]+)\]?:(\d{1,5})")


def on_cluster(
    items: Sequence[Item],
    order: Order,
    address: str,
    tell: Callable[[float], None] = lambda done: None,
) -> Generator[Outcome]:
    """Summarize files on the cluster at an address; yields them as they come. ``tell`` hears how
    many are done. Each worker has the library and the models of its machine. Closing the iterator
    ends what runs.

    Raises:
        Offline: the network is switched off.
        UsageError: Ray is not installed, the cluster does not answer, or an input is no file.
        LongreadError: something is wrong that is no single document's fault.
    """
    require("A Ray cluster")
    ray = _ray()
    files = {item: _file(item) for item in items}
    _connect(ray, address)
    waiting: dict[Any, Item] = {}
    try:
        threads, options = _processors(ray, order), {"max_retries": RETRIES}
        order = replace(order, options=replace(order.options, threads=threads))
        if ray.cluster_resources().get("GPU") and order.options.gpu_layers != 0:
            options["num_gpus"] = 1
        task = ray.remote(num_cpus=threads, **options)(_work)
        for item, file in files.items():
            try:
                data = _read(file)
            except SourceError as error:
                yield Outcome(item, error=error)
                continue
            digest = hashlib.sha256(data).hexdigest()
            waiting[task.remote(item, order, str(file.resolve()), digest, ray.put(data))] = item
        while waiting:
            finished, _ = ray.wait(list(waiting), timeout=LOOK_SECONDS)
            for reference in finished:
                item = waiting.pop(reference)
                yield _result(ray, reference, item)
            tell(len(items) - len(waiting))
    finally:
        try:
            for reference in waiting:
                ray.cancel(reference, force=True)
        finally:
            ray.shutdown()


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise UsageError(
            "Ray is not installed.", hint="`pip install 'longread[ray]'` installs it."
        ) from error
    return ray


def _file(item: Item) -> Path:
    file = existing(item.name)
    if file is None or not file.is_file():
        raise UsageError(
            f"{one_line(item.name)} is no file, and only files can be sent to a cluster.",
            hint="Name files or folders.",
        )
    return file


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise SourceError(
            f"{file} cannot be read: {error.strerror}.", hint="Check the path and its rights."
        ) from error


def _connect(ray: Any, address: str) -> None:
    try:
        # Ray itself would try for minutes.
        if match := _HOST_AND_PORT.fullmatch(address):
            socket.create_connection((match[1], int(match[2])), CONNECT_SECONDS).close()
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level="error",
            ignore_reinit_error=True,
        )
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(
            f"No Ray cluster answers at {one_line(address)}: {one_line(str(error), 200)}.",
            hint="`ray start --head` starts one; --ray local works on this machine alone.",
        ) from error


def _processors(ray: Any, order: Order) -> int:
    """How many processors a document gets: as many as the smallest machine has."""
    counts = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
    return order.options.threads or max(1, min((count for count in counts if count), default=1))


def _result(ray: Any, reference: Any, item: Item) -> Outcome:
    try:
        result: Outcome = ray.get(reference)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, LongreadError):
            raise error.cause from None
        raise
    except ray.exceptions.RayError as error:
        why = one_line(str(error).partition("\n")[0], 200)
        return Outcome(item, error=LongreadError(f"Its workers died: {why}"))
    return result


def _work(item: Item, order: Order, path: str, digest: str, data: bytes) -> Outcome:
    """Runs on a worker. What it has read before it died is in its machine's library."""
    with Workspace(order.options) as workspace, tempfile.TemporaryDirectory() as folder:
        here = Path(path)
        if not (here.is_file() and hashlib.sha256(here.read_bytes()).hexdigest() == digest):
            here = Path(folder) / here.name
            here.write_bytes(data)
        return outcome(workspace, item, order, lambda share: None, path=str(here))
