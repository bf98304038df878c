"""A reading pass that is killed again and again, against one that is not.

Each run is ``longread read`` in a process of its own (its module of the same name), killed with
its children at a random moment; the last one goes on to the end. What is kept in the end must be
equal, byte by byte, and no run may find less than the one before it had committed.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from longread.config import COMMIT_SECONDS, READING_WINDOW
from longread.errors import ModelError

_ORPHAN_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Pass:
    """What is read, and how; work is committed every ``commit_seconds``."""

    model_file: Path
    document: Path
    window: int = READING_WINDOW
    commit_seconds: float = COMMIT_SECONDS
    with_notes: bool = True


@dataclass(frozen=True, slots=True)
class Crashes:
    """``kills`` runs were cut off; ``committed`` are the passages that were found committed
    after each. ``equal``: blocks, notes and progress are those of an undisturbed run;
    ``sound``: both files pass SQLite's integrity check; ``left_over``: files that nothing needs.
    """

    kills: int
    committed: tuple[int, ...]
    passages: int
    notes: int
    equal: bool
    sound: bool
    left_over: tuple[str, ...]

    @property
    def lost(self) -> int:
        """How often a run found less than the one before it had committed."""
        return sum(b < a for a, b in zip(self.committed, self.committed[1:], strict=False))

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "lost": self.lost}


def run(
    reading: Pass,
    folder: Path,
    *,
    kills: int = 20,
    longest: float = 50.0,
    seed: int = 0,
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> Crashes:
    """Read a document undisturbed, and again with ``kills`` runs that end within ``longest``
    seconds; fewer where it is finished before.

    Raises:
        ModelError: a run that nobody disturbed failed.
    """
    chance = random.Random(seed)
    whole, broken = folder / "whole", folder / "broken"
    _finish(reading, whole)
    on_progress(1, kills + 2)
    committed: list[int] = []
    for number in range(kills):
        with _running(reading, broken) as process:
            if _ends_within(process, chance.uniform(0.0, longest)):
                break
        _wait_for_orphans()
        committed.append(_committed(broken))
        on_progress(number + 2, kills + 2)
    _finish(reading, broken)
    on_progress(kills + 2, kills + 2)
    return Crashes(
        len(committed),
        tuple(committed),
        _committed(whole),
        _count(whole / "library.db", "SELECT count(*) FROM note"),
        digest(whole) == digest(broken),
        is_sound(whole) and is_sound(broken),
        left_over(broken),
    )


@contextmanager
def _running(reading: Pass, home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run over a home; where it has not ended with the block, it is killed with its children.
    Ctrl-C does not reach it by itself."""
    values = (
        reading.model_file,
        reading.document,
        reading.window,
        reading.commit_seconds,
        int(reading.with_notes),
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "longread.bench.crashes", *map(str, values)],
        env={**os.environ, "LONGREAD_HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def _finish(reading: Pass, home: Path) -> None:
    """A run that nobody disturbs.

    Raises:
        ModelError: it failed.
    """
    with _running(reading, home) as process:
        if process.wait():
            raise ModelError(
                "A reading pass failed by itself.", hint=f"Try: longread read {reading.document}"
            )


def _wait_for_orphans() -> None:
    """The engine notices within a moment that its parent is gone."""
    time.sleep(_ORPHAN_SECONDS)


def _committed(home: Path) -> int:
    return _count(home / "blocks.db", "SELECT coalesce(sum(passages), 0) FROM reading")


def _count(file: Path, sql: str) -> int:
    import apsw

    if not file.exists():
        return 0
    with closing(apsw.Connection(str(file), apsw.SQLITE_OPEN_READWRITE)) as connection:
        try:
            return int(str(connection.execute(sql).fetchall()[0][0]))
        except apsw.SQLError:
            # It was killed before its tables were made.
            return 0


def digest(home: Path) -> str:
    """A hash of all that a home keeps of documents: their texts, notes and summaries, turns of
    sessions, blocks, and how far they are read; of no time, and of no number by chance."""
    import apsw

    found = hashlib.sha256()
    document = "(SELECT id FROM document WHERE key = document)"
    for name, sql in (
        ("blocks.db", "SELECT document, passage, tokens, data FROM block ORDER BY 1, 2"),
        ("blocks.db", "SELECT document, passages, tokens, finished FROM reading ORDER BY 1"),
        ("library.db", "SELECT id, sha256, title, version_of, path FROM document ORDER BY 1"),
        ("library.db", f"SELECT {document}, text, structure FROM content ORDER BY 1"),
        ("library.db", f"SELECT {document}, number, start FROM passage ORDER BY 1, 2"),
        ("library.db", f"SELECT {document}, number, first, last, data FROM note ORDER BY 1, 2"),
        ("library.db", f"SELECT {document}, number, data FROM summary ORDER BY 1, 2"),
        ("library.db", "SELECT session, question, answer FROM turn ORDER BY session, key"),
    ):
        if (home / name).exists():
            with closing(apsw.Connection(str(home / name))) as connection:
                for row in connection.execute(sql):
                    found.update(repr(row).encode())
    return found.hexdigest()


def is_sound(home: Path) -> bool:
    """Whether the library and the block memory pass SQLite's integrity check, as far as they
    are there."""
    import apsw

    for name in ("library.db", "blocks.db"):
        if (home / name).exists():
            with closing(apsw.Connection(str(home / name))) as connection:
                if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                    return False
    return True


def left_over(home: Path) -> tuple[str, ...]:
    """Names of the files in a home that nothing needs once all work has ended."""
    known = {"library.db", "blocks.db", "config.toml"}
    return tuple(
        sorted(
            file.name
            for file in home.iterdir()
            if file.is_file()
            and file.name not in known
            and not file.name.endswith((".lock", "-wal", "-shm"))
        )
    )


def _read(model_file: str, document: str, window: str, commit: str, with_notes: str) -> None:
    """What a run does: take the document in, and let the model read it."""
    from longread.reading.note_writer import NoteWriter
    from longread.reading.study import study
    from longread.workspace import Options, Workspace

    chosen = Options(model=model_file, embedder="none", window=int(window))
    with Workspace(chosen) as workspace:
        record, _ = workspace.library.ingest(Path(document))
        model, blocks, library = workspace.model, workspace.blocks(), workspace.library
        writer = NoteWriter(library, model, record.id, blocks) if int(with_notes) else None
        for _ in study(library, model, record.id, blocks, writer, workspace.window, float(commit)):
            pass


if __name__ == "__main__":
    _read(*sys.argv[1:])
