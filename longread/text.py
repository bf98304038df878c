"""The one sanitiser: text from files, users and models, made safe to print and to read.

Terminal-safe: no C0 or C1 control characters but newline and tab, so that no escape
sequence survives. Model-safe: no invisible instructions (tag characters, bidirectional
overrides). ZWJ and ZWNJ stay, because emoji and several scripts need them.
"""

from __future__ import annotations

import json
import re
import textwrap
import unicodedata

_BIDIRECTIONAL = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_INVISIBLE = "\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb"
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
    f"{_BIDIRECTIONAL}{_INVISIBLE}"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\U000e0000-\U000e01ef]"
)
_ESCAPE_SEQUENCE = re.compile(
    r"(?:\x1b\][^\x07\x1b\x9c\n]{0,4096}(?:\x07|\x1b\\|\x9c)"  # OSC … BEL or ST
    r"|\x1b[PX^_][^\x1b\x9c\n]{0,4096}(?:\x1b\\|\x9c)"  # DCS, SOS, PM, APC
    r"|(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]"  # CSI
    r"|\x1b[ -/]{0,8}[0-~])"  # two-character sequences
)
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_ESCAPED = re.compile(f"{_UNSAFE.pattern}|[\x85\u2028\u2029]")
_SPACE_RUN = re.compile(r"[^\S\n]+")
EAST_ASIAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Letters of Chinese and Japanese, for a class of a regular expression."""

TAB = 4
"""Blanks of code that a tab is worth."""

_AROUND_NEWLINE = re.compile(r" ?\n ?")


def sanitise(text: str) -> str:
    """Remove what could act on a terminal or hide from a reader; unify line ends; NFC.

    Whole escape sequences go, not only their first byte, so that no debris such as
    ``[31m`` stays. Safe to apply twice.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _ESCAPE_SEQUENCE.sub("", text)
    return unicodedata.normalize("NFC", _UNSAFE.sub("", text))


def escaped_json(text: str) -> str:
    """JSON in which every character that the sanitiser would remove or make a line's end is written
    as an escape, so that nothing is lost, nothing acts on a terminal, and a line stays one."""
    return _ESCAPED.sub(lambda found: json.dumps(found[0])[1:-1], text)


def one_line(text: str, limit: int = 300) -> str:
    """Sanitise a title, name or message to a single line of at most ``limit`` characters."""
    line = " ".join(sanitise(text).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def naming(name: str, said: str) -> str:
    """A message that names its file by the last part of its path, if it does not already."""
    place = one_line(name.replace("\\", "/").rstrip("/").rpartition("/")[2], 60)
    return said if place in said else f"{place}: {said}"


def quoted(text: str) -> str:
    """Words of a text in quotation marks that do not double its own."""
    return f"‘{text}’" if re.search('["“”„«»]', text) else f"“{text}”"


def squeeze(text: str) -> str:
    """Sanitise prose: runs of white space become one space, newlines included."""
    return " ".join(sanitise(text).split())


def squeeze_lines(text: str) -> str:
    """Sanitise verse or a table: white space is squeezed inside lines, the lines stay."""
    text = _SPACE_RUN.sub(" ", sanitise(text))
    return _AROUND_NEWLINE.sub("\n", text).strip()


def squeeze_code(text: str) -> str:
    """Sanitise code: its lines stay, and the white space in them but at their ends; what all of
    them are indented by goes, and tabs become blanks."""
    lines = [line.expandtabs(TAB).rstrip() for line in sanitise(text).split("\n")]
    return textwrap.dedent("\n".join(lines)).strip()


def amount(number: int, one: str, several: str = "") -> str:
    """So many of something: ``one`` names a single one, ``several`` more of them where that has no
    "s" at its end."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def size(count: float) -> str:
    """Bytes for a person: 1.1 GB."""
    for unit in ("B", "kB", "MB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def duration(seconds: float) -> str:
    """A time for a person: 40 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
