"""Subtitles and transcripts in the forms SubRip and WebVTT: what is said, with the times at which
it begins."""

from __future__ import annotations

import re

FEWEST_CUES = 3
"""Cues from which a text is subtitles."""

LONG = 400
"""Characters of a paragraph behind which a sentence's end ends it."""

PAUSE = 4.0
"""Seconds without words that end a paragraph."""

_TIME = r"(?:(\d{1,3}):)?(\d{2}):(\d{2})[.,](\d{3})"
_CUE = re.compile(rf"^[ \t]*{_TIME}[ \t]+-->[ \t]+{_TIME}.*$", re.M)
_TAG = re.compile(r"</?(?:[ibu]|c|v|font|ruby|rt|lang)\b[^>\n]*>|\{\\an?\d\}|<\d[\d:.]*>")
_VOICE = re.compile(r"<v(?:\.[\w.]*)?[ \t]+([^>\n]+)>")
_NUMBER_LINE = re.compile(r"\n[ \t]*\n[ \t]*\S{1,40}[ \t]*\n?\Z")
_ENDED = re.compile(r"[.!?…。！？][\"'”’»)]*\Z")


def without_cues(text: str) -> str:
    """Subtitles as paragraphs, each behind the time at which it begins; any other text as it is."""
    cues = list(_CUE.finditer(text))
    if len(cues) < FEWEST_CUES or not _is_head(text[: cues[0].start()]):
        return text
    paragraphs: list[str] = []
    last_end = 0.0
    said = ""
    for cue, following in zip(cues, [*cues[1:], None], strict=True):
        words = text[cue.end() : following.start() if following else len(text)]
        if following:
            words = _NUMBER_LINE.sub("", words)
        line = " ".join(_TAG.sub("", _VOICE.sub(r"\1: ", words)).split())
        begin, end = _seconds(cue.groups()[:4]), _seconds(cue.groups()[4:])
        is_new = begin - last_end > PAUSE or (len(said) > LONG and _ENDED.search(said))
        if line and (is_new or not paragraphs):
            hours, rest = divmod(int(begin), 3600)
            paragraphs.append(f"[{hours}:{rest // 60:02}:{rest % 60:02}] {line}")
            said = line
        elif line and not said.endswith(line):
            paragraphs[-1] += f" {line}"
            said += f" {line}"
        last_end = max(last_end, end)
    return "\n\n".join(paragraphs)


def _is_head(text: str) -> bool:
    """Whether what stands before the first cue is no text, but its number, or WebVTT's head."""
    text = text.strip("\ufeff \t\n")
    return text.startswith("WEBVTT") or len(text) <= 40


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return 3600 * hours + 60 * minutes + seconds + thousandths / 1000
