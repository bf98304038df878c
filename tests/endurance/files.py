"""Tries every file of some folders on longread, one command a file, and tells how it went.

Run by hand:

    python -m tests.endurance.files FOLDER... --out outcome.tsv

Each file is read and indexed by words, without a model, into one library in a folder of its
own. No file may cause a traceback, take longer than 60 s or more than 1 GB of memory, or make
a file outside of the library's folder. Exits with 1 where one does.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.harness import Outcome, Place

MOST_SECONDS = 60.0
"""Wall-clock time that the command may take for a file."""

ENDINGS = (".epub", ".pdf", ".docx", ".html", ".htm", ".xhtml", ".md", ".txt")


@dataclass(frozen=True, slots=True)
class Tried:
    """One file, and what became of it: ``read``, ``read with warnings`` or an error's code."""

    file: Path
    became: str
    said: str
    outcome: Outcome

    def as_row(self) -> str:
        """Values with tabs between."""
        values = (
            self.file,
            self.became,
            f"{self.outcome.seconds:.1f}",
            f"{self.outcome.peak / 1e6:.0f}",
            "; ".join(self.outcome.faults),
            self.said,
        )
        return "\t".join(map(str, values))


def files_of(folders: Sequence[Path]) -> list[Path]:
    """The files to try, each once, in order of their names."""
    found = {
        item
        for folder in folders
        for item in ([folder] if folder.is_file() else folder.rglob("*"))
        if item.is_file() and item.suffix.casefold() in ENDINGS
    }
    return sorted(found)


def try_files(files: Sequence[Path], root: Path) -> Iterator[Tried]:
    """Run ``longread read FILE`` for each."""
    place = Place(root)
    for file in files:
        asked = ("read", str(file), "--index-only", "--embedder", "none", "--json", "--quiet")
        outcome = place.run(*asked, seconds=MOST_SECONDS)
        became, said = _told(outcome)
        yield Tried(file, became, said, outcome)


def _told(outcome: Outcome) -> tuple[str, str]:
    for line in outcome.stdout.splitlines():
        values = json.loads(line)
        if values["schema"] == "longread.error/1":
            return str(values["code"]), str(values["message"])
        if values["schema"] == "longread.document/1":
            warnings = values["warnings"]
            return "read with warnings" if warnings else "read", " ".join(warnings)
    return "nothing", outcome.stderr.strip().replace("\n", " ")[-200:]


def summary(tried: Sequence[Tried]) -> Iterator[str]:
    """A table in Markdown: a row a kind of file and outcome, then the slowest and largest."""
    counts = Counter((item.file.suffix.casefold().lstrip("."), item.became) for item in tried)
    yield "| files | became | number |"
    yield "|---|---|---|"
    for (ending, became), number in sorted(counts.items()):
        yield f"| {ending} | {became} | {number} |"
    slowest = max(tried, key=lambda item: item.outcome.seconds)
    largest = max(tried, key=lambda item: item.outcome.peak)
    yield ""
    yield f"slowest: {slowest.file.name}, {slowest.outcome.seconds:.1f} s"
    yield f"largest: {largest.file.name}, {largest.outcome.peak / 1e6:.0f} MB"
    yield f"at fault: {sum(bool(item.outcome.faults) for item in tried)} of {len(tried)}"


def main() -> int:
    """Try the files that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--out", type=Path, help="a row a file, with tabs between")
    chosen = parser.parse_args()
    files = files_of(chosen.folders)
    if not files:
        parser.error("there is no file to try")
    tried: list[Tried] = []
    with tempfile.TemporaryDirectory(prefix="longread-files-") as root:
        for item in try_files(files, Path(root)):
            tried.append(item)
            if chosen.out is not None:
                chosen.out.write_text("".join(f"{one.as_row()}\n" for one in tried), "utf-8")
            if item.outcome.faults:
                print(f"{item.file}: {'; '.join(item.outcome.faults)}", file=sys.stderr)
    print("\n".join(summary(tried)))
    return int(any(item.outcome.faults for item in tried))


if __name__ == "__main__":
    sys.exit(main())
