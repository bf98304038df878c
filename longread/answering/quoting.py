"""Passages to be shown and not told: "Find the passage where the box is weighed", "Quote the
sentence about the car". They are given in the text's own words, without the model's."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from longread.answering.answer import NOT_FOUND, Answer, Route, without_model
from longread.answering.check import Quotation, Sentence
from longread.answering.evidence import Candidate
from longread.answering.support import Citation, excerpt, nearest
from longread.answering.texts import Texts
from longread.answering.translated import in_english
from longread.document import Span
from longread.memory.analysis import content_terms
from longread.memory.terms import SUPPORT_SHARE, coverage, weights
from longread.sentences import STOP
from longread.text import one_line, quoted

MOST_QUOTED = 3
"""So many places are shown at most."""

_COMPARED = 12
"""Passages looked up first among which those are chosen."""

_NEAR_THE_BEST = 0.8
_PASSAGE_WORDS = 90
_LONGEST = 900
_LONGEST_SENTENCE = 300

_POLITE = r"\s*(?:(?:please|can\s+you|could\s+you|would\s+you)\s+)*"
_SHOW = (
    r"(?:find|locate|show(?:\s+me)?|give(?:\s+me)?|quote(?:\s+me)?|cite|copy(?:\s+out)?|"
    r"point\s+(?:me\s+)?to|take\s+me\s+to|read\s+(?:me|out))"
)
_ASK = r"(?:where(?:\s+is|[’']s)|what(?:\s+is|[’']s)|which(?:\s+is)?)"
_SENTENCE = r"(?:sentences?|quotes?|quotations?)"
_PASSAGE = r"(?:passages?|paragraphs?|excerpts?|extracts?)"
_THE = r"(?:(?:the|a|an|any|some|one)\s+)?(?:exact\s+)?"
_BOOK = r"(?:the|this)\s+(?:book|text|novel|story|document)"
_WHERE = rf"(?:\s+(?:in|from|of)\s+{_BOOK})?\s+(?:where|when|in\s+which|that|which|who)\s+"
_ABOUT = r"\s+(?:about|on|describing|mentioning|showing|saying|telling|containing|concerning)\s+"
_DESCRIBES = (
    r"\s+(?:describes?|mentions?|says?|tells?|explains?|contains?|shows?|(?:is|talks|speaks)\s+about)"
    r"\s+(?:that\s+|of\s+|about\s+|how\s+)?"
)
_FORMS = (
    rf"{_SHOW}\s+{_THE}(?:(?P<line>{_SENTENCE}|lines?|words)|{_PASSAGE}|scenes?)"
    rf"(?:{_WHERE}|{_ABOUT}|\s+(?:of|with|from|by)\s+)(?P<shown>.+?)",
    rf"{_ASK}\s+{_THE}(?:(?P<sentence>{_SENTENCE})|{_PASSAGE})(?:{_WHERE}|{_ABOUT})(?P<where>.+?)",
    rf"(?:which|what)\s+(?:(?P<which>{_SENTENCE})|{_PASSAGE}){_DESCRIBES}(?P<described>.+?)",
    r"(?:quote|cite)\s+(?:exactly\s+)?(?:what\s+|how\s+)?"
    # “Cite” is a word of other languages too.
    r"(?P<quoted>(?!the\s+(?:first|last)\b|(?:l[ae]s?|une?|una|el|los)\s).+?)",
    rf"where\s+(?:exactly\s+)?(?:(?:in\s+{_BOOK}\s+)?"
    rf"(?:does\s+it\s+say|is\s+it\s+(?:said|written|stated|told))|"
    rf"does\s+(?:{_BOOK}|the\s+author)\s+(?:say|write|state|tell))"
    r"(?:\s+(?:that|of|about|how))?\s+(?P<said>.+?)",
)
_WANTED = re.compile(rf"{_POLITE}(?:{'|'.join(_FORMS)})\s*[.?!]*\s*", re.IGNORECASE)
_WHATS = ("shown", "where", "described", "quoted", "said")
_ONE_SENTENCE = ("line", "sentence", "which", "quoted", "said")
_FRAME = re.compile(
    r"\s+(?:is|are|was|were|gets?|got)\s+(?:first\s+)?"
    r"(?:described|mentioned|told(?:\s+of)?|spoken\s+of|introduced|discussed|explained|shown)$"
    r"|^(?:it\s+(?:says|is\s+said|describes|mentions|tells)|describes?|mentions?|says?|tells?|"
    r"explains?|talks?|speaks?)\s+(?:(?:that|about|of|how)\s+)?|^(?:any|some)thing\s+about\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a passage is to say, and whether one sentence of it is enough."""

    what: str
    short: bool


def wanted_in(question: str) -> Wanted | None:
    """What passages a question asks to be shown; None where it asks for something else."""
    wanted = (_wanted(asked) for asked in (question, *in_english(question)))
    return next(filter(None, wanted), None)


def _wanted(question: str) -> Wanted | None:
    match = _WANTED.fullmatch(question)
    if match is None:
        return None
    named = match.groupdict()
    what = next(said for name in _WHATS if (said := named[name]))
    return Wanted(_FRAME.sub("", what), short=any(named[name] for name in _ONE_SENTENCE))


def answer_by_quoting(
    question: str, wanted: Wanted, candidates: Sequence[Candidate], texts: Texts, started: float
) -> Answer:
    """Those of the passages looked up that have most of what is wanted, best first, in their own
    words; ``started`` is the ``perf_counter`` of the question. It is declined where none has half
    of the telling words."""
    looked_up = time.perf_counter() - started
    compared = list(candidates[:_COMPARED])
    wordings = [_text(one, texts) for one in compared]
    weight = weights(wordings, texts.language)
    asked = content_terms(wanted.what, texts.language)
    shares = [coverage(asked, content_terms(one, texts.language), weight) for one in wordings]
    least = max(SUPPORT_SHARE, _NEAR_THE_BEST * max(shares, default=0.0))
    chosen = [one for one, share in zip(compared, shares, strict=True) if share >= least]
    cited = nearest(chosen or candidates, texts.documents, texts.passages, wanted.what, MOST_QUOTED)
    if not chosen:
        answer = without_model(question, Route.DETAIL, [NOT_FOUND], started, citations=cited)
        return replace(answer, declined=True)
    fit = _shorter if wanted.short else _longer
    citations = [fit(one, wanted.what, texts) for one in cited]
    lines = [
        f"{quoted(one_line(citation.quote, _LONGEST))} [{citation.label}]" for citation in citations
    ]
    answer = without_model(
        question,
        Route.DETAIL,
        lines,
        started,
        citations=citations,
        sentences=[
            Sentence(line, (citation.label,), 1.0)
            for line, citation in zip(lines, citations, strict=True)
        ],
    )
    return replace(
        answer,
        quotations=tuple(Quotation(one.quote, one.document_id, one.span) for one in citations),
        timing=replace(answer.timing, looked_up=looked_up),
    )


def _text(candidate: Candidate, texts: Texts) -> str:
    document = texts.documents[candidate.document_id]
    return document.slice(texts.passages[candidate.document_id][candidate.passage - 1].span)


def _shorter(citation: Citation, what: str, texts: Texts) -> Citation:
    """A citation of the one sentence of a long speech that has most of what is wanted: all of a
    speech counts as one."""
    if len(citation.quote) <= _LONGEST_SENTENCE:
        return citation
    document = texts.documents[citation.document_id]
    asked = content_terms(what, document.language)
    ends = [stop.end() for stop in STOP.finditer(citation.quote)]
    edges = pairwise([0, *ends, len(citation.quote)])
    best = max(
        edges,
        key=lambda edge: coverage(
            asked, content_terms(citation.quote[slice(*edge)], document.language)
        ),
    )
    said = citation.quote[slice(*best)].rstrip()
    start = citation.span.start + best[0]
    span = Span(start, start + len(said))
    return replace(citation, span=span, quote=said, place=document.place(span))


def _longer(citation: Citation, what: str, texts: Texts) -> Citation:
    """A citation with the sentences around the one that it quotes."""
    document = texts.documents[citation.document_id]
    passage = texts.passages[citation.document_id][citation.passage - 1]
    span = excerpt(document, passage, what, _PASSAGE_WORDS)
    return replace(citation, span=span, quote=document.slice(span), place=document.place(span))
