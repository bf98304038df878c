"""Answers by counting over the full text: exact, with every place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from longread.answering.count_query import Description, Edges, Occurrences, Query, Unit, Units
from longread.answering.phrases import Phrase
from longread.document import LINE_KINDS, Document, Paragraph, Span
from longread.memory.analysis import passage_terms
from longread.passages import sentences_of
from longread.reading.mentions import HONORIFICS
from longread.structure import Part, chapter_at, chapters
from longread.text import one_line

MOST_CHAPTERS = 12
"""How many chapters are named in one answer."""

TITLE_CHARACTERS = 60

_WORD_END = r"(?!\w|['’]t\b)"
"""A word ends before what is none of its letters; "Don" does not end in "Don't"."""

_WORD = re.compile(r"[^\W_]+(?:['’‑-][^\W_]+)*")
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Counted:
    """What counting gave for one document: a sentence or a list, the places it rests on, and
    the figures as plain values."""

    text: str
    places: tuple[Span, ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)


def count(query: Query, document: Document) -> Counted:
    """Answer a query over the whole of a document."""
    if isinstance(query, Occurrences):
        return _occurrences(query, document)
    if isinstance(query, Units):
        return _units(query, document)
    if isinstance(query, Description):
        return _description(query, document)
    return _edges(query, document)


def _description(query: Description, document: Document) -> Counted:
    if query.asked == "author":
        return Counted(f"It was written by {document.author}.", (), {"author": document.author})
    return Counted(f"It is called “{document.title}”.", (), {"title": document.title})


def find_phrase(document: Document, phrase: Phrase, within: Sequence[Part] = ()) -> list[Span]:
    """Every place where a phrase stands as whole words.

    Letter case does not matter, but for a phrase that begins with a capital: a name is not
    found in a common word. Any white space and any apostrophe match any other.
    """
    pattern = _pattern(phrase)
    return [
        Span(match.start(), match.end())
        for span in _spans(document, within)
        for match in pattern.finditer(document.text, span.start, span.end)
    ]


def _pattern(phrase: Phrase) -> re.Pattern[str]:
    body = r"\s+".join(map(_word_pattern, phrase.text.split()))
    unspaced = _UNSPACED.search(phrase.text)
    start = r"(?<!\w)" if phrase.text[:1].isalnum() and not unspaced else ""
    end = _WORD_END if phrase.text[-1:].isalnum() and not unspaced else ""
    if phrase.text[:1].isupper():
        first, rest = body[:1], body[1:]
        return re.compile(f"{start}{first}(?i:{rest}){end}")
    return re.compile(f"{start}{body}{end}", re.IGNORECASE)


def _word_pattern(word: str) -> str:
    bare = word.removesuffix(".")
    if f"{bare.casefold()}." in HONORIFICS:
        return re.escape(bare) + r"\.?"
    return re.sub("['’]", "['’]", re.escape(word).replace("\\'", "'"))


def _occurrences(query: Occurrences, document: Document) -> Counted:
    found = [find_phrase(document, phrase, query.within) for phrase in query.phrases]
    if query.asked == "compare":
        return _compare(query, found)
    told = [
        _told(query, phrase, spans, document)
        for phrase, spans in zip(query.phrases, found, strict=True)
    ]
    if len(told) == 1:
        return told[0]
    return Counted("\n".join(one.text for one in told), _in_order(found), _numbers(query, found))


def _told(query: Occurrences, phrase: Phrase, spans: Sequence[Span], document: Document) -> Counted:
    """What was asked about one of the phrases."""
    where = _where(query.within)
    figures = _numbers(query, [spans], [phrase])
    name = f"“{phrase.text}”"
    if not spans:
        others = _other_forms(document, query, phrase, figures)
        return Counted(f"{name} does not occur{where}.{others}", (), figures)
    if query.asked in ("first", "last"):
        span = spans[0] if query.asked == "first" else spans[-1]
        text = f"{name} occurs {query.asked} in {_place(document, span)}."
        return Counted(text, (span,), figures)
    parts = _parts_of(document, query.unit)
    by_part = Counter(chapter_at(parts, span.start) for span in spans)
    inside = [(part, by_part[index]) for index, part in enumerate(parts) if by_part[index]]
    figures["by_" + query.unit] = {part.name: number for part, number in inside}
    if query.asked == "absent":
        without = [part for index, part in enumerate(parts) if not by_part[index]]
        return _absent(name, without, len(parts), query.unit, figures)
    if query.asked in ("most", "least") and inside:
        wanted = max if query.asked == "most" else min
        number = wanted(by_part[index] for index in range(len(parts)))
        best = [part.name for index, part in enumerate(parts) if by_part[index] == number]
        text = f"{name} occurs {query.asked} in {_list(best)}: {_times(number)}."
        return Counted(text, tuple(spans), figures)
    text = f"{name} occurs {_times(len(spans))}{where}"
    if len(inside) > 1 or (query.asked == "places" and inside and len(parts) > 1):
        text += f", in {len(inside)} of {len(parts)} {query.unit}s"
        shown = sorted(inside, key=lambda item: -item[1])[:MOST_CHAPTERS]
        if query.asked == "places":
            shown = inside[:MOST_CHAPTERS]
        listed = ", ".join(f"{one_line(part.name, TITLE_CHARACTERS)} ({n})" for part, n in shown)
        more = len(inside) - len(shown)
        lead = "" if query.asked == "places" else "most " if more else ""
        text += f": {lead}{listed}" + (f", and {more} more" if more else "")
    others = _other_forms(document, query, phrase, figures)
    return Counted(f"{text}.{others}", tuple(spans), figures)


def _absent(
    name: str, without: Sequence[Part], parts: int, unit: Unit, figures: dict[str, Any]
) -> Counted:
    figures[f"{unit}s_without"] = [part.name for part in without]
    places = tuple(Span(part.span.start, part.span.start) for part in without)
    if not parts:
        text = f"The text has no {unit}s that are marked as such."
    elif without:
        listed = _list([part.name for part in without])
        text = f"{name} does not occur in {len(without)} of {parts} {unit}s: {listed}."
    else:
        text = f"{name} occurs in every {unit}."
    return Counted(text, places, figures)


def _compare(query: Occurrences, found: Sequence[Sequence[Span]]) -> Counted:
    where = _where(query.within)
    (most, name), *others = sorted(
        ((len(spans), phrase.text) for phrase, spans in zip(query.phrases, found, strict=True)),
        reverse=True,
    )
    figures = _numbers(query, found)
    if most == others[-1][0]:
        named = " and ".join(f"“{one}”" for one in [name, *(other for _, other in others)])
        how = f"occur equally often{where}: {_times(most)} each" if most else f"do not occur{where}"
        text = f"{named} {how}."
    else:
        how = "more" if len(others) == 1 else "most"
        rest = "; ".join(f"“{other}” {_times(fewer)}" for fewer, other in others)
        text = f"“{name}” occurs {how} often{where}: {_times(most)}; {rest}."
    return Counted(text, _in_order(found), figures)


def _numbers(
    query: Occurrences,
    found: Sequence[Sequence[Span]],
    phrases: Sequence[Phrase] = (),
) -> dict[str, Any]:
    named = zip(phrases or query.phrases, found, strict=True)
    return {"phrases": {phrase.text: len(spans) for phrase, spans in named}}


def _in_order(found: Sequence[Sequence[Span]]) -> tuple[Span, ...]:
    return tuple(sorted((span for spans in found for span in spans), key=_start))


def _other_forms(
    document: Document, query: Occurrences, phrase: Phrase, figures: dict[str, Any]
) -> str:
    """What else a reader may have meant: the word's other forms, and a name in small letters."""
    if phrase.exact or " " in phrase.text or not phrase.text[:1].isalpha():
        return ""
    wanted = set(passage_terms(phrase.text, document.language))
    forms: Counter[str] = Counter()
    own = _pattern(phrase)
    for span in _spans(document, query.within):
        for match in _WORD.finditer(document.text, span.start, span.end):
            word = match.group()
            alike = word[:3].casefold() == phrase.text[:3].casefold() and not own.fullmatch(word)
            if alike and wanted & set(passage_terms(word, document.language)):
                forms[word.casefold()] += 1
    # What holds the phrase as a word of its own, as in a hyphened one, is counted already.
    rest = {form: number for form, number in forms.items() if not own.search(form)}
    if phrase.text[:1].isupper():
        rest = {form: number for form, number in rest.items() if form == phrase.text.casefold()}
    if not rest:
        return ""
    figures["other_forms"] = rest
    listed = ", ".join(f"“{form}” {_times(n)}" for form, n in sorted(rest.items()))
    return f" Besides, {listed}."


def _units(query: Units, document: Document) -> Counted:
    where = _where(query.within)
    if query.asked == "titles":
        titled = query.within or _parts_of(document, query.unit)
        places = tuple(Span(part.span.start, part.span.start) for part in titled)
        names = [part.name for part in titled]
        text = "\n".join(names) if names else f"The text has no {query.unit}s with titles."
        return Counted(text, places, {"titles": names})
    if query.asked == "length":
        number = sum(1 for _ in _words(document, query.within))
        name = _list([part.name for part in query.within]) or "The text"
        return Counted(f"{name} has {number:,} words.", (), {"words": number})
    spans = list(_each(document, query.unit, query.within))
    figures: dict[str, Any] = {f"{query.unit}s": len(spans)}
    listed = query.unit in ("chapter", "section", "page")
    if listed and not _parts_of(document, query.unit):
        return Counted(f"The text has no {query.unit}s that are marked as such.", (), figures)
    if query.asked == "count" or not spans:
        shown = (
            f"{f'{len(spans):,}' if spans else 'no'} {query.unit}{'' if len(spans) == 1 else 's'}"
        )
        text = f"There {'is' if len(spans) == 1 else 'are'} {shown}{where}."
        return Counted(text, tuple(span for _, span in spans) if listed else (), figures)
    sizes = [
        len(document.slice(span)) if query.unit == "word" else _word_count(document, span)
        for _, span in spans
    ]
    extreme = max(sizes) if query.asked == "longest" else min(sizes)
    unit = "letters" if query.unit == "word" else "words"
    best = [entry for entry, size in zip(spans, sizes, strict=True) if size == extreme]
    figures |= {unit: extreme}
    if query.unit in ("chapter", "section"):
        named = _list(list(dict.fromkeys(name for name, _ in best)))
    elif query.unit == "word":
        named = _list(list(dict.fromkeys(f"“{document.slice(span)}”" for _, span in best))[:3])
    else:
        named = _place(document, best[0][1])
    text = f"The {query.asked} {query.unit}{where} is {named}: {extreme:,} {unit}."
    return Counted(text, tuple(span for _, span in best[:MOST_CHAPTERS]), figures)


def _edges(query: Edges, document: Document) -> Counted:
    if query.unit is None:
        stretches = [(part.name, part.span) for part in query.within or (_whole(document),)]
    else:
        stretches = list(_each(document, query.unit, query.within))
    rows: list[tuple[str, Span]] = []
    for name, span in stretches:
        inside = list(_each(document, query.element, (Part(name, span),), edges=True))
        if inside:
            rows.append((name, inside[0 if query.end == "first" else -1][1]))
    figures = {
        "items": [{"of": name, "text": document.slice(span)} for name, span in rows],
    }
    if not rows:
        return Counted("There is no text there.", (), figures)
    lines = [f"{name}: {document.slice(span)}" for name, span in rows]
    text = document.slice(rows[0][1]) if len(rows) == 1 else "\n".join(lines)
    return Counted(text, tuple(span for _, span in rows), figures)


def _each(
    document: Document, unit: Unit, within: Sequence[Part], *, edges: bool = False
) -> Iterator[tuple[str, Span]]:
    """Every unit of the text or of some parts, with what it is called there. A heading is no
    paragraph, sentence or line, and prose has no lines. For the ``edges`` of a part a heading has
    no words either, and a paragraph of prose is a line."""
    if unit in ("chapter", "section", "page"):
        for part in _parts_of(document, unit):
            if not within or any(_belongs(part, outer) for outer in within):
                yield part.name, part.span
        return
    for outer in within or (_whole(document),):
        for paragraph in _paragraphs(document, outer.span):
            if paragraph.kind == "heading" and (edges or unit != "word"):
                continue
            span = _common(document, paragraph.span, outer.span)
            if unit == "paragraph":
                yield _place(document, span), span
            elif unit == "sentence":
                for sentence in sentences_of(document, paragraph):
                    if _inside(sentence, outer.span):
                        yield _place(document, sentence), sentence
            elif unit == "line":
                if edges or paragraph.kind in LINE_KINDS:
                    lines = _lines(document, paragraph, span)
                    yield from ((_place(document, line), line) for line in lines)
            elif unit == "word":
                for match in _WORD.finditer(document.text, span.start, span.end):
                    yield match.group(), Span(match.start(), match.end())


def _belongs(part: Part, outer: Part) -> bool:
    """Whether a section lies within another part, or a page has some of it."""
    if part.section is None:
        return _touches(part.span, outer.span)
    return _inside(part.span, outer.span) and part.section != outer.section


def _paragraphs(document: Document, span: Span) -> Iterator[Paragraph]:
    """The paragraphs that have some of a stretch."""
    for index in range(document.paragraph_at(span.start), len(document.paragraphs)):
        paragraph = document.paragraphs[index]
        if paragraph.span.start >= span.end:
            return
        if _touches(paragraph.span, span):
            yield paragraph


def _lines(document: Document, paragraph: Paragraph, span: Span) -> Iterator[Span]:
    """What a stretch has of a paragraph's lines; prose is one line."""
    if paragraph.kind not in LINE_KINDS:
        yield span
        return
    start = paragraph.span.start
    for line in document.slice(paragraph.span).split("\n"):
        own = Span(start, start + len(line))
        if _touches(own, span):
            yield _common(document, own, span)
        start += len(line) + 1


def _words(document: Document, within: Sequence[Part]) -> Iterator[str]:
    for span in _spans(document, within):
        for match in _WORD.finditer(document.text, span.start, span.end):
            yield match.group()


def _word_count(document: Document, span: Span) -> int:
    return sum(1 for _ in _WORD.finditer(document.text, span.start, span.end))


def _parts_of(document: Document, unit: Unit) -> tuple[Part, ...]:
    if unit == "page":
        return tuple(Part(f"p. {page.label}", page.span) for page in document.pages)
    if unit == "section":
        return tuple(
            Part(section.title, section.span, index)
            for index, section in enumerate(document.sections)
            if section.title
        )
    return chapters(document)


def _spans(document: Document, within: Sequence[Part]) -> list[Span]:
    return [part.span for part in within] or [_whole(document).span]


def _whole(document: Document) -> Part:
    return Part("The text", Span(0, len(document.text)))


def _touches(one: Span, other: Span) -> bool:
    return one.start < other.end and one.end > other.start


def _common(document: Document, one: Span, other: Span) -> Span:
    """What two stretches share, without white space at its ends."""
    start, end = max(one.start, other.start), min(one.end, other.end)
    text = document.text[start:end]
    return Span(end - len(text.lstrip()), start + len(text.rstrip()))


def _inside(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _place(document: Document, span: Span) -> str:
    return str(document.place(span))


def _where(within: Sequence[Part]) -> str:
    return f" in {_list([part.name for part in within])}" if within else ""


def _list(names: Sequence[str]) -> str:
    shown = [one_line(name, TITLE_CHARACTERS) for name in names[:MOST_CHAPTERS]]
    more = len(names) - len(shown)
    if more:
        return f"{', '.join(shown)} and {more} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")


def _start(span: Span) -> int:
    return span.start
