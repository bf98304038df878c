"""``longread doctor``: what is installed and found, and what to do about each finding."""

from __future__ import annotations

import sys

from longread.cli import options, output

EXAMPLES = """Examples:

longread doctor

longread doctor --json"""

_MARKS = {"ok": "ok  ", "note": "note", "problem": "FAIL"}


def doctor(json: options.Json = False) -> None:
    """Check the installation, the library, the models and the machine."""
    from longread.checkup import examine

    problem = False
    with output.stages(quiet=json) as stage:
        for finding in examine(lambda subject: stage(f"checking: {subject}")):
            stage("")
            problem |= finding.state == "problem"
            if json:
                output.json_line({"schema": "longread.finding/1", **finding.as_json()})
                continue
            output.line(f"{_MARKS[finding.state]}  {finding.subject}: {finding.text}")
            if finding.advice:
                output.line(f"      {finding.advice}")
    if problem:
        sys.exit(1)
