"""An outline as Markdown, plain text, a page of HTML, or JSON.

Titles and sentences are untrusted: a text may try to bring in markup, links or pictures.
"""

from __future__ import annotations

import html
import json
import textwrap
from enum import StrEnum

from longread.memory.summaries import Claim
from longread.report.markdown import plain_line
from longread.report.outline import Entry, Outline
from longread.text import one_line

UNSUPPORTED = "[?]"
"""Marks a sentence whose support was not found."""

_EXPLAINED = f"{UNSUPPORTED} marks what was not found in the passages it rests on."
_WIDTH = 88
_LONGEST = 5_000

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark }}
body {{ max-width: 42rem; margin: 3rem auto; padding: 0 1.2rem; font: 1.05rem/1.6 Georgia, serif }}
h1, h2 {{ line-height: 1.25 }} .by, .place {{ opacity: .65; font-size: .9rem }}
.unsure {{ text-decoration: underline dotted; text-underline-offset: .2em }}
</style>
</head>
<body>
{body}
</body>
</html>
"""


class Format(StrEnum):
    """What a summary is written as."""

    MARKDOWN = "md"
    TEXT = "txt"
    HTML = "html"
    JSON = "json"


def write(outline: Outline, form: Format, language: str = "") -> str:
    """An outline as a whole file."""
    if form is Format.JSON:
        return json.dumps(outline.as_json(), ensure_ascii=False, indent=2) + "\n"
    if form is Format.HTML:
        return _html(outline, language)
    return _markdown(outline) if form is Format.MARKDOWN else _text(outline)


def _markdown(outline: Outline) -> str:
    parts = [f"# {plain_line(outline.title)}"]
    if outline.author:
        parts.append(plain_line(outline.author))
    for entry in outline.entries:
        if entry.depth == 1:
            parts.append(f"## {plain_line(entry.title)}")
        said = " ".join(plain_line(_said(claim)) for claim in entry.claims)
        parts.append(f"- {said} *({plain_line(entry.place)})*" if entry.depth > 1 else said)
    if _unsure(outline):
        parts.append(f"*{plain_line(_EXPLAINED)}*")
    return "\n\n".join(parts) + "\n"


def _text(outline: Outline) -> str:
    parts = [_underlined(outline.title, "=")]
    if outline.author:
        parts.append(one_line(outline.author))
    for entry in outline.entries:
        if entry.depth == 1:
            parts.append(_underlined(entry.title, "-"))
        said = " ".join(_said(claim) for claim in entry.claims)
        if entry.depth > 1:
            said = f"{said} ({one_line(entry.place)})"
        parts.append(textwrap.fill(said, _WIDTH))
    if _unsure(outline):
        parts.append(_EXPLAINED)
    return "\n\n".join(parts) + "\n"


def _html(outline: Outline, language: str) -> str:
    title = html.escape(one_line(outline.title))
    body = [f"<h1>{title}</h1>"]
    if outline.author:
        body.append(f'<p class="by">{html.escape(one_line(outline.author))}</p>')
    body += [_html_entry(entry) for entry in outline.entries]
    if _unsure(outline):
        body.append('<p class="place">Underlined: not found in the passages it rests on.</p>')
    return _PAGE.format(language=html.escape(language or "und"), title=title, body="\n".join(body))


def _html_entry(entry: Entry) -> str:
    heading = f"<h2>{html.escape(one_line(entry.title))}</h2>\n" if entry.depth == 1 else ""
    said = " ".join(
        html.escape(one_line(claim.text, _LONGEST))
        if claim.supported
        else f'<span class="unsure">{html.escape(one_line(claim.text, _LONGEST))}</span>'
        for claim in entry.claims
    )
    place = f' <span class="place">{html.escape(one_line(entry.place))}</span>'
    return f"{heading}<p>{said}{place if entry.depth > 1 else ''}</p>"


def _said(claim: Claim) -> str:
    return one_line(claim.text, _LONGEST) + ("" if claim.supported else f" {UNSUPPORTED}")


def _unsure(outline: Outline) -> bool:
    return any(not claim.supported for entry in outline.entries for claim in entry.claims)


def _underlined(title: str, mark: str) -> str:
    line = one_line(title)
    return f"{line}\n{mark * min(len(line), _WIDTH)}"
