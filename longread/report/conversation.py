"""A conversation about a document, as it is shown again and as it is given away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from longread.answering.answer import DOUBTFUL
from longread.document import Span
from longread.memory.records import Turn
from longread.report.markdown import plain_line, plain_lines
from longread.text import one_line, quoted


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation: the label that the answer has it under, its place, and its words."""

    label: str
    document_id: str
    place: str
    span: Span
    quote: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer. ``evidence`` are the spans of what the model was given."""

    question: str
    text: str
    declined: bool
    citations: tuple[Cited, ...] = ()
    evidence: tuple[tuple[str, Span], ...] = ()
    unsupported: tuple[str, ...] = ()
    doubtful: bool = False


def exchange(answer: dict[str, Any]) -> Exchange:
    """An exchange from an answer's JSON, as it comes and as a session keeps it."""
    return Exchange(
        question=answer["question"],
        text=answer["answer"],
        declined=answer["declined"],
        citations=tuple(
            Cited(
                item["label"],
                item["document_id"],
                item["place"],
                Span(item["span"]["start"], item["span"]["end"]),
                item["quote"],
            )
            for item in answer["citations"]
        ),
        evidence=tuple(
            (item["document_id"], Span(item["span"]["start"], item["span"]["end"]))
            for item in answer["evidence"]
        ),
        unsupported=tuple(item["text"] for item in answer["sentences"] if not item["supported"]),
        # Sessions that were kept before answers could be doubtful do not say.
        doubtful=answer.get("doubtful", False),
    )


def exchanges(turns: Sequence[Turn]) -> list[Exchange]:
    """The exchanges of a session, oldest first."""
    return [exchange(turn.answer) for turn in turns]


def as_markdown(
    title: str, said: Sequence[Exchange], marked: Sequence[tuple[str, str, str]] = ()
) -> str:
    """A conversation as a Markdown document: each question with its answer, and below it the
    cited places with their words; then what the reader ``marked``, as places, words and notes."""
    lines = [f"# Questions about {plain_line(title)}", ""]
    for item in said:
        lines += [f"## {plain_line(item.question)}", "", plain_lines(item.text), ""]
        lines += [DOUBTFUL, ""] if item.doubtful else []
        if item.citations:
            lines += ["Nearest passages:" if item.declined else "Evidence:", ""]
        lines += [
            f"- [{cited.label}] {plain_line(cited.place)}: {_words(cited.quote)}"
            for cited in item.citations
        ]
        lines += [""] if item.citations else []
    lines += ["## Bookmarks", ""] if marked else []
    for place, words, note in marked:
        lines.append(f"- {plain_line(place)}: {_words(words)}")
        lines += [f"  {plain_line(note)}"] if note else []
    return "\n".join(lines).rstrip() + "\n"


def _words(text: str) -> str:
    return plain_line(quoted(one_line(text, 1000)))
