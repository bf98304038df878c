"""Code in a reply: between backticks in a line, or in lines between fences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from longread.answering.brackets import BRACKETS
from longread.answering.quotes import MARKS, find_verbatim

FENCE = "```"
"""What stands before and behind lines of code."""

LONGEST_IN_A_LINE = 200
"""Characters after which a backtick is taken for a stray one."""

LONGEST = 4_000
"""Characters after which lines that no fence ends are taken for no code."""

_TO_BE_CHECKED = re.compile(f"[{re.escape(MARKS)}{re.escape(''.join(BRACKETS))}]")


def code_end(text: str, *, begins_line: bool, final: bool) -> int | None:
    """Where the code ends that a text opens with a backtick; 0 where that is a stray one, None
    while more of the text must come."""
    line, newline, _ = text[:LONGEST_IN_A_LINE].partition("\n")
    is_whole = final or newline or len(text) >= LONGEST_IN_A_LINE
    if begins_line and FENCE.startswith(line) and not is_whole:
        return None
    if begins_line and line.startswith(FENCE) and "`" not in line[len(FENCE) :]:
        end = text.find(f"\n{FENCE}", len(FENCE), LONGEST)
        if end >= 0:
            return end + len(FENCE) + 1
        return (len(text) if newline and final else 0) if final or len(text) >= LONGEST else None
    end = line.find("`", 1)
    if end < 0 and not is_whole:
        return None
    return end + 1 if end > 1 else 0


def may_be_shown(code: str, texts: Sequence[str]) -> bool:
    """Whether each line of some code has nothing in brackets and in quotation marks, or stands in
    one of the texts so."""
    lines = (line.strip("` ") for line in code.split("\n"))
    return all(not _TO_BE_CHECKED.search(line) or find_verbatim(line, texts) for line in lines)


def is_fenced(text: str) -> bool:
    """Whether a text is lines of code up to the fence behind them."""
    said = text.strip()
    return said.startswith(FENCE) and said.endswith(f"\n{FENCE}")
