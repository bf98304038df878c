"""Disks that are full, broken, or lose power: ``python -m tests.endurance.disk_rounds``.

One process takes documents in, reads one with a scripted model, writes notes and summaries, keeps
a conversation and removes a document, with a disk of ``faults.py`` below SQLite:

full, broken   from the first, second, third … write on. Only errors with a code may come of it;
               with room again, the same work must end as undisturbed.
power          what is on the disk before a change, if the power is cut then: of the writes that
               no sync has followed, some. The databases must be sound, what was committed and
               checkpointed must be there, and the same work must end as undisturbed.

With --mount (for root on Linux) the whole command line also runs in file systems that are too
small, which are then made larger, and in one that can only be read.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from longread.bench.crashes import digest, is_sound, left_over
from longread.engine.fake import ScriptedModel
from longread.errors import LongreadError
from longread.memory.blocks import BlockMemory
from longread.memory.library import Library
from longread.reading.note_writer import NoteWriter
from longread.reading.study import study
from tests.endurance.common import (
    MODEL,
    Progress,
    Row,
    conclude,
    folder_for,
    novel,
    parser,
    start,
    until_interrupted,
)
from tests.endurance.engine import tell
from tests.endurance.faults import CountedDisk, ForgetfulDisk, FullDisk, on_disk
from tests.quick.memory.books import long_book, sha256

LONGEST_COMMAND = 120.0
"""A command that takes longer hangs."""

SMALLEST, LARGEST = 40, 900
"""Kilobytes of the file systems that are too small; the largest has room for all."""


def work(home: Path) -> None:
    """All that is ever written to a home; goes on where it was left."""
    model = ScriptedModel(fallback=tell, streams=True)
    with Library.open(home / "library.db") as library:
        for text in (long_book(16, "One"), long_book(5, "Two"), long_book(4, "Three")):
            last = library.add(text, sha256(text))
        first = library.documents()[0]
        with BlockMemory(home / "blocks.db", fingerprint="f", build="b", prefix="p") as blocks:
            writer = NoteWriter(library, model, first.id, blocks)
            for _ in study(library, model, first.id, blocks, writer, 200, commit_seconds=0):
                pass
        if not library.turns("talk"):
            library.add_turn("talk", "Who?", "Who?", {"answer": "Vera Holt."})
        library.remove(last.id)


class Home:
    """Homes that were worked in, against one that nothing happened to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._homes = 0
        whole = self.new()
        disk = CountedDisk()
        with on_disk(disk):
            work(whole)
        self.changes = disk.count
        self._wanted = digest(whole)
        shutil.rmtree(whole)

    def new(self) -> Path:
        """An empty one."""
        self._homes += 1
        home = self._folder / f"home-{self._homes}"
        home.mkdir(parents=True)
        return home

    def faults_after(self, home: Path, what: str) -> list[str]:
        """What is wrong with a home that must be sound and in which work can go on."""
        found = []
        if not is_sound(home):
            found.append(f"{what}: a database is not sound")
        try:
            work(home)
        except Exception as error:
            found.append(f"{what}: the work cannot go on: {type(error).__name__}: {error}")
            return found
        if digest(home) != self._wanted:
            found.append(f"{what}: it ended with something else than undisturbed")
        if names := left_over(home):
            found.append(f"{what}: left over at the end: {', '.join(names)}")
        return found


def with_failing_disk(homes: Home, at: int, broken: bool) -> list[str]:
    """The work on a disk that takes nothing from a change on."""
    what = f"{'broken' if broken else 'full'} from change {at} on"
    home, faults = homes.new(), []
    disk = FullDisk(at, broken)
    try:
        with on_disk(disk):
            work(home)
    except LongreadError:
        pass
    except Exception as error:
        faults.append(f"{what}: {type(error).__name__}: {error}")
    faults += homes.faults_after(home, what)
    shutil.rmtree(home)
    return faults


def with_power_cuts(homes: Home, folder: Path, moments: int, chance: random.Random) -> list[str]:
    """The work once, and what power cuts before so many of its changes would leave."""
    home, after = homes.new(), folder / "after"
    after.mkdir(parents=True)
    chosen = chance.sample(range(1, homes.changes + 1), min(moments, homes.changes))
    with on_disk(ForgetfulDisk(home, after, frozenset(chosen), chance)):
        work(home)
    faults = []
    for left in sorted(after.iterdir(), key=lambda path: int(path.name)):
        faults += homes.faults_after(left, f"power cut before change {left.name}")
    shutil.rmtree(after)
    shutil.rmtree(home)
    return faults


@contextmanager
def mounted(folder: Path, kilobytes: int) -> Iterator[Callable[[str], None]]:
    """A file system of a size at a folder; what is yielded mounts it anew with other options.

    Raises:
        PermissionError: that may not be done here.
    """

    def mount(*options: str) -> None:
        done = subprocess.run(["mount", *options, str(folder)], capture_output=True, check=False)
        if done.returncode:
            raise PermissionError(done.stderr.decode("utf-8", "replace").strip())

    folder.mkdir()
    mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs")
    try:
        yield lambda options: mount("-o", f"remount,{options}")
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
        folder.rmdir()


def command(home: Path, *arguments: object) -> tuple[int, str]:
    """A command's exit code and last words; those that hang get none."""
    process = start(home, *arguments)
    try:
        _, said = process.communicate(timeout=LONGEST_COMMAND)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return -1, "hangs"
    return process.returncode, said.decode("utf-8", "replace").strip()[-300:]


def in_small_file_systems(folder: Path, progress: Progress) -> tuple[int, list[str]]:
    """Commands where there is too little room, then where there is enough; how many sizes were
    too small, and what was wrong."""
    folder.mkdir()
    book = folder / "book.md"
    book.write_text(novel("Tide", 3, 4), "utf-8")
    read = ("read", book, "--notes", "--quiet", "--model", MODEL, "--embedder", "none")
    faults, small, wanted = [], 0, ""
    for kilobytes in (LARGEST, *range(SMALLEST, LARGEST // 2, 40)):
        place = folder / f"disk-{kilobytes}"
        with mounted(place, kilobytes) as remount:
            home = place / "home"
            code, said = command(home, *read)
            progress(f"{kilobytes} kB: exit code {code}")
            if code not in (0, 4, 5):
                faults.append(f"{kilobytes} kB: exit code {code}: {said}")
            small += code != 0
            remount(f"size={4 * LARGEST}k")
            code, said = command(home, *read)
            if code:
                faults.append(f"{kilobytes} kB, then enough: exit code {code}: {said}")
                continue
            wanted = wanted or digest(home)
            if digest(home) != wanted or not is_sound(home):
                faults.append(f"{kilobytes} kB, then enough: it ended with something else")
    return small, faults


def where_nothing_can_be_written(folder: Path) -> list[str]:
    """Commands in a home that can only be read end with a code, and leave it as it is."""
    folder.mkdir()
    book, other = folder / "book.md", folder / "other.md"
    book.write_text(novel("Tide", 2, 2), "utf-8")
    other.write_text(novel("Ebb", 2, 2), "utf-8")
    place, faults = folder / "disk", []
    model = ("--model", MODEL, "--embedder", "none")
    with mounted(place, LARGEST) as remount:
        home = place / "home"
        command(home, "read", book, "--index-only", "--embedder", "none")
        before = digest(home)
        remount("ro")
        for arguments in (
            ("library", "list"),
            ("search", book, "letter", "--embedder", "none"),
            ("ask", book, "Who carries the letter?", *model),
            ("read", other, *model),
            ("summarize", book, "--model", MODEL),
            ("library", "remove", "Tide", "--yes"),
            ("models", "add", book),
        ):
            code, said = command(home, *arguments)
            if code not in (0, 4, 5) or "Traceback" in said:
                faults.append(f"read-only, {arguments[0]}: exit code {code}: {said}")
        remount("rw")
        if digest(home) != before:
            faults.append("read-only: the home was changed")
    return faults


def run(options: argparse.Namespace, folder: Path) -> int:
    """The script within a folder."""
    progress, chance = Progress(), random.Random(options.seed)
    homes = Home(folder)
    rows: list[Row] = []
    faults: list[str] = []

    def take(name: str, cases: int, found: list[str], began: float) -> None:
        faults.extend(found)
        seconds = round(time.monotonic() - began, 1)
        rows.append({"disk": name, "cases": cases, "faults": len(found), "seconds": seconds})

    for name, broken in (("full", False), ("broken", True)):
        began, found = time.monotonic(), []
        places = range(1, homes.changes + 1, options.step)
        done = 0
        with until_interrupted(progress):
            for at in places:
                found += with_failing_disk(homes, at, broken)
                done += 1
                progress(f"{name} from change {at} of {homes.changes} on, {len(found)} faults")
        take(name, done, found, began)
    began, found, cuts = time.monotonic(), [], 0
    with until_interrupted(progress):
        while cuts < options.cuts:
            some = min(homes.changes, options.cuts - cuts, 100)
            found += with_power_cuts(homes, folder / f"cuts-{cuts}", some, chance)
            cuts += some
            progress(f"{cuts} power cuts, {len(found)} faults")
    take("loses power", cuts, found, began)
    if options.mount:
        began = time.monotonic()
        try:
            small, found = in_small_file_systems(folder / "small", progress)
            take("too small (mounted)", small, found, began)
            began = time.monotonic()
            take("read-only (mounted)", 7, where_nothing_can_be_written(folder / "ro"), began)
        except (PermissionError, FileNotFoundError) as error:
            print(f"Left out, since nothing can be mounted here: {error}", file=sys.stderr)
    return conclude(options, "disk_rounds", rows, faults)


def main() -> int:
    """The script."""
    options_of = parser(__doc__, "disk_rounds")
    options_of.add_argument("--step", type=int, default=1, help="only every n-th write fails")
    options_of.add_argument("--cuts", type=int, default=300, help="so many power cuts")
    options_of.add_argument("--mount", action="store_true", help="also mount file systems (root)")
    options = options_of.parse_args()
    with folder_for("disks") as folder:
        return run(options, folder)


if __name__ == "__main__":
    sys.exit(main())
