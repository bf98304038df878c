"""The check of an answer while it streams: citations, quotations and support.

What leaves this module is safe to show: a citation in it was given as evidence, a
wording in quotation marks stands in the text, and every sentence either carries the
passage that supports it or is known as unsupported.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from longread.answering.brackets import (
    BRACKETS,
    begins_citation,
    citation,
    is_cut,
    may_become_citation,
    may_become_picture,
    picture_end,
    without_citations,
)
from longread.answering.code import FENCE, code_end, is_fenced, may_be_shown
from longread.answering.evidence import Evidence
from longread.answering.grounds import Grounds
from longread.answering.quotes import (
    OPENING,
    PUNCTUATION,
    SINGLE,
    find_verbatim,
    may_open,
    quotation_end,
)
from longread.document import Span
from longread.memory.terms import SUPPORT_SHARE
from longread.sentences import ABBREVIATION, END_MARKS, LONGEST_WORD, goes_on

_ENDS = frozenset(END_MARKS)
_CLOSERS = frozenset(")]】］}'’\"”»›」』*_")
_OPENERS = ("(", "[", "{")
_BEHIND_THE_END = _ENDS | _CLOSERS | BRACKETS
_LISTED = re.compile(r"(?:^|[:;]\s)[\s*_(]*\d{1,2}$")
_LIST_NUMBER = re.compile(r"^[\s*_(]*\d{1,2}[.)][\s*_]+(?=\S)")
_INTERESTING = re.compile(rf"[({re.escape(''.join(BRACKETS))}\n{END_MARKS}`{''.join(OPENING)}]")
_ENDING = re.compile(rf"[{re.escape(PUNCTUATION)}]*$")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer, as shown. ``support`` is the share (0 to 1) of its telling
    words that stand in the cited passages."""

    text: str
    labels: tuple[str, ...]
    support: float

    @property
    def supported(self) -> bool:
        """Whether its passages hold enough of it."""
        return self.support >= SUPPORT_SHARE


@dataclass(frozen=True, slots=True)
class Quotation:
    """A wording shown in quotation marks, with the place in the text it was found at."""

    text: str
    document_id: str
    span: Span


@dataclass(slots=True)
class AnswerChecker:
    """Takes a reply piece by piece and yields what may be shown.

    Unknown citations are dropped and counted. A quotation that the evidence does not hold
    loses its quotation marks and is counted. A sentence without a citation gets that of
    the passage which holds most of it, if that is enough; a bare yes or no that of the one
    which holds most of the question. Pictures are dropped: a text may ask for one so that
    whoever looks at the answer elsewhere is seen to do so. Since what is left when something
    was dropped could be one again, a bracket never follows an exclamation mark at once.
    """

    evidence: Sequence[Evidence]
    question: str
    language: str
    sentences: list[Sentence] = field(default_factory=list)
    quotations: list[Quotation] = field(default_factory=list)
    unknown_citations: int = 0
    unfound_quotations: int = 0
    _pending: str = ""
    _sentence: str = ""
    _labels: list[str] = field(default_factory=list)
    _ended: bool = False
    _last: str = ""
    _checks_code: bool = False
    _spoken: dict[str, str] = field(default_factory=dict)
    _grounds: Grounds = field(init=False)

    def __post_init__(self) -> None:
        self._grounds = Grounds(self.evidence, self.question, self.language)
        # The model sees bare numbers; of two documents' passages with one number, it cannot
        # have told which it means.
        numbers = Counter(str(item.passage.number) for item in self.evidence)
        for item in self.evidence:
            self._spoken[item.label] = item.label
            if numbers[str(item.passage.number)] == 1:
                self._spoken[str(item.passage.number)] = item.label

    def feed(self, piece: str) -> Iterator[str]:
        """Take a piece of the reply; yield what is ready to be shown."""
        self._pending += piece
        yield from self._told(self._drain(final=False))

    def finish(self) -> Iterator[str]:
        """The reply is over: yield the rest."""
        yield from self._told(self._drain(final=True))
        yield from self._told(self._close_sentence())

    def _told(self, pieces: Iterator[str]) -> Iterator[str]:
        for text in pieces:
            self._last = text[-1:]
            yield text

    def _drain(self, *, final: bool) -> Iterator[str]:
        while self._pending:
            step = self._step(final=final)
            if step is None:
                return
            yield from step

    def _step(self, *, final: bool) -> Iterator[str] | None:
        """Handle the head of what is pending; None while more must come first."""
        head = self._pending[0]
        if self._ended and not (head.isspace() or head in _BEHIND_THE_END):
            return self._close_sentence()
        if head.isspace():
            return self._space(final=final)
        if opened := self._opened(head):
            return opened(final=final)
        if self._ended and head in _CLOSERS:
            return self._show(1)
        following = _INTERESTING.search(self._pending, 1)
        cut = following.start() if following else len(self._pending)
        # White space before a bracket is held back: a dropped citation takes it along.
        run = self._pending[:cut]
        kept = len(run.rstrip()) if following or not final else cut
        return self._show(max(1, kept))

    def _opened(self, head: str) -> Callable[..., Iterator[str] | None] | None:
        """What handles the head of what is pending, where that begins more than words."""
        if self._pending.startswith("!["):
            return self._picture
        if begins_citation(self._pending):
            return self._bracket
        if head == "`":
            return self._code
        if head in OPENING and may_open(head, self._sentence[-1:]):
            return self._quotation
        return self._stop_mark if head in _ENDS else None

    def _stop_mark(self, *, final: bool) -> Iterator[str] | None:
        if len(self._pending) == 1 and not final:
            return None
        mark, following = self._pending[0], self._pending[1:2]
        inside_word = mark in ".!?…" and following.isalnum()
        said = self._sentence
        # A mark in brackets of its own is spoken of.
        goes_on = said.endswith(_OPENERS) or (
            mark == "." and (ABBREVIATION.search(said) or _LISTED.search(said))
        )
        if not inside_word and not goes_on:
            self._ended = True
        return self._show(1)

    def _show(self, length: int) -> Iterator[str]:
        text, self._pending = self._pending[:length], self._pending[length:]
        self._sentence += text
        yield text

    def _space(self, *, final: bool) -> Iterator[str] | None:
        rest = self._pending.lstrip()
        if not rest:
            if not final:
                return None
            self._pending = ""
            return iter(())
        space = self._pending[: len(self._pending) - len(rest)]
        if begins_citation(rest):
            return self._space_before_bracket(space, rest, final=final)
        if self._ended and "\n" not in space:
            goes_on = self._goes_on(rest, final=final)
            if goes_on is None:
                return None
            self._ended = not goes_on
        if self._ended or "\n" in space:
            return self._break(space)
        # A picture that was dropped leaves the space on both sides of it.
        if self._sentence[-1:].isspace() or not self._last:
            self._pending = rest
            return iter(())
        return self._show(len(space))

    def _space_before_bracket(self, space: str, rest: str, *, final: bool) -> Iterator[str] | None:
        begins_line = "\n" in space and self._begins_line(rest, final=final)
        if begins_line is None:
            return None
        if begins_line:
            return self._break(space)
        self._pending = rest
        return self._bracket(final=final, before=space)

    def _goes_on(self, rest: str, *, final: bool) -> bool | None:
        """Whether a sentence whose end mark was seen goes on with the word behind it; None while
        that is not whole."""
        word, *more = rest[: 2 * LONGEST_WORD].split(maxsplit=1)
        is_cut = not (final or more or len(rest) >= 2 * LONGEST_WORD)
        if is_cut and not rest[0].islower():
            return None
        return goes_on(self._sentence, f"{word} ", self.language)

    def _begins_line(self, rest: str, *, final: bool) -> bool | None:
        """Whether brackets that stand first in a line belong to what is said there, and not to the
        line before; None while that is not known."""
        end = 0
        while found := citation(rest[end:]):
            end += found[1]
            end += len(rest[end:]) - len(rest[end:].lstrip(" \t,;"))
        behind = rest[end:].lstrip(" \t.:")
        if not final and (not behind or may_become_citation(behind)):
            return None
        return end == 0 or (behind != "" and behind[0] != "\n")

    def _break(self, space: str) -> Iterator[str]:
        yield from self._close_sentence()
        self._pending = self._pending[len(space) :]
        if self._last:
            yield space

    def _bracket(self, *, final: bool, before: str = "") -> Iterator[str] | None:
        cited = citation(self._pending)
        if cited is not None:
            labels, end = cited
            self._pending = self._pending[end:]
            return self._cite(labels)
        if not final and may_become_citation(self._pending):
            self._pending = before + self._pending
            return None
        if final and is_cut(self._pending):
            self._pending = ""
            return iter(())
        space = before or (" " if self._last == "!" else "")
        self._pending = space + self._pending
        return self._show(len(space) + 1)

    def _picture(self, *, final: bool) -> Iterator[str] | None:
        end = picture_end(self._pending)
        if end:
            # What stood on both sides of it must not become a citation.
            elision = "…" if self._last in BRACKETS else ""
            self._pending = elision + self._pending[end:]
            return iter(())
        return None if not final and may_become_picture(self._pending) else self._show(1)

    def _code(self, *, final: bool) -> Iterator[str] | None:
        """Code that stands in the text, or has nothing that is to be checked, is shown as it is."""
        if self._checks_code and self._pending.startswith(FENCE):
            self._checks_code = False
            return self._show(len(FENCE))
        end = code_end(self._pending, begins_line=not self._sentence.strip(), final=final)
        if end is None:
            return None
        code = self._pending[:end]
        has_lines = "\n" in code
        if not code or "![" in code or not may_be_shown(code, [one.text for one in self.evidence]):
            self._checks_code = has_lines
            return self._show(len(FENCE) if has_lines else 1)
        if has_lines:
            # Cut off, it would take in all that follows.
            code = code if is_fenced(code) else f"{code.rstrip()}\n{FENCE}"
            self._ended = True
        self._pending = code + self._pending[end:]
        return self._show(len(code))

    def _cite(self, labels: Sequence[str]) -> Iterator[str]:
        found = [self._spoken[said] for said in labels if said in self._spoken]
        self.unknown_citations += len(labels) - len(found)
        for label in found:
            if label not in self._labels:
                self._labels.append(label)
                mark = _mark(label, "!" if self._last == "!" else self._sentence)
                self._sentence += mark
                yield mark
        # What stood on both sides of what was dropped must not become a citation.
        if not found and is_cut(self._sentence[max(map(self._sentence.rfind, BRACKETS)) :]):
            self._sentence += "…"
            yield "…"

    def _quotation(self, *, final: bool) -> Iterator[str] | None:
        end = quotation_end(self._pending, final=final)
        if end is None:
            return None
        if end:
            inner, self._pending = self._pending[1:end], self._pending[end + 1 :]
            return self._verified(inner)
        if self._pending[0] in SINGLE:
            return self._show(1)
        self._pending = self._pending[1:]
        return iter(())

    def _verified(self, inner: str) -> Iterator[str]:
        found = find_verbatim(inner, [item.text for item in self.evidence])
        # The text itself may have a picture, which is not shown in a quotation either.
        if found is None or "![" in inner:
            self.unfound_quotations += 1
            # Without its marks it is like all else, and checked as such.
            self._pending = inner + self._pending
            return
        index, start, end = found
        item = self.evidence[index]
        wording = item.text[start:end]
        offset = item.passage.span.start
        span = Span(offset + start, offset + end)
        self.quotations.append(Quotation(wording, item.document_id, span))
        # The reply's own punctuation inside the marks stays outside of them.
        trailing = _ENDING.search(inner.strip())
        tail = trailing.group() if trailing and not wording.endswith(trailing.group()) else ""
        shown = f"“{wording}”{tail}"
        self._sentence += shown
        if inner.rstrip()[-1:] in _ENDS:
            self._ended = True
        yield shown

    def _close_sentence(self) -> Iterator[str]:
        text, labels = self._sentence.strip(), self._labels
        self._sentence, self._labels, self._ended = "", [], False
        said = _said(text)
        if says_nothing(text):
            self._cite_beside(text, labels)
            return
        if not labels and (best := self._grounds.best(said)):
            labels, mark = [best], _mark(best, text)
            text += mark
            yield mark
        self.sentences.append(Sentence(text, tuple(labels), self._grounds.support(said, labels)))

    def _cite_beside(self, text: str, labels: list[str]) -> None:
        """What is cited without words belongs to the sentence before, or to the first one."""
        if labels and not self.sentences:
            self._sentence, self._labels = f"{text} ", labels
        elif labels:
            last = self.sentences[-1]
            text, labels = f"{last.text} {text}", list(dict.fromkeys([*last.labels, *labels]))
            support = self._grounds.support(_said(text), labels)
            self.sentences[-1] = Sentence(text, tuple(labels), support)


def says_nothing(text: str) -> bool:
    """Whether what is shown has, beside citations, neither a letter or digit nor a sign that is no
    punctuation or markup."""
    return not any(
        sign.isalnum() or (not sign.isascii() and unicodedata.category(sign).startswith("S"))
        for sign in without_citations(text)
    )


def _said(text: str) -> str:
    """A sentence as shown without its citations and its number in a list."""
    return _LIST_NUMBER.sub("", without_citations(text), count=1)


def _mark(label: str, said: str) -> str:
    """A citation as it stands behind what is said; behind lines of code, in a line of its own."""
    if is_fenced(said):
        return f"\n[{label}]"
    return f" [{label}]" if said.strip() else f"[{label}]"
