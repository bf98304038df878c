"""Outside programs that turn a file into one that longread reads: Calibre and OCRmyPDF.

They run on the user's own files, by list of arguments, with a time limit, and write only
into a temporary folder that is removed afterwards.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from longread.errors import DamagedFile, LimitExceeded, ToolMissing
from longread.stopping import never, run
from longread.text import one_line

CONVERT_SECONDS = 300
"""Seconds that a conversion by Calibre may take."""

OCR_SECONDS = 3600
"""Seconds that recognising the text of a scan may take."""


@contextmanager
def mobi_as_epub(path: Path, name: str, stop: Callable[[], bool] = never) -> Iterator[Path]:
    """Convert MOBI or AZW3 with Calibre's ``ebook-convert``; yields the EPUB.

    Raises:
        ToolMissing: Calibre is not installed.
        DamagedFile, LimitExceeded: it failed, or took too long.
        Cancelled: ``stop`` said so.
    """
    tool = shutil.which("ebook-convert")
    if tool is None:
        raise ToolMissing(
            f"{one_line(name)} is a Kindle book, which Calibre's ebook-convert can convert, "
            "but that is not installed.",
            hint="Install Calibre, or convert the book to EPUB yourself.",
        )
    with _folder() as folder:
        out = folder / "book.epub"
        source = str(_plain_name(path, folder))
        _run([tool, source, str(out)], out, name, CONVERT_SECONDS, stop)
        yield out


@contextmanager
def with_text_layer(path: Path, name: str, stop: Callable[[], bool] = never) -> Iterator[Path]:
    """Recognise the text of a scan with ``ocrmypdf``; yields the new PDF.

    Raises:
        ToolMissing: ocrmypdf is not installed.
        DamagedFile, LimitExceeded: it failed, or took too long.
        Cancelled: ``stop`` said so.
    """
    tool = shutil.which("ocrmypdf")
    if tool is None:
        raise ToolMissing(
            f"Recognising the text of {one_line(name)} needs ocrmypdf, which is not installed.",
            hint="Install ocrmypdf (with a language pack of tesseract), then try --ocr again.",
        )
    with _folder() as folder:
        out = folder / "recognised.pdf"
        source = str(_plain_name(path, folder))
        _run([tool, "--skip-text", "--quiet", source, str(out)], out, name, OCR_SECONDS, stop)
        yield out


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="longread-") as folder:
        yield Path(folder)


def _plain_name(path: Path, folder: Path) -> Path:
    """A link with a harmless name: the file's own could be taken for an option."""
    link = folder / f"source{path.suffix.casefold()}"
    link.symlink_to(path.absolute())
    return link


def _run(
    command: Sequence[str], out: Path, name: str, seconds: int, stop: Callable[[], bool]
) -> None:
    tool = Path(command[0]).name
    # What it leaves behind when it is stopped is removed with the folder.
    environment = os.environ | {"TMPDIR": str(out.parent)}
    try:
        done = run(command, seconds=seconds, stop=stop, keeps_errors=True, environment=environment)
    except subprocess.TimeoutExpired as error:
        raise LimitExceeded(
            f"{tool} took longer than {seconds} s on {one_line(name)}.",
            hint="Run it yourself, and read its result.",
        ) from error
    if done.returncode or not out.is_file():
        said = one_line(done.stderr.decode("utf-8", "replace").strip()[-300:])
        raise DamagedFile(
            f"{tool} could not convert {one_line(name)} (exit code {done.returncode}). {said}",
            hint="Protected books cannot be converted; else run it yourself to see why.",
        )
