"""Fuzzing guided by coverage: ``python -m tests.endurance.fuzz epub --minutes 60``.

Bytes are changed at random, and those that reach new code are changed again (libFuzzer, by way
of atheris, which has to be installed: ``pip install atheris``). What a target may do is to come
to an end or to raise one of longread's own errors; all else is a finding. The bytes of each kind
of finding are kept in --findings, and ``--replay FILE`` runs them again. --minutes are of
processor time: beside other work a run does as much as alone, and takes longer.

Parsers run in this process, without the limits that keep them in longread itself: a case that
takes longer than ten seconds of processor time, or more memory than 3 GB, is kept as well, as
are those that end the process; it is started anew then.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

import psutil

from tests.endurance.common import (
    ROOT,
    Progress,
    Row,
    conclude,
    folder_for,
    parser,
    until_interrupted,
)

CASE_SECONDS = 10.0
"""Processor time that one case may take."""

MEMORY_MEGABYTES = 3_000
"""Memory that the fuzzing process may take."""

CASES_TOGETHER = 4_000_000
"""Cases after which another process goes on: the fuzzer itself keeps a few hundred bytes of each,
which would look like a case that takes too much memory."""

LONGEST_CASE = 20_000
"""Bytes of a case."""

STUCK_SECONDS = 600
"""Time after which a case is taken to hang in compiled code, where no signal reaches it."""

_STATUS_SECONDS = 1.0


class TooSlow(BaseException):
    """A case took too long; no parser may catch it."""


@dataclass(slots=True)
class Outcome:
    """What became of the cases of one process, kept in a file that its parent reads."""

    taken: int = 0
    refused: int = 0
    findings: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"taken": self.taken, "refused": self.refused, "findings": self.findings}

    def with_those_of(self, other: Outcome) -> Outcome:
        """What became of these cases and of some others."""
        return Outcome(
            self.taken + other.taken,
            self.refused + other.refused,
            {**self.findings, **other.findings},
        )


@dataclass(slots=True)
class Case:
    """Runs one target on one case after another, and keeps those that are findings."""

    run: Callable[[bytes], bool]
    findings: Path
    status: Path | None = None
    outcome: Outcome = field(default_factory=Outcome)
    _told: float = 0.0

    def __call__(self, data: bytes) -> None:
        """Run one case."""
        signal.setitimer(signal.ITIMER_VIRTUAL, CASE_SECONDS)
        try:
            if self.run(data):
                self.outcome.taken += 1
            else:
                self.outcome.refused += 1
        except (Exception, TooSlow) as error:
            self._keep(data, error)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        if self.status is not None and time.monotonic() - self._told > _STATUS_SECONDS:
            self._told = time.monotonic()
            beside = self.status.with_suffix(".new")
            beside.write_text(json.dumps(self.outcome.as_json()), "utf-8")
            beside.replace(self.status)

    def _keep(self, data: bytes, error: BaseException) -> None:
        kind = kind_of(error)
        if kind in self.outcome.findings:
            return
        self.findings.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(kind.encode()).hexdigest()[:12]
        (self.findings / name).write_bytes(data)
        told = "".join(traceback.format_exception(error))
        (self.findings / f"{name}.txt").write_text(told, "utf-8", "backslashreplace")
        self.outcome.findings[kind] = name
        self._told = 0.0


def kind_of(error: BaseException) -> str:
    """What tells one finding from another: the error and the last of our lines it came through."""
    if isinstance(error, TooSlow):
        return "TooSlow"
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if str(ROOT) in one.filename]
    last = ours[-1] if ours else frames[-1]
    asserted = f": {str(error)[:60]!r}" if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}{asserted}"


def cap_time() -> None:
    """Have ``TooSlow`` raised in a case that takes too long."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooSlow

    signal.signal(signal.SIGVTALRM, stop)


def fuzz_here(name: str, corpus: Path, findings: Path, status: Path, seed: int) -> None:
    """Fuzz a target in this process until it is ended; does not return."""
    import atheris

    with atheris.instrument_imports(include=["longread"]):
        from tests.endurance.targets import TARGETS
    target = TARGETS[name]
    if not any(corpus.iterdir()):
        for number, data in enumerate(target.seeds()):
            (corpus / f"seed-{number}").write_bytes(data)
    cap_time()
    arguments = [
        sys.argv[0],
        str(corpus),
        f"-seed={seed or 1}",
        f"-max_len={LONGEST_CASE}",
        f"-rss_limit_mb={MEMORY_MEGABYTES}",
        f"-runs={CASES_TOGETHER}",
        f"-artifact_prefix={findings}/",
        f"-timeout={STUCK_SECONDS}",
        "-verbosity=0",
    ]
    atheris.Setup(arguments, Case(target.run, findings, status))
    atheris.Fuzz()


@dataclass(slots=True)
class Fuzzing:
    """Processes that fuzz one target, one after the other, for so many ``seconds`` of processor
    time. ``used`` is how many they have had, ``begun`` how many there were, and ``ended`` how many
    of them a case has ended."""

    target: str
    corpus: Path
    findings: Path
    folder: Path
    seed: int
    seconds: float
    outcome: Outcome = field(default_factory=Outcome)
    used: float = 0.0
    begun: int = 0
    ended: int = 0

    def go_on(self, progress: Progress) -> bool:
        """Fuzz in one process until the time is used up or it ends; says whether another one would
        get anywhere."""
        status = self.folder / "status"
        status.unlink(missing_ok=True)
        values = [self.target, self.corpus, self.findings, status, self.seed + self.begun]
        self.begun += 1
        with _process(values, self.folder) as process:
            try:
                self._watch(process, status, progress)
            finally:
                in_time = process.poll() is None
                process.kill()
                done = _read(status)
                self.outcome = self.outcome.with_those_of(done)
        if in_time:
            return True
        if process.returncode:
            self.ended += 1
            ending = f"the process ended ({process.returncode}), no. {self.ended}"
            self.outcome.findings[ending] = ""
        return done.taken + done.refused > 0

    def _watch(self, process: subprocess.Popen[bytes], status: Path, progress: Progress) -> None:
        """Wait for a process, and tell how far it is."""
        before = self.used
        while process.poll() is None and self.used < self.seconds:
            time.sleep(0.5)
            self.used = max(self.used, before + _processor_seconds(process.pid))
            outcome = self.outcome.with_those_of(_read(status))
            progress(
                f"{self.target}: {outcome.taken:,} taken, {outcome.refused:,} refused, "
                f"{len(outcome.findings)} kinds of findings, "
                f"{self.used / 60:.0f} of {self.seconds / 60:g} minutes"
            )


def fuzz(options: argparse.Namespace) -> int:
    """Keep a process that fuzzes running for as long as was asked for."""
    progress, findings = Progress(), Path(options.findings).resolve() / options.target
    with folder_for("fuzz") as folder:
        corpus = folder / "corpus"
        if options.corpus:
            corpus = Path(options.corpus).resolve() / options.target
        corpus.mkdir(parents=True, exist_ok=True)
        findings.mkdir(parents=True, exist_ok=True)
        fuzzing = Fuzzing(
            options.target, corpus, findings, folder, options.seed, 60 * options.minutes
        )
        with until_interrupted(progress):
            while fuzzing.used < fuzzing.seconds and fuzzing.go_on(progress):
                pass
        outcome = fuzzing.outcome
        row: Row = {
            "target": options.target,
            "minutes": round(fuzzing.used / 60, 1),
            "cases": outcome.taken + outcome.refused,
            "taken": outcome.taken,
            "refused": outcome.refused,
            "kept for their coverage": sum(1 for _ in corpus.iterdir()),
            "findings": len(outcome.findings),
        }
    faults = [f"{kind}, in {findings / name}" for kind, name in outcome.findings.items()]
    return conclude(options, "fuzz", [row], faults)


def _process(values: Sequence[object], folder: Path) -> subprocess.Popen[bytes]:
    """One that fuzzes, finds the same packages as this one, and leaves its files in a folder."""
    paths = os.pathsep.join(path for path in sys.path if path)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.endurance.fuzz", "--here", *map(str, values)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": paths, "TMPDIR": str(folder)},
    )


def _processor_seconds(pid: int) -> float:
    """Processor time of a process, 0 where it has ended."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _read(status: Path) -> Outcome:
    try:
        return Outcome(**json.loads(status.read_text("utf-8")))
    except (OSError, ValueError):
        return Outcome()


def replay(target: str, file: Path) -> int:
    """Run one kept case again, and show what comes of it."""
    from tests.endurance.targets import TARGETS

    cap_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, CASE_SECONDS)
    print("taken" if TARGETS[target].run(file.read_bytes()) else "refused")
    return 0


def main() -> int:
    """The script."""
    if sys.argv[1:2] == ["--here"]:
        name, corpus, findings, status, seed = sys.argv[2:]
        fuzz_here(name, Path(corpus), Path(findings), Path(status), int(seed))
        return 0
    from tests.endurance.targets import TARGETS

    about = "\n".join(f"  {name:12}{target.about}" for name, target in TARGETS.items())
    options_of = parser(f"{__doc__}\ntargets:\n{about}", "fuzz")
    options_of.add_argument("target", choices=sorted(TARGETS), metavar="TARGET")
    options_of.add_argument("--minutes", type=float, default=3.0, help="of processor time")
    options_of.add_argument("--findings", default="fuzz-findings", help="a folder for findings")
    options_of.add_argument("--corpus", default="", help="a folder that is kept from run to run")
    options_of.add_argument("--replay", type=Path, metavar="FILE", help="run one case, and no more")
    options = options_of.parse_args()
    if options.replay:
        return replay(options.target, options.replay)
    if importlib.util.find_spec("atheris") is None:
        print(
            "atheris is not installed, which guides the fuzzing by coverage: pip install atheris "
            "(Linux, CPython). The tests in tests/endurance fuzz without it.",
            file=sys.stderr,
        )
        return 2
    return fuzz(options)


if __name__ == "__main__":
    sys.exit(main())
