"""What the scripts that ask other programs share: questions, documents, the file of answers."""

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

Row = dict[str, Any]

TEXTS = (".txt", ".md")
BRIEFLY = "Answer briefly."
"""What is said behind a question, where a results file does not have what longread said."""
LETTER = "Which option is right? Reply with its letter alone."
CLAIM = "Is the claim true according to the text? Reply with true or false."


def arguments(description: str) -> argparse.Namespace:
    """The command line that all of them have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("model", type=Path, help="GGUF file.")
    parser.add_argument("--questions", type=Path, required=True, help="Questions, JSON lines.")
    parser.add_argument("--data", type=Path, required=True, help="Folder of their documents.")
    parser.add_argument("--results", type=Path, help="Only those that this results file has.")
    parser.add_argument("--out", type=Path, required=True, help="Answers, JSON lines.")
    return parser.parse_args()


def answer_all(given: argparse.Namespace, ready: Callable[[str], Callable[[Row], Row]]) -> None:
    """Answer what the file of answers does not have yet. ``ready`` makes a document's text
    ready and returns what answers a question on it."""
    rows = _lines(given.questions)
    if given.results is not None:
        # The first line has the settings of the run.
        asked = {row["id"]: row for row in _lines(given.results) if "id" in row}
        rows = [
            {**row, "instruction": asked[row["id"]].get("instruction", BRIEFLY)}
            for row in rows
            if row["id"] in asked
        ]
    if given.out.exists():
        done = {row["id"] for row in _lines(given.out)}
        rows = [row for row in rows if row["id"] not in done]
    with given.out.open("a", encoding="utf-8") as out:
        for text, group in _documents(rows, given.data):
            answer = ready(text)
            for row in group:
                made = {"id": row["id"], "model": given.model.stem, **answer(row)}
                out.write(json.dumps(made, ensure_ascii=False) + "\n")
                out.flush()
                print(row["id"], file=sys.stderr)


def _documents(rows: list[Row], data: Path) -> Iterator[tuple[str, list[Row]]]:
    rows = sorted(rows, key=lambda row: str(row["doc"]))
    for name, group in groupby(rows, key=lambda row: str(row["doc"])):
        if Path(name).suffix in TEXTS:
            yield (data / name).read_text("utf-8"), list(group)
        else:
            print(f"passed over, not plain text: {name}", file=sys.stderr)


def _lines(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def request(row: Row) -> str:
    """A question as text, with its options or what longread says behind it."""
    if "claim" in row:
        return f"Claim: {row['claim']}\n{CLAIM}"
    if "options" in row:
        options = "\n".join(f"{chr(65 + n)}. {text}" for n, text in enumerate(row["options"]))
        return f"{row['question']}\n{options}\n{LETTER}"
    return f"{row['question']}\n{row.get('instruction', BRIEFLY)}"
