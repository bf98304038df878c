"""Markdown: CommonMark with tables and footnotes, and a block of metadata at the top."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from longread.document import Document, DocumentBuilder
from longread.errors import EmptyDocument
from longread.sources import markup
from longread.sources.encodings import decode
from longread.sources.html import title_and_rest
from longread.sources.joining import beside
from longread.sources.markup import Block
from longread.sources.tree import Warn, parse_html

MAX_BRACKETS = 500
"""A paragraph with more opening brackets than this is taken as plain text."""

MAX_QUOTE_DEPTH = 30
"""A line that opens more quotations or list items than this is taken as plain text."""

UNWRAPPED_LINE_CHARACTERS = 200
"""A line longer than this is a paragraph of its own."""

UNWRAPPED_SHARE = 0.25
"""Share of a text's characters in such lines from which its paragraphs are one line each."""

_FRONT_MATTER = re.compile(
    # Anything else than a field behind the first rule is text.
    r"\A---[ \t]*\n(?=[A-Za-z][\w -]{0,40}:)(.{0,20000}?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)",
    re.S,
)
_FIELD = re.compile(r"^([A-Za-z][\w -]{0,40}):[ \t]*(.*)$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_NOTE = re.compile(r"^ {0,3}\[\^([^\]\s]{1,60})\]:[ \t]?(.*)$")
_NOTE_REFERENCE = re.compile(r"\[\^([^\]\s]{1,60})\]")
_NO_PROSE = re.compile(r" {0,3}(?:\||<|\[[^\]]+\]:)")
_ATTRIBUTES = re.compile(r"^( {0,3}#{1,6}[ \t].*?)[ \t]*\{[^{}\n]{0,200}\}[ \t]*$")
_NESTING = re.compile(r"^(?:[ \t]{0,3}(?:>|[-+*]|\d{1,9}[.)])[ \t]?)+")
_MARKER = re.compile(r">|[-+*](?=[ \t])|\d[.)]")
_HEADING_FIELD = re.compile(r"^(title|author|year|date|language)\s*:\s*(.+)$", re.I)


@dataclass(slots=True)
class _Parts:
    """A Markdown text taken apart before it is parsed."""

    lines: list[str] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    unwrapped: bool = False


def read(data: bytes, name: str) -> Document:
    """Read a Markdown text.

    ``name`` is the file's name, the title where the text names none.

    Raises:
        EmptyDocument: there is no text in it.
    """
    builder = DocumentBuilder("markdown")
    text = decode(data, builder.warn).replace("\r\n", "\n").replace("\r", "\n")
    metadata, text = _split_metadata(text)
    parts = _take_apart(text, builder.warn)
    found = _heading_fields(markup.even_levels(_blocks(parts, builder.warn)), metadata)
    builder.author = metadata.get("author", metadata.get("authors", ""))
    builder.language = metadata.get("language", metadata.get("lang", ""))
    title, found = title_and_rest(found, metadata.get("title", ""))
    builder.title = title or PurePath(name).stem
    markup.add_by_headings(builder, found)
    document = builder.build()
    if not document.text:
        raise EmptyDocument("There is no text in the Markdown file.", hint="Give another file.")
    return document


def _split_metadata(text: str) -> tuple[dict[str, str], str]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    metadata: dict[str, str] = {}
    last = ""
    for line in match[1].split("\n"):
        if found := _FIELD.match(line):
            last = found[1].strip().lower()
            metadata[last] = _plain_value(found[2])
        elif last and line.lstrip().startswith("- "):
            value = _plain_value(line.lstrip()[2:])
            metadata[last] = ", ".join(filter(None, (metadata[last], value)))
    return metadata, text[match.end() :]


def _plain_value(value: str) -> str:
    value = value.strip()
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(part.strip().strip("\"'") for part in value[1:-1].split(","))
    return value.strip("\"'")


def _take_apart(text: str, warn: Warn) -> _Parts:
    """Set footnotes aside and plain out lines that would keep a parser busy."""
    parts = _Parts()
    fence = note = ""
    texts: list[int] = []
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            closes = mark is not None and mark[1].startswith(fence) and line.strip() == mark[1]
            fence = "" if closes else fence
        elif mark is not None:
            fence = mark[1]
        elif found := _NOTE.match(line):
            note = found[1]
            parts.notes.setdefault(note, []).append(found[2])
            continue
        elif note and _goes_on(parts.notes[note], line):
            parts.notes[note].append(line.strip())
            continue
        else:
            texts.append(len(parts.lines))
        note = ""
        parts.lines.append(line)
    parts.unwrapped = _is_unwrapped([parts.lines[place] for place in texts])
    for place in texts:
        line = _ATTRIBUTES.sub(r"\1", parts.lines[place])
        parts.lines[place] = _tamed(_with_references(line, parts.notes), warn)
    return parts


def _goes_on(note: Sequence[str], line: str) -> bool:
    """Whether a line belongs to a note: it is set in, or follows one of its lines directly."""
    if not line.strip() or line.startswith(("    ", "\t")):
        return True
    return bool(note[-1]) and not _NESTING.match(line) and not line.lstrip().startswith("#")


def _is_unwrapped(lines: Sequence[str]) -> bool:
    """Whether paragraphs are one line each, by what most of the prose stands in."""
    lengths = [len(line) for line in lines if not _NO_PROSE.match(line)]
    long = sum(length for length in lengths if length > UNWRAPPED_LINE_CHARACTERS)
    return long > UNWRAPPED_SHARE * sum(lengths)


def _with_references(line: str, notes: Collection[str]) -> str:
    """Marks of footnotes that there are, as text; "[^a-z]" may be anything else."""

    def mark(match: re.Match[str]) -> str:
        return f"\\[{match[1]}\\]" if match[1] in notes else match[0]

    return _NOTE_REFERENCE.sub(mark, line)


def _tamed(line: str, warn: Warn) -> str:
    nesting = _NESTING.match(line)
    if nesting and len(_MARKER.findall(nesting[0])) > MAX_QUOTE_DEPTH:
        warn("Lists or quotations nested too deep were read as plain text.")
        line = line[nesting.end() :]
    if line.startswith(" " * 200):
        line = line.lstrip()
    if line.count("[") > MAX_BRACKETS or line.count("*") + line.count("_") > 20 * MAX_BRACKETS:
        warn("A line with very many brackets or stars was read as plain text.")
        line = re.sub(r"([\[\]*_`<!])", r"\\\1", line)
    return line


def _blocks(parts: _Parts, warn: Warn) -> list[Block]:
    from markdown_it import MarkdownIt

    # In a text whose paragraphs are one line each, a line break is meant as one, and what
    # is indented is verse or a letter, not code.
    parser = MarkdownIt(
        "commonmark", {"html": True, "breaks": parts.unwrapped, "maxNesting": 60}
    ).enable("table")
    parser.add_render_rule("softbreak", _line_end)
    if parts.unwrapped:
        parser.disable("code")
    found = _rendered(parser, "\n".join(parts.lines), warn)
    for name, lines in parts.notes.items():
        text = " ".join(
            block.text for block in _rendered(parser, "\n".join(lines), warn) if block.text
        )
        found.append(Block("footnote", f"[{name}] {text}"))
    return found


def _line_end(renderer: Any, tokens: Any, index: int, options: Any, _: Any) -> str:
    """The end of a line within a paragraph, which is no space in scripts without any."""
    if options.breaks:
        return "<br>\n"
    before = next((text for at in range(index, -1, -1) if (text := tokens[at].content)), "")
    behind = next((text for at in range(index, len(tokens)) if (text := tokens[at].content)), "")
    return "" if beside(before[-1:], behind[:1]) else "\n"


def _rendered(parser: Any, source: str, warn: Warn) -> list[Block]:
    root = parse_html(parser.render(source))
    return markup.blocks(root, warn) if root is not None else []


def _heading_fields(found: list[Block], metadata: dict[str, str]) -> list[Block]:
    """Take headings such as "Author: A. Name" at the very top as metadata."""
    for place, block in enumerate(found):
        match = _HEADING_FIELD.match(block.text) if block.level else None
        if match is None:
            return found[place:]
        metadata.setdefault(match[1].lower(), match[2].strip())
    return found
